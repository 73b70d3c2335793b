"""The websocket route: a dumb pump between a socket and a `LiveConnection`.

Two tasks per socket, one for each way. The reader hands every frame to the connection, which never waits, and
pauses while the views have too much to handle (the rules are in `live.intake`); the writer empties the socket's
queue. No view lives here. The socket's end closes the connection's port, and its DOWN stands in each view's
mailbox behind every event that came before.

What Quart-Trio's own websocket class does not do, `WebsocketConnection` does for the one path that is ours:
it lets the handler read what was buffered when the peer closed (Quart-Trio cancels the handler and drops it),
and takes an empty binary frame for what it is.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import trio
from quart import Response, session, websocket
from quart.asgi import ASGIWebsocketConnection
from quart.wrappers import Websocket
from quart_trio.asgi import TrioASGIWebsocketConnection
from werkzeug.datastructures import Headers

from actorlive import telemetry
from actorlive.errors import ProtocolError
from actorlive.live.intake import Backlog
from actorlive.live.process.connection import ConnectionInfo, LiveConnection
from actorlive.live.process.turnstile import take_turn
from actorlive.web import csrf
from actorlive.web.allowance import Allowance, refuse_socket
from actorlive.web.asked import Asked
from actorlive.web.client_socket import ClientSocket
from actorlive.web.containment import contained
from actorlive.web.direct.handshake import EXTENSION, Offer
from actorlive.web.direct.socket import DirectSocket
from actorlive.web.limits import Limits
from actorlive.web.lines import Arrival
from actorlive.web.origin import CheckOrigin, origin_allowed
from actorlive.web.pace import Pace, check_size
from actorlive.web.sockets import let_finish

if TYPE_CHECKING:
    from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable

    from actorlive.web.app import ActorLive
    from actorlive.web.shortcut import Shortcut

__all__ = ["SOCKET_PATH", "WebsocketConnection", "answer_websocket", "serve_websocket"]

SOCKET_PATH = "/live/websocket"
VERSION = "2.0.0"
TOO_MANY_REQUESTS = 429

_log = logging.getLogger("actorlive.web")


class WebsocketConnection(TrioASGIWebsocketConnection):
    """Quart-Trio's connection, with an end of the stream in place of a cancellation on our path.

    Where the server offers the direct way there is nothing to receive here, and no task for it. What may take the short
    way is left to that (`web.shortcut`).
    """

    def __init__(self, app: Any, scope: Any, shortcut: Shortcut) -> None:
        self._is_offered = offer_of(scope) is not None
        if self._is_offered:  # all that Quart's makes besides is for messages, which do not come this way
            self.app, self.scope = app, scope
            self._accepted = self._closed = False
        else:
            super().__init__(app, scope)
        self._shortcut = shortcut

    async def __call__(self, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        with contained():
            await take_turn()
            if not self._is_offered:
                await super().__call__(receive, send)
                return
            accept = partial(self.accept_connection, send, Headers(), None)
            make = partial(self._make_websocket, send)
            asked: Any = self._shortcut.socket(vars(self)["scope"], accept, make) or make()
            await ASGIWebsocketConnection.handle_websocket(self, asked, send)

    def _make_websocket(self, send: ASGISendCallable) -> Websocket:
        self.send_channel, self.receive_channel = trio.open_memory_channel[bytes | str](0)
        return self._create_websocket_from_scope(send)

    async def handle_messages(self, nursery: trio.Nursery, receive: ASGIReceiveCallable) -> None:
        if self.scope["path"] != SOCKET_PATH:
            await super().handle_messages(nursery, receive)
            return
        async with self.send_channel:
            while True:
                event = await receive()
                if event["type"] == "websocket.disconnect":
                    return
                if event["type"] == "websocket.receive":
                    text = event.get("text")
                    await self.send_channel.send(event.get("bytes") or b"" if text is None else text)

    async def send_data(self, send: ASGISendCallable, data: str | bytes) -> None:
        if self.scope["path"] == SOCKET_PATH and isinstance(data, str):
            await send(
                {"type": "websocket.send", "bytes": None, "text": data}
            )  # and no signal for each frame
        else:
            await super().send_data(send, data)


async def serve_websocket(live: ActorLive) -> Response | None:
    """The websocket route."""
    accept = cast("Callable[[], Awaitable[None]]", websocket.accept)  # pyright: ignore[reportUnknownMemberType]
    return await answer_websocket(live, Asked(websocket.scope), session, accept)


async def answer_websocket(
    live: ActorLive, asked: Asked, cookie: Mapping[str, Any], accept: Callable[[], Awaitable[None]]
) -> Response | None:
    """Refuse before the handshake, or accept it and have frames carried until either side ends; `cookie` is the
    session that came along."""
    refusal = refuse(asked, live, "a websocket")
    if refusal is not None:
        return Response(refusal.text, refusal.status, headers={"Cache-Control": "no-store"})
    await accept()
    client = connection_info(asked, dict(cookie))
    offer = offer_of(asked.scope)
    if offer is None:
        await pump(live, client)
    else:
        offer.taken = open_direct(live, client, offer)
    return None


def open_direct(live: ActorLive, client: ConnectionInfo, offer: Offer) -> DirectSocket:
    """The server has a way past these pumps."""
    allowance = allow(live, client)
    socket = DirectSocket(offer.driver, live.sockets, live.limits, live_socket_id(client), allowance)
    connection = connect(live, client, socket.send, allowance)
    socket.connection = Arrival(live.lines, socket, connection, allowance, client.session)
    return socket


async def pump(live: ActorLive, client: ConnectionInfo) -> None:
    """Carry frames until either side ends."""
    allowance = allow(live, client)
    socket = ClientSocket(live.limits, live_socket_id(client), allowance)
    connection = connect(live, client, socket.send, allowance)
    socket.connection = Arrival(live.lines, socket, connection, allowance, client.session)
    live.sockets.add(socket)
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(Reader(socket, live.limits).run)
            await write(socket)
            nursery.cancel_scope.cancel()
    finally:
        live.sockets.discard(socket)
        socket.ended()


def allow(live: ActorLive, client: ConnectionInfo) -> Allowance:
    """What the client's new socket is allowed."""
    return Allowance(live.limits, client.info["peer"], live.peers)


