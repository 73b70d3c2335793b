"""Hypercorn's protocols, narrowed to what a live application needs from a stranger.

* **No websocket is compressed.** Hypercorn accepts permessage-deflate from every client that offers it, and inflates
  a read of 64 KiB to 64 MB before anything can count. Here the offer is ignored, as by Phoenix's default, so a frame
  that says it is compressed breaks the protocol. That also closes the side channel of compressed secrets.
* **A message beyond `max_frame` is not kept.** Its bytes are counted as they come; at the limit what came is dropped
  and nothing of the rest is looked at.
* **A peer that breaks the protocol is told why.** The close frame (1002, 1007, 1009) goes out, what still comes is
  dropped unread, and the connection ends with the peer's or after `close_timeout`: a connection that is closed on
  unread bytes is reset, and a reset may overtake the close frame.
* **A handler that has ended is not waited for.** Hypercorn hands frames to the application through a queue; with
  nothing to empty it, the connection's task would wait there forever.
* **What is not a websocket's handshake is refused**, by the rule of the direct way, and its connection ends. Hypercorn
  takes any key, and leaves a connection open for ever that it has refused.
* **Requests behind one that nobody hears the answer to are dropped.** Hypercorn reads them when the answer is out; when
  its peer has gone, that is never, and the connection's task would wait for ever.
* **A head that can be read in two ways is refused** (`request_head`), whatever came before it on its connection.
* **HTTP/2 comes by TLS only.** In the clear, HTTP/2 is spoken by no browser; but a reverse proxy that passes `Upgrade`
  on, as every websocket needs it to, would pass a tunnel through which its own rules for paths do not see. The
  upgrade to h2c is not taken up, and its preface is answered with 505.

All of it holds for websockets over HTTP/2, too. `install` puts these classes where Hypercorn looks its own up: it has
no setting for any of this, and makes its protocols and streams from the names in its modules, with no other way in.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, cast

import h11
import hypercorn.protocol
import hypercorn.protocol.h2
import hypercorn.protocol.h11
import trio
from hypercorn.config import Config
from hypercorn.events import Closed, RawData
from hypercorn.protocol.events import Body, Data, Event, Request, StreamClosed
from hypercorn.protocol.h11 import H11Protocol
from hypercorn.protocol.ws_stream import WSStream
from wsproto.connection import ConnectionState
from wsproto.events import CloseConnection, Message, Ping

from actorlive import telemetry
from actorlive.web.allowance import MESSAGE_TOO_BIG, reached
from actorlive.web.direct.handshake import refuse
from actorlive.web.direct.http import fields_of
from actorlive.web.headers import NO_STORE
from actorlive.web.limits import Limits
from actorlive.web.request_head import fault_of_head, origin_form
from actorlive.web.transport import SOCKET_PATH
from actorlive.wire import frame_size
from actorlive.wire.websocket import FRAGMENT_COST

__all__ = ["GuardedWebsocket", "OnlyHttp1", "ServerConfig", "WholeMessage", "install", "limits_of"]

VERSION_NOT_SUPPORTED = 505

_log = logging.getLogger("actorlive.web")


class ServerConfig(Config):
    """Hypercorn's settings, as our limits have them."""

    limits = Limits()

    @classmethod
    def of(cls, limits: Limits) -> ServerConfig:
        """The settings of a server with these limits."""
        config = cls()
        config.limits = limits
        config.h11_max_incomplete_size = config.h2_max_header_list_size = limits.max_head
        config.websocket_max_message_size = limits.max_frame
        config.keep_alive_timeout = limits.keep_alive_timeout
        config.ssl_handshake_timeout = limits.head_timeout
        config.errorlog = logging.getLogger("hypercorn.error")
        config.errorlog.setLevel(logging.WARNING)  # the address is told by `serve`
        config.include_server_header = False
        return config


