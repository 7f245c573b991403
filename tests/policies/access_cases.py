"""Cases of the rules about who and what may act in the cluster."""

from __future__ import annotations

from policies.eks_policies.access import ACCESS_ENTRY, ADDON, POLICY_ASSOCIATION
from tests.policies.support import CANNOT_RUN, REMOVED, UNKNOWN, Broken, Case

ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
INTERN = "arn:aws:iam::111122223333:role/intern"
NOT_LISTED = f"{INTERN} is made administrator of the cluster and is not on the list."
MASTERS = "kubernetesGroups holds system:masters, which no RBAC rule can limit."
NO_ENGINE = 'configurationValues lacks enableNetworkPolicy "true": NetworkPolicy objects have no effect.'

CASES = (
    Case(
        rule="eks-access-listed-administrators",
        type=POLICY_ASSOCIATION,
        compliant={
            "clusterName": "demo",
            "policyArn": ADMIN,
            "principalArn": "arn:aws:iam::111122223333:role/deployer",
            "accessScope": {"type": "cluster"},
        },
        also_compliant=(
            {"principalArn": INTERN, "policyArn": VIEW},
            {"principalArn": UNKNOWN, "policyArn": VIEW},
            {"principalArn": INTERN, "accessScope": {"type": "namespace", "namespaces": ["sandbox"]}},
        ),
        broken=(
            Broken(changes={"principalArn": INTERN}, says=[NOT_LISTED]),
            Broken(
                changes={"principalArn": INTERN, "policyArn": ADMIN.replace("arn:aws:", "arn:aws-cn:")},
                says=[NOT_LISTED],
                outage="the rule would hold in one partition only",
            ),
            Broken(changes={"principalArn": INTERN, "accessScope": REMOVED}, says=[NOT_LISTED]),
        ),
        unknown=(Broken(changes={"principalArn": UNKNOWN}, says=[CANNOT_RUN]),),
        configured=(
            Broken(changes={"principalArn": INTERN}, config={"allowedPrincipals": ["*:role/intern"]}, says=[]),
            Broken(changes={"principalArn": INTERN}, config={"allowedPrincipals": ["*:role/admin"]}, says=[NOT_LISTED]),
        ),
    ),
    Case(
        rule="eks-access-listed-administrators",
        type=ACCESS_ENTRY,
        compliant={"clusterName": "demo", "principalArn": INTERN, "kubernetesGroups": ["developers"]},
        also_compliant=({"kubernetesGroups": REMOVED}, {"principalArn": UNKNOWN}),
        broken=(Broken(changes={"kubernetesGroups": ["developers", "system:masters"]}, says=[MASTERS]),),
        unknown=(Broken(changes={"kubernetesGroups": UNKNOWN}, says=[CANNOT_RUN]),),
    ),
    Case(
        rule="eks-network-policy-engine",
        type=ADDON,
        compliant={
            "clusterName": "demo",
            "addonName": "vpc-cni",
            "configurationValues": '{"enableNetworkPolicy":"true","env":{}}',
        },
        also_compliant=(
            {"configurationValues": '{"enableNetworkPolicy":true}'},
            {"addonName": "coredns", "configurationValues": UNKNOWN},
        ),
        broken=(
            Broken(changes={"configurationValues": REMOVED}, says=[NO_ENGINE]),
            Broken(changes={"configurationValues": '{"enableNetworkPolicy":"false"}'}, says=[NO_ENGINE]),
            Broken(changes={"configurationValues": "[]"}, says=[NO_ENGINE]),
            Broken(
                changes={"configurationValues": "enableNetworkPolicy: true"},
                says=["configurationValues is not JSON at character 0."],
            ),
        ),
        unknown=(Broken(changes={"configurationValues": UNKNOWN}, says=[CANNOT_RUN]),),
    ),
)
