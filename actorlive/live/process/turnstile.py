"""How many pieces of heavy work begin in one round of the loop: a few, so that a crowd delays nobody else for long.

Problem: five hundred clients that come back at once are five hundred tasks that become runnable together, and Trio runs
each of them before anybody who became runnable later, a view's next event included: 350 ms at 0.7 ms for a join. Rule:
whoever begins a page, a handshake or a join passes here first, `WIDTH` in a round, in the order in which they came.

Not a semaphore: what has begun may wait for a database as long as it likes, and holds up nobody. Without a crowd
passing costs no checkpoint.
"""

from __future__ import annotations

import trio
from trio.lowlevel import Abort, ParkingLot, RunVar, Task

__all__ = ["TURNER", "WIDTH", "Turnstile", "take_turn"]

WIDTH = 4
"""Beginnings in one round. Fewer make a crowd's joins dearer, by the round; more make everybody else wait."""

TURNER = "actorlive.turnstile"
"""The name of a turnstile's own task, which ends with the loop."""


class Turnstile:
    """Lets `width` tasks through in each round of the loop.

    A task of its own counts the rounds, and sleeps while nobody comes. Waking it costs no system call; what Trio calls
    soon (`TrioToken.run_sync_soon`) would cost two, for every page and every join.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._left = width
        self._waiting = ParkingLot()
        self._turning = False
        self._turner: Task | None = None

    async def enter(self) -> None:
        """Go on at once while there is room in this round, else in a later one, behind those who came before."""
        if not self._turning:
            self._turning = True
            self._turn_in_the_next_round()
        if self._left and not self._waiting:
            self._left -= 1
        else:
            await self._waiting.park()

    def _turn_in_the_next_round(self) -> None:
        if self._turner is None:
            self._turner = trio.lowlevel.spawn_system_task(self._turn, name=TURNER)
        else:
            trio.lowlevel.reschedule(self._turner)

    async def _turn(self) -> None:
        """Once in each round, until nobody waits any more; then again from the round behind the next who comes."""
        while True:
            passed = len(self._waiting.unpark(count=self._width))
            self._left = self._width - passed
            if passed:
                await trio.lowlevel.checkpoint()
            else:
                self._turning = False
                await trio.lowlevel.wait_task_rescheduled(lambda _: Abort.SUCCEEDED)


_current: RunVar[Turnstile] = RunVar("turnstile")


async def take_turn() -> None:
    """Wait for this task's turn to begin something heavy."""
    try:
        turnstile = _current.get()
    except LookupError:
        turnstile = Turnstile(WIDTH)
        _current.set(turnstile)
    await turnstile.enter()