def limits_of(config: Config) -> Limits:
    """What holds under these settings, which are Hypercorn's own where it was started without us."""
    return config.limits if isinstance(config, ServerConfig) else ServerConfig.limits


def install() -> None:
    """Have Hypercorn make its connections of these classes."""
    for module, name, guarded in (
        (hypercorn.protocol, "H11Protocol", OnlyHttp1),
        (hypercorn.protocol.h11, "WSStream", GuardedWebsocket),
        (hypercorn.protocol.h2, "WSStream", GuardedWebsocket),
    ):
        setattr(module, name, guarded)


class WholeMessage:
    """The `pieces` of one message that have come, `max_size` bytes of them at most; an empty one counts, too."""

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size
        self._size = 0
        self.pieces: list[Any] = []

    def add(self, piece: str | bytes) -> bool:
        """Keep a piece; False when the message has become too large, and nothing of it is kept any more."""
        self._size += frame_size(piece) or FRAGMENT_COST
        if self._size > self._max_size:
            self.pieces.clear()
            return False
        self.pieces.append(piece)
        return True

    def take(self) -> str | bytes:
        """The message; the next piece begins another."""
        pieces, self.pieces, self._size = self.pieces, [], 0
        return pieces[0] if len(pieces) == 1 else type(pieces[0])().join(pieces)


class GuardedWebsocket(WSStream):
    """Hypercorn's websocket, over HTTP/1.1 or HTTP/2."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._message = WholeMessage(self.config.websocket_max_message_size)
        self._refused = False
        self._ended = trio.Event()
        self._handler_ended = False
        self._waiting: set[trio.CancelScope] = set()
        self._put: Callable[[Any], Awaitable[None]] | None = None

    async def handle(self, event: Event) -> None:
        if isinstance(event, Request):
            await super().handle(_without_extensions(event))
            self._put = vars(self)["app_put"]
            self.app_put = self._give
        elif not (self._refused and isinstance(event, (Body, Data))):
            await super().handle(event)
        if self.closed:
            self._ended.set()

    async def app_send(self, message: Any) -> None:
        if message is None:
            self._handler_ended = True
            for scope in self._waiting:
                scope.cancel()
        await super().app_send(message)

    async def _give(self, event: Any) -> None:
        """Hand over to the application, unless it has ended, or ends meanwhile."""
        if (
            event["type"] == "websocket.disconnect"
        ):  # it may be its own writer that has found out, and must go on
            cast("Any", self.task_group).spawn(self._give_now, event)
        else:
            await self._give_now(event)

    async def _give_now(self, event: Any) -> None:
        if self._put is None or self._handler_ended:
            return
        with trio.CancelScope() as scope:
            self._waiting.add(scope)
            try:
                await self._put(event)
            finally:
                self._waiting.discard(scope)

    async def _handle_events(self) -> None:
        for event in self.connection.events():
            match event:
                case Message():
                    piece: str | bytes = vars(event)["data"]
                    await self._piece(piece, last=event.message_finished)
                case Ping():
                    await self._send_wsproto_event(event.response())
                case CloseConnection():
                    await self._closed_by(event)
                case _:
                    pass
            if self._refused:
                return

    async def _piece(self, piece: str | bytes, *, last: bool) -> None:
        if self.connection.state is not ConnectionState.OPEN:
            return  # the application has closed, and hears nothing any more
        if not self._message.add(piece):
            reached("max_frame", self.client and self.client[0])
            _log.warning(
                "closed a websocket: a message of more than %d bytes", limits_of(self.config).max_frame
            )
            await self._refuse(MESSAGE_TOO_BIG)
        elif last:
            message = self._message.take()
            text = isinstance(message, str)
            received = {"bytes": None if text else message, "text": message if text else None}
            await self._give({"type": "websocket.receive", **received})

    async def _closed_by(self, event: CloseConnection) -> None:
        """The peer has closed, or sent something that is not a frame: then its connection is still open here."""
        if self.connection.state is ConnectionState.OPEN:
            await self._refuse(event.code)
            return
        if self.connection.state is ConnectionState.REMOTE_CLOSING:
            await self._send_wsproto_event(event.response())
        await self.send(StreamClosed(stream_id=self.stream_id))

    async def _refuse(self, code: int) -> None:
        self._refused = True
        await self._send_wsproto_event(CloseConnection(code=code))
        cast("Any", self.task_group).spawn(self._linger)

    async def _linger(self) -> None:
        with trio.move_on_after(limits_of(self.config).close_timeout):
            await self._ended.wait()
            return
        await self.send(StreamClosed(stream_id=self.stream_id))


def _without_extensions(request: Request) -> Request:
    """The request as if the client had offered no extension."""
    headers = [
        (name, value) for name, value in request.headers if name.lower() != b"sec-websocket-extensions"
    ]
    return replace(request, headers=headers)


class StrictConnection(h11.Connection):
    """h11's connection, which looks at every head before h11 does."""

    def next_event(self) -> h11.Event | type[h11.NEED_DATA | h11.PAUSED]:
        """As h11 has it. Raises `h11.RemoteProtocolError` for a head that is refused."""
        if self.their_state is h11.IDLE:
            fault = fault_of_head(self.trailing_data[0])
            if fault is not None:
                telemetry.execute("request.refused", {}, {"fault": fault})
                _log.warning("refused a request and closed its connection: %s", fault)
                raise h11.RemoteProtocolError(fault)
        return super().next_event()


