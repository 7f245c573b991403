"""Names that Pulumi makes for resources whose program gives none.

https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from rehearsal.simulator import schema
from rehearsal.simulator.sdk_shapes import args_class, fields

# Where the input is not "name", or has less than 255 characters: tfbridge.AutoName in the provider's resources.go.
# https://github.com/pulumi/pulumi-aws/blob/master/provider/resources.go
_NAMES: Mapping[str, tuple[str, int]] = {
    "aws:cloudwatch/eventRule:EventRule": ("name", 64),
    "aws:cloudwatch/eventTarget:EventTarget": ("targetId", 255),
    "aws:eks/fargateProfile:FargateProfile": ("fargateProfileName", 255),
    "aws:eks/nodeGroup:NodeGroup": ("nodeGroupName", 255),
    "aws:iam/role:Role": ("name", 64),
    "kubernetes:helm.sh/v3:Release": ("name", 255),
}
_LONGEST = 255
_RANDOM = 7


@cache
def autoname(type_: str) -> str:
    """Return the input that gets a name where the program gives none, or "" if the type has no such input.

    It is every optional "name" of the AWS provider, and the exceptions that the provider lists.
    """
    if type_ in _NAMES:
        return _NAMES[type_][0]
    resource = schema.resource_class(type_) if type_.startswith("aws:") else None
    of = args_class(resource) if resource is not None else None
    field = fields(of).get("name") if of is not None else None
    return "name" if field is not None and not field.required else ""


def is_wanted(type_: str, inputs: Mapping[str, Any]) -> bool:
    """Return whether a resource gets a name of Pulumi's making: neither a name nor the beginning of one is given."""
    key = autoname(type_)
    return bool(key) and inputs.get(key) is None and inputs.get(f"{key}Prefix") is None


def made(logical_name: str, digits: str) -> str:
    """Return the name that is made of a logical name and some random digits."""
    return f"{logical_name}-{digits[:_RANDOM]}"


def problems(type_: str, urn: str, inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield ("", reason) if the logical name leaves no room for what makes a name of it unique."""
    longest = _NAMES.get(type_, ("", _LONGEST))[1]
    prefix = f"{urn.rpartition('::')[2]}-"
    if is_wanted(type_, inputs) and len(prefix) + _RANDOM > longest:
        yield "", f"name {prefix!r} plus {_RANDOM} random chars is longer than maximum length {longest}"
