"""The pages on async work, streams and processes: what they show is served and tested as it stands there."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import write_files


@pytest.mark.parametrize("page", ["async", "streams", "processes"])
def test_the_tests_of_the_page_pass(page: str, tmp_path: Path) -> None:
    write_files(f"docs/{page}.md", tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_the_counter_for_people_from_phoenix_runs(tmp_path: Path) -> None:
    files = write_files("docs/coming-from-phoenix.md", tmp_path)
    assert runpy.run_path(str(files["counter.py"]))["CounterLive"].count == 0
