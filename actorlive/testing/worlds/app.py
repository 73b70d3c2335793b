"""An application under test: its pages over Quart's own test client, its views over `LiveConnection` in memory."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode, urlsplit

from actorlive.runtime import Node
from actorlive.testing.browser.messages import CallLater, Loaded, headers_of
from actorlive.testing.browser.page import Page
from actorlive.testing.errors import Failure, Redirected, hide_frames
from actorlive.testing.timing.network import Network
from actorlive.testing.timing.threads import threads_hold_time
from actorlive.testing.worlds.base import NAVIGATING, NONE
from actorlive.testing.worlds.memory import MemorySocket
from actorlive.testing.worlds.server import MemoryServer, OwnServer
from actorlive.testing.worlds.world import HOST, MemoryWorld
from actorlive.web import ActorLive, csrf
from actorlive.web.dead import FLASH_KEY

__all__ = ["AppWorld", "extension", "running"]

__tracebackhide__ = hide_frames


def extension(app: object) -> ActorLive:
    """The ActorLive of an application. Raises `Failure` when it has none."""
    if isinstance(app, ActorLive):
        return app
    extensions: dict[str, Any] = getattr(app, "extensions", {})
    found = extensions.get("actorlive")
    if not isinstance(found, ActorLive):
        raise Failure(
            f"{app!r} is not live: pass a Quart app that ActorLive was attached to, or the ActorLive itself;"
            " for a view class there is live_isolated(ViewClass)"
        )
    return found


_servers: dict[ActorLive, MemoryServer] = {}
"""Those that the kit has started."""


@asynccontextmanager
async def running(live: ActorLive) -> AsyncGenerator[MemoryServer]:
    """The application's server; it is started for this block, unless it runs already."""
    if live in _servers:
        yield _servers[live]
    elif live.running_node is not None:
        yield MemoryServer(live.running_node)
    else:
        own = OwnServer(lambda: _served(live), lambda _: live.drain())
        _servers[live] = own
        try:
            with threads_hold_time():
                async with own.running():
                    yield own
        finally:
            del _servers[live]


@asynccontextmanager
async def _served(live: ActorLive) -> AsyncGenerator[Node]:
    app = live.endpoint.app
    before, app.testing = app.testing, True
    try:
        async with app.test_app():
            yield live.current_node
    finally:
        app.testing = before


class AppWorld(MemoryWorld):
    """One visitor of one application: a cookie jar, and connections in memory."""

    def __init__(
        self,
        live: ActorLive,
        server: MemoryServer,
        network: Network,
        schedule: CallLater,
        client: Any = None,
        session: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(server, live.endpoint, live.sockets, live.limits, network, schedule)
        self._live = live
        self._client: Any = client or live.endpoint.app.test_client()
        self._given: Mapping[str, Any] = session or {}

    async def load(self, url: str, cookies: Mapping[str, str] = NONE) -> Loaded:
        """GET a page. Raises `Redirected`."""
        if self._given:
            async with self._client.session_transaction() as session:
                session.update(self._given)
            self._given = {}
        for name, value in cookies.items():
            self._client.set_cookie(HOST, name, value)
        loaded = await self._request("GET", url, headers=NAVIGATING)
        if 300 <= loaded.status < 400:
            flash: dict[str, str] = (await self.session()).get(FLASH_KEY, {})
            raise Redirected(loaded.headers.get("location", ""), flash, "redirect")
        return loaded

    async def send_form(self, url: str, method: str, pairs: list[tuple[str, str]]) -> Loaded:
        """Send a form over HTTP."""
        encoded = urlencode(pairs)
        if method == "get":
            return await self._request("GET", f"{url.partition('?')[0]}?{encoded}")
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self._request("POST", url, data=encoded, headers=headers)

    async def _request(self, method: str, url: str, **options: Any) -> Loaded:
        """The path is sent as written in the URL; Quart's client alone would decode it silently."""
        raw = {"raw_path": urlsplit(url).path.encode("ascii", "ignore")}
        response = await self._client.open(_relative(url), method=method, scope_base=raw, **options)
        return Loaded(
            await response.get_data(as_text=True), response.status_code, url, headers_of(response.headers)
        )

    async def session(self) -> dict[str, Any]:
        """The visitor's cookie session."""
        async with self._client.session_transaction() as session:
            return dict(session)

    def end_line(self, handle: str) -> None:
        """The page of that line is gone, and has not said so."""
        self._live.lines.replace(handle, self.visitor)

    def read_flash(self, token: str | None) -> dict[str, str]:
        """What a flash token says."""
        return {} if token is None else (self._live.endpoint.tokens.flash.read(token) or {})

    async def connect(self, page: Page) -> MemorySocket:
        """A connection of the visitor's page."""
        return self.open_socket(page, await self._trusted(page))

    async def connect_line(self, page: Page) -> MemorySocket:
        """One for the line of the page."""
        return self.open_socket(page, await self._trusted(page), self._live.lines)

    async def _trusted(self, page: Page) -> dict[str, Any] | None:
        """The visitor's session, which counts only with the page's CSRF token."""
        session = await self.session()
        return session if csrf.valid(session, page.csrf_token) else None


def _relative(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
