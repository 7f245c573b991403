"""What AWS does not delete while something living needs it, and what it leaves behind."""

from __future__ import annotations

import pytest

from rehearsal.errors import RehearsalError
from tests.support.living_world import CLUSTER, LivingWorld

ENTRY = "aws:eks/accessEntry:AccessEntry"
GROUP = "aws:cloudwatch/logGroup:LogGroup"
SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
NODE_ROLE = "arn:aws:iam::111122223333:role/node-role"

# What is wrong, step that is deleted, steps that are gone by then, code, wording.
REFUSED: tuple[tuple[str, str, tuple[str, ...], str, str], ...] = (
    (
        "a cluster with node groups",
        "cluster",
        ("fargate",),
        "ResourceInUseException",
        "Cluster has nodegroups attached",
    ),
    (
        "a cluster with Fargate profiles",
        "cluster",
        ("nodes",),
        "ResourceInUseException",
        "Cluster has Fargate profiles attached",
    ),
    (
        "a role with attached policies",
        "app-role",
        ("app-inline",),
        "DeleteConflict",
        "Cannot delete entity, must detach all policies first.",
    ),
    (
        "a role with inline policies",
        "app-role",
        ("app-attachment",),
        "DeleteConflict",
        "Cannot delete entity, must delete policies first.",
    ),
    ("an attached policy", "app-policy", (), "DeleteConflict", "Cannot delete a policy attached to entities."),
    (
        "nodes whose role has lost its policy",
        "nodes",
        ("node-policy",),
        "AccessDenied",
        f"The role {NODE_ROLE} of the nodes lacks AmazonEKSWorkerNodePolicy",
    ),
    (
        "a file system with mount targets",
        "file-system",
        (),
        "FileSystemInUse",
        "File system 'FILESYSTEM' cannot be deleted because it has 1 mount targets.",
    ),
)


@pytest.mark.parametrize(("_name", "step", "gone", "code", "says"), REFUSED, ids=lambda value: str(value)[:40])
def test_a_deletion_that_aws_refuses_is_refused_and_deletes_nothing(
    _name: str, step: str, gone: tuple[str, ...], code: str, says: str
) -> None:
    world = LivingWorld()
    for earlier in gone:
        world.delete(earlier)
    with pytest.raises(RehearsalError) as raised:
        world.delete(step)

    error = raised.value
    words = says.replace("FILESYSTEM", world.made["file-system"]["id"])
    assert (getattr(error, "code", ""), getattr(error, "reason", "")) == (code, words), (
        "a destroy that works here only leaves things behind in the account"
    )
    assert world.record(step).id == world.made[step]["id"], "what is refused must still be there"


def test_a_protected_cluster_is_deleted_only_after_its_protection() -> None:
    world = LivingWorld(broken={"cluster": {"deletionProtection": True}})
    world.delete("nodes")
    world.delete("fargate")
    with pytest.raises(RehearsalError, match="Cluster deletion protection is enabled"):
        world.delete("cluster")
    world.change("cluster", deletionProtection=False)
    world.delete("cluster")

    assert world.world.where("aws:eks/cluster:Cluster", name=CLUSTER) == [], "protection must not outlive its removal"


def test_a_key_waits_between_a_week_and_a_month() -> None:
    world = LivingWorld(until="alias", broken={"key": {"deletionWindowInDays": 3}})
    with pytest.raises(RehearsalError, match="PendingWindowInDays must be between 7 and 30"):
        world.delete("key")


def test_a_deleted_cluster_takes_its_addons_entries_and_associations_along() -> None:
    world = LivingWorld()
    world.delete("nodes")
    world.delete("fargate")
    world.delete("cluster")

    left = [record.id for record in world.world if record.type.startswith("aws:eks/")]
    assert left == [], "what lives in a cluster cannot outlive it"


def test_a_rule_that_names_the_security_group_of_the_cluster_keeps_it_behind() -> None:
    world = LivingWorld()
    group = world.made["cluster"]["vpcConfig"]["clusterSecurityGroupId"]
    world.make(
        "nodes-from-api",
        like="api-from-nodes",
        securityGroupId=world.made["node-group-sg"]["id"],
        referencedSecurityGroupId=group,
    )
    for step in ("nodes", "fargate", "cluster"):
        world.delete(step)

    assert world.world.get(SECURITY_GROUP, group) is not None, "the leak must show, it blocks the VPC's deletion"


def test_a_cluster_without_its_log_group_leaves_one_behind_that_nobody_deletes() -> None:
    world = LivingWorld(without=("logs",))
    name = f"/aws/eks/{CLUSTER}/cluster"
    made = world.world.get(GROUP, name)
    world.delete_all()
    left = [(record.id, record.urn, record.get("retentionInDays")) for record in world.world]

    assert made is not None, "EKS writes its logs somewhere"
    assert left == [(name, "", 0)], "logs that nobody owns cost money for ever, so the leak must show"


def test_a_log_group_that_goes_before_its_cluster_comes_back() -> None:
    world = LivingWorld()
    world.delete("logs")
    for step in ("nodes", "fargate", "cluster"):
        world.delete(step)

    left = [record.urn for record in world.world.of_type(GROUP)]
    assert left == [""], "the wrong order leaks the group, which makes the next creation fail"


def test_the_entry_of_a_node_role_goes_with_the_last_node_group_that_uses_it() -> None:
    world = LivingWorld()
    world.make("more-nodes", like="nodes", nodeGroupName="more")
    entry = f"{CLUSTER}:{NODE_ROLE}"
    world.delete("nodes")
    first = world.world.get(ENTRY, entry)
    world.delete("more-nodes")

    assert first is not None, "nodes of the other group would be locked out"
    assert world.world.get(ENTRY, entry) is None, "an entry of no nodes lets a former role in"


def test_an_access_policy_that_is_replaced_without_being_deleted_first_is_lost() -> None:
    world = LivingWorld()
    old = world.record("entry-policy")
    world.make("entry-policy", accessScope={"type": "namespace", "namespaces": ["team"]})
    world.cloud.delete(old.type, old.id, old.urn)

    assert world.world.get(old.type, old.id) is None, "the rehearsal must show that the program has to delete it first"
