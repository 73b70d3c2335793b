"""Attacks with files; `runner` says what must be true of each."""

from __future__ import annotations

import pytest

from tests.hostile import uploads
from tests.hostile.runner import run, runs
from tests.hostile.script import Case


@pytest.mark.parametrize(("case", "way"), runs(uploads.CASES))
def test_an_attack_ends_as_it_should_and_harms_nobody(case: Case, way: str) -> None:
    run(case, way)
