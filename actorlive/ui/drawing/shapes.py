"""Paths and bars: a series on its axis and its places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from actorlive.ui.drawing.places import HEIGHT, ChartPlaces, percent
from actorlive.ui.drawing.scale import ValueScale
from actorlive.ui.drawing.series import Series

__all__ = ["Bars", "Line", "areas", "bars", "lines"]

_BAR = 0.76
"""The part of a place that its bars take."""


@dataclass(frozen=True, slots=True)
class Line:
    """A series as it is drawn: pieces of a path, each by its number; `fill` what lies below, where that is wanted."""

    style: int
    pieces: tuple[tuple[int, str], ...]
    fill: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Bars:
    """A series as bars of one width, each as its left edge, its upper one and its height."""

    style: int
    width: str
    slots: tuple[tuple[str, str, str], ...]


def lines(series: Sequence[Series], scale: ValueScale, places: ChartPlaces) -> list[Line]:
    """The series as lines."""
    return [Line(one.style, tuple(_strokes(scale.heights(one.values, HEIGHT), places))) for one in series]


def areas(series: Sequence[Series], scale: ValueScale, places: ChartPlaces, *, stack: bool) -> list[Line]:
    """The series as lines with what lies below them: down to the axis, or to the series before in a stack."""
    found: list[Line] = []
    floor: list[int | None] = [_y(scale.base)] * places.span
    for one in series:
        heights = scale.heights(one.values, HEIGHT)
        fill = tuple(_fills(heights, floor, places))
        found.append(Line(one.style, tuple(_strokes(heights, places)), fill))
        if stack:
            floor = heights
    return found


def bars(series: Sequence[Series], scale: ValueScale, places: ChartPlaces, *, stack: bool) -> list[Bars]:
    """The series as bars beside one another, or on top of those before in a stack."""
    beside = 1 if stack else max(len(series), 1)
    width = _BAR / beside
    found: list[Bars] = []
    floor: list[int | None] = [_y(scale.base)] * places.span
    for place, one in enumerate(series):
        left = (1 - _BAR) / 2 + (0 if stack else place * width)
        heights = scale.heights(one.values, HEIGHT)
        slots = sorted(
            ((places.first + i) % places.span, _bar(places, i, left, top, floor[i]))
            for i, top in enumerate(heights)
        )
        found.append(Bars(one.style, percent(width / places.span), tuple(bar for _slot, bar in slots)))
        if stack:
            floor = heights
    return found


# -- paths ---------------------------------------------------------------------


def _y(share: float) -> int:
    return round((1 - share) * HEIGHT)


def _strokes(heights: Sequence[int | None], places: ChartPlaces) -> Iterator[tuple[int, str]]:
    for number, positions in places.pieces(len(heights)):
        yield number, "".join(_stroke(run, heights, places) for run in _runs(heights, positions))


def _stroke(run: range, heights: Sequence[int | None], places: ChartPlaces) -> str:
    """A value between two gaps is a line of no length, which round ends make a dot."""
    start = f"M{places.first - places.base + run[0]} {heights[run[0]]}"
    return start + (_steps(heights, run, 1) or "h0")


def _fills(
    heights: Sequence[int | None], floor: Sequence[int | None], places: ChartPlaces
) -> Iterator[tuple[int, str]]:
    for number, positions in places.pieces(len(heights)):
        runs = (run for run in _runs(heights, positions) if len(run) > 1)
        yield number, "".join(_fill(run, heights, floor, places) for run in runs)


def _fill(run: range, heights: Sequence[int | None], floor: Sequence[int | None], places: ChartPlaces) -> str:
    """Up from the floor, along the values, down again, and back along the floor, unless that is flat."""
    left = places.first - places.base + run[0]
    back = run[::-1]
    flat = len({floor[i] for i in run}) == 1
    along = "" if flat else _steps(floor, back, -1)
    return f"M{left} {floor[run[0]]}V{heights[run[0]]}{_steps(heights, run, 1)}V{floor[run[-1]]}{along}z"


def _steps(heights: Sequence[int | None], run: range, across: int) -> str:
    """From each value of a run to its next."""
    known = [height for i in run if (height := heights[i]) is not None]
    steps = [b - a for a, b in pairwise(known)]
    return (
        "l" + " ".join(f"{across}{step}" if step < 0 else f"{across} {step}" for step in steps)
        if steps
        else ""
    )


def _runs(heights: Sequence[int | None], positions: range) -> Iterator[range]:
    """The values of a piece between its gaps. It begins with the last one of the piece before, so that they join."""
    start: int | None = None
    for i in range(max(positions.start - 1, 0), positions.stop):
        if heights[i] is None:
            if start is not None and i > positions.start:
                yield range(start, i)
            start = None
        elif start is None:
            start = i
    if start is not None:
        yield range(start, positions.stop)


def _bar(
    places: ChartPlaces, i: int, left: float, top: int | None, floor: int | None
) -> tuple[str, str, str]:
    """Its left edge, its upper one and its height; a gap has no height."""
    x = percent((places.first - places.base + i + left) / places.span)
    floor = _y(0) if floor is None else floor
    top = floor if top is None else top
    return x, percent(min(top, floor) / HEIGHT), percent(abs(top - floor) / HEIGHT)
