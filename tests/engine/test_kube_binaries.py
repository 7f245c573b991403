"""Where kube-apiserver and etcd are looked for, and what is said when they are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.engine import kube_binaries
from rehearsal.errors import RehearsalError

ROOT = Path(__file__).resolve().parents[2]


def program(folder: Path, name: str, text: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "PATH": str(tmp_path / "path"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "KUBEBUILDER_ASSETS": str(tmp_path / "assets"),
    }


def test_assets_win_over_the_path_and_the_path_over_the_cache(environment: dict[str, str], tmp_path: Path) -> None:
    cached = program(kube_binaries.cache_folder(environment), "etcd")
    assert kube_binaries.locate("etcd", environment) == cached
    on_path = program(tmp_path / "path", "etcd")
    assert kube_binaries.locate("etcd", environment) == on_path
    asset = program(tmp_path / "assets", "etcd")
    assert kube_binaries.locate("etcd", environment) == asset


def test_the_cache_is_kept_apart_by_version(environment: dict[str, str], tmp_path: Path) -> None:
    expected = tmp_path / "cache" / "rehearsal" / f"kubernetes-{kube_binaries.KUBERNETES_VERSION}"
    assert kube_binaries.cache_folder(environment) == expected


def test_what_is_missing_is_said_in_one_line(environment: dict[str, str], tmp_path: Path) -> None:
    said = kube_binaries.missing(environment)
    assert "`make kube` builds it" in said
    assert "apt-get install etcd-server" in said
    assert "\n" not in said
    assert kube_binaries.find(environment) is None
    for name in ("kube-apiserver", "etcd"):
        program(tmp_path / "path", name)
    assert kube_binaries.missing(environment) == ""


def test_without_etcd_nothing_is_built(environment: dict[str, str], tmp_path: Path) -> None:
    program(tmp_path / "path", "go", "exit 9")
    with pytest.raises(RehearsalError, match="apt-get install etcd-server"):
        kube_binaries.obtain(print, environment)


def test_without_go_it_is_said_what_to_install(environment: dict[str, str]) -> None:
    with pytest.raises(RehearsalError, match=r"cannot be built without Go: install Go 1\.25"):
        kube_binaries.build(print, environment)


def test_a_build_that_fails_leaves_no_half_a_program(environment: dict[str, str], tmp_path: Path) -> None:
    program(tmp_path / "path", "go", "echo missing go.sum entry; exit 1")
    with pytest.raises(RehearsalError, match=r"missing go\.sum entry"):
        kube_binaries.build(lambda _line: None, environment)
    assert list(kube_binaries.cache_folder(environment).iterdir()) == []


def test_a_build_is_stamped_with_its_version(environment: dict[str, str], tmp_path: Path) -> None:
    lines: list[str] = []
    text = f'echo "$@" > {tmp_path}/arguments\nwhile [ "$1" != -o ]; do shift; done\n: > "$2"'
    program(tmp_path / "path", "go", text)
    built = kube_binaries.build(lines.append, environment)
    assert built == kube_binaries.cache_folder(environment) / "kube-apiserver"
    arguments = (tmp_path / "arguments").read_text()
    assert f"version.gitVersion={kube_binaries.KUBERNETES_VERSION}" in arguments, "the server would report v0.0.0"
    assert "this takes some minutes" in lines[0]


def test_the_version_is_the_one_that_the_modules_pin() -> None:
    modules = (ROOT / "tools" / "kube-apiserver" / "go.mod").read_text()
    version = kube_binaries.KUBERNETES_VERSION
    assert f"k8s.io/kubernetes {version}" in modules
    staging = version.replace("v1.", "v0.")
    replaced = [line for line in modules.splitlines() if "=>" in line]
    assert [line for line in replaced if not line.endswith(staging)] == []
    assert len(replaced) == 31
