"""A view without an application: no routes, no cookies, a session as the test gives it."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from typing import Any

import msgspec

from actorlive.errors import NavigationError
from actorlive.live.endpoint import KeptPlace, Mount, Passport, Route
from actorlive.live.intake import MAX_FRAME
from actorlive.live.process.connection import ConnectionInfo, Refused
from actorlive.live.process.dead import DeadRedirect, dead_render
from actorlive.live.uploads.messages import UploadTicket
from actorlive.live.view import LiveView, check_view
from actorlive.runtime import Node, open_node
from actorlive.testing.browser.messages import CallLater, Loaded
from actorlive.testing.browser.page import Page
from actorlive.testing.errors import Failure, Redirected, RenderedError, hide_frames
from actorlive.testing.timing.network import Network
from actorlive.testing.worlds.base import NONE
from actorlive.testing.worlds.memory import MemorySocket
from actorlive.testing.worlds.server import OwnServer
from actorlive.testing.worlds.world import MemoryWorld, absolute
from actorlive.web.allowance import Peers
from actorlive.web.dead import RELOAD_COOKIE
from actorlive.web.ending import Ending, drain_sockets
from actorlive.web.limits import MAX_HEAD, MAX_KEPT, Limits
from actorlive.web.lines import Lines
from actorlive.web.parking import Parking
from actorlive.web.passports import Passports
from actorlive.web.sockets import Sockets
from actorlive.web.tokens import SessionToken, UploadToken
from actorlive.web.visitor import VISITOR_KEY
from actorlive.wire import Join, JoinPayload

__all__ = ["IsolatedServer", "IsolatedWorld", "rendered_alone"]

__tracebackhide__ = hide_frames

DOM_ID = ISOLATED = "isolated"
LINGER = 20.0
"""Seconds that a page's line outlives its websocket."""
DRAIN = 5.0
"""Seconds that the server takes to go down in order, at most."""
NO_JOIN = JoinPayload()
NO_APPLICATION = "an isolated view has no application around it, so nothing is at {!r}"
PAGE = (
    '<!DOCTYPE html><html><head><title>{title}</title></head><body><div id="{id}" data-phx-session="{session}"'
    ' data-phx-static="">{content}</div></body></html>'
)


class _Endpoint:
    """An endpoint with one view and no routes."""

    debug = True
    max_kept = MAX_KEPT
    max_url = MAX_HEAD

    def __init__(self, view: type[LiveView[Any]], session: Mapping[str, Any]) -> None:
        check_view(view)
        self._view = view
        self._session = session
        self._passports = Passports()

    def route_for(self, uri: str) -> Route | None:
        return None

    def url_for(self, to: str | type, values: Mapping[str, Any]) -> str:
        raise NavigationError(
            "an isolated view has no application around it, so there are no routes: use live(app, …)"
        )

    @property
    def max_frame(self) -> int:
        return MAX_FRAME

    def static_path(self, name: str, /) -> str:
        return f"/static/{name}"

    def default_title(self, route: Route, /) -> str:
        return ""

    def sign_reload(self, status: int) -> str:
        return str(status)

    def sign_flash(self, flash: Mapping[str, str]) -> str:
        return json.dumps(dict(flash))

    def sign_passport(self, passport: Passport) -> str:
        return msgspec.json.encode(self._passports.content(passport)).decode()

    def is_current(self, url: str) -> bool:
        return True

    def sign_static(self, dom_id: str, flash: Mapping[str, str]) -> str:
        return json.dumps(dict(flash))

    def sign_upload(self, ticket: UploadTicket) -> str:
        return msgspec.json.encode(self._passports.upload_content(ticket)).decode()

    def read_upload(self, token: str) -> UploadTicket | None:
        return self._passports.read_upload(msgspec.json.decode(token, type=UploadToken))

    def sign_kept(self, place: KeptPlace, name: str, value: bytes, /) -> str:
        return json.dumps([str(place), name, value.decode()])

    def read_kept(self, place: KeptPlace, name: str, token: str, /) -> bytes | None:
        *where, value = msgspec.json.decode(token, type=tuple[str, str, str])
        return value.encode() if where == [str(place), name] else None

    def handed_down(self, session: Mapping[str, object], what: str) -> dict[str, Any]:
        return self._passports.handed_down(session, what)

    def authorize(self, join: Join, payload: JoinPayload, connection: ConnectionInfo) -> Mount | Refused:
        if payload.session == ISOLATED:
            return self.mount(payload)
        passport = self._passports.read(msgspec.json.decode(payload.session or "", type=SessionToken))
        return Refused("stale") if passport is None else self._nested(passport, payload)

    def _nested(self, passport: Passport, payload: JoinPayload) -> Mount:
        """A view within the isolated one."""
        return replace(
            self.mount(payload),
            route=Route(passport.view),
            dom_id=passport.dom_id,
            session={**self._session, **passport.session},
            flash=json.loads(payload.static) if payload.static and payload.mounts == 0 else {},
            lineage=passport.lineage,
            sticky=passport.sticky,
        )

    def mount(self, payload: JoinPayload = NO_JOIN) -> Mount:
        """The view, for either of its lives."""
        return Mount(
            route=Route(self._view),
            dom_id=DOM_ID,
            uri=absolute("/"),
            params=None,
            session=dict(self._session),
            endpoint=self,
            cookie_session=dict(self._session),
            connect_params=payload.connect_params,
            mounts=payload.mounts,
            kept=payload.kept,
        )


