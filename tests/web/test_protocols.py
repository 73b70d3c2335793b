"""What a stranger may make of a connection, on the real server: compression, great frames, HTTP/2 in the clear."""

from __future__ import annotations

import struct
import tracemalloc
import zlib
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import h2.config
import h2.connection
import h2.events
import pytest
import trio
from h2.settings import SettingCodes
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.events import Closed, Event, RawData
from hypercorn.protocol import h11 as hypercorn_h11
from hypercorn.protocol.ws_stream import WSStream
from hypercorn.trio.worker_context import WorkerContext
from hypothesis import given, strategies as st

from actorlive.web import ActorLive, Limits, protocols
from actorlive.web.protocols import ServerConfig, WholeMessage
from actorlive.web.tcp import GuardedTCPServer
from actorlive.wire.websocket import FRAGMENT_COST
from tests.web import visitor
from tests.web.views import make_app
from tests.web.visitor import PATIENCE, connect, get, serving

pytestmark = pytest.mark.real_clock

OFFER = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
HANDSHAKE = (
    "GET /live/websocket?vsn=2.0.0 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{OFFER}\r\n"
)
TEXT, FIN, RSV1, MASKED = 0x1, 0x80, 0x40, 0x80


def frame(payload: bytes, first: int = FIN | TEXT, length: int | None = None) -> bytes:
    """A client's frame, under the mask that changes nothing; `length` is what its head claims."""
    size = len(payload) if length is None else length
    if size < 126:
        head = bytes([first, MASKED | size])
    elif size < 65536:
        head = bytes([first, MASKED | 126]) + struct.pack("!H", size)
    else:
        head = bytes([first, MASKED | 127]) + struct.pack("!Q", size)
    return head + bytes(4) + payload


