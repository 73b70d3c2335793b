"""LiveView: a page's process, as its author writes it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, cast

from actorlive.errors import CallbackError
from actorlive.live.container import Container
from actorlive.live.declaration import check_complete
from actorlive.live.on_mount import OnMount, bring_along
from actorlive.live.stateful import E, Stateful
from actorlive.live.view_settings import LogLevel
from actorlive.runtime import Caller
from actorlive.template import Component, Template

if TYPE_CHECKING:
    from actorlive.live.socket import Socket

__all__ = ["LiveView", "check_view"]

_log = logging.getLogger("actorlive.live")


NO_URL = "{} has a handle_params, which is called for views at routes only"
NO_URL_HINT = "a view without a route has no URL: it receives what it needs in the session of its mount"


class LiveView(Stateful[E], Generic[E], root=True):
    """A page that is alive: a process with one mailbox, whose state is its attributes.

    The annotated attributes of the class are its assigns: typed, tracked, `@name` in the template; so are its
    properties, which are worked out anew when anything changed. Defaults are each view's own. Every
    callback runs alone: the next message waits until it has returned, its awaits included, and until what it
    changed is rendered and sent. A callback that raises ends this view and nothing else; the client mounts it
    afresh. The type argument names the events, `LiveView[Go | Cancel]`; without one, `handle_event` receives
    `RawEvent`.

    A class has two lives (LiveView's rule): once for the first HTTP response, with `socket.connected` False,
    where nothing that acts on the world runs, and once over the socket. With `adopt` both are one.
    """

    __slots__ = ()

    on_mount: ClassVar[tuple[OnMount, ...]] = ()
    """Hooks that stand before `mount`, after those of the live session (see `actorlive.live.on_mount`)."""

    layout: ClassVar[Component[...] | None]
    """The live layout, None for none. Without it that of the route, the live session or the application counts."""

    container: ClassVar[Container] = Container()
    """The element that the view is in."""

    log_level: ClassVar[LogLevel | Literal["default"] | None] = "default"
    """At which level the log of views tells of it (see `ActorLive`), None for never; "default" is the application's."""

    adopt: ClassVar[float] = 0.0
    """Seconds for which the view that was mounted for a page waits for the page's join, to be its one mount (see
    docs/adopting.md); 0 for a mount in each life."""

    live_action: str | None
    """The action of the route that led here."""

    page_title: str | None = None
    """The document's title; setting it sends it."""

    @classmethod
    def _find_templates(cls) -> list[Template]:
        bring_along(cls, cls.on_mount)
        return super()._find_templates()

    def __init__(self) -> None:
        super().__init__()
        self.__dict__["live_action"] = None

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        """Set the first state. Runs in both lives, before anything else (`mount/3`).

        `params` are the path's and the query's, `session` the signed cookie session; both come from outside.
        """

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        """After mount, and again whenever the URL changes by a patch (`handle_params/3`)."""

    async def handle_info(self, message: Any, socket: Socket) -> None:
        """Any other message: `send`, timers, pubsub, monitors (`handle_info/2`). Here it is dropped, with a warning for
        the first of each type."""
        dropped = cast("set[type]", socket.private.setdefault("actorlive.dropped", set[type]()))
        kind: type = message.__class__
        if kind not in dropped:
            dropped.add(kind)
            _log.warning(
                "%s handles no message of the type %s and dropped %.200r; take it in"
                " `async def handle_info(self, message, socket)`",
                type(self).__qualname__,
                kind.__qualname__,
                message,
            )

    async def handle_call(self, request: Any, caller: Caller, socket: Socket) -> Any:
        """A `runtime.call` of another process; what is returned is the answer, sent after the render (`handle_call/3`).

        `NO_REPLY` answers later, with `runtime.reply(caller, value)`.
        """
        raise CallbackError(f"{type(self).__qualname__} was called with {request!r} but has no handle_call")

    async def handle_cast(self, request: Any, socket: Socket) -> None:
        """A `runtime.cast` of another process (`handle_cast/2`)."""
        raise CallbackError(f"{type(self).__qualname__} was cast {request!r} but has no handle_cast")

    async def terminate(self, reason: object, socket: Socket) -> None:
        """The view ends: the client left, the socket closed, a callback raised (`terminate/2`)."""

    @classmethod
    def __nested_fault__(cls) -> tuple[str, str] | None:
        """Why the view cannot stand within another one, and what to do about it; None when it can."""
        if cls.handle_params is LiveView.handle_params:
            return None
        return NO_URL.format(cls.__qualname__), NO_URL_HINT


def check_view(cls: type[LiveView[Any]]) -> None:
    """Raise `CallbackError` or `AssignError` for a class that cannot be opened as a view: it lacks a template, say."""
    check_complete(cls, LiveView)


def overrides(view: LiveView[Any], callback: str) -> bool:
    """True when the view's class has its own version of a callback."""
    return getattr(type(view), callback) is not getattr(LiveView, callback)
