"""The comparison measures its rows; the neighbour, which has an environment of its own, is left out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("words", "rows"), [(("1 connection", "dead render"), 2), (("at 500",), 1)])
def test_a_row_is_measured_for_each_word_without_an_error(words: tuple[str, ...], rows: int) -> None:
    quick = "--without-pyview --runs 1 --seconds 0.3 --crowd 3".split()
    command = [sys.executable, "bench/beside.py", *words, *quick]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    _, _, *measured = done.stdout.splitlines()
    assert len(measured) == rows
    for row in measured:
        assert float(row.split("|")[2].replace(",", "")) > 0
