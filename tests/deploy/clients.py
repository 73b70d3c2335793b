"""Visitors of the deployed application, as their browsers behave: each clicks, types, and watches the stream of
numbers; when its websocket ends it comes back as the official client does, and loads nothing again.

A visitor does each thing once, with a number of its own that rises, whatever becomes of it. What it knows of a number:
*sent*; *received*, when a heartbeat behind it was answered; *acknowledged*.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlencode

import trio

from tests.web.direct.peers import CLOSE, TEXT, frame, frames_of
from tests.web.test_two_ways import handshake, join
from tests.web.visitor import Page, get

WAITS = (0.01, 0.05, 0.1, 0.15, 0.2, 0.25, 0.5, 1.0, 2.0)
"""Seconds before each new attempt, as the official client has them; anew after each socket that opens."""
THINKS = 0.01
BURST = 4


class SocketEnded(Exception):
    """The websocket is closed, with this code; 1006 for a connection that just ended."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Visitor:
    """One of them. `ends` are the codes of its closed sockets, `silences` the seconds until it was back."""

    by: int
    sent: list[int] = field(default_factory=list[int])
    received: set[int] = field(default_factory=set[int])
    acknowledged: set[int] = field(default_factory=set[int])
    ends: list[int] = field(default_factory=list[int])
    refused: int = 0
    silences: list[float] = field(default_factory=list[float])
    is_at_work: bool = False

    async def run(self, url: str, stop: trio.Event) -> None:
        """Load the page, and act on it until told to stop."""
        page = await get(url, "/desk", Host="localhost")
        assert page.status == 200, page.body
        ended_at, tries = trio.current_time(), 0
        while not stop.is_set():
            try:
                async with await trio.open_tcp_stream("127.0.0.1", int(url.rpartition(":")[2])) as stream:
                    wire = VisitorWire(stream, page)
                    await wire.open()
                    self.silences.append(trio.current_time() - ended_at)
                    tries = 0
                    await self._act(wire, stop)
            except SocketEnded as end:
                self.ends.append(end.code)
                ended_at = trio.current_time()
            except OSError:
                self.refused += 1
            self.is_at_work = False
            await trio.sleep(WAITS[min(tries, len(WAITS) - 1)])
            tries += 1

    async def _act(self, wire: VisitorWire, stop: trio.Event) -> None:
        """Click and type, one thing after the answer to the other, or several at once."""
        before = len(self.sent)
        for turn in count():
            if stop.is_set():
                return
            many = BURST if turn % 4 == 3 else 1
            waiting = {
                await wire.do(self.by, self._next(), types=turn % 2 == 1): self.sent[-1] for _ in range(many)
            }
            beat = await wire.heartbeat()
            until_here = self.sent[before:]
            while waiting or beat:
                ref = await wire.reply()
                if ref == beat:
                    beat = ""
                    self.received.update(until_here)
                elif ref in waiting:
                    self.acknowledged.add(waiting.pop(ref))
                    self.is_at_work = True
            await trio.sleep(THINKS)

    def _next(self) -> int:
        self.sent.append(len(self.sent) + 1)
        return self.sent[-1]


class VisitorWire:
    """One websocket of a visitor."""

    def __init__(self, stream: trio.SocketStream, page: Page) -> None:
        self._stream = stream
        self._page = page
        self._refs = map(str, count(10))
        self._data = b""
        self._frames: Iterator[tuple[int, bytes]] = iter(())
        self.beats = 0

    async def open(self) -> None:
        """Shake hands and join. Raises `OSError` where that is refused."""
        await self._send(
            handshake(self._page).replace(self._page.url.removeprefix("http://").encode(), b"localhost")
        )
        while b"\r\n\r\n" not in self._data:
            await self._read()
        head, _, self._data = self._data.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101 "):
            raise ConnectionRefusedError(head)
        await self._send(join(self._page))
        assert await self.reply() == "4"

    async def do(self, by: int, number: int, *, types: bool) -> str:
        """Click or type; the ref."""
        value = {"by": by, "number": number}
        event: dict[str, Any] = (
            {"type": "form", "event": "typed", "value": urlencode(value)}
            if types
            else {"type": "click", "event": "clicked", "value": value}
        )
        return await self._push("4", self._page.topic, "event", event)

    async def heartbeat(self) -> str:
        """Ask whether the server is there; the ref."""
        return await self._push(None, "phoenix", "heartbeat", {})

    async def reply(self) -> str:
        """The ref of the next reply, which must be good. Raises `SocketEnded`."""
        while True:
            for opcode, payload in self._frames:
                if opcode == CLOSE:
                    raise SocketEnded(int.from_bytes(payload[:2], "big"))
                assert opcode == TEXT
                _, ref, _, event, answer = json.loads(payload)
                assert event in {"phx_reply", "diff"}, payload
                self._look_at_beat(answer["response"] if event == "phx_reply" else {"diff": answer})
                if event == "phx_reply":
                    assert answer["status"] == "ok", payload
                    return ref
            found, self._data = frames_of(self._data)
            self._frames = iter(found)
            if not found:
                await self._read()

    def _look_at_beat(self, response: dict[str, Any]) -> None:
        """The stream of a page has no hole, and nothing twice."""
        beat = response.get("diff", {}).get("1")
        if beat is not None:
            assert int(beat) == self.beats + 1
            self.beats += 1

    async def _push(self, join_ref: str | None, topic: str, event: str, payload: object) -> str:
        ref = next(self._refs)
        await self._send(frame(json.dumps([join_ref, ref, topic, event, payload]).encode()))
        return ref

    async def _send(self, data: bytes) -> None:
        with suppress(trio.BrokenResourceError):  # what the server has said before is still to be read
            await self._stream.send_all(data)

    async def _read(self) -> None:
        try:
            chunk = bytes(await self._stream.receive_some())
        except trio.BrokenResourceError:
            chunk = b""
        if not chunk:
            raise SocketEnded(1006)
        self._data += chunk
