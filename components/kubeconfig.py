"""The kubeconfig document of a cluster: it names the cluster and how to get a token, and holds no credentials."""

from __future__ import annotations

import json
from typing import Any


def kubeconfig_document(
    name: str,
    endpoint: str,
    certificate_authority: str,
    region: str,
    role_arn: str | None = None,
) -> dict[str, Any]:
    """Return a kubeconfig that asks the AWS CLI (version 2) for a token each time.

    It names no AWS profile: whoever uses it does so with the AWS credentials of their own session.

    Args:
        name: Name of the cluster; also of the context.
        endpoint: URL of the API server.
        certificate_authority: Base64 encoded certificate of the API server's authority.
        region: AWS region of the cluster.
        role_arn: Role to assume for the token; None to use the session's own identity.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/create-kubeconfig.html
    """
    arguments = ["--region", region, "eks", "get-token", "--cluster-name", name, "--output", "json"]
    if role_arn is not None:
        arguments += ["--role-arn", role_arn]
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": name,
                "cluster": {"server": endpoint, "certificate-authority-data": certificate_authority},
            }
        ],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
        "users": [
            {
                "name": name,
                "user": {
                    "exec": {
                        "apiVersion": "client.authentication.k8s.io/v1beta1",
                        "command": "aws",
                        "args": arguments,
                        # Nobody sits at the terminal when a deployment asks for a token.
                        "interactiveMode": "Never",
                        "provideClusterInfo": False,
                    }
                },
            }
        ],
    }


def kubeconfig_json(document: dict[str, Any]) -> str:
    """Return a kubeconfig document as JSON, which is also YAML, with sorted keys."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))
