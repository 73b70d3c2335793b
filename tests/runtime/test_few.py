"""A mapping that mostly has one entry is a dict in all that is asked of it, and smaller."""

from __future__ import annotations

import sys

from hypothesis import given, strategies as st

from actorlive.runtime.few import Few

steps = st.lists(st.tuples(st.sampled_from(["set", "pop"]), st.integers(0, 4), st.integers()))


@given(st.integers(0, 4), steps)
def test_it_does_what_a_dict_does(first: int, plan: list[tuple[str, int, int]]) -> None:
    few, model = Few(first, 0), {first: 0}
    for what, key, value in plan:
        if what == "set":
            few[key] = value
            model[key] = value
        else:
            assert few.pop(key) == model.pop(key, None)
        assert few.items() == list(model.items())
        assert len(few) == len(model)
        assert bool(few) == bool(model)


def test_an_entry_that_is_set_while_it_is_looked_through_waits_for_the_next_time() -> None:
    few = Few("a", 1)
    for key, value in few.items():
        few[key * 2] = value + 1
    assert few.items() == [("a", 1), ("aa", 2)]


def test_one_entry_weighs_a_third_of_a_dict() -> None:
    assert sys.getsizeof(Few("a", 1)) * 3 <= sys.getsizeof({"a": 1})
