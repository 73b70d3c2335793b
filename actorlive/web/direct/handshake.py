"""From the head of a request to the application's answer about a websocket.

The application decides, by the one code that decides on the portable way: the request goes to it as an ASGI websocket
scope, through Quart's hooks, session and route. The scope's extensions carry an `Offer`; the route that takes it has
its `DirectSocket` opened here, on the connection from which the request came, instead of pumping frames itself.

What looks like a websocket to our path but is not one is answered with 400, or 426 for another version.
"""

from __future__ import annotations

import base64
import binascii
import logging
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import trio
from wsproto.utilities import generate_accept_token

from actorlive.web.asgi import Asgi
from actorlive.web.direct.answers import Answer
from actorlive.web.direct.http import ConnectionAddresses, Head
from actorlive.web.direct.socket import DirectSocket, SocketDriver

__all__ = ["EXTENSION", "Offer", "Upgrade", "answer", "is_upgrade", "refuse"]

EXTENSION = "actorlive.direct"
"""The key of the offer in a scope's `extensions`."""

VERSION = b"13"

_log = logging.getLogger("actorlive.web")


@dataclass(slots=True)
class Offer:
    """A way past the pumps, for the route that accepts a websocket; `taken` is the socket that it wants opened."""

    driver: SocketDriver
    taken: DirectSocket | None = None


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A request for a websocket, and what came in one packet with it."""

    head: Head
    fields: dict[bytes, bytes]
    """The headers, as `fields_of` has them."""
    early: bytes = b""


def is_upgrade(head: Head, fields: Mapping[bytes, bytes], path: bytes) -> bool:
    """True for what asks for a websocket at `path`, whether it asks well or not."""
    return head.method == b"GET" and b"upgrade" in fields and head.target.partition(b"?")[0] == path


async def answer(
    stream: trio.SocketStream,
    upgrade: Upgrade,
    app: Asgi,
    driver: SocketDriver,
    *,
    place: ConnectionAddresses,
    send_timeout: float,
    state: Mapping[str, Any],
) -> None:
    """Ask the application, send its answer, and open the socket that it took.

    An application that raises, or says nothing, has its client answered with 500.
    """
    reply = HandshakeReply(stream, upgrade, send_timeout)
    refusal = refuse(upgrade.head.version, upgrade.fields)
    if refusal is not None:
        await reply.refuse(*refusal)
        return
    offer = Offer(driver)
    try:
        await _ask(app, scope(place, upgrade, offer, state), reply)
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
    place: ConnectionAddresses, upgrade: Upgrade, offer: Offer, state: Mapping[str, Any]
) -> dict[str, Any]:
    """The request as an ASGI websocket scope. Extensions of the protocol are not passed on: there are none."""
    path, _, query = upgrade.head.target.partition(b"?")
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
        "headers": [pair for pair in upgrade.head.headers if pair[0] != b"sec-websocket-extensions"],
        "client": place.client,
        "server": place.server,
        "subprotocols": [name.strip() for name in subprotocols.split(",") if name.strip()],
        "extensions": {"websocket.http.response": {}, EXTENSION: offer},
        "state": dict(state),
    }


class HandshakeReply:
    """The application's side of the handshake: an ASGI `receive` and `send`.

    When the peer has gone, `accepted` stays False.
    """

    def __init__(self, stream: trio.SocketStream, upgrade: Upgrade, send_timeout: float) -> None:
        self.accepted = False
        self._answer = Answer(stream, upgrade.head.method, close=True, send_timeout=send_timeout)
        self._key = upgrade.fields.get(b"sec-websocket-key", b"")
        self._asked = False

    @property
    def begun(self) -> bool:
        """True when something has been answered."""
        return self._answer.has_begun

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
                self._answer.start(message["status"], message["headers"])
            case "websocket.http.response.body":
                await self._answer.send(message.get("body", b""), more=message.get("more_body", False))
            case "websocket.close" if not self.accepted:
                await self.refuse(403, "refused")
            case _:
                pass  # a close behind the acceptance: the route is done, the socket goes on

    async def refuse(self, status: int, reason: str) -> None:
        """Answer in one plain line."""
        upgrade = [(b"upgrade", b"websocket"), (b"sec-websocket-version", VERSION)] if status == 426 else []
        await self._answer.say(status, reason, *upgrade)

    async def _accept(self, message: Mapping[str, Any]) -> None:
        headers = [
            (b"upgrade", b"websocket"),
            (b"connection", b"Upgrade"),
            (b"sec-websocket-accept", generate_accept_token(self._key)),
            *message.get("headers", ()),
        ]
        if message.get("subprotocol") is not None:
            headers.append((b"sec-websocket-protocol", message["subprotocol"].encode("latin-1")))
        await self._answer.switch(headers)
        self.accepted = self._answer.is_heard
