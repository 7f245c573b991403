"""Logs of Fargate pods: the log group, and the namespace and ConfigMap that Fargate reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from components.aws_environment import AwsEnvironment
from components.fargate_log_config import FargateLogConfig, render
from components.log_retention import check_retention
from components.refs import ClusterRef

# Fargate looks in this namespace, at these names, and only if the label is there.
# https://docs.aws.amazon.com/eks/latest/userguide/fargate-logging.html
_NAMESPACE = "aws-observability"
_NAMESPACE_LABELS = {"aws-observability": "enabled"}
_CONFIG_MAP = "aws-logging"


@dataclass(frozen=True, kw_only=True)
class FargateLoggingArgs:
    """What becomes of the logs of Fargate pods.

    Args:
        aws: Account and region.
        cluster: The cluster whose Fargate pods log.
        retention_days: Days that CloudWatch keeps the logs; a value that CloudWatch knows. Default 30.
        kms_key_arn: KMS key that encrypts the logs; None for the key of CloudWatch. The key's policy must let the
            service principal logs.<region> use it.
        kubernetes_metadata: Whether each line gets the pod's name, namespace and labels. Default True.
        router_logs: Whether the log router's own log is kept too, in "<cluster>-fluent-bit-logs". Default False.
        extra_filters: More Fluent Bit [FILTER] sections.
        extra_parsers: More Fluent Bit [PARSER] sections.

    Raises:
        ValueError: If CloudWatch does not know the retention, or Fargate does not take the configuration.
    """

    aws: AwsEnvironment
    cluster: ClusterRef
    retention_days: int = 30
    kms_key_arn: pulumi.Input[str] | None = None
    kubernetes_metadata: bool = True
    router_logs: bool = False
    extra_filters: str = ""
    extra_parsers: str = ""

    def __post_init__(self) -> None:
        check_retention("retention_days", self.retention_days)
        render(self.log_config)

    @property
    def log_group_name(self) -> str:
        """Name of the log group of the pods, known before it exists, so that policies and texts can name it."""
        return f"/aws/eks/{self.cluster.literal_name}/fargate"

    @property
    def router_log_group_name(self) -> str:
        """Name of the log group that Fargate gives the router's own log; AWS chooses it."""
        return f"{self.cluster.literal_name}-fluent-bit-logs"

    @property
    def log_group_names(self) -> tuple[str, ...]:
        """Names of all log groups that pod execution roles must be able to write to."""
        return (self.log_group_name, self.router_log_group_name) if self.router_logs else (self.log_group_name,)

    @property
    def log_config(self) -> FargateLogConfig:
        """What the log router is told."""
        return FargateLogConfig(
            region=self.aws.region,
            log_group_name=self.log_group_name,
            kubernetes_metadata=self.kubernetes_metadata,
            router_logs=self.router_logs,
            extra_filters=self.extra_filters,
            extra_parsers=self.extra_parsers,
        )


class FargateLogging(pulumi.ComponentResource):
    """Logging of a cluster's Fargate pods, once for all its profiles.

    Creates the log group with its retention, the namespace aws-observability and the ConfigMap aws-logging. Pods read
    it when they start, so profiles wait for `ready`; pods that run already keep what they read.

    Attributes:
        log_group_name: Name of the log group; resolves when it exists.
        log_group_arn: ARN of the log group.
        log_group_names: Names of all log groups that profiles must be able to write to, as plain strings for
            FargateProfileArgs.log_group_names.
        ready: What must exist before pods start, for FargateProfileArgs.before.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/fargate-logging.html
    """

    log_group_name: pulumi.Output[str]
    log_group_arn: pulumi.Output[str]
    log_group_names: Sequence[str]
    ready: Sequence[pulumi.Resource]

    def __init__(self, name: str, args: FargateLoggingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("eks-platform:index:FargateLogging", name, None, opts)
        log_group = self._log_group(f"{name}-log-group", args.log_group_name, args)
        log_groups = [log_group]
        if args.router_logs:
            log_groups.append(self._log_group(f"{name}-router-log-group", args.router_log_group_name, args))
        namespace = kubernetes.core.v1.Namespace(
            f"{name}-namespace",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(name=_NAMESPACE, labels=_NAMESPACE_LABELS),
            opts=pulumi.ResourceOptions(parent=self, provider=args.cluster.kubernetes_provider),
        )
        config_map = kubernetes.core.v1.ConfigMap(
            f"{name}-config",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(name=_CONFIG_MAP, namespace=namespace.metadata.name),
            data=render(args.log_config),
            opts=pulumi.ResourceOptions(parent=self, provider=args.cluster.kubernetes_provider),
        )
        self.log_group_name = log_group.name
        self.log_group_arn = log_group.arn
        self.log_group_names = args.log_group_names
        self.ready = (*log_groups, config_map)
        self.register_outputs({"log_group_name": self.log_group_name, "log_group_arn": self.log_group_arn})

    def _log_group(self, resource_name: str, log_group_name: str, args: FargateLoggingArgs) -> aws.cloudwatch.LogGroup:
        return aws.cloudwatch.LogGroup(
            resource_name,
            name=log_group_name,
            retention_in_days=args.retention_days,
            kms_key_id=args.kms_key_arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
