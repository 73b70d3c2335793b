"""One hostile peer on a real socket: plays the steps of a case, and holds what it hears against the case's end."""

from __future__ import annotations

import itertools
import re
import struct
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from socket import SO_LINGER, SOL_SOCKET

import trio

from tests.hostile.script import (
    Again,
    Answers,
    Case,
    Closed,
    Drip,
    End,
    Ended,
    Flood,
    Gone,
    HalfClose,
    Hear,
    Join,
    Lives,
    Open,
    Pages,
    Part,
    Reset,
    Send,
    Status,
    Step,
    Take,
    Wait,
    frame,
    handshake,
    join,
)
from tests.hostile.site import expired, expired_upload
from tests.web.direct.peers import CLOSE, PING, PONG
from tests.web.visitor import Page, get

__all__ = ["Peer", "attack"]

PATIENCE = 250.0
"""Seconds within which everything must have come to its end."""
MARK = b"are you there"
LOST = (trio.BrokenResourceError, trio.ClosedResourceError)


async def attack(url: str, case: Case, end: End) -> None:
    """Make the attack with all of its crowd at once. Raises `AssertionError` when it ends otherwise."""
    stranger = await get(url, case.path)
    async with AsyncExitStack() as stack:
        peers = [Peer(url, stranger, stack) for _ in range(case.crowd)]
        async with trio.open_nursery() as nursery:
            for peer in peers:
                nursery.start_soon(peer.attack, case, end)


