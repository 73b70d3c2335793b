"""What a visitor speaks to its server over: a websocket, or a line over one websocket after another.

Both carry Phoenix's frames as text. A line hides that its websocket breaks, as the browser's does.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import Protocol

import trio

from actorlive.errors import ProtocolError
from actorlive.wire.line import Leftover, PageEnd, PageState
from tests.web.direct.peers import CLOSE, TEXT, frame, frames_of
from tests.web.test_two_ways import handshake
from tests.web.visitor import Page

__all__ = ["ABNORMAL", "WAITS", "LineWire", "SocketEnded", "Websocket", "Wire"]

WAITS = (0.01, 0.05, 0.1, 0.15, 0.2, 0.25, 0.5, 1.0, 2.0)
"""Seconds before each new attempt, as the official client has them; anew after each socket that opens."""
ABNORMAL = 1006
VIOLATION = 1002
BROKEN = frozenset({1001, 1005, ABNORMAL, 1014, 1015})
"""How a websocket ends that nobody has closed (docs/design/line.md)."""
NOTHING = Leftover([], [])


class SocketEnded(Exception):
    """The websocket is closed, with this code; 1006 for a connection that just ended."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Wire(Protocol):
    """Frames there and back."""

    async def send(self, text: str, /) -> None:
        """Say something to the server."""
        ...

    async def receive(self) -> str:
        """What the server says next. Raises `SocketEnded`."""
        ...

    def leftover(self) -> Leftover:
        """What has become of what was said, as far as that is known, when the wire has ended."""
        ...

    @property
    def is_drained(self) -> bool:
        """True when the server has said how much it took, as its last word."""
        ...

    async def aclose(self) -> None:
        """Leave."""
        ...


class Websocket:
    """One websocket by itself."""

    is_drained = False

    def __init__(self, stream: trio.SocketStream, data: bytes) -> None:
        self._stream = stream
        self._data = data
        self._frames: deque[tuple[int, bytes]] = deque()

    @classmethod
    async def opened(cls, page: Page) -> Websocket:
        """Shake hands. Raises `OSError` where that is refused, and where the connection ends meanwhile."""
        address = page.url.removeprefix("http://")
        stream = await trio.open_tcp_stream("127.0.0.1", int(address.rpartition(":")[2]))
        try:
            await stream.send_all(handshake(page).replace(address.encode(), b"localhost"))
            rest = await _head(stream)
        except (trio.BrokenResourceError, ConnectionRefusedError) as error:
            await trio.aclose_forcefully(stream)
            raise ConnectionRefusedError(error) from error
        return cls(stream, rest)

    async def send(self, text: str) -> None:
        with suppress(
            trio.BrokenResourceError, trio.ClosedResourceError
        ):  # what was said before is to be read
            await self._stream.send_all(frame(text.encode()))

    async def receive(self) -> str:
        while not self._frames:
            found, self._data = frames_of(self._data)
            self._frames.extend(found)
            if not found:
                await self._read()
        opcode, payload = self._frames.popleft()
        if opcode == CLOSE:
            raise SocketEnded(int.from_bytes(payload[:2], "big"))
        assert opcode == TEXT
        return payload.decode()

    async def _read(self) -> None:
        try:
            chunk = bytes(await self._stream.receive_some())
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            chunk = b""
        if not chunk:
            raise SocketEnded(ABNORMAL)
        self._data += chunk

    def leftover(self) -> Leftover:
        return NOTHING

    async def aclose(self) -> None:
        await trio.aclose_forcefully(self._stream)


async def _head(stream: trio.SocketStream) -> bytes:
    """Hear a good answer to a handshake; what has come behind it."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = await stream.receive_some()
        if not chunk:
            raise ConnectionRefusedError(data)
        data += chunk
    head, _, rest = data.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 101 "):
        raise ConnectionRefusedError(head)
    return rest


class LineWire:
    """A line, which names the one that its page had `old`.

    `cuts` are the seconds from each break of a websocket until the server has answered over the next.
    """

    def __init__(self, page: Page, socket: Websocket, old: str | None) -> None:
        self.end = PageEnd(old)
        self.cuts: list[float] = []
        self._page = page
        self._socket = socket
        self._broke_at = 0.0

    @classmethod
    async def opened(cls, page: Page, old: str | None) -> LineWire:
        """Shake hands, and ask for a line. Raises `OSError`."""
        wire = cls(page, await Websocket.opened(page), old)
        wire.end.connected()
        await wire._flush()
        return wire

    async def send(self, text: str) -> None:
        self.end.send(text)
        await self._flush()

    async def receive(self) -> str:
        while True:
            try:
                frame = await self._socket.receive()
            except SocketEnded as end:
                await self._come_back(end)
                continue
            mine = await self._take(frame)
            if mine is not None:
                return mine

    async def cut(self) -> None:
        """The network fails: what is under way is lost, and a reset is what the server hears of it."""
        await self._socket.aclose()

    def leftover(self) -> Leftover:
        return self.end.leftover()

    @property
    def is_drained(self) -> bool:
        return self.end.state is PageState.DRAINED

    async def aclose(self) -> None:
        self.end.leave()
        await self._flush()
        await self._socket.aclose()

    async def _take(self, frame: str) -> str | None:
        was_asking = self.end.state is PageState.ASKING
        try:
            mine = self.end.receive(frame)
        except ProtocolError as error:
            raise SocketEnded(VIOLATION) from error
        if was_asking and self.end.state is PageState.OVER:
            raise SocketEnded(ABNORMAL)  # the line is lost
        if was_asking and self.end.state is PageState.OPEN:
            self.cuts.append(trio.current_time() - self._broke_at)
        if mine is not None:
            self.end.handled(mine)
        await self._flush()
        return str(mine) if mine is not None else None

    async def _flush(self) -> None:
        outgoing, self.end.outgoing = self.end.outgoing, []
        for text in outgoing:
            await self._socket.send(str(text))

    async def _come_back(self, end: SocketEnded) -> None:
        """Resume the line over another websocket, unless somebody meant the end of this one."""
        await self._socket.aclose()
        if not self.end.broke() or end.code not in BROKEN:
            raise end
        self._broke_at = trio.current_time()
        with trio.move_on_after(self.end.linger):
            for attempt in range(1_000):
                await trio.sleep(WAITS[min(attempt, len(WAITS) - 1)])
                try:
                    self._socket = await Websocket.opened(self._page)
                except OSError:
                    continue
                self.end.connected()
                await self._flush()
                return
        raise end
