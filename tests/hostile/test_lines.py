"""Attacks on lines; `runner` says what must be true of each."""

from __future__ import annotations

import pytest

from tests.hostile import lines
from tests.hostile.runner import run, runs
from tests.hostile.script import Case


@pytest.mark.parametrize(("case", "way"), runs(lines.CASES))
def test_an_attack_on_a_line_ends_as_it_should_and_harms_nobody(case: Case, way: str) -> None:
    run(case, way)
