"""Values as they travel between a Pulumi program and its engine, and the plain Python that reports are made of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf import struct_pb2
from pulumi.runtime import rpc

_SIGNATURE: Final = rpc._special_sig_key
_SECRET: Final = rpc._special_secret_sig
_RESOURCE: Final = rpc._special_resource_sig
_ASSETS: Final = (rpc._special_asset_sig, rpc._special_archive_sig)


# What is shorter may stand anywhere by chance.
_SHORTEST_SECRET: Final = 4


class Unknown:
    """The one value that is not known before the resource behind it exists. Use the constant `UNKNOWN`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "[unknown]"

    def __deepcopy__(self, memo: dict[int, Any]) -> Unknown:
        return self

    def __copy__(self) -> Unknown:
        return self

    def __reduce__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that the program marked as secret. Its text form hides the value.

    Args:
        value: The value in the clear: for policies and resources, never for a report.
    """

    value: Any

    def __repr__(self) -> str:
        return "[secret]"


@dataclass(frozen=True)
class ResourceReference:
    """A resource passed as a value.

    Args:
        urn: URN of the resource.
        id: Physical id; "" for a component, UNKNOWN while the resource does not exist.
        version: Version of the provider package that knows the resource's type.
    """

    urn: str
    id: Any
    version: str


@dataclass(frozen=True)
class Asset:
    """A file, a text or an archive passed as a value.

    Args:
        fields: The wire fields without the signature, for example {"text": "..."} or {"path": "..."}.
        archive: True for an archive.
    """

    fields: Mapping[str, Any]
    archive: bool


def from_struct(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Return the plain Python of a message's properties, keys sorted; whole numbers come back as int."""
    return {key: _from_value(struct.fields[key]) for key in sorted(struct.fields)}


def _from_value(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value == rpc.UNKNOWN else value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_from_value(item) for item in value.list_value.values]
    if kind == "struct_value":
        return _from_special(from_struct(value.struct_value))
    return None


def _from_special(fields: dict[str, Any]) -> Any:
    signature = fields.get(_SIGNATURE)
    if signature is None:
        return fields
    if signature == _SECRET:
        return Secret(fields.get("value"))
    if signature == _RESOURCE:
        return ResourceReference(fields["urn"], fields.get("id", ""), fields.get("packageVersion", ""))
    if signature in _ASSETS:
        rest = {key: value for key, value in fields.items() if key != _SIGNATURE}
        return Asset(rest, archive=signature != _ASSETS[0])
    raise ValueError(f"unknown kind of value on the wire: signature {signature!r}")


def to_struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """Return the message of plain Python properties, the inverse of `from_struct`."""
    struct = struct_pb2.Struct()
    for key, value in properties.items():
        struct.fields[key].CopyFrom(_to_value(value))
    return struct


def _to_value(value: Any) -> struct_pb2.Value:
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, int | float):
        return struct_pb2.Value(number_value=value)
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    if isinstance(value, Unknown):
        return struct_pb2.Value(string_value=rpc.UNKNOWN)
    if isinstance(value, Mapping):
        return struct_pb2.Value(struct_value=to_struct(value))
    if isinstance(value, Sequence):
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[_to_value(item) for item in value]))
    return struct_pb2.Value(struct_value=to_struct(_special_fields(value)))


def _special_fields(value: Any) -> dict[str, Any]:
    if isinstance(value, Secret):
        return {_SIGNATURE: _SECRET, "value": value.value}
    if isinstance(value, ResourceReference):
        return {_SIGNATURE: _RESOURCE, "urn": value.urn, "id": value.id, "packageVersion": value.version}
    if isinstance(value, Asset):
        return {_SIGNATURE: _ASSETS[int(value.archive)], **value.fields}
    raise TypeError(f"a value of type {type(value).__name__} cannot travel to the engine: {value!r}")


def plain(value: Any) -> Any:
    """Return the value as data for a report: unknown and secret values become "[unknown]" and "[secret]"."""
    if isinstance(value, Unknown | Secret):
        return repr(value)
    if isinstance(value, ResourceReference):
        return {"resource": value.urn}
    if isinstance(value, Asset):
        return {"archive" if value.archive else "asset": plain(value.fields)}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def reveal(value: Any) -> Any:
    """Return the value with every secret in the clear, as providers and policies see it; never print the result."""
    if isinstance(value, Secret):
        return reveal(value.value)
    if isinstance(value, Mapping):
        return {key: reveal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [reveal(item) for item in value]
    return value


def concealed(value: Any, like: Any) -> Any:
    """Return the value with every part secret that is secret in a value of the same shape, as providers echo inputs.

    Args:
        value: A value in the clear.
        like: The value before its secrets were revealed.
    """
    if isinstance(like, Secret):
        return value if isinstance(value, Secret) else Secret(value)
    if isinstance(like, Mapping) and isinstance(value, Mapping):
        return {key: concealed(item, like.get(key)) for key, item in value.items()}
    if isinstance(like, list) and isinstance(value, list) and len(like) == len(value):
        return [concealed(item, secret) for item, secret in zip(value, like, strict=True)]
    return value


def secret_texts(value: Any) -> set[str]:
    """Return the texts that are secret in a value, without those too short to be one."""
    if isinstance(value, Secret):
        return set(_texts(reveal(value.value)))
    if isinstance(value, Mapping):
        return set().union(*(secret_texts(item) for item in value.values()))
    if isinstance(value, list | tuple):
        return set().union(*(secret_texts(item) for item in value))
    return set()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str) and len(value) >= _SHORTEST_SECRET:
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def without_texts(value: Any, texts: Collection[str]) -> Any:
    """Return the value with every text secret that holds one of the texts."""
    if isinstance(value, str):
        return Secret(value) if any(text in value for text in texts) else value
    if isinstance(value, Mapping):
        return {key: without_texts(item, texts) for key, item in value.items()}
    if isinstance(value, list):
        return [without_texts(item, texts) for item in value]
    return value


def contains_secret(value: Any) -> bool:
    """Return whether any part of the value is secret."""
    if isinstance(value, Mapping):
        return any(contains_secret(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(contains_secret(item) for item in value)
    return isinstance(value, Secret)


def contains_unknown(value: Any) -> bool:
    """Return whether any part of the value is unknown."""
    if isinstance(value, Secret):
        return contains_unknown(value.value)
    if isinstance(value, Mapping):
        return any(contains_unknown(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(contains_unknown(item) for item in value)
    return isinstance(value, Unknown)
