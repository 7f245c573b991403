"""Amazon CloudWatch: log groups."""

from __future__ import annotations

from collections.abc import Mapping

from rehearsal.simulator.context import Answer, ResourceModel

RESOURCES: Mapping[str, ResourceModel] = {
    "aws:cloudwatch/logGroup:LogGroup": ResourceModel(
        id=lambda c: c.physical_name(),
        outputs=lambda c, name: {"name": name, "arn": c.place.arn("logs", f"log-group:{name}")},
    ),
}

INVOKES: Mapping[str, Answer] = {}
