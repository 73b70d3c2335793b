"""A visitor of a real server: plain HTTP for the page, trio-websocket for the socket, frames as lists."""

from __future__ import annotations

import html
import itertools
import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

import trio
from quart import Quart
from trio.abc import Stream
from trio_websocket import ConnectionClosed, WebSocketConnection, open_websocket_url
from wsproto.events import Event as WebsocketEvent, TextMessage

from actorlive.web.server import serve_async

PATIENCE = 30
"""Seconds after which a test gives up waiting for what should have come at once."""

Frame = list[Any]

DIRECT = True
"""Which way websockets take: `tests/web/conftest.py` has tests run on both."""


@asynccontextmanager
async def serving(app: Quart) -> AsyncGenerator[str]:
    """The base URL of a real server that runs for the block and goes down in order."""
    shutdown = trio.Event()
    with trio.fail_after(4 * PATIENCE):
        async with trio.open_nursery() as nursery:
            server = partial(serve_async, app, "127.0.0.1", 0, direct=DIRECT, shutdown=shutdown)
            (url,) = await nursery.start(server)
            try:
                yield url
            finally:
                shutdown.set()


@dataclass
class Page:
    """A page as it came: what its container and its head say, and the cookie that came with it."""

    url: str
    path: str
    status: int
    headers: dict[str, str]
    body: str
    cookie: str

    @property
    def csrf(self) -> str:
        return self._find(r'name="csrf-token" content="([^"]*)"')

    @property
    def topic(self) -> str:
        return "lv:" + self._find(r'id="([^"]*)" data-phx-main')

    @property
    def session(self) -> str:
        return self._find(r'data-phx-session="([^"]*)"')

    @property
    def static(self) -> str:
        return self._find(r'data-phx-static="([^"]*)"')

    @property
    def worker(self) -> str | None:
        """At which worker the page's view waits, if it does."""
        found = re.search(r"data-al-worker=(\d+)", self.body)
        return None if found is None else found[1]

    def _find(self, pattern: str) -> str:
        found = re.search(pattern, self.body)
        assert found, f"{pattern} in {self.body}"
        return html.unescape(found[1])


async def get(url: str, path: str, cookie: str = "", **headers: str) -> Page:
    """GET without following redirects."""
    host = url.removeprefix("http://")
    name, _, port = host.rpartition(":")
    lines = {"Host": host, "Cookie": cookie, "Connection": "close", **headers}
    request = f"GET {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items()) + "\r\n"
    stream = await trio.open_tcp_stream(name, int(port))
    async with stream:
        await stream.send_all(request.encode())
        raw = b"".join([chunk async for chunk in stream])
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *fields = head.decode().split("\r\n")
    received = {key.lower(): value for key, _, value in (field.partition(": ") for field in fields)}
    sent = received.get("set-cookie", cookie).split(";")[0]
    return Page(url, path, int(first.split()[1]), received, body.decode(), sent)


async def refused(page: Page, *, origin: str | None = None, vsn: str = "2.0.0", **headers: str) -> int:
    """The HTTP status that answers a websocket handshake which is refused."""
    query = urlencode({"_csrf_token": page.csrf, "vsn": vsn})
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Origin": origin or page.url,
        **headers,
    }
    return (await get(page.url, f"/live/websocket?{query}", page.cookie, **handshake)).status


class Wire:
    """One websocket, as the official client uses it."""

    def __init__(self, socket: WebSocketConnection, page: Page) -> None:
        self.socket = socket
        self.page = page
        self._refs = map(str, itertools.count(4))
        self.join_ref = ""

    async def send(self, *fields: object) -> None:
        await self.socket.send_message(json.dumps(fields))

    async def receive(self) -> Frame:
        with trio.fail_after(PATIENCE):
            return json.loads(await self.socket.get_message())

    async def closed(self) -> int:
        """Wait until the server closes; the close code, or 1006 when the connection just ended."""
        with trio.fail_after(PATIENCE):
            while True:
                try:
                    await self.socket.get_message()
                except ConnectionClosed as closed:
                    return 1006 if closed.reason is None else closed.reason.code

    async def join(self, **payload: object) -> Frame:
        """Join the page's main view; the reply."""
        ref = self.join_ref = next(self._refs)
        given = {"url": self.page.url + self.page.path, "params": {"_mounts": 0}, "sticky": False}
        tokens = {"session": self.page.session, "static": self.page.static}
        await self.send(ref, ref, self.page.topic, "phx_join", {**given, **tokens, **payload})
        return await self.receive()

    async def push(self, event: str, payload: object) -> str:
        """A push on the view's topic; its ref."""
        ref = next(self._refs)
        await self.send(self.join_ref, ref, self.page.topic, event, payload)
        return ref

    @property
    def stream(self) -> Stream:
        """What is below the websocket: for half a frame, or an end without a goodbye."""
        return self.socket._stream  # pyright: ignore[reportPrivateUsage]

    def encoded(self, message: WebsocketEvent) -> bytes:
        """The bytes that would be sent for it."""
        return self.socket._wsproto.send(message)  # pyright: ignore[reportPrivateUsage]

    def frame(self, event: str) -> bytes:
        """The bytes of a click, for who wants to send several at once."""
        click: dict[str, Any] = {"type": "click", "event": event, "value": {}}
        text = json.dumps([self.join_ref, next(self._refs), self.page.topic, "event", click])
        return self.encoded(TextMessage(text))

    async def click(self, event: str, **value: object) -> str:
        return await self.push("event", {"type": "click", "event": event, "value": value})

    async def clicked(self, event: str, **value: object) -> dict[str, Any]:
        """Click and wait for the reply's response."""
        ref = await self.click(event, **value)
        frame = await self.receive()
        assert frame[:4] == [self.join_ref, ref, self.page.topic, "phx_reply"], frame
        assert frame[4]["status"] == "ok", frame
        return frame[4]["response"]


@asynccontextmanager
async def connect(
    page: Page, *, csrf: str | None = None, cookie: str | None = None, worker: str | None = None, **more: str
) -> AsyncGenerator[Wire]:
    """A websocket with the page's cookie and CSRF token, or others, and `more` headers. It asks for the worker at which
    the page's view waits, or for another; for none when that is ""."""
    asked = {"_worker": number} if (number := page.worker if worker is None else worker) else {}
    query = urlencode({"_csrf_token": page.csrf if csrf is None else csrf, **asked, "vsn": "2.0.0"})
    headers = [(b"origin", page.url.encode()), *((k.encode(), v.encode()) for k, v in more.items())]
    if cookie := page.cookie if cookie is None else cookie:
        headers.append((b"cookie", cookie.encode()))
    url = page.url.replace("http", "ws", 1) + f"/live/websocket?{query}"
    async with open_websocket_url(url, extra_headers=headers, message_queue_size=10_000) as socket:
        wire = Wire(socket, page)
        try:
            yield wire
        finally:
            if socket.closed:  # by the server: trio-websocket leaves the stream to the collector then
                await trio.aclose_forcefully(wire.stream)
