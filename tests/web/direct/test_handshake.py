"""The handshake of the direct way: who is a websocket, who is refused, and what an application may do wrong."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, cast

import pytest
import trio
import trio.testing
from hypothesis import given, strategies as st

from actorlive.web.allowance import Allowance
from actorlive.web.asgi import Asgi
from actorlive.web.direct.connection import DirectConnection, DirectWay
from actorlive.web.direct.handshake import EXTENSION
from actorlive.web.direct.socket import DirectSocket
from actorlive.web.limits import Limits
from actorlive.web.sockets import Sockets
from tests.web.direct.peers import Calls, Connection, frame

FIELDS = {
    "Host": "x",
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


def head(target: str = "/live/websocket?vsn=2.0.0", version: str = "1.1", **fields: str | None) -> bytes:
    """A handshake, with some of its fields (underscores for hyphens) replaced or left out."""
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    lines = [f"{name}: {value}\r\n" for name, value in {**FIELDS, **named}.items() if value is not None]
    return f"GET {target} HTTP/{version}\r\n{''.join(lines)}\r\n".encode()


async def streams() -> tuple[trio.SocketStream, trio.SocketStream]:
    listener = (await trio.open_tcp_listeners(0, host="127.0.0.1"))[0]
    async with listener:
        theirs = await trio.open_tcp_stream(*listener.socket.getsockname())
        return await listener.accept(), theirs


behind: list[Connection] = []


async def take(scope: dict[str, Any], receive: Any, send: Any, **acceptance: Any) -> None:
    """An application that accepts and takes the offer."""
    assert await receive() == {"type": "websocket.connect"}
    await send({"type": "websocket.accept", "headers": [], **acceptance})
    direct = DirectSocket(
        scope["extensions"][EXTENSION].driver, Sockets(), Limits(), None, Allowance(Limits(), "peer")
    )
    behind.append(Connection())
    direct.connection = cast("Any", behind[-1])
    scope["extensions"][EXTENSION].taken = direct


def way_to(app: Asgi, driver: Calls, **limits: float) -> DirectWay:
    return DirectWay(
        app,
        cast("Any", driver),
        Limits(**cast("Any", limits)),
        socket_path="/live/websocket",
        is_page=lambda _: False,
        state={},
    )


async def shake(app: Asgi, sent: bytes, *, hang_up: bool = False) -> tuple[bytes, Calls]:
    """What a peer hears that sends this, and what the driver was asked for."""
    ours, theirs = await streams()
    driver = Calls()
    heard = b""
    async with ours, theirs:
        await theirs.send_all(sent)
        if hang_up:
            await theirs.aclose()
        assert await DirectConnection(way_to(app, driver), ours).run()
        await ours.aclose()  # by the server, which knows nothing of a socket that has left
        if not hang_up:
            with trio.move_on_after(0.05):
                async for chunk in theirs:
                    heard += chunk
    for direct in driver.watched:
        direct.abort()
    return heard, driver


pytestmark = pytest.mark.real_clock


async def test_who_takes_the_offer_has_its_socket_opened_with_what_came_in_the_same_packet() -> None:
    heard, driver = await shake(take, head() + frame(b"early"))
    assert heard.startswith(b"HTTP/1.1 101 ")
    assert b"ICX+Yqv66kxgM0FcWaLWlFLwTAI=" in heard
    assert driver.watched
    assert driver.again


async def test_headers_and_a_subprotocol_of_the_application_are_sent() -> None:
    app = partial(take, subprotocol="tea", headers=[(b"x-kind", b"green")])
    heard, _ = await shake(cast("Any", app), head())
    assert b"sec-websocket-protocol: tea\r\n" in heard.lower()
    assert b"x-kind: green\r\n" in heard.lower()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (head(Upgrade="h2c"), 400),
        (head(Upgrade="websocket, h2c"), 400),
        (head(Connection="keep-alive"), 400),
        (head(Sec_WebSocket_Version="8"), 426),
        (head(Sec_WebSocket_Version=None), 426),
        (head(Sec_WebSocket_Key=None), 400),
        (head(Sec_WebSocket_Key="c2hvcnQ="), 400),
        (head(Sec_WebSocket_Key="not base64 at all!!!!!!="), 400),
        (head(Content_Length="5"), 400),
        (head(Transfer_Encoding="chunked"), 400),
        (head(version="1.0"), 400),
        (
            head().replace(
                b"Sec-WebSocket-Key", b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Key"
            ),
            400,
        ),
    ],
    ids=range(12),
)
async def test_what_is_not_a_handshake_is_refused_before_the_application_hears_of_it(
    sent: bytes, status: int
) -> None:
    async def app(*_: Any) -> None:
        raise AssertionError

    heard, driver = await shake(app, sent)
    assert heard.startswith(f"HTTP/1.1 {status} ".encode())
    assert heard.count(b"HTTP/1.1") == 1
    assert not driver.watched


async def fails(scope: Any, receive: Any, send: Any) -> None:
    raise ValueError("broken")


async def fails_after_taking(scope: Any, receive: Any, send: Any) -> None:
    await take(scope, receive, send)
    raise ValueError("broken")


async def takes_unaccepted(scope: Any, receive: Any, send: Any) -> None:
    async def nothing(message: Mapping[str, Any]) -> None:
        pass

    await take(scope, receive, nothing)


async def says_nothing(scope: Any, receive: Any, send: Any) -> None:
    pass


async def closes(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "websocket.close", "code": 1000})


@pytest.mark.parametrize(
    ("app", "status", "logged"),
    [(fails, 500, True), (says_nothing, 500, False), (takes_unaccepted, 500, False), (closes, 403, False)],
)
async def test_an_application_that_does_not_accept_is_answered_for(
    app: Asgi, status: int, logged: bool, caplog: pytest.LogCaptureFixture
) -> None:
    behind.clear()
    heard, driver = await shake(app, head())
    assert heard.startswith(f"HTTP/1.1 {status} ".encode())
    assert ("a handshake failed in the application" in caplog.text) is logged
    assert not driver.watched
    assert all(connection.closed == 1 for connection in behind)


async def test_a_fault_behind_the_acceptance_is_logged_and_the_socket_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As in Quart, where an `after_websocket` function or a teardown fails: the client has its 101."""
    heard, driver = await shake(fails_after_taking, head())
    assert heard.startswith(b"HTTP/1.1 101 ")
    assert driver.watched
    assert "a handshake failed in the application" in caplog.text


