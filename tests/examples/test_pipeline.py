"""The supervised pipeline survives its poison."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings, strategies as st

from examples.pipeline.pipeline import Outcome, count_lines, main


async def test_everything_is_counted_once_and_poison_is_set_aside(caplog: pytest.LogCaptureFixture) -> None:
    lines = ["a b", "poison 1", "b c", "poison 2", "c d"] * 2
    outcome = await count_lines(lines)
    assert outcome.words == {"a": 2, "b": 4, "c": 4, "d": 2}
    assert sorted(outcome.poisoned) == ["poison 1", "poison 1", "poison 2", "poison 2"]
    assert caplog.text.count("crashed: ValueError") == 4


async def test_no_lines() -> None:
    assert await count_lines([]) == Outcome({}, [])


@settings(max_examples=40)
@given(lines=st.lists(st.sampled_from(["a", "b a", "c c c", ""]), max_size=20))
async def test_without_poison_it_is_a_counter(lines: list[str]) -> None:
    outcome = await count_lines(lines)
    assert outcome.words == Counter(word for line in lines for word in line.split())
    assert outcome.poisoned == []


def test_it_runs_as_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    main()
    assert "set aside: ['a cup of poison']" in capsys.readouterr().out
