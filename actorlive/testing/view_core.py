"""ViewCore: the view's place in its page, and the waiting that every method of it begins and ends with."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from actorlive.runtime import Pid
from actorlive.testing.browser.client_view import ClientView
from actorlive.testing.browser.dom import DomNode
from actorlive.testing.browser.messages import ClientPush
from actorlive.testing.browser.page import Page
from actorlive.testing.browser.view_status import ENDED
from actorlive.testing.errors import Failure, hide_frames
from actorlive.testing.worlds.driver import Driver
from actorlive.testing.worlds.refusals import gone_error

__all__ = ["ViewCore"]

__tracebackhide__ = hide_frames


class ViewCore:
    """What the parts of `View` stand on."""

    def __init__(self, driver: Driver, client_view: ClientView, target: str | None = None) -> None:
        self._driver = driver
        self._target = target
        self.client_view = client_view
        """The client's side of the view; internals, for a look while debugging."""

    def __repr__(self) -> str:
        return f"<View #{self.client_view.id} at {self.url}, {self.client_view.status.value}>"

    @property
    def page(self) -> Page:
        """The tab that the view is in."""
        return self.client_view.page

    @property
    def url(self) -> str:
        """The page's URL; patches change it."""
        return self.page.url

    @property
    def path(self) -> str:
        """The page's path with its query."""
        parts = urlsplit(self.page.url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    @property
    def pid(self) -> Pid:
        """The view's process: `send(view.pid, message)`. Raises `Failure` over a real socket."""
        return self._driver.world.pid(self.client_view)

    # -- waiting ---------------------------------------------------------------

    async def settle(self) -> None:
        """Wait until everything rests: every process and task is blocked, no worker thread is at work.

        No virtual time passes. Raises `NotIdle`, with names, when something does not come to rest.
        """
        await self._driver.settle()

    async def advance(self, seconds: float) -> None:
        """Let virtual seconds pass, deadline by deadline, those at the very end included; then settle."""
        await self._driver.advance(seconds)

    async def until(self, test: Callable[[], bool], timeout: float = 5.0) -> None:
        """Let time pass until `test()` holds. Raises `Failure` after `timeout` seconds."""
        if not await self._driver.until(test, timeout):
            raise Failure(f"it did not come true within {timeout:g} s")

    async def perform(self, sent: list[ClientPush], *, wait: bool) -> str:
        """Wait for answers; the view's inner HTML after them."""
        if wait:
            await self._driver.await_answers(sent)
            await self.settle()
        await self._driver.send_request()
        return self.client_view.container.inner_html()

    def require_network(self, of: DomNode) -> None:
        """Raises `Failure` for the files of an element while the network is cut: none of them is half-way then."""
        self._driver.require_network(repr(of))

    def _require_alive(self) -> None:
        """Raises `Failure` when the view has ended, or has sent its visitor elsewhere."""
        if self.client_view.navigation is not None or self.client_view.status in ENDED:
            raise gone_error(self.client_view.navigation, self.client_view.status)
