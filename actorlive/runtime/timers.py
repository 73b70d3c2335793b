"""Timers: one heap and one Trio task for the whole node.

A Trio task per timer costs twenty times as much to start, and again to cancel. Here arming is a push on a
heap, cancelling marks the entry, and one task sleeps until the nearest deadline (never longer, never
shorter, so `MockClock` jumps exactly to it). Marked entries are dropped when they reach the top, and the
heap is rebuilt when more than half of it is marked.

A timer addressed to a Pid is listed with its process and vanishes with it; one addressed to a name lives
on, and its message goes to the process that has the name by then.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import trio

from actorlive.runtime.context import current_node
from actorlive.runtime.errors import RuntimeMisuse
from actorlive.runtime.pid import Identity, Pid

if TYPE_CHECKING:
    from actorlive.runtime.mailbox import Mailbox
    from actorlive.runtime.node import Node

__all__ = [
    "Alarm",
    "Timeout",
    "Timer",
    "TimerHeap",
    "cancel_timer",
    "read_timer",
    "send_after",
    "send_interval",
    "start_timer",
]

REBUILD = 256
"""Below so many cancelled entries the heap is not worth rebuilding."""


@dataclass(frozen=True, slots=True)
class Timeout:
    """What `start_timer` delivers (Erlang: `{timeout, TimerRef, Message}`)."""

    timer: Timer
    message: object


class HeapEntry(Protocol):
    """What the heap holds. `heap` is None once it has fired or was cancelled."""

    heap: TimerHeap | None
    when: float

    def fire(self) -> None: ...


class TimerHeap:
    """The deadlines of one node."""

    def __init__(self, choose: Callable[[int], int] | None = None) -> None:
        self.entries: list[tuple[float, int, HeapEntry]] = []
        self.sequence = 0
        self.cancelled = 0
        self.choose = choose
        self.sleep: trio.CancelScope | None = None

    def __len__(self) -> int:
        return len(self.entries) - self.cancelled

    def arm(self, entry: HeapEntry, delay: float) -> None:
        """Let `entry.fire()` be called `delay` seconds from now."""
        self.push(entry, trio.current_time() + delay)

    def push(self, entry: HeapEntry, when: float) -> None:
        """Let `entry.fire()` be called at `when` on Trio's clock."""
        entry.heap = self
        entry.when = when
        self.sequence += 1
        heapq.heappush(self.entries, (when, self.sequence, entry))
        if self.entries[0][2] is entry:
            self.reset_sleep()

    def drop(self, entry: HeapEntry) -> None:
        """Forget an armed entry."""
        entry.heap = None
        self.cancelled += 1
        if self.entries[0][2] is entry:
            self.prune()
            self.reset_sleep()
        elif self.cancelled > REBUILD and self.cancelled * 2 > len(self.entries):
            self.entries = [item for item in self.entries if item[2].heap is not None]
            heapq.heapify(self.entries)
            self.cancelled = 0

    def prune(self) -> None:
        """Remove cancelled entries from the top."""
        while self.entries and self.entries[0][2].heap is None:
            heapq.heappop(self.entries)
            self.cancelled -= 1

    def reset_sleep(self) -> None:
        """Let the timer task sleep until the nearest deadline."""
        if self.sleep is not None:
            self.sleep.deadline = self.next_deadline()

    def next_deadline(self) -> float:
        """When the next timer is due on Trio's clock; infinity when none is armed."""
        return self.entries[0][0] if self.entries else math.inf

    async def run(self) -> None:
        """The node's timer task."""
        while True:
            with trio.CancelScope(deadline=self.next_deadline()) as self.sleep:
                await trio.sleep_forever()
            self.fire_due()

    def fire_due(self) -> None:
        """Fire what is due now, in the order of the deadlines; what is armed meanwhile waits its turn."""
        now = trio.current_time()
        due: list[tuple[float, int, HeapEntry]] = []
        while self.entries and self.entries[0][0] <= now:
            item = heapq.heappop(self.entries)
            if item[2].heap is None:
                self.cancelled -= 1
            else:
                item[2].heap = None
                due.append(item)
        if self.choose is not None:
            due = permute_ties(due, self.choose)
        for _, _, entry in due:
            entry.fire()
        self.prune()


def permute_ties(
    due: list[tuple[float, int, HeapEntry]], choose: Callable[[int], int]
) -> list[tuple[float, int, HeapEntry]]:
    """Entries of one deadline may fire in any order; let the scheduler pick one."""
    result: list[tuple[float, int, HeapEntry]] = []
    while due:
        ties = sum(item[0] == due[0][0] for item in due)
        result.append(due.pop(choose(ties)))
    return result


