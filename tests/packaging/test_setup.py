"""The set-up: `make run` installs what pages need, `make test` the rest, each says what it does, and only once.

Make runs for real, on a copy of what it reads, with a Python and an npm that only say how they were called.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PYTHON = """#!/bin/sh
echo "python $*"
if test "$1 $2" = "-m venv"; then mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; fi
"""
NPM = """#!/bin/sh
echo "npm $*"
case "$*" in *build) mkdir -p actorlive/client/dist; touch actorlive/client/dist/actorlive.js;; esac
"""
SLOW = re.compile(r"-m venv|pip install|^npm|^apt-get")


class Checkout:
    """A folder as it was cloned, as far as the set-up reads it."""

    def __init__(self, home: Path) -> None:
        self.tree, self._programs = home / "tree", home / "programs"
        self.tree.mkdir()
        for name in ("Makefile", "package.json", "package-lock.json", ".npmrc", "pyproject.toml"):
            shutil.copy(ROOT / name, self.tree)
        shutil.copytree(ROOT / "requirements", self.tree / "requirements")
        client = ROOT / "actorlive/client"
        shutil.copytree(client, self.tree / "actorlive/client", ignore=shutil.ignore_patterns("dist"))
        self._programs.mkdir()
        for name, text in {"python": PYTHON, "npm": NPM, "apt-get": '#!/bin/sh\necho "apt-get $*"\n'}.items():
            (self._programs / name).write_text(text, encoding="utf-8")
            (self._programs / name).chmod(0o755)

    def make(self, *targets: str) -> list[str]:
        """The lines that make and its programs print."""
        command = ["make", "--no-print-directory", f"PYTHON={self._programs / 'python'}", *targets]
        env = {**os.environ, "PATH": f"{self._programs}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(command, cwd=self.tree, env=env, check=True, capture_output=True, text=True)
        return done.stdout.splitlines()

    def touch(self, name: str) -> None:
        """Change a file now, which is after all that was set up."""
        newest = max(path.stat().st_mtime_ns for path in (self.tree / ".make").iterdir())
        later = max(newest + 1, time.time_ns())
        os.utime(self.tree / name, ns=(later, later))


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def locks(lines: list[str]) -> list[str]:
    """The locks that were installed."""
    return re.findall(r"--require-hashes -r requirements/(\w+)\.txt", "\n".join(lines))


def node_packages(lines: list[str]) -> list[str]:
    """What was installed of package-lock.json: a part of it, or all."""
    installs = [line for line in lines if line.startswith("npm") and " ci" in line]
    return ["bundler" if "--omit=dev" in line else "all" for line in installs]


@pytest.mark.parametrize("target", ["run", "dev"])
def test_pages_are_served_with_what_pages_need(checkout: Checkout, target: str) -> None:
    said = checkout.make(target)
    assert (locks(said), node_packages(said)) == (["run"], ["bundler"])
    assert not any("--editable" in line for line in said)
    assert said[-1].startswith(f"python -m actorlive.cli {target} examples.gallery.app:app")


def test_a_wheel_is_built_with_what_builds_it(checkout: Checkout) -> None:
    said = checkout.make("wheel")
    assert (locks(said), node_packages(said)) == (["build"], ["bundler"])


@pytest.mark.parametrize("before", [[], ["run"], ["wheel", "run"]])
def test_tests_have_everything_whatever_was_set_up_before(checkout: Checkout, before: list[str]) -> None:
    for target in before:
        checkout.make(target)
    said = checkout.make("test")
    assert (locks(said), node_packages(said)) == (["dev"], ["all"])
    assert said[-1].startswith("python -m pytest")


@pytest.mark.parametrize(
    ("first", "second"),
    [("run", "run"), ("run", "dev"), ("test", "test"), ("test", "run"), ("test", "wheel")],
)
def test_nothing_is_set_up_twice(checkout: Checkout, first: str, second: str) -> None:
    assert any(line.startswith("Setting up") for line in checkout.make(first))
    assert [
        line for line in checkout.make(second) if line.startswith("Setting up") or SLOW.search(line)
    ] == []


@pytest.mark.parametrize(
    ("target", "changed", "python", "node"),
    [
        ("run", "requirements/run.txt", ["run"], []),
        ("run", "requirements/dev.txt", [], []),
        ("run", "package-lock.json", [], ["bundler"]),
        ("test", "requirements/dev.txt", ["dev"], []),
        ("test", "package-lock.json", [], ["all"]),
    ],
)
def test_what_changed_is_installed_again(
    checkout: Checkout, target: str, changed: str, python: list[str], node: list[str]
) -> None:
    checkout.make(target)
    checkout.touch(changed)
    said = checkout.make(target)
    assert (locks(said), node_packages(said)) == (python, node)


WORDS = {
    "-m venv": "environment",
    "-r requirements/run.txt": "Python packages that pages need",
    "-r requirements/build.txt": "wheels",
    "-r requirements/dev.txt": "Python packages for tests",
    "--editable": "Python packages for tests",
    "ci --silent --omit=dev": "Node packages of the browser client",
    "ci --silent": "Node packages",
    "run --silent build": "the browser client",
}
"""What the last line about the set-up has to speak of when that is called."""


@pytest.mark.parametrize("target", ["run", "test", "wheel"])
def test_each_step_says_what_it_does_before_it_does_it(checkout: Checkout, target: str) -> None:
    told, steps = "", 0
    for line in checkout.make(target):
        if line.startswith("Setting up, once: "):
            told = line
        elif SLOW.search(line):
            assert next(words for part, words in WORDS.items() if part in line) in told, line
            steps += 1
    assert steps >= 4


def test_what_runs_the_gallery_has_all_that_its_reference_imports() -> None:
    """The reference shows every public name, and those of the test kit come from packages of their own."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(project["project"]["optional-dependencies"]["testing"]) <= set(
        project["dependency-groups"]["gallery"]
    )
    pinned = (ROOT / "requirements/run.txt").read_text(encoding="utf-8")
    for package in ("pytest", "selectolax", "trio-websocket"):
        assert f"\n{package}==" in pinned
