"""A Fargate profile: which pods run on Fargate, where, and with which role."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components import naming
from components.aws_environment import AwsEnvironment
from components.iam.document import to_json
from components.iam.fargate_logging import fargate_logging_policy
from components.iam.trust import fargate_pod_trust
from components.refs import ClusterRef

_EXECUTION_POLICY = "AmazonEKSFargatePodExecutionRolePolicy"
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,62}")
_LONGEST_NAME = 63
# Names of namespaces and labels, with the wildcards that selectors may hold.
_NAMESPACE = re.compile(r"[a-z0-9*?]([a-z0-9*?-]{0,61}[a-z0-9*?])?")
_LABEL_KEY = re.compile(r"([a-z0-9*?]([a-z0-9.*?-]*[a-z0-9*?])?/)?[A-Za-z0-9*?]([A-Za-z0-9_.*?-]{0,61}[A-Za-z0-9*?])?")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9*?]([A-Za-z0-9_.*?-]{0,61}[A-Za-z0-9*?])?)?")
_MOST_SELECTORS = 5
_MOST_LABELS = 5


@dataclass(frozen=True, kw_only=True)
class FargateSelector:
    """Pods that a profile runs: those of a namespace that have all the labels.

    Args:
        namespace: Namespace; may hold the wildcards * and ?.
        labels: Up to 5 labels that a pod must have; keys and values may hold the wildcards.

    Raises:
        ValueError: If the namespace or a label is malformed, or there are more than 5 labels.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html
    """

    namespace: str
    labels: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        if not _NAMESPACE.fullmatch(self.namespace):
            raise ValueError(f"selectors[].namespace: {self.namespace!r} is not a namespace, with or without * and ?")
        if len(self.labels) > _MOST_LABELS:
            raise ValueError(f"selectors[].labels: {len(self.labels)} given; a selector takes {_MOST_LABELS}")
        for key, value in self.labels.items():
            if not (_LABEL_KEY.fullmatch(key) and _LABEL_VALUE.fullmatch(value)):
                raise ValueError(f"selectors[].labels: {key}={value!r} is not a label, with or without * and ?")


@dataclass(frozen=True, kw_only=True)
class FargateProfileArgs:
    """What a Fargate profile is made of.

    Args:
        aws: Account and region; Fargate pods do not run in AWS GovCloud (US).
        cluster: The cluster that the pods belong to.
        name: Name of the profile, 1 to 63 letters, digits, "-" and "_". The physical name ends in a short hash.
        subnet_ids: Private subnet of each zone key. EKS refuses subnets with a route to an internet gateway.
        selectors: 1 to 5 selectors; a pod that meets one of them runs on Fargate.
        log_group_names: Log groups that the pods write to, from FargateLogging; empty for no logging.
        previous: The profile made before this one. EKS changes one profile of a cluster at a time.
        before: Resources that must exist before the first pod starts, such as FargateLogging.ready. Only the profile
            waits for them; its role does not.

    Raises:
        ValueError: If a value is one that EKS does not accept.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html
    """

    aws: AwsEnvironment
    cluster: ClusterRef
    name: str
    subnet_ids: Mapping[str, pulumi.Input[str]]
    selectors: Sequence[FargateSelector]
    log_group_names: Sequence[str] = ()
    previous: pulumi.Resource | None = None
    before: Sequence[pulumi.Resource] = ()

    def __post_init__(self) -> None:
        if self.aws.partition == "aws-us-gov":
            raise ValueError(f"aws.region: {self.aws.region!r} has no Fargate for EKS")
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"name: {self.name!r} must have 1 to 63 letters, digits, '-' or '_', no '-' or '_' first")
        if not self.subnet_ids:
            raise ValueError("subnet_ids: a profile needs at least one private subnet")
        if not 1 <= len(self.selectors) <= _MOST_SELECTORS:
            raise ValueError(f"selectors: {len(self.selectors)} given; a profile takes 1 to {_MOST_SELECTORS}")

    @property
    def physical_name(self) -> str:
        """Name of the profile in AWS: the name and a hash of what EKS cannot change in place.

        A changed selector or zone makes a new profile. With a name of its own that can be created before the old one
        is deleted, so the namespace is never without a profile.
        """
        fixed = {
            "selectors": [{"namespace": each.namespace, "labels": dict(each.labels)} for each in self.selectors],
            "zones": sorted(self.subnet_ids),
        }
        digest = hashlib.sha256(json.dumps(fixed, sort_keys=True).encode()).hexdigest()[:8]
        return naming.physical_name(self.name, digest, limit=_LONGEST_NAME)

    @property
    def namespaces(self) -> list[str]:
        """Namespaces of the selectors, each once, in their order."""
        return list(dict.fromkeys(selector.namespace for selector in self.selectors))


class FargateProfile(pulumi.ComponentResource):
    """One EKS Fargate profile with a pod execution role of its own.

    Creates the pod execution role (trusted for this cluster's profiles only), its policies and the profile. Containers
    cannot use the pod execution role, and Pod Identity does not work on Fargate: pods that call AWS need IRSA.

    Attributes:
        name: Physical name of the profile, which pods may choose with the label eks.amazonaws.com/fargate-profile.
        arn: ARN of the profile.
        pod_execution_role_arn: ARN of the pod execution role.
        namespaces: Namespaces that the selectors name; resolves when the profile exists.
        resource: The profile itself, for what must wait until pods can run and for the next profile.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html and
    https://docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    pod_execution_role_arn: pulumi.Output[str]
    namespaces: pulumi.Output[list[str]]
    resource: aws.eks.FargateProfile

    def __init__(self, name: str, args: FargateProfileArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("eks-platform:index:FargateProfile", name, None, opts)
        role = aws.iam.Role(
            f"{name}-role",
            description=f"Pods of profile {args.name} of EKS cluster {args.cluster.literal_name}",
            assume_role_policy=to_json(fargate_pod_trust(args.aws, args.cluster.literal_name)),
            permissions_boundary=args.aws.permissions_boundary,
            opts=pulumi.ResourceOptions(parent=self),
        )
        permissions = self._permissions(name, args, role)
        previous = [args.previous] if args.previous is not None else []
        self.resource = aws.eks.FargateProfile(
            f"{name}-profile",
            cluster_name=args.cluster.name,
            fargate_profile_name=args.physical_name,
            pod_execution_role_arn=role.arn,
            subnet_ids=[args.subnet_ids[key] for key in sorted(args.subnet_ids)],
            selectors=[
                aws.eks.FargateProfileSelectorArgs(namespace=selector.namespace, labels=dict(selector.labels) or None)
                for selector in args.selectors
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*permissions, *previous, *args.before]),
        )
        namespaces = args.namespaces
        self.name = self.resource.fargate_profile_name
        self.arn = self.resource.arn
        self.pod_execution_role_arn = role.arn
        self.namespaces = self.resource.arn.apply(lambda _: namespaces)
        self.register_outputs(
            {
                "name": self.name,
                "arn": self.arn,
                "pod_execution_role_arn": self.pod_execution_role_arn,
                "namespaces": self.namespaces,
            }
        )

    def _permissions(self, name: str, args: FargateProfileArgs, role: aws.iam.Role) -> list[pulumi.Resource]:
        opts = pulumi.ResourceOptions(parent=self)
        permissions: list[pulumi.Resource] = [
            aws.iam.RolePolicyAttachment(
                f"{name}-role-{_EXECUTION_POLICY}",
                role=role.name,
                policy_arn=args.aws.managed_policy_arn(_EXECUTION_POLICY),
                opts=opts,
            )
        ]
        if args.log_group_names:
            permissions.append(
                aws.iam.RolePolicy(
                    f"{name}-role-logging",
                    role=role.id,
                    policy=to_json(fargate_logging_policy(args.aws, args.log_group_names)),
                    opts=opts,
                )
            )
        return permissions
