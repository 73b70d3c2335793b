"""The socket's part that works on the side: tasks of the view whose ends come back as messages."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import cache, partial
from types import UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin

from typing_extensions import TypeVar

from actorlive.errors import AssignError, did_you_mean
from actorlive.live.assigns import assign
from actorlive.live.async_result import AsyncResult
from actorlive.live.socket_core import SocketCore
from actorlive.live.stateful import stream_names
from actorlive.live.streams import Stream
from actorlive.live.tasks import assign_loader, stream_loader
from actorlive.runtime import Exit, Pid, Shutdown
from actorlive.runtime.functions import check_function

__all__ = ["AsyncSocket"]

CANCEL = Shutdown("cancel")


class AsyncSocket(SocketCore):
    """`start_async` and its like."""

    __slots__ = ()

    def start_async(
        self,
        name: Hashable,
        fn: Callable[..., Any],
        *args: object,
        supersede: bool = False,
        supervisor: Pid | str | None = None,
    ) -> None:
        """Run `fn(*args)` on the side; its end arrives as `handle_async(name, Ok(value) | Exit(reason))`.

        An `async def` runs as a task of the view, anything else in a worker thread. A task of the same name that
        is still running goes on unheard; with `supersede=True` it is cancelled first. With `supervisor`, the pid
        or name of a `TaskSupervisor`, it runs as that one's child. Nothing runs in the dead render.
        (`start_async/4`)
        """
        check_function(fn, f"start_async({name!r:.80}, …)")
        if supersede:
            self.cancel_async(name, reason="superseded")
        if self._acts("start_async"):
            self._owner.tasks.start(name, "start", (), partial(fn, *args), supervisor)

    def assign_async(
        self,
        names: str | list[str] | tuple[str, ...],
        fn: Callable[..., Any],
        *args: object,
        reset: bool | Iterable[str] = False,
        supervisor: Pid | str | None = None,
    ) -> None:
        """Load one assign, or several, on the side; each is an `AsyncResult` (`assign_async/4`).

        For one name the function's value is the result; for several it returns a mapping with all of them.
        `Error(reason)` and exceptions arrive in `.failed`. `reset` drops earlier results while loading.
        """
        check_function(fn, f"assign_async({names!r:.80}, …)")
        keys = (names,) if isinstance(names, str) else tuple(names)
        for name in keys:
            self._begin_loading(name, keys, reset is True or (reset is not False and name in reset))
        if self._acts("assign_async"):
            self._owner.tasks.start(
                _async_key(keys), "assign", keys, assign_loader(keys, fn, args), supervisor
            )

    def stream_async(
        self,
        name: str,
        fn: Callable[..., Any],
        *args: object,
        reset: bool = False,
        supervisor: Pid | str | None = None,
    ) -> None:
        """Load a stream's items on the side: `@name` is the `AsyncResult`, `@streams.name` the items.

        The function returns the items, a `StreamResult` that says where they go, or `Error(reason)`. The stream
        exists at once. `reset` drops the earlier `AsyncResult`, not the items. (`stream_async/4`)
        """
        check_function(fn, f"stream_async({name!r:.80}, …)")
        self._begin_loading(name, True, reset)
        self._owner.stream(name, create=True)
        if self._acts("stream_async"):
            self._owner.tasks.start(name, "stream", (name,), stream_loader(name, fn, args), supervisor)

    def cancel_async(self, name: Hashable | AsyncResult[Any], reason: object = CANCEL) -> None:
        """End a task with that reason (`cancel_async/3`).

        By name (of an `assign_async` of several, the tuple of them), what it leaves arrives later as `Exit(reason)`,
        unless the name was started again. By the `AsyncResult` of an `assign_async`, its assigns are failed at
        once; one that is not loading such names is left alone. No such task: nothing happens.
        """
        if isinstance(name, AsyncResult):
            self._cancel_loading(cast("AsyncResult[Any]", name), reason)
        elif self._owner.has_tasks:
            self._owner.tasks.cancel(name, reason)

    def _cancel_loading(self, result: AsyncResult[Any], reason: object) -> None:
        loading: object = result.loading
        if not isinstance(loading, tuple):
            return
        names = cast("tuple[str, ...]", loading)
        for name in names:
            assign(self._writable.assigns, name, result.to_failed(Exit(reason)))
        self.cancel_async(_async_key(names), reason)

    def _begin_loading(self, name: str, state: object, reset: bool) -> None:
        view = self._writable.assigns
        declared = type(view).__declared__
        if name not in declared:
            raise AssignError(
                f"{type(view).__qualname__} declares no assign {name!r} to load into.{did_you_mean(name, declared)}"
            )
        if not _may_load(declared[name]):
            shown = getattr(declared[name], "__name__", repr(declared[name]))
            raise AssignError(
                f"{type(view).__qualname__}.{name} is declared as {shown}, and what is loaded on the side is an"
                f" AsyncResult: declare `{name}: AsyncResult[{shown}]`, and read `@{name}.result`"
            )
        kept = cast("object", view.__dict__.get(name))
        if isinstance(kept, AsyncResult) and kept.ok and not reset:
            assign(view, name, cast("AsyncResult[Any]", kept).to_loading(state))
        else:
            fresh = Stream[Any] if name in stream_names(type(view)) else AsyncResult[Any]
            assign(view, name, fresh.pending(state))


@cache
def _may_load(annotation: object) -> bool:
    """True where an `AsyncResult` may stand: an annotation of one, alone or in a union, or one that says less."""
    if isinstance(annotation, str | TypeVar) or annotation is Any or annotation is object:
        return True
    if get_origin(annotation) in (Union, UnionType, Annotated):
        return any(_may_load(part) for part in get_args(annotation))
    of = get_origin(annotation) or annotation
    return not isinstance(of, type) or issubclass(of, AsyncResult)


def _async_key(names: tuple[str, ...]) -> Hashable:
    """The key of an `assign_async`: its one name, or the tuple of its names."""
    return names[0] if len(names) == 1 else names
