"""Tasks: a process that computes one value for another (Elixir's `Task`).

A task's result arrives in its owner's mailbox as `TaskReply(ref, value)`, its failure as `Down(ref, …)`;
`await_`, `yield_` and `shutdown` receive exactly those. Only the owner may use them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Literal, ParamSpec, TypeVar, Unpack, cast, overload

from actorlive.results import Ok
from actorlive.runtime.context import current_process
from actorlive.runtime.errors import CallError, ReceiveTimeout, RuntimeMisuse
from actorlive.runtime.functions import label_of, run_function
from actorlive.runtime.mailbox import receive, send
from actorlive.runtime.otp.replies import TaskReply
from actorlive.runtime.otp.task_stream import StreamOptions, TaskStream
from actorlive.runtime.pid import Pid, Ref
from actorlive.runtime.process import (
    demonitor,
    exit as end_process,
    monitor,
    set_label,
    unlink,
)
from actorlive.runtime.results import Exit
from actorlive.runtime.signals import Down
from actorlive.runtime.spawning import spawn_link

__all__ = ["Task", "adopt", "run_task"]

T = TypeVar("T")
U = TypeVar("U")
P = ParamSpec("P")
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Go:
    """Tells a new task where to send its result."""

    address: Ref


@dataclass(frozen=True, slots=True)
class Task(Generic[T]):
    """A running task. `ref` is the owner's monitor of it."""

    pid: Pid
    ref: Ref
    owner: Pid

    @overload
    @staticmethod
    def async_(fn: Callable[P, Awaitable[U]], *args: P.args, **kwargs: P.kwargs) -> Task[U]: ...

    @overload
    @staticmethod
    def async_(fn: Callable[P, U], *args: P.args, **kwargs: P.kwargs) -> Task[U]: ...

    @staticmethod
    def async_(fn: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Task[Any]:
        """Run `fn` in a process linked to the caller (Elixir: `Task.async`).

        `fn` may be async, or a plain function, which runs in a worker thread.
        """
        return adopt(spawn_link(run_task, current_process().pid, fn, args, kwargs))

    @overload
    @staticmethod
    def async_stream(
        items: Iterable[Item], fn: Callable[[Item], Awaitable[U]], **options: Unpack[StreamOptions]
    ) -> TaskStream[U]: ...

    @overload
    @staticmethod
    def async_stream(
        items: Iterable[Item], fn: Callable[[Item], U], **options: Unpack[StreamOptions]
    ) -> TaskStream[U]: ...

    @staticmethod
    def async_stream(
        items: Iterable[Any], fn: Callable[[Any], object], **options: Unpack[StreamOptions]
    ) -> TaskStream[Any]:
        """Run `fn(item)` for each item, a task per item, linked to the caller (Elixir: `Task.async_stream`).

        Returns an async iterator over what comes of them, `Ok(value)` or `Exit(reason)`.

        At most `max_concurrency` run at a time, and an item is taken when its task begins. The results come in the
        order of the items; with `ordered=False` as they are ready. A task that takes more than `timeout` seconds (5 by
        default, None for no limit) is killed: then the iteration raises `CallError` with the reason "timeout" and kills
        the others, or with `on_timeout="kill_task"` the result of that one is `Exit("timeout")`. Whoever may stop early
        iterates in a block, `async with Task.async_stream(…) as results:`, which leaves no task behind.
        Raises `RuntimeMisuse`.
        """

        async def start(item: object) -> Task[Any]:
            return Task.async_(fn, item)

        return TaskStream(items, start, **options)

    async def await_(self, timeout: float | None = 5.0) -> T:
        """The value. Raises `CallError` with the task's exit reason, or "timeout" (Elixir: `Task.await`).

        After a time-out the task runs on; a late value does not reach the mailbox.
        """
        match await self.receive_result(timeout):
            case Ok(value):
                return value
            case Exit(reason):
                raise CallError(f"the task {self.pid} ended before it had a value: {reason!r}", reason)
            case None:
                demonitor(self.ref, flush=True)
                raise CallError(f"the task {self.pid} had no value within {timeout} s", "timeout")

    async def yield_(self, timeout: float | None = 5.0) -> Ok[T] | Exit | None:
        """`Ok(value)`, `Exit(reason)`, or None: not done yet, ask again (Elixir: `Task.yield`)."""
        return await self.receive_result(timeout)

    async def shutdown(self, timeout: float | Literal["brutal_kill"] | None = 5.0) -> Ok[T] | Exit | None:
        """End the task; returns its outcome if that was faster, else None (Elixir: `Task.shutdown`).

        It gets `timeout` seconds after the signal "shutdown", then "kill"; "brutal_kill" starts with that.
        """
        unlink(self.pid)
        asked = "kill" if timeout == "brutal_kill" else "shutdown"
        end_process(self.pid, asked)
        result = await self.receive_result(None if timeout == "brutal_kill" else timeout)
        if result is None:
            end_process(self.pid, "kill")
            result = await self.receive_result(None)
        return None if result in (Exit("shutdown"), Exit("killed")) else result

    async def receive_result(self, timeout: float | None) -> Ok[T] | Exit | None:
        """Take the task's outcome out of the mailbox."""
        if current_process().pid is not self.owner:
            raise RuntimeMisuse("only the process that started a task may await it")
        try:
            message = await receive(self.is_result, timeout)
        except ReceiveTimeout:
            return None
        if isinstance(message, TaskReply):
            demonitor(self.ref, flush=True)
            return Ok(cast("T", message.value))
        return Exit(cast("Down", message).reason)

    def is_result(self, message: object) -> bool:
        """True for the messages of this task."""
        return isinstance(message, (TaskReply, Down)) and message.ref is self.ref


def adopt(pid: Pid) -> Task[Any]:
    """Make the calling process the owner of a new task's process."""
    ref = monitor(pid, alias="demonitor")
    send(pid, Go(ref))
    return Task(pid, ref, current_process().pid)


async def run_task(
    owner: Pid, fn: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]
) -> None:
    """The function of a task's process: wait for the address, compute, send."""
    set_label(label_of(fn))
    watch = monitor(owner)
    go = await receive(lambda message: isinstance(message, (Go, Down)))
    demonitor(watch, flush=True)
    if isinstance(go, Go):
        value = await run_function(fn, args, kwargs)
        send(go.address, TaskReply(go.address, value))
