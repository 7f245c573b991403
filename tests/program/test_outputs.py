"""The outputs of a stack are a contract: names and types stay."""

from __future__ import annotations

import json
import re
from dataclasses import fields

import pytest

from composition.outputs import CONTRACT_VERSION, PlatformOutputs
from rehearsal.wire import Secret, contains_unknown
from tests.program.stacks import ROOT, STACKS, previewed

TYPES = {
    "contractVersion": int,
    "region": str,
    "accountId": str,
    "clusterName": str,
    "clusterArn": str,
    "kubernetesVersion": str,
    "clusterEndpoint": str,
    "clusterCertificateAuthority": str,
    "kubeconfig": str,
    "oidcIssuer": str,
    "oidcProviderArn": str,
    "vpcId": str,
    "vpcCidr": str,
    "subnetIds": dict,
    "clusterSecurityGroupId": str,
    "nodeSecurityGroupId": str,
    "nodeRoleArns": dict,
    "fargateNamespaces": list,
    "ingressClass": str,
    "storageClasses": list,
    "defaultStorageClass": str,
    "fileSystemId": str,
    "fileSystemAccessPointIds": dict,
    "logGroupName": str,
    "kmsKeyArn": str,
}


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_exports_the_contract(stack: str) -> None:
    outputs = previewed(stack).graph.outputs
    assert {key: type(value) for key, value in outputs.items()} == TYPES, (
        "an app team's stack reference would break: raise CONTRACT_VERSION and say so in CHANGELOG.md"
    )


def test_the_version_of_the_contract_is_the_one_that_was_agreed() -> None:
    assert CONTRACT_VERSION == 1


@pytest.mark.parametrize("stack", STACKS)
def test_no_output_is_secret_and_none_stays_unknown(stack: str) -> None:
    outputs = previewed(stack).graph.outputs
    assert [key for key, value in outputs.items() if isinstance(value, Secret)] == []
    assert not contains_unknown(outputs)


@pytest.mark.parametrize("stack", STACKS)
def test_kubeconfig_holds_no_credentials(stack: str) -> None:
    document = json.loads(previewed(stack).graph.outputs["kubeconfig"])
    (user,) = document["users"]
    assert set(user["user"]) == {"exec"}, "a token in an output is readable by every app team"
    assert user["user"]["exec"]["command"] == "aws"


@pytest.mark.parametrize("stack", STACKS)
def test_subnets_are_told_by_tier_and_zone(stack: str) -> None:
    outputs = previewed(stack).graph.outputs
    assert set(outputs["subnetIds"]) == {"private", "public", "intra", "pods"}
    zones = {"eu-west-1a", "eu-west-1b", "eu-west-1c"}
    assert set(outputs["subnetIds"]["private"]) == zones
    assert set(outputs["subnetIds"]["intra"]) == zones


def test_what_is_known_before_the_first_deployment_is_shown_in_its_preview() -> None:
    outputs = previewed("dev").first_graph.outputs
    assert outputs["clusterName"] == "eks-platform-dev"
    assert outputs["region"] == "eu-west-1"
    assert contains_unknown(outputs["clusterEndpoint"])


def test_every_output_is_documented() -> None:
    documented = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "outputs.md").read_text(), re.MULTILINE)
    names = [field.name for field in fields(PlatformOutputs)]
    assert documented == names
    assert names == list(TYPES)
