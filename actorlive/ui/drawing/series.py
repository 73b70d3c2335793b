"""Values with names, as an author gives them: checked, stacked, put into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from numbers import Real

from actorlive.errors import ActorLiveError
from actorlive.ui.drawing.scale import NumberFormat, ValueScale, scale_of

__all__ = [
    "ChartError",
    "Gaps",
    "Series",
    "axis_of",
    "cell_of",
    "classes_of",
    "read_series",
    "stacked",
    "summary_of",
]

Gaps = Sequence[float | None]
"""The values of a series; None is a gap."""

COLOURS, DASHES = 4, 5
"""The stylesheet has so many of each, and since neither divides the other, twenty series that no two look alike."""

_NOTHING = "no values"


class ChartError(ActorLiveError, ValueError):
    """A chart was given what it cannot draw: a value that is not a number, or one that is not finite."""


@dataclass(frozen=True, slots=True)
class Series:
    """Values with a name. `style` is the number by which it gets its colour, and its dashes or hatching."""

    name: str
    style: int
    values: tuple[float | None, ...]

    @property
    def known(self) -> list[float]:
        """Its values without the gaps."""
        return [value for value in self.values if value is not None]


def read_series(series: Mapping[str, Gaps]) -> list[Series]:
    """What an author gave; raises `ChartError` for what cannot be drawn."""
    return [
        Series(name, style, tuple(_value(value, name, place) for place, value in enumerate(values, 1)))
        for style, (name, values) in enumerate(series.items())
    ]


def classes_of(style: int) -> str:
    """The classes of a series in the stylesheet."""
    return f"al-c{style % COLOURS} al-d{style % DASHES}"


def _value(value: object, name: str, place: int) -> float | None:
    if value is None or (type(value) is float and isfinite(value)):
        return value
    if isinstance(value, Real | Decimal):
        try:
            number = float(value)
        except OverflowError:
            raise _refused(f"{name!r} has a number too large for a float", place) from None
        if isfinite(number):
            return number
        raise _refused(f"{name!r} has {number}", place)
    raise _refused(f"{name!r} has {value!r}, a {type(value).__name__}", place)


def _refused(what: str, place: int) -> ChartError:
    return ChartError(
        f"the series {what}, as its value number {place}; a chart draws finite numbers, and None as a gap"
    )


def stacked(series: Sequence[Series]) -> list[Series]:
    """Each series on top of those before it; a gap adds nothing."""
    heights: list[float] = [0.0] * max((len(one.values) for one in series), default=0)
    found: list[Series] = []
    for one in series:
        for place, value in enumerate(one.values):
            if value is not None and value < 0:
                raise ChartError(f"the series {one.name!r} has {value}: what is stacked is not below zero")
            heights[place] += value or 0.0
        if not all(map(isfinite, heights)):
            raise ChartError(f"the series up to {one.name!r} are too large to be stacked")
        found.append(Series(one.name, one.style, tuple(heights)))
    return found


def axis_of(series: Sequence[Series], low: float | None, high: float | None, *, zero: bool) -> ValueScale:
    """The axis on which all values stand, and `low`, `high` and, if asked for, zero; raises `ChartError`."""
    bounds = [_value(bound, name, 1) for name, bound in (("low", low), ("high", high))]
    known = [value for one in series for value in one.known]
    known += [bound for bound in bounds if bound is not None]
    known += [0.0] if zero and known else []
    return scale_of(min(known, default=None), max(known, default=None))


def summary_of(series: Sequence[Series], text: NumberFormat) -> str:
    """What there is to see, in words."""
    if len(series) == 1:
        return _words(series[0], text)
    return "; ".join(f"{one.name}: {_words(one, text)}" for one in series) or _NOTHING


def _words(series: Series, text: NumberFormat) -> str:
    known = series.known
    if not known:
        return _NOTHING
    if len(known) == 1:
        return f"one value, {text(known[0])}"
    return f"{len(known)} values from {text(min(known))} to {text(max(known))}, the last {text(known[-1])}"


def cell_of(series: Series, i: int, text: NumberFormat) -> str:
    value = series.values[i] if i < len(series.values) else None
    return "" if value is None else text(value)
