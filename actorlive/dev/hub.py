"""The pages that are open, and what the development server tells them over a websocket of its own.

One developer has few pages, so everything is told to all of them: a page knows by the id of a view's container whether
a fault is its own. What a page does not take is dropped with its connection; it comes back and is greeted anew.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

import msgspec
import trio

__all__ = [
    "FaultShown",
    "Greeting",
    "Hub",
    "NoteAdded",
    "PageMessage",
    "PageReload",
    "StylesChanged",
    "TemplatesSwapped",
]

QUEUE = 200
"""Messages that a page may leave unread."""


class PageMessage(msgspec.Struct, frozen=True, tag_field="kind", tag=str.lower):
    """The base of what is sent to the browser."""


class Greeting(PageMessage, frozen=True, tag="hello"):
    """The first message. `worker` names the process, `document` and `styles` what a page of it would load."""

    worker: str
    document: str
    styles: tuple[str, ...]
    overlay: str | None = None


class FaultShown(PageMessage, frozen=True, tag="fault"):
    """Put this over the page that holds the view; over all of them when it is nobody's."""

    view: str | None
    overlay: str


class NoteAdded(PageMessage, frozen=True, tag="note"):
    """Add a line to the notes."""

    view: str | None
    html: str


class TemplatesSwapped(PageMessage, frozen=True, tag="swapped"):
    """Templates were exchanged: what was shown about them is over."""

    worker: str
    styles: tuple[str, ...]


class StylesChanged(PageMessage, frozen=True, tag="styles"):
    """Fetch the stylesheets again."""

    styles: tuple[str, ...]


class PageReload(PageMessage, frozen=True, tag="reload"):
    """Load the page again."""


class Hub:
    """Tells pages. Used on Trio's thread; `tell_soon` is for every other."""

    def __init__(self) -> None:
        self._pages: set[trio.MemorySendChannel[bytes]] = set()
        self._token: trio.lowlevel.TrioToken | None = None

    def tell(self, message: PageMessage) -> None:
        """Send a message to every page."""
        data = msgspec.json.encode(message)
        for page in list(self._pages):
            try:
                page.send_nowait(data)
            except (trio.WouldBlock, trio.BrokenResourceError):
                self._drop(page)

    def tell_soon(self, message: PageMessage) -> None:
        """The same from any thread; nobody is told where nothing is served."""
        token = self._token
        if token is None:
            return
        try:
            token.run_sync_soon(self.tell, message)
        except trio.RunFinishedError:
            self._token = None

    async def listen(self, greeting: Greeting) -> AsyncGenerator[bytes]:
        """What one page is told, until the hub is closed."""
        self._token = trio.lowlevel.current_trio_token()
        send, receive = trio.open_memory_channel[bytes](QUEUE)
        self._pages.add(send)
        try:
            yield msgspec.json.encode(greeting)
            async for data in receive:
                yield data
        finally:
            self._drop(send)
            receive.close()

    def close(self) -> None:
        """Let every page go."""
        for page in list(self._pages):
            self._drop(page)

    def _drop(self, page: trio.MemorySendChannel[bytes]) -> None:
        self._pages.discard(page)
        page.close()
