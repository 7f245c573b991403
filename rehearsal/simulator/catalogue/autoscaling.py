"""Amazon EC2 Auto Scaling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.simulator.context import Answer, Creation, ResourceModel


def _tag_id(creation: Creation) -> str:
    tag: Any = creation.input("tag", {})
    return f"{creation.input('autoscalingGroupName')},{tag.get('key') if isinstance(tag, Mapping) else tag}"


RESOURCES: Mapping[str, ResourceModel] = {
    "aws:autoscaling/tag:Tag": ResourceModel(id=_tag_id),
}

INVOKES: Mapping[str, Answer] = {}
