"""World: what a page under test needs of what is around it, and what each kind of world must say for itself.

There are three: a visitor of an application in this Trio loop (`AppWorld`), one view alone (`IsolatedWorld`), and a
server somewhere else (`RemoteWorld`). A world that lacks one of the abstract methods cannot be made, so no test finds
out in the middle of a page. The rest has an answer that holds for a world which does not know better.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from actorlive.runtime import Pid
from actorlive.testing.browser.client_view import ClientView
from actorlive.testing.browser.messages import Loaded, PageSocket
from actorlive.testing.browser.page import Page
from actorlive.testing.errors import Failure, hide_frames
from actorlive.testing.timing import clock
from actorlive.testing.worlds.lined import Websocket
from actorlive.testing.worlds.refusals import NOT_FROM_HERE

__all__ = ["NAVIGATING", "NONE", "World"]

__tracebackhide__ = hide_frames

NONE: Mapping[str, str] = {}

NAVIGATING = {"Sec-Fetch-Dest": "document"}
"""What a browser says when it loads a page for a person."""


class World(ABC):
    """An HTTP client and a way to connect. One per `live()` block."""

    @abstractmethod
    async def load(self, url: str, cookies: Mapping[str, str] = NONE) -> Loaded:
        """GET a page, with the cookies of this visitor, and those that the client has just set."""

    @abstractmethod
    async def send_form(self, url: str, method: str, pairs: list[tuple[str, str]]) -> Loaded:
        """Send a form over HTTP."""

    @abstractmethod
    async def connect(self, page: Page) -> PageSocket:
        """Open a websocket, or its like, for a page. Raises `OSError`."""

    @abstractmethod
    async def connect_line(self, page: Page) -> Websocket:
        """Open one for the line of a page. Raises `OSError`."""

    def end_line(self, handle: str) -> None:  # noqa: B027 - a world that does not know of lines has nothing to do
        """The page of that line is gone, and has not said so: do not wait for it, where that can be known."""

    async def settle(self) -> None:
        """Wait until everything rests that the page can hear from. Here: all of this Trio loop."""
        await clock.settle()

    async def advance(self, seconds: float) -> None:
        """Let time pass, then settle."""
        await clock.advance(seconds)

    async def restart(self, *, kill: bool) -> None:
        """End the server, and start another one. Raises `Failure` where that cannot be done from here."""
        raise Failure(NOT_FROM_HERE)

    @property
    def round_trip(self) -> float:
        """Seconds for a frame and its answer to be carried, at most, beside what `settle` waits for."""
        return 0.0

    def read_flash(self, token: str | None) -> dict[str, str]:
        """What a flash token says, where that can be known."""
        return {}

    def where(self, topic: str) -> str:
        """Where the view of that topic stands, to end a clause: ", in FUNCTION (FILE:LINE)"; or "" if unknown."""
        return ""

    def pid(self, view: ClientView) -> Pid:
        """The view's process. Raises `Failure` where it cannot be reached."""
        raise Failure("the view's process is on the other side of a real socket")
