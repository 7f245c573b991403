import asyncio
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.cluster_transforms import (
    CONTROL_PLANE_TYPE,
    ControlPlaneExtras,
    control_plane_inputs,
    control_plane_transform,
)

GIVEN = {
    "name": "demo",
    "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": True},
    "vpcConfig": {"subnetIds": ["subnet-1", "subnet-2"], "endpointPrivateAccess": True},
}


def test_the_creator_gets_no_silent_right_and_the_rest_of_the_access_stays() -> None:
    made = control_plane_inputs(GIVEN, ControlPlaneExtras(zonal_shift=True))

    assert made["accessConfig"] == {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": False,
    }, "whoever ran the first deployment would administer the cluster for ever, with no entry that says so"


def test_a_cluster_in_transition_keeps_its_config_map() -> None:
    made = control_plane_inputs(GIVEN, ControlPlaneExtras(zonal_shift=True, authentication_mode="API_AND_CONFIG_MAP"))

    assert made["accessConfig"]["authenticationMode"] == "API_AND_CONFIG_MAP", "leaving the mode deletes old access"


@pytest.mark.parametrize("enabled", [True, False])
def test_zonal_shift_is_always_said(enabled: bool) -> None:
    made = control_plane_inputs(GIVEN, ControlPlaneExtras(zonal_shift=enabled))

    assert made["zonalShiftConfig"] == {"enabled": enabled}, "switching it off again would have no effect"


def test_a_tier_reaches_the_control_plane_only_if_one_is_chosen() -> None:
    with_tier = control_plane_inputs(GIVEN, ControlPlaneExtras(zonal_shift=True, tier="tier-xl"))
    without = control_plane_inputs(GIVEN, ControlPlaneExtras(zonal_shift=True))

    assert with_tier["controlPlaneScalingConfig"] == {"tier": "tier-xl"}
    assert "controlPlaneScalingConfig" not in without


def test_more_security_groups_join_the_network_settings() -> None:
    made = control_plane_inputs(GIVEN, ControlPlaneExtras(zonal_shift=True, security_group_ids=["sg-1"]))

    assert made["vpcConfig"] == {**GIVEN["vpcConfig"], "securityGroupIds": ["sg-1"]}


def test_network_settings_stay_untouched_without_more_security_groups() -> None:
    assert control_plane_inputs(GIVEN, ControlPlaneExtras(zonal_shift=True))["vpcConfig"] is GIVEN["vpcConfig"]


@given(
    st.dictionaries(st.text(min_size=1, max_size=6), st.text(max_size=3), max_size=4),
    st.booleans(),
    st.sampled_from([None, "standard", "tier-4xl"]),
)
def test_nothing_that_was_given_is_lost_or_changed_in_place(
    inputs: dict[str, Any], shift: bool, tier: str | None
) -> None:
    before = dict(inputs)
    made = control_plane_inputs(inputs, ControlPlaneExtras(zonal_shift=shift, tier=tier))

    assert inputs == before
    assert inputs.items() <= made.items()


def test_an_object_that_is_still_an_output_is_completed_when_it_is_known() -> None:
    async def resolved() -> Any:
        made = control_plane_inputs(
            {"accessConfig": pulumi.Output.from_input({"authenticationMode": "API"})},
            ControlPlaneExtras(zonal_shift=True),
        )
        return await made["accessConfig"].future()

    assert asyncio.run(resolved()) == {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": False,
    }


def _run(type_: str) -> pulumi.ResourceTransformResult | None:
    transform = control_plane_transform(ControlPlaneExtras(zonal_shift=True))
    options = pulumi.ResourceOptions(protect=True)
    return transform(pulumi.ResourceTransformArgs(custom=True, type_=type_, name="x", props=GIVEN, opts=options))


def test_the_transform_changes_the_control_plane_and_keeps_its_options() -> None:
    result = _run(CONTROL_PLANE_TYPE)

    assert result is not None, "the settings would not reach AWS"
    assert result.props == control_plane_inputs(GIVEN, ControlPlaneExtras(zonal_shift=True))
    assert result.opts.protect is True


@pytest.mark.parametrize("type_", ["eks:index:Cluster", "pulumi:providers:kubernetes", "aws:eks/addon:Addon"])
def test_the_transform_leaves_everything_else_alone(type_: str) -> None:
    assert _run(type_) is None, "an input that a type does not know fails the deployment"
