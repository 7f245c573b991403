"""Who comes in to the Kubernetes API of a simulated cluster.

https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from rehearsal.simulator.kubernetes.errors import KubernetesError, unreachable
from rehearsal.simulator.kubernetes.objects import at
from rehearsal.simulator.world import Record, World

CLUSTER = "aws:eks/cluster:Cluster"
_ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
_ENTRY = "aws:eks/accessEntry:AccessEntry"
_ADMIN_POLICY = "cluster-access-policy/AmazonEKSClusterAdminPolicy"


def cluster_of(world: World, kubeconfig: str) -> Record:
    """Return the cluster that a kubeconfig leads to, if it answers and lets the deployer in.

    Args:
        world: The simulated cloud.
        kubeconfig: Kubeconfig document of the Kubernetes provider, JSON or YAML.

    Raises:
        KubernetesError: If there is no such cluster, it is not active, or the deployer may not come in.
    """
    document = _parsed(kubeconfig)
    server = _server(document)
    cluster = next((one for one in world.of_type(CLUSTER) if one.get("endpoint") == server), None)
    if cluster is None:
        host = server.partition("://")[2].partition("/")[0]
        raise unreachable(f'Get "{server}/openapi/v2?timeout=32s": dial tcp: lookup {host}: no such host')
    let_in(world, cluster, _role(document))
    return cluster


def let_in(world: World, cluster: Record, role_arn: str = "") -> None:
    """Refuse who may not administer a cluster.

    Args:
        world: The simulated cloud.
        cluster: The cluster.
        role_arn: Role that the kubeconfig assumes; "" for the deployer's own identity, which is taken to be any of
            those that an access entry makes an administrator.

    Raises:
        KubernetesError: If the cluster is not active or no access entry lets the deployer administer it.
    """
    status = cluster.get("status", cluster.status)
    if "ACTIVE" not in (status, cluster.status):
        raise unreachable(f'Get "{cluster.get("endpoint")}/openapi/v2?timeout=32s": dial tcp: i/o timeout')
    if at(cluster.outputs, "accessConfig.bootstrapClusterCreatorAdminPermissions") is not False and not role_arn:
        return  # Who creates a cluster administers it, unless that is switched off.
    name = cluster.get("name")
    entries = {entry.get("principalArn") for entry in world.where(_ENTRY, clusterName=name)}
    for association in world.where(_ASSOCIATION, clusterName=name):
        principal = association.get("principalArn")
        whole = association.get("accessScope.type") == "cluster"
        admin = str(association.get("policyArn")).endswith(_ADMIN_POLICY)
        if admin and whole and principal in entries and role_arn in ("", principal):
            return
    raise unreachable("the server has asked for the client to provide credentials")


def _parsed(kubeconfig: str) -> Mapping[str, Any]:
    try:
        document = json.loads(kubeconfig)
    except ValueError:
        document = yaml.safe_load(kubeconfig)
    if not isinstance(document, Mapping):
        raise KubernetesError(
            "Unreachable",
            "configured Kubernetes cluster is unreachable: unable to load Kubernetes client configuration from "
            "kubeconfig file: invalid configuration: no configuration has been provided",
        )
    return document


def _named(document: Mapping[str, Any], plural: str, kind: str, name: Any) -> Mapping[str, Any]:
    for entry in document.get(plural) or ():
        if isinstance(entry, Mapping) and entry.get("name") == name:
            found = entry.get(kind)
            return found if isinstance(found, Mapping) else {}
    return {}


def _context(document: Mapping[str, Any]) -> Mapping[str, Any]:
    return _named(document, "contexts", "context", document.get("current-context"))


def _server(document: Mapping[str, Any]) -> str:
    return str(_named(document, "clusters", "cluster", _context(document).get("cluster")).get("server", ""))


def _role(document: Mapping[str, Any]) -> str:
    """Return the role that the kubeconfig's command assumes; "" for none."""
    arguments = at(_named(document, "users", "user", _context(document).get("user")), "exec.args") or []
    for option in ("--role-arn", "--role", "-r"):
        if option in arguments[:-1]:
            return str(arguments[arguments.index(option) + 1])
    return ""
