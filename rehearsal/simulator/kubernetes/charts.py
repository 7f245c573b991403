"""What is known of the Helm charts that the platform pins: values they read, definitions they bring.

Helm ignores a value that no template reads, so that a misspelt one changes nothing and nobody hears of it. Here it is
refused, for the charts in this table. Sources: the charts' values.yaml and crds/ at
https://github.com/kubernetes-sigs/aws-load-balancer-controller/tree/v3.5.0/helm/aws-load-balancer-controller and
https://github.com/kubernetes/autoscaler/tree/cluster-autoscaler-chart-9.59.0.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.simulator.kubernetes.definitions import LOAD_BALANCER_CONTROLLER, Definition


@dataclass(frozen=True, kw_only=True)
class ChartFacts:
    """One chart.

    Args:
        name: Name of the chart.
        version: Version that the facts were taken from.
        values: Values that it reads at the top.
        below: Value that is an object of known fields -> those fields.
        definitions: What its crds/ directory brings, unless it is skipped.
        required: Definitions that its templates need to be there.
        needs_values: Values without which it does not render -> what it says.
    """

    name: str
    version: str
    values: frozenset[str]
    below: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    definitions: tuple[Definition, ...] = ()
    required: tuple[Definition, ...] = ()
    needs_values: Mapping[str, str] = field(default_factory=dict[str, str])


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LOAD_BALANCER_CONTROLLER = ChartFacts(
    name="aws-load-balancer-controller",
    version="3.5.0",
    values=_words(
        """
        additionalLabels affinity albGatewayMaxConcurrentReconciles autoscaling awsApiEndpoints awsApiThrottle
        awsMaxRetries backendSecurityGroup certDiscovery certManagement certManager cluster clusterName
        clusterSecretsPermissions configureDefaultAffinity controllerConfig createIngressClassResource
        defaultLoadBalancerScheme defaultSSLPolicy defaultTags defaultTargetType deploymentAnnotations
        disableIngressClassAnnotation disableIngressGroupNameAnnotation disableRestrictedSecurityGroupRules dnsPolicy
        enableBackendSecurityGroup enableCertManager enableEndpointSlices enableManageBackendSecurityGroupRules
        enablePodReadinessGateInject enableServiceMutatorWebhook enableShield enableWaf enableWafv2 env envSecretName
        externalManagedTags extraVolumeMounts extraVolumes fullnameOverride globalAcceleratorMaxConcurrentReconciles
        globalAcceleratorMaxExponentialBackoffDelay hostNetwork image imagePullSecrets ingressClass ingressClassConfig
        ingressClassParams ingressMaxConcurrentReconciles keepTLSSecret lbStabilizationMonitorInterval livenessProbe
        loadBalancerClass logLevel maxTargetsPerTargetGroup metricsBindAddr nameOverride
        nlbGatewayMaxConcurrentReconciles
        nodeSelector objectSelector podAnnotations podDisruptionBudget podLabels podMutatorWebhookConfig
        podSecurityContext priorityClassName rbac readinessProbe region replicaCount resources revisionHistoryLimit
        runtimeClassName securityContext serviceAccount serviceAnnotations serviceMaxConcurrentReconciles
        serviceMonitor serviceMutatorWebhookConfig serviceTargetENISGTags syncPeriod
        targetgroupbindingMaxConcurrentReconciles targetgroupbindingMaxExponentialBackoffDelay
        targetgroupbindingRequeueDuration terminationGracePeriodSeconds tolerateNonExistentBackendAction
        tolerateNonExistentBackendService tolerations topologySpreadConstraints updateStrategy vpcId vpcTags
        watchNamespace webhookBindPort webhookConfig webhookNamespaceSelectors webhookTLS
        """
    ),
    below={
        "serviceAccount": _words("create annotations name automountServiceAccountToken imagePullSecrets"),
        "ingressClassConfig": _words("default"),
        "ingressClassParams": _words("create name spec"),
        "webhookTLS": _words("caCert cert key"),
        "webhookConfig": _words(
            # The second is spelt so in the chart.
            "disableIngressValidation ingressValdationFailurePolicy ingressValidationObjectSelector"
        ),
        "serviceMutatorWebhookConfig": _words("failurePolicy objectSelector namespaceSelectors operations"),
        "image": _words("repository tag pullPolicy digest"),
    },
    definitions=LOAD_BALANCER_CONTROLLER,
    required=tuple(one for one in LOAD_BALANCER_CONTROLLER if one.kind in ("IngressClassParams", "TargetGroupBinding")),
    needs_values={"clusterName": "Chart cannot be installed without a valid clusterName!"},
)

_CLUSTER_AUTOSCALER = ChartFacts(
    name="cluster-autoscaler",
    version="9.59.0",
    values=_words(
        """
        additionalLabels affinity autoDiscovery autoscalingGroups autoscalingGroupsnamePrefix awsAccessKeyID awsRegion
        awsSecretAccessKey azureClientID azureClientSecret azureEnableForceDelete azureResourceGroup
        azureSubscriptionID azureTenantID azureUseManagedIdentityExtension azureUseWorkloadIdentityExtension
        azureUserAssignedIdentityID azureVMType civoApiKey civoApiUrl civoClusterID civoRegion cloudConfigPath
        cloudProvider clusterAPICloudConfigPath clusterAPIConfigMapsNamespace clusterAPIKubeconfigSecret
        clusterAPIMode clusterAPIWorkloadKubeconfigPath containerSecurityContext customArgs deployment dnsConfig
        dnsPolicy envFromConfigMap envFromConfigMapOptional envFromSecret expanderPriorities extraArgs extraEnv
        extraEnvConfigMaps extraEnvSecrets extraObjects extraVolumeMounts extraVolumeSecrets extraVolumes
        fullnameOverride hostNetwork image initContainers kubeTargetVersionOverride kwokConfigMapName
        magnumCABundlePath magnumClusterName nameOverride nodeSelector podAnnotations podDisruptionBudget podLabels
        priorityClassName priorityConfigMapAnnotations prometheusRule rbac replicaCount resources
        revisionHistoryLimit secretKeyRefNameOverride securityContext service serviceMonitor tolerations
        topologySpreadConstraints updateStrategy vpa
        """
    ),
    below={
        "autoDiscovery": _words("clusterName namespace tags roles labels"),
        "rbac": _words("create pspEnabled clusterScoped annotations serviceAccount additionalRules"),
        "rbac.serviceAccount": _words("annotations create name automountServiceAccountToken"),
        "image": _words("repository tag pullPolicy pullSecrets"),
        "podDisruptionBudget": _words("annotations selector maxUnavailable minAvailable unhealthyPodEvictionPolicy"),
        "vpa": _words("enabled updateMode containerPolicy recommender"),
    },
)

_CHARTS = {chart.name: chart for chart in (_LOAD_BALANCER_CONTROLLER, _CLUSTER_AUTOSCALER)}


def facts(chart: Any, version: Any) -> ChartFacts | None:
    """Return what is known of a chart, or None; of another version than the table's no values are known."""
    known = _CHARTS.get(str(chart).rpartition("/")[2])
    if known is None or known.version == str(version).removeprefix("v"):
        return known
    return ChartFacts(
        name=known.name,
        version=str(version),
        values=frozenset(),
        definitions=known.definitions,
        required=known.required,
        needs_values=known.needs_values,
    )


def unknown_values(chart: ChartFacts, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (path, nearest known name or "") of each value that the chart does not read."""
    if chart.values:
        yield from _unknown(values, chart.values, "")
        for path, fields in chart.below.items():
            value: Any = values
            for part in path.split("."):
                value = value.get(part) if isinstance(value, Mapping) else None
            if isinstance(value, Mapping):
                yield from _unknown(value, fields, f"{path}.")


def _unknown(values: Mapping[str, Any], known: frozenset[str], prefix: str) -> Iterator[tuple[str, str]]:
    for key in values:
        if key not in known:
            yield f"{prefix}{key}", next(iter(difflib.get_close_matches(key, sorted(known), 1)), "")
