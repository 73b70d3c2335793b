"""What is wrong with one value, in words for the person who typed it.

msgspec decides whether a value is valid; this module only explains, after the fact, which part of the
declaration it breaks. The words follow Ecto's, which fit behind a field's label.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, time
from typing import Any, Final

from msgspec import inspect

__all__ = ["BLANK", "INVALID", "OUT_OF_RANGE", "broken_constraints", "counted", "kind_message"]

BLANK: Final = "can't be blank"
INVALID: Final = "is invalid"
OUT_OF_RANGE: Final = "is out of range"

_KINDS: dict[type[inspect.Type], str] = {
    inspect.IntType: "must be a whole number",
    inspect.FloatType: "must be a number",
    inspect.DecimalType: "must be a number",
    inspect.BoolType: "must be true or false",
    inspect.StrType: "must be text",
    inspect.DateType: "must be a date",
    inspect.TimeType: "must be a time",
    inspect.DateTimeType: "must be a date and time",
    inspect.TimeDeltaType: "must be a duration",
    inspect.EnumType: "is not one of the choices",
    inspect.LiteralType: "is not one of the choices",
}


def kind_message(node: inspect.Type) -> str:
    """What a value of the wrong kind should have been."""
    return _KINDS.get(type(node), INVALID)


def broken_constraints(node: inspect.Type, value: Any) -> list[str]:
    """A message for each constraint of `node` that `value`, which is of the right kind, breaks."""
    return [*_length(node, value), *_bounds(node, value), *_shape(node, value)]


def counted(number: int, noun: str) -> str:
    """`1 item`, `2 items`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _length(node: inspect.Type, value: Any) -> Iterator[str]:
    least, most = getattr(node, "min_length", None), getattr(node, "max_length", None)
    verb, noun = ("be", "character") if isinstance(value, str) else ("have", "item")
    if least is not None and len(value) < least:
        yield f"should {verb} {'' if least == most else 'at least '}{counted(least, noun)}"
    if most is not None and len(value) > most:
        yield f"should {verb} {'' if least == most else 'at most '}{counted(most, noun)}"


_BOUNDS: tuple[tuple[str, Callable[[Any, Any], bool], str], ...] = (
    ("ge", lambda value, bound: value >= bound, "must be at least {}"),
    ("gt", lambda value, bound: value > bound, "must be greater than {}"),
    ("le", lambda value, bound: value <= bound, "must be at most {}"),
    ("lt", lambda value, bound: value < bound, "must be less than {}"),
    ("multiple_of", lambda value, bound: value % bound == 0, "must be a multiple of {}"),
)


def _bounds(node: inspect.Type, value: Any) -> Iterator[str]:
    for name, holds, message in _BOUNDS:
        bound = getattr(node, name, None)
        if bound is not None and not holds(value, bound):
            yield message.format(bound)


def _shape(node: inspect.Type, value: Any) -> Iterator[str]:
    pattern, tz = getattr(node, "pattern", None), getattr(node, "tz", None)
    if pattern is not None and not re.search(pattern, value):
        yield "has invalid format"
    if tz is not None and isinstance(value, datetime | time) and (value.tzinfo is not None) != tz:
        yield "must have a time zone" if tz else "must not have a time zone"
