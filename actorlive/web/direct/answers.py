"""An answer to one request, written straight to its connection.

It is held to what it says of itself: a body of another length than its head states ends the connection, because
everything behind it would be misread. What is sent to a peer that has gone has no effect, and raises nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import trio

from actorlive.web.direct.http import AnswerError, HeaderField, is_bodiless, write_chunk, write_head
from actorlive.web.headers import NO_STORE

__all__ = ["Answer"]

_OURS = frozenset((b"connection", b"transfer-encoding", b"date", b"keep-alive"))
"""What the server says of an answer, and not the application."""


class Answer:
    """The answer to a request by `method`; with `close` it is the last on the connection.

    The head goes out with the first piece of the body: a page leaves in one packet.
    """

    def __init__(self, stream: trio.SocketStream, method: bytes, *, close: bool, send_timeout: float) -> None:
        self.close = close
        self.has_begun = False
        self.is_whole = False
        self.is_heard = True
        self._stream = stream
        self._method = method
        self._timeout = send_timeout
        self._start: tuple[int, list[HeaderField]] | None = None
        self._has_body = True
        self._is_chunked = False
        self._left: int | None = None

    def start(self, status: int, headers: Iterable[HeaderField]) -> None:
        """What the head will say. The server's own headers are not the application's, but for `connection: close`."""
        if self._start is not None:
            raise AnswerError("the application has answered twice")
        fields = [(bytes(name).lower(), bytes(value)) for name, value in headers]
        self.close |= any(name == b"connection" and b"close" in value.lower() for name, value in fields)
        self._start = status, [field for field in fields if field[0] not in _OURS]

    async def say(self, status: int, text: str, *more: HeaderField) -> None:
        """All of it: one plain line, which no cache keeps."""
        body = text.encode()
        plain = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(body)),
            NO_STORE,
        ]
        self._start = status, [*plain, *more]
        await self.send(body, more=False)

    async def switch(self, headers: Iterable[HeaderField]) -> None:
        """The connection goes over to another protocol."""
        self.has_begun = self.is_whole = True
        await self._write(write_head(101, headers))

    async def send(self, body: bytes, *, more: bool) -> None:
        """A piece of the body; the last one when there are no `more`. Raises `AnswerError`."""
        if self.is_whole:
            return
        data = b"" if self.has_begun else self._head(body, more=more)
        if self._has_body:
            data += self._framed(body, more=more)
        self.has_begun, self.is_whole = True, not more
        if data:
            await self._write(data)

    def _head(self, body: bytes, *, more: bool) -> bytes:
        if self._start is None:
            raise AnswerError("the application has sent a body before its head")
        status, headers = self._start
        self._has_body = not is_bodiless(self._method, status)
        if self._has_body:
            headers += self._length(headers, body, more=more)
        if self.close:
            headers.append((b"connection", b"close"))
        return write_head(status, headers)

    def _length(self, headers: list[HeaderField], body: bytes, *, more: bool) -> list[HeaderField]:
        """What has to be said of the body's length, beside what the application says."""
        stated = [value for name, value in headers if name == b"content-length"]
        if stated:
            if len(stated) > 1 or not stated[0].isdigit():
                raise AnswerError("the application has answered with a content-length that is none")
            self._left = int(stated[0])
            return []
        self._is_chunked = more
        return [(b"transfer-encoding", b"chunked") if more else (b"content-length", b"%d" % len(body))]

    def _framed(self, body: bytes, *, more: bool) -> bytes:
        if self._is_chunked:
            return (write_chunk(body) if body else b"") + (b"" if more else write_chunk(b""))
        if self._left is not None:
            self._left -= len(body)
            if self._left < 0 or (self._left and not more):
                raise AnswerError("the application has sent another body than its content-length says")
        return body

    async def _write(self, data: bytes) -> None:
        """Within the time that a peer has to take it; at once, and with no checkpoint, where the kernel has room."""
        if not self.is_heard:
            return
        data = data[self._write_now(data) :]
        if not data:
            return
        with trio.move_on_after(self._timeout) as patience:
            try:
                await self._stream.send_all(data)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                self.is_heard = False
        self.is_heard &= not patience.cancelled_caught
        self.close |= not self.is_heard

    def _write_now(self, data: bytes) -> int:
        """How much the kernel takes; nothing when it has no room, or nobody is there: `send_all` finds out which."""
        try:
            return os.write(self._stream.socket.fileno(), data)
        except OSError:
            return 0
