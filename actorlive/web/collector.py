"""When the garbage collector looks at what.

Problem: a view is some sixty containers, and a look takes half a microsecond for each: ten thousand views stop the
server for a quarter of a second, whichever visitor's turn it is. The collector's own rule, to look at everything when a
quarter has been added, does so again and again while a crowd arrives. To leave out what has lived for long would keep
every cycle of an application (`self.retry = lambda: self.load()`) for as long as the server runs.

Rule: a look at the young is at `OLD` containers at most, ten milliseconds or less. A look at all is due when as much
has come of age as was there at the last one; it waits for a second in which the process was quiet, so that nobody
is waiting, and `PATIENCE` seconds at most. What was there when the server began is never looked at.

Rejected: to freeze views as they age (`gc.freeze`); what they leave behind would never be found. A higher threshold for
the young: it saves no time, and lengthens the pauses.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import trio

__all__ = ["Collector"]

YOUNG = 5_000
AGE = 2
"""How many looks at the youngest come between two at those that were left over."""
OLD = YOUNG * (AGE + 2)
"""How many, at most, one of the latter is at; those that it leaves over are of age."""
NEVER = 2**31 - 1

LEAST = 200_000
"""Containers that must have come of age before a look at all is due: a small server has nothing to look for."""
QUIET = 0.1
"""The share of its core, below which nobody is taken to wait for the server."""
PUNCTUAL = 0.02
"""Seconds that a quiet process wakes late by, at most. One that gets no processor uses none, and is not quiet."""
PATIENCE = 300.0
"""Seconds that a look at all waits for a quiet one."""


class Collector:
    """The garbage collector of a process that serves; `begin` once, then `run` beside the server."""

    def __init__(self, processor_time: Callable[[], float] = time.process_time) -> None:
        self._processor_time = processor_time
        self._size = 0
        self._seen = 0

    def begin(self) -> None:
        """Look at everything once, and never again at what is there now; keep looks at the young short."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG, AGE, NEVER)
        self._seen = _looks_at_the_young()

    async def run(self) -> None:
        """Look at all, whenever it is due."""
        while True:
            await self._until_due()
            with trio.move_on_after(PATIENCE):
                await self._until_quiet()
            self._look_at_all()

    async def _until_due(self) -> None:
        while self.come_of_age() < max(LEAST, self._size):
            await trio.sleep(1)

    async def _until_quiet(self) -> None:
        while not await self._was_quiet_for_a_second():
            pass

    async def _was_quiet_for_a_second(self) -> bool:
        began, used = trio.current_time(), self._processor_time()
        await trio.sleep(1)
        used, took = self._processor_time() - used, trio.current_time() - began
        return used < QUIET and took < 1 + PUNCTUAL

    def come_of_age(self) -> int:
        """How many containers, at most, have been left over by looks at the young since the last look at all."""
        return (_looks_at_the_young() - self._seen) * OLD

    def _look_at_all(self) -> None:
        gc.collect()
        self._size = len(gc.get_objects())
        self._seen = _looks_at_the_young()


def _looks_at_the_young() -> int:
    return gc.get_stats()[1]["collections"]
