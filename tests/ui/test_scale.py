"""Axes are round, whatever stands on them, from the smallest float to the largest."""

from __future__ import annotations

import decimal
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import example, given, strategies as st

from actorlive.ui.drawing.scale import ValueScale, number_text, scale_of

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
LARGEST, SMALLEST = 1.7976931348623157e308, 5e-324


def axis(*values: float) -> ValueScale:
    return scale_of(min(values), max(values))


def labels(*values: float) -> list[str]:
    return [label for _, label in axis(*values).ticks()]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0, 1), "0 0.2 0.4 0.6 0.8 1"),
        ((3, 97), "0 20 40 60 80 100"),
        ((-20, 35), "−20 0 20 40"),
        ((9990, 10010), "9,990 9,995 10,000 10,005 10,010"),
        ((0, 12345), "0 5k 10k 15k"),
        ((0, 1_500_000), "0 0.5M 1M 1.5M"),
        ((0, 7e12), "0 2T 4T 6T 8T"),
        ((0.001, 0.0042), "0.001 0.002 0.003 0.004 0.005"),
        ((1e15, 3e15), "1.0e15 1.5e15 2.0e15 2.5e15 3.0e15"),
        ((-LARGEST, LARGEST), "−2e308 −1e308 0 1e308 2e308"),
        ((0, SMALLEST), "0 1e−324 2e−324 3e−324 4e−324 5e−324"),
    ],
)
def test_the_labels_of_an_axis_are_short_and_round(values: tuple[float, float], expected: str) -> None:
    assert labels(*values) == expected.split()


@pytest.mark.parametrize("value", [20.0, -3.0, 1e300, 1e9])
def test_equal_values_stand_in_the_middle(value: float) -> None:
    assert axis(value, value).at(value) == pytest.approx(0.5, abs=0.1)


def test_zeros_stand_on_the_foot_of_an_axis_to_one() -> None:
    assert labels(0, 0)[-1] == "1"
    assert axis(0, 0).at(0) == 0


def test_without_values_there_is_an_axis_all_the_same() -> None:
    assert [label for _, label in scale_of(None, None).ticks()][::5] == ["0", "1"]


def test_values_that_differ_by_noise_alone_count_as_equal() -> None:
    assert axis(1e9, 1e9 + 1e-6).step == axis(1e9, 1e9).step
    assert labels(100, 100.001) != labels(100, 100)


@given(FLOATS, FLOATS)
@example(-LARGEST, LARGEST)
@example(-SMALLEST, SMALLEST)
@example(0.0, SMALLEST)
@example(1e300, 1.0000000000000002e300)
@example(0.1, 0.30000000000000004)
def test_an_axis_holds_its_values_between_round_ends(one: float, other: float) -> None:
    scale = axis(one, other)
    ticks = list(scale.ticks())
    assert 2 <= len(ticks) <= 8
    assert [at for at, _ in ticks] == sorted({at for at, _ in ticks})
    assert (ticks[0][0], ticks[-1][0]) == (0, 1)
    assert len({label for _, label in ticks}) == len(ticks)
    digits = scale.step.normalize().as_tuple().digits
    assert digits in {(1,), (2,), (5,)}
    for value in (one, other):
        assert -1e-6 <= scale.at(value) <= 1 + 1e-6


@given(st.lists(FLOATS, min_size=2, max_size=6))
def test_a_larger_value_never_stands_lower(values: list[float]) -> None:
    values.sort()
    scale = axis(*values)
    assert all(scale.at(a) <= scale.at(b) for a, b in pairwise(values))
    heights = [height for height in scale.heights(values, 1000) if height is not None]
    assert heights == sorted(heights, reverse=True)


@given(FLOATS, FLOATS)
def test_a_tick_stands_where_its_value_does(one: float, other: float) -> None:
    scale = axis(one, other)
    for at, text in scale.ticks(repr):
        if abs(float(text)) < LARGEST and scale.step > Decimal("1e-300"):  # else the tick is no float
            assert scale.at(float(text)) == pytest.approx(at, abs=1e-6)


@given(FLOATS, FLOATS, FLOATS)
def test_an_axis_stays_as_it_is_while_values_come_that_lie_on_it(
    one: float, other: float, new: float
) -> None:
    low, high = sorted((one, other))
    assert axis(low, high, min(max(new, low), high)) == axis(low, high)


@given(FLOATS, FLOATS)
def test_bars_begin_at_zero_or_at_the_end_that_is_nearest_to_it(one: float, other: float) -> None:
    scale = axis(one, other)
    low, high = scale.first, scale.first + scale.count
    nearest = min(max(0, low), high)
    assert scale.base == pytest.approx((nearest - low) / scale.count)
    if nearest == 0:
        assert scale.base == pytest.approx(scale.at(0.0), abs=1e-6)


def test_an_application_that_counts_in_three_digits_has_the_same_axes() -> None:
    with decimal.localcontext(decimal.Context(prec=3)):
        assert labels(9990, 10010) == ["9,990", "9,995", "10,000", "10,005", "10,010"]
        assert axis(1e-7, 3e-7) == axis(1e-7, 3e-7)
        assert Decimal(1) / 3 == Decimal("0.333")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-3.25, "−3.25"),
        (0.1 + 0.2, "0.3"),
        (1234.5, "1,234.5"),
        (1234567.8, "1,234,568"),
        (62.95461, "62.9546"),
    ],
)
def test_numbers_are_written_for_people(value: float, text: str) -> None:
    assert number_text(value) == text
