"""Rules for address ranges: canonical, private, large enough, apart from each other."""

from __future__ import annotations

from collections.abc import Iterator

from settings.model import StackConfig
from settings.problems import Problem
from settings.rules.common import (
    PRIVATE_RANGES,
    SHARED_RANGE,
    Context,
    Ipv4Network,
    ipv4_network,
    network_or_none,
    within,
)

# https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
_LARGEST_VPC = 16
_SMALLEST_SUBNET = 28
# An intra subnet is a sixteenth of a slot and holds nothing but the control plane's network interfaces: EKS asks for 6
# addresses, and a /28 has 11 after the 5 that AWS takes. https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
_SMALLEST_INTRA = 28
_TIER_BITS = {"privatePrefix": 1, "publicPrefix": 3, "intraPrefix": 4}
# https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html
_SERVICE_PREFIXES = (12, 24)


def check(config: StackConfig, context: Context) -> Iterator[Problem]:
    """Yield what is wrong with the VPC's, the pods' and the Services' ranges."""
    network = config.network
    if network.existing is None:
        yield from _vpc(config)
        yield from _prefixes(config)
        if network.pod_cidr is not None:
            yield from _pods(network.pod_cidr, config)
    yield from _services(config, context)


def _slot_bits(config: StackConfig) -> int:
    return {4: 2, 8: 3}[config.network.subnets.slots]


def _vpc(config: StackConfig) -> Iterator[Problem]:
    found = ipv4_network(("network", "cidr"), config.network.cidr)
    if isinstance(found, Problem):
        yield found
        return
    smallest = _SMALLEST_INTRA - _TIER_BITS["intraPrefix"] - _slot_bits(config)
    if not within(found, PRIVATE_RANGES):
        yield Problem(("network", "cidr"), f"{found} is not private; use a range in {_private()}")
    if found.prefixlen < _LARGEST_VPC:
        yield Problem(("network", "cidr"), f"{found} is too large for a VPC; the largest is /{_LARGEST_VPC}")
    elif found.prefixlen > smallest:
        text = f"{found} is too small for {config.network.subnets.slots} slots; the smallest is /{smallest}"
        yield Problem(("network", "cidr"), text, related=(("network", "subnets", "slots"),))


def _prefixes(config: StackConfig) -> Iterator[Problem]:
    vpc = network_or_none(config.network.cidr)
    subnets = config.network.subnets
    for key, prefix in (
        ("privatePrefix", subnets.private_prefix),
        ("publicPrefix", subnets.public_prefix),
        ("intraPrefix", subnets.intra_prefix),
    ):
        if vpc is None or prefix is None:
            continue
        place = vpc.prefixlen + _slot_bits(config) + _TIER_BITS[key]
        if prefix < place:
            text = f"/{prefix} is larger than its place in {vpc}, which is a /{place}; leave it out to use that whole"
            yield Problem(("network", "subnets", key), text, related=(("network", "cidr"),))


def _pods(value: str, config: StackConfig) -> Iterator[Problem]:
    path = ("network", "podCidr")
    found = ipv4_network(path, value)
    if isinstance(found, Problem):
        yield found
        return
    vpc = network_or_none(config.network.cidr)
    smallest = _SMALLEST_SUBNET - _slot_bits(config)
    if not within(found, (SHARED_RANGE, *PRIVATE_RANGES)):
        yield Problem(path, f"{found} is neither shared nor private; use a range in {SHARED_RANGE} or {_private()}")
    elif vpc and not _go_together(vpc, found):
        text = f"{found} cannot be added to a VPC of {vpc}; use a range in {SHARED_RANGE}, or of the same private range"
        yield Problem(path, text, related=(("network", "cidr"),))
    if not _LARGEST_VPC <= found.prefixlen <= smallest:
        text = f"{found} has the wrong size; /{_LARGEST_VPC} to /{smallest} fit {config.network.subnets.slots} slots"
        yield Problem(path, text, related=(("network", "subnets", "slots"),))
    if vpc and found.overlaps(vpc):
        yield Problem(path, f"{found} overlaps network.cidr {vpc}", related=(("network", "cidr"),))
    if not config.addons.vpc_cni.custom_networking:
        text = "is not used: set addons.vpc-cni.customNetworking to true, or leave it out"
        yield Problem(path, text, related=(("addons", "vpc-cni"),))


def _services(config: StackConfig, context: Context) -> Iterator[Problem]:
    path = ("cluster", "serviceCidr")
    if config.cluster.ip_family == "ipv6":
        if context.is_written("cluster", "serviceCidr"):
            text = "is for ipFamily ipv4 only; with ipv6 EKS chooses the range of Services"
            yield Problem(path, text, related=(("cluster", "ipFamily"),))
        return
    found = ipv4_network(path, config.cluster.service_cidr)
    if isinstance(found, Problem):
        yield found
        return
    least, most = _SERVICE_PREFIXES
    if not within(found, PRIVATE_RANGES):
        yield Problem(path, f"{found} is not private; use a range in {_private()}")
    if not least <= found.prefixlen <= most:
        yield Problem(path, f"{found} has the wrong size; /{most} to /{least} are allowed")
    if config.network.existing:
        return
    for key, value in (("cidr", config.network.cidr), ("podCidr", config.network.pod_cidr)):
        other = network_or_none(value)
        if other and found.overlaps(other):
            yield Problem(path, f"{found} overlaps network.{key} {other}", related=(("network", key),))


def _go_together(vpc: Ipv4Network, pods: Ipv4Network) -> bool:
    """Whether AWS lets a VPC have both; it keeps the private ranges apart, the shared one goes with any."""
    return pods.subnet_of(SHARED_RANGE) or any(vpc.subnet_of(area) and pods.subnet_of(area) for area in PRIVATE_RANGES)


def _private() -> str:
    return ", ".join(map(str, PRIVATE_RANGES))
