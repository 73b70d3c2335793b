"""Who runs next: the seam for a scheduler of one's own, used by tests.

Normally Trio decides. `open_node(choose=...)` puts every process that becomes ready (just spawned, woken by
a message or a time-out, or yielding after its budget) into one list, and releases one per round of Trio's
loop: `choose(n)` says which of `n`, with 0 the one that has waited longest. `random.Random(seed).randrange`
gives every legal order sooner or later, the same one for the same seed.
"""

from __future__ import annotations

from collections.abc import Callable

import trio

__all__ = ["Choose", "Turns"]

Choose = Callable[[int], int]
"""Given n > 0, which of n goes next: 0 … n-1."""


class Turns:
    """The ready list of one node."""

    def __init__(self, choose: Choose) -> None:
        self.choose = choose
        self.ready: list[trio.lowlevel.Task] = []
        self.sleeper: trio.lowlevel.Task | None = None

    def add(self, task: trio.lowlevel.Task) -> None:
        """`task` is parked and could run."""
        self.ready.append(task)
        if self.sleeper is not None:
            sleeper, self.sleeper = self.sleeper, None
            trio.lowlevel.reschedule(sleeper)

    def discard(self, task: trio.lowlevel.Task) -> None:
        """`task` was cancelled while it waited."""
        if task in self.ready:
            self.ready.remove(task)

    async def wait(self) -> None:
        """Become ready, and wait to be chosen."""
        task = trio.lowlevel.current_task()
        self.add(task)

        def abort(_: object) -> trio.lowlevel.Abort:
            self.discard(task)
            return trio.lowlevel.Abort.SUCCEEDED

        await trio.lowlevel.wait_task_rescheduled(abort)

    async def run(self) -> None:
        """Release one task per round."""
        while True:
            if not self.ready:
                await self.sleep()
                continue
            trio.lowlevel.reschedule(self.ready.pop(self.choose(len(self.ready))))
            await trio.lowlevel.checkpoint()

    async def sleep(self) -> None:
        """Wait until somebody is ready."""
        self.sleeper = trio.lowlevel.current_task()

        def abort(_: object) -> trio.lowlevel.Abort:
            self.sleeper = None
            return trio.lowlevel.Abort.SUCCEEDED

        await trio.lowlevel.wait_task_rescheduled(abort)
