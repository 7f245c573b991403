"""What holds for every test: no network, and no credentials of the person who runs them."""

from __future__ import annotations

import functools
import gc
import ipaddress
import os
import socket
from typing import Any

import hypothesis
import pytest

ENVIRONMENT = {
    # str(output) raises instead of sending a warning text to AWS as if it were a value.
    "PULUMI_ERROR_OUTPUT_STRING": "true",
    "PULUMI_SKIP_UPDATE_CHECK": "true",
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "not-a-secret",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "KUBECONFIG": os.devnull,
}
REMOVED = (
    "AWS_DEFAULT_REGION",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_ROLE_ARN",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "PULUMI_ACCESS_TOKEN",
    "PULUMI_BACKEND_URL",
    "PULUMI_CONFIG_PASSPHRASE",
    "PULUMI_CONFIG_PASSPHRASE_FILE",
)


class NetworkAccessError(RuntimeError):
    """A test reached for an address outside this machine."""


def pytest_configure() -> None:
    for name in REMOVED:
        os.environ.pop(name, None)
    os.environ.update(ENVIRONMENT)
    # No deadline: a busy machine is no bug. The same examples each time in CI: a red run can be run again.
    hypothesis.settings.register_profile("suite", deadline=None, max_examples=50, derandomize="CI" in os.environ)
    hypothesis.settings.load_profile("suite")


def pytest_collection_finish() -> None:
    # By now the SDKs are loaded: millions of objects that live to the end and need no more search for garbage.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def cached_source_positions():
    """Let the SDK work out once, not for each resource, where the lines of pytest's own deep stack are."""
    from pulumi.runtime import resource

    position = resource._get_source_position_for_frame

    class Frame:
        def __init__(self, filename: str, lineno: int) -> None:
            self.filename, self.lineno = filename, lineno

    @functools.cache
    def cached(filename: str, lineno: int) -> Any:
        return position(Frame(filename, lineno))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resource, "_get_source_position_for_frame", lambda frame: cached(frame.filename, frame.lineno))
        yield


def _is_local(host: object) -> bool:
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host)).is_loopback
    except ValueError:
        return False


def _refuse_remote(address: object) -> None:
    host = address[0] if isinstance(address, tuple) else None
    if not _is_local(host):
        raise NetworkAccessError(f"a test must not reach the network, and this one reached for {address!r}")


@pytest.fixture(scope="session", autouse=True)
def no_network():
    """Let tests talk to this machine only; a name is refused before it is looked up."""
    connect, connect_ex, sendto, look_up = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.socket.sendto,
        socket.getaddrinfo,
    )

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _refuse_remote(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_remote(address)
        return connect_ex(self, address)

    def guarded_sendto(self: socket.socket, data: Any, *rest: Any) -> int:
        _refuse_remote(rest[-1])
        return sendto(self, data, *rest)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse_remote((host,))
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket.socket, "sendto", guarded_sendto)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield
