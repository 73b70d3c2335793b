"""Supervisors of many children of one kind, started and ended at any time.

`DynamicSupervisor` (Elixir's) knows children by Pid, restarts each by itself, and ends them all at the same
time. `TaskSupervisor` is a dynamic supervisor of tasks.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Hashable, Iterable
from typing import Any, ParamSpec, TypeVar, Unpack, cast, overload

import trio

from actorlive.results import Error, Ok
from actorlive.runtime.context import current_process
from actorlive.runtime.errors import CallError, ReceiveTimeout
from actorlive.runtime.faults import is_own_end
from actorlive.runtime.functions import run_function
from actorlive.runtime.mailbox import receive, send
from actorlive.runtime.otp.children import (
    MAX_RESTARTS,
    MAX_SECONDS,
    Child,
    ChildSpec,
    Intensity,
    Restart,
    ShutdownTime,
    check_specs,
    end_child,
    first_given,
    start_child,
    start_failure,
)
from actorlive.runtime.otp.requests import (
    Ask,
    ChildInfo,
    StartChild,
    TerminateChild,
    WhichChildren,
    ask,
    count,
)
from actorlive.runtime.otp.server import Caller, Server, Stop
from actorlive.runtime.otp.supervisor import Retry, check_significance
from actorlive.runtime.otp.task import Task, adopt, run_task
from actorlive.runtime.otp.task_stream import StreamOptions, TaskStream
from actorlive.runtime.pid import Pid, Ref
from actorlive.runtime.process import exit as end_process, link, monitor, process_flag, unlink
from actorlive.runtime.results import is_graceful
from actorlive.runtime.signals import Down, ExitSignal
from actorlive.runtime.spawning import spawn_link

__all__ = ["DynamicSupervisor", "TaskSupervisor"]

log = logging.getLogger("actorlive.runtime")

P = ParamSpec("P")
Item = TypeVar("Item")
T = TypeVar("T")


class DynamicServer(Server):
    """The process behind `DynamicSupervisor`."""

    children: dict[Pid, Child]
    retrying: set[Child]
    intensity: Intensity
    max_children: int | None

    async def init(self, *args: object) -> object:
        max_restarts, max_seconds, max_children = cast("tuple[int, float, int | None]", args)
        process_flag(trap_exit=True)
        self.children = {}
        self.retrying = set()
        self.intensity = Intensity(max_restarts, max_seconds)
        self.max_children = max_children
        return None

    async def terminate(self, reason: object) -> None:
        await end_together(list(self.children.values()))

    async def handle_info(self, message: object) -> object:
        match message:
            case ExitSignal(process, reason):
                child = self.children.pop(process, None)
                return None if child is None else await self.child_ended(child, reason)
            case Retry(child):
                return await self.restart(child)
            case _:
                return await super().handle_info(message)

    async def child_ended(self, child: Child, reason: object) -> object:
        """A child has ended by itself."""
        if child.spec.restart == "temporary" or (child.spec.restart == "transient" and is_graceful(reason)):
            return None
        return await self.restart(child)

    async def restart(self, child: Child) -> object:
        """Start it again, or give up. When the node ends, nothing is restarted."""
        self.retrying.discard(child)
        if current_process().node.stopping:
            return None
        self.intensity.count_restart()
        if self.intensity.exceeded:
            log.error("%r gives up: %r was restarted too often", current_process(), child.spec.id)
            return Stop("shutdown")
        started = await self.begin(child)
        if isinstance(started, Error):
            log.error("child %r could not be restarted: %r", child.spec.id, started.reason)
            self.retrying.add(child)
            send(current_process().pid, Retry(child))
        return None

    async def begin(self, child: Child) -> Ok[Pid | None] | Error:
        """Start one child and list it."""
        try:
            child.pid = await start_child(child.spec)
        except BaseException as error:
            if not is_own_end(error):
                raise
            return start_failure(error)
        if child.pid is not None:
            self.children[child.pid] = child
        return Ok(child.pid)

    async def handle_call(self, request: object, caller: Caller) -> object:
        match request:
            case StartChild(spec):
                return Error("max_children") if self.is_full() else await self.begin(Child(spec))
            case TerminateChild(Pid() as pid):
                return await self.end(pid)
            case WhichChildren():
                running = [
                    ChildInfo(child.spec.id, pid, child.spec.kind) for pid, child in self.children.items()
                ]
                return running + [
                    ChildInfo(child.spec.id, "restarting", child.spec.kind) for child in self.retrying
                ]
            case Ask():
                return Error(
                    f"a dynamic supervisor knows its children by Pid alone and has no {request.verb!r}"
                )
            case _:
                return await super().handle_call(request, caller)

    def is_full(self) -> bool:
        """True when `max_children` run or are about to be restarted."""
        count = len(self.children) + len(self.retrying)
        return self.max_children is not None and count >= self.max_children

    async def end(self, pid: Pid) -> Ok[None] | Error:
        """End one child for good."""
        child = self.children.pop(pid, None)
        if child is None:
            return Error("not_found")
        await end_child(pid, child.spec.shutdown)
        return Ok(None)


async def end_together(children: list[Child]) -> None:
    """Signal all, then wait for all, each within its shutdown time."""
    waiting: dict[Ref, tuple[Pid, ShutdownTime]] = {}
    for child in children:
        if child.pid is not None:
            waiting[monitor(child.pid)] = (child.pid, child.spec.shutdown)
            unlink(child.pid)
            end_process(child.pid, "kill" if child.spec.shutdown == "brutal_kill" else "shutdown")
    start = trio.current_time()
    while waiting:
        times = [how for _, how in waiting.values() if isinstance(how, (int, float))]
        try:
            down = await receive(Down, max(0.0, start + min(times) - trio.current_time()) if times else None)
            waiting.pop(down.ref, None)
        except ReceiveTimeout:
            kill_late(waiting, trio.current_time() - start)


def kill_late(waiting: dict[Ref, tuple[Pid, ShutdownTime]], elapsed: float) -> None:
    """Kill the children whose time is up; after that, waiting for them has no limit."""
    for ref, (pid, how) in waiting.items():
        if isinstance(how, (int, float)) and how <= elapsed:
            log.error("child %r did not end within %s s of its shutdown; killed", pid.entity, how)
            end_process(pid, "kill")
            waiting[ref] = (pid, None)


class DynamicSupervisor:
    """Functions on dynamic supervisors (Elixir: `DynamicSupervisor`)."""

    @staticmethod
    async def start_link(
        *,
        max_restarts: int = MAX_RESTARTS,
        max_seconds: float = MAX_SECONDS,
        max_children: int | None = None,
        name: str | None = None,
    ) -> Pid:
        """Start one without children, linked to the calling process."""
        return await DynamicServer.start_link(max_restarts, max_seconds, max_children, name=name)

    @staticmethod
    def spec(
        *,
        max_restarts: int = MAX_RESTARTS,
        max_seconds: float = MAX_SECONDS,
        max_children: int | None = None,
        name: str | None = None,
        id: Hashable = None,
        restart: Restart = "permanent",
        shutdown: ShutdownTime = None,
    ) -> ChildSpec:
        """The specification of a dynamic supervisor as a child of another supervisor."""

        async def start() -> Pid:
            return await DynamicSupervisor.start_link(
                max_restarts=max_restarts, max_seconds=max_seconds, max_children=max_children, name=name
            )

        return ChildSpec(
            first_given(id, name, "dynamic_supervisor"), start, (), restart, shutdown, kind="supervisor"
        )

    @staticmethod
    async def start_child(supervisor: Pid | str, spec: ChildSpec) -> Ok[Pid | None] | Error:
        """Start a child: `Ok(pid)`, `Ok(None)` when it had nothing to do, or `Error(reason)`, among them
        "max_children". Raises `RuntimeMisuse` for a significant child: a dynamic supervisor ends with none."""
        check_specs([spec])
        check_significance([spec], "never")
        return await ask(supervisor, StartChild(spec))

    @staticmethod
    async def terminate_child(supervisor: Pid | str, pid: Pid) -> Ok[None] | Error:
        """End a child for good; `Error("not_found")`."""
        return await ask(supervisor, TerminateChild(pid))

    @staticmethod
    async def which_children(supervisor: Pid | str) -> list[ChildInfo]:
        """The children, in the order of their start."""
        return await ask(supervisor, WhichChildren())

    @staticmethod
    async def count_children(supervisor: Pid | str) -> dict[str, int]:
        """Counts by kind: "specs", "active" (those that live), "supervisors", "workers"."""
        return count(await DynamicSupervisor.which_children(supervisor))


class TaskSupervisor:
    """Functions on supervisors of tasks (Elixir: `Task.Supervisor`). Its tasks are not restarted."""

    @staticmethod
    async def start_link(*, max_children: int | None = None, name: str | None = None) -> Pid:
        """Start one, linked to the calling process."""
        return await DynamicSupervisor.start_link(max_children=max_children, name=name)

    @staticmethod
    def spec(*, max_children: int | None = None, name: str | None = None, id: Hashable = None) -> ChildSpec:
        """The specification of a task supervisor as a child of another supervisor."""
        return DynamicSupervisor.spec(
            max_children=max_children, name=name, id=first_given(id, name, "task_supervisor")
        )

    @overload
    @staticmethod
    async def async_(
        supervisor: Pid | str, fn: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> Task[T]: ...

    @overload
    @staticmethod
    async def async_(
        supervisor: Pid | str, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> Task[T]: ...

    @staticmethod
    async def async_(
        supervisor: Pid | str, fn: Callable[P, object], *args: P.args, **kwargs: P.kwargs
    ) -> Task[Any]:
        """A task that is supervised and linked to the caller."""
        pid = await start_task(supervisor, run_task, current_process().pid, fn, args, kwargs)
        link(pid)
        return adopt(pid)

    @overload
    @staticmethod
    async def async_nolink(
        supervisor: Pid | str, fn: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> Task[T]: ...

    @overload
    @staticmethod
    async def async_nolink(
        supervisor: Pid | str, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> Task[T]: ...

    @staticmethod
    async def async_nolink(
        supervisor: Pid | str, fn: Callable[P, object], *args: P.args, **kwargs: P.kwargs
    ) -> Task[Any]:
        """A task whose crash the caller survives: it arrives as `Exit`, or as `Down` in its mailbox."""
        return adopt(await start_task(supervisor, run_task, current_process().pid, fn, args, kwargs))

    @overload
    @staticmethod
    def async_stream(
        supervisor: Pid | str,
        items: Iterable[Item],
        fn: Callable[[Item], Awaitable[T]],
        **options: Unpack[StreamOptions],
    ) -> TaskStream[T]: ...

    @overload
    @staticmethod
    def async_stream(
        supervisor: Pid | str,
        items: Iterable[Item],
        fn: Callable[[Item], T],
        **options: Unpack[StreamOptions],
    ) -> TaskStream[T]: ...

    @staticmethod
    def async_stream(
        supervisor: Pid | str,
        items: Iterable[Any],
        fn: Callable[[Any], object],
        **options: Unpack[StreamOptions],
    ) -> TaskStream[Any]:
        """`Task.async_stream` of tasks that are supervised and linked to the caller."""

        async def start(item: object) -> Task[Any]:
            return await TaskSupervisor.async_(supervisor, fn, item)

        return TaskStream(items, start, **options)

    @overload
    @staticmethod
    def async_stream_nolink(
        supervisor: Pid | str,
        items: Iterable[Item],
        fn: Callable[[Item], Awaitable[T]],
        **options: Unpack[StreamOptions],
    ) -> TaskStream[T]: ...

    @overload
    @staticmethod
    def async_stream_nolink(
        supervisor: Pid | str,
        items: Iterable[Item],
        fn: Callable[[Item], T],
        **options: Unpack[StreamOptions],
    ) -> TaskStream[T]: ...

    @staticmethod
    def async_stream_nolink(
        supervisor: Pid | str,
        items: Iterable[Any],
        fn: Callable[[Any], object],
        **options: Unpack[StreamOptions],
    ) -> TaskStream[Any]:
        """`Task.async_stream` of tasks whose crashes the caller survives: each is an `Exit` among the results."""

        async def start(item: object) -> Task[Any]:
            return await TaskSupervisor.async_nolink(supervisor, fn, item)

        return TaskStream(items, start, **options)

    @staticmethod
    async def start_child(
        supervisor: Pid | str, fn: Callable[P, object], *args: P.args, **kwargs: P.kwargs
    ) -> Pid:
        """Run `fn` for its effects; its value is dropped."""
        return await start_task(supervisor, run_function, fn, args, kwargs)

    @staticmethod
    async def terminate_child(supervisor: Pid | str, pid: Pid) -> Ok[None] | Error:
        """End a task; `Error("not_found")`."""
        return await DynamicSupervisor.terminate_child(supervisor, pid)

    @staticmethod
    async def children(supervisor: Pid | str) -> list[Pid]:
        """The tasks that run, in the order of their start."""
        infos = await DynamicSupervisor.which_children(supervisor)
        return [info.pid for info in infos if isinstance(info.pid, Pid)]


async def start_task(supervisor: Pid | str, body: Callable[..., Awaitable[object]], *args: object) -> Pid:
    """Start a temporary child. Raises `CallError` when the supervisor refuses or is not there."""

    async def start() -> Pid:
        return spawn_link(body, *args)

    spec = ChildSpec("task", start, restart="temporary")
    started = await DynamicSupervisor.start_child(supervisor, spec)
    if isinstance(started, Ok) and started.value is not None:
        return started.value
    reason = started.reason if isinstance(started, Error) else "ignore"
    raise CallError(f"the task supervisor {supervisor!r} did not start the task: {reason!r}", reason)
