"""From the first bytes of a plain TCP connection to the application's answer about a websocket.

The application decides, by the one code that decides on the portable way: the request goes to it as an ASGI websocket
scope, through Quart's hooks, session and route. The scope's extensions carry an `Offer`; the route that takes it has
its `DirectSocket` opened here, on the connection from which the request came, instead of pumping frames itself.

What looks like a websocket to our path but is not one is answered with 400, or 426 for another version. Everything
else, a head that never gets whole included, is handed to Hypercorn with all the bytes that were read.
"""

from __future__ import annotations

import base64
import binascii
import logging
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import h11
import trio
from wsproto.utilities import generate_accept_token

from actorlive.web.asgi import Asgi
from actorlive.web.direct.socket import DirectSocket, SocketDriver

__all__ = ["EXTENSION", "Offer", "Upgrade", "answer", "fields_of", "read_upgrade", "refuse"]

EXTENSION = "actorlive.direct"
"""The key of the offer in a scope's `extensions`."""

VERSION = b"13"

_log = logging.getLogger("actorlive.web")

"""An ASGI application."""


@dataclass(slots=True)
class Offer:
    """A way past the pumps, for the route that accepts a websocket; `taken` is the socket that it wants opened."""

    driver: SocketDriver
    taken: DirectSocket | None = None


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A request for a websocket: its parser, which also writes the answer, and what came in one packet with it."""

    http: h11.Connection
    request: h11.Request
    early: bytes
    fields: dict[bytes, bytes]
    """The headers, as `fields_of` has them."""


def fields_of(request: h11.Request) -> dict[bytes, bytes]:
    """The headers; of one that stands twice all values, so that where only one may stand it is wrong."""
    fields: dict[bytes, bytes] = {}
    for name, value in request.headers:
        before = fields.get(name)
        fields[name] = value if before is None else before + b", " + value
    return fields


async def read_upgrade(
    stream: trio.SocketStream, path: bytes, max_head: int, patience: float
) -> tuple[Upgrade | None, bytes]:
    """The first request of a connection, if it is one for a websocket at `path`, and else the bytes that were read.

    Waits for the whole head only as long as it may still become such a request, `max_head` bytes and `patience` seconds
    at most.
    """
    start = b"GET " + path
    data = b""
    with trio.move_on_after(patience):
        while True:
            more = bytes(await stream.receive_some(max_head))
            data += more
            if not more or not _may_be(data, start) or len(data) > max_head:
                return None, data
            if b"\r\n\r\n" in data:
                return _parse(data), data
    return None, data


def _may_be(data: bytes, start: bytes) -> bool:
    """True while `data` begins as a request for our path, or could go on as one."""
    if len(data) <= len(start):
        return start.startswith(data)
    return data.startswith(start) and data[len(start) : len(start) + 1] in {b" ", b"?"}


def _parse(data: bytes) -> Upgrade | None:
    http = h11.Connection(h11.SERVER)
    try:
        http.receive_data(data)
        request = http.next_event()
    except h11.RemoteProtocolError:
        return None
    if not isinstance(request, h11.Request) or b"upgrade" not in dict(request.headers):
        return None
    return Upgrade(http, request, http.trailing_data[0], fields_of(request))


async def answer(
    stream: trio.SocketStream,
    upgrade: Upgrade,
    app: Asgi,
    driver: SocketDriver,
    *,
    send_timeout: float,
    state: Mapping[str, Any],
) -> None:
    """Ask the application, send its answer, and open the socket that it took.

    An application that raises, or says nothing, has its client answered with 500.
    """
    reply = HandshakeReply(stream, upgrade, send_timeout)
    refusal = refuse(upgrade.request.http_version, upgrade.fields)
    if refusal is not None:
        await reply.refuse(*refusal)
        return
    offer = Offer(driver)
    try:
        await _ask(app, scope(stream, upgrade, offer, state), reply)
        if offer.taken is not None and reply.accepted:
            taken, offer.taken = offer.taken, None
            taken.open(socket.socket(fileno=stream.socket.detach()), upgrade.early)
    finally:
        if offer.taken is not None:
            offer.taken.abort()


async def _ask(app: Asgi, scope: dict[str, Any], reply: HandshakeReply) -> None:
    try:
        await app(scope, reply.receive, reply.send)
    except Exception:
        _log.exception("a handshake failed in the application")
    if not reply.begun:
        await reply.refuse(500, "the application failed")


def refuse(version: bytes, fields: Mapping[bytes, bytes]) -> tuple[int, str] | None:
    """Status and reason for what is not a websocket's handshake (RFC 6455, 4.2.1), or None: the rule of both ways."""
    if version != b"1.1":
        status = 400 if version < b"1.1" else 505
        return status, "a websocket begins with a GET of version 1.1"
    tokens = {token.strip().lower() for token in fields.get(b"connection", b"").split(b",")}
    if fields[b"upgrade"].lower() != b"websocket" or b"upgrade" not in tokens:
        return 400, "this is a websocket: it wants Upgrade: websocket"
    if fields.get(b"sec-websocket-version") != VERSION:
        return 426, "this server speaks version 13 of the websocket protocol"
    if not _is_key(fields.get(b"sec-websocket-key", b"")):
        return 400, "Sec-WebSocket-Key is not 16 bytes of base64"
    if b"transfer-encoding" in fields or fields.get(b"content-length", b"0") != b"0":
        return 400, "a handshake has no body"
    return None


