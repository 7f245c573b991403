"""Sends registrations and questions through the transforms that a program has declared.

https://www.pulumi.com/docs/iac/concepts/resources/options/transforms/
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pulumi.runtime._callbacks import _CallbackServicer
from pulumi.runtime.proto import callback_pb2, resource_pb2

from rehearsal.errors import RehearsalError

# Seconds that a transform of the program may take before the run is given up.
_CALLBACK_TIMEOUT = 60

Callback = callback_pb2.Callback

# Option of a transform -> field of the registration.
_LISTS = {
    "depends_on": "dependencies",
    "ignore_changes": "ignoreChanges",
    "replace_on_changes": "replaceOnChanges",
    "additional_secret_outputs": "additionalSecretOutputs",
    "aliases": "aliases",
}
_TEXTS = {"version": "version", "provider": "provider", "deleted_with": "deletedWith"}


class Transforms:
    """The transforms of one run of a program."""

    def __init__(self) -> None:
        self._own: dict[str, tuple[Callback, ...]] = {}
        self._of_stack: list[Callback] = []
        self._of_invokes: list[Callback] = []

    def add(self, urn: str, callbacks: Iterable[Callback]) -> None:
        """Keep the transforms of one resource; they hold for what is below it too."""
        self._own[urn] = tuple(callbacks)

    def add_for_stack(self, callback: Callback) -> None:
        """Keep a transform that every resource of the stack goes through."""
        self._of_stack.append(callback)

    def add_for_invokes(self, callback: Callback) -> None:
        """Keep a transform that every question of the stack goes through."""
        self._of_invokes.append(callback)

    def apply(self, request: resource_pb2.RegisterResourceRequest, urns: Sequence[str]) -> None:
        """Change a registration: by its own transforms, then its parents', then the stack's.

        Args:
            request: The registration.
            urns: URN of the resource, then those of its parents.
        """
        own = (self._own.get(urn, ()) for urn in urns)
        for callback in itertools.chain(*own, self._of_stack):
            message = resource_pb2.TransformRequest(
                type=request.type,
                name=request.name,
                custom=request.custom,
                parent=request.parent,
                properties=request.object,
                options=_options(request),
            )
            answer = resource_pb2.TransformResponse.FromString(_call(callback, message.SerializeToString()))
            request.object.CopyFrom(answer.properties)
            if answer.HasField("options"):
                _apply_options(request, answer.options)

    def apply_to_invoke(self, request: resource_pb2.ResourceInvokeRequest) -> None:
        """Change a question by the stack's transforms of questions."""
        for callback in self._of_invokes:
            message = resource_pb2.TransformInvokeRequest(
                token=request.tok,
                args=request.args,
                options=resource_pb2.TransformInvokeOptions(provider=request.provider, version=request.version),
            )
            answer = resource_pb2.TransformInvokeResponse.FromString(_call(callback, message.SerializeToString()))
            request.args.CopyFrom(answer.args)
            if answer.HasField("options"):
                request.provider = answer.options.provider


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


def _options(request: resource_pb2.RegisterResourceRequest) -> resource_pb2.TransformResourceOptions:
    """Return the options of a registration as a transform sees them."""
    options = resource_pb2.TransformResourceOptions(
        protect=request.protect, retain_on_delete=request.retainOnDelete, providers=dict(request.providers)
    )
    for option, field in _LISTS.items():
        getattr(options, option).extend(getattr(request, field))
    for option, field in _TEXTS.items():
        setattr(options, option, getattr(request, field))
    if request.deleteBeforeReplaceDefined:
        options.delete_before_replace = request.deleteBeforeReplace
    if request.HasField("customTimeouts"):
        options.custom_timeouts.CopyFrom(request.customTimeouts)
    return options


def _apply_options(
    request: resource_pb2.RegisterResourceRequest, options: resource_pb2.TransformResourceOptions
) -> None:
    """Take over the options that a transform answers: all of them, as it was given all of them."""
    request.protect = options.protect
    request.retainOnDelete = options.retain_on_delete
    request.deleteBeforeReplace = options.delete_before_replace
    request.deleteBeforeReplaceDefined = options.HasField("delete_before_replace")
    for option, field in _LISTS.items():
        request.ClearField(field)  # pyright: ignore[reportArgumentType]  -- the names are those of the table
        getattr(request, field).extend(getattr(options, option))
    for option, field in _TEXTS.items():
        setattr(request, field, getattr(options, option))
    request.ClearField("providers")
    request.providers.update(options.providers)
    if options.HasField("custom_timeouts"):
        request.customTimeouts.CopyFrom(options.custom_timeouts)
