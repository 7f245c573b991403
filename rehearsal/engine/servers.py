"""The servers that the engine is attached to, on ports of their own on this machine."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
from pulumi.runtime.proto import language_pb2_grpc, provider_pb2_grpc

from rehearsal.engine.language import LanguageRuntime
from rehearsal.engine.provider import PACKAGES, SimulatedProvider
from rehearsal.simulator import schema
from rehearsal.simulator.catalogue import RESOURCES
from rehearsal.simulator.cloud import Cloud

# Every creation that waits for virtual time holds a thread.
_THREADS = 64
# The engine's own limit. https://github.com/pulumi/pulumi/blob/master/sdk/go/common/util/rpcutil/serve.go
_MESSAGE_BYTES = 400 * 1024 * 1024
_GRACE_SECONDS = 1.0


def load_sdks() -> None:
    """Import everything of the SDKs that the simulator can answer for.

    Done before the first thread is started: the SDKs load their modules lazily, and not safely between threads.
    """
    for type_ in RESOURCES:
        schema.resource_class(type_)


@contextmanager
def provider_servers(cloud: Cloud, region: str = "") -> Generator[str]:
    """Serve the simulated providers, and yield the value of PULUMI_DEBUG_PROVIDERS."""
    servers: list[Any] = []
    try:
        attached: list[str] = []
        for package in PACKAGES:
            provider = SimulatedProvider(package, cloud, region)
            server, port = _serve(provider_pb2_grpc.add_ResourceProviderServicer_to_server, provider)
            servers.append(server)
            attached.append(f"{package}:{port}")
        yield ",".join(attached)
    finally:
        _stop(servers)


@contextmanager
def language_server(runtime: LanguageRuntime) -> Generator[str]:
    """Serve the language runtime, and yield the value of PULUMI_DEBUG_LANGUAGES."""
    server, port = _serve(language_pb2_grpc.add_LanguageRuntimeServicer_to_server, runtime)
    try:
        yield f"python:{port}"
    finally:
        runtime.stop()
        _stop([server])


def _serve(add: Callable[[Any, Any], None], servicer: Any) -> tuple[Any, int]:
    options = [
        ("grpc.max_receive_message_length", _MESSAGE_BYTES),
        ("grpc.max_send_message_length", _MESSAGE_BYTES),
        # Two sessions must never share a port.
        ("grpc.so_reuseport", 0),
    ]
    server = grpc.server(ThreadPoolExecutor(_THREADS), options=options)
    add(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def _stop(servers: list[Any]) -> None:
    stopped = [server.stop(_GRACE_SECONDS) for server in servers]
    for event in stopped:
        event.wait(2 * _GRACE_SECONDS)
