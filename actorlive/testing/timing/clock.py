"""Time and rest: how a test waits without waiting.

On Trio's `MockClock` no second passes by itself. `advance` walks from deadline to deadline and lets everything that
becomes runnable finish before it goes on, so what happens at 0.15 s is over before 0.30 s comes. `settle` runs
everything that can run now. Both notice a task that never rests, by counting steps and not by a clock, and name it.

On the real clock (under another plugin, say) `advance` sleeps.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from types import FrameType

import trio
import trio.testing

from actorlive.testing.errors import NotIdle, hide_frames

__all__ = ["MAX_STEPS", "advance", "settle", "until", "where"]

__tracebackhide__ = hide_frames

MAX_STEPS = 100_000
"""How many steps of tasks in one `settle` are taken for a loop that never rests."""

_THREAD_WAIT = 0.005
_THREAD_ROUNDS = 2_000
_SAME_MOMENT = 1e-6


class _Watch(trio.abc.Instrument):
    """Counts the steps of every task; cancels the wait when they do not end, and notes where the busy ones stand."""

    def __init__(self, limit: int) -> None:
        self.scope = trio.CancelScope()
        self.limit = limit
        self.own = trio.lowlevel.current_task()
        self.steps = 0
        """The steps of other tasks than the one that waits."""
        self.late: Counter[trio.lowlevel.Task] = Counter()
        self.busy: list[str] = []

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        if task is self.own:
            return
        self.steps += 1
        if self.steps > self.limit - 1000:
            self.late[task] += 1
            if self.steps == self.limit:
                self.busy = [
                    f"{where(busy)}, {count} of the last 1000 steps"
                    for busy, count in self.late.most_common(3)
                ]
                self.scope.cancel()


def where(task: trio.lowlevel.Task) -> str:
    """Where a task stands: function, file and line of its innermost frame outside Trio and the runtime."""
    frames = [frame for frame, _ in task.iter_await_frames() if not _is_machinery(frame)]
    if not frames:
        return task.name
    code = frames[-1].f_code
    return f"{code.co_qualname} ({code.co_filename}:{frames[-1].f_lineno})"


def _is_machinery(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith(("trio.", "actorlive.runtime."))


async def settle(steps: int = MAX_STEPS) -> None:
    """Wait until every task of this Trio loop is blocked, and no worker thread is at work. No virtual time passes.

    Raises `NotIdle` after `steps` steps, and says where those stand that go on.
    """
    watch = _Watch(steps)
    trio.lowlevel.add_instrument(watch)
    try:
        with watch.scope:
            await _at_rest(watch)
    finally:
        trio.lowlevel.remove_instrument(watch)
    if watch.scope.cancelled_caught:
        busy = "\n".join(f"  {task}" for task in watch.busy)
        raise NotIdle(
            f"after {steps} steps this is still not at rest:\n{busy}\nDoes it loop without sleeping?"
        )


async def _at_rest(watch: _Watch) -> None:
    """Wait for a whole wait in which no other task did anything: a scheduler of `explore` works while all rest."""
    before = -1
    while watch.steps != before:
        before = watch.steps
        await trio.testing.wait_all_tasks_blocked()
        await _threads()


async def _threads() -> None:
    """Worker threads answer in real time; while one is at work no virtual time may pass."""
    for _ in range(_THREAD_ROUNDS):
        if trio.testing.active_thread_count() == 0:
            return
        await trio.testing.wait_all_tasks_blocked(_THREAD_WAIT)
    # Trio names a thread at work "FUNCTION from TASK"
    busy = ", ".join(name for thread in threading.enumerate() if " from " in (name := thread.name))
    raise NotIdle(
        f"a worker thread is at work for {_THREAD_ROUNDS * _THREAD_WAIT:g} s already: {busy}."
        " (A plain `def` that an async task runs?)"
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
    while await _jump(clock, end):
        pass
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
        if not await _jump(clock, end):
            clock.jump(max(end - trio.current_time(), 0.0))
            return False
    return True


async def _jump(clock: trio.testing.MockClock, end: float) -> bool:
    """Jump to the next deadline, and settle; False when there is none until `end`."""
    left = trio.lowlevel.current_statistics().seconds_to_next_deadline
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
