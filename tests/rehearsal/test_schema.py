"""Types and input keys are checked against the SDK itself, nested ones included."""

from __future__ import annotations

import pytest

from rehearsal.simulator import checks_sdk, schema
from rehearsal.wire import Secret

UNNOTICED = "AWS or Kubernetes would refuse it, or ignore it, in the middle of an update"


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        ("aws:ec2/vpc:Vpc", "Vpc"),
        ("aws:eks/nodeGroup:NodeGroup", "NodeGroup"),
        ("eks:index:Cluster", "Cluster"),
        ("kubernetes:core/v1:Namespace", "Namespace"),
        ("kubernetes:helm.sh/v3:Release", "Release"),
        ("pulumi:providers:aws", "Provider"),
    ],
)
def test_known_types_are_found(type_, name):
    assert schema.resource_class(type_).__name__ == name


@pytest.mark.parametrize(
    "type_",
    [
        "aws:ec2/vpz:Vpz",
        "aws:ec3/vpc:Vpc",
        "eks:index:Clutser",
        "gcp:compute/network:Network",
        "pulumi:providers:gcp",
        "x",
    ],
)
def test_unknown_types_are_not(type_):
    assert schema.resource_class(type_) is None, UNNOTICED


def test_a_misspelt_type_has_a_nearest_one():
    assert schema.nearest_type("aws:ec2/vpz:Vpz") == "aws:ec2/vpc:Vpc"
    assert schema.nearest_type("gcp:x/y:Z") == ""


@pytest.mark.parametrize(
    ("type_", "inputs", "expected"),
    [
        ("aws:ec2/vpc:Vpc", {"cidrBlok": "x"}, [("cidrBlok", "cidrBlock")]),
        ("aws:ec2/vpc:Vpc", {"tags": {"anything": "x"}}, []),
        (
            "aws:ec2/launchTemplate:LaunchTemplate",
            {"metadataOptions": {"httpTokns": "required"}, "blockDeviceMappings": [{"ebs": {"encrypte": "true"}}]},
            [("metadataOptions.httpTokns", "httpTokens"), ("blockDeviceMappings[0].ebs.encrypte", "encrypted")],
        ),
        ("aws:eks/cluster:Cluster", {"vpcConfig": Secret({"subnetId": []})}, [("vpcConfig.subnetId", "subnetIds")]),
        ("aws:eks/cluster:Cluster", {"vpcConfig": {"zzzzzz": 1}}, [("vpcConfig.zzzzzz", "")]),
        (
            "kubernetes:apps/v1:Deployment",
            {"spec": {"template": {"spec": {"containers": [{"imge": "x"}]}}}},
            [("spec.template.spec.containers[0].imge", "image")],
        ),
        ("kubernetes:storage.k8s.io/v1:StorageClass", {"provisoner": "x"}, [("provisoner", "provisioner")]),
        ("kubernetes:helm.sh/v3:Release", {"values": {"any": {"thing": 1}}, "chrt": "x"}, [("chrt", "chart")]),
        ("eks:index:Cluster", {"corednsAddonOptions": {"enabld": False}}, [("corednsAddonOptions.enabld", "enabled")]),
        ("aws:none/none:None", {"a": 1}, []),
    ],
)
def test_misspelt_keys_are_found_at_any_depth(type_, inputs, expected):
    found = [problem for problem in checks_sdk.problems(type_, inputs) if "has no input" in problem[1]]
    reasons = [
        (path, f"{type_} has no input {path!r}" + (f"; did you mean {near!r}?" if near else ""))
        for path, near in expected
    ]
    assert found == reasons, UNNOTICED
