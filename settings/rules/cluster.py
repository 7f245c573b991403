"""Rules for the control plane."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping

from settings import kubernetes_versions
from settings.cluster import Endpoint
from settings.model import StackConfig
from settings.problems import Path, Problem, show
from settings.rules.common import PRIVATE_RANGES, Context, Ipv4Network, cut_off, kms_key, no_repeats, retention, within

_NAME = re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}")
_PORT_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_LAST_PORT = 65535
# What the cluster component opens in any case, by the names of its rules.
_OPEN_TO_CONTROL_PLANE = {
    "https": range(443, 444),
    "load-balancer-controller": range(9443, 9444),
    "kubelet": range(10250, 10251),
    "metrics-server": range(10251, 10252),
}
_OPEN_BETWEEN_NODES = {
    "dns-tcp": range(53, 54),
    "dns-udp": range(53, 54),
    "unprivileged": range(1025, _LAST_PORT + 1),
}
_SECURITY_GROUP = re.compile(r"sg-([0-9a-f]{8}|[0-9a-f]{17})")


def check(config: StackConfig, context: Context) -> Iterator[Problem]:
    """Yield what is wrong with the control plane."""
    cluster = config.cluster
    yield from _name(cluster.name)
    yield from _version(config, context)
    yield from _endpoint(cluster.endpoint, config.environment)
    yield from retention(("cluster", "logs", "retentionDays"), cluster.logs.retention_days)
    yield from kms_key(("cluster", "logs", "kmsKeyArn"), cluster.logs.kms_key_arn, context)
    yield from no_repeats(("cluster", "logs", "types"), cluster.logs.types)
    if cluster.encryption:
        yield from _encryption(config, context)
    for index, group in enumerate(cluster.additional_security_group_ids):
        if not _SECURITY_GROUP.fullmatch(group):
            text = f"{show(group)} is not the id of a security group such as sg-0123456789abcdef0"
            yield Problem(("cluster", "additionalSecurityGroupIds", index), text)
    yield from no_repeats(("cluster", "additionalSecurityGroupIds"), cluster.additional_security_group_ids)
    yield from _node_ports(("cluster", "nodePorts", "webhooks"), cluster.node_ports.webhooks, _OPEN_TO_CONTROL_PLANE)
    yield from _node_ports(("cluster", "nodePorts", "pods"), cluster.node_ports.pods, _OPEN_BETWEEN_NODES)
    if cut_off(config) and not cluster.endpoint.private:
        text = "is false, and with network.nat none nodes do not reach the public endpoint: none could join"
        yield Problem(("cluster", "endpoint", "private"), text, related=(("network", "nat"),))
    if cluster.ip_family == "ipv6" and not config.network.ipv6 and not config.network.existing:
        text = "needs a network with IPv6; set network.ipv6 to true"
        yield Problem(("cluster", "ipFamily"), text, related=(("network", "ipv6"),))


def _node_ports(path: Path, ports: Mapping[str, int], opened: Mapping[str, range]) -> Iterator[Problem]:
    owners = dict(opened)
    for name, port in ports.items():
        place = (*path, name)
        owner = next((owner for owner, those in owners.items() if port in those), None)
        if not _PORT_NAME.fullmatch(name):
            yield Problem(place, f"{show(name)} is not a name: up to 32 of a-z, 0-9 and -, first a letter")
        elif name in owners:
            yield Problem(place, f"{show(name)} is the name of a rule that every cluster has; choose another")
        elif not 1 <= port <= _LAST_PORT:
            yield Problem(place, f"{port} is not a port; those are 1 to {_LAST_PORT}")
        elif owner:
            yield Problem(place, f"{port} is open already, as {owner}; leave it out")
        owners.setdefault(name, range(port, port + 1))


def _name(name: str) -> Iterator[Problem]:
    if not _NAME.fullmatch(name):
        text = f"{show(name)} is not a cluster name: 1 to 100 letters, digits, - and _, first a letter or digit"
        yield Problem(("cluster", "name"), text + (f"; it has {len(name)}" if len(name) > 100 else ""))


def _version(config: StackConfig, context: Context) -> Iterator[Problem]:
    path: Path = ("cluster", "version")
    version = config.cluster.version
    minor = kubernetes_versions.minor_of(version)
    if minor is None:
        patch = re.match(r"v?(1\.\d\d)(\.|$)", version)
        cure = f'; write "{patch[1]}"' if patch else ""
        yield Problem(path, f'{show(version)} is not a Kubernetes minor version such as "1.35"{cure}')
        return
    supported = ", ".join(kubernetes_versions.supported(context.today))
    match kubernetes_versions.state_of(version, context.today):
        case "ended":
            yield Problem(path, f"{show(version)} is no longer supported by EKS; supported are {supported}")
        case "unknown":
            text = f"{show(version)} is newer than the versions known here ({supported}); check that EKS has it"
            yield Problem(path, text, warning=True)
        case "extended" if config.cluster.support_type == "standard":
            ended = kubernetes_versions.CALENDAR[version].standard_until
            text = f"{show(version)} is past standard support since {ended}; set supportType to extended, or upgrade"
            yield Problem(path, text, related=(("cluster", "supportType"),))
        case _:
            pass


def _endpoint(endpoint: Endpoint, environment: str) -> Iterator[Problem]:
    path: Path = ("cluster", "endpoint")
    cidrs = endpoint.public_access_cidrs
    if not endpoint.private and not endpoint.public:
        yield Problem(path, "private and public are both false: nobody could reach the API server")
    if not endpoint.private and endpoint.public:
        text = (
            "is false: nodes reach the API server over the internet, and their addresses must be in publicAccessCidrs"
        )
        yield Problem((*path, "private"), text, warning=True)
    if endpoint.public and not cidrs:
        text = "is missing: the ranges that may reach the public endpoint, for example [203.0.113.0/24]"
        yield Problem((*path, "publicAccessCidrs"), text)
    if cidrs and not endpoint.public:
        yield Problem((*path, "publicAccessCidrs"), "is given, but public is false; set public to true or leave it out")
    for index, cidr in enumerate(cidrs):
        yield from _access_cidr((*path, "publicAccessCidrs", index), cidr, environment)
    yield from no_repeats((*path, "publicAccessCidrs"), cidrs)


def _access_cidr(path: Path, cidr: str, environment: str) -> Iterator[Problem]:
    try:
        network = ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        yield Problem(path, f"{show(cidr)} is not an address range such as 203.0.113.0/24")
        return
    if str(network) != cidr and "/" in cidr and ipaddress.ip_interface(cidr).ip != network.network_address:
        yield Problem(path, f"{show(cidr)} has bits set behind its prefix; write {network}")
    elif "/" not in cidr:
        yield Problem(path, f"{show(cidr)} has no prefix length; write {network}")
    elif network.prefixlen == 0 and environment != "dev":
        text = f"{show(cidr)} opens the API server to the whole internet, which only environment dev may"
        yield Problem(path, text, related=(("tags", "environment"),))
    elif isinstance(network, Ipv4Network) and within(network, PRIVATE_RANGES):
        text = f"{show(cidr)} is private: no request from the internet comes from there"
        yield Problem(path, text, warning=True)


def _encryption(config: StackConfig, context: Context) -> Iterator[Problem]:
    path: Path = ("cluster", "encryption")
    encryption = config.cluster.encryption
    key = encryption.kms_key_arn if encryption else None
    yield from kms_key((*path, "kmsKeyArn"), key, context)
    for own in ("rotationDays", "deletionWindowDays"):
        if key and context.is_written("cluster", "encryption", own):
            yield Problem((*path, own), "is for the platform's own key; kmsKeyArn names an existing one")
