"""`on_mount` hooks: what stands before `mount` in both lives of a view, and may bring assigns along.

A hook is a function, or a class with a function `on_mount`. The annotated attributes of such a class are assigns of
each view behind it, as if the view had annotated them itself: the hook sets them by `socket.assign`, the view's
template and its layout read them. A view that annotates the same name keeps its own default.

A hook that stands with an argument, `(need_role, "admin")`, receives it first: `on_mount("admin", params, session,
socket)`.

Hooks run in order, the live session's before the view's own. **One that stands there twice runs once, at its first
place**: a view may name the hook that it cannot do without, wherever it is routed.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from types import FunctionType
from typing import Any, cast

from actorlive.errors import ActorLiveError, CallbackError
from actorlive.live.assigns import Assigns, declare
from actorlive.live.hooks import Cont, Halt, call
from actorlive.places import fault, place_of

__all__ = ["OnMount", "bring_along", "each_once", "may_mount"]

Guard = Callable[..., Awaitable[Any]] | type[Any]
OnMount = Guard | tuple[Guard, object]
"""`async def hook(params, session, socket) -> Cont | Halt`, or a class with such a function `on_mount`; either of them
with an argument, `(hook, argument)`, which it receives in front of the others."""


def bring_along(view: type[Assigns], hooks: Iterable[OnMount]) -> None:
    """Declare what the hooks bring along as assigns of the view.

    Raises `CallbackError` for what is not a hook, `AssignError` for a name that is not the hook's to bring.
    """
    for entry in hooks:
        given: object = entry
        if isinstance(given, tuple) and len(cast("tuple[object, ...]", given)) != 2:
            raise CallbackError(
                f"among the on_mount hooks of {view.__qualname__} is a tuple of another size; write `(hook, argument)`"
            )
        hook, arguments = _parts(entry)
        if isinstance(hook, type):
            _function(hook)
            declare(view, hook)
        elif not callable(hook):
            raise CallbackError(
                f"{entry!r} among the on_mount hooks of {view.__qualname__} is neither a function nor a class;"
                " write `async def hook(params, session, socket)`"
            )
        _check_parameters(entry, len(arguments))


def each_once(*groups: Iterable[OnMount]) -> Iterator[OnMount]:
    """The hooks of these groups in order, each at its first place."""
    seen: list[OnMount] = []
    for group in groups:
        for hook in group:
            if hook not in seen:
                seen.append(hook)
                yield hook


async def may_mount(
    hooks: Iterable[OnMount],
    params: Mapping[str, Any],
    session: Mapping[str, Any],
    socket: object,
    redirects: Callable[[], bool],
) -> bool:
    """Run the hooks; False when one halted, which then has sent the visitor elsewhere.

    `redirects()` says whether the socket is redirected. Raises `CallbackError` for a hook that halts without a
    redirect, goes on with one, or returns anything else.
    """
    for entry in hooks:
        guard, arguments = _parts(entry)
        outcome = await call(_function(guard), *arguments, params, session, socket)
        match outcome:
            case Halt() if not redirects():
                raise _fault(entry, "returned Halt() without a redirect", "call socket.redirect first")
            case Halt():
                return False
            case Cont() if redirects():
                raise _fault(entry, "redirected but returned Cont()", "return Halt()")
            case Cont():
                continue
            case _:
                raise _fault(entry, f"returned {outcome!r:.80}", "return Cont() or Halt()")
    return True


def _parts(entry: OnMount) -> tuple[Guard, tuple[object, ...]]:
    """The hook of an entry, and the argument that stands with it, if one does."""
    match entry:
        case tuple():
            hook, argument = entry
            return hook, (argument,)
        case _:
            return entry, ()


def _function(hook: Guard) -> Callable[..., Any]:
    if not isinstance(hook, type):
        return hook
    function = inspect.getattr_static(hook, "on_mount", None)
    if function is None:
        raise CallbackError(
            f"{hook.__qualname__} is among on_mount hooks and has no on_mount; write"
            " `@staticmethod async def on_mount(params, session, socket)` into it"
        )
    return getattr(hook, "on_mount")  # noqa: B009 - a class of the application's


def _check_parameters(entry: OnMount, arguments: int) -> None:
    """Hooks are called by position. What a decorator made, or is not written in Python, takes what it takes."""
    guard, _ = _parts(entry)
    function = _function(guard)
    if not isinstance(function, FunctionType) or hasattr(function, "__wrapped__"):
        return
    given = ("argument",) * arguments + ("params", "session", "socket")
    try:
        inspect.signature(function).bind(*given)
    except TypeError:
        takes = ", ".join(given)
        raise _fault(
            entry,
            f"does not take what it is called with: {takes}",
            f"write `async def {function.__name__}({takes})`",
        ) from None


def _fault(entry: OnMount, what: str, hint: str) -> ActorLiveError:
    guard, _ = _parts(entry)
    name = getattr(guard, "__qualname__", repr(guard))
    return fault(CallbackError, f"on_mount hook {name} {what}", place_of(_function(guard)), hint)
