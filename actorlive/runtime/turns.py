"""Who runs next: the seam for a scheduler of one's own, used by tests.

Normally Trio decides. `open_node(choose=...)` puts every process that becomes ready (just spawned, woken by
a message or a time-out, or yielding after its budget) into one list, and releases one whenever everything
else is blocked: `choose(n)` says which of `n`, 0 being the one that has been ready for longest; those that
became ready in one turn stand in the order of their Pids. `random.Random(seed).randrange` gives every legal
order sooner or later, and the same one for the same seed.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

import trio
import trio.testing

__all__ = ["Choose", "Turns", "default_choose"]

Choose = Callable[[int], int]
"""Given n > 0, which of n goes next: 0 … n-1."""

default_choose: ContextVar[Choose | None] = ContextVar("actorlive choose", default=None)
"""What `open_node` uses where it is given no `choose` of its own: a test can set it around code that opens a node."""


class Turns:
    """The ready list of one node."""

    def __init__(self, choose: Choose) -> None:
        self.choose = choose
        self.ready: dict[trio.lowlevel.Task, tuple[int, int]] = {}
        """The tasks that could run: since which turn, and the number of its Pid."""
        self.turn = 0
        self.sleeper: trio.lowlevel.Task | None = None

    def add(self, task: trio.lowlevel.Task, number: int) -> None:
        """`task` is parked and could run."""
        self.ready[task] = self.turn, number
        if self.sleeper is not None:
            sleeper, self.sleeper = self.sleeper, None
            trio.lowlevel.reschedule(sleeper)

    def discard(self, task: trio.lowlevel.Task) -> None:
        """`task` was cancelled while it waited."""
        self.ready.pop(task, None)

    async def wait(self, number: int) -> None:
        """Become ready, and wait to be chosen."""
        task = trio.lowlevel.current_task()
        self.add(task, number)

        def abort(_: object) -> trio.lowlevel.Abort:
            self.discard(task)
            return trio.lowlevel.Abort.SUCCEEDED

        await trio.lowlevel.wait_task_rescheduled(abort)

    async def run(self) -> None:
        """Release one task whenever nothing else can run."""
        while True:
            if not self.ready:
                await self.sleep()
            await trio.testing.wait_all_tasks_blocked()
            if self.ready:
                self.release()

    def release(self) -> None:
        """Let the chosen one run."""
        tasks = sorted(self.ready, key=self.ready.__getitem__)
        task = tasks[self.choose(len(tasks))]
        del self.ready[task]
        self.turn += 1
        trio.lowlevel.reschedule(task)

    async def sleep(self) -> None:
        """Wait until a task is ready."""
        self.sleeper = trio.lowlevel.current_task()

        def abort(_: object) -> trio.lowlevel.Abort:
            self.sleeper = None
            return trio.lowlevel.Abort.SUCCEEDED

        await trio.lowlevel.wait_task_rescheduled(abort)
