"""Mailboxes: the hot path of the runtime.

A mailbox is a `deque` and, when its process waits, the Trio task that is parked on it. `send` appends and,
only if somebody is parked, reschedules that task; `receive` takes from the left without any checkpoint
while messages are there. That is some fifteen times faster than a memory channel, because a hop through
Trio's scheduler costs as much as twenty messages.

A loop without checkpoints would starve everybody else, so each stretch of running has a credit of `BUDGET`
messages. When it is spent, `receive` yields to the scheduler once and goes on. A doomed process has its
credit taken away, so that it, too, meets a checkpoint (and there its cancellation) at its next `receive`.

`send` never blocks and never raises, from whatever thread. The common case is decided by one comparison:
`gate` holds the id of the thread that the node lives on, or 0 while a tracer listens; everything that is
not equal takes the slow way.

Only the owner removes messages, so a selective `receive` may remember how far it has looked.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import islice
from threading import get_ident
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar, overload

import trio

from actorlive.runtime.context import current_node, current_process, process_variable
from actorlive.runtime.errors import ActorLiveError, ReceiveTimeout, RuntimeMisuse
from actorlive.runtime.pid import Pid, Ref
from actorlive.runtime.timers import Alarm

if TYPE_CHECKING:
    from actorlive.runtime.signals import Entity

__all__ = ["BUDGET", "Destination", "Mailbox", "receive", "send"]

T = TypeVar("T")
Destination = Pid | Ref | str
"""What a message can be sent to: a process or port, an alias, or a registered name."""

BUDGET = 32
"""Messages that a process may take in a row before it yields to the others."""

NEVER = 1 << 62


class Mailbox(deque[object]):
    """The waiting messages of one process, oldest first, and the task that waits for more."""

    __slots__ = (
        "busy",
        "credit",
        "gate",
        "high",
        "issued",
        "limit",
        "owner",
        "parked",
        "peak",
        "since",
        "sleeper",
    )

    sleeper: trio.lowlevel.Task

    def __init__(self, owner: Entity, gate: int, limit: int) -> None:
        self.owner = owner
        self.gate = gate
        self.parked = False
        self.credit = BUDGET
        self.issued = BUDGET
        """All credit ever given, so that `issued - credit` counts the messages handled."""
        self.high = 0
        """The longest that the queue was since it last passed its limit and drained."""
        self.peak = 0
        self.limit = limit
        self.busy = 0.0
        self.since = 0.0

    @property
    def handled(self) -> int:
        """How many messages were taken out by `receive`."""
        return self.issued - self.credit

    def put(self, message: object) -> None:
        """Append a message that is already in the right thread, and wake the one who waits."""
        self.append(message)
        if self.parked:
            self.wake()
        elif (length := len(self)) > self.high:
            self.high = length
            if length >= self.limit:
                self.overflow(length)

    def wake(self) -> None:
        """Make the parked task runnable, with a fresh credit."""
        self.parked = False
        self.refill()
        turns = self.owner.node.turns
        if turns is None:
            trio.lowlevel.reschedule(self.sleeper)
        else:
            turns.add(self.sleeper)

    def refill(self) -> None:
        """Start a new stretch of `BUDGET` messages."""
        self.issued += BUDGET - self.credit
        self.credit = BUDGET

    def drain_credit(self) -> None:
        """Make the next `receive` go through a checkpoint."""
        self.issued -= self.credit
        self.credit = 0

    def overflow(self, length: int) -> None:
        """The queue passed its limit: tell the node once, and again at every doubling."""
        self.limit = length * 2
        self.owner.node.report_high_water(self.owner.pid, length)

    def rearm(self) -> None:
        """The queue is empty again, so the next time it passes its limit is news."""
        self.peak = self.high
        self.high = 0
        self.limit = self.owner.node.high_water

    async def take(self, test: Callable[[object], bool] | None, timeout: float | None) -> object:  # noqa: ASYNC109
        """The general `receive`: the oldest message that passes `test`, waiting for it if need be."""
        scanned = 0
        alarm: Alarm | None = None
        try:
            while True:
                if self.credit <= 0:
                    await self.yield_turn()
                index = self.find(test, scanned)
                if index >= 0:
                    self.credit -= 1
                    return self.pluck(index)
                scanned = len(self)
                if alarm is not None and alarm.heap is None:
                    raise ReceiveTimeout(f"no matching message within {timeout} s")
                if alarm is None and timeout is not None:
                    alarm = self.arm(timeout)
                await self.park()
        finally:
            if alarm is not None:
                alarm.cancel()

    def find(self, test: Callable[[object], bool] | None, start: int) -> int:
        """The index of the first acceptable message from `start` on, or -1."""
        if test is None:
            return 0 if self else -1
        for index, message in enumerate(islice(self, start, None), start):
            if test(message):
                return index
        return -1

    def pluck(self, index: int) -> object:
        """Take one message out; the others keep their order."""
        if index == 0:
            return self.popleft()
        message = self[index]
        del self[index]
        return message

    def arm(self, timeout: float) -> Alarm:
        """Set the timer of a `receive`. A time-out of 0 looks once, and pays for it like a message."""
        if timeout <= 0:
            self.credit -= 1
            self.issued -= 1
            raise ReceiveTimeout("no matching message in the mailbox")
        alarm = Alarm(self)
        self.owner.node.timers.arm(alarm, timeout)
        return alarm

    async def park(self) -> None:
        """Wait until `wake`."""
        if self.parked:
            raise RuntimeMisuse("another task of this process is in receive() already; only one may wait")
        self.sleeper = trio.lowlevel.current_task()
        if self.limit > self.owner.node.high_water and not self:
            self.rearm()
        self.parked = True
        now = perf_counter()
        self.busy += now - self.since
        await trio.lowlevel.wait_task_rescheduled(self.abort)
        self.since = perf_counter()

    def abort(self, _: object) -> trio.lowlevel.Abort:
        """Trio cancels the parked task."""
        self.parked = False
        turns = self.owner.node.turns
        if turns is not None:
            turns.discard(self.sleeper)
        self.since = perf_counter()
        return trio.lowlevel.Abort.SUCCEEDED

    async def yield_turn(self) -> None:
        """Let everybody else run once. Here a doomed process meets its cancellation."""
        turns = self.owner.node.turns
        if turns is None:
            await trio.lowlevel.checkpoint()
        else:
            await turns.wait()
        self.refill()


def send(dest: Destination, message: object) -> None:
    """Put `message` into the mailbox of `dest` (Erlang: `dest ! message`).

    Never blocks, never raises, and may be called from any thread: another thread's messages go through
    the node's entry queue and keep their order. What is sent to the dead, to a name that nobody has or to
    an alias that is no longer active, vanishes.
    """
    if type(dest) is Pid:
        mailbox = dest.mailbox
        if mailbox is None:
            return
        if mailbox.gate == get_ident():
            mailbox.append(message)
            if mailbox.parked:
                mailbox.wake()
            elif (length := len(mailbox)) > mailbox.high:
                mailbox.high = length
                if length >= mailbox.limit:
                    mailbox.overflow(length)
            return
    send_slowly(dest, message)


def send_slowly(dest: Destination, message: object) -> None:
    """`send` from another thread, to a name, to an alias, or under the eyes of a tracer."""
    if isinstance(dest, str):
        try:
            node = current_node()
        except ActorLiveError:
            return
    else:
        pid = dest.target if isinstance(dest, Ref) else dest
        entity = None if pid is None else pid.entity
        if entity is None:
            return
        node = entity.node
    if node.thread == get_ident():
        node.deliver(dest, message)
    else:
        node.send_threadsafe(dest, message)


@overload
async def receive(match: None = None, timeout: float | None = None) -> object: ...  # noqa: ASYNC109


@overload
async def receive(match: type[T] | tuple[type[T], ...], timeout: float | None = None) -> T: ...  # noqa: ASYNC109


@overload
async def receive(match: Callable[[object], bool], timeout: float | None = None) -> object: ...  # noqa: ASYNC109


async def receive(
    match: type | tuple[type, ...] | Callable[[object], bool] | None = None,
    timeout: float | None = None,  # noqa: ASYNC109 - Erlang's `after`, which a cancel scope cannot express
) -> object:
    """The oldest message of this process's mailbox, waiting for one if it is empty (Erlang: `receive`).

    `match` selects: a type (or a tuple of types), or a predicate. What it skips stays, in order.
    `timeout` is in seconds; 0 only looks. Raises `ReceiveTimeout` when it passes.

    While messages are waiting this returns without a checkpoint, and yields to other processes every
    `BUDGET` messages. Only one task of a process may wait at a time.
    """
    try:
        mailbox = process_variable.get().mailbox
    except LookupError:
        mailbox = current_process().mailbox
    if match is None and mailbox and mailbox.credit > 0:
        mailbox.credit -= 1
        return mailbox.popleft()
    return await mailbox.take(predicate(match), timeout)


def predicate(
    match: type | tuple[type, ...] | Callable[[object], bool] | None,
) -> Callable[[object], bool] | None:
    """The test that a matcher stands for."""
    if isinstance(match, (type, tuple)):
        return lambda message: isinstance(message, match)
    return match
