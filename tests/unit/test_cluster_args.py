from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.access import AccessEntry
from components.cluster_args import ClusterArgs, ControlPlaneLogs, Endpoint, SecretsEncryption
from tests.support.fixtures import AWS

DEPLOYER = "arn:aws:iam::111122223333:role/deployer"


def arguments(**changes: Any) -> ClusterArgs:
    values: dict[str, Any] = {
        "aws": AWS,
        "name": "demo",
        "version": "1.35",
        "vpc_id": "vpc-1",
        "subnet_ids": {"eu-west-1a": "subnet-a", "eu-west-1b": "subnet-b"},
        "access": {"deployer": AccessEntry(principal=DEPLOYER, policy="ClusterAdmin")},
        **changes,
    }
    return ClusterArgs(**values)


def test_the_defaults_are_right_for_production() -> None:
    made = arguments()

    assert (made.endpoint.private, made.endpoint.public) == (True, False), "the API would face the internet"
    assert made.deletion_protection is True
    assert made.secrets_encryption.makes_key is True
    assert made.authentication_mode == "API"
    assert made.support_type == "standard", "extended support costs six times as much"
    assert made.logs.types == ("api", "audit", "authenticator", "controllerManager", "scheduler")
    assert made.logs.retention_days == 90


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "name: '' must be 1 to 100 letters"),
        ({"name": "-demo"}, "name: '-demo' must be"),
        ({"name": "a" * 101}, "name: "),
        ({"name": "de mo"}, "name: 'de mo' must be"),
        ({"version": "1.35.1"}, "version: '1.35.1' is not a Kubernetes minor"),
        ({"version": "latest"}, "version: 'latest' is not"),
        ({"subnet_ids": {"a": "subnet-a"}}, "subnet_ids: EKS needs subnets in two zones, 1 given"),
        ({"access": {}}, "access: no entry has the policy ClusterAdmin"),
        ({"deployer_role_arn": "arn:aws:iam::111122223333:role/other"}, "access: no entry lets the deployer"),
        ({"authentication_mode": "CONFIG_MAP"}, "authentication_mode: 'CONFIG_MAP' is not one of API"),
        ({"ip_family": "dual"}, "ip_family: 'dual' is not one of ipv4, ipv6"),
        ({"support_type": "forever"}, "support_type: 'forever' is not one of standard, extended"),
        ({"control_plane_tier": "tier-xs"}, "control_plane_tier: 'tier-xs' is not one of standard, tier-xl"),
        ({"generation": 0}, "generation: 0 is not 1 or more"),
        ({"additional_security_group_ids": ["sg"] * 5}, "additional_security_group_ids: 5 given, EKS takes 4"),
        ({"service_cidr": "10.0.0.0/25"}, "service_cidr: '10.0.0.0/25' must be an IPv4 range of /12 to /24"),
        ({"service_cidr": "10.0.0.0/8"}, "service_cidr: '10.0.0.0/8' must be"),
        ({"service_cidr": "fd00::/108"}, "service_cidr: 'fd00::/108' must be"),
        ({"service_cidr": "100.64.0.0/16"}, "service_cidr: '100.64.0.0/16' lies in no private range"),
        ({"service_cidr": "10.0.0.1/16"}, "service_cidr: '10.0.0.1/16' is not a CIDR"),
        ({"service_cidr": "172.20.0.0/16", "ip_family": "ipv6"}, "service_cidr: EKS assigns the service range"),
    ],
)
def test_a_cluster_that_eks_would_refuse_is_refused_first(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        arguments(**changes)


@given(st.from_regex(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}", fullmatch=True))
def test_every_name_that_eks_takes_is_taken(name: str) -> None:
    assert arguments(name=name).name == name


@pytest.mark.parametrize("cidr", ["10.100.0.0/16", "172.20.0.0/16", "192.168.0.0/24", "172.16.0.0/12"])
def test_every_service_range_that_eks_takes_is_taken(cidr: str) -> None:
    assert arguments(service_cidr=cidr).service_cidr == cidr


def test_only_the_deployers_own_entry_opens_the_way_to_kubernetes() -> None:
    access = {
        "deployer": AccessEntry(principal=DEPLOYER, policy="ClusterAdmin"),
        "owner": AccessEntry(principal="arn:aws:iam::111122223333:role/owner", policy="ClusterAdmin"),
        "viewer": AccessEntry(principal="arn:aws:iam::111122223333:role/viewer", policy="View"),
    }

    assert arguments(access=access, deployer_role_arn=DEPLOYER).deployer_entries == {"deployer"}
    assert arguments(access=access).deployer_entries == {"deployer", "owner"}, (
        "without a role it is not known which administrator deploys, so all of them are waited for"
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"private": False}, "endpoint: private and public are both off"),
        ({"public": True}, "public_cidrs: name the ranges that may reach the public endpoint"),
        ({"public_cidrs": ["192.0.2.0/24"]}, "public_cidrs: they have no meaning while public is off"),
        ({"public": True, "public_cidrs": ["192.0.2.1/24"]}, "public_cidrs: '192.0.2.1/24' is not a CIDR"),
    ],
)
def test_an_endpoint_that_is_closed_or_open_by_accident_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Endpoint(**fields)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"types": ["api", "kubelet"]}, "types: kubelet is not one of api, audit"),
        ({"retention_days": 100}, "retention_days: .* 100 days; take 120"),
    ],
)
def test_logs_that_aws_does_not_know_are_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ControlPlaneLogs(**fields)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"enabled": False, "kms_key_arn": "arn"}, "kms_key_arn: a key is given although enabled is False"),
        ({"rotation_days": 89}, "rotation_days: 89 is not between 90 and 2560"),
        ({"rotation_days": 2561}, "rotation_days: 2561 is not"),
        ({"deletion_window_days": 6}, "deletion_window_days: 6 is not between 7 and 30"),
        ({"deletion_window_days": 31}, "deletion_window_days: 31 is not"),
    ],
)
def test_encryption_that_kms_would_refuse_is_refused_first(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SecretsEncryption(**fields)


@pytest.mark.parametrize(
    ("fields", "makes_key"), [({}, True), ({"enabled": False}, False), ({"kms_key_arn": "arn"}, False)]
)
def test_a_key_is_made_only_where_none_is_given(fields: dict[str, Any], makes_key: bool) -> None:
    assert SecretsEncryption(**fields).makes_key is makes_key
