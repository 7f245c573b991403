import base64
import json
from collections.abc import Callable
from email import message_from_bytes
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
import yaml

from components.node_group import NodeGroup, NodeGroupArgs
from components.node_group_records import NodeDisk, NodeTaint, WarmPool
from rehearsal.graph import Graph, Resource
from tests.support.fixtures import AWS, aws_providers, cluster_ref, network_ref
from tests.support.recording import record

NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
GROUP_TAG = "aws:autoscaling/tag:Tag"
TEMPLATE = "k8s.io/cluster-autoscaler/node-template"


def arguments(**changes: Any) -> NodeGroupArgs:
    values: dict[str, Any] = {
        "aws": AWS,
        "name": "apps",
        "subnet_ids": network_ref().private_subnet_ids,
        "instance_types": ["m7i.xlarge", "m6i.xlarge"],
        "min_size": 1,
        "max_size": 4,
        **changes,
    }
    return NodeGroupArgs(**values) if "cluster" in values else NodeGroupArgs(cluster=cluster_ref(), **values)


def program(names: tuple[str, ...] = ("apps",), **changes: Any) -> Callable[[], None]:
    def run() -> None:
        opts = pulumi.ResourceOptions(providers=aws_providers())
        cluster = cluster_ref()
        for name in names:
            group = NodeGroup(name, arguments(**{"cluster": cluster, "name": name, **changes}), opts)
            pulumi.export(f"{name}-groups", group.auto_scaling_group_names)
            pulumi.export(f"{name}-role", group.role_name)

    return run


def one(graph: Graph, type_: str) -> Resource:
    (found,) = graph.of_type(type_)
    return found


def group_tags(graph: Graph) -> dict[str, str]:
    tags = [resource.inputs["tag"] for resource in graph.of_type(GROUP_TAG)]
    assert all(tag["propagateAtLaunch"] is False for tag in tags), "instances would get descriptions of themselves"
    return {tag["key"]: tag["value"] for tag in tags}


def test_a_plain_group_is_asked_for_with_exactly_these_inputs() -> None:
    group = one(record(program()), NODE_GROUP)
    inputs = dict(group.inputs)
    template = inputs.pop("launchTemplate")
    assert template["version"] == "1", "a floating version shows a difference at every preview"
    assert template["id"].startswith("lt-")
    assert inputs.pop("nodeRoleArn").startswith("arn:aws:iam::111122223333:role/")
    assert inputs == {
        "clusterName": "demo",
        "nodeGroupNamePrefix": "apps-",
        "subnetIds": [f"subnet-private-eu-west-1{zone}" for zone in "abc"],
        "version": "1.35",
        "amiType": "AL2023_x86_64_STANDARD",
        "capacityType": "ON_DEMAND",
        "instanceTypes": ["m7i.xlarge", "m6i.xlarge"],
        "scalingConfig": {"minSize": 1, "maxSize": 4, "desiredSize": 1},
        "updateConfig": {"maxUnavailable": 1, "updateStrategy": "DEFAULT"},
        "nodeRepairConfig": {"enabled": True},
        "labels": {"eks-platform/node-group": "apps"},
        "taints": [],
        "forceUpdateVersion": False,
    }, "an input too many (disk size, remote access) makes EKS refuse a group that has a launch template"


def test_the_launch_template_keeps_pods_from_the_nodes_credentials_and_data_encrypted() -> None:
    inputs = dict(one(record(program(detailed_monitoring=True)), LAUNCH_TEMPLATE).inputs)
    tags = {**AWS.tags, "Name": "demo-apps"}
    assert inputs == {
        "description": "Nodes of demo-apps",
        "updateDefaultVersion": True,
        "metadataOptions": {
            "httpEndpoint": "enabled",
            "httpTokens": "required",
            "httpPutResponseHopLimit": 1,
            "instanceMetadataTags": "disabled",
        },
        "monitoring": {"enabled": True},
        "blockDeviceMappings": [
            {
                "deviceName": "/dev/xvda",
                "ebs": {"volumeSize": 50, "volumeType": "gp3", "encrypted": "true", "deleteOnTermination": "true"},
            }
        ],
        "networkInterfaces": [
            {
                "deviceIndex": 0,
                "associatePublicIpAddress": "false",
                "deleteOnTermination": "true",
                "securityGroups": ["sg-0a0a0a0a0a0a0a0a0"],
            }
        ],
        "tagSpecifications": [
            {"resourceType": kind, "tags": tags} for kind in ("instance", "volume", "network-interface")
        ],
        "tags": {"Name": "demo-apps"},
    }, "with a looser template every pod of the node can act as the node, or data lies on disk in the clear"


