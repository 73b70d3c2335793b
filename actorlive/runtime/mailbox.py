"""Mailboxes: the hot path of the runtime.

The problem: every event of every view is a message, in order (INV-1), and a hop through Trio's scheduler costs as much
as twenty messages. Trio's own tools take one hop per message.

The rule: a mailbox is a `deque` and, when its process waits, the Trio task that is parked on it. `send` appends and,
only if somebody is parked, reschedules that task; `receive` takes from the left without any checkpoint
while messages are there.

A loop without checkpoints would starve everybody else, so each stretch of running has a credit of `BUDGET`
messages. When it is spent, `receive` yields to the scheduler once and goes on. A doomed process has its
credit taken away, so that it, too, meets a checkpoint (and there its cancellation) at its next `receive`.

Two things hold between any two statements that others can see, and tests/ordering checks them after every step:

* INV-8: `issued - credit` is the number of messages taken out. Nobody counts them: `credit` goes down with each, and
  `issued` up with each new stretch. What costs like a message and is not one is taken from both.
* INV-9: `parked` says that `sleeper` waits in this mailbox, and that what the queue holds was looked at and did not
  match. So whoever adds a message to a parked mailbox wakes it, and whoever stops waiting clears `parked` first.

Rejected, with figures in docs/design/mailbox.md: a memory channel (233,000 messages/s where this has 2,247,000) and a
`trio.Event` per wait (265,000), which both keep the hop; a bound on the length, which would make `send` wait or fail;
a Trio task per time-out, which costs twenty times an entry of the node's heap.

`send` never blocks and never raises, from whatever thread. The common case is decided by one comparison:
`gate` holds the id of the thread that the node lives on, or 0 while a tracer listens; everything that is
not equal takes the slow way.

Only the owner removes messages, so a selective `receive` may remember how far it has looked, unless another
task of the same process has taken something out meanwhile.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Callable, Generator
from itertools import islice
from threading import get_ident
from time import perf_counter
from types import UnionType
from typing import TYPE_CHECKING, TypeVar, overload

from outcome import Outcome
from trio.lowlevel import Abort, Task, checkpoint, current_task, reschedule, wait_task_rescheduled

from actorlive.runtime.context import current_node, current_process, process_variable
from actorlive.runtime.errors import ActorLiveError, ReceiveTimeout, RuntimeMisuse
from actorlive.runtime.pid import Pid, Ref
from actorlive.runtime.timers import Alarm

if TYPE_CHECKING:
    from actorlive.runtime.node import Node

__all__ = ["BUDGET", "Destination", "Mailbox", "receive", "send"]

T = TypeVar("T")
R = TypeVar("R")
Destination = Pid | Ref | str
"""What a message can be sent to: a process or port, an alias, or a registered name."""
Matcher = type | tuple[type, ...] | UnionType | Callable[[object], bool] | None
"""What `receive` selects by."""

BUDGET = 64
"""Messages that a process may take in a row before it yields to the others."""

LEAST = BUDGET // 2
"""Credit that a process has at least when it is woken."""


class Woken(Outcome[None]):
    """What a parked task is resumed with. Trio's own `Value(None)` is made anew each time and is good for one
    use, which costs an eighth of a hop; this one may be shared."""

    __slots__ = ()

    def unwrap(self) -> None:
        """`receive` looks into the mailbox itself."""

    def send(self, gen: Generator[R, None, object]) -> R:
        return gen.send(None)

    async def asend(self, agen: AsyncGenerator[R, None]) -> R:
        return await agen.asend(None)


WOKEN = Woken()


class Mailbox:
    """The waiting messages of one process, oldest first, and the task that waits for more.

    The base of everything that has a Pid. `queue` is None while nothing has arrived since the process was
    last idle: an empty deque weighs three quarters of a kilobyte, and most processes are idle.
    """

    __slots__ = (
        "busy",
        "credit",
        "gate",
        "high",
        "issued",
        "limit",
        "node",
        "parked",
        "peak",
        "pid",
        "queue",
        "since",
        "sleeper",
    )

    sleeper: Task

    def __init__(self, node: Node) -> None:
        self.node = node
        self.pid = Pid()
        self.gate = node.gate
        self.queue: deque[object] | None = None
        self.parked = False
        self.credit = self.issued = BUDGET
        self.high = self.peak = 0
        self.limit = node.high_water
        self.busy = self.since = 0.0

    @property
    def handled(self) -> int:
        """How many messages were taken out by `receive`."""
        return self.issued - self.credit

    @property
    def longest(self) -> int:
        """The most messages that ever waited."""
        return max(self.high, self.peak)

    def messages(self) -> tuple[object, ...]:
        """What is waiting, oldest first."""
        return tuple(self.queue or ())

    def put(self, message: object) -> None:
        """Append a message that is already in the right thread, and wake the one who waits."""
        queue = self.queue
        if queue is None:
            self.put_first(message)
            return
        queue.append(message)
        if self.parked:
            self.wake()
        elif (length := len(queue)) > self.high:
            self.rise(length)

    def put_first(self, message: object) -> None:
        """A message for an idle process: `put` and `wake` in one, since every hop goes through here."""
        self.queue = deque((message,))
        if self.parked:  # `wake`, written out: a call is a good part of what an append costs
            self.parked = False
            if self.credit < LEAST:
                self.refill()
            if self.node.turns is None:
                reschedule(self.sleeper, WOKEN)
            else:
                self.node.turns.add(self.sleeper, self.pid.id)

    def rise(self, length: int) -> None:
        """The queue has never been so long: note it, and tell the node when that is past the limit,
        once, and again at every doubling."""
        self.high = length
        if length >= self.limit:
            self.limit = length * 2
            self.node.report_high_water(self.pid, length)

    def rearm(self) -> None:
        """The queue is empty again, so the next time it passes its limit is news."""
        self.peak = self.longest
        self.high = 0
        self.limit = self.node.high_water

    def wake(self) -> None:
        """Make the parked task runnable."""
        self.parked = False  # INV-9, and at once: a second message must not reschedule a task that is ready
        if self.credit < LEAST:  # it has waited, so others have run: a new stretch
            self.refill()
        if self.node.turns is None:
            reschedule(self.sleeper, WOKEN)
        else:
            self.node.turns.add(self.sleeper, self.pid.id)

    def refill(self) -> None:
        """Start a new stretch of `BUDGET` messages."""
        self.issued += BUDGET - self.credit  # INV-8: both grow by the same
        self.credit = BUDGET

    def drain_credit(self) -> None:
        """Make the next `receive` go through a checkpoint."""
        self.issued -= self.credit  # INV-8
        self.credit = 0

    async def take(self, test: Callable[[object], bool] | None, timeout: float | None) -> object:
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
                # Only the owner removes messages, so what was looked at stays where it is, and needs no second look.
                scanned, handled = len(self.queue or ()), self.handled
                if alarm is not None and alarm.heap is None:  # it went off, and nothing came that fits
                    raise ReceiveTimeout(f"no matching message within {timeout} s")
                if alarm is None and timeout is not None:
                    alarm = self.arm(timeout)
                await wait_task_rescheduled(self.park())
                self.since = perf_counter()
                if self.handled != handled:
                    scanned = 0  # another task of this process took something out meanwhile
        finally:
            if alarm is not None:
                alarm.cancel()

    def find(self, test: Callable[[object], bool] | None, start: int) -> int:
        """The index of the first acceptable message from `start` on, or -1."""
        if not self.queue:
            return -1
        if test is None:
            return 0
        for index, message in enumerate(islice(self.queue, start, None), start):
            if test(message):
                return index
        return -1

    def pluck(self, index: int) -> object:
        """Take one message out; the others keep their order."""
        queue = self.queue or deque[object]()
        if index == 0:  # INV-1: what was sent first is taken first
            return queue.popleft()
        message = queue[index]
        del queue[index]
        return message

    def discard(self, test: Callable[[object], bool]) -> bool:
        """Throw the first message that passes `test` away; True when there was one."""
        index = self.find(test, 0)
        if index < 0:
            return False
        self.pluck(index)
        self.credit -= 1
        return True

    def arm(self, timeout: float) -> Alarm:
        """Set the timer of a `receive`. A time-out of 0 looks once, and pays for it like a message."""
        if not timeout > 0:
            self.credit -= 1  # a loop that only looks must yield, too, …
            self.issued -= 1  # … but has taken nothing out (INV-8)
            raise ReceiveTimeout("no matching message in the mailbox")
        alarm = Alarm(self)
        self.node.timers.arm(alarm, timeout)
        return alarm

    def park(self) -> Callable[[object], Abort]:
        """Get ready to wait for `wake`. Returns Trio's abort function, so that a waiting process costs one
        coroutine less: `await wait_task_rescheduled(mailbox.park())`. That function is the mailbox itself,
        which saves a bound method for each.
        """
        if self.parked:
            raise RuntimeMisuse("another task of this process is in receive() already; only one may wait")
        self.sleeper = current_task()
        if not self.queue:
            self.queue = None
            if self.high and self.high >= self.node.high_water:
                self.rearm()
        self.parked = True
        self.busy += perf_counter() - self.since
        self.since = 0.0  # the one 0.0 of this module: an idle process keeps one float less
        return self

    def __call__(self, _: object) -> Abort:
        """Trio cancels the parked task."""
        self.parked = False  # INV-9: what comes now must not reschedule a task that is being cancelled
        if self.node.turns is not None:
            self.node.turns.discard(self.sleeper)
        self.since = perf_counter()
        return Abort.SUCCEEDED

    async def yield_turn(self) -> None:
        """Let everybody else run once. Here a doomed process meets its cancellation."""
        if self.node.turns is None:
            await checkpoint()
        else:
            await self.node.turns.wait(self.pid.id)
        self.refill()


def send(dest: Destination, message: object) -> None:
    """Put `message` into the mailbox of `dest` (Erlang: `dest ! message`).

    Never blocks, never raises (but for a `dest` of a wrong type), and may be called from any thread: another
    thread's messages go through the node's entry queue and keep their order. What is sent to the dead, to a
    name that nobody has or to an alias that is no longer active, vanishes.
    """
    if type(dest) is Pid:
        entity = dest.entity
        if entity is None:
            return
        if entity.gate == get_ident():  # `put`, written out
            queue = entity.queue
            if queue is None:
                entity.put_first(message)
                return
            queue.append(message)
            if entity.parked:
                entity.wake()
            elif (length := len(queue)) > entity.high:
                entity.rise(length)
            return
    elif type(dest) is Ref:
        pid = dest.target
        entity = None if pid is None else pid.entity
        if entity is not None and entity.gate == get_ident():
            entity.use_alias(dest)
            entity.put(message)
            return
    send_slowly(dest, message)


def send_slowly(dest: Destination, message: object) -> None:
    """`send` from another thread, to a name, to nobody, or under the eyes of a tracer."""
    check_destination(dest)
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


def check_destination(dest: object) -> None:
    """Refuse what no message can be sent to."""
    if not isinstance(dest, (Pid, Ref, str)):
        raise RuntimeMisuse(f"a message goes to a Pid, an alias or a name, not to {dest!r}")


@overload
async def receive(match: None = None, timeout: float | None = None) -> object: ...


@overload
async def receive(match: type[T] | tuple[type[T], ...], timeout: float | None = None) -> T: ...


@overload
async def receive(match: UnionType | Callable[[object], bool], timeout: float | None = None) -> object: ...


async def receive(
    match: Matcher = None,
    timeout: float | None = None,
) -> object:
    """The oldest message of this process's mailbox, waiting for one if it is empty (Erlang: `receive`).

    `match` selects: a type, a union or tuple of types, or a predicate. What it skips stays, in order.
    `timeout` is in seconds; 0 only looks. Raises `ReceiveTimeout` when it passes.

    While messages are waiting this returns without a checkpoint, and yields to other processes every
    `BUDGET` messages. Only one task of a process may wait at a time.
    """
    try:
        process = process_variable.get()
    except LookupError:
        process = current_process()
    if match is None:
        if not process.queue and timeout is None:
            await wait_task_rescheduled(process.park())
            process.since = perf_counter()
        if (queue := process.queue) and process.credit > 0:
            process.credit -= 1
            return queue.popleft()
    return await process.take(predicate(match), timeout)


def predicate(match: Matcher) -> Callable[[object], bool] | None:
    """The test that a matcher stands for."""
    if isinstance(match, (type, tuple, UnionType)):
        return lambda message: isinstance(message, match)
    if match is not None and not callable(match):
        raise RuntimeMisuse(f"receive() selects by a type, a union of types or a predicate, not by {match!r}")
    return match
