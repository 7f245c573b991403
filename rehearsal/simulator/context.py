"""What the simulated providers know when they make a resource or answer a question."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

DEFAULT_ACCOUNT = "123456789012"
DEFAULT_REGION = "us-east-1"

# DNS suffix by partition. https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
_PARTITIONS = {
    "cn-": ("aws-cn", "amazonaws.com.cn"),
    "us-gov-": ("aws-us-gov", "amazonaws.com"),
    "eusc-": ("aws-eusc", "amazonaws.eu"),
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """The account and region that a provider works in.

    Args:
        region: AWS region.
        account: AWS account id.
        default_tags: Tags that the provider adds to every taggable resource.
        kubeconfig: For a Kubernetes provider, the document that leads to its cluster; "" for others.
    """

    region: str = DEFAULT_REGION
    account: str = DEFAULT_ACCOUNT
    default_tags: Mapping[str, str] = field(default_factory=dict[str, str])
    kubeconfig: str = ""

    @property
    def partition(self) -> str:
        """ARN partition of the region."""
        return self._partition()[0]

    @property
    def dns_suffix(self) -> str:
        """DNS suffix of the partition."""
        return self._partition()[1]

    def _partition(self) -> tuple[str, str]:
        for prefix, partition in _PARTITIONS.items():
            if self.region.startswith(prefix):
                return partition
        return ("aws", "amazonaws.com")

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a regional resource."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def iam_arn(self, resource: str) -> str:
        """Return the ARN of an IAM resource."""
        return f"arn:{self.partition}:iam::{self.account}:{resource}"

    @property
    def zones(self) -> list[str]:
        """Names of the region's simulated availability zones."""
        return [f"{self.region}{letter}" for letter in "abc"]


def place_of(provider: Mapping[str, Any], region: str) -> Place:
    """Return the place that an AWS or a Kubernetes provider works in.

    Args:
        provider: The provider's inputs, secrets in the clear; lists and objects may be JSON text.
        region: The region where the provider names none, or one that is not known yet; "" for the default.
    """
    named = provider.get("region")
    accounts = _parsed(provider.get("allowedAccountIds"))
    default_tags = _parsed(provider.get("defaultTags"))
    tags = default_tags.get("tags") if isinstance(default_tags, Mapping) else None
    kubeconfig = provider.get("kubeconfig")
    return Place(
        region=named if isinstance(named, str) and named else region or DEFAULT_REGION,
        account=accounts[0] if isinstance(accounts, list) and accounts else DEFAULT_ACCOUNT,
        default_tags=tags if isinstance(tags, Mapping) else {},
        kubeconfig=kubeconfig if isinstance(kubeconfig, str) else "",
    )


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value else value


@dataclass(frozen=True, kw_only=True)
class Creation:
    """A resource that is being made.

    Args:
        urn: URN of the resource; ids are derived from it, so that every run gives the same ones.
        type: Type token.
        name: Logical name.
        inputs: Inputs by wire name, secrets in the clear, possibly with unknown values.
        place: Account and region.
        lookup: Returns the outputs of a resource made before by physical id, or None.
        generation: What tells this resource from one that had its URN before, so that the two have different ids; ""
            where there is none.
    """

    urn: str
    type: str
    name: str
    inputs: Mapping[str, Any]
    place: Place
    lookup: Callable[[str], Mapping[str, Any] | None] = lambda _id: None
    generation: str = ""

    def hex(self, length: int, salt: str = "") -> str:
        """Return stable hexadecimal digits for this resource."""
        return hashlib.sha256(f"{self.urn}{self.generation}{salt}".encode()).hexdigest()[:length]

    def uuid(self) -> str:
        """Return a stable UUID for this resource."""
        return str(uuid.UUID(self.hex(32)))

    def physical_name(self, key: str = "name", prefix_key: str = "namePrefix") -> Any:
        """Return the name that is given, or the one that Pulumi makes from the logical name.

        https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming
        """
        if key in self.inputs:
            return self.inputs[key]
        if prefix_key in self.inputs:
            return f"{self.inputs[prefix_key]}{self.hex(17)}"
        return f"{self.name}-{self.hex(7)}"

    def input(self, key: str, default: Any = None) -> Any:
        """Return an input, or the default where it is not given."""
        return self.inputs.get(key, default)


@dataclass(frozen=True, kw_only=True)
class ResourceModel:
    """How a provider answers the creation of one type.

    Args:
        id: Returns the physical id.
        outputs: Returns the outputs that the provider computes, beside the inputs that it echoes; called with the id.
        known: Names of computed outputs that are known already in a first preview (Pulumi names things in its check).
    """

    id: Callable[[Creation], Any]
    outputs: Callable[[Creation, Any], Mapping[str, Any]] = lambda _creation, _id: {}
    known: frozenset[str] = frozenset({"name", "tagsAll", "region"})


@dataclass(frozen=True, kw_only=True)
class Question:
    """A function call that a provider is asked to answer.

    Args:
        token: Function token.
        args: Arguments by wire name.
        place: Account and region.
        lookup: Returns the outputs of a resource made before by physical id, or None.
    """

    token: str
    args: Mapping[str, Any]
    place: Place
    lookup: Callable[[str], Mapping[str, Any] | None] = lambda _id: None


Answer = Callable[[Question], Mapping[str, Any]]