class OnlyHttp1(H11Protocol):
    """Hypercorn's HTTP/1.1, which stays that."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connection = StrictConnection(
            h11.SERVER, max_incomplete_event_size=self.config.h11_max_incomplete_size
        )
        self._gone = False
        self._reading = trio.CancelScope()

    async def handle(self, event: Any) -> None:
        if isinstance(event, RawData):
            if not self._gone:
                with trio.CancelScope() as self._reading:
                    await super().handle(event)
            return
        await super().handle(event)
        if isinstance(event, Closed) and isinstance(self.connection, h11.Connection):
            self._gone = True
            self._reading.cancel()

    async def _send_error_response(self, status_code: int) -> None:
        """As Hypercorn answers what it does not understand, for this once."""
        headers = [(b"content-length", b"0"), (b"connection", b"close"), NO_STORE]
        named = self.config.response_headers("h11")
        await self._send_h11_event(h11.Response(status_code=status_code, headers=[*headers, *named]))
        await self._send_h11_event(h11.EndOfMessage())

    async def _check_protocol(self, event: h11.Request) -> None:
        """Hypercorn goes over to h2c here. A server may ignore `Upgrade` (RFC 9110, 7.8)."""

    async def _create_stream(self, request: h11.Request) -> None:
        if request.http_version not in (b"1.0", b"1.1"):
            await self._send_error_response(VERSION_NOT_SUPPORTED)
            await self.send(Closed())
            return
        request = _by_path(request)
        refusal = _refusal(request)
        if refusal is not None:
            await self._send_error_response(refusal)
            await self.send(Closed())
            return
        await super()._create_stream(request)


def _by_path(request: h11.Request) -> h11.Request:
    """The request as it is asked of the host itself."""
    target = origin_form(request.target)
    if target == request.target:
        return request
    return h11.Request(
        method=request.method, target=target, headers=list(request.headers), http_version=request.http_version
    )


def _refusal(request: h11.Request) -> int | None:
    """The status for what asks for a websocket, by its path or by its `Upgrade`, and is not the handshake of one."""
    fields = fields_of(request.headers)
    if request.method != b"GET" or b"upgrade" not in fields:
        return None
    if (
        fields[b"upgrade"].lower() != b"websocket"
        and request.target.partition(b"?")[0] != SOCKET_PATH.encode()
    ):
        return None
    refused = refuse(request.http_version, fields)
    return None if refused is None else refused[0]
