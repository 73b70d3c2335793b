"""Numbers that come in are finite, of a sane size, and cannot be made to collide."""

import json
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, strategies as st

from actorlive import Error, Event, Ok, validate
from actorlive.forms.numbers import MAX_ALIKE, Crowd, is_bounded
from actorlive.live.events import EventError, EventTable, parse_event

MODULUS = 2**61 - 1
"""Python's `hash` of a number is its remainder by this."""

TWINS = [MODULUS * (n + 1) for n in range(MAX_ALIKE + 1)]


class Counted:
    """Something whose comparisons are counted, and whose hash is always the same."""

    compared = 0

    def __init__(self, number: int) -> None:
        self.number = number

    def __hash__(self) -> int:
        return 1

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return isinstance(other, Counted) and other.number == self.number


def test_a_crowd_compares_no_more_than_a_few_whatever_comes() -> None:
    crowd = Crowd()
    admitted = [crowd.admits(Counted(number)) for number in range(1000)]
    assert sum(admitted) == MAX_ALIKE
    assert Counted.compared <= 1000 * MAX_ALIKE


def test_equal_values_are_no_crowd() -> None:
    crowd = Crowd()
    assert all(crowd.admits(Decimal(0)) for _ in range(1000))


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=2), unique=True))
def test_values_that_nobody_aimed_are_admitted(values: list[Decimal]) -> None:
    assert all(map(Crowd().admits, values))


@pytest.mark.parametrize(
    ("value", "bounded"),
    [
        (2**63 - 1, True),
        (2**63, False),
        (-(2**63), True),
        (-(2**63) - 1, False),
        (True, True),
        (1e308, True),
        (float("nan"), False),
        (Decimal("1e1000"), True),
        (Decimal("1e1001"), False),
        (Decimal("0e-1001"), False),
        (Decimal("1." + "0" * 2000), False),
        (Decimal("sNaN"), False),
        ({"a": [1, {"b": 2**63}]}, False),
        ({2**63: 1}, False),
        ((1, frozenset({2**64})), False),
        ([None, "9" * 100, b"x", {"a": 1.5}], True),
    ],
)
def test_a_number_is_bounded_wherever_it_stands(value: object, bounded: bool) -> None:
    assert is_bounded(value) is bounded


@pytest.mark.parametrize(
    ("declared", "values"),
    [
        (set[Decimal], [str(twin) for twin in TWINS]),
        (list[Decimal], [str(twin) for twin in TWINS]),
        (frozenset[UUID], [str(UUID(int=twin)) for twin in TWINS]),
        (list[UUID], [str(UUID(int=twin)) for twin in TWINS]),
        (set[int], [str(twin) for twin in TWINS]),
        (set[int], TWINS),
        (list[Any], TWINS),
        (set[int | str], TWINS),
    ],
)
def test_numbers_that_collide_never_meet_in_a_set(declared: Any, values: list[Any]) -> None:
    class Pick(Event):
        x: declared  # pyright: ignore[reportInvalidTypeForm]

    frame = {"event": "pick", "type": "hook", "value": {"x": values}}
    with pytest.raises(EventError, match=r"out of range|is invalid"):
        EventTable(Pick).decode(parse_event(msgspec.Raw(json.dumps(frame).encode())))
    assert isinstance(validate(Pick, {"x": values}), Error)


def test_the_keys_of_a_dict_and_items_of_other_kinds_count_too() -> None:
    class Pick(Event):
        x: dict[Decimal, str]

    assert isinstance(validate(Pick, {"x": {str(twin): "" for twin in TWINS}}), Error)
    assert isinstance(validate(Pick, {"x": {str(twin): "" for twin in TWINS[:-1]}}), Ok)
