"""A browser tab that does only what a test says: it loads a page, and sends frames for any container in it."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

import trio
import trio.testing
from quart_trio import QuartTrio

from actorlive.live.endpoint import connect_info
from actorlive.live.process.connection import ConnectionInfo, LiveConnection
from actorlive.runtime import Pid, entering
from actorlive.web import ActorLive

Frame = list[Any]

CONTAINER = re.compile(r'<(\w+) id="([^"]*)"([^>]*data-phx-session="[^"]*"[^>]*)>')
ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')


def containers(html: str) -> dict[str, dict[str, str]]:
    """The attributes of each view's container, by its id."""
    return {dom_id: dict(ATTRIBUTE.findall(rest)) for _, dom_id, rest in CONTAINER.findall(html)}


class Tab:
    """One visitor's page, and the socket of it."""

    def __init__(self, live: ActorLive, client: Any, html: str, path: str, session: dict[str, Any]) -> None:
        self.live = live
        self.client = client
        self.html = html
        self.url = f"http://localhost{path}"
        self.session = session
        self.frames: list[Frame] = []
        self.tokens = containers(html)
        """What the page says of each container; a test may change it."""
        self.main = next((dom_id for dom_id, found in self.tokens.items() if "data-phx-main" in found), "")
        self._refs = map(str, itertools.count(1))
        self._join_refs: dict[str, str] = {}
        self.connection = self._open()

    def _open(self) -> LiveConnection:
        info = ConnectionInfo(self.session, connect_info("127.0.0.1", "tab", "ws://localhost/live/websocket"))
        return LiveConnection(self.live.current_node, self.live.endpoint, self._hear, info)

    def _hear(self, frame: bytes) -> None:
        self.frames.append(json.loads(frame))

    def reconnect(self) -> None:
        """End the socket and open another."""
        self.connection.close()
        self.connection = self._open()

    def pid(self, dom_id: str) -> Pid:
        """The process of a joined view."""
        pid = self.connection.view(f"lv:{dom_id}")
        assert pid is not None, f"#{dom_id} has not joined"
        return pid

    def push(self, dom_id: str, event: str, payload: object) -> str:
        """One frame, without waiting; its ref."""
        ref = next(self._refs)
        if event == "phx_join":
            self._join_refs[dom_id] = ref
        frame = [self._join_refs.get(dom_id), ref, f"lv:{dom_id}", event, payload]
        self.connection.receive(json.dumps(frame))
        return ref

    async def join(self, dom_id: str, **more: Any) -> dict[str, Any]:
        """Join a container with its tokens; the answer, as `{"status": …, "response": …}`."""
        return await self.answer(self.begin_join(dom_id, **more))

    def begin_join(self, dom_id: str, **more: Any) -> str:
        """Send a join; its ref."""
        found = self.tokens[dom_id]
        payload: dict[str, Any] = {
            "params": {"_mounts": 0, "_mount_attempts": 0},
            "session": found["data-phx-session"],
            "static": found["data-phx-static"] or None,
            "sticky": "data-phx-sticky" in found,
        }
        if "data-phx-main" in found:
            payload["url"] = self.url
        return self.push(dom_id, "phx_join", {**payload, **more})

    async def join_main(self) -> dict[str, Any]:
        """Join the page's own view, and read the containers that it renders; the response."""
        answer = await self.join(self.main)
        assert answer["status"] == "ok", answer
        self.read(answer["response"]["rendered"])
        return answer["response"]

    def read(self, diff: object) -> None:
        """Take the tokens of the containers in a diff, as the client does: what the dead render gave stays."""
        for value in strings(diff):
            for dom_id, attributes in containers(value).items():
                static = self.tokens.get(dom_id, {}).get("data-phx-static") or attributes["data-phx-static"]
                self.tokens[dom_id] = {**attributes, "data-phx-static": static}

    async def click(self, dom_id: str, event: str, **value: Any) -> dict[str, Any]:
        """A click event, answered; the response."""
        ref = self.push(dom_id, "event", {"type": "click", "event": event, "value": value})
        return (await self.answer(ref))["response"]

    async def answer(self, ref: str) -> dict[str, Any]:
        """The answer to a frame, as soon as there is one."""
        with trio.fail_after(60):
            while True:
                for frame in self.frames:
                    if frame[1] == ref and frame[3] == "phx_reply":
                        return frame[4]
                await trio.sleep(0.001)

    async def heard(self) -> list[Frame]:
        """What has come since the last look, once everything rests: `[topic, event, payload]` each."""
        await trio.testing.wait_all_tasks_blocked()
        frames, self.frames = self.frames, []
        return [[topic.removeprefix("lv:"), event, payload] for _, _, topic, event, payload in frames]


def strings(value: Any) -> list[str]:
    """All texts in a JSON value."""
    if isinstance(value, str):
        return [value]
    inner: list[Any] = []
    if isinstance(value, dict):
        inner = list(cast("dict[str, Any]", value).values())
    elif isinstance(value, list):
        inner = cast("list[Any]", value)
    return [text for each in inner for text in strings(each)]


@asynccontextmanager
async def visiting(app: QuartTrio, path: str = "/") -> AsyncGenerator[Tab]:
    """The application is served; a visitor has loaded a page of it."""
    live: ActorLive = app.extensions["actorlive"]
    app.testing = True
    async with app.test_app():
        with entering(live.current_node):
            tab = await load(app, path)
            yield tab
            tab.connection.close()
            await trio.testing.wait_all_tasks_blocked()


async def load(app: QuartTrio, path: str = "/", client: Any = None) -> Tab:
    """A page of an application that is served, loaded by a new visitor or by the one of `client`."""
    client = client or app.test_client()
    response = await client.get(path)
    html = await response.get_data(as_text=True)
    assert response.status_code == 200, html
    async with client.session_transaction() as session:
        return Tab(app.extensions["actorlive"], client, html, path, dict(session))
