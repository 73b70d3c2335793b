"""The benchmark application answers the load generator on every page."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_scenario_is_measured_without_an_error() -> None:
    command = [sys.executable, "bench/run.py", "--conns", "2", "--seconds", "0.3", "--idle", "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    head, *rows = done.stdout.splitlines()
    assert "CPU µs/event" in head
    assert [row.split()[0].rstrip(":") for row in rows] == [
        "counter",
        "table",
        "table",
        "stream",
        "async",
        "form",
        "counter",
    ]
