"""The CSI drivers: add-ons, identities, classes, file system, snapshots and their order."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pulumi
import pytest

from components.addon import AddonSpec
from components.csi_drivers import CsiDrivers, CsiDriversArgs
from components.ebs_driver import EbsDriver, EbsSnapshots
from components.ebs_storage import EbsStorageClass
from components.efs_driver import EfsDriver, EfsStorageClass
from components.efs_spec import EfsAccessPoint, EfsFileSystemSpec
from rehearsal.graph import Graph, Resource
from rehearsal.wire import UNKNOWN
from tests.support.compute import node_group
from tests.support.fixtures import AWS, ZONES, aws_providers, cluster_ref, network_ref
from tests.support.recording import record

ADDON = "aws:eks/addon:Addon"
CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
PATCH = "kubernetes:storage.k8s.io/v1:StorageClassPatch"
SNAPSHOT_CLASS = "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass"
FILE_SYSTEM = "aws:efs/fileSystem:FileSystem"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
TARGET = "aws:efs/mountTarget:MountTarget"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
OTHER_KEY = "arn:aws:kms:eu-west-1:111122223333:key/66666666-7777-8888-9999-000000000000"
DEFAULT_MARK = "storageclass.kubernetes.io/is-default-class"


def program(**changes: Any) -> Callable[[], None]:
    def run() -> None:
        providers = aws_providers()
        cluster = cluster_ref()
        values: dict[str, Any] = {
            "aws": AWS,
            "cluster": cluster,
            "compute": [node_group(cluster, providers[0])],
            "network": network_ref(),
            **changes,
        }
        component = CsiDrivers("storage", CsiDriversArgs(**values), pulumi.ResourceOptions(providers=providers))
        pulumi.export("storageClasses", component.storage_classes)
        pulumi.export("defaultStorageClass", component.default_storage_class)
        pulumi.export("snapshotClass", component.snapshot_class)
        pulumi.export("fileSystemId", component.file_system_id)
        pulumi.export("accessPointIds", component.access_point_ids)
        pulumi.export("securityGroupId", component.file_system_security_group_id)

    return run


def ebs(**changes: Any) -> Graph:
    return record(program(ebs=EbsDriver(**changes)))


def efs(**changes: Any) -> Graph:
    return record(program(efs=EfsDriver(**changes)))


def one(graph: Graph, type_: str) -> Resource:
    (found,) = graph.of_type(type_)
    return found


def driver(graph: Graph, addon_name: str) -> Resource:
    (found,) = [addon for addon in graph.of_type(ADDON) if addon.inputs["addonName"] == addon_name]
    return found


def policies(graph: Graph) -> dict[str, dict[str, Any]]:
    return {policy.name: json.loads(policy.inputs["policy"]) for policy in graph.of_type("aws:iam/policy:Policy")}


def test_both_drivers_make_exactly_these_children() -> None:
    graph = record(program(ebs=EbsDriver(snapshots=EbsSnapshots()), efs=EfsDriver()))
    component = graph.named("storage")
    assert component.type == "eks-platform:index:CsiDrivers"
    assert sorted(child.name for child in graph.descendants(component)) == [
        "storage-class-efs",
        "storage-class-gp3",
        "storage-ebs",
        "storage-ebs-identity",
        "storage-ebs-identity-attachment-driver",
        "storage-ebs-identity-role",
        "storage-efs",
        "storage-efs-backup-policy",
        "storage-efs-file-system",
        "storage-efs-file-system-ingress-nodes",
        "storage-efs-file-system-policy",
        "storage-efs-file-system-security-group",
        "storage-efs-identity",
        "storage-efs-identity-attachment-driver",
        "storage-efs-identity-policy-driver",
        "storage-efs-identity-role",
        "storage-efs-mount-target-eu-west-1a",
        "storage-efs-mount-target-eu-west-1b",
        "storage-efs-mount-target-eu-west-1c",
        "storage-snapshot-class-ebs",
        "storage-snapshot-controller",
    ]


def test_the_ebs_add_on_owns_the_association_of_its_controller() -> None:
    graph = ebs()
    addon = driver(graph, "aws-ebs-csi-driver")
    role = one(graph, "aws:iam/role:Role")
    assert graph.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation") == [], (
        "EKS refuses a second association of one service account"
    )
    assert addon.inputs["podIdentityAssociations"] == [
        {"serviceAccount": "ebs-csi-controller-sa", "roleArn": role.outputs["arn"]}
    ]
    assert '"ebs-csi-controller-sa"' in role.inputs["assumeRolePolicy"]


def test_the_ebs_driver_has_the_policy_of_its_second_version() -> None:
    attachment = one(ebs(), ATTACHMENT)
    assert attachment.inputs["policyArn"] == "arn:aws:iam::aws:policy/AmazonEBSCSIDriverPolicyV2"
    other = one(ebs(managed_policy="service-role/AmazonEBSCSIDriverPolicy"), ATTACHMENT)
    assert other.inputs["policyArn"] == "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"


def test_volumes_and_snapshots_carry_the_platforms_tags() -> None:
    configuration = json.loads(driver(ebs(), "aws-ebs-csi-driver").inputs["configurationValues"])
    assert configuration == {
        "controller": {"extraVolumeTags": dict(AWS.tags)},
        "sidecars": {"snapshotter": {"forceEnable": False}},
    }


def test_given_add_on_settings_win_over_those_made_here() -> None:
    addon = AddonSpec(
        version="v1.64.0-eksbuild.1",
        configuration={"controller": {"replicaCount": 3}, "sidecars": {"snapshotter": {"forceEnable": True}}},
    )
    inputs = driver(ebs(addon=addon), "aws-ebs-csi-driver").inputs
    assert inputs["addonVersion"] == "v1.64.0-eksbuild.1"
    assert json.loads(inputs["configurationValues"]) == {
        "controller": {"extraVolumeTags": dict(AWS.tags), "replicaCount": 3},
        "sidecars": {"snapshotter": {"forceEnable": True}},
    }


def test_add_on_settings_may_hold_outputs() -> None:
    def run() -> None:
        addon = AddonSpec(configuration=pulumi.Output.from_input({"controller": {"replicaCount": 3}}))
        program(ebs=EbsDriver(addon=addon))()

    configuration = json.loads(driver(record(run), "aws-ebs-csi-driver").inputs["configurationValues"])
    assert configuration["controller"] == {"extraVolumeTags": dict(AWS.tags), "replicaCount": 3}


def test_the_default_class_is_encrypted_gp3_that_grows_and_waits_for_its_pod() -> None:
    assert one(ebs(), CLASS).inputs == {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "gp3", "annotations": {DEFAULT_MARK: "true"}},
        "provisioner": "ebs.csi.aws.com",
        "parameters": {"type": "gp3", "encrypted": "true", "csi.storage.k8s.io/fstype": "ext4"},
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "WaitForFirstConsumer",
        "allowVolumeExpansion": True,
    }


def test_further_classes_are_not_the_default_and_keep_their_settings() -> None:
    classes = {
        "gp3": EbsStorageClass(iops=6000, throughput=500),
        "fast": EbsStorageClass(type="io2", iops=10000, fs_type="xfs", reclaim_policy="Retain", kms_key_arn=OTHER_KEY),
    }
    graph = ebs(classes=classes, kms_key_arn=KEY)
    gp3, fast = (graph.named(f"storage-class-{name}").inputs for name in ("gp3", "fast"))
    assert gp3["parameters"] == {
        "type": "gp3",
        "encrypted": "true",
        "csi.storage.k8s.io/fstype": "ext4",
        "iops": "6000",
        "throughput": "500",
        "kmsKeyId": KEY,
    }
    assert fast["parameters"] == {
        "type": "io2",
        "encrypted": "true",
        "csi.storage.k8s.io/fstype": "xfs",
        "iops": "10000",
        "kmsKeyId": OTHER_KEY,
    }
    assert fast["metadata"]["annotations"] == {DEFAULT_MARK: "false"}, "two defaults leave the choice to chance"
    assert fast["reclaimPolicy"] == "Retain"
    allowed = policies(graph)["storage-ebs-identity-policy-kms-keys"]["Statement"]
    assert [statement["Resource"] for statement in allowed] == [[KEY, OTHER_KEY], [KEY, OTHER_KEY]], (
        "a volume with a key that the driver may not use is never made"
    )


def test_a_key_named_twice_is_allowed_once() -> None:
    classes = {"gp3": EbsStorageClass(kms_key_arn=KEY), "cold": EbsStorageClass(type="sc1")}
    allowed = policies(ebs(classes=classes, kms_key_arn=KEY))["storage-ebs-identity-policy-kms-keys"]["Statement"]
    assert [statement["Resource"] for statement in allowed] == [[KEY], [KEY]]


def test_without_customer_keys_the_driver_may_use_none() -> None:
    assert policies(ebs()) == {}


def test_former_default_classes_lose_their_mark() -> None:
    graph = ebs(former_default_classes=["gp2"])
    patch = one(graph, PATCH)
    assert patch.inputs["metadata"] == {
        "name": "gp2",
        "annotations": {DEFAULT_MARK: "false", "pulumi.com/patchForce": "true"},
    }
    assert ebs().of_type(PATCH) == [], "a patch of a class that does not exist fails the update"


def test_the_driver_starts_on_nodes_with_its_permissions_and_classes_come_after_it() -> None:
    graph = record(program(ebs=EbsDriver(), efs=EfsDriver()))
    nodes = one(graph, "aws:eks/nodeGroup:NodeGroup")
    for key, class_name in (("ebs", "gp3"), ("efs", "efs")):
        addon = graph.named(f"storage-{key}", ADDON)
        attachment = graph.named(f"storage-{key}-identity-attachment-driver")
        storage_class = graph.named(f"storage-class-{class_name}")
        assert graph.depends_on(addon, nodes), "the add-on would end DEGRADED for want of nodes"
        assert graph.depends_on(addon, attachment), "the driver would start without permissions"
        assert graph.depends_on(storage_class, addon), "claims would wait for a driver that is not there"
        assert not graph.depends_on(attachment, nodes), "`up` would wait for nodes before making a role"


def test_the_drivers_do_not_wait_for_each_other() -> None:
    graph = record(program(ebs=EbsDriver(), efs=EfsDriver()))
    first, second = graph.named("storage-ebs", ADDON), graph.named("storage-efs", ADDON)
    assert not graph.depends_on(first, second)
    assert not graph.depends_on(second, first)


def test_snapshots_bring_controller_before_driver_before_class() -> None:
    graph = ebs(snapshots=EbsSnapshots(class_name="daily", deletion_policy="Retain", default=False))
    controller, addon = driver(graph, "snapshot-controller"), driver(graph, "aws-ebs-csi-driver")
    snapshot_class = one(graph, SNAPSHOT_CLASS)
    assert graph.depends_on(controller, one(graph, "aws:eks/nodeGroup:NodeGroup"))
    assert graph.depends_on(addon, controller), "the snapshotter would start before the definitions of snapshots"
    assert graph.depends_on(snapshot_class, addon)
    assert snapshot_class.inputs == {
        "apiVersion": "snapshot.storage.k8s.io/v1",
        "kind": "VolumeSnapshotClass",
        "metadata": {
            "name": "daily",
            "annotations": {"snapshot.storage.kubernetes.io/is-default-class": "false"},
        },
        "driver": "ebs.csi.aws.com",
        "deletionPolicy": "Retain",
    }
    configuration = json.loads(addon.inputs["configurationValues"])
    assert configuration["sidecars"] == {"snapshotter": {"forceEnable": True}}


def test_kubernetes_objects_go_to_the_clusters_own_provider() -> None:
    graph = record(program(ebs=EbsDriver(snapshots=EbsSnapshots(), former_default_classes=["gp2"]), efs=EfsDriver()))
    objects = [*graph.of_type(CLASS), *graph.of_type(PATCH), *graph.of_type(SNAPSHOT_CLASS)]
    assert len(objects) == 4
    assert {item.provider for item in objects} == {graph.named("kubernetes").urn}, "they would land in any cluster"


def test_the_file_system_is_encrypted_elastic_and_moves_files_nobody_reads() -> None:
    assert one(efs(), FILE_SYSTEM).inputs == {
        "encrypted": True,
        "performanceMode": "generalPurpose",
        "throughputMode": "elastic",
        "lifecyclePolicies": [
            {"transitionToIa": "AFTER_30_DAYS"},
            {"transitionToPrimaryStorageClass": "AFTER_1_ACCESS"},
        ],
        "tags": {"Name": "demo-storage-efs"},
    }


def test_the_file_system_takes_its_settings() -> None:
    spec = EfsFileSystemSpec(
        throughput_mode="provisioned", provisioned_throughput=64, kms_key_arn=KEY, backup=False, protect=True
    )
    graph = efs(file_system=spec)
    file_system = one(graph, FILE_SYSTEM)
    assert file_system.protect is True
    assert file_system.inputs["throughputMode"] == "provisioned"
    assert file_system.inputs["provisionedThroughputInMibps"] == 64
    assert file_system.inputs["kmsKeyId"] == KEY
    assert one(graph, "aws:efs/backupPolicy:BackupPolicy").inputs["backupPolicy"] == {"status": "DISABLED"}
    assert one(efs(), "aws:efs/backupPolicy:BackupPolicy").inputs["backupPolicy"] == {"status": "ENABLED"}


def test_each_zone_has_a_mount_target_that_only_nodes_reach_by_nfs() -> None:
    graph = efs()
    group = one(graph, "aws:ec2/securityGroup:SecurityGroup")
    targets = {target.name: target.inputs for target in graph.of_type(TARGET)}
    assert targets == {
        f"storage-efs-mount-target-{zone}": {
            "fileSystemId": one(graph, FILE_SYSTEM).id,
            "subnetId": f"subnet-private-{zone}",
            "securityGroups": [group.id],
        }
        for zone in ZONES
    }
    assert one(graph, INGRESS).inputs == {
        "securityGroupId": group.id,
        "referencedSecurityGroupId": "sg-0a0a0a0a0a0a0a0a0",
        "ipProtocol": "tcp",
        "fromPort": 2049,
        "toPort": 2049,
        "description": "NFS from nodes",
    }
    assert "egress" not in group.inputs, "mount targets call nobody"


def test_pods_on_fargate_reach_the_mount_targets_when_they_may() -> None:
    rules = efs(file_system=EfsFileSystemSpec(fargate=True)).of_type(INGRESS)
    assert {rule.name: rule.inputs["referencedSecurityGroupId"] for rule in rules} == {
        "storage-efs-file-system-ingress-nodes": "sg-0a0a0a0a0a0a0a0a0",
        "storage-efs-file-system-ingress-fargate": "sg-0c1c1c1c1c1c1c1c1",
    }


@pytest.mark.parametrize(("allow_root", "root"), [(False, []), (True, ["elasticfilesystem:ClientRootAccess"])])
def test_the_file_system_lets_in_tls_through_its_mount_targets_only(allow_root: bool, root: list[str]) -> None:
    graph = efs(file_system=EfsFileSystemSpec(allow_root=allow_root))
    file_system = one(graph, FILE_SYSTEM)
    policy = json.loads(one(graph, "aws:efs/fileSystemPolicy:FileSystemPolicy").inputs["policy"])
    arn = file_system.outputs["arn"]
    assert policy["Statement"] == [
        {
            "Sid": "AllowThroughMountTargets",
            "Effect": "Allow",
            "Principal": {"AWS": ["*"]},
            "Action": ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite", *root],
            "Resource": [arn],
            "Condition": {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
        },
        {
            "Sid": "DenyWithoutTls",
            "Effect": "Deny",
            "Principal": {"AWS": ["*"]},
            "Action": ["*"],
            "Resource": [arn],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]


def test_an_efs_class_makes_access_points_once_the_file_system_can_be_mounted() -> None:
    graph = efs(classes={"shared": EfsStorageClass(base_path="/apps", directory_perms="750")}, default_class="shared")
    storage_class = one(graph, CLASS)
    assert storage_class.inputs == {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "shared", "annotations": {DEFAULT_MARK: "true"}},
        "provisioner": "efs.csi.aws.com",
        "parameters": {
            "provisioningMode": "efs-ap",
            "fileSystemId": one(graph, FILE_SYSTEM).id,
            "directoryPerms": "750",
            "basePath": "/apps",
        },
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
        "allowVolumeExpansion": False,
    }
    needed = [*graph.of_type(TARGET), *graph.of_type(INGRESS), one(graph, "aws:efs/fileSystemPolicy:FileSystemPolicy")]
    assert len(needed) == 5
    assert all(graph.depends_on(storage_class, item) for item in needed), "pods would hang while mounting"


def test_the_file_system_is_made_beside_the_nodes() -> None:
    graph = efs()
    nodes = one(graph, "aws:eks/nodeGroup:NodeGroup")
    for target in graph.of_type(TARGET):
        assert not graph.depends_on(target, nodes), "`up` would make mount targets only after the nodes"


def test_access_points_for_static_volumes_are_made_by_name() -> None:
    points = {"data": EfsAccessPoint(path="/data", uid=2000, gid=3000, permissions="0770")}
    graph = efs(file_system=EfsFileSystemSpec(access_points=points))
    point = graph.named("storage-efs-access-point-data")
    assert point.inputs == {
        "fileSystemId": one(graph, FILE_SYSTEM).id,
        "posixUser": {"uid": 2000, "gid": 3000},
        "rootDirectory": {
            "path": "/data",
            "creationInfo": {"ownerUid": 2000, "ownerGid": 3000, "permissions": "0770"},
        },
        "tags": {"Name": "data"},
    }
    assert graph.outputs["accessPointIds"] == {"data": point.id}


def test_on_fargate_only_there_is_a_file_system_for_static_volumes_and_no_driver() -> None:
    graph = efs(install=False, classes={}, file_system=EfsFileSystemSpec(fargate=True))
    assert graph.of_type(ADDON) == [], "a DaemonSet has no place on Fargate"
    assert graph.of_type(CLASS) == []
    assert graph.of_type("aws:iam/role:Role") == []
    assert len(graph.of_type(TARGET)) == 3


def test_the_efs_driver_takes_only_tags_that_its_argument_can_carry() -> None:
    tags = {"owner": "platform", "cost centre": "4711", "contact": "ops team", "url": "https://example.com"}
    graph = record(program(efs=EfsDriver(), aws=replace(AWS, tags=tags)))
    configuration = json.loads(driver(graph, "aws-efs-csi-driver").inputs["configurationValues"])
    assert configuration == {"controller": {"tags": {"owner": "platform"}}}, "the driver would not start"


def test_with_web_identity_the_add_on_gets_its_role_by_arn() -> None:
    graph = record(program(ebs=EbsDriver(), identity_mode="irsa"))
    addon = driver(graph, "aws-ebs-csi-driver")
    assert addon.inputs["serviceAccountRoleArn"] == one(graph, "aws:iam/role:Role").outputs["arn"]
    assert "podIdentityAssociations" not in addon.inputs


def test_outputs_say_what_app_teams_need() -> None:
    graph = record(program(ebs=EbsDriver(snapshots=EbsSnapshots()), efs=EfsDriver()))
    assert graph.outputs == {
        "storageClasses": ["efs", "gp3"],
        "defaultStorageClass": "gp3",
        "snapshotClass": "ebs",
        "fileSystemId": one(graph, FILE_SYSTEM).id,
        "accessPointIds": {},
        "securityGroupId": one(graph, "aws:ec2/securityGroup:SecurityGroup").id,
    }


def test_a_first_preview_knows_the_classes_and_not_the_file_system() -> None:
    outputs = record(program(ebs=EbsDriver(), efs=EfsDriver()), known=False).outputs
    assert outputs["storageClasses"] == ["efs", "gp3"]
    assert outputs["defaultStorageClass"] == "gp3"
    assert outputs["fileSystemId"] is UNKNOWN


def test_both_previews_ask_for_the_same_resources() -> None:
    wanted = program(ebs=EbsDriver(snapshots=EbsSnapshots()), efs=EfsDriver())
    assert set(record(wanted).resources) == set(record(wanted, known=False).resources)


def test_two_clusters_can_have_one_each() -> None:
    def both() -> None:
        opts = pulumi.ResourceOptions(providers=aws_providers())
        cluster = cluster_ref()
        for name in ("blue", "green"):
            args = CsiDriversArgs(
                aws=AWS,
                cluster=replace(cluster, literal_name=name),
                compute=[],
                network=network_ref(),
                ebs=EbsDriver(),
                efs=EfsDriver(),
            )
            CsiDrivers(name, args, opts)

    graph = record(both)
    assert len(graph.of_type(FILE_SYSTEM)) == 2
    roles = [role.inputs["name"] for role in graph.of_type("aws:iam/role:Role")]
    assert len(set(roles)) == len(roles) == 4, "two roles of one name cannot exist in an account"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "ebs: give ebs, efs or both"),
        ({"efs": EfsDriver(), "network": None}, "network: is needed by efs"),
        (
            {"ebs": EbsDriver(), "efs": EfsDriver(classes={"gp3": EfsStorageClass()})},
            "classes: gp3 is a class of ebs and of efs",
        ),
        (
            {"ebs": EbsDriver(), "efs": EfsDriver(default_class="efs")},
            "default_class: ebs has 'gp3' and efs 'efs', a cluster has one default class",
        ),
    ],
)
def test_drivers_that_cannot_stand_side_by_side_are_refused_by_name(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        record(program(**changes))
