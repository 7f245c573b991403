"""Trust policies for roles in tests that are about something else."""

from __future__ import annotations

import json


def _trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


EC2_TRUST = _trust("ec2.amazonaws.com")
EKS_TRUST = _trust("eks.amazonaws.com")
