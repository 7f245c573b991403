"""Until when EKS supports each Kubernetes minor version.

Source: https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html (release calendar).
EKS gives a version 14 months of standard support from the day it is released there, then 12 months of extended support.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

State = Literal["standard", "extended", "ended", "unknown"]

_MINOR = re.compile(r"1\.(\d{2})")


class Support(NamedTuple):
    """Last days of a version's support."""

    standard_until: datetime.date
    extended_until: datetime.date


CALENDAR: Mapping[str, Support] = MappingProxyType(
    {
        "1.30": Support(datetime.date(2025, 7, 23), datetime.date(2026, 7, 23)),
        "1.31": Support(datetime.date(2025, 11, 26), datetime.date(2026, 11, 26)),
        "1.32": Support(datetime.date(2026, 3, 23), datetime.date(2027, 3, 23)),
        "1.33": Support(datetime.date(2026, 7, 29), datetime.date(2027, 7, 29)),
        "1.34": Support(datetime.date(2026, 12, 2), datetime.date(2027, 12, 2)),
        "1.35": Support(datetime.date(2027, 3, 27), datetime.date(2028, 3, 27)),
        "1.36": Support(datetime.date(2027, 8, 2), datetime.date(2028, 8, 2)),
    }
)


def minor_of(version: str) -> int | None:
    """Return the minor number of a version such as "1.35", None if it is not written so."""
    found = _MINOR.fullmatch(version)
    return int(found[1]) if found else None


def state_of(version: str, today: datetime.date) -> State:
    """Return how EKS supports a version on a day.

    Args:
        version: Kubernetes minor version, for example "1.35".
        today: The day.

    Returns:
        "standard", "extended", "ended", or "unknown" for a version newer than the calendar. Versions older than the
        calendar have ended.
    """
    support = CALENDAR.get(version)
    if support is None:
        oldest = min(minor_of(known) or 0 for known in CALENDAR)
        return "ended" if (minor_of(version) or 0) < oldest else "unknown"
    if today <= support.standard_until:
        return "standard"
    return "extended" if today <= support.extended_until else "ended"


def supported(today: datetime.date) -> tuple[str, ...]:
    """Return the versions that have standard or extended support on a day, the oldest first."""
    return tuple(version for version in CALENDAR if state_of(version, today) in ("standard", "extended"))
