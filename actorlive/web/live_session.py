"""LiveSession: a group of routes between which a visitor navigates over one socket, with what its views share.

**What is nearer says more.** A live layout is that of the view (`layout = …`), else of the route, of the live session,
of the application; None anywhere is "none", and `...`, which nobody need write, leaves it to the next. In mount
`socket.put_layout` has the last word. The root layout is the live session's, else the application's: it stands around
all pages between which a visitor goes without loading one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import EllipsisType
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec
from quart import request

from actorlive.live.endpoint import Layout, Route
from actorlive.live.hooks import call
from actorlive.live.on_mount import OnMount, bring_along
from actorlive.live.view import LiveView, check_view
from actorlive.web.errors import ConfigurationError
from actorlive.web.route_checks import check_path, check_route_options, check_view_class

if TYPE_CHECKING:
    from quart import Request

    from actorlive.web.app import ActorLive
    from actorlive.web.layouts import RootLayout

__all__ = ["LiveRoute", "LiveSession", "SessionSource"]

ViewClass = TypeVar("ViewClass", bound=type[LiveView[Any]])

SessionData = Mapping[str, Any]
SessionSource = SessionData | Callable[["Request"], SessionData | Awaitable[SessionData]]
"""What a live session adds to the session of its views: a mapping, or a function of the page's request."""


@dataclass(frozen=True, slots=True)
class LiveRoute:
    """A rule of the URL map, where it leads, and the group that it belongs to."""

    path: str
    endpoint: str
    route: Route
    group: LiveSession


class LiveSession:
    """A group of routes (mirrors `live_session`), made by `ActorLive.session`.

    To go from one group to another the browser loads the page, so that the checks of the other group's `on_mount` hooks
    cannot be passed by.
    """

    def __init__(
        self,
        live: ActorLive,
        name: str,
        *,
        on_mount: Sequence[OnMount] = (),
        layout: Layout | EllipsisType | None = ...,
        root_layout: RootLayout | None = None,
        session: SessionSource | None = None,
    ) -> None:
        self._live = live
        self.name = name
        self.on_mount: tuple[OnMount, ...] = tuple(on_mount)
        self.layout: Layout | EllipsisType | None = layout
        self.root_layout: RootLayout = root_layout or live.root_layout
        self._session = session
        if session is not None and not callable(session):
            _as_json(name, session)

    def route(
        self,
        path: str,
        view: type[LiveView[Any]] | None = None,
        *,
        action: str | None = None,
        name: str | None = None,
        layout: Layout | EllipsisType | None = ...,
    ) -> Callable[[ViewClass], ViewClass]:
        """Serve `view` at `path` (with Quart's converters); without `view`, a class decorator.

        `action` is the view's `live_action` there; `name` is the URL map's endpoint, for `url_for`; `layout` is the
        live layout of this route. Raises `ConfigurationError` for a path, an option or a class that is of no use.
        """

        check_path(path)
        check_route_options(action, name, layout)

        def add(cls: ViewClass) -> ViewClass:
            self._add(path, name or f"live:{path}", cls, action, layout)
            return cls

        if view is not None:
            add(cast("ViewClass", view))
        return add

    def _add(
        self,
        path: str,
        endpoint: str,
        view: type[LiveView[Any]],
        action: str | None,
        layout: Layout | EllipsisType | None,
    ) -> None:
        check_view_class(view)
        bring_along(view, self.on_mount)
        check_view(view)
        layouts = (getattr(view, "layout", ...), layout, self.layout, self._live.layout)
        nearest = next((said for said in layouts if not isinstance(said, EllipsisType)), None)
        route = Route(view, action, {}, self.name, self.on_mount, nearest)
        self._live.add_rule(LiveRoute(path, endpoint, route, self))

    async def session_data(self) -> dict[str, Any]:
        """What the group adds to the session of a page that is asked for by this request.

        It travels in the page's token, so both lives of a view see what JSON leaves of it. Raises `ConfigurationError`
        for what has no JSON form.
        """
        source = self._session
        if source is None:
            return {}
        given: object = await call(source, request) if callable(source) else source
        return _as_json(self.name, given)


def _as_json(name: str, given: object) -> dict[str, Any]:
    try:
        msgspec.convert(given, type=dict[str, Any])  # no other keys than names
        return msgspec.json.decode(msgspec.json.encode(given), type=dict[str, Any])
    except (TypeError, ValueError, msgspec.MsgspecError) as error:
        raise ConfigurationError(
            f"the session of the live session {name!r} is {given!r:.80}: {error}. It is a mapping of names to what has"
            " a JSON form, or a function of the request that returns one"
        ) from error
