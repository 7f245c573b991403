"""The children that the pulumi-eks plugin (version 4) registers for an `eks.Cluster`.

Only the lean form is known: no default node group, no default security groups, no add-ons. Anything else is refused,
because the plugin would register more than is known here.
https://github.com/pulumi/pulumi-eks/blob/master/nodejs/eks/cluster/cluster.ts
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rehearsal.errors import RehearsalError
from rehearsal.graph import Resource
from rehearsal.simulator.registrar import Child, Expansion, Registrar
from rehearsal.wire import UNKNOWN, ResourceReference, contains_unknown

# Input -> the value that keeps the component lean.
_LEAN: Mapping[str, Any] = {
    "skipDefaultNodeGroup": True,
    "skipDefaultSecurityGroups": True,
    "useDefaultVpcCni": True,
}
_ADDON_OPTIONS = ("corednsAddonOptions", "kubeProxyAddonOptions")
_REFUSED = (
    "fargate",
    "autoMode",
    "storageClasses",
    "nodeGroupOptions",
    "instanceRoles",
    "roleMappings",
    "userMappings",
)

# The version of the AWS provider that the plugin was written against.
_AWS_VERSION = "7.25.0"

# Creation-only settings whose defaults differ between provider versions: the plugin ignores their changes.
_IGNORED = ("accessConfig.bootstrapClusterCreatorAdminPermissions", "bootstrapSelfManagedAddons")


def expand_cluster(registrar: Registrar, component: Resource) -> Expansion:
    """Register the control plane and the Kubernetes provider of an `eks.Cluster`, and return its outputs.

    Raises:
        RehearsalError: If the component is not in its lean form.
    """
    _check_lean(component)
    cluster = registrar.add(component, _cluster(registrar, component))
    kubeconfig = _kubeconfig(cluster)
    provider_inputs = {"kubeconfig": kubeconfig if kubeconfig is UNKNOWN else json.dumps(kubeconfig)}
    provider = registrar.add(
        component,
        Child(
            type="pulumi:providers:kubernetes",
            name=f"{component.name}-eks-k8s",
            inputs=provider_inputs,
            dependencies=frozenset({cluster.urn}),
            version=component.version,
        ),
    )
    vpc_config = cluster.outputs["vpcConfig"]
    security_group = vpc_config.get("clusterSecurityGroupId", UNKNOWN) if isinstance(vpc_config, Mapping) else UNKNOWN
    reference = ResourceReference(cluster.urn, cluster.id or UNKNOWN, cluster.version)
    outputs: dict[str, Any] = {
        "awsProvider": None,
        "core": {
            "cluster": reference,
            "provider": ResourceReference(provider.urn, provider.id or UNKNOWN, provider.version),
            "endpoint": cluster.outputs["endpoint"],
            "vpcId": component.inputs.get("vpcId", UNKNOWN),
            "subnetIds": component.inputs.get("subnetIds", []),
            "clusterSecurityGroup": None,
        },
        "eksCluster": reference,
        "kubeconfig": kubeconfig,
        "kubeconfigJson": provider_inputs["kubeconfig"],
        "clusterSecurityGroupId": security_group,
        "nodeSecurityGroupId": security_group,
        "clusterIngressRuleId": "",
        "defaultNodeGroupAsgName": "",
        "autoModeNodeRoleName": "",
        "fargateProfileId": "",
        "fargateProfileStatus": "",
        "oidcProviderArn": "",
        "oidcProviderUrl": _issuer(cluster),
        "oidcIssuer": UNKNOWN if _issuer(cluster) is UNKNOWN else _issuer(cluster).removeprefix("https://"),
    }
    outputs = {key: value for key, value in outputs.items() if value is not None}
    return outputs, {key: [component.urn, cluster.urn] for key in outputs}


def _check_lean(component: Resource) -> None:
    problems = [
        f"{key} must be {str(value).lower()}"
        for key, value in _LEAN.items()
        if component.inputs.get(key, False) is not value
    ]
    problems += [
        f"{key}.enabled must be false"
        for key in _ADDON_OPTIONS
        if component.inputs.get(key, {}).get("enabled", True) is not False
    ]
    problems += [f"{key} is not supported" for key in _REFUSED if key in component.inputs]
    if "serviceRole" not in component.inputs:
        problems.append("serviceRole must be given")
    if component.inputs.get("createOidcProvider"):
        problems.append("createOidcProvider must be false (it opens a TLS connection even in a preview)")
    if component.inputs.get("accessEntries"):
        problems.append("accessEntries must be left out: declare aws.eks.AccessEntry beside it")
    if "vpcId" not in component.inputs:
        problems.append("vpcId must be given (the plugin takes the default VPC without a word)")
    if problems:
        raise RehearsalError(
            f"{component.urn}: only the lean form of eks:index:Cluster can be simulated: {'; '.join(problems)}"
        )


def _inputs(component: Resource) -> dict[str, Any]:
    given = component.inputs
    role = given["serviceRole"]
    vpc_config = {
        "subnetIds": given.get("subnetIds"),
        "endpointPrivateAccess": given.get("endpointPrivateAccess"),
        "endpointPublicAccess": given.get("endpointPublicAccess"),
        "publicAccessCidrs": given.get("publicAccessCidrs"),
    }
    network = {"ipFamily": given.get("ipFamily"), "serviceIpv4Cidr": given.get("kubernetesServiceIpAddressRange")}
    inputs: dict[str, Any] = {
        "name": given.get("name"),
        "version": given.get("version"),
        "roleArn": role,
        "vpcConfig": {key: value for key, value in vpc_config.items() if value is not None},
        "bootstrapSelfManagedAddons": given.get("bootstrapSelfManagedAddons", True),
        "enabledClusterLogTypes": given.get("enabledClusterLogTypes"),
        "kubernetesNetworkConfig": {key: value for key, value in network.items() if value is not None} or None,
        "upgradePolicy": given.get("upgradePolicy"),
        "deletionProtection": given.get("deletionProtection"),
        "tags": {"Name": f"{component.name}-eksCluster", **given.get("clusterTags", {}), **given.get("tags", {})},
    }
    if "encryptionConfigKeyArn" in given:
        inputs["encryptionConfig"] = {
            "provider": {"keyArn": given["encryptionConfigKeyArn"]},
            "resources": ["secrets"],
        }
    if "authenticationMode" in given:
        inputs["accessConfig"] = {
            "authenticationMode": given["authenticationMode"],
            "bootstrapClusterCreatorAdminPermissions": True,
        }
    return {key: value for key, value in inputs.items() if value is not None}


def _cluster(registrar: Registrar, component: Resource) -> Child:
    inputs = _inputs(component)
    role = inputs["roleArn"]
    sources = set(component.property_dependencies.get("serviceRole", frozenset()))
    if isinstance(role, ResourceReference):
        inputs["roleArn"] = registrar.output(role, "arn")
        sources.add(role.urn)
    return Child(
        type="aws:eks/cluster:Cluster",
        name=f"{component.name}-eksCluster",
        inputs=inputs,
        dependencies=frozenset(sources | _own(component)),
        provider=component.providers.get("aws", ""),
        ignore_changes=_IGNORED,
        version=_AWS_VERSION,
    )


def _own(component: Resource) -> frozenset[str]:
    keys = ("subnetIds", "encryptionConfigKeyArn", "name", "version")
    return frozenset().union(*(component.property_dependencies.get(key, frozenset()) for key in keys))


def _issuer(cluster: Resource) -> Any:
    identities = cluster.outputs.get("identities", UNKNOWN)
    if contains_unknown(identities):
        return UNKNOWN
    return identities[0]["oidcs"][0]["issuer"]


def _kubeconfig(cluster: Resource) -> Any:
    authority = cluster.outputs["certificateAuthority"]
    endpoint = cluster.outputs["endpoint"]
    if contains_unknown([authority, endpoint]):
        return UNKNOWN
    region = cluster.outputs["arn"].split(":")[3]
    name = cluster.outputs["name"]
    arguments = ["--region", region, "eks", "get-token", "--cluster-name", name, "--output", "json"]
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": "kubernetes",
                "cluster": {"server": endpoint, "certificate-authority-data": authority["data"]},
            }
        ],
        "contexts": [{"name": "aws", "context": {"cluster": "kubernetes", "user": "aws"}}],
        "current-context": "aws",
        "users": [
            {
                "name": "aws",
                "user": {
                    "exec": {
                        "apiVersion": "client.authentication.k8s.io/v1beta1",
                        "command": "aws",
                        "args": arguments,
                    }
                },
            }
        ],
    }
