"""The AWS Load Balancer Controller: Ingress to Application, Service to Network Load Balancers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pulumi
import pulumi_kubernetes as kubernetes

from components import versions
from components.addon import merge_configuration
from components.aws_environment import AwsEnvironment
from components.chart_controller import ChartController, install_chart, spread_over_zones
from components.crds import custom_resource_definitions
from components.iam.load_balancer_controller import load_balancer_controller_policy
from components.refs import ClusterRef
from components.workload_identity import IdentityMode, WorkloadIdentity

TargetType = Literal["ip", "instance"]
ServiceWebhook = Literal["ignore", "fail", "off"]
CustomResourceDefinitions = Literal["managed", "chart"]

# RFC 1123 subdomain, https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
_CLASS_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_NAME = "aws-load-balancer-controller"
_MANIFESTS = "https://raw.githubusercontent.com/kubernetes-sigs/aws-load-balancer-controller"
_DEFINITIONS = (
    "config/crd/aga/aga.k8s.aws_globalaccelerators.yaml",
    "config/crd/bases/elbv2.k8s.aws_albtargetcontrolconfigs.yaml",
    "config/crd/bases/elbv2.k8s.aws_ingressclassparams.yaml",
    "config/crd/bases/elbv2.k8s.aws_targetgroupbindings.yaml",
    "config/crd/gateway/gateway.k8s.aws_listenerruleconfigurations.yaml",
    "config/crd/gateway/gateway.k8s.aws_loadbalancerconfigurations.yaml",
    "config/crd/gateway/gateway.k8s.aws_targetgroupconfigurations.yaml",
)


@dataclass(frozen=True, kw_only=True)
class LoadBalancerControllerArgs:
    """How the AWS Load Balancer Controller is to run.

    Args:
        aws: Where the cluster is. Its tags go on every load balancer, target group and security group that the
            controller makes.
        cluster: The cluster.
        vpc_id: VPC of the cluster. Given to the controller, because pods cannot ask the instance for it: the hop limit
            of the metadata service is 1, and Fargate has none.
        compute: Node groups or Fargate profiles that the controller runs on.
        identity_mode: "podIdentity" (default), or "irsa" when it runs on Fargate.
        replicas: Number of pods, 2 by default; one leads, all answer the webhooks. With more than one a disruption
            budget keeps all but one running.
        default_target_type: What load balancers send traffic to when an Ingress or Service does not say: pods ("ip",
            default; the only choice for pods on Fargate) or node ports ("instance").
        ingress_class: Name of the IngressClass, "alb" by default.
        default_ingress_class: Whether an Ingress without a class gets this one. False by default.
        service_webhook: What happens to new Services while no controller answers. The webhook gives Services of type
            LoadBalancer the controller's class. "ignore" (default) lets Services through without it; "fail" refuses
            every new Service outside the controller's own namespace; "off" leaves the webhook out, then a Service
            must name `loadBalancerClass: service.k8s.aws/nlb` itself.
        shield: Whether AWS Shield Advanced is managed. False by default: it needs a subscription and an API that
            private subnets cannot reach.
        waf: Whether web ACLs of AWS WAF are managed. True by default; False without a route to the WAF API.
        custom_resource_definitions: "managed" (default) declares the seven definitions apart, so that they are
            upgraded; "chart" leaves them to Helm, which installs them once. Then apply the crds/ directory of the new
            chart with kubectl before each upgrade.
        definitions_address: Where "managed" finds the definitions: the address of a copy of the controller's
            repository, to which version and path are added. For clusters deployed without access to GitHub.
        node_selector: Labels of the nodes to run on, besides Linux.
        tolerations: Taints to tolerate, as in a pod.
        values: Further chart values; they win over those made here, except the service account.
        needs: What else must exist before the release.

    Raises:
        ValueError: If a value is none of those allowed, or there is no replica.

    Source: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/configurations/
    """

    aws: AwsEnvironment
    cluster: ClusterRef
    vpc_id: pulumi.Input[str]
    compute: Sequence[pulumi.Resource]
    identity_mode: IdentityMode = "podIdentity"
    replicas: int = 2
    default_target_type: TargetType = "ip"
    ingress_class: str = "alb"
    default_ingress_class: bool = False
    service_webhook: ServiceWebhook = "ignore"
    shield: bool = False
    waf: bool = True
    custom_resource_definitions: CustomResourceDefinitions = "managed"
    definitions_address: str = _MANIFESTS
    node_selector: Mapping[str, str] = field(default_factory=dict[str, str])
    tolerations: Sequence[Mapping[str, Any]] = ()
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    needs: Sequence[pulumi.Resource] = ()

    def __post_init__(self) -> None:
        if self.replicas < 1:
            raise ValueError(f"replicas: {self.replicas} must be at least 1")
        if not _CLASS_NAME.fullmatch(self.ingress_class) or len(self.ingress_class) > 253:
            raise ValueError(f"ingress_class: {self.ingress_class!r} is not a Kubernetes object name")
        _one_of("default_target_type", self.default_target_type, ("ip", "instance"))
        _one_of("service_webhook", self.service_webhook, ("ignore", "fail", "off"))
        _one_of("custom_resource_definitions", self.custom_resource_definitions, ("managed", "chart"))


class LoadBalancerController(pulumi.ComponentResource):
    """The AWS Load Balancer Controller with its identity, custom resource definitions and Ingress class.

    Creates a role that only the controller's service account may assume, its Pod Identity association, the custom
    resource definitions and the Helm release, which makes the IngressClass.

    No failure of the controller stops the cluster: its webhook for Services is not asked for those of kube-system and,
    like the one for Ingresses, lets objects through when nobody answers. Its other webhooks see only objects of its
    own kinds and pods that ask for them by label.

    What makes an Ingress, or a Service of type LoadBalancer, must depend on `release`: it is then deleted while the
    controller can still delete the load balancer behind it.

    Args:
        name: Logical name; children are called after it.
        args: How it runs.
        opts: Resource options of the component.
    """

    ingress_class: pulumi.Output[str]
    """Name of the IngressClass."""
    service_account: pulumi.Output[str]
    """Name of the controller's service account."""
    namespace: pulumi.Output[str]
    """Namespace of the controller."""
    role_arn: pulumi.Output[str]
    """ARN of the controller's role."""
    identity: WorkloadIdentity
    """Identity of the controller."""
    release: kubernetes.helm.v3.Release
    """The Helm release, for `depends_on` of what needs load balancers."""

    def __init__(self, name: str, args: LoadBalancerControllerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("eks-platform:index:LoadBalancerController", name, None, opts)
        controller = chart_controller(args)
        installed = install_chart(
            name,
            controller,
            parent=self,
            aws=args.aws,
            cluster=args.cluster,
            identity_mode=args.identity_mode,
            compute=args.compute,
            needs=[*self._definitions(name, args), *args.needs],
        )
        self.ingress_class = pulumi.Output.from_input(args.ingress_class)
        self.service_account = pulumi.Output.from_input(controller.service_account)
        self.namespace = pulumi.Output.from_input(controller.namespace)
        self.role_arn = installed.identity.role_arn
        self.identity = installed.identity
        self.release = installed.release
        self.register_outputs(
            {
                "ingress_class": self.ingress_class,
                "service_account": self.service_account,
                "namespace": self.namespace,
                "role_arn": self.role_arn,
            }
        )

    def _definitions(self, name: str, args: LoadBalancerControllerArgs) -> list[pulumi.Resource]:
        if args.custom_resource_definitions == "chart":
            return []
        tag = f"v{versions.LOAD_BALANCER_CONTROLLER.version}"
        files = [f"{args.definitions_address}/{tag}/{path}" for path in _DEFINITIONS]
        provider = args.cluster.kubernetes_provider
        return [custom_resource_definitions(f"{name}-definitions", files, parent=self, provider=provider)]


def chart_controller(args: LoadBalancerControllerArgs) -> ChartController:
    """Return the description of chart and permissions for these arguments."""
    return ChartController(
        chart=versions.LOAD_BALANCER_CONTROLLER,
        release_name=_NAME,
        service_account=_NAME,
        policies={"controller": load_balancer_controller_policy(args.aws)},
        skip_crds=args.custom_resource_definitions == "managed",
        values=merge_configuration(chart_values(args), args.values),
    )


def chart_values(args: LoadBalancerControllerArgs) -> dict[str, Any]:
    """Return the values of the chart, without the service account."""
    return {
        "clusterName": args.cluster.literal_name,
        "region": args.aws.region,
        "vpcId": args.vpc_id,
        "replicaCount": args.replicas,
        "podDisruptionBudget": {"maxUnavailable": 1} if args.replicas > 1 else {},
        "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}},
        "priorityClassName": "system-cluster-critical",
        "topologySpreadConstraints": spread_over_zones(
            {"app.kubernetes.io/name": _NAME, "app.kubernetes.io/instance": _NAME}
        ),
        "nodeSelector": {"kubernetes.io/os": "linux", **args.node_selector},
        "tolerations": [dict(toleration) for toleration in args.tolerations],
        # A certificate made anew at each upgrade would leave running pods and the API server with different ones.
        "keepTLSSecret": True,
        "ingressClass": args.ingress_class,
        "createIngressClassResource": True,
        "ingressClassConfig": {"default": args.default_ingress_class},
        "defaultTargetType": args.default_target_type,
        "defaultTags": dict(args.aws.tags),
        "enableShield": args.shield,
        # AWS WAF Classic has been switched off, https://docs.aws.amazon.com/waf/latest/developerguide/waf-migrating-from-classic.html
        "enableWaf": False,
        "enableWafv2": args.waf,
        # The key is spelt so in the chart. What the webhook would refuse is refused again when it is reconciled.
        "webhookConfig": {"ingressValdationFailurePolicy": "Ignore"},
        **_service_webhook(args.service_webhook),
    }


def _service_webhook(mode: ServiceWebhook) -> dict[str, Any]:
    if mode == "off":
        return {"enableServiceMutatorWebhook": False}
    # Services of the system, CoreDNS and this controller's own among them, never wait for the controller.
    outside_system = {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system"]}
    return {
        "enableServiceMutatorWebhook": True,
        "serviceMutatorWebhookConfig": {
            "failurePolicy": "Ignore" if mode == "ignore" else "Fail",
            "namespaceSelectors": [outside_system],
        },
    }


def _one_of(name: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise ValueError(f"{name}: {value!r} is not one of {', '.join(allowed)}")
