"""What a chart draws, worked out without drawing it: paths, bars, labels, the rows of its table.

The problem: a value comes each second, and the chart is in a hundred browsers. Drawn anew it is some kilobytes each
time.

The rule: **a value keeps its coordinates for as long as the axes stay.** Its place is its number, counted from the
first value that there ever was (`first` says how many of them are gone); the window over the places moves, not what
is in it. So paths are cut into pieces of `PIECE` places, of which the last alone changes when a value comes, and the
first alone when one goes; bars lie in a ring of slots, so that a new bar takes the slot of the one that it drives
out. The table's rows are grouped as the pieces are. Axes stay because they are round (`scale`), and `low`, `high` and
`span` widen them.

Rejected: one path for each series (a chart of a thousand values sends six kilobytes for each one that comes), and
places counted from the window's left end (every value then moves with every value).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from actorlive.ui.drawing.series import ChartError, Series

__all__ = ["HEIGHT", "ChartPlaces", "PlaceLabel", "percent", "places_of"]

HEIGHT = 1000
"""A plot is so many units high; across, a unit is a place."""

PIECE = 16
_ROUND = 4096
"""A place is counted modulo this, since browsers keep a coordinate in 24 bits. A multiple of `PIECE`."""

_WIDE, _NARROW = 640, 240
"""Pixels that labels share on a screen, and on a phone or in a card."""

_CHARACTER, _GAP = 7.5, 16
_STEPS = (1, 2, 5)
_EDGE, _BAND_EDGE = 0.05, 0.02
"""How near to an edge a label stands that is not set in the middle of its place."""


PlaceLabel = tuple[int, str, str, bool, str]
"""A place's number, where it is, the anchor of its text, True where only a wide chart has room for it, the text."""


@dataclass(frozen=True, slots=True)
class ChartPlaces:
    """The places that a chart shows: `span` of them from the number `first` on. In a `banded` one each is as wide as
    the next, for bars; else the first and the last stand at the edges."""

    first: int
    span: int
    banded: bool = False

    @property
    def base(self) -> int:
        """The number at which coordinates begin."""
        return self.first // _ROUND * _ROUND

    @property
    def view_box(self) -> str:
        """The window over the places, for a plot that is stretched to its size."""
        left, width = self.first - self.base, self.span - 1
        return f"{left} 0 {width} {HEIGHT}" if width else f"{left - 0.5} 0 1 {HEIGHT}"

    @property
    def offset(self) -> str:
        """How far what is placed by `across` is moved to stand in the window."""
        return percent(self._share(self.base - self.first))

    def across(self, number: int) -> str:
        """Where a place is, before the window is moved."""
        return percent(self._share(number - self.base) + self._middle)

    def within(self, number: int) -> float:
        """Where a place is in the window, from 0 to 1."""
        return self._share(number - self.first) + self._middle

    def _anchor(self, number: int) -> str:
        """A label at an edge stays within the chart."""
        share, edge = self.within(number), _BAND_EDGE if self.banded else _EDGE
        return "start" if share < edge else "end" if share > 1 - edge else "middle"

    @property
    def _middle(self) -> float:
        return 0.5 / self.span if self.banded else 0.5 if self.span == 1 else 0.0

    def _share(self, places: int) -> float:
        return places / (self.span if self.banded else max(self.span - 1, 1))

    def pieces(self, count: int) -> Iterator[tuple[int, range]]:
        """The pieces that so many values lie in: each one's number, and the values' positions."""
        start = 0
        while start < count:
            number = (self.first + start) // PIECE
            end = min(count, (number + 1) * PIECE - self.first)
            yield number, range(start, end)
            start = end

    def labels(self, labels: Sequence[str]) -> list[PlaceLabel]:
        """The labels that there is room for."""
        longest = max(map(len, labels), default=1)
        every = _every(longest, _WIDE, self.span)
        sparse = every * -(-_every(longest, _NARROW, self.span) // every)
        return [
            (number, self.across(number), self._anchor(number), number % sparse != 0, label)
            for number, label in enumerate(labels[: self.span], self.first)
            if number % every == 0
        ]


def places_of(series: Sequence[Series], span: int | None, first: int, *, banded: bool) -> ChartPlaces:
    """As many places as are asked for, or as there are values; raises `ChartError` for a number below zero."""
    if first < 0 or (span or 0) < 0:
        raise ChartError(f"a chart has first={first} and span={span}; both are counted from zero")
    longest = max((len(one.values) for one in series), default=0)
    return ChartPlaces(first, max(span or 0, longest, 1), banded)


def percent(share: float) -> str:
    """A share as a length of SVG.

    >>> percent(1 / 3), percent(0.5)
    ('33.33%', '50%')
    """
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + "%"


def _every(longest: int, room: int, span: int) -> int:
    """Each how many-th label is shown, so that they do not touch."""
    fit = max(1, int(room / (longest * _CHARACTER + _GAP)))
    unit = 1
    while True:
        for digit in _STEPS:
            if unit * digit * fit >= span:
                return unit * digit
        unit *= 10
