"""A task for each of many items, a few at a time (Elixir's `Task.async_stream`).

The stream lives in the process that iterates over it: that process's tasks, their monitors, and what came of them so
far. It takes an item when there is room for another task, so an endless source does no harm. It takes only the messages
of its own tasks out of the mailbox, and leaves none of them there.

A task whose time is up is killed, and counts until it is gone: its `finally` may take a while, and "at most three at a
time" means three. What it sends after all is not its result.

Rejected: an async generator. One that is left early holds its tasks until the garbage collector finds it; an object
with a block can say when it ends.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from math import inf
from types import TracebackType
from typing import Any, Generic, Literal, Protocol, Self, TypedDict, TypeVar, cast, get_args

import trio

from actorlive.results import Ok
from actorlive.runtime.context import current_process
from actorlive.runtime.errors import CallError, ReceiveTimeout, RuntimeMisuse
from actorlive.runtime.mailbox import receive
from actorlive.runtime.otp.replies import TaskReply
from actorlive.runtime.pid import Pid, Ref
from actorlive.runtime.process import demonitor, exit as end_process, monitor, unlink
from actorlive.runtime.results import Exit
from actorlive.runtime.signals import Down, ExitSignal

__all__ = ["StreamOptions", "TaskStream"]

T = TypeVar("T")

OnTimeout = Literal["exit", "kill_task"]
MAX_CONCURRENCY = 8
"""Tasks that run at a time by default; Elixir's is the number of cores, but these share one, and mostly wait."""


class StartedTask(Protocol):
    """A task, as far as a stream is concerned: its process, and its owner's monitor."""

    @property
    def pid(self) -> Pid: ...
    @property
    def ref(self) -> Ref: ...


class StreamOptions(TypedDict, total=False):
    """The options of `Task.async_stream`."""

    max_concurrency: int
    ordered: bool
    timeout: float | None
    on_timeout: OnTimeout


@dataclass(slots=True)
class StreamedTask:
    """The task that runs for the item of the number `index`; one that `is_late` has been killed."""

    index: int
    pid: Pid
    deadline: float
    is_late: bool = False


class TaskStream(Generic[T]):
    """The results to come, `Ok(value)` or `Exit(reason)`, made by `Task.async_stream`.

    An async iterator, and a block that kills what still runs when it is left.
    """

    def __init__(
        self,
        items: Iterable[Any],
        start: Callable[[Any], Awaitable[StartedTask]],
        *,
        max_concurrency: int = MAX_CONCURRENCY,
        ordered: bool = True,
        timeout: float | None = 5.0,
        on_timeout: OnTimeout = "exit",
    ) -> None:
        check_options(max_concurrency, timeout, on_timeout)
        self.items: Iterator[tuple[int, Any]] = enumerate(items)
        self.start = start
        self.max_concurrency = max_concurrency
        self.ordered = ordered
        self.timeout = timeout
        self.on_timeout = on_timeout
        self.owner: Pid = current_process().pid
        self.running: dict[Ref, StreamedTask] = {}
        self.waiting: dict[int, Ok[T] | Exit] = {}
        self.ready: deque[Ok[T] | Exit] = deque()
        self.next: int = 0
        self.exhausted: bool = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Ok[T] | Exit:
        """The next result. What it raises (`CallError`, what the items raise, a cancellation) ends the iteration."""
        if current_process().pid is not self.owner:
            raise RuntimeMisuse("only the process that started a stream of tasks may iterate over it")
        try:
            await self.begin_tasks()
            while self.running and not self.ready:
                await self.wait_for_one()
                await self.begin_tasks()
        except BaseException:
            self.close()
            raise
        if not self.ready:
            raise StopAsyncIteration
        return self.ready.popleft()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Kill what still runs. The iteration is over, and nothing of it is left in the mailbox."""
        self.exhausted = True
        self.ready.clear()
        while self.running:
            ref, task = self.running.popitem()
            forget(ref, task.pid)
            end_process(task.pid, "kill")

    # -- one task --------------------------------------------------------------

    async def begin_tasks(self) -> None:
        """Begin as many as there is room for."""
        while not self.exhausted and len(self.running) < self.max_concurrency:
            found = next(self.items, None)
            if found is None:
                self.exhausted = True
                return
            index, item = found
            task = await self.start(item)
            limit = inf if self.timeout is None else trio.current_time() + self.timeout
            self.running[task.ref] = StreamedTask(index, task.pid, limit)

    async def wait_for_one(self) -> None:
        """Wait until a task has ended, or its time is up."""
        limit = min(task.deadline for task in self.running.values())
        left = None if limit == inf else max(0.0, limit - trio.current_time())
        try:
            message = cast("TaskReply | Down", await receive(self.is_of_a_task, left))
        except ReceiveTimeout:
            self.end_late()
            return
        task = self.running.pop(message.ref)
        forget(message.ref, task.pid)
        if task.is_late:
            self.finish(task, Exit("timeout"))
        elif isinstance(message, TaskReply):
            self.finish(task, Ok(cast("T", message.value)))
        else:
            self.finish(task, Exit(message.reason))

    def is_of_a_task(self, message: object) -> bool:
        return isinstance(message, TaskReply | Down) and message.ref in self.running

    def end_late(self) -> None:
        """Kill the tasks whose time is up, and wait for their end. Raises `CallError` when that is the stream's end."""
        now = trio.current_time()
        for ref, task in [pair for pair in self.running.items() if pair[1].deadline <= now]:
            if self.on_timeout == "exit":
                raise CallError(f"a task of a stream had no value within {self.timeout} s", "timeout")
            del self.running[ref]
            forget(ref, task.pid)
            end_process(task.pid, "kill")
            self.running[monitor(task.pid)] = StreamedTask(task.index, task.pid, inf, is_late=True)

    def finish(self, task: StreamedTask, outcome: Ok[T] | Exit) -> None:
        """Hand over what came of a task, now or when those before it are done."""
        if not self.ordered:
            self.ready.append(outcome)
            return
        self.waiting[task.index] = outcome
        while self.next in self.waiting:
            self.ready.append(self.waiting.pop(self.next))
            self.next += 1


def check_options(max_concurrency: int, timeout: float | None, on_timeout: OnTimeout) -> None:
    """Raise `RuntimeMisuse` for a stream that could never run."""
    if max_concurrency < 1:
        raise RuntimeMisuse(f"max_concurrency is at least 1, not {max_concurrency!r}")
    if timeout is not None and not timeout >= 0:  # so that what is not a number is refused, too
        raise RuntimeMisuse(f"timeout is in seconds and not negative, or None, not {timeout!r}")
    if on_timeout not in get_args(OnTimeout):
        raise RuntimeMisuse(f"on_timeout is 'exit' or 'kill_task', not {on_timeout!r}")


def forget(ref: Ref, pid: Pid) -> None:
    """Stop watching a task: no message of it is in the mailbox, and none will come."""
    demonitor(ref)
    unlink(pid)
    process = current_process()
    while process.discard(lambda message: is_of(message, ref, pid)):
        pass


def is_of(message: object, ref: Ref, pid: Pid) -> bool:
    """True for what a task leaves behind: its value, its DOWN, its EXIT."""
    match message:
        case TaskReply(other) | Down(other):
            return other is ref
        case ExitSignal(process):
            return process is pid
        case _:
            return False
