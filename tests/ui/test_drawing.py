"""What a chart draws: each value in its place, and there for as long as the axes stay."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, strategies as st

from actorlive.ui import ChartError
from actorlive.ui.drawing.chart import Axes, Drawing, draw
from actorlive.ui.drawing.places import HEIGHT, PIECE, ChartPlaces, percent
from actorlive.ui.drawing.scale import scale_of
from actorlive.ui.drawing.series import Gaps, classes_of, read_series, stacked
from actorlive.ui.drawing.shapes import areas, bars, lines
from tests.support.narrow import untyped

VALUES = st.lists(st.none() | st.floats(-1000, 1000), max_size=70)
FIRST = st.integers(0, 9000)
COMMAND = re.compile(r"([MVhlz])([^MVhlz]*)")

Point = tuple[float, float]


def axes(**given: Any) -> Axes:
    unset: dict[str, Any] = {
        "labels": (),
        "low": None,
        "high": None,
        "span": None,
        "first": 0,
        "format": None,
    }
    return Axes(**unset | given)


def points(d: str) -> list[list[Point]]:
    """The polylines of a path, in absolute coordinates: an independent reader of the few commands that we write."""
    found: list[list[Point]] = []
    x = y = 0.0
    for command, text in COMMAND.findall(d):
        numbers = [float(n) for n in re.findall(r"-?[\d.]+", text)]
        match command:
            case "M":
                x, y = numbers
                found.append([(x, y)])
            case "l":
                for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
                    x, y = x + dx, y + dy
                    found[-1].append((x, y))
            case "V":
                y = numbers[0]
                found[-1].append((x, y))
            case _:
                assert command in {"h", "z"}
    return found


def drawn(values: Gaps, **given: Any) -> Drawing:
    return draw("line", {"a": values}, axes(**given))


def marks(drawing: Drawing) -> set[Point]:
    return {point for _, d in drawing.lines[0].pieces for line in points(d) for point in line}


# -- lines ---------------------------------------------------------------------


def test_a_line_goes_through_its_values() -> None:
    assert drawn([0, 5, 10]).lines[0].pieces == ((0, "M0 1000l1-500 1-500"),)


def test_a_gap_is_a_gap_and_a_value_between_two_is_a_dot() -> None:
    assert drawn([0, 10, None, 5, None, None]).lines[0].pieces == ((0, "M0 1000l1-1000M3 500h0"),)


def test_one_value_alone_stands_in_the_middle() -> None:
    drawing = drawn([7])
    assert drawing.view_box == "-0.5 0 1 1000"
    assert [x for x, _ in marks(drawing)] == [0]


@pytest.mark.parametrize("values", [[], [None], [None, None]])
def test_without_a_value_nothing_is_drawn_but_the_axes(values: Gaps) -> None:
    drawing = drawn(values)
    assert marks(drawing) == set()
    assert drawing.summary == "no values"
    assert len(drawing.ticks) > 1


@given(VALUES, FIRST)
def test_every_value_is_drawn_once_in_its_place_and_no_other(values: list[float | None], first: int) -> None:
    drawing = drawn(values, first=first, low=-1000, high=1000)
    left = int(float(drawing.view_box.split()[0]) + 0.5)
    heights = {
        left + i: HEIGHT * (1000 - value) / 2000 for i, value in enumerate(values) if value is not None
    }
    drawn_at = marks(drawing)
    assert sorted(x for x, _ in drawn_at) == sorted(heights)
    assert all(abs(y - heights[int(x)]) <= 0.5001 for x, y in drawn_at)


@given(VALUES, FIRST)
def test_neighbours_are_joined_and_nothing_else(values: list[float | None], first: int) -> None:
    drawing = drawn(values, first=first)
    left = int(float(drawing.view_box.split()[0]) + 0.5)
    joined = {
        (a[0] - left, b[0] - left)
        for _, d in drawing.lines[0].pieces
        for line in points(d)
        for a, b in pairwise(line)
    }
    known = [value is not None for value in values]
    assert joined == {(i, i + 1) for i in range(len(values) - 1) if known[i] and known[i + 1]}


@given(st.lists(st.floats(0, 100), min_size=40, max_size=80), FIRST)
def test_a_new_value_changes_the_first_piece_and_the_last_alone(values: list[float], first: int) -> None:
    span = len(values) - 1
    fixed: dict[str, Any] = {"low": 0, "high": 100, "span": span}
    before = dict(drawn(values[:-1], first=first, **fixed).lines[0].pieces)
    after = dict(drawn(values[1:], first=first + 1, **fixed).lines[0].pieces)
    changed = {number for number in before.keys() & after.keys() if before[number] != after[number]}
    if (first + 1) % 4096:
        assert changed <= {(first + 1) // PIECE, (first + span) // PIECE}


def test_coordinates_stay_small_however_many_values_there_were() -> None:
    widths = {float(drawn([1, 2], first=first).view_box.split()[0]) for first in range(0, 10**7, 999)}
    assert max(widths) < 4096


# -- areas, bars, stacks -------------------------------------------------------


@given(VALUES, FIRST)
def test_an_area_lies_between_its_line_and_zero(values: list[float | None], first: int) -> None:
    series, scale = read_series({"a": values}), scale_of(-1000, 1000)
    places = ChartPlaces(first, max(len(values), 1))
    (area,) = areas(series, scale, places, stack=False)
    (line,) = lines(series, scale, places)
    assert area.pieces == line.pieces
    tops = {point for _, d in line.pieces for run in points(d) for point in run}
    for _, d in area.fill:
        for shape in points(d):
            assert shape[0][1] == shape[-1][1] == HEIGHT / 2
            assert set(shape[1:-1]) <= tops


def test_areas_of_a_stack_lie_on_one_another() -> None:
    drawing = draw("area", {"a": [1, 2], "b": [3, 2]}, axes(high=4), stack=True)
    assert [line.fill[0][1] for line in drawing.lines] == [
        "M0 1000V750l1-250V1000z",
        "M0 750V0l1 0V500l-1 250z",
    ]


def test_bars_reach_from_zero_to_their_values() -> None:
    drawing = draw("bar", {"a": [10, -10, None, 0]}, axes())
    assert [bar[1:] for bar in drawing.bars[0].slots] == [
        ("0%", "50%"),
        ("50%", "50%"),
        ("50%", "0%"),
        ("50%", "0%"),
    ]


@given(st.integers(1, 5), st.integers(1, 40), FIRST)
def test_bars_stand_beside_one_another_and_never_overlap(count: int, span: int, first: int) -> None:
    series = read_series({str(n): [1.0] * span for n in range(count)})
    found = bars(series, scale_of(0, 1), ChartPlaces(first, span, banded=True), stack=False)
    edges = sorted(
        (float(x[:-1]), float(x[:-1]) + float(one.width[:-1])) for one in found for x, _, _ in one.slots
    )
    assert all(left[1] <= right[0] + 0.03 for left, right in pairwise(edges))


@given(st.lists(st.floats(0, 100), min_size=3, max_size=40), FIRST)
def test_a_new_bar_takes_the_slot_of_the_one_that_it_drives_out(values: list[float], first: int) -> None:
    fixed: dict[str, Any] = {"low": 0, "high": 100, "span": len(values) - 1}
    before = draw("bar", {"a": values[:-1]}, axes(first=first, **fixed)).bars[0].slots
    after = draw("bar", {"a": values[1:]}, axes(first=first + 1, **fixed)).bars[0].slots
    if (first + 1) % 4096:
        assert sum(a != b for a, b in zip(before, after, strict=True)) == 1


def test_what_is_stacked_is_not_below_zero() -> None:
    with pytest.raises(ChartError, match=r"the series 'loss' has -1\.0: what is stacked is not below zero"):
        draw("bar", {"gain": [1.0], "loss": [-1.0]}, axes(), stack=True)


def test_what_is_too_large_to_be_stacked_says_so() -> None:
    with pytest.raises(ChartError, match="up to 'b' are too large to be stacked"):
        stacked(read_series({"a": [1.7e308], "b": [1.7e308]}))


# -- what is refused -----------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (float("nan"), "has nan"),
        (float("inf"), "has inf"),
        (-float("inf"), "has -inf"),
        (Decimal("Infinity"), "has inf"),
        (10**400, "has a number too large for a float"),
        ("12", "has '12', a str"),
        (object, "a type"),
        ([1], "has [1], a list"),
    ],
)
def test_what_is_not_a_number_is_refused_with_its_place(value: object, told: str) -> None:
    with pytest.raises(ChartError) as caught:
        draw("line", {"Heat": [1.0, None, untyped(value)]}, axes())
    assert str(caught.value).startswith("the series 'Heat' ")
    assert told in str(caught.value)
    assert "as its value number 3" in str(caught.value)
    assert "None as a gap" in str(caught.value)


def test_numbers_of_all_kinds_are_drawn() -> None:
    kinds: list[Any] = [True, 2, 3.0, Decimal(4), Fraction(5)]
    assert len(marks(drawn(kinds))) == 5


@pytest.mark.parametrize("bounds", [{"low": float("nan")}, {"high": float("inf")}])
def test_the_bounds_of_an_axis_are_numbers_too(bounds: dict[str, float]) -> None:
    with pytest.raises(ChartError, match=r"low|high"):
        drawn([1], **bounds)


@pytest.mark.parametrize("numbers", [{"first": -1}, {"span": -3}])
def test_places_are_counted_from_zero(numbers: dict[str, int]) -> None:
    with pytest.raises(ChartError, match="counted from zero"):
        drawn([1], **numbers)


# -- labels, words, the table --------------------------------------------------


@given(st.integers(1, 1200), st.integers(1, 24), FIRST)
def test_labels_have_room_on_a_wide_screen_and_the_sparse_ones_on_a_phone(
    span: int, length: int, first: int
) -> None:
    labels = ChartPlaces(first, span).labels(["x" * length] * span)
    assert len(labels) * (length * 7.5 + 16) <= 640 + length * 7.5 + 16
    few = [label for label in labels if not label[3]]
    assert len(few) <= 1 or len(few) * (length * 7.5 + 16) <= 240 + length * 7.5 + 16


@given(st.integers(2, 300), FIRST)
def test_a_label_belongs_to_its_place_for_as_long_as_that_is_shown(span: int, first: int) -> None:
    texts = [str(first + i) for i in range(span + 1)]
    before = {label[0]: label[4] for label in ChartPlaces(first, span).labels(texts[:-1])}
    after = {label[0]: label[4] for label in ChartPlaces(first + 1, span).labels(texts[1:])}
    assert all(before[number] == after[number] for number in before.keys() & after.keys())
    if len(texts[0]) == len(texts[-1]):
        gone = before.keys() - after.keys()
        assert gone <= {first}


@pytest.mark.parametrize(
    ("series", "words"),
    [
        ({"a": [3, 9, 7]}, "3 values from 3 to 9, the last 7"),
        ({"a": [None, 4]}, "one value, 4"),
        ({"a": [1, 2], "b": []}, "a: 2 values from 1 to 2, the last 2; b: no values"),
        ({}, "no values"),
    ],
)
def test_what_there_is_to_see_is_put_into_words(
    series: dict[str, Sequence[float | None]], words: str
) -> None:
    assert draw("line", series, axes()).summary == words


@given(st.lists(VALUES, min_size=1, max_size=3), FIRST)
def test_the_table_has_every_value_in_its_order(columns: list[list[float | None]], first: int) -> None:
    series = {str(n): column for n, column in enumerate(columns)}
    groups = draw("line", series, axes(first=first, format=repr), table=True).rows
    rows = [row for _, rows in groups for row in rows]
    assert [row[0] for row in rows] == list(range(first, first + max(map(len, columns))))
    for n, column in enumerate(columns):
        cells = ["" if value is None else repr(value) for value in column]
        assert [row[n + 2] for row in rows] == cells + [""] * (len(rows) - len(cells))
    assert all(row[0] // PIECE == piece for piece, rows in groups for row in rows if isinstance(row[0], int))


def test_twenty_series_all_look_different() -> None:
    assert len({classes_of(style) for style in range(20)}) == 20


@given(st.floats(-100, 100))
def test_a_share_is_a_length_of_svg(share: float) -> None:
    assert re.fullmatch(r"-?\d+(\.\d{1,2})?%", percent(share))
