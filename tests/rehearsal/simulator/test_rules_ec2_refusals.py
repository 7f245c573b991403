"""How refusals of EC2 read, when they come, and the limits of an account."""

from __future__ import annotations

import pytest

from rehearsal.simulator.aws_error import AwsError
from rehearsal.simulator.rules import autoscaling
from rehearsal.simulator.rules import ec2_lookup as ec2
from tests.support.ec2_cases import Network
from tests.support.ec2_network import Account


def test_a_refusal_reads_as_the_aws_provider_shows_it() -> None:
    with pytest.raises(AwsError) as refusal:
        Account().make(ec2.VPC, "vpc", cidrBlock="10.0.0.0/8")
    assert str(refusal.value) == (
        "operation error EC2: CreateVpc, https response error StatusCode: 400, "
        "api error InvalidVpc.Range: The CIDR '10.0.0.0/8' is invalid."
    ), "searches in the web for the message must find what AWS's users found"


def test_a_nat_gateway_that_fails_after_it_was_accepted_reads_as_the_provider_shows_it_and_costs_its_time() -> None:
    network = Network()
    before = network.world.clock.now()
    with pytest.raises(AwsError) as refusal:
        network.make(ec2.NAT_GATEWAY, "new", subnetId=network.ids["offline"], allocationId=network.ids["used"])
    text = str(refusal.value)
    assert text.startswith("waiting for EC2 NAT Gateway (nat-0"), text
    assert text.endswith(
        ") create: unexpected state 'failed', wanted target 'available'. last error: Gateway.NotAttached: "
        f"Network {network.ids['bare']} has no Internet gateway attached"
    ), text
    assert network.world.clock.now() - before > 60, "EC2 says so only after minutes, not at once"


def test_an_auto_scaling_group_that_no_node_group_has_takes_no_tag() -> None:
    network = Network()
    tag = {"key": "a", "value": "b", "propagateAtLaunch": False}
    with pytest.raises(AwsError) as refusal:
        network.make(autoscaling.TAG, "new", autoscalingGroupName="gone", tag=tag)
    error = refusal.value
    assert (error.service, error.operation, error.code) == ("Auto Scaling", "CreateOrUpdateTags", "ValidationError")
    assert error.reason == "AutoScalingGroup name not found - AutoScalingGroup gone not found", error.reason
    network.make(autoscaling.TAG, "right", autoscalingGroupName="eks-nodes", tag=tag)
