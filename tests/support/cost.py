"""What reading costs, where the machine may be slow and a tracer may look on: not seconds, but how they grow."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

__all__ = ["check_growth"]

T = TypeVar("T")

LITTLE = 2.0
"""Seconds of the processor that prove enough by themselves; what is read in tests takes some hundredths of one."""
MOST = 9.0
"""Times as long as a quarter of the input: in proportion it is 4, with the square it is 16."""
TRIES = 3


def check_growth(
    read: Callable[[T], object], whole: T, quarter: T, *, clock: Callable[[], float] = time.process_time
) -> None:
    """Fail if the whole input costs more than in proportion to a quarter of it, and more than `LITTLE`."""

    def spent(data: T) -> float:
        began = clock()
        read(data)
        return clock() - began

    seconds = spent(whole)
    if seconds < LITTLE:
        return
    seconds = min(seconds, *(spent(whole) for _ in range(TRIES - 1)))
    of_quarter = min(spent(quarter) for _ in range(TRIES))
    assert seconds < max(LITTLE, MOST * of_quarter), (seconds, of_quarter, str(whole)[:200])
