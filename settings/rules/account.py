"""Rules for the account, tags, permissions boundary."""

from __future__ import annotations

import re
from collections.abc import Iterator

from settings.model import StackConfig
from settings.problems import Path, Problem, show
from settings.rules.common import Context, iam_policy

_MAX_ADDITIONAL = 40
_MAX_KEY = 128
_MAX_VALUE = 256
# https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
_TAG_TEXT = re.compile(r"[\w\s.:/=+@-]*", re.UNICODE)
_OWN_TAGS = {"owner": "owner", "environment": "environment", "project": "", "cost-center": "costCenter"}
_ENVIRONMENT = re.compile(r"[a-z][a-z0-9-]{0,31}")


def check(config: StackConfig, context: Context) -> Iterator[Problem]:
    """Yield what is wrong with the account, tags and permissions boundary."""
    if not re.fullmatch(r"\d{12}", config.account):
        yield Problem(
            ("account",), f'{show(config.account)} is not an AWS account id of 12 digits, such as "111122223333"'
        )
    yield from _tags(config)
    if config.permissions_boundary is not None:
        yield from iam_policy(("permissionsBoundary",), config.permissions_boundary, context)


def _tags(config: StackConfig) -> Iterator[Problem]:
    tags = config.tags
    for key, value in (("owner", tags.owner), ("costCenter", tags.cost_center)):
        if not value.strip():
            yield Problem(("tags", key), "is empty")
        yield from _tag_value(("tags", key), value)
    if not _ENVIRONMENT.fullmatch(tags.environment):
        text = f"{show(tags.environment)} is not an environment's name: up to 32 of a-z, 0-9 and -, first a letter"
        yield Problem(("tags", "environment"), text)
    if len(tags.additional) > _MAX_ADDITIONAL:
        text = (
            f"has {len(tags.additional)} entries; at most {_MAX_ADDITIONAL} are allowed, as AWS stops at 50 a resource"
        )
        yield Problem(("tags", "additional"), text)
    for key, value in tags.additional.items():
        yield from _additional(("tags", "additional", key), key, value)


def _additional(path: Path, key: str, value: str) -> Iterator[Problem]:
    if key.lower().startswith("aws:"):
        yield Problem(path, "tag names that begin with aws: belong to AWS")
    elif key in _OWN_TAGS:
        yield Problem(
            path, f"the platform sets the tag {key} itself" + (f"; use tags.{_OWN_TAGS[key]}" if _OWN_TAGS[key] else "")
        )
    elif not 1 <= len(key) <= _MAX_KEY or not _TAG_TEXT.fullmatch(key):
        text = f"{show(key)} is not a tag name: 1 to {_MAX_KEY} letters, digits, spaces and _ . : / = + - @"
        yield Problem(path, text)
    yield from _tag_value(path, value)


def _tag_value(path: Path, value: str) -> Iterator[Problem]:
    if len(value) > _MAX_VALUE or not _TAG_TEXT.fullmatch(value):
        text = f"{show(value)} is not a tag value: up to {_MAX_VALUE} letters, digits, spaces and _ . : / = + - @"
        yield Problem(path, text)
