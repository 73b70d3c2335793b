"""Driver: keeps one page going. A pump for its frames, its timers, and the waiting that a test's calls need."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import trio

from actorlive.testing.browser.checks import OnError
from actorlive.testing.browser.client_view import ClientView
from actorlive.testing.browser.messages import ClientPush, Loaded, Navigation, PageSocket
from actorlive.testing.browser.page import Page
from actorlive.testing.browser.view_status import ViewStatus
from actorlive.testing.errors import (
    Failure,
    JoinFailed,
    NotIdle,
    Redirected,
    UnexpectedStatus,
    hide_frames,
)
from actorlive.testing.timing import clock
from actorlive.testing.timing.later import schedule_in
from actorlive.testing.worlds.base import World
from actorlive.testing.worlds.lined import LinedSocket, Websocket
from actorlive.testing.worlds.refusals import (
    CUT_TWICE,
    NO_SOCKET,
    NOT_CUT,
    NOTHING_TO_CUT,
    cut_off,
    no_files,
    unanswered,
)
from actorlive.web.dead import FLASH_COOKIE, RELOAD_COOKIE

__all__ = ["Driver"]

__tracebackhide__ = hide_frames

JOIN_TIMEOUT = 10.0
"""Seconds that the client waits for a join."""

RECONNECT_DELAYS = (0.01, 0.05, 0.1, 0.15, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0)
"""Seconds before the tries to connect again."""

PUSH_TIMEOUT = 30.0
"""Seconds after which the client stops waiting for an answer and reloads the page."""


class Driver:
    """One page of a world, and what moves it. `nursery` holds its pump and timers; `lined` gives the page a line."""

    def __init__(
        self,
        nursery: trio.Nursery,
        world: World,
        connect_params: dict[str, Any],
        on_error: OnError = "raise",
        *,
        lined: bool = False,
    ) -> None:
        self._on_error: OnError = on_error
        self.world = world
        self.connect_params = connect_params
        self.page: Page | None = None
        self.is_cut: bool = False
        """True while `cut` has no way to the server."""
        self._nursery = nursery
        self._pump: trio.CancelScope | None = None
        self._tries = 0
        self._offline = False
        self._lined = lined
        self._line: LinedSocket | None = None

    # -- page and socket -------------------------------------------------------

    def open(self, loaded: Loaded) -> Page:
        """The page of a load, not connected yet."""
        self._line = None
        self.page = Page(
            loaded.html,
            loaded.url,
            schedule=schedule_in(self._nursery),
            connect_params=self.connect_params,
            on_error=self._on_error,
        )
        return self.page

    async def connect(self, page: Page) -> None:
        """Give the page a socket and pump its frames. Raises `OSError`."""
        page.socket = socket = await (self._begin_line(page) if self._lined else self.world.connect(page))
        self._offline = False
        self._pump = trio.CancelScope()
        self._nursery.start_soon(self._run, page, socket, self._pump)

    async def _begin_line(self, page: Page) -> LinedSocket:
        old = None if self._line is None else self._line.handle
        line = LinedSocket(page, self._nursery, partial(self._dial, page), old)
        await line.connect()
        self._line = line
        return line

    async def _dial(self, page: Page) -> Websocket:
        if self.is_cut:
            raise ConnectionRefusedError("the network is cut")
        return await self.world.connect_line(page)

    async def _run(self, page: Page, socket: PageSocket, scope: trio.CancelScope) -> None:
        with scope:
            while (frame := await socket.receive()) is not None:
                self._tries = 0
                page.receive(frame)
            if page.socket is socket:
                page.drop_socket()
                self._reconnect_later(page)

    def _reconnect_later(self, page: Page) -> None:
        """The server, or the network, has ended the socket: the client comes back by itself."""
        if page.rejoins:
            delay = RECONNECT_DELAYS[min(self._tries, len(RECONNECT_DELAYS) - 1)]
            self._tries += 1
            self._nursery.start_soon(self._reconnect, page, delay)

    async def _reconnect(self, page: Page, delay: float) -> None:
        await trio.sleep(delay)
        if page.socket is None and page is self.page and not self._offline:
            try:
                await self.connect(page)
            except OSError:
                self._reconnect_later(page)
            else:
                page.rejoin()

    async def disconnect(self) -> None:
        """End the socket, as when the network goes."""
        page = self.page
        self._offline = True
        if page is None or page.socket is None:
            return
        socket = page.socket
        page.drop_socket()
        await socket.close()
        if self._pump is not None:
            self._pump.cancel()

    # -- the network and the server --------------------------------------------

    def cut(self, *, noticed: bool) -> None:
        """The network breaks beneath the page's line."""
        self._line_to_cut().cut(noticed=noticed)
        self.is_cut = True

    def _line_to_cut(self) -> LinedSocket:
        if self.is_cut:
            raise Failure(CUT_TWICE)
        if not self._lined:
            raise Failure(NOTHING_TO_CUT)
        if self._line is None or self.page is None or self.page.socket is not self._line:
            raise Failure(NO_SOCKET)
        return self._line

    def _require_network(self, to: str) -> None:
        if self.is_cut:
            raise cut_off(to)

    def require_network(self, of: str) -> None:
        """Raises `Failure` for the files of an element while the network is cut."""
        if self.is_cut:
            raise no_files(of)

    async def mend(self) -> None:
        """There is a way to the server again, and the page takes it."""
        if not self.is_cut:
            raise Failure(NOT_CUT)
        self.is_cut = False
        await self._come_back()

    async def restart(self, *, kill: bool) -> None:
        """The server ends, another one is there, and the page comes to it, unless it is cut off."""
        await self.world.restart(kill=kill)
        if not self.is_cut and not self._offline:
            await self._come_back()

    async def _come_back(self) -> None:
        """The page tries now, as the client does when the network is back, and has its views again."""
        page, line = self.page, self._line
        assert page is not None
        if line is not None and page.socket is line:
            line.wake()
            await self.until(lambda: not line.is_away, PUSH_TIMEOUT)
        await self.settle()
        if page.socket is None:
            self._offline = True  # nobody else is to connect it meanwhile
            await self.rejoin()
        await self.settle()

    # -- lives of the page -----------------------------------------------------

    async def start(self, url: str) -> ClientView:
        """Load a page, connect, join; its main view. Raises what prevents it."""
        loaded = await self.world.load(url)
        return await self._join(loaded)

    async def _join(self, loaded: Loaded) -> ClientView:
        if loaded.status != 200:
            raise UnexpectedStatus(
                f"{loaded.url} answered with status {loaded.status}:\n{loaded.html[:500]}", loaded.status
            )
        page = self.open(loaded)
        await self.connect(page)
        view = page.join_main()
        await self._await_join(view)
        return await self._joined_or_sent(view)

    async def _joined_or_sent(self, view: ClientView) -> ClientView:
        """The view, unless its join has sent the visitor elsewhere: that is raised."""
        navigation = view.navigation
        if navigation is None:
            return view
        if navigation.kind == "reload":
            return await self._join(await self.load(navigation))
        flash = self.world.read_flash(navigation.flash_token)
        raise Redirected(navigation.to, flash, navigation.kind)

    async def _await_join(self, view: ClientView) -> None:
        if not await self.until(lambda: view.status is not ViewStatus.JOINING, JOIN_TIMEOUT):
            raise NotIdle(
                f"the join of {view.page.url} was not answered within {JOIN_TIMEOUT:g} s:"
                f" its callbacks are still at work{self.world.where(view.topic)}"
            )
        await self.settle()
        await self._await_shown(view)

    async def _await_shown(self, view: ClientView) -> None:
        """Give the network its time to carry the joins of the views within, as long as the page waits for those and
        they get on. Who is slow otherwise, in `mount` say, is not waited for."""
        while await self._gets_on(view):
            await self.settle()

    async def _gets_on(self, view: ClientView) -> bool:
        before = _joining_within(view)
        return bool(before) and await self.until(
            lambda: _joining_within(view) != before, self.world.round_trip
        )

    async def rejoin(self) -> None:
        """Connect again, and join again what was joined."""
        page = self.page
        assert page is not None
        self._require_network(page.url)
        if page.socket is None:
            await self.connect(page)
        page.rejoin()
        for view in list(page.views.values()):
            await self._await_join(view)

    async def follow(self, navigation: Navigation) -> ClientView:
        """Go where a view sent its visitor."""
        page = self.page
        assert page is not None
        self._require_network(navigation.to)
        if navigation.kind == "live_redirect" and page.socket is not None:
            view = page.join_redirected(page.main, navigation)
            with suppress(JoinFailed):
                await self._await_join(view)
                return await self._joined_or_sent(view)
        return await self._join(await self.load(navigation))

    async def send_request(self) -> None:
        """Send the request of a link with a method, if one was clicked; what comes back leads the visitor on."""
        page = self.page
        assert page is not None
        for view in page.views.values():
            if view.navigation is not None and view.navigation.form is not None:
                view.navigation = await self._answer(page, view.navigation.to, view.navigation.form)

    async def _answer(self, page: Page, to: str, form: tuple[tuple[str, str], ...]) -> Navigation:
        loaded = await self.world.send_form(page.absolute(to), "post", list(form))
        if 300 <= loaded.status < 400:
            return Navigation("redirect", loaded.headers.get("location", ""))
        return Navigation("redirect", to, loaded=loaded)

    async def load(self, navigation: Navigation) -> Loaded:
        """Leave the page and load the next one, unless it has come already."""
        page = self.page
        assert page is not None
        self._require_network(navigation.to)
        await self.disconnect()
        if navigation.loaded is not None:
            return navigation.loaded
        set_by_client = {FLASH_COOKIE: navigation.flash_token, RELOAD_COOKIE: navigation.reload_token}
        cookies = {name: token for name, token in set_by_client.items() if token is not None}
        return await self.world.load(page.absolute(navigation.to), cookies)

    async def stop(self) -> None:
        """The tab is closed: its socket ends, and with it the views behind it."""
        line, page = self._line, self.page
        is_silent = line is not None and (line.is_away or page is None or page.socket is not line)
        await self.disconnect()
        if line is not None and line.handle is not None and is_silent:
            self.world.end_line(line.handle)
        await clock.settle()

    # -- waiting ---------------------------------------------------------------

    def check(self) -> None:
        """Raise what went wrong since the last call, plainly."""
        page = self.page
        if page is not None and page.failures:
            failure, *rest = page.failures
            page.failures.clear()
            for other in rest:
                failure.add_note(f"and after it: {other!r}")
            raise failure

    async def settle(self) -> None:
        """Wait until everything rests; raise what went wrong."""
        await self.world.settle()
        self.check()

    async def advance(self, seconds: float) -> None:
        """Let virtual time pass; raise what went wrong."""
        await self.world.advance(seconds)
        self.check()

    async def until(self, test: Callable[[], bool], timeout: float) -> bool:
        """Let time pass until `test` holds; whether it does. Raises what went wrong meanwhile."""
        page = self.page
        assert page is not None
        held = await clock.until(lambda: test() or bool(page.failures), timeout)
        self.check()
        return held

    async def await_answers(self, pushes: list[ClientPush], timeout: float = PUSH_TIMEOUT) -> None:
        """Wait for the answers; raise what went wrong. Raises `NotIdle` when none came in time."""
        if self.is_cut and (open_ := next((push for push in pushes if not push.done), None)):
            raise unanswered(open_.what)
        if not await self.until(lambda: all(push.done for push in pushes), timeout):
            open_ = next(push for push in pushes if not push.done)
            raise NotIdle(
                f"no answer to {open_.what} within {timeout:g} s: its handler is still at work"
                f"{self.world.where(open_.topic)}. Use wait=False to look at the page meanwhile."
            )


def _joining_within(view: ClientView) -> list[ClientView]:
    """The views that the page waits for, before it shows the view."""
    if not view.joining.pending:
        return []
    views = view.page.views.values()
    return [within for within in views if within.root is view and within.status is ViewStatus.JOINING]
