"""Time and rest: how a test waits without waiting.

On Trio's `MockClock` no second passes by itself. `advance` walks from deadline to deadline and lets everything that
becomes runnable finish before it goes on, so what happens at 0.15 s is over before 0.30 s comes. `settle` runs
everything that can run now. Both notice a task that never rests, by counting steps and not by a clock, and name it.

On the real clock (a test of a running server) `advance` sleeps, and `settle` waits until nothing has happened for a
little while.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import trio
import trio.testing

from actorlive.testing.errors import NotIdle

__all__ = ["MAX_STEPS", "advance", "is_virtual", "settle", "until"]

MAX_STEPS = 100_000
"""So many steps of tasks in one `settle` are taken for a loop that never rests."""

QUIET = 0.05
"""Seconds without a step after which a run on the real clock counts as settled."""

_THREAD_WAIT = 0.005
_THREAD_ROUNDS = 2_000
_SAME_MOMENT = 1e-6


def is_virtual() -> bool:
    """True when the test runs on a `MockClock`."""
    return isinstance(trio.lowlevel.current_clock(), trio.testing.MockClock)


class _Watch(trio.abc.Instrument):
    """Counts the steps of every task; cancels the wait when they do not end."""

    def __init__(self, limit: int) -> None:
        self.scope = trio.CancelScope()
        self.limit = limit
        self.own = trio.lowlevel.current_task()
        self.steps = 0
        """The steps of other tasks than the one that waits."""
        self.late: Counter[str] = Counter()

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        if task is self.own:
            return
        self.steps += 1
        if self.steps > self.limit - 1000:
            self.late[task.name] += 1
            if self.steps == self.limit:
                self.scope.cancel()


async def settle(steps: int = MAX_STEPS) -> None:
    """Wait until every task of this Trio loop is blocked, and no worker thread is at work. No virtual time passes.

    Raises `NotIdle`, with the names of those that go on, after `steps` steps.
    """
    watch = _Watch(steps)
    trio.lowlevel.add_instrument(watch)
    try:
        with watch.scope:
            await _at_rest(watch)
    finally:
        trio.lowlevel.remove_instrument(watch)
    if watch.scope.cancelled_caught:
        busy = ", ".join(
            f"{name} ({count} of the last 1000 steps)" for name, count in watch.late.most_common(3)
        )
        raise NotIdle(f"after {steps} steps still not at rest: {busy}. Does it loop without sleeping?")


async def _at_rest(watch: _Watch) -> None:
    """Wait for a whole wait in which nobody else did anything: a scheduler of `explore` works while all rest."""
    cushion = 0.0 if is_virtual() else QUIET
    before = -1
    while watch.steps != before:
        before = watch.steps
        await trio.testing.wait_all_tasks_blocked(cushion)
        await _threads()


async def _threads() -> None:
    """Worker threads answer in real time; while one is at work no virtual time may pass."""
    for _ in range(_THREAD_ROUNDS):
        if trio.testing.active_thread_count() == 0:
            return
        await trio.testing.wait_all_tasks_blocked(_THREAD_WAIT)
    waited = _THREAD_ROUNDS * _THREAD_WAIT
    raise NotIdle(
        f"a worker thread (a plain `def` run by an async task?) is at work for {waited:g} s already"
    )


async def advance(seconds: float) -> None:
    """Let virtual time pass, through every deadline on the way, those at the end included; then settle."""
    clock = trio.lowlevel.current_clock()
    if not isinstance(clock, trio.testing.MockClock):
        await trio.sleep(seconds)
        await settle()
        return
    end = trio.current_time() + seconds
    await settle()
    while (left := _to_next_deadline()) <= end - trio.current_time() + _SAME_MOMENT:
        clock.jump(max(left, 1e-9))
        await settle()
    if (left := end - trio.current_time()) > 0:
        clock.jump(left)
        await settle()


async def until(test: Callable[[], bool], timeout: float) -> bool:
    """Settle, then let time pass until `test` holds, `timeout` seconds at most; whether it holds."""
    clock = trio.lowlevel.current_clock()
    if not isinstance(clock, trio.testing.MockClock):
        return await _until_really(test, timeout)
    end = trio.current_time() + timeout
    await settle()
    while not test():
        left = _to_next_deadline()
        if left > end - trio.current_time() + _SAME_MOMENT:
            return False
        clock.jump(max(left, 1e-9))
        await settle()
    return True


async def _until_really(test: Callable[[], bool], timeout: float) -> bool:
    with trio.move_on_after(timeout):
        while not test():
            await trio.sleep(0.002)
    return test()


def _to_next_deadline() -> float:
    return trio.lowlevel.current_statistics().seconds_to_next_deadline
