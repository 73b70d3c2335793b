"""A page whose server is the test itself: it sees every frame and says what is answered, and when.

The built client runs in real Chromium; Playwright answers its HTTP requests and its websocket. So a test
of the client's own modules can put replies, pushes and crashes in any order, without a clock.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Route, WebSocketRoute

DIST = Path(__file__).parents[2] / "actorlive/client/dist"
ORIGIN = "http://actorlive.test"
Rendered = dict[str, Any]


@dataclass(frozen=True)
class Frame:
    """What the client sent."""

    join_ref: str | None
    ref: str
    topic: str
    event: str
    payload: Any


class Wire:
    """The other end of the page's websocket.

    `rendered` is the tree that a join is answered with; frames other than joins and heartbeats wait in
    `inbox` until the test answers them.
    """

    def __init__(
        self, page: Page, rendered: Rendered, *, head: str = "", files: dict[str, str] | None = None
    ) -> None:
        self.page = page
        self.rendered = rendered
        self.inbox: list[Frame] = []
        self.joins: list[Frame] = []
        self.refuse_sockets = False
        self.connect_params: dict[str, list[str]] = {}
        self._socket: WebSocketRoute | None = None
        self._head = head
        self._files = files or {}
        # What is told of a socket that is dropped would lie over the page; test_offline.py has that.
        page.add_init_script("addEventListener('actorlive:lost', (event) => event.preventDefault())")
        page.route("**/*", self._serve)
        page.route_web_socket("**/live/websocket**", self._connect)

    def open(self, path: str = "/") -> Wire:
        """Load the page and wait for its join."""
        self.page.goto(ORIGIN + path)
        return self.connected()

    def connected(self) -> Wire:
        self.page.wait_for_selector("[data-phx-main].phx-connected", state="attached")
        return self

    def frame(self, event: str | None = None) -> Frame:
        """The next frame that the client has sent, or sends soon."""
        self.until(lambda: bool(self.inbox))
        frame = self.inbox.pop(0)
        assert event in {None, frame.event}, f"expected {event}, the client sent {frame}"
        return frame

    def until(self, condition: Callable[[], bool]) -> None:
        """Let the page run until the condition holds."""
        for _ in range(2000):
            if condition():
                return
            self.page.evaluate("new Promise(requestAnimationFrame)")
        raise AssertionError("the condition did not come true")

    def reply(self, frame: Frame, response: dict[str, Any] | None = None) -> None:
        self._send(
            frame.join_ref, frame.ref, frame.topic, "phx_reply", {"status": "ok", "response": response or {}}
        )

    def push(self, event: str, payload: dict[str, Any]) -> None:
        join = self.joins[-1]
        self._send(join.join_ref, None, join.topic, event, payload)

    def crash(self) -> None:
        """The view ends with an error; the client joins again."""
        join = self.joins[-1]
        self._send(join.join_ref, join.join_ref, join.topic, "phx_error", {"reason": "channel_crash"})

    def drop(self) -> None:
        """The connection is lost."""
        assert self._socket is not None
        self._socket.close(code=1012, reason="restart")

    def settle(self) -> None:
        """Give the page two animation frames: what it does on its own is done then."""
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def _serve(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path in self._files:
            route.fulfill(body=self._files[path], content_type="text/javascript")
        elif path.startswith("/dist/"):
            route.fulfill(path=DIST / path.removeprefix("/dist/"))
        else:
            route.fulfill(body=self._html(), content_type="text/html; charset=utf-8")

    def _html(self) -> str:
        return (
            "<!doctype html><html lang=en><head><title>wire</title><link rel=icon href='data:,'>"
            "<meta name=csrf-token content=CSRF><link rel=stylesheet href=/dist/actorlive.css>"
            f"{self._head}<script defer src=/dist/actorlive.js></script></head><body>"
            "<div id=phx-1 data-phx-main data-phx-session=SESSION data-phx-static=STATIC>"
            f"{to_html(self.rendered)}</div></body></html>"
        )

    def _connect(self, socket: WebSocketRoute) -> None:
        if self.refuse_sockets:
            socket.close(code=1012, reason="away")
            return
        self._socket = socket
        self.connect_params = parse_qs(urlsplit(socket.url).query)
        socket.on_message(self._receive)

    def _receive(self, message: str | bytes) -> None:
        if str(message).startswith("#"):
            return  # there is no line here
        frame = Frame(*json.loads(message))
        match frame.event:
            case "heartbeat" | "phx_leave":
                self.reply(frame)
            case "phx_join":
                self.joins.append(frame)
                self.reply(frame, {"rendered": self.rendered, "liveview_version": "1.2.12"})
            case _:
                self.inbox.append(frame)

    def _send(self, *message: Any) -> None:
        assert self._socket is not None
        self._socket.send(json.dumps(message))


def to_html(node: Any) -> str:
    """A tree of nested templates as HTML (no comprehensions, no components)."""
    if isinstance(node, str):
        return node
    parts = [node["s"][0]]
    for index, static in enumerate(node["s"][1:]):
        parts += [to_html(node[str(index)]), static]
    return "".join(parts)
