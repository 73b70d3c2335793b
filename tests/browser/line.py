"""The wire between a page and a real server, in the test's hands: it can be held, let go, and cut."""

from __future__ import annotations

from playwright.sync_api import Page, WebSocketRoute

Waiting = tuple[WebSocketRoute, str | bytes]


class Line:
    """Between `hold` and `release` the page's frames wait here, while the server's still arrive.

    Make it before the page is opened. What a page shows between an event and its acknowledgement then
    stays for as long as the test looks at it.
    """

    def __init__(self, page: Page) -> None:
        self._holding = False
        self._waiting: list[Waiting] = []
        self._page_side: WebSocketRoute | None = None
        self._taken = 0
        page.route_web_socket("**/live/websocket**", self._connect)

    def hold(self) -> None:
        """From now on the server hears nothing of the page."""
        self._holding = True

    def release(self) -> None:
        """The server gets what waited, in order, and all that follows."""
        self._holding = False
        waiting, self._waiting = self._waiting, []
        for server, frame in waiting:
            server.send(frame)

    def cut(self) -> None:
        """The connection is lost, and what was held is lost with it."""
        assert self._page_side is not None
        self._holding = False
        self._waiting = []
        self._page_side.close(code=1012, reason="cut")

    def drain(self) -> None:
        """The server goes, and has said how many frames it has taken: what is held was not among them."""
        assert self._page_side is not None
        self._page_side.send(f"#drained {self._taken}")
        self.cut()

    def _connect(self, page_side: WebSocketRoute) -> None:
        self._page_side = page_side
        self._taken = 0
        server = page_side.connect_to_server()
        page_side.on_message(lambda frame: self._up(server, frame))

    def _up(self, server: WebSocketRoute, frame: str | bytes) -> None:
        if self._holding:
            self._waiting.append((server, frame))
        else:
            self._taken += not (isinstance(frame, str) and frame.startswith("#"))
            server.send(frame)
