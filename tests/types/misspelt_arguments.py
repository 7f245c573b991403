"""Misspelt arguments that the type checker must catch: never run, only checked by `make types`.

Pulumi drops a misspelt key of a nested dict without a word, so a launch template would come up with IMDSv1, a
node group without its scaling limits. Each line here is wrong on purpose and says so to the checker, which in
turn reports every such remark that is not needed: should it stop catching one of them, `make types` fails.
"""

from __future__ import annotations

import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

aws.ec2.LaunchTemplate("nested", metadata_options={"http_tokns": "required"})  # pyright: ignore[reportArgumentType]
aws.ec2.LaunchTemplate(
    "record",
    metadata_options=aws.ec2.LaunchTemplateMetadataOptionsArgs(http_tokns="required"),  # pyright: ignore[reportCallIssue]
)
aws.ec2.LaunchTemplate(  # pyright: ignore[reportCallIssue]
    "top-level", metadata_optons={"http_tokens": "required"}
)
aws.ec2.LaunchTemplate(
    "list",
    block_device_mappings=[{"ebs": {"volume_sze": 20}}],  # pyright: ignore[reportArgumentType]
)
aws.eks.NodeGroup(
    "group",
    cluster_name="cluster",
    node_role_arn="arn",
    subnet_ids=["subnet"],
    scaling_config={"min_size": 1, "max_size": 2, "desired_sise": 1},  # pyright: ignore[reportArgumentType]
)
kubernetes.storage.v1.StorageClass(
    "class",
    provisioner="ebs.csi.aws.com",
    metadata={"nam": "gp3"},  # pyright: ignore[reportArgumentType]
)
