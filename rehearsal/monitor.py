"""A resource monitor in process: takes what a program registers, answers from the simulator, and records a graph."""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import resource_pb2

from rehearsal.engine_config import EngineConfig
from rehearsal.errors import RehearsalError
from rehearsal.graph import PROVIDER_PREFIX, STACK_TYPE, Graph, Invoke, Resource, make_urn
from rehearsal.registration import provider_urn, resource_from_request, source_position, with_secrets
from rehearsal.simulator import components, providers
from rehearsal.simulator.context import DEFAULT_REGION, Creation, Place, Question, place_of
from rehearsal.simulator.registrar import Child, child_resource
from rehearsal.stack_references import STACK_REFERENCE_TYPE, stack_reference_state
from rehearsal.transforms import Callback, Transforms
from rehearsal.wire import UNKNOWN, ResourceReference, from_struct, reveal, to_struct

_FEATURES = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER,
    resource_pb2.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
)


class RecordingMonitor:
    """Stands where the engine stands for one run of a program.

    Args:
        project: Name of the Pulumi project.
        stack: Name of the stack.
        known: True to answer with outputs as after an update; False as in a first preview.
        config: What the engine reads from the stack's config.
        root: Folder of the program, to which places in it are relative; "" if it has none.
    """

    def __init__(
        self, *, project: str, stack: str, known: bool, config: EngineConfig | None = None, root: str = ""
    ) -> None:
        self.project = project
        self.stack = stack
        self.known = known
        self.root = root
        self.config = config or EngineConfig()
        self._resources: dict[str, Resource] = {}
        self._by_id: dict[str, Mapping[str, Any]] = {}
        self._invokes: list[Invoke] = []
        self._outputs: dict[str, Any] = {}
        self._transforms = Transforms()
        self._lock = threading.RLock()

    def graph(self) -> Graph:
        """Return what has been recorded so far."""
        with self._lock:
            return Graph(
                project=self.project,
                stack=self.stack,
                resources=self._resources.values(),
                outputs=self._outputs,
                invokes=self._invokes,
                known=self.known,
            )

    # The engine's RPCs, called by the SDK: https://github.com/pulumi/pulumi/blob/master/proto/pulumi/resource.proto

    def SupportsFeature(self, request: resource_pb2.SupportsFeatureRequest) -> Any:  # noqa: N802
        """Answer which features the engine has."""
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id != "outputValues")

    def GetDeploymentInfo(self, _request: Any) -> Any:  # noqa: N802
        """Answer which features the engine has, in one call."""
        return resource_pb2.DeploymentInfo(supportedFeatures=_FEATURES)

    def RegisterPackage(self, request: Any) -> Any:  # noqa: N802
        """Refuse parameterized packages: the simulator has no schema for them."""
        raise RehearsalError(f"the simulator does not know the parameterized package {request.name!r}")

    def RegisterStackTransform(self, request: Callback) -> Any:  # noqa: N802
        """Keep a transform that every resource of the stack goes through."""
        self._transforms.add_for_stack(request)
        return empty_pb2.Empty()

    def RegisterStackInvokeTransform(self, request: Callback) -> Any:  # noqa: N802
        """Keep a transform that every question of the stack goes through."""
        self._transforms.add_for_invokes(request)
        return empty_pb2.Empty()

    def RegisterResourceHook(self, _request: Any) -> Any:  # noqa: N802
        """Accept a hook; hooks run around real creations only."""
        return empty_pb2.Empty()

    def RegisterErrorHook(self, _request: Any) -> Any:  # noqa: N802
        """Accept an error hook; nothing fails half way here."""
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, _request: Any) -> Any:  # noqa: N802
        """Let the program end."""
        return empty_pb2.Empty()

    def RegisterResourceOutputs(self, request: resource_pb2.RegisterResourceOutputsRequest) -> Any:  # noqa: N802
        """Record the outputs of a component or of the stack."""
        outputs = from_struct(request.outputs)
        with self._lock:
            resource = self._resources[request.urn]
            self._resources[request.urn] = replace(resource, outputs=outputs)
            if resource.type == STACK_TYPE:
                self._outputs = outputs
        return empty_pb2.Empty()

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> Any:  # noqa: N802
        """Record a resource and answer with its id and outputs."""
        with self._from(request):
            return self._register(request)

    def _register(self, request: resource_pb2.RegisterResourceRequest) -> Any:
        urn = make_urn(self.stack, self.project, request.parent, request.type, request.name)
        if request.type == STACK_TYPE:
            self._record(resource_from_request(request, urn, self.root))
            return resource_pb2.RegisterResourceResponse(urn=urn)
        self._transforms.add(urn, request.transforms)
        self._transforms.apply(request, self._line_of(urn, request.parent))
        resource = resource_from_request(request, urn, self.root)
        if request.remote:
            return self._register_remote(resource)
        if not resource.custom:
            self._record(resource)
            return resource_pb2.RegisterResourceResponse(urn=urn)
        resource = self.create(resource)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=resource.id, object=to_struct(resource.outputs))

    def ReadResource(self, request: resource_pb2.ReadResourceRequest) -> Any:  # noqa: N802
        """Record a resource that the program reads, and answer with its state."""
        with self._from(request):
            return self._read(request)

    def _read(self, request: resource_pb2.ReadResourceRequest) -> Any:
        resource = Resource(
            urn=make_urn(self.stack, self.project, request.parent, request.type, request.name),
            type=request.type,
            name=request.name,
            parent=request.parent,
            external=True,
            id=request.id,
            import_id=request.id,
            inputs=from_struct(request.properties),
            dependencies=frozenset(request.dependencies),
            provider=provider_urn(request.provider),
            version=request.version,
            source=source_position(request, self.root),
        )
        if request.type == STACK_REFERENCE_TYPE:
            outputs = stack_reference_state(request.id, self.config.stack_outputs)
        else:
            resource = self._provided(resource)
            providers.check_type(resource.type, resource.urn)
            _id, outputs = providers.create(self._creation(resource), known=True)
        resource = replace(resource, outputs=with_secrets(resource, outputs))
        self._record(resource)
        return resource_pb2.ReadResourceResponse(urn=resource.urn, properties=to_struct(resource.outputs))

    def Invoke(self, request: resource_pb2.ResourceInvokeRequest) -> Any:  # noqa: N802
        """Answer a question of the program."""
        self._transforms.apply_to_invoke(request)
        args = from_struct(request.args)
        if request.tok == "pulumi:pulumi:getResource":
            return self._answer(self._get_resource(args["urn"]))
        package = request.tok.partition(":")[0]
        if not request.provider and self.config.default_provider_disabled(package):
            raise RehearsalError(_disabled(package, request.tok))
        place = self._place(provider_urn(request.provider))
        question = Question(token=request.tok, args=reveal(args), place=place, lookup=self._by_id.get)
        result = providers.answer(question)
        self._invokes.append(Invoke(token=request.tok, args=args, result=result))
        return self._answer(result)

    @staticmethod
    def _answer(result: Mapping[str, Any]) -> resource_pb2.ResourceInvokeResponse:
        response = resource_pb2.ResourceInvokeResponse()
        getattr(response, "return").CopyFrom(to_struct(result))
        return response

    def _get_resource(self, urn: str) -> dict[str, Any]:
        resource = self._resources.get(urn)
        if resource is None:
            raise RehearsalError(f"unknown resource {urn}")
        # The engine leaves what is unknown out of the answer.
        state = {key: value for key, value in resource.outputs.items() if value is not UNKNOWN}
        return {"urn": urn, "id": resource.id, "state": state}

    def create(self, resource: Resource) -> Resource:
        """Check, make and record a custom resource; remote components make their children with it."""
        resource = self._provided(resource)
        providers.check(resource.type, resource.urn, resource.inputs)
        id_, outputs = providers.create(self._creation(resource), known=self.known)
        made = replace(resource, id=id_, outputs=with_secrets(resource, outputs))
        self._record(made)
        if id_:
            self._by_id[id_] = outputs
        return made

    def _provided(self, resource: Resource) -> Resource:
        if resource.provider or resource.type.startswith(PROVIDER_PREFIX):
            return resource
        return replace(resource, provider=self._default_provider(resource))

    def add(self, component: Resource, child: Child) -> Resource:
        """Record a remote component's child, after the transforms of the components above it and of the stack."""
        urn = make_urn(self.stack, self.project, component.urn, child.type, child.name)
        request = resource_pb2.RegisterResourceRequest(
            type=child.type, name=child.name, parent=component.urn, custom=True, object=to_struct(child.inputs)
        )
        self._transforms.apply(request, self._line_of(urn, component.urn))
        return self.create(child_resource(component, child, urn, from_struct(request.object)))

    def output(self, reference: ResourceReference, key: str) -> Any:
        """Return an output of a resource."""
        return self._resources[reference.urn].outputs.get(key, UNKNOWN)

    def _register_remote(self, resource: Resource) -> Any:
        if resource.package not in resource.providers and self.config.default_provider_disabled(resource.package):
            raise RehearsalError(_disabled(resource.package, resource.urn))
        providers.check(resource.type, resource.urn, resource.inputs)
        self._record(resource)
        outputs, origins = components.expand(self, resource)
        with self._lock:
            self._resources[resource.urn] = replace(resource, outputs=outputs)
        dependencies = {
            key: resource_pb2.RegisterResourceResponse.PropertyDependencies(urns=urns) for key, urns in origins.items()
        }
        return resource_pb2.RegisterResourceResponse(
            urn=resource.urn, object=to_struct(outputs), propertyDependencies=dependencies
        )

    def _record(self, resource: Resource) -> None:
        with self._lock:
            if resource.urn in self._resources:
                raise RehearsalError(f"Duplicate resource URN '{resource.urn}'; try giving it a unique name")
            self._resources[resource.urn] = resource

    def _default_provider(self, resource: Resource) -> str:
        if self.config.default_provider_disabled(resource.package):
            raise RehearsalError(_disabled(resource.package, resource.urn))
        suffix = f"_{resource.version.replace('.', '_')}" if resource.version else ""
        type_ = f"{PROVIDER_PREFIX}{resource.package}"
        urn = make_urn(self.stack, self.project, "", type_, f"default{suffix}")
        with self._lock:
            if urn not in self._resources:
                inputs = {"region": self.config.region or DEFAULT_REGION} if resource.package == "aws" else {}
                provider = Resource(urn=urn, type=type_, name=f"default{suffix}", inputs=inputs, outputs=inputs)
                self._resources[urn] = replace(provider, id=self._creation(provider).uuid())
        return urn

    def _creation(self, resource: Resource) -> Creation:
        return Creation(
            urn=resource.urn,
            type=resource.type,
            name=resource.name,
            inputs=reveal(resource.inputs),
            place=self._place(resource.provider),
            lookup=self._by_id.get,
        )

    def _place(self, provider: str) -> Place:
        resource = self._resources.get(provider)
        return place_of(reveal(resource.inputs) if resource else {}, self.config.region)

    @contextmanager
    def _from(self, request: Any) -> Generator[None]:
        """Say with an error where in the program it comes from: the SDK reports it from somewhere else."""
        try:
            yield
        except RehearsalError as error:
            error.source = error.source or source_position(request, self.root)
            raise

    def _line_of(self, urn: str, parent: str) -> list[str]:
        """Return the URNs of a resource and of its parents, up to the stack."""
        line = [urn]
        while parent:
            line.append(parent)
            above = self._resources.get(parent)
            parent = above.parent if above else ""
        return line


def _disabled(package: str, what: str) -> str:
    return f"Default provider for '{package}' disabled. '{what}' must use an explicit provider."
