import json
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.addon import AddonSpec, configuration_json, eks_addon, merge_configuration
from components.workload_identity import WorkloadIdentity, WorkloadIdentityArgs
from rehearsal.graph import Graph
from tests.support.fixtures import AWS, cluster_ref, component_options
from tests.support.recording import record

ADDON = "aws:eks/addon:Addon"


def program(spec: AddonSpec, identities: Mapping[str, Mapping[str, Any]] | None = None) -> Callable[[], None]:
    def run() -> None:
        parent = pulumi.ComponentResource("test:index:Parent", "parent", None, component_options())
        cluster = cluster_ref()
        options = pulumi.ResourceOptions(parent=parent)
        made = {
            account: WorkloadIdentity(
                account,
                WorkloadIdentityArgs(
                    aws=AWS,
                    cluster=cluster,
                    namespace="kube-system",
                    service_account=account,
                    managed_policies={"policy": AWS.managed_policy_arn("ReadOnlyAccess")},
                    **fields,
                ),
                options,
            )
            for account, fields in (identities or {}).items()
        }
        first = pulumi.ComponentResource("test:index:First", "first")
        eks_addon(
            "addon",
            parent=parent,
            cluster=cluster,
            addon_name="some-addon",
            spec=spec,
            identities=made,
            depends_on=[first],
        )

    return run


def addon(graph: Graph) -> dict[str, Any]:
    (found,) = graph.of_type(ADDON)
    return dict(found.inputs)


def test_an_addon_without_wishes_takes_the_default_version_of_eks() -> None:
    assert addon(record(program(AddonSpec()))) == {
        "clusterName": "demo",
        "addonName": "some-addon",
        "resolveConflictsOnCreate": "OVERWRITE",
        "resolveConflictsOnUpdate": "OVERWRITE",
        "preserve": False,
    }, "an add-on that asks for the most recent version changes by itself"


def test_every_wish_reaches_the_addon() -> None:
    spec = AddonSpec(
        version="v1.13.2-eksbuild.31",
        configuration={"b": 1, "a": {"d": [1], "c": None}},
        namespace="own-namespace",
        resolve_conflicts_on_create="NONE",
        resolve_conflicts_on_update="PRESERVE",
        preserve=True,
    )

    assert addon(record(program(spec))) == {
        "clusterName": "demo",
        "addonName": "some-addon",
        "addonVersion": "v1.13.2-eksbuild.31",
        "configurationValues": '{"a":{"c":null,"d":[1]},"b":1}',
        "namespaceConfig": {"namespace": "own-namespace"},
        "resolveConflictsOnCreate": "NONE",
        "resolveConflictsOnUpdate": "PRESERVE",
        "preserve": True,
    }


def test_pod_identities_are_associated_by_the_addon_and_their_permissions_come_first() -> None:
    graph = record(program(AddonSpec(), {"b-sa": {"association": False}, "a-sa": {"association": False}}))

    inputs = addon(graph)
    assert inputs["podIdentityAssociations"] == [
        {"serviceAccount": account, "roleArn": graph.named(f"{account}-role").outputs["arn"]}
        for account in ("a-sa", "b-sa")
    ]
    assert "serviceAccountRoleArn" not in inputs
    for account in ("a-sa", "b-sa"):
        assert graph.depends_on(graph.named("addon"), graph.named(f"{account}-attachment-policy")), (
            "the add-on's pods would start with a role that may do nothing yet"
        )


def test_a_web_identity_is_the_addons_service_account_role() -> None:
    graph = record(program(AddonSpec(), {"sa": {"mode": "irsa"}}))

    inputs = addon(graph)
    assert inputs["serviceAccountRoleArn"] == graph.named("sa-role").outputs["arn"]
    assert "podIdentityAssociations" not in inputs
    assert graph.depends_on(graph.named("addon"), graph.named("sa-attachment-policy"))


def test_an_identity_with_an_association_of_its_own_is_refused() -> None:
    with pytest.raises(ValueError, match=r"identities\[sa\]: make it with association=False"):
        record(program(AddonSpec(), {"sa": {}}))


def test_two_web_identities_are_refused() -> None:
    with pytest.raises(ValueError, match="takes one IRSA role, 2 were given"):
        record(program(AddonSpec(), {"a": {"mode": "irsa"}, "b": {"mode": "irsa"}}))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"version": "1.13.2"}, "version: '1.13.2' is no add-on version"),
        ({"version": "latest"}, "version: 'latest' is no add-on version"),
        ({"namespace": "Own"}, "namespace: 'Own' must be 1 to 63"),
        ({"namespace": "own-"}, "namespace: 'own-' must be"),
        ({"namespace": "a" * 64}, "namespace: "),
        ({"resolve_conflicts_on_create": "PRESERVE"}, "resolve_conflicts_on_create: 'PRESERVE' is not one of NONE"),
        ({"resolve_conflicts_on_update": "MERGE"}, "resolve_conflicts_on_update: 'MERGE' is not one of NONE"),
    ],
)
def test_an_addon_that_eks_would_refuse_is_refused_first(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AddonSpec(**fields)


_CONFIGURATION = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
_OBJECTS = st.dictionaries(st.text(max_size=3), _CONFIGURATION, min_size=1, max_size=3)


@given(_OBJECTS)
def test_configuration_says_the_same_whatever_the_order_of_keys(configuration: dict[str, Any]) -> None:
    text = configuration_json(configuration)

    assert text == configuration_json(dict(reversed(configuration.items()))), "each preview would show a change"
    assert isinstance(text, str)
    assert json.loads(text) == configuration


@pytest.mark.parametrize("configuration", [None, {}])
def test_no_configuration_is_left_to_the_addon(configuration: dict[str, Any] | None) -> None:
    assert configuration_json(configuration) is None


def test_a_configuration_may_hold_what_is_known_later() -> None:
    def run() -> None:
        parent = pulumi.ComponentResource("test:index:Parent", "parent", None, component_options())
        values = {"subnets": {"a": pulumi.Output.from_input("subnet-1")}}
        spec = AddonSpec(configuration=values)
        eks_addon("addon", parent=parent, cluster=cluster_ref(), addon_name="some-addon", spec=spec)

    assert addon(record(run))["configurationValues"] == '{"subnets":{"a":"subnet-1"}}'


def test_layers_of_configuration_are_merged_and_the_last_wins() -> None:
    base = {"env": {"A": "1", "B": "2"}, "list": [1, 2], "plain": "x"}
    own = {"env": {"B": "3"}, "list": [3], "plain": {"now": "an object"}}

    assert merge_configuration(base, None, own) == {
        "env": {"A": "1", "B": "3"},
        "list": [3],
        "plain": {"now": "an object"},
    }
    assert base == {"env": {"A": "1", "B": "2"}, "list": [1, 2], "plain": "x"}


@given(_OBJECTS, _OBJECTS)
def test_nothing_of_the_last_layer_is_lost(base: dict[str, Any], own: dict[str, Any]) -> None:
    merged = merge_configuration(base, own)

    assert set(merged) == set(base) | set(own)
    assert merge_configuration(merged, own) == merged
