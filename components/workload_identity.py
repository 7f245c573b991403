"""An IAM role for one Kubernetes service account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pulumi
import pulumi_aws as aws_sdk

from components.aws_environment import AwsEnvironment
from components.iam.document import Document, document, managed_policy_json, statement, to_json
from components.iam.trust import irsa_trust, pod_identity_trust
from components.naming import physical_name
from components.plain import holds_output
from components.refs import ClusterRef

IdentityMode = Literal["podIdentity", "irsa"]

_ROLE_NAME_LIMIT = 64
_TARGET_ROLE_POLICY = "assume-target-role"


@dataclass(frozen=True, kw_only=True)
class WorkloadIdentityArgs:
    """Which service account gets which permissions, and how.

    Args:
        aws: Where the cluster is.
        cluster: The cluster that the service account lives in.
        namespace: Namespace of the service account.
        service_account: Name of the service account; it need not exist yet.
        mode: "podIdentity" (default) for pods on Linux EC2 nodes, "irsa" for what Pod Identity does not reach: pods on
            Fargate and on Windows.
        association: Whether to make the Pod Identity association here. False where an EKS add-on owns it: a service
            account may have only one. Without meaning for "irsa".
        policies: Own permissions: policy document by key. Each becomes a managed policy of at most 6,144 characters.
            A document may hold outputs, for example the ARN of a file system.
        managed_policies: Permissions that exist already: policy ARN by key.
        session_policy: Document that narrows the role's permissions for this service account. Session tags are
            switched off then, as EKS demands. Only with "podIdentity" and `association`.
        target_role_arn: Role in another account that the pods end up with; the role made here may assume it. Only
            with "podIdentity" and `association`.

    Raises:
        ValueError: If a namespace or service account is empty, a key is used twice, a plain policy is too long, or an
            option does not go with the mode.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/service-accounts.html and
    https://docs.aws.amazon.com/eks/latest/APIReference/API_CreatePodIdentityAssociation.html
    """

    aws: AwsEnvironment
    cluster: ClusterRef
    namespace: str
    service_account: str
    mode: IdentityMode = "podIdentity"
    association: bool = True
    policies: Mapping[str, Document] = field(default_factory=dict[str, Document])
    managed_policies: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    session_policy: Document | None = None
    target_role_arn: str | None = None

    def __post_init__(self) -> None:
        for name, value in (("namespace", self.namespace), ("service_account", self.service_account)):
            if not value or "*" in value:
                raise ValueError(f"{name}: {value!r} must be one exact Kubernetes name")
        if self.mode not in ("podIdentity", "irsa"):
            raise ValueError(f'mode: {self.mode!r} is not one of "podIdentity", "irsa"')
        twice = sorted(set(self.policies) & set(self.managed_policies))
        if twice:
            raise ValueError(f"policies: {', '.join(twice)} is a key of policies and of managed_policies")
        if _TARGET_ROLE_POLICY in self.policies or _TARGET_ROLE_POLICY in self.managed_policies:
            raise ValueError(f"policies: the key {_TARGET_ROLE_POLICY!r} is taken by the policy for target_role_arn")
        owns_association = self.mode == "podIdentity" and self.association
        for name, value in (("session_policy", self.session_policy), ("target_role_arn", self.target_role_arn)):
            if value is not None and not owns_association:
                raise ValueError(f"{name}: needs an own Pod Identity association (mode podIdentity, association True)")
        for key, policy in self.policies.items():
            if not holds_output(policy):
                managed_policy_json(policy, what=f"policies[{key}]")


class WorkloadIdentity(pulumi.ComponentResource):
    """A role with its policies, bound to one service account by Pod Identity or IRSA.

    Creates an `aws.iam.Role` that only this service account of this cluster may assume, an `aws.iam.Policy` and
    attachment for each own policy, an attachment for each managed policy and, where it is wanted, an
    `aws.eks.PodIdentityAssociation`.

    Pods that start before their association exists have no credentials: let what starts them depend on `ready`.

    Args:
        name: Logical name; children are called after it.
        args: Service account, permissions and mode.
        opts: Resource options of the component.
    """

    role_arn: pulumi.Output[str]
    """ARN of the role."""
    role_name: pulumi.Output[str]
    """Name of the role; it begins with the name of the cluster."""
    role_arn_ready: pulumi.Output[str]
    """ARN of the role, once all policies are attached: what takes it cannot start without its permissions."""
    annotations: pulumi.Output[dict[str, str]]
    """Annotations that the service account must carry: the role for "irsa", none for "podIdentity"."""
    ready: Sequence[pulumi.Resource]
    """Attachments and association, for `depends_on` of what runs under this identity."""
    mode: IdentityMode
    """How the service account gets the role."""
    associated: bool
    """Whether the Pod Identity association was made here."""

    def __init__(self, name: str, args: WorkloadIdentityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("eks-platform:index:WorkloadIdentity", name, None, opts)
        self._base = name
        self._args = args

        role = self._make_role()
        attachments = self._attach_policies(role)
        association = self._associate(role, attachments)

        self.role_arn = role.arn
        self.role_name = role.name
        attached = [attachment.id for attachment in attachments]
        self.role_arn_ready = pulumi.Output.all(role.arn, *attached).apply(_first)
        self.annotations = _annotations(args.mode, self.role_arn_ready)
        self.ready = (*attachments, *association)
        self.mode = args.mode
        self.associated = bool(association)
        self.register_outputs(
            {
                "role_arn": self.role_arn,
                "role_name": self.role_name,
                "role_arn_ready": self.role_arn_ready,
                "annotations": self.annotations,
            }
        )

    def _make_role(self) -> aws_sdk.iam.Role:
        args = self._args
        return aws_sdk.iam.Role(
            f"{self._base}-role",
            # IAM has no regions, so clusters of the same name in two regions must not meet here.
            name=physical_name(
                args.cluster.literal_name,
                args.aws.region,
                args.namespace,
                args.service_account,
                limit=_ROLE_NAME_LIMIT,
            ),
            description=f"Service account {args.namespace}/{args.service_account} of EKS cluster "
            f"{args.cluster.literal_name}",
            assume_role_policy=self._trust(),
            permissions_boundary=args.aws.permissions_boundary,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _trust(self) -> pulumi.Input[str]:
        args = self._args
        if args.mode == "irsa":
            return pulumi.Output.all(
                provider_arn=args.cluster.oidc_provider_arn,
                issuer=args.cluster.oidc_issuer,
                namespace=args.namespace,
                service_account=args.service_account,
            ).apply(_irsa_trust_json)
        if args.session_policy is not None:
            return to_json(pod_identity_trust())
        return to_json(
            pod_identity_trust(
                cluster_arn=args.aws.arn("eks", f"cluster/{args.cluster.literal_name}"),
                namespace=args.namespace,
                service_account=args.service_account,
            )
        )

    def _attach_policies(self, role: aws_sdk.iam.Role) -> list[aws_sdk.iam.RolePolicyAttachment]:
        arns: dict[str, pulumi.Input[str]] = dict(self._args.managed_policies)
        for key, policy in self._own_policies().items():
            made = aws_sdk.iam.Policy(
                f"{self._base}-policy-{key}",
                policy=_policy_json(policy, f"{self._base}-policy-{key}"),
                opts=pulumi.ResourceOptions(parent=self),
            )
            arns[key] = made.arn
        return [
            aws_sdk.iam.RolePolicyAttachment(
                f"{self._base}-attachment-{key}",
                role=role.name,
                policy_arn=arn,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for key, arn in sorted(arns.items())
        ]

    def _own_policies(self) -> Mapping[str, Document]:
        args = self._args
        if args.target_role_arn is None:
            return args.policies
        # Session tags travel on to the target role unless a session policy has switched them off.
        actions = ["sts:AssumeRole"] if args.session_policy is not None else ["sts:AssumeRole", "sts:TagSession"]
        assume = document(statement(actions=actions, resources=[args.target_role_arn]))
        return {**args.policies, _TARGET_ROLE_POLICY: assume}

    def _associate(self, role: aws_sdk.iam.Role, attachments: Sequence[pulumi.Resource]) -> list[pulumi.Resource]:
        args = self._args
        if args.mode != "podIdentity" or not args.association:
            return []
        return [
            aws_sdk.eks.PodIdentityAssociation(
                f"{self._base}-association",
                cluster_name=args.cluster.name,
                namespace=args.namespace,
                service_account=args.service_account,
                role_arn=role.arn,
                target_role_arn=args.target_role_arn,
                policy=None if args.session_policy is None else to_json(args.session_policy),
                disable_session_tags=True if args.session_policy is not None else None,
                opts=pulumi.ResourceOptions(parent=self, depends_on=list(attachments)),
            )
        ]


def _first(values: Sequence[str]) -> str:
    return values[0]


def _irsa_trust_json(values: Mapping[str, str]) -> str:
    return to_json(irsa_trust(values["provider_arn"], values["issuer"], values["namespace"], values["service_account"]))


def _annotations(mode: IdentityMode, role_arn: pulumi.Output[str]) -> pulumi.Output[dict[str, str]]:
    if mode == "podIdentity":
        return pulumi.Output.from_input(dict[str, str]())
    return role_arn.apply(lambda arn: {"eks.amazonaws.com/role-arn": arn})


def _policy_json(policy: Document, what: str) -> pulumi.Input[str]:
    if not holds_output(policy):
        return managed_policy_json(policy, what=what)
    return pulumi.Output.from_input(policy).apply(lambda known: managed_policy_json(known, what=what))
