"""Rules about who and what may act in the cluster: administrators, pod identities, network policy."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from pulumi_policy import EnforcementLevel, PolicyResource, Severity
from pulumi_policy.proxy import UnknownValueError

from .iam import ROLE
from .reading import as_sequence, is_true, read
from .rule import Control, Definition, ResourceRule, Stack, StackRule, Subject, text_list

POLICY_ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
ACCESS_ENTRY = "aws:eks/accessEntry:AccessEntry"
POD_IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
ADDON = "aws:eks/addon:Addon"

_ADMINISTRATOR_POLICY = "cluster-access-policy/AmazonEKSClusterAdminPolicy"
_USER_GUIDE = "https://docs.aws.amazon.com/eks/latest/userguide"
_BEST_PRACTICES = "https://docs.aws.amazon.com/eks/latest/best-practices"


def _is_listed_administrator(grant: Subject) -> Iterator[str]:
    if grant.type == ACCESS_ENTRY:
        if "system:masters" in list(as_sequence(read(grant.properties, "kubernetesGroups"))):
            yield "kubernetesGroups holds system:masters, which no RBAC rule can limit."
        return
    policy = str(read(grant.properties, "policyArn"))
    if not policy.endswith(_ADMINISTRATOR_POLICY) or read(grant.properties, "accessScope", "type") == "namespace":
        return
    principal = str(read(grant.properties, "principalArn"))
    if not any(fnmatchcase(principal, pattern) for pattern in grant.options["allowedPrincipals"]):
        yield f"{principal} is made administrator of the cluster and is not on the list."


LISTED_ADMINISTRATORS = ResourceRule(
    Definition(
        name="eks-access-listed-administrators",
        title="Administrators are listed",
        description="Only principals on a reviewed list may administer the whole cluster.",
        fix="Give the principal a smaller access policy or scope, or put it on the list of the environment.",
        types=(POLICY_ASSOCIATION, ACCESS_ENTRY),
        control=Control(cis=("4.1.1",), guide=f"{_USER_GUIDE}/access-policy-permissions.html"),
        severity=Severity.HIGH,
        level=EnforcementLevel.ADVISORY,
        settings={
            "allowedPrincipals": text_list(
                "ARNs of principals that may administer the cluster; * and ? may be used.", "arn:*:iam::*:role/deployer"
            )
        },
    ),
    _is_listed_administrator,
)


def _network_policies_count(addon: Subject) -> Iterator[str]:
    if read(addon.properties, "addonName") != "vpc-cni":
        return
    text = read(addon.properties, "configurationValues")
    try:
        values = json.loads(text) if text else {}
    except json.JSONDecodeError as error:
        yield f"configurationValues is not JSON at character {error.pos}."
        return
    if not (isinstance(values, Mapping) and is_true(read(values, "enableNetworkPolicy"))):
        yield 'configurationValues lacks enableNetworkPolicy "true": NetworkPolicy objects have no effect.'


NETWORK_POLICY = ResourceRule(
    Definition(
        name="eks-network-policy-engine",
        title="Network policies take effect",
        description="The VPC CNI must enforce NetworkPolicy objects; without an engine the API server takes them and "
        "nothing happens.",
        fix='Set enableNetworkPolicy to the text "true" in the configuration values of the vpc-cni add-on.',
        types=(ADDON,),
        control=Control(cis=("4.3.1", "5.4.4"), guide=f"{_USER_GUIDE}/cni-network-policy.html"),
        severity=Severity.HIGH,
    ),
    _network_policies_count,
)


def _same_role(one: PolicyResource, other: PolicyResource) -> bool:
    sources = {source.urn for source in one.property_dependencies.get("roleArn", ()) if source.resource_type == ROLE}
    if any(source.urn in sources for source in other.property_dependencies.get("roleArn", ())):
        return True
    try:
        return read(one.props, "roleArn") == read(other.props, "roleArn")
    except UnknownValueError:
        return False


def _same_workload(one: PolicyResource, other: PolicyResource) -> bool:
    keys = ("namespace", "serviceAccount")
    return all(read(one.props, key) == read(other.props, key) for key in keys)


def _role_is_not_shared(association: PolicyResource, stack: Stack) -> Iterator[str]:
    for other in stack.of_type(POD_IDENTITY):
        if other is association or not _same_role(association, other):
            continue
        if not _same_workload(association, other):
            yield f"{other.name} gives the same role to another service account."


OWN_ROLE = StackRule(
    Definition(
        name="eks-pod-identity-own-role",
        title="One role for each workload",
        description="Every service account must have a role of its own: a shared one grants the needs of all to each.",
        fix="Make a role for each service account, with what it needs.",
        types=(POD_IDENTITY,),
        control=Control(cis=("5.2.1",), guide=f"{_BEST_PRACTICES}/identity-and-access-management.html"),
        severity=Severity.MEDIUM,
    ),
    _role_is_not_shared,
)

RULES = (LISTED_ADMINISTRATORS, NETWORK_POLICY, OWN_ROLE)