class Peer:
    """A visitor with a page, a cookie and a connection, and no manners."""

    def __init__(self, url: str, stranger: Page, stack: AsyncExitStack) -> None:
        self._url = url
        self._stranger = stranger
        self._stack = stack
        self._refs = itertools.count(1)
        self._known: dict[bytes, bytes] = {}
        self._stream: trio.SocketStream
        self._heard = bytearray()
        self._seen: list[tuple[int, bytes]] = []
        self._parsed = 0
        self._replies = 0
        self._ponged = False
        self._over = False

    async def attack(self, case: Case, end: End) -> None:
        """Play the case to its end."""
        await self._take_page(case.path)
        await self._connect()
        try:
            with trio.fail_after(PATIENCE):
                for step in case.sends:
                    if not self._over:
                        await self._play(step)
                await self._expect(end)
        except trio.TooSlowError:
            raise AssertionError(f"no end of it: heard {bytes(self._heard[:300])!r}") from None

    # -- placeholders ----------------------------------------------------------

    async def _take_page(self, path: str) -> None:
        page = await get(self._url, path)
        self._known = {
            b"HOST": self._url.removeprefix("http://").encode(),
            b"PATH": path.encode(),
            b"EXPIRED": expired(page.topic.removeprefix("lv:")).encode(),
            b"EXPIRED_UPLOAD": expired_upload().encode(),
            **_given(page, b""),
            **_given(self._stranger, b"THEIR_"),
        }

    def fill(self, template: bytes) -> bytes:
        """The bytes with every placeholder replaced."""
        return re.sub(rb"<([A-Z_]+)>", lambda found: self._value(found[1], found[0]), template)

    def _value(self, name: bytes, whole: bytes) -> bytes:
        return str(next(self._refs)).encode() if name == b"REF" else self._known.get(name, whole)

    def _made(self, part: Part) -> bytes:
        return self.fill(part) if isinstance(part, bytes) else part(self)

    # -- sending ---------------------------------------------------------------

    async def _connect(self) -> None:
        host, _, port = self._url.removeprefix("http://").rpartition(":")
        self._stream = await self._stack.enter_async_context(await trio.open_tcp_stream(host, int(port)))
        self._heard.clear()
        self._seen.clear()
        self._parsed = self._replies = 0
        self._over = False

    async def _play(self, step: Step) -> None:
        match step:
            case Send(parts):
                await self._send(b"".join(map(self._made, parts)))
            case Flood(part, times):
                await self._flood(part, times)
            case Drip(part, pause):
                await self._drip(self._made(part), pause)
            case Wait(seconds):
                await trio.sleep(seconds)
            case HalfClose():
                await self._stream.send_eof()
            case Reset():
                self._stream.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
                await trio.aclose_forcefully(self._stream)
            case Again():
                await self._connect()
            case Open() | Join() | Hear():
                await self._play_websocket(step)
            case Take(name, pattern):
                self._known[name.encode()] = self._found(pattern.encode())

    async def _play_websocket(self, step: Open | Join | Hear) -> None:
        match step:
            case Open():
                await self._open()
            case Join():
                await self._open()
                await self._send(self._made(join()))
                await self._hear(lambda: self._answered(1))
                assert b'"status":"ok"' in self._heard, bytes(self._heard)
            case Hear(replies):
                assert await self._hear(lambda: self._answered(replies)), self._replies

    async def _send(self, data: bytes) -> None:
        try:
            await self._stream.send_all(data)
        except LOST:
            self._over = True

    async def _drip(self, data: bytes, pause: float) -> None:
        for byte in data:
            if not self._over:
                await self._send(bytes([byte]))
                await trio.sleep(pause)

    async def _flood(self, part: Part, times: int) -> None:
        """In packets of a thousand, so that making them is no pause."""
        for start in range(0, times, 1000):
            await self._send(b"".join(self._made(part) for _ in range(min(1000, times - start))))
            if self._over:
                return

    async def _open(self) -> None:
        await self._send(self._made(handshake()))
        assert await self._hear(lambda: b"\r\n\r\n" in self._heard), "no answer to the handshake"
        assert self._heard.startswith(b"HTTP/1.1 101 "), bytes(self._heard)

    # -- hearing ---------------------------------------------------------------

    async def _hear(self, done: Callable[[], bool]) -> bool:
        """Listen until it is so; False when the connection has ended before."""
        while not done():
            try:
                chunk = await self._stream.receive_some(1 << 20)
            except LOST:
                chunk = b""
            if not chunk:
                return done()
            self._heard += chunk
        return True

    def _found(self, pattern: bytes) -> bytes:
        """What the last message has that fits."""
        for _, payload in reversed(self._frames()):
            if found := re.search(pattern, payload):
                return found[1]
        raise AssertionError(f"{pattern!r} in none of {self._frames()[-3:]}")

    async def _hear_all(self) -> bytes:
        await self._hear(lambda: False)
        return bytes(self._heard)

    def _answered(self, replies: int) -> bool:
        """True when so many answers of the channel have come."""
        self._frames()
        return self._replies >= replies

    def _frames(self) -> list[tuple[int, bytes]]:
        """All whole frames that have come, kind and payload."""
        if not self._parsed and self._heard.startswith(b"HTTP/1.1 101 "):  # the handshake was sent by hand
            end = self._heard.find(b"\r\n\r\n")
            self._parsed = end + 4 if end >= 0 else 0
        while (whole := frame_at(self._heard, self._parsed)) is not None:
            kind, payload, self._parsed = whole
            self._seen.append((kind, payload))
            self._replies += b'"phx_reply"' in payload
            self._ponged |= (kind, payload) == (PONG, MARK)
        return self._seen

    async def _expect(self, end: End) -> None:
        match end:
            case Status(codes, stays):
                await (self._hear(lambda: b"\r\n\r\n" in self._heard) if stays else self._hear_all())
                found = re.match(rb"HTTP/1\.1 (\d{3}) ", self._heard)
                assert found, f"no answer, but {bytes(self._heard[:200])!r}"
                assert int(found[1]) in codes, bytes(self._heard[:200])
            case Pages(count):
                wanted = partial(self._counts, b"HTTP/1.1 200 ", count)
                assert await self._hear(wanted), self._heard.count(b"HTTP/1.1 200 ")
            case Closed(codes):
                await self._hear_all()
                frames = self._frames()
                assert frames, f"no frame, but {bytes(self._heard[:200])!r}"
                kind, payload = frames[-1]
                assert kind == CLOSE, frames[-1]
                assert (int.from_bytes(payload[:2], "big") if payload else 1005) in codes, payload
            case Ended():
                await self._hear_all()
            case Answers(texts):
                await self._hear_texts(texts)
                await self._ping()
            case Lives():
                await self._ping()
            case Gone():
                pass

    def _counts(self, what: bytes, count: int) -> bool:
        return self._heard.count(what) >= count

    async def _hear_texts(self, texts: tuple[str, ...]) -> None:
        def come() -> bool:
            left = list(texts)
            for _, payload in self._frames():
                if left and left[0].encode() in payload:
                    left.pop(0)
            return not left

        assert await self._hear(come), self._frames()[-3:]

    async def _ping(self) -> None:
        await self._send(frame(0x80 | PING, MARK))

        def ponged() -> bool:
            self._frames()
            return self._ponged

        assert await self._hear(ponged), self._frames()[-3:]


def frame_at(heard: bytearray, start: int) -> tuple[int, bytes, int] | None:
    """Kind, payload and end of the server's frame at that place; None for none that is whole."""
    head = heard[start : start + 10]
    if len(head) < 2:
        return None
    width = {126: 2, 127: 8}.get(head[1], 0)
    size = int.from_bytes(head[2 : 2 + width], "big") if width else head[1]
    begin = start + 2 + width
    if len(heard) < begin + size:
        return None
    return head[0] & 0xF, bytes(heard[begin : begin + size]), begin + size


def _given(page: Page, whose: bytes) -> dict[bytes, bytes]:
    """What a page gave to its visitor."""
    found = {
        b"COOKIE": page.cookie,
        b"CSRF": page.csrf,
        b"TOPIC": page.topic,
        b"SESSION": page.session,
        b"STATIC": page.static,
    }
    return {whose + name: value.encode() for name, value in found.items()}
