"""A whole chart: what is drawn, what is written beside it, what is read out, and the table of its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from actorlive.ui.drawing.places import ChartPlaces, PlaceLabel, percent, places_of
from actorlive.ui.drawing.scale import NumberFormat, ValueScale, number_text
from actorlive.ui.drawing.series import Gaps, Series, axis_of, cell_of, read_series, stacked, summary_of
from actorlive.ui.drawing.shapes import Bars, Line, areas, bars, lines

__all__ = ["Axes", "Drawing", "TableRow", "draw"]

TableRow = tuple[int | str, ...]
"""The number of a place, its label, and a text for each series: plain values, which are compared at the speed of C."""

_CHARACTER = 0.62
"""How wide a figure is, in em."""


@dataclass(frozen=True, slots=True)
class Axes:
    """What an author says of the axes; see `line_chart`."""

    labels: Sequence[str]
    low: float | None
    high: float | None
    span: int | None
    first: int
    format: NumberFormat | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the template of a chart goes over. `ticks` are the height of a line and its label, `gutter` is the width of
    the longest of these."""

    names: tuple[tuple[int, str], ...]
    summary: str
    ticks: tuple[tuple[str, str], ...]
    gutter: str
    view_box: str
    offset: str
    lines: tuple[Line, ...]
    bars: tuple[Bars, ...]
    labels: tuple[PlaceLabel, ...]
    rows: tuple[tuple[int, tuple[TableRow, ...]], ...]


def draw(
    kind: Literal["line", "area", "bar"],
    given: Mapping[str, Gaps],
    axes: Axes,
    *,
    stack: bool = False,
    table: bool = False,
) -> Drawing:
    """Work a chart out, its `table` only if there is to be one; raises `ChartError` for what cannot be drawn."""
    series = read_series(given)
    shown = stacked(series) if stack else series
    places = places_of(series, axes.span, axes.first, banded=kind == "bar")
    scale = axis_of(shown, axes.low, axes.high, zero=kind != "line")
    text = axes.format or number_text
    ticks = tuple((percent(1 - at), label) for at, label in scale.ticks(axes.format))
    return Drawing(
        names=tuple((one.style, one.name) for one in series),
        summary=summary_of(series, text),
        ticks=ticks,
        gutter=f"{max(len(label) for _at, label in ticks) * _CHARACTER:.2f}em",
        view_box=places.view_box,
        offset=places.offset,
        lines=_lines(kind, shown, scale, places, stack=stack),
        bars=tuple(bars(shown, scale, places, stack=stack)) if kind == "bar" else (),
        labels=tuple(places.labels(axes.labels)),
        rows=tuple(_rows(series, axes.labels, places, text)) if table else (),
    )


def _lines(
    kind: str, series: Sequence[Series], scale: ValueScale, places: ChartPlaces, *, stack: bool
) -> tuple[Line, ...]:
    match kind:
        case "line":
            return tuple(lines(series, scale, places))
        case "area":
            return tuple(areas(series, scale, places, stack=stack))
        case _:
            return ()


def _rows(
    series: Sequence[Series], labels: Sequence[str], places: ChartPlaces, text: NumberFormat
) -> list[tuple[int, tuple[TableRow, ...]]]:
    """In groups as the pieces of a path: when the first row goes, only those of its group move."""
    longest = max((len(one.values) for one in series), default=0)
    return [
        (piece, tuple(_row(i, series, labels, places.first, text) for i in positions))
        for piece, positions in places.pieces(longest)
    ]


def _row(i: int, series: Sequence[Series], labels: Sequence[str], first: int, text: NumberFormat) -> TableRow:
    label = labels[i] if i < len(labels) else str(first + i + 1)
    return first + i, label, *(cell_of(one, i, text) for one in series)
