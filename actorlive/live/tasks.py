"""Work on the side: tasks that belong to a view and whose ends are messages to it (LiveView's `async.ex`).

A task is a process of its own, owned by the view: it ends with the view, and whatever it does, the view lives on.
Its end is one message: its value, or the DOWN that says why there is none. The view keeps one task per key, and an end
is accepted only from the very task that is kept there: a task that was started again, or cancelled and started again,
is ignored from then on. All that arrives from a task that was cancelled is the reason that was given, whatever it does
with it: clean-up that raises (which is logged), a value that was ready, a shield that it waits out.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from actorlive.errors import CallbackError
from actorlive.live.defaults import refuse_iterator
from actorlive.live.keys import exact
from actorlive.live.streams import StreamResult
from actorlive.runtime import (
    Error,
    Exit,
    Ok,
    Pid,
    Ref,
    TaskSupervisor,
    exit,
    send,
    spawn_monitor,
)
from actorlive.runtime.functions import is_async, resolve, run_function

__all__ = ["AsyncDone", "AsyncTask", "AsyncWork"]

TaskKind = Literal["start", "assign", "stream"]


@dataclass(slots=True, eq=False)
class AsyncTask:
    """One running task. Compared by identity: that is what makes a result current or stale."""

    key: Hashable
    kind: TaskKind
    names: tuple[str, ...]
    pid: Pid
    monitor: Ref
    cid: int | None
    """Whose it is: the live component of that number, or the view."""
    cancelled: Exit | None = None
    """How it ends, from the moment that it was cancelled."""

    def end(self, end: Ok[Any] | Exit) -> Ok[Any] | Exit:
        """What the view is told of its end."""
        return self.cancelled or end


@dataclass(slots=True, eq=False)
class AsyncDone:
    """The message of a task that has a value."""

    box: list[AsyncTask]
    result: Ok[Any]

    @property
    def task(self) -> AsyncTask:
        """The task; in a box, because its process begins before there is a task to name."""
        return self.box[0]


class AsyncWork:
    """The tasks of one view, or of one of its live components; `running` are those of all of them, by monitor."""

    __slots__ = ("_by_key", "_cid", "_owner", "_running")

    def __init__(self, owner: Pid, running: dict[Ref, AsyncTask], cid: int | None = None) -> None:
        self._owner = owner
        self._cid = cid
        self._running = running
        self._by_key: dict[Hashable, AsyncTask] = {}  # by `exact(key)`

    def start(
        self,
        key: Hashable,
        kind: TaskKind,
        names: tuple[str, ...],
        fn: Callable[..., Any],
        supervisor: Pid | str | None = None,
    ) -> None:
        """Start a task under a key. One that runs there already goes on, but its end is ignored."""
        box: list[AsyncTask] = []
        work = fn if supervisor is None else functools.partial(_supervised, supervisor, fn)
        label = f"async task {key!r}"
        pid, monitor = spawn_monitor(_run, box, work, owner=self._owner, alias="reply_demonitor", label=label)
        task = AsyncTask(key, kind, names, pid, monitor, self._cid)
        box.append(task)
        self._by_key[exact(key)] = task
        self._running[task.monitor] = task

    def cancel(self, key: Hashable, reason: object) -> None:
        """Ask the task of that key to exit; a later message says that it has. Without such a task, do nothing.

        Reasons are those of exit signals: "normal" does not end it, and "kill" arrives as "killed".
        """
        task = self._by_key.get(exact(key))
        if task is None or (type(reason) is str and reason == "normal"):
            return
        if task.cancelled is None:
            task.cancelled = Exit("killed" if type(reason) is str and reason == "kill" else reason)
        exit(task.pid, reason)

    def end(self, reason: object) -> None:
        """Cancel them all, those that were replaced too: nobody will hear of them any more."""
        for task in self._running.values():
            if task.cid == self._cid:
                exit(task.pid, reason)
        self._by_key = {}

    @property
    def pids(self) -> list[Pid]:
        """The processes of the current tasks."""
        return [task.pid for task in self._by_key.values()]

    def take_if_current(self, task: AsyncTask) -> bool:
        """True when the task that ended is the one of its key, which is free then; False for one that was replaced.

        INV-10: asked by identity, since a later task may have the same key.
        """
        key = exact(task.key)
        if self._by_key.get(key) is not task:
            return False
        del self._by_key[key]
        return True


async def _run(box: list[AsyncTask], fn: Callable[..., Any]) -> None:
    """The task's process: run the function, send its value to the owner."""
    done = AsyncDone(box, Ok(await run_function(fn, (), {})))
    send(box[0].monitor, done)  # through the monitor's alias, which ends with it: no DOWN follows a value


async def _supervised(supervisor: Pid | str, fn: Callable[..., Any]) -> Any:
    """Run the function as a child of a task supervisor, and wait for it here.

    The two are linked: a cancel ends the child, and the child's end, if it is not a return, ends this one.
    """
    task = await TaskSupervisor.async_(supervisor, fn)
    return await task.await_(timeout=None)


def assign_loader(
    names: tuple[str, ...], fn: Callable[..., Any], args: tuple[object, ...]
) -> Callable[[], Any]:
    """The function of an `assign_async`, checked where it runs: it returns `Error` or a value for every name."""
    return _checked(functools.partial(fn, *args), functools.partial(_values, names))


def stream_loader(name: str, fn: Callable[..., Any], args: tuple[object, ...]) -> Callable[[], Any]:
    """The function of a `stream_async`, checked where it runs: it returns `Error` or the items."""
    return _checked(functools.partial(fn, *args), functools.partial(_items, name))


def _checked(fn: Callable[[], Any], check: Callable[[Any], Any]) -> Callable[[], Any]:
    """The check runs where the function does: the items of a plain one may be read from a database, and block."""

    async def awaited(value: Any) -> Any:
        return check(await resolve(value, fn))

    def checked() -> Any:
        value = fn()
        return awaited(value) if inspect.isawaitable(value) or inspect.isasyncgen(value) else check(value)

    async def checked_here() -> Any:
        return await awaited(fn())

    return checked_here if is_async(fn) else checked


def _values(names: tuple[str, ...], value: Any) -> Error[Any] | dict[str, Any]:
    if isinstance(value, Error):
        return cast("Error[Any]", value)
    if isinstance(value, Ok):
        value = cast("Ok[Any]", value).value
    if len(names) == 1:
        return _to_keep({names[0]: value})
    if isinstance(value, Mapping):
        mapping = cast("Mapping[str, Any]", value)
        if all(name in mapping for name in names):
            return _to_keep(dict(mapping))
    wanted = ", ".join(map(repr, names))
    raise CallbackError(
        f"expected assign_async to return a mapping with all of {wanted}, or Error(reason); got {value!r:.200}"
    )


def _to_keep(values: dict[str, Any]) -> dict[str, Any]:
    for name, value in values.items():
        refuse_iterator(value, "assign_async", name)
    return values


def _items(name: str, value: Any) -> Error[Any] | StreamResult[Any]:
    if isinstance(value, Error):
        return cast("Error[Any]", value)
    if isinstance(value, Ok):
        value = cast("Ok[Any]", value).value
    if isinstance(value, StreamResult):
        return cast("StreamResult[Any]", value)
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
        return StreamResult(list(cast("Iterable[Any]", value)))
    raise CallbackError(
        f"expected stream_async({name!r}, …) to return the items, a StreamResult, or Error(reason); got {value!r:.200}"
    )
