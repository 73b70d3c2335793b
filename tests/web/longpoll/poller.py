"""The official client's long polling, in memory: what it asks for, and what it makes of the answers."""

from __future__ import annotations

import base64
import html
import itertools
import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from math import inf
from typing import Any
from urllib.parse import urlencode

import trio
import trio.testing
from quart.typing import TestClientProtocol

from actorlive.web import ActorLive
from tests.support.narrow import untyped

Frame = list[Any]
KIND = "application/x-ndjson"


class OpenRequest:
    """The client's side of one request."""

    def __init__(self) -> None:
        self._out, self._in = trio.open_memory_channel[dict[str, Any]](inf)
        self.answer = b""

    async def send(self, piece: bytes, *, more: bool = True) -> None:
        """A piece of the body. Waits until the server wants another."""
        await self._out.send({"type": "http.request", "body": piece, "more_body": more})
        await trio.testing.wait_all_tasks_blocked()

    async def disconnect(self) -> None:
        """The connection breaks off."""
        await self._out.send({"type": "http.disconnect"})

    @property
    def unread(self) -> int:
        """Pieces that the server has not taken."""
        return self._in.statistics().current_buffer_used

    async def receive(self) -> dict[str, Any]:
        return await self._in.receive()

    async def send_answer(self, message: dict[str, Any]) -> None:
        self.answer += message.get("body", b"")


class Poller:
    """One client with a page. `status` is what the last answer said, `http` its HTTP status; `frames` is what came."""

    def __init__(self, client: TestClientProtocol, page: str) -> None:
        self.client = client
        self.page = page
        self.token: str | None = None
        self.status = 0
        self.http = 0
        self.headers: Any = {}
        self.csrf: str = self.find(r'csrf-token" content="([^"]+)"')
        self.topic: str = "lv:" + self.find(r'id="([^"]*)" data-phx-main')
        self.frames: list[Frame] = []
        self._refs = map(str, itertools.count(4))
        self.join_ref = ""

    def find(self, pattern: str) -> str:
        found = re.search(pattern, self.page)
        assert found, pattern
        return html.unescape(found[1])

    @property
    def query(self) -> dict[str, str]:
        token = {} if self.token is None else {"token": self.token}
        return {"_csrf_token": self.csrf, "vsn": "2.0.0", **token}

    async def get(self, **headers: str) -> list[Frame]:
        """One poll, or the first; the frames that it brings."""
        answer = await self.client.get("/live/longpoll", query_string=self.query, headers=headers)
        said = await self._read(answer)
        self.token = said["token"] or self.token
        arrived = [json.loads(message) for message in said["messages"]]
        self.frames += arrived
        return arrived

    async def post(self, *frames: object, **headers: str) -> int:
        """Frames in one request: lists as JSON, bytes as base64, texts as they are. What the answer says."""
        lines = [frame if isinstance(frame, str) else self.line(frame) for frame in frames]
        return await self.post_body("\n".join(lines).encode(), **headers)

    async def post_body(self, body: bytes, **headers: str) -> int:
        answer = await self.client.post(
            "/live/longpoll", query_string=self.query, data=body, headers={"content-type": KIND, **headers}
        )
        return (await self._read(answer))["status"]

    @staticmethod
    def line(frame: object) -> str:
        return base64.b64encode(frame).decode() if isinstance(frame, bytes) else json.dumps(frame)

    async def _read(self, answer: Any) -> dict[str, Any]:
        self.http, self.headers = answer.status_code, answer.headers
        said = json.loads(await answer.get_data())
        self.status = said["status"]
        return said

    @asynccontextmanager
    async def request(self, method: str, live: ActorLive) -> AsyncGenerator[OpenRequest]:
        """A request that is under way for the block."""
        cookie = "; ".join(f"{each.name}={each.value}" for each in untyped(self.client).cookie_jar)
        headers = [
            (b"host", b"localhost"),
            (b"cookie", cookie.encode()),
            (b"content-type", KIND.encode()),
        ]
        path = "/live/longpoll"
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "headers": headers,
        }
        more = {"query_string": urlencode(self.query).encode(), "scheme": "http", "http_version": "1.1"}
        asked = OpenRequest()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(untyped(live.app), {**scope, **more}, asked.receive, asked.send_answer)
            yield asked

    # -- what it says ----------------------------------------------------------

    async def open(self) -> None:
        """The first request."""
        await self.get()
        assert self.status == 410, self.status
        assert self.token

    def joining(self, **payload: object) -> Frame:
        """The frame that joins the page's view."""
        self.join_ref = ref = next(self._refs)
        tokens = {
            "session": self.find(r'data-phx-session="([^"]*)"'),
            "static": self.find(r'data-phx-static="([^"]*)"'),
        }
        given: dict[str, Any] = {"url": "http://localhost/counter", "params": {"_mounts": 0}, **tokens}
        return [ref, ref, self.topic, "phx_join", {**given, **payload}]

    def click(self, event: str = "inc", **value: object) -> Frame:
        payload = {"type": "click", "event": event, "value": value}
        return [self.join_ref, next(self._refs), self.topic, "event", payload]

    async def join(self) -> Any:
        """Open, join, and wait for the answer: its payload."""
        await self.open()
        assert await self.post(self.joining()) == 200
        return await self.reply(self.join_ref)

    async def reply(self, ref: str) -> Any:
        """Poll until the answer to a frame is here; its payload."""
        while True:
            for frame in self.frames:
                if frame[1] == ref and frame[3] == "phx_reply":
                    return frame[4]
            await self.get()

    async def clicked(self, event: str = "inc", **value: object) -> Any:
        """Click, and wait for the response."""
        frame = self.click(event, **value)
        assert await self.post(frame) == 200
        return (await self.reply(frame[1]))["response"]


async def poller(live: ActorLive, path: str = "/counter") -> Poller:
    """A client of a visitor of its own, with a page."""
    client = live.app.test_client()
    page = await (await untyped(client).get(path)).get_data(as_text=True)
    return Poller(client, page)
