"""Registers remote components with the real engine, as the plugin of the component would."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2, resource_pb2, resource_pb2_grpc

from rehearsal.errors import RehearsalError
from rehearsal.graph import Resource
from rehearsal.simulator.components import expand
from rehearsal.simulator.registrar import Child, child_resource
from rehearsal.wire import UNKNOWN, ResourceReference, from_struct, to_struct

# A child waits for the virtual hours of what it depends on; the run itself is bounded.
_CHILD_SECONDS = 3600


class ChildFailedError(RehearsalError):
    """A child of a remote component could not be made; the engine has said why."""

    def __init__(self, urn: str) -> None:
        super().__init__(f"{urn} failed")


class EngineRegistrar:
    """Takes the children of one component to the engine.

    Args:
        monitor: The engine's resource monitor.
        request: What the engine asks for.
    """

    def __init__(self, monitor: Any, request: provider_pb2.ConstructRequest) -> None:
        self.known = not request.dryRun
        self._monitor = monitor
        self._request = request

    def add(self, component: Resource, child: Child) -> Resource:
        """Register a child; the engine applies the transforms of the program."""
        request = self._request
        answer = self._monitor.RegisterResource(
            resource_pb2.RegisterResourceRequest(
                type=child.type,
                name=child.name,
                parent=component.urn,
                custom=True,
                object=to_struct(child.inputs),
                protect=request.protect,
                dependencies=sorted(child.dependencies),
                provider=child.provider,
                providers=request.providers,
                ignoreChanges=child.ignore_changes,
                retainOnDelete=request.retainOnDelete,
                version=child.version,
                acceptSecrets=True,
                acceptResources=True,
                supportsPartialValues=True,
                supportsResultReporting=True,
            ),
            timeout=_CHILD_SECONDS,
        )
        if answer.result == resource_pb2.FAIL:
            raise ChildFailedError(answer.urn)
        made = child_resource(component, child, answer.urn, child.inputs)
        return replace(made, id=answer.id, outputs=from_struct(answer.object))

    def output(self, reference: ResourceReference, key: str) -> Any:
        """Return an output of a resource that was passed as a value."""
        answer = self._monitor.Invoke(
            resource_pb2.ResourceInvokeRequest(
                tok="pulumi:pulumi:getResource", args=to_struct({"urn": reference.urn}), acceptResources=True
            ),
            timeout=_CHILD_SECONDS,
        )
        # The engine leaves what is unknown out of the answer.
        return from_struct(getattr(answer, "return"))["state"].get(key, UNKNOWN)


def construct(request: provider_pb2.ConstructRequest) -> provider_pb2.ConstructResponse:
    """Register a remote component and its children with the engine that asks for it.

    Raises:
        RehearsalError: If the simulator does not know the component, or refuses its form.
        grpc.RpcError: If the engine refuses a registration.
    """
    with grpc.insecure_channel(request.monitorEndpoint) as channel:
        monitor = resource_pb2_grpc.ResourceMonitorStub(channel)
        component = _registered(monitor, request)
        outputs, origins = expand(EngineRegistrar(monitor, request), component)
        state = to_struct(outputs)
        monitor.RegisterResourceOutputs(
            resource_pb2.RegisterResourceOutputsRequest(urn=component.urn, outputs=state), timeout=_CHILD_SECONDS
        )
    dependencies = {
        key: provider_pb2.ConstructResponse.PropertyDependencies(urns=urns) for key, urns in origins.items()
    }
    return provider_pb2.ConstructResponse(urn=component.urn, state=state, stateDependencies=dependencies)


def _registered(monitor: Any, request: provider_pb2.ConstructRequest) -> Resource:
    answer = monitor.RegisterResource(
        resource_pb2.RegisterResourceRequest(
            type=request.type,
            name=request.name,
            parent=request.parent,
            custom=False,
            object=struct_pb2.Struct(),
            protect=request.protect,
            dependencies=request.dependencies,
            providers=request.providers,
            aliasURNs=request.aliases,
            deletedWith=request.deletedWith,
            retainOnDelete=request.retainOnDelete,
            acceptSecrets=True,
            acceptResources=True,
            supportsPartialValues=True,
        ),
        timeout=_CHILD_SECONDS,
    )
    return Resource(
        urn=answer.urn,
        type=request.type,
        name=request.name,
        parent=request.parent,
        custom=False,
        remote=True,
        inputs=from_struct(request.inputs),
        property_dependencies={key: frozenset(value.urns) for key, value in request.inputDependencies.items()},
        # The children's registrations need the whole reference: URN and id.
        providers=dict(request.providers),
        protect=request.protect,
    )
