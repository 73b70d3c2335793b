"""docs/hour.md: its changes fit what `actorlive new` writes, one after the other, and its tests pass then."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from actorlive.new.project import make_project
from tests.docs.blocks import ROOT, write_files
from tests.new.test_wheel import write_wheel

PAGE = (ROOT / "docs/hour.md").read_text(encoding="utf-8")
CHANGES = re.findall(r"^```diff\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
TESTS = ["tests/test_accounts.py", "tests/test_todos.py"]


@pytest.fixture
def chores(tmp_path: Path) -> Path:
    make_project("chores", tmp_path, write_wheel(tmp_path))
    return tmp_path / "chores"


def apply(change: str, folder: Path) -> None:
    done = subprocess.run(["git", "apply", "-"], input=change, text=True, cwd=folder, capture_output=True)
    assert done.returncode == 0, done.stderr


def run(folder: Path, *command: str) -> None:
    """A command in the application's folder, in which it finds its own package."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, env=env, text=True, capture_output=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_that_was_there_has_to_say_by_when(chores: Path) -> None:
    apply(CHANGES[0], chores)
    run(chores, "pytest", "-q", "-p", "no:cacheprovider", *TESTS)


def test_its_tests_and_those_that_were_there_pass_at_the_end(chores: Path) -> None:
    assert len(CHANGES) == 3
    for change in CHANGES:
        apply(change, chores)
    assert list(write_files("docs/hour.md", chores)) == ["tests/test_due.py"]
    run(chores, "pytest", "-q", "-p", "no:cacheprovider", "tests/test_due.py", *TESTS)
    run(chores, "ruff", "check", "--no-cache", ".")
    run(chores, "ruff", "format", "--no-cache", "--check", "chores")
    run(chores, "actorlive.cli", "check", "chores")
    run(chores, "actorlive.cli", "fmt", "--check", "chores")
