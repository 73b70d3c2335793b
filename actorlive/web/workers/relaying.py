"""Requests that another worker has to answer: those of a client that polls, whose socket is in the memory of one.

The kernel gives each connection to any worker, and a browser sends its requests over any connection. So the token of
such a client begins with the number of its worker, as the handle of a line does, and a worker that is not meant
*relays* the request: it opens a pair of sockets, sends one end to the worker that is meant, and carries the messages of
ASGI over the other. That worker's application answers as if the request had come to it, cookies, tokens and limits
included; the number is no right. Any request can be relayed, over TLS and HTTP/2 too: this stands behind all that.

Over the pair, each message is its length, as four bytes, and msgpack:

    asking ── RelayedHead, then RelayedBody until one is the last ──▶ answering
           ◀── RelayedStart, then RelayedBody until one is the last ──

The end of the stream is the end of the request: who asks has gone away, or who answers has died. In the latter case the
application that asks says itself what it knows of the token: nothing.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import parse_qs

import msgspec
import trio

from actorlive.web.asgi import Asgi, Receive, Scope, Send
from actorlive.web.workers.post import Desk, Relayed

__all__ = ["RelayingLayer", "answer_relayed", "relay", "worker_in"]

PIECE = 64 * 1024
"""Bytes of a body that travel at once."""
LENGTH = 4
"""Bytes that say how long a message is."""

_log = logging.getLogger("actorlive.web")

Header: TypeAlias = tuple[bytes, bytes]


class RelayedHead(msgspec.Struct, tag=True, array_like=True, frozen=True, forbid_unknown_fields=True):
    """A request as ASGI has it; by their names there."""

    method: str
    scheme: str
    http_version: str
    path: str
    raw_path: bytes | None
    query_string: bytes
    root_path: str
    headers: list[Header]
    client: tuple[str, int | None] | None
    server: tuple[str, int | None] | None


class RelayedStart(msgspec.Struct, tag=True, array_like=True, frozen=True, forbid_unknown_fields=True):
    """How an answer begins."""

    status: int
    headers: list[Header]


class RelayedBody(msgspec.Struct, tag=True, array_like=True, frozen=True, forbid_unknown_fields=True):
    """A piece of a body."""

    body: bytes
    more: bool


RelayedMessage: TypeAlias = RelayedHead | RelayedStart | RelayedBody

_encode = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[RelayedMessage] = msgspec.msgpack.Decoder(RelayedMessage)


def worker_in(token: str) -> int | None:
    """The number at the beginning of a token."""
    number, is_there, _ = token.partition("~")
    return int(number) if is_there and number.isascii() and number.isdigit() and len(number) < 4 else None


class RelayPair:
    """One end of the pair: whole messages."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream = stream
        self._held = bytearray()

    async def send(self, message: RelayedMessage) -> None:
        """Send one. To an end that has gone it has no effect."""
        data = _encode(message)
        with suppress(trio.BrokenResourceError):
            await self._stream.send_all(len(data).to_bytes(LENGTH, "big") + data)

    async def receive(self) -> RelayedMessage | None:
        """The next one; None when there will be none."""
        if not await self._has(LENGTH):
            return None
        whole = LENGTH + int.from_bytes(self._held[:LENGTH], "big")
        if not await self._has(whole):
            return None
        message = _decoder.decode(memoryview(self._held)[LENGTH:whole])
        del self._held[:whole]
        return message

    async def _has(self, size: int) -> bool:
        while len(self._held) < size:
            try:
                more = await self._stream.receive_some(PIECE)
            except trio.BrokenResourceError:  # it has gone, and has not read all of what was for it
                return False
            if not more:
                return False
            self._held += more
        return True


# -- who asks ------------------------------------------------------------------