async def test_a_peer_that_hangs_up_meanwhile_leaves_nothing_behind(caplog: pytest.LogCaptureFixture) -> None:
    behind.clear()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await trio.sleep(0.01)
        await send({"type": "websocket.http.response.start", "status": 403, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b"x" * 1_000_000})

    await shake(slow, head() + b"unread", hang_up=True)
    await shake(take, head() + b"unread", hang_up=True)
    assert caplog.text == ""


async def test_a_cancelled_handshake_gives_up_what_was_taken() -> None:
    behind.clear()

    async def stuck(scope: Any, receive: Any, send: Any) -> None:
        await take(scope, receive, send)
        await trio.sleep_forever()

    with trio.move_on_after(0.05):
        await shake(stuck, head())
    assert behind[-1].closed == 1


@pytest.mark.parametrize("cut", range(1, len(head()), 7))
async def test_a_head_may_come_in_pieces(cut: int) -> None:
    ours, theirs = await streams()
    driver = Calls()
    async with ours, theirs, trio.open_nursery() as nursery:

        async def dribble() -> None:
            for piece in (head()[:cut], head()[cut:]):
                await theirs.send_all(piece)
                await trio.testing.wait_all_tasks_blocked()

        nursery.start_soon(dribble)
        assert await DirectConnection(way_to(take, driver), ours).run()
    assert len(driver.watched) == 1
    for direct in driver.watched:
        direct.abort()


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n",
        b"POST /live/websocket HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /live/websocketed HTTP/1.1\r\n",
        b"GET /live/websocket HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /live/websocket HTTP/1.1\r\nHost x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01",
        b"GET /live/websocket?" + b"x" * 20_000,
        b"",
    ],
    ids=range(9),
)
async def test_everything_else_is_handed_on_with_every_byte(sent: bytes) -> None:
    ours, theirs = await streams()
    async with ours, theirs:
        await theirs.send_all(sent)
        await theirs.send_eof()
        connection = DirectConnection(way_to(take, Calls()), ours)
        assert not await connection.run()
        assert sent.startswith(connection.unread)
        assert connection.unread + b"".join([chunk async for chunk in ours]) == sent


async def test_who_does_not_finish_a_head_is_handed_on_when_patience_ends() -> None:
    ours, theirs = await streams()
    async with ours, theirs:
        await theirs.send_all(head()[:-1])
        connection = DirectConnection(way_to(take, Calls(), head_timeout=0.02), ours)
        assert not await connection.run()
        assert connection.unread == head()[:-1]
        assert connection.patience == 0


@given(st.binary(max_size=200))
async def test_no_bytes_at_all_break_the_reading_of_a_head(tail: bytes) -> None:
    """Whatever comes is answered, or handed on whole."""
    ours, theirs = await streams()
    async with ours, theirs:
        sent = b"GET /live/websocket " + tail + b"\r\n\r\n"
        await theirs.send_all(sent)
        await theirs.send_eof()
        connection = DirectConnection(way_to(says_nothing, Calls()), ours)
        if not await connection.run():
            assert connection.unread == sent
