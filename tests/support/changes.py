"""What a change of the settings touches: the steps that the real engine previews on a stack that is up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from rehearsal.engine.cycle import Setting

Touched = dict[str, dict[str, list[str]]]

# Steps that change nothing.
_QUIET = ("same", "read", "refresh")
# A replacement is one thing, and the engine shows it in three steps.
_HALVES = ("create-replacement", "delete-replaced")
SCRIPT = """
set -e
for file in "$0"/*.yaml; do
    PULUMI_OPTION_CONFIG_FILE="$file" pulumi preview --json --non-interactive > "${file%.yaml}.json"
done
"""


def write_variants(folder: Path, config: Path, variants: Mapping[str, tuple[str, ...]]) -> None:
    """Write a stack file for each variant, with its settings changed.

    Args:
        folder: Where to write NAME.yaml.
        config: The stack file as it is.
        variants: For each name, settings of the form NAMESPACE:KEY[.path]=JSON; null takes the key out.
    """
    for name, settings in variants.items():
        document: dict[str, Any] = yaml.safe_load(config.read_text(encoding="utf-8"))
        for setting in settings:
            document = changed(document, setting)
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


def changed(document: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Return a stack file with one setting changed; null takes the key out."""
    setting = Setting.parse(text)
    result = setting.apply(document)
    if setting.value is None:
        place = result["config"]
        *way, last = (setting.key, *setting.path)
        for step in way:
            place = place[step]
        del place[last]
    return result


def touched(preview: Path) -> Touched:
    """Return for each kind of step the resources, and which inputs differ (of a replacement: those that force it)."""
    found: Touched = {}
    for step in json.loads(preview.read_text(encoding="utf-8"))["steps"]:
        operation = step["op"]
        if operation in (*_QUIET, *_HALVES):
            continue
        why = step.get("replaceReasons") if operation == "replace" else step.get("diffReasons")
        short = f"{step['urn'].split('::')[2].rpartition('$')[2]} {step['urn'].rpartition('::')[2]}"
        found.setdefault(operation, {})[short] = sorted(why or []) if operation in ("update", "replace") else []
    return {operation: dict(sorted(found[operation].items())) for operation in sorted(found)}