def test_bottlerocket_has_its_data_on_the_second_volume() -> None:
    disk = NodeDisk(size_gib=100, iops=4000, throughput=500, kms_key_arn="arn:aws:kms:eu-west-1:111122223333:key/k")
    graph = record(program(ami_type="BOTTLEROCKET_ARM_64", disk=disk, kubelet={"maxPods": 58}))
    inputs = one(graph, LAUNCH_TEMPLATE).inputs
    assert inputs["blockDeviceMappings"] == [
        {
            "deviceName": "/dev/xvda",
            "ebs": {
                "volumeType": "gp3",
                "encrypted": "true",
                "kmsKeyId": "arn:aws:kms:eu-west-1:111122223333:key/k",
                "deleteOnTermination": "true",
            },
        },
        {
            "deviceName": "/dev/xvdb",
            "ebs": {
                "volumeSize": 100,
                "volumeType": "gp3",
                "iops": 4000,
                "throughput": 500,
                "encrypted": "true",
                "kmsKeyId": "arn:aws:kms:eu-west-1:111122223333:key/k",
                "deleteOnTermination": "true",
            },
        },
    ], "images live on /dev/xvdb; a size on /dev/xvda leaves 20 GiB for them and nodes run full"
    assert base64.b64decode(inputs["userData"]).decode() == "[settings.kubernetes]\nmax-pods = 58\n"


def test_windows_boots_from_its_own_device() -> None:
    inputs = one(record(program(ami_type="WINDOWS_CORE_2022_x86_64")), LAUNCH_TEMPLATE).inputs
    assert [each["deviceName"] for each in inputs["blockDeviceMappings"]] == ["/dev/sda1"], (
        "a mapping of another device adds an empty disk and leaves the boot volume unencrypted"
    )


def test_the_node_role_has_no_rights_but_those_of_a_node() -> None:
    graph = record(program())
    assert json.loads(one(graph, "aws:iam/role:Role").inputs["assumeRolePolicy"])["Statement"] == [
        {"Effect": "Allow", "Principal": {"Service": ["ec2.amazonaws.com"]}, "Action": ["sts:AssumeRole"]}
    ]
    assert {attachment.name: attachment.inputs["policyArn"] for attachment in graph.of_type(ATTACHMENT)} == {
        "apps-role-AmazonEKSWorkerNodePolicy": "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
        "apps-role-AmazonEC2ContainerRegistryPullOnly": "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
    }, "a policy of a controller on the node role is a right of every pod that reaches the metadata service"


def test_session_manager_and_extra_policies_are_attached_under_their_names() -> None:
    arn = "arn:aws:iam::111122223333:policy/mirror"
    graph = record(program(ssm=True, extra_policies={"mirror": arn}))
    names = {attachment.name for attachment in graph.of_type(ATTACHMENT)}
    assert names == {
        "apps-role-AmazonEKSWorkerNodePolicy",
        "apps-role-AmazonEC2ContainerRegistryPullOnly",
        "apps-role-AmazonSSMManagedInstanceCore",
        "apps-role-mirror",
    }, "a name by position would detach and attach policies of running nodes when one is added"
    assert graph.named("apps-role-mirror").inputs["policyArn"] == arn


def test_the_permissions_boundary_reaches_the_role() -> None:
    boundary = "arn:aws:iam::111122223333:policy/boundary"
    bounded = type(AWS)(region=AWS.region, account=AWS.account, permissions_boundary=boundary)
    role = one(record(program(aws=bounded)), "aws:iam/role:Role")
    assert role.inputs["permissionsBoundary"] == boundary, "an account that demands a boundary refuses the role"


