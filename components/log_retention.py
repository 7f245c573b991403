"""How long CloudWatch Logs keeps log events."""

from __future__ import annotations

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip


def check_retention(name: str, days: int) -> None:
    """Refuse a retention that CloudWatch Logs does not know.

    Args:
        name: Field that the error names.
        days: Retention in days.

    Raises:
        ValueError: If the number is not one of RETENTION_DAYS; the message says the nearest longer one.
    """
    if days in RETENTION_DAYS:
        return
    longer = next((allowed for allowed in RETENTION_DAYS if allowed > days), RETENTION_DAYS[-1])
    raise ValueError(f"{name}: CloudWatch Logs does not keep events for {days} days; take {longer}")
