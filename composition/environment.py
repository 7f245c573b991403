"""Account, region and providers."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks

from components.aws_environment import AwsEnvironment
from settings import Settings


def aws_environment(settings: Settings) -> AwsEnvironment:
    """Return where the stack is deployed."""
    return AwsEnvironment(
        region=settings.region,
        account=settings.account,
        tags=settings.default_tags,
        permissions_boundary=settings.permissions_boundary,
    )


def make_providers(settings: Settings) -> list[pulumi.ProviderResource]:
    """Make the providers that all components work with.

    They are explicit, so that nothing lands in the account or region that happens to be configured on a laptop, and so
    that the children of `eks.Cluster` use the same version of the AWS provider as everything else. The AWS provider
    refuses any account but the configured one, and puts the default tags on every taggable resource.
    """
    roles = [aws.ProviderAssumeRoleArgs(role_arn=settings.deployer_role)] if settings.deployer_role else None
    return [
        aws.Provider(
            "aws",
            region=settings.region,
            allowed_account_ids=[settings.account],
            assume_roles=roles,
            default_tags=aws.ProviderDefaultTagsArgs(tags=settings.default_tags),
        ),
        eks.Provider("eks"),
    ]