def connect(
    live: ActorLive,
    client: ConnectionInfo,
    send: Callable[[bytes], None],
    allowance: Allowance,
    transport: str = "websocket",
) -> LiveConnection:
    """The connection behind a socket, whichever way its frames come."""
    limits = live.limits
    telemetry.execute("socket.connected", {}, {"peer": allowance.name, "transport": transport})
    return LiveConnection(
        live.current_node,
        live.endpoint,
        send,
        client,
        max_channels=limits.max_channels,
        max_uploads=limits.max_uploads,
        backlog=Backlog(limits.max_waiting, limits.max_waiting_events),
        max_outlive=limits.max_outlive,
        admission=allowance,
    )


def live_socket_id(client: ConnectionInfo) -> str | None:
    """By which `ActorLive.disconnect` finds the client's socket."""
    return (client.session or {}).get("live_socket_id")


def offer_of(scope: Any) -> Offer | None:
    """What the server offers beside the ordinary way of a websocket."""
    extensions: dict[str, Any] = scope.get("extensions") or {}
    return extensions.get(EXTENSION)


class Refusal(NamedTuple):
    """The answer to a client that is not connected."""

    status: int
    text: str


def refuse(asked: Asked, live: ActorLive, what: str) -> Refusal | None:
    """Why a client is not connected, or None when it may be; `what` is what it asked for, for the log."""
    if live.sockets.draining:
        return Refusal(503, "the server is going down")
    if asked.argument("vsn") != VERSION:
        return Refusal(403, f"this server speaks protocol {VERSION}")
    if not comes_from_our_page(asked, live.check_origin, what):
        return Refusal(403, "origin not allowed")
    if refuse_socket(live.peers.get(asked.remote_addr), live.limits):
        return Refusal(TOO_MANY_REQUESTS, "too many sockets are open")
    return None


def comes_from_our_page(asked: Asked, check_origin: CheckOrigin, what: str) -> bool:
    """False for a request of a page that may not connect, which is told."""
    origin = ", ".join(asked.headers(b"origin")) or None  # of a page there is one: two are none
    if origin_allowed(origin, asked.host, check_origin):
        return True
    _log.warning(
        "refused %s from origin %.80r to host %.80r; to allow it, pass check_origin=[%.80r]",
        what,
        origin,
        asked.host,
        origin,
    )
    return False


def connection_info(asked: Asked, cookie: dict[str, Any]) -> ConnectionInfo:
    """What is known of the client; its cookie counts only with the CSRF token of a page that it was given."""
    info = asked.connect_info(csrf.without_token(asked.url))
    trusted = csrf.valid(cookie, asked.argument(csrf.CSRF_KEY) or "")
    return ConnectionInfo(cookie if trusted else None, info)


class Reader:
    """Hands over frames, as long as the views and the client keep up with them."""

    def __init__(self, socket: ClientSocket, limits: Limits) -> None:
        self._socket = socket
        self._limits = limits
        self._pace = Pace(socket, limits, limits.max_pause)

    async def run(self) -> None:
        """Read until the peer closes or breaks the protocol, or its time is up."""
        code = None
        try:
            while code is None and not self._socket.closing:
                code = await self._read_on()
        except trio.EndOfChannel:
            pass
        except ProtocolError as error:
            self._socket.allowance.tell_of_fault(error)
            code = error.code
        self._socket.close(code)

    async def _read_on(self) -> int | None:
        """Read until some time is up; the code to close with, or None when it was for nothing."""
        socket = self._socket
        with trio.CancelScope() as patience:
            while True:
                now = trio.current_time()
                patience.deadline = min(now + self._limits.heartbeat_timeout, socket.allowance.expires)
                frame = await websocket.receive()
                patience.deadline = inf
                if socket.connection is None:
                    return None  # a line goes on over another socket: this frame comes again there
                check_size(frame, self._limits)
                socket.connection.receive(frame)
                await self._pace.wait(now)
        now, allowance = trio.current_time(), socket.allowance
        if now < allowance.expires:
            return allowance.fall_silent()
        return allowance.expire(now, partial(let_finish, socket))


async def write(socket: ClientSocket) -> None:
    """Send frames until the socket is to be closed, then close it."""
    while (frame := await socket.next_frame()) is not None:
        await websocket.send(frame.decode())
    if socket.close_code is not None:
        await websocket.close(socket.close_code)