def deflated(text: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return (packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


async def raw(url: str) -> trio.SocketStream:
    return await trio.open_tcp_stream("127.0.0.1", int(url.rpartition(":")[2]))


async def until(stream: trio.abc.ReceiveStream, end: bytes) -> bytes:
    data = b""
    with trio.fail_after(PATIENCE):
        while end not in data:
            chunk = await stream.receive_some()
            assert chunk, data
            data += chunk
    return data


async def rest(stream: trio.abc.ReceiveStream) -> bytes:
    with trio.fail_after(PATIENCE):
        return b"".join([chunk async for chunk in stream])


@asynccontextmanager
async def websocket(url: str) -> AsyncGenerator[tuple[trio.SocketStream, str]]:
    """A websocket of nobody, which has offered compression, and the head of the answer."""
    async with await raw(url) as stream:
        await stream.send_all(HANDSHAKE.encode())
        yield stream, (await until(stream, b"\r\n\r\n")).decode()


@pytest.mark.usefixtures("way")
async def test_compression_is_not_taken_up_however_it_is_offered() -> None:
    app, _ = make_app()
    async with serving(app) as url, websocket(url) as (_, head):
        assert head.startswith("HTTP/1.1 101")
        assert "extensions" not in head.lower()
        assert "deflate" not in head.lower()


BREACHES: dict[str, tuple[bytes, int]] = {
    "compressed": (frame(deflated(b" " * 1_000_000), FIN | RSV1 | TEXT), 1002),
    "compressed, in pieces": (frame(deflated(b" " * 1_000_000), RSV1 | TEXT), 1002),
    "another reserved bit": (frame(b"{}", FIN | 0x20 | TEXT), 1002),
    "an unknown kind": (frame(b"{}", FIN | 0x3), 1002),
    "without a mask": (bytes([FIN | TEXT, 2]) + b"{}", 1002),
    "no UTF-8": (frame(b"\xff\xfe"), 1007),
    "too large": (frame(b" " * 1001), 1009),
    "too large in UTF-8": (frame("€".encode() * 400), 1009),
    "too large in pieces": (frame(b" " * 900, TEXT) + frame(b" " * 900, FIN), 1009),
    "too large, announced only": (frame(b" " * 1001, length=2**40), 1009),
}


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("breach", BREACHES)
async def test_who_breaks_the_protocol_is_told_and_closed_and_nobody_else(
    breach: str,
) -> None:
    app, _ = make_app(limits=Limits(max_frame=1000, close_timeout=0.05))
    async with serving(app) as url:
        async with connect(await get(url, "/counter")) as neighbour, websocket(url) as (stream, _):
            await neighbour.join()
            sent, code = BREACHES[breach]
            await stream.send_all(sent)
            assert await rest(stream) == bytes([0x88, 2]) + struct.pack("!H", code)
            assert await neighbour.clicked("inc") == {"diff": {"0": "1"}}


@pytest.mark.usefixtures("way")
async def test_what_comes_after_a_breach_is_neither_read_nor_kept() -> None:
    """The peer claims a frame of a terabyte and goes on sending it, for as long as it is let."""
    app, _ = make_app(limits=Limits(max_frame=100_000, close_timeout=60.0))
    chunk = b" " * 1_000_000
    async with serving(app) as url, websocket(url) as (stream, _):
        await stream.send_all(frame(chunk, length=2**40))
        assert (await until(stream, struct.pack("!H", 1009)))[0] == 0x88
        tracemalloc.start()
        for _ in range(50):
            await stream.send_all(chunk)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 5_000_000


@pytest.mark.usefixtures("way")
async def test_a_breach_ends_the_connection_though_the_peer_stays() -> None:
    app, live = make_app(limits=Limits(close_timeout=0.01))
    async with serving(app) as url, websocket(url) as (stream, _):
        await stream.send_all(frame(b"{}", FIN | 0x3))
        await rest(stream)
        with trio.fail_after(PATIENCE):
            while len(live.sockets):
                await trio.sleep(0.001)


@given(st.lists(st.text(max_size=20), min_size=1), st.integers(0, 100))
def test_a_message_is_whole_or_nothing_of_it_is_kept(pieces: list[str], limit: int) -> None:
    message = WholeMessage(limit)
    fits = [message.add(piece) for piece in pieces]
    size = 0
    for piece, fitted in zip(pieces, fits, strict=True):
        size += len(piece.encode()) or FRAGMENT_COST
        assert fitted is (size <= limit)
    if all(fits):
        assert message.take() == "".join(pieces)
    else:
        assert message.pieces == []


# -- HTTP/2 --------------------------------------------------------------------

UPGRADE = (
    "GET /counter HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n"
    "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n"
)
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


async def test_an_upgrade_to_http2_in_the_clear_is_ignored() -> None:
    app, _ = make_app()
    async with serving(app) as url, await raw(url) as stream:
        await stream.send_all(UPGRADE.replace(", close", "").encode())
        answer = await until(stream, b"</html>")
        assert answer.startswith(b"HTTP/1.1 200")
        assert b"upgrade" not in answer.partition(b"\r\n\r\n")[0].lower()
        await stream.send_all(PREFACE)
        assert (await rest(stream)).startswith(b"HTTP/1.1 505")


@pytest.mark.parametrize(
    "follows", [b"", bytes(9), b"\x00\x00\x00\x04\x00\x00\x00\x00\x00" * 50], ids=range(3)
)
async def test_the_preface_of_http2_in_the_clear_is_answered_with_505(follows: bytes) -> None:
    app, _ = make_app()
    async with serving(app) as url:
        async with await raw(url) as stream:
            with suppress(trio.BrokenResourceError):
                await stream.send_all(PREFACE + follows)
                answer = await rest(stream)
                assert answer.startswith(b"HTTP/1.1 505")
                assert answer.count(b"HTTP/") == 1
        assert (await get(url, "/counter")).status == 200


class Negotiated:
    """A stream that says of itself that TLS has agreed on HTTP/2."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self.transport_stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport_stream, name)

    async def do_handshake(self) -> None:
        pass

    def selected_alpn_protocol(self) -> str:
        return "h2"


class Heard:
    """In the place of a connection's protocol: what it is told."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    async def handle(self, event: Event) -> None:
        self.events.append(event)


async def test_who_writes_while_another_task_closes_finds_the_connection_gone() -> None:
    app = ASGIWrapper(cast("Any", None))
    for _ in range(20):  # of which trio lets about half close first
        ours, theirs = map(trio.SocketStream, trio.socket.socketpair())
        config = ServerConfig.of(Limits())
        server = GuardedTCPServer(app, config, WorkerContext(None), {}, cast("Any", ours))
        heard = Heard()
        server.protocol = cast("Any", heard)
        async with theirs, trio.open_nursery() as nursery:
            nursery.start_soon(server.protocol_send, Closed())
            nursery.start_soon(server.protocol_send, RawData(b"late"))
        assert {type(event) for event in heard.events} == {Closed}


@asynccontextmanager
async def http2(live: ActorLive) -> AsyncGenerator[tuple[h2.connection.H2Connection, trio.SocketStream]]:
    """A client's HTTP/2 connection to the real server class."""
    listener = (await trio.open_tcp_listeners(0, host="127.0.0.1"))[0]
    protocols.install()
    config = ServerConfig.of(live.limits)

    async def accept() -> None:
        stream = await listener.accept()
        app = ASGIWrapper(cast("Any", live.app))
        await GuardedTCPServer(app, config, WorkerContext(None), {}, cast("Any", Negotiated(stream))).run()

    async with live.app.test_app(), trio.open_nursery() as nursery:
        nursery.start_soon(accept)
        stream = await trio.open_tcp_stream(*listener.socket.getsockname())
        client = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        client.initiate_connection()
        async with stream, listener:
            await stream.send_all(client.data_to_send())
            yield client, stream
        nursery.cancel_scope.cancel()


async def arrives(
    client: h2.connection.H2Connection, stream: trio.SocketStream, wanted: Callable[[Any], bool]
) -> Any:
    with trio.fail_after(PATIENCE):
        while True:
            for event in client.receive_data(await stream.receive_some()):
                if wanted(event):
                    return event
            await stream.send_all(client.data_to_send())


async def test_over_http2_no_websocket_is_compressed_either() -> None:
    live = make_app()[1]
    async with http2(live) as (client, stream):
        await arrives(client, stream, lambda e: isinstance(e, h2.events.RemoteSettingsChanged))
        assert client.remote_settings[SettingCodes.ENABLE_CONNECT_PROTOCOL] == 1
        headers = {
            ":method": "CONNECT",
            ":protocol": "websocket",
            ":scheme": "https",
            ":path": "/live/websocket?vsn=2.0.0",
            ":authority": "x",
            "sec-websocket-version": "13",
            "sec-websocket-extensions": "permessage-deflate",
        }
        client.send_headers(1, list(headers.items()))
        await stream.send_all(client.data_to_send())
        answer = await arrives(client, stream, lambda e: isinstance(e, h2.events.ResponseReceived))
        assert dict(answer.headers)[":status"] == "200"
        assert "sec-websocket-extensions" not in dict(answer.headers)
        client.send_data(1, frame(deflated(b" " * 1_000_000), FIN | RSV1 | TEXT))
        await stream.send_all(client.data_to_send())
        closing = await arrives(client, stream, lambda e: isinstance(e, h2.events.DataReceived))
        assert closing.data == bytes([0x88, 2]) + struct.pack("!H", 1002)


async def test_without_the_guard_the_offer_is_taken_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what Hypercorn does by itself."""
    monkeypatch.setattr(visitor, "DIRECT", False)
    monkeypatch.setattr(protocols, "install", lambda: None)
    monkeypatch.setattr(hypercorn_h11, "WSStream", WSStream)
    app, _ = make_app()
    async with serving(app) as url, websocket(url) as (_, head):
        assert "permessage-deflate" in head
