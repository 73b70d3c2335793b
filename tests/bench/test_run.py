"""The benchmark application answers the load generator on every page."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


ALL = ["counter", "table", "table", "stream", "async", "form", "counter"]


@pytest.mark.parametrize(
    ("pages", "measured"),
    [(["async"], ["async", "counter"]), pytest.param([], ALL, marks=pytest.mark.soak, id="all")],
)
def test_a_scenario_is_measured_without_an_error(pages: list[str], measured: list[str]) -> None:
    quick = "--conns 2 --seconds 0.2 --warmup 0 --idle 3 --hold 0.1".split()
    command = [sys.executable, "bench/run.py", *pages, *quick]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    head, *rows = done.stdout.splitlines()
    assert "CPU µs/event" in head
    assert [row.split()[0].rstrip(":") for row in rows] == measured
