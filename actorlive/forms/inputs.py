"""Values as the controls of a form want them: text, in the notation of the HTML standard."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import msgspec

__all__ = ["input_value"]


_MOST_ZEROS = 30


def input_value(value: object) -> Any:
    """`value` for the `value=` attribute of a control.

    Text stays, None and UNSET become None (the attribute is left out), a bool "true" or "false", a
    number its plain decimal notation, dates and times what `date`, `time` and `datetime-local` inputs
    read (aware ones as they stand, without their offset, which such an input refuses), an enum its
    value, a sequence or set a list of such. Other objects are returned as they are.
    """
    if value is None or value is msgspec.UNSET:
        return None
    for kind, notation in _NOTATIONS:
        if isinstance(value, kind):
            return notation(value)
    return value


def _clock(value: datetime | time) -> str:
    """As fine as the value needs: controls show seconds only when they are there, and nothing below 1 ms.

    They know no zones: an aware value shows the time on the wall of its own zone, and comes back without one.
    """
    value = value.replace(tzinfo=None)
    if value.microsecond:
        return value.isoformat(timespec="milliseconds")
    return value.isoformat(timespec="seconds" if value.second else "minutes")


def _decimal(value: Decimal) -> str:
    """Without exponent, unless that would be an arbitrarily long run of zeros."""
    return format(value, "f") if abs(value.adjusted()) <= _MOST_ZEROS else str(value)


def _several(values: Iterable[object]) -> list[Any]:
    return [input_value(item) for item in values]


# The first kind that fits: an IntEnum is an enum before an int, a datetime comes before a date.
_NOTATIONS: tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...] = (
    (Enum, lambda value: input_value(value.value)),
    (str, lambda value: value),
    (bool, lambda value: "true" if value else "false"),
    ((int, UUID), str),
    (float, repr),
    (Decimal, _decimal),
    ((datetime, time), _clock),
    (date, date.isoformat),
    (timedelta, msgspec.to_builtins),
    ((list, tuple), _several),
    ((set, frozenset), lambda value: sorted(_several(value), key=str)),
)
