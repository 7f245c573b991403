"""Words that the reports for people share."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from rehearsal.graph import PROVIDER_PREFIX, STACK_TYPE, Graph, Resource
from rehearsal.wire import plain

if TYPE_CHECKING:
    from rehearsal.preview import Preview


# A longer text is a document that a program reads, whole in the JSON report.
_LONGEST = 160


def short_type(type_: str) -> str:
    """Return a type token as the Pulumi CLI shows it: "aws:ec2:Vpc" for "aws:ec2/vpc:Vpc"."""
    package, _, rest = type_.partition(":")
    module, _, name = rest.partition(":")
    outer, _, inner = module.rpartition("/")
    return f"{package}:{outer}:{name}" if outer and inner.lower() == name.lower() else type_


def marks(resource: Resource) -> list[str]:
    """Return what is out of the ordinary about a resource."""
    found = ["read"] if resource.external else []
    if resource.import_id and not resource.external:
        found.append("import")
    if resource.protect:
        found.append("protect")
    if resource.retain_on_delete:
        found.append("retain")
    return found


def counts(graph: Graph) -> list[tuple[int, str]]:
    """Return (number, type) of what the stack holds, the most frequent first; the stack itself does not count."""
    found = Counter(resource.type for resource in graph.resources.values() if resource.type != STACK_TYPE)
    return sorted(((number, type_) for type_, number in found.items()), key=lambda item: (-item[0], item[1]))


def totals(graph: Graph) -> dict[str, int]:
    """Return how many resources of each kind there are."""
    resources = [resource for resource in graph.resources.values() if resource.type != STACK_TYPE]
    providers = sum(resource.type.startswith(PROVIDER_PREFIX) for resource in resources)
    components = sum(not resource.custom for resource in resources)
    reads = sum(resource.external for resource in resources)
    return {
        "resources": len(resources) - providers - components - reads,
        "components": components,
        "providers": providers,
        "reads": reads,
    }


def number_of(count: int, noun: str, plural: str = "") -> str:
    """Return "1 resource" or "2 resources"."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


def totals_text(graph: Graph) -> str:
    """Return the totals as a sentence without a verb; kinds of which there is none are left out, but not resources."""
    found = totals(graph)
    parts = [number_of(found["resources"], "resource")]
    parts += [number_of(found[key], key[:-1]) for key in ("components", "providers", "reads") if found[key]]
    return ", ".join(parts)


def notes(preview: Preview) -> list[str]:
    """Return what a person should know of the stack's config."""
    return [*preview.warnings, *(f"{key} is encrypted and was not read" for key in preview.unreadable)]


def value_text(value: Any, width: int) -> str:
    """Return a value for people: texts as they are, the rest as JSON, over several lines if one is too narrow."""
    shown = plain(value)
    if isinstance(shown, str):
        return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}… ({len(shown)} characters)"
    compact = json.dumps(shown, ensure_ascii=False)
    return compact if len(compact) <= width else json.dumps(shown, ensure_ascii=False, indent=2)
