"""A resource monitor in process: takes what a program registers, answers from the simulator, and records a graph."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime._callbacks import _CallbackServicer
from pulumi.runtime.proto import callback_pb2, resource_pb2

from rehearsal.errors import RehearsalError
from rehearsal.graph import PROVIDER_PREFIX, STACK_TYPE, Graph, Invoke, Resource, make_urn
from rehearsal.registration import resource_from_request, source_position
from rehearsal.simulator import components, providers
from rehearsal.simulator.context import DEFAULT_ACCOUNT, DEFAULT_REGION, Creation, Place, Question
from rehearsal.wire import UNKNOWN, ResourceReference, from_struct, reveal, to_struct

# Seconds that a transform of the program may take before the run is given up.
_CALLBACK_TIMEOUT = 60

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

Callback = callback_pb2.Callback


@dataclass(frozen=True, kw_only=True)
class StackConfig:
    """What the engine reads from a stack's config before the program does.

    Args:
        region: Value of aws:region, for default providers; "" if not set.
        disabled_default_providers: Packages (or "*") that must not get a default provider.
    """

    region: str = ""
    disabled_default_providers: frozenset[str] = frozenset()

    def default_provider_disabled(self, package: str) -> bool:
        """Return whether resources of the package need an explicit provider."""
        return bool({"*", package} & self.disabled_default_providers)


class RecordingMonitor:
    """Stands where the engine stands for one run of a program.

    Args:
        project: Name of the Pulumi project.
        stack: Name of the stack.
        known: True to answer with outputs as after an update; False as in a first preview.
        config: What the engine reads from the stack's config.
    """

    def __init__(self, *, project: str, stack: str, known: bool, config: StackConfig | None = None) -> None:
        self.project = project
        self.stack = stack
        self.known = known
        self.config = config or StackConfig()
        self._resources: dict[str, Resource] = {}
        self._by_id: dict[str, Mapping[str, Any]] = {}
        self._invokes: list[Invoke] = []
        self._outputs: dict[str, Any] = {}
        self._transforms: dict[str, tuple[Callback, ...]] = {}
        self._stack_transforms: list[Callback] = []
        self._stack_invoke_transforms: list[Callback] = []
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

    # The methods below are the engine's RPCs, called by the SDK.
    # https://github.com/pulumi/pulumi/blob/master/proto/pulumi/resource.proto

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
        self._stack_transforms.append(request)
        return empty_pb2.Empty()

    def RegisterStackInvokeTransform(self, request: Callback) -> Any:  # noqa: N802
        """Keep a transform that every question of the stack goes through."""
        self._stack_invoke_transforms.append(request)
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
        urn = make_urn(self.stack, self.project, request.parent, request.type, request.name)
        if request.type == STACK_TYPE:
            self._record(resource_from_request(request, urn))
            return resource_pb2.RegisterResourceResponse(urn=urn)
        self._transforms[urn] = tuple(request.transforms)
        self._transform(request, urn)
        resource = self._with_provider(resource_from_request(request, urn))
        if request.remote:
            return self._register_remote(resource)
        if not resource.custom:
            self._record(resource)
            return resource_pb2.RegisterResourceResponse(urn=urn)
        resource = self.create(resource)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=resource.id, object=to_struct(resource.outputs))

    def ReadResource(self, request: resource_pb2.ReadResourceRequest) -> Any:  # noqa: N802
        """Record a resource that the program reads, and answer with its state."""
        urn = make_urn(self.stack, self.project, request.parent, request.type, request.name)
        resource = Resource(
            urn=urn,
            type=request.type,
            name=request.name,
            parent=request.parent,
            external=True,
            import_id=request.id,
            inputs=from_struct(request.properties),
            dependencies=frozenset(request.dependencies),
            provider=_provider_urn(request.provider),
            version=request.version,
            source=source_position(request),
        )
        creation = self._creation(resource)
        _id, outputs = providers.create(creation, known=True)
        self._record(replace(resource, id=request.id, outputs=outputs))
        return resource_pb2.ReadResourceResponse(urn=urn, properties=to_struct(outputs))

    def Invoke(self, request: resource_pb2.ResourceInvokeRequest) -> Any:  # noqa: N802
        """Answer a question of the program."""
        args = from_struct(request.args)
        if request.tok == "pulumi:pulumi:getResource":
            return self._answer(self._get_resource(args["urn"]))
        if not request.provider and self.config.default_provider_disabled(request.tok.split(":", 1)[0]):
            package = request.tok.split(":", 1)[0]
            raise RehearsalError(
                f"Default provider for '{package}' disabled. '{request.tok}' must use an explicit provider."
            )
        place = self._place(_provider_urn(request.provider))
        question = Question(token=request.tok, args=reveal(args), place=place, lookup=self._by_id.get)
        result = providers.answer(question)
        with self._lock:
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
        if resource.provider == "" and not resource.type.startswith(PROVIDER_PREFIX):
            resource = replace(resource, provider=self._default_provider(resource))
        providers.check(resource.type, resource.urn, resource.inputs)
        id_, outputs = providers.create(self._creation(resource), known=self.known)
        made = replace(resource, id=id_, outputs=outputs)
        self._record(made)
        if id_:
            self._by_id[id_] = reveal(outputs)
        return made

    def transformed(self, child: Resource) -> Resource:
        """Return a remote component's child after the transforms of the components above it and of the stack."""
        request = resource_pb2.RegisterResourceRequest(
            type=child.type, name=child.name, parent=child.parent, custom=child.custom, object=to_struct(child.inputs)
        )
        self._transform(request, child.urn)
        return replace(child, inputs=from_struct(request.object))

    def output(self, reference: ResourceReference, key: str) -> Any:
        """Return an output of a resource that was passed as a value."""
        return self._resources[reference.urn].outputs.get(key, UNKNOWN)

    def _register_remote(self, resource: Resource) -> Any:
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

    def _with_provider(self, resource: Resource) -> Resource:
        """Take the provider from the parents where the program left it to them, as the engine does."""
        if resource.remote:
            if resource.package not in resource.providers and self.config.default_provider_disabled(resource.package):
                raise RehearsalError(_disabled(resource))
            return resource
        return resource

    def _default_provider(self, resource: Resource) -> str:
        if self.config.default_provider_disabled(resource.package):
            raise RehearsalError(_disabled(resource))
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
        inputs: Mapping[str, Any] = reveal(resource.inputs) if resource else {}
        region = inputs.get("region") or self.config.region or DEFAULT_REGION
        accounts = _parsed(inputs.get("allowedAccountIds")) or [DEFAULT_ACCOUNT]
        tags = (_parsed(inputs.get("defaultTags")) or {}).get("tags") or {}
        return Place(region=region, account=accounts[0], default_tags=tags)

    def _transform(self, request: resource_pb2.RegisterResourceRequest, urn: str) -> None:
        """Send a registration through its own transforms, then its parents', then the stack's."""
        for callback in self._callbacks(urn, request.parent):
            message = resource_pb2.TransformRequest(
                type=request.type,
                name=request.name,
                custom=request.custom,
                parent=request.parent,
                properties=request.object,
                options=resource_pb2.TransformResourceOptions(),
            )
            answer = resource_pb2.TransformResponse.FromString(_call(callback, message.SerializeToString()))
            request.object.CopyFrom(answer.properties or struct_pb2.Struct())
            _apply_options(request, answer.options)

    def _callbacks(self, urn: str, parent: str) -> Iterable[Callback]:
        chain = [self._transforms.get(urn, ())]
        while parent:
            chain.append(self._transforms.get(parent, ()))
            above = self._resources.get(parent)
            parent = above.parent if above else ""
        return itertools.chain(*chain, self._stack_transforms)


