"""While a worker thread is at work, no virtual time passes.

To Trio a task that waits for a thread is blocked like any other, so a clock that jumps when all are would jump past
the deadlines around it: a time-out of five seconds would be over before a file was read. Here the clock waits for
threads, in real time and up to `PATIENCE` seconds; then it goes on as before, so that a thread that never ends does not
stop what would cancel it.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import trio
import trio.testing

__all__ = ["PATIENCE", "threads_hold_time"]

PATIENCE = 10.0
"""Seconds for which all may be blocked, and a thread at work."""

_held = trio.lowlevel.RunVar[bool]("actorlive.threads_hold_time", default=False)


class _Hold(trio.abc.Instrument):
    """Looks after each step whether threads have begun or ended."""

    def __init__(self, clock: trio.testing.MockClock) -> None:
        self._clock = clock
        self._before: float | None = None
        """What the clock waits for when no thread is at work; None while none is."""

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        at_work = trio.testing.active_thread_count() > 0
        if at_work is (self._before is None):
            self.hold() if at_work else self.release()

    def hold(self) -> None:
        """Wait for threads."""
        self._before = self._clock.autojump_threshold
        self._clock.autojump_threshold = max(PATIENCE, self._before)

    def release(self) -> None:
        """Wait for none."""
        if self._before is not None:
            self._clock.autojump_threshold = self._before
            self._before = None


@contextmanager
def threads_hold_time() -> Generator[None]:
    """Inside of this block the clock of this Trio run waits for threads. Has no effect on the real clock."""
    clock = trio.lowlevel.current_clock()
    if _held.get() or not isinstance(clock, trio.testing.MockClock):
        yield
        return
    hold = _Hold(clock)
    _held.set(True)
    trio.lowlevel.add_instrument(hold)
    try:
        yield
    finally:
        trio.lowlevel.remove_instrument(hold)
        _held.set(False)
        hold.release()