class Alarm:
    """The time-out of one `receive`: wakes the parked task, delivers nothing."""

    __slots__ = ("heap", "mailbox", "when")

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        self.heap: TimerHeap | None = None
        self.when = 0.0

    def fire(self) -> None:
        """Wake the task if it still waits."""
        if self.mailbox.parked:
            self.mailbox.wake()

    def cancel(self) -> None:
        """Not needed any more."""
        if self.heap is not None:
            self.heap.drop(self)


class Timer(Identity):
    """A message to be sent later; the handle for `cancel_timer` and `read_timer`."""

    __slots__ = ("__weakref__", "dest", "heap", "message", "node", "period", "when", "wrapped")

    def __init__(
        self, node: Node | None, dest: Pid | str, message: object, period: float, *, wrapped: bool
    ) -> None:
        self.node: Node | None = node
        self.dest: Pid | str = dest
        self.message: object = message
        self.period: float = period
        self.wrapped: bool = wrapped
        self.heap: TimerHeap | None = None
        self.when: float = 0.0

    def __repr__(self) -> str:
        return f"<timer to {self.dest!r}{'' if self.heap else ', done'}>"

    def fire(self) -> None:
        """The time has come."""
        if self.node is None:
            return  # it was to the dead, and is on no heap
        message = Timeout(self, self.message) if self.wrapped else self.message
        if self.period:
            self.repeat(self.node)
        else:
            self.forget()
        self.node.deliver(self.dest, message)

    def repeat(self, node: Node) -> None:
        """Arm the next tick on the schedule of the first; ticks that were missed are skipped."""
        missed = max(0, math.floor((trio.current_time() - self.when) / self.period))
        node.timers.push(self, self.when + self.period * (missed + 1))

    def forget(self) -> None:
        """Leave the list of the process that it is addressed to."""
        entity = self.dest.entity if isinstance(self.dest, Pid) else None
        if entity is not None and entity.timers is not None:
            entity.timers.pop(self, None)

    def vanish(self) -> None:
        """The process that it is addressed to has died."""
        if self.heap is not None:
            self.heap.drop(self)


def send_after(dest: Pid | str, message: object, delay: float) -> Timer:
    """Send `message` to `dest` in `delay` seconds (Erlang: `send_after/3`, with the arguments in its order
    of sending). A timer to a Pid vanishes when the process dies; the death of the caller does not matter.
    """
    return start(dest, message, delay, period=0.0, wrapped=False)


def start_timer(dest: Pid | str, message: object, delay: float) -> Timer:
    """Like `send_after`, but what arrives is `Timeout(timer, message)` (Erlang: `start_timer/3`)."""
    return start(dest, message, delay, period=0.0, wrapped=True)


def send_interval(dest: Pid | str, message: object, period: float) -> Timer:
    """Send `message` every `period` seconds, the first time one period from now (Erlang:
    `timer:send_interval/3`). Ticks keep to the first one's schedule; those that a blocked loop missed
    are skipped, not made up for. Ends with `cancel_timer` or with the process that it is addressed to.
    """
    if not _is_seconds(period) or period == 0:
        raise RuntimeMisuse(f"the period must be positive, in seconds, not {period!r:.80}")
    return start(dest, message, period, period=period, wrapped=False)


def cancel_timer(timer: Timer) -> float | None:
    """Cancel; the seconds that were left, or None when it had fired, was cancelled or has vanished.

    A message that is in the mailbox already stays there (Erlang: `cancel_timer/1`): compare a stored Ref
    or id when it arrives.
    """
    if timer.node is not None:
        timer.node.check_thread()
    left = read_timer(timer)
    if left is not None and timer.heap is not None:
        timer.heap.drop(timer)
        timer.forget()
    return left


def read_timer(timer: Timer) -> float | None:
    """The seconds left, or None when it is done (Erlang: `read_timer/1`)."""
    return None if timer.heap is None else max(0.0, timer.when - trio.current_time())


def _is_seconds(value: float) -> bool:
    """False for less than nothing, for what is not a number (NaN), and for what is none, such as a text."""
    try:
        return value >= 0
    except TypeError:
        return False


def start(dest: Pid | str, message: object, delay: float, *, period: float, wrapped: bool) -> Timer:
    """Arm a timer on the destination's node."""
    if not isinstance(dest, (Pid, str)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise RuntimeMisuse(f"a timer goes to a Pid or a name, not to {dest!r}")
    if not _is_seconds(delay):
        raise RuntimeMisuse(f"a delay is in seconds and not negative, not {delay!r:.80}")
    entity = None if isinstance(dest, str) else dest.entity
    if entity is None and not isinstance(dest, str):
        return Timer(None, dest, message, period, wrapped=wrapped)  # to the dead: done already, on any node
    node = current_node() if entity is None else entity.node
    node.check_thread()
    timer = Timer(node, dest, message, period, wrapped=wrapped)
    node.timers.arm(timer, delay)
    if entity is not None:
        entity.keep_timer(timer)
    return timer