@pytest.mark.parametrize("known", [True, False])
def test_nodes_start_after_their_rights_and_the_network_addons(known: bool) -> None:
    def run() -> None:
        providers = aws_providers()
        cluster = cluster_ref()
        addon = aws.eks.Addon(
            "vpc-cni", cluster_name="demo", addon_name="vpc-cni", opts=pulumi.ResourceOptions(provider=providers[0])
        )
        NodeGroup("apps", arguments(cluster=cluster, before=[addon]), pulumi.ResourceOptions(providers=providers))

    graph = record(run, known=known)
    group, addon = one(graph, NODE_GROUP), graph.named("vpc-cni")
    for attachment in graph.of_type(ATTACHMENT):
        assert attachment.urn in group.dependencies, "a node without its policies never joins, nor drains on destroy"
    assert addon.urn in group.dependencies, "a node that boots before the VPC CNI stays NotReady"
    for early in (one(graph, "aws:iam/role:Role"), one(graph, LAUNCH_TEMPLATE)):
        assert not graph.depends_on(early, addon), "role and template must be made beside the cluster, not after it"


def test_only_an_autoscaler_takes_over_the_number_of_nodes() -> None:
    assert one(record(program(desired_size=2)), NODE_GROUP).ignore_changes == (), (
        "without an autoscaler a changed size in the config must reach the group"
    )
    group = one(record(program(desired_size=2, autoscaled=True)), NODE_GROUP)
    assert group.ignore_changes == ("scalingConfig.desiredSize",), "an update would scale a busy group back"
    assert group.inputs["scalingConfig"] == {"minSize": 1, "maxSize": 4, "desiredSize": 2}


def test_tags_of_the_environment_reach_the_auto_scaling_group() -> None:
    graph = record(program())
    assert group_tags(graph) == AWS.tags, "EKS passes no tag of a node group to its Auto Scaling group"
    (name,) = graph.outputs["apps-groups"]
    assert {tag.inputs["autoscalingGroupName"] for tag in graph.of_type(GROUP_TAG)} == {name}
    assert name.startswith("eks-apps-")


def test_a_group_that_scales_from_zero_describes_its_next_node() -> None:
    graph = record(
        program(
            autoscaled=True,
            min_size=0,
            capacity="spot",
            labels={"team": "data"},
            taints=[NodeTaint(key="gpu", value="true", effect="NoSchedule")],
            disk=NodeDisk(size_gib=80),
            node_resources={"nvidia.com/gpu": "1"},
            subnet_ids={"eu-west-1a": "subnet-a"},
            zone="eu-west-1a",
        )
    )
    assert group_tags(graph) == {
        **AWS.tags,
        f"{TEMPLATE}/label/eks-platform/node-group": "apps",
        f"{TEMPLATE}/label/eks.amazonaws.com/capacityType": "SPOT",
        f"{TEMPLATE}/label/team": "data",
        f"{TEMPLATE}/label/topology.ebs.csi.aws.com/zone": "eu-west-1a",
        f"{TEMPLATE}/resources/ephemeral-storage": "80Gi",
        f"{TEMPLATE}/resources/nvidia.com/gpu": "1",
        f"{TEMPLATE}/taint/gpu": "true:NoSchedule",
    }, "pods that need what the autoscaler does not know of stay pending for ever"
    group = one(graph, NODE_GROUP)
    assert group.inputs["taints"] == [{"key": "gpu", "value": "true", "effect": "NO_SCHEDULE"}]
    assert group.inputs["capacityType"] == "SPOT"


def test_two_groups_live_side_by_side_and_share_nothing() -> None:
    graph = record(program(("apps", "system")))
    apps, system = graph.named("apps-group"), graph.named("system-group")
    assert not graph.depends_on(apps, system), "groups that wait for each other cost minutes of every deployment"
    assert not graph.depends_on(system, apps), "groups that wait for each other cost minutes of every deployment"
    assert apps.inputs["nodeRoleArn"] != system.inputs["nodeRoleArn"], "rights of one group must not be the other's"
    for name in ("apps", "system"):
        component = graph.named(name, "eks-platform:index:NodeGroup")
        assert {child.name.partition("-")[0] for child in graph.descendants(component)} == {name}, (
            "a child under the wrong component is deleted with it"
        )
        assert len(graph.children(component)) == 5 + len(AWS.tags)


