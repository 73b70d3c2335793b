"""A gate in the websocket: what the server sends waits until the test has looked.

A round trip that is over before the test could look is what makes browser tests depend on the machine. Behind
the gate the server is real and quick; only its frames arrive when the test says so, in their order.
"""

from __future__ import annotations

from playwright.sync_api import BrowserContext, WebSocketRoute


class Gate:
    """The gate of all pages of a context. Make it before the pages are opened; it is open at first."""

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        self._passing: float = float("inf")
        self._held: list[tuple[WebSocketRoute, str | bytes]] = []
        context.route_web_socket("**/live/websocket**", self._connect)

    def hold(self, after: int = 0) -> None:
        """From now on, let only `after` frames through."""
        self._passing = after

    def let_through(self, count: int = 1) -> None:
        """Wait for so many of the frames that are held, and let them through."""
        for _ in range(count):
            while not self._held:
                self._context.pages[0].evaluate("new Promise(requestAnimationFrame)")
            self._pass(*self._held.pop(0))

    def open(self) -> None:
        """Let everything through again, what is held first."""
        held, self._held, self._passing = self._held, [], float("inf")
        for frame in held:
            self._pass(*frame)

    def _connect(self, browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()
        browser.on_message(server.send)
        server.on_message(lambda frame: self._arrived(browser, frame))

    def _arrived(self, browser: WebSocketRoute, frame: str | bytes) -> None:
        if str(frame).startswith("#"):  # of the line beneath, which is none of the page's business
            self._pass(browser, frame)
        elif self._passing > 0:
            self._passing -= 1
            self._pass(browser, frame)
        else:
            self._held.append((browser, frame))

    @staticmethod
    def _pass(browser: WebSocketRoute, frame: str | bytes) -> None:
        browser.send(frame)
