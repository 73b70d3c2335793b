"""The wheel: what pip installs serves the README's counter, client and all, with no Node in sight."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.browser.server import ROOT
from tests.packaging.counter import fetch_counter


def test_the_wheel_holds_the_client_its_licences_and_the_types(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for name in [
        "client/dist/actorlive.js",
        "client/dist/actorlive.css",
        "client/dist/LICENSES.txt",
        "py.typed",
    ]:
        assert f"actorlive/{name}" in names
    assert not [name for name in names if name.endswith(".ts") or name.startswith(("tests/", "examples/"))]
    licences = zipfile.ZipFile(wheel).read("actorlive/client/dist/LICENSES.txt").decode()
    for package in ["phoenix", "phoenix_live_view", "topbar"]:
        assert f"---- {package} " in licences


def test_the_readme_counter_is_served_from_the_wheel_without_node(
    python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(python.parent))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    fetch_counter(python, tmp_path)


def run_hook(root: Path, path: Path) -> subprocess.CompletedProcess[str]:
    """Run the build hook on a tree, with only the programs of one folder in reach."""
    code = (
        "from hatch_build import ClientBuildHook;"
        f"ClientBuildHook({str(root)!r}, {{}}, None, None, '', 'wheel').initialize('standard', {{}})"
    )
    env = {**os.environ, "PATH": str(path), "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)


def test_a_build_without_npm_and_bundle_says_what_to_do(tmp_path: Path) -> None:
    done = run_hook(tmp_path, tmp_path / "nowhere")
    assert done.returncode == 1
    assert "install Node.js 20 or newer" in done.stderr


def test_a_build_asks_npm_in_a_checkout_and_never_in_an_sdist(tmp_path: Path) -> None:
    programs, tree = tmp_path / "bin", tmp_path / "tree"
    (tree / "actorlive/client/dist").mkdir(parents=True)
    (tree / "actorlive/client/dist/actorlive.js").touch()
    programs.mkdir()
    (programs / "npm").write_text(f'#!/bin/sh\necho "$*" >> {tmp_path}/asked\n', encoding="utf-8")
    (programs / "npm").chmod(0o755)
    assert run_hook(tree, programs).returncode == 0
    assert not (tmp_path / "asked").exists()
    (tree / "package-lock.json").touch()
    assert run_hook(tree, programs).returncode == 0
    asked = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
    assert asked == ["ci --omit=dev --no-audit --no-fund", "run --silent build"]
