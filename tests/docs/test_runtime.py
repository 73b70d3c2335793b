"""The programs of docs/runtime.md print what the page says that they print."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, write_files

EXPECTED = {
    "counter.py": ["3"],
    "crash.py": ["ValueError('broken')"],
    "pages.py": ["page 1", "page 2", "failed: timeout", "page 4", "page 5"],
    "supervised.py": ["2", "no idea what 'nonsense' is", "1"],
}


def test_every_program_is_expected(tmp_path: Path) -> None:
    assert set(write_files("docs/runtime.md", tmp_path)) == set(EXPECTED)


@pytest.mark.parametrize("title", EXPECTED)
def test_program(title: str, tmp_path: Path) -> None:
    path = write_files("docs/runtime.md", tmp_path)[title]
    done = subprocess.run(
        [sys.executable, "-W", "error", str(path)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == EXPECTED[title], done.stderr
