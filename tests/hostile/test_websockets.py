"""Attacks with frames and messages; `runner` says what must be true of each."""

from __future__ import annotations

import pytest

from tests.hostile import frames
from tests.hostile.runner import run, runs
from tests.hostile.script import Case, Closed, Join, Send, event


@pytest.mark.parametrize(("case", "way"), runs(frames.CASES))
def test_an_attack_ends_as_it_should_and_harms_nobody(case: Case, way: str) -> None:
    run(case, way)


def test_another_end_is_noticed() -> None:
    """The control of all attacks."""
    case = Case("another answer", [Join(), Send(event("gone"))], Closed(1002))
    with pytest.raises(BaseExceptionGroup) as caught:
        run(case, "direct")
    assert caught.group_contains(AssertionError)
