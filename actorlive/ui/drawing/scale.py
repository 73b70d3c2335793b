"""The axis of a chart's values: from which round number to which, and where a value stands between the two.

**The axis begins and ends at a multiple of its step, and the step is 1, 2 or 5 times a power of ten**: so a new value
leaves the axis as it is, and with it all that is drawn already, until it lies outside of it. Steps and labels are
decimal numbers of sixty digits, in which the largest float and the smallest have their place; a value is scaled by a
power of two before it is subtracted from another, so that no difference is infinite, and none is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, localcontext
from math import ldexp
from sys import float_info

__all__ = ["NumberFormat", "ValueScale", "number_text", "scale_of"]

NumberFormat = Callable[[float], str]
"""An author's own text for a number."""

INTERVALS = 5
"""Into how many parts an axis is cut, more or less."""

_EXACT = Context(prec=60, Emax=999999, Emin=-999999)
_NOISE = Decimal("1e-9")
"""Values that differ by less than this part of their size are drawn as equal: the difference cannot be labelled."""

_UNITS = (("T", 12, 12), ("B", 9, 9), ("M", 6, 6), ("k", 3, 4))
"""A unit's letter, its power of ten, and the power from which on it is used."""

_SCIENTIFIC_FROM = 15
_SCIENTIFIC_BELOW = -6


@dataclass(frozen=True, slots=True)
class ValueScale:
    """An axis of `count` steps, beginning at `first` times the step."""

    step: Decimal
    first: int
    count: int
    _exponent: int
    _low: float
    _span: float

    def at(self, value: float) -> float:
        """Where a value stands: 0 at the foot of the axis, 1 at its head."""
        return (ldexp(value, -self._exponent) - self._low) / self._span

    def heights(self, values: Iterable[float | None], height: int) -> list[int | None]:
        """The same for many, counted from the head in so many units; a gap stays one."""
        exponent, low, units = -self._exponent, self._low, height / self._span
        return [None if v is None else height - round((ldexp(v, exponent) - low) * units) for v in values]

    @property
    def base(self) -> float:
        """Where bars and areas begin: at zero, or at the end of the axis that is nearest to it."""
        return min(max(-self.first / self.count, 0.0), 1.0)

    def ticks(self, text: NumberFormat | None = None) -> Iterator[tuple[float, str]]:
        """Where each step stands, and its label, from the foot on."""
        with localcontext(_EXACT):
            values = [self.step * (self.first + i) for i in range(self.count + 1)]
            size = max(map(abs, values))
            for i, value in enumerate(values):
                label = _tick_text(value, self.step, size) if text is None else text(_finite(value))
                yield i / self.count, label


def scale_of(bottom: float | None, top: float | None) -> ValueScale:
    """The axis for values from `bottom` to `top`, both finite; from 0 to 1 where there are none."""
    with localcontext(_EXACT):
        low, high = _wide_enough(Decimal(bottom or 0), Decimal(1 if top is None else top))
        step = _round_step((high - low) / INTERVALS)
        first = int((low / step).to_integral_value(ROUND_FLOOR))
        last = int((high / step).to_integral_value(ROUND_CEILING))
        span = step * (last - first)
        exponent = (span.adjusted() + 1) * 3322 // 1000
        unit = Decimal(2) ** -exponent
        return ValueScale(step, first, last - first, exponent, float(step * first * unit), float(span * unit))


def number_text(value: float) -> str:
    """A number as people read it: six digits that count, or all in front of the point, which are grouped.

    >>> number_text(-1234567.8), number_text(0.1 + 0.2), number_text(1e20)
    ('−1,234,568', '0.3', '1e+20')
    """
    whole = 1e5 <= abs(value) < 1e15
    return f"{value:,.0f}".replace("-", "−") if whole else f"{value:,.6g}".replace("-", "−")


def _wide_enough(low: Decimal, high: Decimal) -> tuple[Decimal, Decimal]:
    """Equal values stand in the middle of an axis a fifth as long as they are large."""
    size = max(abs(low), abs(high))
    if size == 0:
        return Decimal(0), Decimal(1)
    return (low, high) if high - low > size * _NOISE else (low - size / 10, high + size / 10)


def _round_step(least: Decimal) -> Decimal:
    unit = Decimal(1).scaleb(least.adjusted())
    return next(unit * digit for digit in (1, 2, 5, 10) if unit * digit >= least)


def _finite(value: Decimal) -> float:
    """The head of an axis may lie beyond the largest float."""
    return min(max(float(value), -float_info.max), float_info.max)


def _tick_text(value: Decimal, step: Decimal, size: Decimal) -> str:
    """As short as tells one step from the next; `size` is the largest on the axis."""
    if value == 0:
        return "0"
    if size.adjusted() >= _SCIENTIFIC_FROM or step.adjusted() < _SCIENTIFIC_BELOW:
        digits = max(0, value.adjusted() - step.adjusted())
        text = f"{value:.{digits}e}".replace("e+", "e").replace("e-", "e−")
    else:
        text = _with_unit(value, step, size)
    return text.replace("-", "−")


def _with_unit(value: Decimal, step: Decimal, size: Decimal) -> str:
    for name, exponent, least in _UNITS:
        if size.adjusted() >= least and step.adjusted() >= exponent - 2:
            return f"{_plain(value.scaleb(-exponent))}{name}"
    return _plain(value)


def _plain(value: Decimal) -> str:
    """Without an exponent, and without zeros behind the last digit that counts."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
