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
from typing import Any

from actorlive.errors import CallbackError
from actorlive.live.assigns import Assigns, declare
from actorlive.live.hooks import Cont, Halt, call

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
        hook, _ = _parts(entry)
        if isinstance(hook, type):
            _function(hook)
            declare(view, hook)
        elif not callable(hook):
            raise CallbackError(
                f"{entry!r} among the on_mount hooks of {view.__qualname__} is neither a function nor a class;"
                " write `async def hook(params, session, socket)`"
            )


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
    for hook in hooks:
        guard, arguments = _parts(hook)
        outcome = await call(_function(guard), *arguments, params, session, socket)
        match outcome:
            case Halt() if not redirects():
                raise _fault(hook, "returned Halt() without a redirect; use socket.redirect first")
            case Halt():
                return False
            case Cont() if redirects():
                raise _fault(hook, "redirected but returned Cont(); return Halt()")
            case Cont():
                continue
            case _:
                raise _fault(hook, f"returned {outcome!r}; return Cont() or Halt()")
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


def _fault(hook: OnMount, what: str) -> CallbackError:
    guard, _ = _parts(hook)
    return CallbackError(f"on_mount hook {getattr(guard, '__qualname__', repr(guard))} {what}")