def _disabled(resource: Resource) -> str:
    return f"Default provider for '{resource.package}' disabled. '{resource.urn}' must use an explicit provider."


def _provider_urn(reference: str) -> str:
    return reference.rpartition("::")[0]


def _parsed(value: Any) -> Any:
    """Return a provider's input; providers get lists and objects as JSON text."""
    return json.loads(value) if isinstance(value, str) else value


def _call(callback: Callback, message: bytes) -> bytes:
    """Run a callback of the program on the program's own event loop, as the engine's call would."""
    for servicer in _CallbackServicer._servicers:
        function = servicer._callbacks.get(callback.token)
        if function is not None:
            future = asyncio.run_coroutine_threadsafe(_awaited(function, message), servicer._loop)
            return future.result(timeout=_CALLBACK_TIMEOUT)
    raise RehearsalError(f"no callback {callback.token} is registered")


async def _awaited(function: Callable[[bytes], Any], message: bytes) -> bytes:
    return (await function(message)).SerializeToString()


def _apply_options(
    request: resource_pb2.RegisterResourceRequest, options: resource_pb2.TransformResourceOptions
) -> None:
    """Take over the options that a transform may set."""
    if options.HasField("protect"):
        request.protect = options.protect
    if options.HasField("retain_on_delete"):
        request.retainOnDelete = options.retain_on_delete
    if options.HasField("delete_before_replace"):
        request.deleteBeforeReplace = options.delete_before_replace
        request.deleteBeforeReplaceDefined = True
    request.ignoreChanges.extend(options.ignore_changes)
    request.replaceOnChanges.extend(options.replace_on_changes)
    request.additionalSecretOutputs.extend(options.additional_secret_outputs)
    request.dependencies.extend(options.depends_on)
    if options.provider:
        request.provider = options.provider