async def rendered_alone(view: type[LiveView[Any]]) -> str:
    """The HTML of a view's dead render."""
    page = await dead_render(_Endpoint(view, {}).mount())
    if isinstance(page, DeadRedirect):
        raise RenderedError(f"{view.__qualname__} redirects to {page.to!r}")
    return str(page.content)


class IsolatedServer(OwnServer):
    """A server with one unrouted view."""

    def __init__(self, view: type[LiveView[Any]], session: Mapping[str, Any], *, lined: bool) -> None:
        super().__init__(self._opened, self._drained)
        self.endpoint = _Endpoint(view, session)
        self.limits = Limits()
        self.sockets = Sockets()
        self.lines = Lines(self.sockets, self.limits, LINGER if lined else 0.0)

    @asynccontextmanager
    async def _opened(self) -> AsyncGenerator[Node]:
        async with open_node() as node:
            with self.lines.on(node) if self.lines.linger else nullcontext():
                yield node

    async def _drained(self, node: Node) -> None:
        ending = Ending(DRAIN)
        ending.request()
        await ending.begin()
        await drain_sockets(self.sockets, node, ending, Parking(self.limits, Peers()))
        self.sockets.draining = False


class IsolatedWorld(MemoryWorld):
    """The world of one unrouted view."""

    def __init__(
        self,
        server: IsolatedServer,
        network: Network,
        schedule: CallLater,
    ) -> None:
        self._endpoint = endpoint = server.endpoint
        self._lines = server.lines
        super().__init__(server, endpoint, server.sockets, server.limits, network, schedule)

    async def load(self, url: str, cookies: Mapping[str, str] = NONE) -> Loaded:
        """Render the view dead. Raises `Redirected`, `Failure` for any other URL."""
        if RELOAD_COOKIE in cookies:
            return Loaded("", int(cookies[RELOAD_COOKIE]), url, {})
        if url != absolute("/"):
            raise Failure(NO_APPLICATION.format(url))
        page = await dead_render(self._endpoint.mount())
        if isinstance(page, DeadRedirect):
            raise Redirected(page.to, page.flash, "redirect")
        html = PAGE.format(title=page.page_title or "", id=DOM_ID, session=ISOLATED, content=page.content)
        return Loaded(html, 200, url, {})

    async def send_form(self, url: str, method: str, pairs: list[tuple[str, str]]) -> Loaded:
        """There is nobody to send it to. Raises `Failure`."""
        raise Failure(NO_APPLICATION.format(url))

    def read_flash(self, token: str | None) -> dict[str, str]:
        """What a flash token says."""
        return {} if token is None else json.loads(token)

    async def connect(self, page: Page) -> MemorySocket:
        """A connection of the page."""
        return self.open_socket(page, {})

    async def connect_line(self, page: Page) -> MemorySocket:
        """One for the line of the page, whose visitor is the only one."""
        return self.open_socket(page, {VISITOR_KEY: ISOLATED}, self._lines)

    def end_line(self, handle: str) -> None:
        """The page of that line is gone, and has not said so."""
        self._lines.replace(handle, ISOLATED)
