"""What Quart is not to do with the requests of clients that poll: keep a whole body, and send the session's cookie.

A post may hold a hundred frames of a megabyte, and Quart keeps what comes for as long as a handler does not take it. So
the body goes past Quart: it sees a request without one, and the handler asks the server for each piece.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import trio

from actorlive.errors import ProtocolError
from actorlive.web.allowance import MESSAGE_TOO_BIG
from actorlive.web.asgi import Asgi, Receive
from actorlive.wire.websocket import BAD_DATA, VIOLATION

__all__ = ["MAX_LINES", "PostedFrames", "Unbuffered", "UnreadBody"]

MAX_LINES = 100
"""Frames of one post; the official client sends no more at once."""

_BODY = "actorlive.unread_body"
_NO_BODY = {"type": "http.request", "body": b"", "more_body": False}


class UnreadBody:
    """The body of one request, which nobody has read. A `receive` for the rest of the request waits behind it."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._told = False
        self._end: Any = None
        self._is_read = trio.Event()

    @staticmethod
    def of(scope: Any) -> UnreadBody:
        """That of a request which came through `Unbuffered`."""
        return scope[_BODY]

    async def piece(self, patience: float) -> bytes | None:
        """The next piece of it; None at its end.

        Raises `ProtocolError` where it breaks off, or when nothing comes for `patience` seconds: what is missing would
        be missed by those that come later.
        """
        if self._is_read.is_set():
            return None
        message: Any = {}
        with trio.move_on_after(patience):
            message = await self._receive()
        if message.get("type") != "http.request":
            self._end = message or None
            self._is_read.set()
            raise ProtocolError(VIOLATION, "a post that breaks off")
        if not message.get("more_body", False):
            self._is_read.set()
        return message.get("body", b"")

    async def receive(self) -> Any:
        """What the application is told: that there is no body, then how the request ends."""
        if not self._told:
            self._told = True
            return _NO_BODY
        await self._is_read.wait()
        return self._end or await self._receive()


class Unbuffered:
    """The ASGI layer around `app` for the requests at `path`."""

    def __init__(self, app: Asgi, path: str) -> None:
        self._app = app
        self._path = path

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"] != self._path:
            await self._app(scope, receive, send)
            return
        body = UnreadBody(receive)

        async def send_without_cookies(message: Any) -> None:
            if message["type"] == "http.response.start":
                kept = [field for field in message["headers"] if field[0].lower() != b"set-cookie"]
                message = {**message, "headers": kept}
            await send(message)

        if scope["method"] == "POST":
            await self._app({**scope, _BODY: body}, body.receive, send_without_cookies)
        else:
            await self._app(scope, receive, send_without_cookies)


class PostedFrames:
    """The frames of a post, one in each line: JSON, or a binary frame as base64."""

    def __init__(self, body: UnreadBody, max_frame: int, patience: float) -> None:
        self._body = body
        self._patience = patience
        self._longest = (max_frame + 2) // 3 * 4
        self._held = bytearray()
        self._searched = 0
        self._is_whole = False
        self._count = 0

    async def next(self) -> str | bytes | None:
        """The next frame; None when that was all. Raises `ProtocolError` in the place of what is none, of what is
        longer than a frame may be, and of the first that is one too many."""
        line = await self._next_line()
        if line is None:
            return None
        self._count += 1
        if self._count > MAX_LINES:
            raise ProtocolError(VIOLATION, f"a post of more than {MAX_LINES} messages")
        try:
            return line.decode() if line.startswith(b"[") else base64.b64decode(line, validate=True)
        except (UnicodeDecodeError, binascii.Error) as error:
            raise ProtocolError(BAD_DATA, f"a message that is neither JSON nor base64: {error}") from error

    async def _next_line(self) -> bytes | None:
        """What stands before the next line feed, or before the end."""
        while (end := self._held.find(b"\n", self._searched)) < 0:
            self._searched = len(self._held)
            self._check(self._searched)
            if self._is_whole:
                return self._cut(self._searched) or None
            piece = await self._body.piece(self._patience)
            self._is_whole = piece is None
            self._held += piece or b""
        self._check(end)
        return self._cut(end)

    def _check(self, size: int) -> None:
        if size > self._longest:
            raise ProtocolError(MESSAGE_TOO_BIG, f"a message of more than {self._longest} bytes")

    def _cut(self, end: int) -> bytes:
        line = bytes(self._held[:end])
        del self._held[: end + 1]
        self._searched = 0
        return line