class RelayingLayer:
    """The ASGI layer around `app`: a request at `path` whose token names another worker is answered by that one.

    `desk` says where this worker writes to the others; None where there are none.
    """

    def __init__(self, app: Asgi, path: str, desk: Callable[[], Desk | None]) -> None:
        self.app = app
        self._path = path
        self._desk = desk

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one request."""
        stream = self._reached(scope) if scope["type"] == "http" and scope["path"] == self._path else None
        if stream is None or not await relay(stream, scope, receive, send):
            await self.app(scope, receive, send)

    def _reached(self, scope: Scope) -> trio.SocketStream | None:
        """A way to the worker that is to answer; None where that is this one, or none."""
        desk, number = self._desk(), worker_in(_token(scope))
        if desk is None or number is None or not desk.reaches(number):
            return None
        ours, theirs = socket.socketpair()
        if not desk.send(number, Relayed(), theirs.fileno()):
            ours.close()
            theirs.close()
            return None
        theirs.detach()
        return _stream(ours)


def _token(scope: Scope) -> str:
    """What names a client that polls, wherever `longpoll.route` looks for it."""
    for name, value in scope["headers"]:
        if name.lower() == b"x-phoenix-longpoll-token":
            return value.decode("latin-1")
    return parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]


async def relay(stream: trio.SocketStream, scope: Scope, receive: Receive, send: Send) -> bool:
    """Have the other end answer a request; False where it has ended without a word."""
    pair, outcome = RelayPair(stream), RelayOutcome()
    async with stream, trio.open_nursery() as nursery:
        nursery.start_soon(_ask, pair, scope, receive, outcome, nursery.cancel_scope)
        while not outcome.is_settled:
            match await pair.receive():
                case RelayedStart(status, headers):
                    outcome.has_begun = True
                    await send({"type": "http.response.start", "status": status, "headers": headers})
                case RelayedBody(body, more):
                    await send({"type": "http.response.body", "body": body, "more_body": more})
                    outcome.is_settled = not more
                case _:
                    break
        nursery.cancel_scope.cancel()
    return outcome.has_begun or outcome.is_settled


@dataclass(slots=True)
class RelayOutcome:
    """What has become of a request that is relayed: whether its answer has begun, and whether nobody waits for more."""

    has_begun: bool = False
    is_settled: bool = False


async def _ask(
    pair: RelayPair, scope: Scope, receive: Receive, outcome: RelayOutcome, request: trio.CancelScope
) -> None:
    """Carry the request; its end by the client ends all of it."""
    await pair.send(_head(scope))
    while (message := await receive())["type"] == "http.request":
        body, more = message.get("body", b""), message.get("more_body", False)
        for piece, is_last in _pieces(body):
            await pair.send(RelayedBody(piece, more or not is_last))
    outcome.is_settled = True
    request.cancel()


def _head(scope: Scope) -> RelayedHead:
    return RelayedHead(
        method=scope["method"],
        scheme=scope.get("scheme", "http"),
        http_version=scope.get("http_version", "1.1"),
        path=scope["path"],
        raw_path=scope.get("raw_path"),
        query_string=scope["query_string"],
        root_path=scope.get("root_path", ""),
        headers=[(bytes(name), bytes(value)) for name, value in scope["headers"]],
        client=_address(scope.get("client")),
        server=_address(scope.get("server")),
    )


def _address(given: Any) -> tuple[str, int | None] | None:
    match given:
        case [str(host), int() | None as port]:
            return host, port
        case _:
            return None


def _pieces(body: bytes) -> Iterator[tuple[bytes, bool]]:
    """A body in pieces, and which is the last; an empty one is one."""
    for start in range(0, len(body) or 1, PIECE):
        yield body[start : start + PIECE], start + PIECE >= len(body)


# -- who answers ---------------------------------------------------------------


async def answer_relayed(app: Asgi, end: socket.socket) -> None:
    """Let the application answer the request that comes over the pair."""
    async with _stream(end) as stream:
        pair = RelayPair(stream)
        try:
            head = await pair.receive()
            if isinstance(head, RelayedHead):
                asked = RelayedRequest(pair)
                await app(_scope(head), asked.receive, asked.send)
        except Exception:
            _log.exception("a request that another worker has relayed failed")


class RelayedRequest:
    """The ASGI `receive` and `send` of such a request."""

    def __init__(self, pair: RelayPair) -> None:
        self._pair = pair

    async def receive(self) -> dict[str, Any]:
        """The next piece of its body; behind the last, its end."""
        match await self._pair.receive():
            case RelayedBody(body, more):
                return {"type": "http.request", "body": body, "more_body": more}
            case _:
                return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        """Carry a message of the answer."""
        match message["type"]:
            case "http.response.start":
                headers = [(bytes(name), bytes(value)) for name, value in message.get("headers", ())]
                await self._pair.send(RelayedStart(message["status"], headers))
            case "http.response.body":
                body, more = message.get("body", b""), message.get("more_body", False)
                for piece, is_last in _pieces(body):
                    await self._pair.send(RelayedBody(piece, more or not is_last))
            case _:
                pass


def _scope(head: RelayedHead) -> Scope:
    named = {name: getattr(head, name) for name in RelayedHead.__struct_fields__}
    versions = {"spec_version": "2.3", "version": "3.0"}
    return {**named, "type": "http", "asgi": versions, "extensions": {}, "state": {}}


def _stream(end: socket.socket) -> trio.SocketStream:
    end.setblocking(False)
    return trio.SocketStream(trio.socket.from_stdlib_socket(end))
