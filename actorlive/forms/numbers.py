"""Which numbers may come in: finite, of a bounded size, and not made to collide.

Python's `hash` of a number is not keyed: all multiples of 2^61-1 share one, so a set of some ten thousand of them
costs seconds. An integer outside of 64 bits is therefore none of ours (a browser's JSON cannot hold it exactly
either), and among decimals, UUIDs and keys of other types no more than `MAX_ALIKE` different ones may share a
hash. NaN and the infinities answer every comparison in their own way, and a decimal with an exponent of a billion
is a gigabyte of zeros as soon as it is printed. One rule, for events and for `validate()`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, cast

__all__ = ["MAX_ALIKE", "MAX_EXPONENT", "Crowd", "is_bounded", "is_finite"]

MAX_EXPONENT: Final = 1_000
"""The largest exponent of a decimal, and its most places, either way."""

MAX_ALIKE: Final = 16
"""How many different values of one form or event may share a hash: by chance it is one."""

_LEAST, _MOST = -(2**63), 2**63 - 1


def is_finite(value: object) -> bool:
    """Whether `value` is anything but NaN or an infinity."""
    if isinstance(value, Decimal):
        return value.is_finite()
    return not isinstance(value, float) or math.isfinite(value)


def is_bounded(value: object) -> bool:
    """Whether all numbers in `value`, which may be nested dicts and sequences, are finite and of a sane size."""
    match value:
        case bool() | str() | bytes() | None:
            return True
        case int():
            return _LEAST <= value <= _MOST
        case float():
            return math.isfinite(value)
        case Decimal():
            return value.is_finite() and _is_short(value)
        case _:
            return all(map(is_bounded, _inside(value)))


def _inside(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        yield from (part for item in cast("Mapping[Any, Any]", value).items() for part in item)
    elif isinstance(value, list | tuple | set | frozenset):
        yield from cast("list[Any]", value)


def _is_short(value: Decimal) -> bool:
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and max(abs(exponent), abs(value.adjusted())) <= MAX_EXPONENT


class Crowd:
    """The values of one form or event that have hashes which anybody can aim at."""

    __slots__ = ("_by_hash",)

    def __init__(self) -> None:
        self._by_hash: dict[int, list[object]] = {}

    def admits(self, value: object) -> bool:
        """Whether `value` may join. No more than `MAX_ALIKE` comparisons, whatever has come before."""
        alike = self._by_hash.setdefault(hash(value), [])
        if value in alike:
            return True
        if len(alike) == MAX_ALIKE:
            return False
        alike.append(value)
        return True