def test_both_previews_ask_for_the_same_resources() -> None:
    run = program(autoscaled=True, min_size=0)
    known, unknown = record(run), record(run, known=False)
    urns = [sorted(graph.resources) for graph in (known, unknown)]
    assert urns[0] == urns[1], "a resource that a first preview does not show is created unseen"


def test_a_long_name_leaves_room_for_what_makes_it_unique() -> None:
    name = "a" * 63
    prefix = one(record(program(name=name)), NODE_GROUP).inputs["nodeGroupNamePrefix"]
    assert prefix.endswith("-")
    assert len(prefix) <= 37, "a longer prefix and the provider's 26 characters are over the limit of 63"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "a b"}, "name: 'a b'"),
        ({"subnet_ids": {}}, "subnet_ids: "),
        ({"zone": "eu-west-1a"}, "zone: a group in one zone has one subnet, not 3"),
        ({"instance_types": []}, "instance_types: 0 given"),
        ({"max_size": 0, "min_size": 0}, "max_size: 0"),
        ({"capacity": "SPOT"}, "capacity: 'SPOT' is not one of onDemand, spot"),
        ({"ami_type": "AL2_x86_64"}, "ami_type: 'AL2_x86_64' has no images"),
        ({"release_version": "1.34.1-20260101"}, "release_version: .* is not of Kubernetes 1.35"),
        ({"ami_type": "WINDOWS_FULL_2022_x86_64", "disk": NodeDisk(size_gib=40)}, "disk.size_gib: 40 is less than"),
        ({"labels": {"kubernetes.io/x": "y"}}, "labels: 'kubernetes.io/x'"),
        ({"taints": [NodeTaint(key="a", effect="NoExecute")] * 2}, r"taints\[1\]: a:NoExecute is given twice"),
        ({"capacity": "spot", "warm_pool": WarmPool()}, "warm_pool: Auto Scaling keeps no warm pool"),
        ({"ami_type": "BOTTLEROCKET_x86_64", "warm_pool": WarmPool(state="hibernated")}, "warm_pool.state"),
        ({"ami_type": "BOTTLEROCKET_x86_64", "warm_pool": WarmPool(reuse_on_scale_in=True)}, "reuse_on_scale_in"),
        ({"imds_hop_limit": 3}, "imds_hop_limit: 3 is not between 1 and 2"),
        ({"extra_policies": {"AmazonEKSWorkerNodePolicy": "arn"}}, "extra_policies: 'AmazonEKSWorkerNodePolicy'"),
        ({"kubelet": {"max-pods": 1}}, "kubelet: 'max-pods'"),
        (
            {"autoscaled": True, "min_size": 0, "labels": {f"l{index}": "x" for index in range(40)}},
            "make 47 tags of the Auto Scaling group",
        ),
    ],
)
def test_args_that_would_fail_late_are_refused_at_once(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        record(lambda: arguments(**changes))


def test_kubelet_settings_flags_and_extra_documents_reach_the_nodes_in_this_order() -> None:
    extra = "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {featureGates: {FastImagePull: true}}\n"
    graph = record(program(kubelet={"maxPods": 58}, kubelet_flags=["--v=2"], extra_user_data=extra))
    message = message_from_bytes(base64.b64decode(one(graph, LAUNCH_TEMPLATE).inputs["userData"]))
    specs = [yaml.safe_load(str(part.get_payload()))["spec"] for part in list(message.walk())[1:]]
    assert specs == [
        {"kubelet": {"config": {"maxPods": 58}, "flags": ["--v=2"]}},
        {"featureGates": {"FastImagePull": True}},
    ], "nodeadm lets the last document win, so what people write themselves must come last"
