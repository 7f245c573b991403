"""Measure a whole offline preview against the bare import of the SDK modules it needs.

Most of a preview's time is Python loading the generated SDKs, which this project can't make faster. What it
adds is the difference between the two, so both are timed in the same run, alternating, each in a new process
whose output goes into a pipe. The modules to import are read off a preview process, not written down.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results.json"
README = ROOT / "benchmarks" / "README.md"
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"
TARGET = 1.35

# Run inside the measured interpreter: a module that the SDK has only promised to load is a `_LazyModule`.
LOADED = """
def loaded():
    return [name for name, module in list(sys.modules.items())
            if name.partition(".")[0].startswith("pulumi") and type(module).__name__ != "_LazyModule"]
"""
LISTING = f"""
import json, os, runpy, sys
{LOADED}
sys.argv[1:1] = ["preview"]
try:
    runpy.run_module("rehearsal", run_name="__main__", alter_sys=True)
except SystemExit as end:
    if end.code:
        raise
with open(os.environ["MODULES_FILE"], "w") as file:
    json.dump(loaded(), file)
"""
IMPORTING = f"""
import importlib, json, os, sys
{LOADED}
with open(os.environ["MODULES_FILE"]) as file:
    names = json.load(file)
for name in names:
    importlib.import_module(name)
for name in set(names) - set(loaded()):
    dir(sys.modules[name])
"""


class Timings(TypedDict):
    """Seconds of one kind of run."""

    min: float
    median: float
    max: float


class Results(TypedDict):
    """What one benchmark run found."""

    date: str
    machine: str
    python: str
    stack: str
    runs: int
    sdk_modules: int
    preview: Timings
    sdk_import: Timings
    ratio: float


def timings(seconds: Sequence[float]) -> Timings:
    """Summarise measured seconds, rounded to milliseconds."""
    return {
        "min": round(min(seconds), 3),
        "median": round(statistics.median(seconds), 3),
        "max": round(max(seconds), 3),
    }


def run(command: Sequence[str], environment: dict[str, str]) -> float:
    """Run a command from the project's folder and return its wall time in seconds.

    Raises:
        SystemExit: the command failed; its output is shown, for figures of a failed run mean nothing.
    """
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(command[:3])} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return seconds


def measure(stack: str, runs: int) -> Results:
    """Time `runs` previews of a stack and as many bare imports of the SDK modules that they load.

    Args:
        stack: name of the stack to preview.
        runs: number of timed runs of each kind; one more of each goes before to warm the file cache.
    """
    previews: list[float] = []
    imports: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        modules = Path(folder) / "modules.json"
        environment = {**os.environ, "MODULES_FILE": str(modules)}
        run(["-c", LISTING, "--stack", stack], environment)
        count = len(json.loads(modules.read_text()))
        for attempt in range(runs + 1):
            preview = run(["-m", "rehearsal", "preview", "--stack", stack], environment)
            bare = run(["-c", IMPORTING], environment)
            if attempt:
                previews.append(preview)
                imports.append(bare)
    return {
        "date": f"{datetime.now(tz=UTC):%Y-%m-%d}",
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
        "python": platform.python_version(),
        "stack": stack,
        "runs": runs,
        "sdk_modules": count,
        "preview": timings(previews),
        "sdk_import": timings(imports),
        # Neighbours in time share what else the machine is doing, so each preview is held against its own import.
        "ratio": round(statistics.median(p / i for p, i in zip(previews, imports, strict=True)), 3),
    }


def table(results: Results) -> str:
    """Render the figures as the Markdown that goes into the README."""
    rows = "\n".join(
        f"| {label} | {found['min']:.2f} s | {found['median']:.2f} s | {found['max']:.2f} s |"
        for label, found in (
            (f"whole `python -m rehearsal preview --stack {results['stack']}`", results["preview"]),
            (f"bare import of its {results['sdk_modules']} SDK modules", results["sdk_import"]),
        )
    )
    return (
        f"{results['date']}, {results['machine']}, Python {results['python']}, {results['runs']} runs of each:\n\n"
        f"| | min | median | max |\n|---|---|---|---|\n{rows}\n\n"
        f"Median of the ratios of neighbouring runs: **{results['ratio']:.2f}** (target: at most {TARGET}).\n"
    )


def write(results: Results) -> None:
    """Keep the figures beside this file, for people and for programs."""
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    before, _, rest = README.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    README.write_text(f"{before}{BEGIN}\n{table(results)}{END}{after}")


def main() -> int:
    """Measure, print, and return 1 where the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stack", default="dev", help="stack to preview (default: dev)")
    parser.add_argument("--runs", type=int, default=7, help="timed runs of each kind (default: 7)")
    parser.add_argument("--write", action="store_true", help="keep the figures in results.json and README.md")
    options = parser.parse_args()
    results = measure(options.stack, options.runs)
    print(table(results), end="")
    if options.write:
        write(results)
    return 0 if results["ratio"] <= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
