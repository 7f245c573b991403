"""The providers that are attached to the engine: aws, eks and kubernetes over one simulated cloud.

https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
"""

from __future__ import annotations

import importlib
import json
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from rehearsal.engine.construct import construct
from rehearsal.engine.provider_config import config_change
from rehearsal.engine.values import detailed_diff, outputs_with_secrets, taken_from, with_secrets
from rehearsal.errors import RehearsalError
from rehearsal.simulator.cloud import Cloud
from rehearsal.simulator.context import Place, place_of
from rehearsal.wire import UNKNOWN, from_struct, reveal, to_struct

PACKAGES: Mapping[str, str] = {"aws": "pulumi_aws", "eks": "pulumi_eks", "kubernetes": "pulumi_kubernetes"}


class SimulatedProvider(provider_pb2_grpc.ResourceProviderServicer):
    """Answers for one package, whatever number of provider instances the program configures.

    Args:
        package: "aws", "eks" or "kubernetes".
        cloud: Where everything lives.
        region: Region where a provider names none.
    """

    def __init__(self, package: str, cloud: Cloud, region: str = "") -> None:
        self.package = package
        self._cloud = cloud
        self._region = region
        # The engine opens a connection for each provider instance: it tells which configuration a call is about.
        self._configurations: dict[str, Mapping[str, Any]] = {}
        self._lock = threading.Lock()

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Answer which kinds of values are understood."""
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=True, accept_outputs=False)

    def Attach(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Take note that an engine is there."""
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Answer the version of the SDK that is installed, which is that of the provider it is made from."""
        return plugin_pb2.PluginInfo(version=package_version(self.package))

    def GetSchema(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Answer a schema with no types: programs in Python bring theirs."""
        schema = {"name": self.package, "version": package_version(self.package)}
        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema))

    def CheckConfig(self, request: provider_pb2.CheckRequest, context: Any) -> Any:  # noqa: N802, ARG002
        """Accept a provider's configuration as it is given."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: Any) -> Any:  # noqa: N802, ARG002
        """Answer what a changed configuration means for what the provider manages."""
        old = from_struct(request.old_inputs if request.HasField("old_inputs") else request.olds)
        new = from_struct(request.news)
        paths, replaces = config_change(self.package, reveal(old), reveal(new))
        return _difference(old, new, paths, replaces)

    def Configure(self, request: provider_pb2.ConfigureRequest, context: Any) -> Any:  # noqa: N802
        """Keep the configuration of the provider instance that this connection belongs to."""
        configuration = reveal(from_struct(request.args))
        with self._lock:
            self._configurations[context.peer()] = configuration
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=True, acceptOutputs=False
        )

    def Check(self, request: provider_pb2.CheckRequest, context: Any) -> Any:  # noqa: N802
        """Check inputs, and generate a name where the type wants one."""
        given = from_struct(request.news)
        with _refusals(context):
            checked, failures = self._cloud.check(
                _type(request.urn),
                request.urn,
                reveal(from_struct(request.olds)),
                reveal(given),
                request.randomSeed.hex(),
            )
        refused = [provider_pb2.CheckFailure(property=one.property, reason=one.reason) for one in failures]
        return provider_pb2.CheckResponse(inputs=to_struct(with_secrets(given, checked)), failures=refused)

    def Diff(self, request: provider_pb2.DiffRequest, context: Any) -> Any:  # noqa: N802
        """Answer what differs between checked inputs, and whether that replaces the resource."""
        old, new = from_struct(request.old_inputs), from_struct(request.news)
        with _refusals(context):
            change = self._cloud.diff(_type(request.urn), reveal(old), reveal(new))
        response = _difference(old, new, change.paths, change.replaces)
        response.deleteBeforeReplace = change.delete_before_replace
        if not change.paths and self._default_tags_differ(request, new, context):
            response.changes = provider_pb2.DiffResponse.DIFF_SOME
            response.diffs.append("tagsAll")
            response.detailedDiff["tagsAll"].CopyFrom(provider_pb2.PropertyDiff(kind=provider_pb2.PropertyDiff.UPDATE))
        return response

    def _default_tags_differ(self, request: provider_pb2.DiffRequest, new: Mapping[str, Any], context: Any) -> bool:
        """Return whether a resource lacks a default tag of the provider, or has one that is no default tag now."""
        actual = reveal(from_struct(request.olds)).get("tagsAll")
        if not isinstance(actual, Mapping):
            return False
        own = reveal(new).get("tags")
        wanted = {**self._place(context).default_tags, **(own if isinstance(own, Mapping) else {})}
        return actual != wanted

    def Create(self, request: provider_pb2.CreateRequest, context: Any) -> Any:  # noqa: N802
        """Make a resource."""
        given = from_struct(request.properties)
        with _refusals(context):
            id_, outputs = self._cloud.create(
                _type(request.urn), request.urn, reveal(given), self._place(context), preview=request.preview
            )
        return provider_pb2.CreateResponse(id=id_, properties=to_struct(outputs_with_secrets(given, outputs)))

    def Read(self, request: provider_pb2.ReadRequest, context: Any) -> Any:  # noqa: N802
        """Answer how a resource is now: for a refresh, an import, or a program that reads it."""
        given = from_struct(request.inputs)
        with _refusals(context):
            record = self._cloud.read(_type(request.urn), request.id, request.urn)
        if record is None:
            return provider_pb2.ReadResponse()
        inputs = taken_from(reveal(given), record.outputs) if given else record.inputs
        marks = {**from_struct(request.properties), **given}
        return provider_pb2.ReadResponse(
            id=record.id,
            properties=to_struct(outputs_with_secrets(marks, record.outputs)),
            inputs=to_struct(with_secrets(given, inputs)),
        )

    def Update(self, request: provider_pb2.UpdateRequest, context: Any) -> Any:  # noqa: N802
        """Change a resource in place."""
        given = from_struct(request.news)
        with _refusals(context):
            outputs = self._cloud.update(
                _type(request.urn),
                request.id,
                request.urn,
                reveal(given),
                self._place(context),
                preview=request.preview,
            )
        return provider_pb2.UpdateResponse(properties=to_struct(outputs_with_secrets(given, outputs)))

    def Delete(self, request: provider_pb2.DeleteRequest, context: Any) -> Any:  # noqa: N802
        """Delete a resource."""
        with _refusals(context):
            self._cloud.delete(_type(request.urn), request.id, request.urn)
        return empty_pb2.Empty()

    def Invoke(self, request: provider_pb2.InvokeRequest, context: Any) -> Any:  # noqa: N802
        """Answer a question of the program."""
        with _refusals(context):
            answer = self._cloud.invoke(request.tok, reveal(from_struct(request.args)), self._place(context))
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(to_struct(answer))
        return response

    def Construct(self, request: provider_pb2.ConstructRequest, context: Any) -> Any:  # noqa: N802
        """Register a remote component with its children."""
        with _refusals(context):
            return construct(request)

    def Call(self, request: provider_pb2.CallRequest, context: Any) -> Any:  # noqa: N802
        """Refuse methods of components: the simulator knows none."""
        context.abort(grpc.StatusCode.UNIMPLEMENTED, f"the simulator does not know the method {request.tok}")

    def Parameterize(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Refuse parameterized packages: the simulator has no schema for them."""
        context.abort(grpc.StatusCode.UNIMPLEMENTED, f"the package {self.package} is not parameterized")

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Let what is under way come to its end: the engine waits for it."""
        return empty_pb2.Empty()

    def _place(self, context: Any) -> Place:
        with self._lock:
            configuration = self._configurations.get(context.peer(), {})
        return place_of({key: value for key, value in configuration.items() if value is not UNKNOWN}, self._region)


def package_version(package: str) -> str:
    """Return the version of the provider that the installed SDK of a package was made from."""
    module = importlib.import_module(PACKAGES[package])
    file = Path(str(module.__file__)).parent / "pulumi-plugin.json"
    return str(json.loads(file.read_text(encoding="utf-8"))["version"])


def _type(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]


def _difference(old: Mapping[str, Any], new: Mapping[str, Any], paths: Any, replaces: Any) -> provider_pb2.DiffResponse:
    some = provider_pb2.DiffResponse.DIFF_SOME if paths else provider_pb2.DiffResponse.DIFF_NONE
    detailed = detailed_diff(
        {key: old[key] for key in paths if key in old},
        {key: new[key] for key in paths if key in new},
        frozenset(replaces),
    )
    return provider_pb2.DiffResponse(
        changes=some, diffs=list(paths), replaces=list(replaces), detailedDiff=detailed, hasDetailedDiff=bool(detailed)
    )


@contextmanager
def _refusals(context: Any) -> Generator[None]:
    """Hand what the cloud refuses to the engine, which shows it beside the resource."""
    try:
        yield
    except RehearsalError as error:
        context.abort(grpc.StatusCode.UNKNOWN, str(error))
    except grpc.RpcError as error:
        details = getattr(error, "details", None)
        context.abort(grpc.StatusCode.UNKNOWN, str(details() if details else error))