def _is_key(key: bytes) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except binascii.Error:
        return False


def scope(
    stream: trio.SocketStream, upgrade: Upgrade, offer: Offer, state: Mapping[str, Any]
) -> dict[str, Any]:
    """The request as an ASGI websocket scope. Extensions of the protocol are not passed on: there are none."""
    path, _, query = upgrade.request.target.partition(b"?")
    subprotocols = upgrade.fields.get(b"sec-websocket-protocol", b"").decode("latin-1")
    return {
        "type": "websocket",
        "asgi": {"spec_version": "2.3", "version": "3.0"},
        "scheme": "ws",
        "http_version": "1.1",
        "path": unquote(path.decode("ascii", "replace")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [pair for pair in upgrade.request.headers if pair[0] != b"sec-websocket-extensions"],
        "client": _address(stream.socket.getpeername),
        "server": _address(stream.socket.getsockname),
        "subprotocols": [name.strip() for name in subprotocols.split(",") if name.strip()],
        "extensions": {"websocket.http.response": {}, EXTENSION: offer},
        "state": dict(state),
    }


def _address(ask: Callable[[], Any]) -> tuple[str, int] | None:
    """An address of the Internet's two families; None for a Unix socket, or a peer that has gone already."""
    try:
        match ask():
            case (str(host), int(port), *_):
                return host, port
            case _:  # the path of a Unix socket, which is a text
                return None
    except OSError:
        return None


class HandshakeReply:
    """The application's side of the handshake: an ASGI `receive` and `send`.

    What is sent to a peer that has gone has no effect, and raises nothing: `accepted` then stays False.
    """

    def __init__(self, stream: trio.SocketStream, upgrade: Upgrade, send_timeout: float) -> None:
        self.accepted = False
        self.begun = False
        self._gone = False
        self._stream = stream
        self._http = upgrade.http
        self._key = upgrade.fields.get(b"sec-websocket-key", b"")
        self._timeout = send_timeout
        self._asked = False

    async def receive(self) -> dict[str, Any]:
        """The wish to connect; after it nothing comes, since frames go another way."""
        if self._asked:
            await trio.sleep_forever()
        self._asked = True
        return {"type": "websocket.connect"}

    async def send(self, message: Mapping[str, Any]) -> None:
        """Carry one message of the application to the client."""
        match message["type"]:
            case "websocket.accept":
                await self._accept(message)
            case "websocket.http.response.start":
                headers = [*message["headers"], (b"connection", b"close")]
                await self._write(h11.Response(status_code=message["status"], headers=headers))
            case "websocket.http.response.body":
                await self._write(h11.Data(data=message.get("body", b"")))
                if not message.get("more_body", False):
                    await self._write(h11.EndOfMessage())
            case "websocket.close" if not self.accepted:
                await self.refuse(403, "refused")
            case _:
                pass  # a close behind the acceptance: the route is done, the socket goes on

    async def refuse(self, status: int, reason: str) -> None:
        """Answer in one plain line."""
        body = reason.encode()
        headers = [("content-type", "text/plain; charset=utf-8"), ("content-length", str(len(body)))]
        headers.append(("connection", "close"))
        if status == 426:
            headers += [("upgrade", "websocket"), ("sec-websocket-version", VERSION.decode())]
        await self._write(h11.Response(status_code=status, headers=headers))
        await self._write(h11.Data(data=body))
        await self._write(h11.EndOfMessage())

    async def _accept(self, message: Mapping[str, Any]) -> None:
        headers = [
            (b"upgrade", b"websocket"),
            (b"connection", b"Upgrade"),
            (b"sec-websocket-accept", generate_accept_token(self._key)),
            *message.get("headers", ()),
        ]
        if message.get("subprotocol") is not None:
            headers.append((b"sec-websocket-protocol", message["subprotocol"].encode("latin-1")))
        await self._write(
            h11.InformationalResponse(status_code=101, headers=headers, reason=b"Switching Protocols")
        )
        self.accepted = not self._gone

    async def _write(self, event: h11.Event) -> None:
        """Send an event of HTTP, within the time that a peer has to take it."""
        data = self._http.send(event)
        self.begun = True
        if not data or self._gone:
            return
        with trio.move_on_after(self._timeout) as patience:
            try:
                await self._stream.send_all(data)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                self._gone = True
        self._gone |= patience.cancelled_caught
