"""The measurement of growth measures its parts, and finds a figure that is too large."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("part", "rows"), [("idle", 2), ("events", 4)])
def test_a_part_is_measured_without_an_error(part: str, rows: int) -> None:
    command = [sys.executable, "bench/growth.py", part, *"--views 3 --seconds 0.3".split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert "lvload failed" not in done.stderr
    assert "Traceback" not in done.stderr
    _, _, *measured = done.stdout.splitlines()
    assert len(measured) == rows, done.stdout + done.stderr
    assert all(float(row.split("|")[2].split()[0]) >= 0 for row in measured)
    assert (done.returncode != 0) == any("TOO MUCH" in row for row in measured)
