"""The whole configuration of a stack."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from settings import aws_catalogue
from settings.access import AccessEntry
from settings.account import Tags
from settings.addons import Addons
from settings.base import Section
from settings.cluster import Cluster
from settings.cluster_autoscaler import ClusterAutoscaler
from settings.fargate_profiles import FargateProfile
from settings.load_balancer_controller import LoadBalancerController
from settings.network import Network
from settings.node_groups import NodeGroup
from settings.storage import Storage


class StackConfig(Section):
    """Every key that a stack file may hold under the project's name, for example `eks-platform:network`."""

    account: str = Field(
        description="Id of the AWS account, 12 digits in quotes. The AWS provider refuses to work in any other."
    )
    tags: Tags = Field(description="Tags of every taggable resource.")
    permissions_boundary: str | None = Field(
        default=None, description="ARN of the IAM policy that bounds every role the platform makes."
    )
    deployer_role: str | None = Field(
        default=None,
        description="ARN of the IAM role that deploys: the providers assume it. It must be the principal of an access "
        "entry with the policy ClusterAdmin for the whole cluster. Without it the credentials at hand are used.",
    )
    network: Network = Field(default_factory=Network, description="The network.")
    cluster: Cluster = Field(default_factory=Cluster, description="The control plane.")
    access: Mapping[str, AccessEntry] = Field(
        description="Who may do what in the cluster, by a name of your choice; one entry at least must have the policy "
        "ClusterAdmin for the whole cluster, since whoever deploys gets no silent access."
    )
    addons: Addons = Field(default_factory=Addons, description="EKS add-ons.")
    node_groups: Mapping[str, NodeGroup] = Field(
        default_factory=dict,
        description="Managed node groups by name; at most 30, a group `perZone` counting once a zone.",
    )
    fargate_profiles: Mapping[str, FargateProfile] = Field(
        default_factory=dict, description="Fargate profiles by name; at most 10."
    )
    load_balancer_controller: LoadBalancerController | None = Field(
        default=None, description="AWS Load Balancer Controller; `{}` installs it with defaults."
    )
    storage: Storage = Field(default_factory=Storage, description="Storage for pods.")
    cluster_autoscaler: ClusterAutoscaler | None = Field(
        default=None, description="Cluster Autoscaler; `{}` installs it with defaults."
    )

    @property
    def environment(self) -> str:
        """Name of the environment, for example "dev"."""
        return self.tags.environment

    def without_disabled(self) -> StackConfig:
        """Return the configuration with None for the parts that say `enabled: false`, and for empty texts.

        Pulumi takes a key that Pulumi.yaml declares with a type and no default for a required one, so the optional
        keys have defaults there that mean "not there".
        """
        return self.model_copy(
            update={
                "permissions_boundary": self.permissions_boundary or None,
                "deployer_role": self.deployer_role or None,
                "load_balancer_controller": _if_enabled(self.load_balancer_controller),
                "cluster_autoscaler": _if_enabled(self.cluster_autoscaler),
            }
        )


def _if_enabled(
    part: LoadBalancerController | ClusterAutoscaler | None,
) -> LoadBalancerController | ClusterAutoscaler | None:
    return part if part and part.enabled else None


class Settings(StackConfig):
    """The configuration of a stack, checked, with every default resolved.

    Attributes:
        project: Name of the Pulumi project.
        stack: Name of the stack, without the organisation.
        region: AWS region, from `aws:region`.
        warnings: What is allowed but rarely meant, one line each.
    """

    project: str
    stack: str
    region: str
    warnings: tuple[str, ...] = ()

    @property
    def partition(self) -> str:
        """ARN partition of the region, for example "aws" or "aws-cn"."""
        return aws_catalogue.partition_of(self.region) or "aws"

    @property
    def default_tags(self) -> Mapping[str, str]:
        """Tags of every taggable resource, name to value."""
        return {
            "owner": self.tags.owner,
            "environment": self.tags.environment,
            "project": self.project,
            "cost-center": self.tags.cost_center,
            **self.tags.additional,
        }
