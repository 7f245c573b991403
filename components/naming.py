"""Physical names that fit AWS limits and stay distinct when cut."""

from __future__ import annotations

import hashlib

_DIGEST_LENGTH = 8
_SEPARATOR = "-"


def physical_name(*parts: str, limit: int) -> str:
    """Join the parts with "-" into a name of at most `limit` characters.

    A name that fits is returned as it is. A longer one is cut and ends in 8 hexadecimal characters of the SHA-256 of
    its parts, so that two long names with the same beginning do not meet and the same parts always give the same name.
    Set a physical name only where a person or a controller must know it; elsewhere let Pulumi name the resource, so
    that it can be replaced before it is deleted.

    Args:
        parts: What the name is made of, from the general to the special, for example ("prod", "apps", "eu-west-1a").
        limit: Longest name that AWS accepts, in characters: 64 for an IAM role, 128 for an IAM policy, 100 for an EKS
            cluster, 63 for an EKS node group, 255 for a security group.
            https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html

    Raises:
        ValueError: If there is no part, a part is empty, or the limit leaves no room for a hash and one character.
    """
    shortest = _DIGEST_LENGTH + len(_SEPARATOR) + 1
    if limit < shortest:
        raise ValueError(f"limit: {limit} leaves no room for a distinct name; the least is {shortest}")
    if not parts or not all(parts):
        raise ValueError(f"parts: {parts!r} must hold at least one part and no empty one")
    name = _SEPARATOR.join(parts)
    if len(name) <= limit:
        return name
    # Hash the parts, not the joined text: ("a-b", "c") and ("a", "b-c") are different things.
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:_DIGEST_LENGTH]
    head = name[: limit - _DIGEST_LENGTH - len(_SEPARATOR)].rstrip(_SEPARATOR)
    return f"{head}{_SEPARATOR}{digest}" if head else digest
