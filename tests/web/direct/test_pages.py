"""A page by the direct way: what is answered here, how, and what is left to Hypercorn."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

import pytest
import trio
from hypothesis import given, strategies as st

from actorlive.web.asgi import UNACCOMPANIED, Asgi
from actorlive.web.direct.connection import DirectConnection, DirectWay
from actorlive.web.direct.http import parse, write_head
from actorlive.web.limits import Limits
from tests.web.direct.test_handshake import streams
from tests.web.visitor import PATIENCE

pytestmark = pytest.mark.real_clock

PAGE = b"GET /page HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /page HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"
OTHER = b"GET /other HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /page HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def speaking(*messages: dict[str, Any]) -> Asgi:
    """An application that sends these."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["extensions"] == {UNACCOMPANIED: True}
        assert await receive() == {"type": "http.request", "body": b"", "more_body": False}
        for message in messages:
            await send(message)

    return app


def start(*headers: tuple[bytes, bytes], status: int = 200) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, "headers": list(headers)}


def body(data: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": more}


page = speaking(start((b"X-Kind", b"green")), body(b"a page"))


def way_to(app: Asgi, **limits: float) -> DirectWay:
    return DirectWay(
        app,
        cast("Any", None),
        Limits(**cast("Any", {"keep_alive_timeout": 0.05, "head_timeout": 0.5, **limits})),
        socket_path="/live/websocket",
        is_page=lambda path: path.startswith("/page"),
        state={},
    )


async def ask(app: Asgi, sent: bytes, **limits: float) -> tuple[bytes, bytes, bool]:
    """What a visitor hears who sends this, what is left over, and whether the connection is done with."""
    ours, theirs = await streams()
    heard = b""
    async with ours, theirs, trio.open_nursery() as nursery:

        async def hear() -> None:
            nonlocal heard
            async for chunk in theirs:
                heard += chunk
            await theirs.aclose()  # or the server waits for a second, in case more is to come

        nursery.start_soon(hear)
        await theirs.send_all(sent)
        connection = DirectConnection(way_to(app, **limits), ours)
        done = await connection.run()
        await ours.aclose()
    return re.sub(rb"date: [^\r]+ GMT\r\n", b"", heard), connection.unread, done


async def test_a_page_is_answered_with_what_the_application_says_and_its_length() -> None:
    heard, _, done = await ask(page, PAGE)
    assert heard == b"HTTP/1.1 200 OK\r\nx-kind: green\r\ncontent-length: 6\r\n\r\na page"
    assert done


async def test_requests_in_one_packet_are_answered_one_after_another() -> None:
    heard, _, done = await ask(page, PAGE * 3)
    assert heard.count(b"a page") == 3
    assert done


async def test_the_last_one_is_told_that_it_is() -> None:
    heard, unread, done = await ask(page, LAST + PAGE)
    assert heard.count(b"a page") == 1
    assert b"connection: close\r\n" in heard
    assert (unread, done) == (PAGE, True)


@pytest.mark.parametrize("cut", range(1, len(PAGE) * 2, 5))
async def test_it_makes_no_difference_how_the_bytes_come(cut: int) -> None:
    ours, theirs = await streams()
    heard = b""
    async with ours, theirs, trio.open_nursery() as nursery:

        async def talk() -> None:
            nonlocal heard
            for piece in ((PAGE * 2)[:cut], (PAGE * 2)[cut:]):
                await theirs.send_all(piece)
                await trio.testing.wait_all_tasks_blocked()
            await theirs.send_eof()
            async for chunk in theirs:
                heard += chunk

        nursery.start_soon(talk)
        await DirectConnection(way_to(page, keep_alive_timeout=5.0), ours).run()
        await ours.aclose()
    assert heard.count(b"a page") == 2


async def test_what_is_not_for_a_page_is_left_with_every_byte() -> None:
    heard, unread, done = await ask(page, PAGE + POST)
    assert heard.count(b"a page") == 1
    assert (unread, done) == (POST, False)


async def test_the_answer_to_head_is_a_head() -> None:
    heard, _, _ = await ask(page, PAGE.replace(b"GET", b"HEAD") + PAGE)
    first, second = heard.split(b"HTTP/1.1 200 OK\r\n")[1:]
    assert first == b"x-kind: green\r\n\r\n"
    assert second.endswith(b"a page")


@pytest.mark.parametrize("status", [204, 304])
async def test_an_answer_without_a_body_has_none(status: int) -> None:
    heard, _, _ = await ask(speaking(start(status=status), body(b"")), PAGE * 2)
    assert heard.count(f"HTTP/1.1 {status} ".encode()) == 2
    assert b"content-length" not in heard


async def test_a_body_in_pieces_goes_out_in_chunks() -> None:
    app = speaking(start(), body(b"a ", more=True), body(b"", more=True), body(b"page"))
    heard, _, done = await ask(app, PAGE * 2)
    assert heard.count(b"transfer-encoding: chunked\r\n\r\n2\r\na \r\n4\r\npage\r\n0\r\n\r\n") == 2
    assert done


async def test_a_body_in_pieces_whose_length_is_stated_goes_out_as_it_is() -> None:
    app = speaking(start((b"Content-Length", b"6")), body(b"a ", more=True), body(b"page"))
    heard, _, _ = await ask(app, PAGE * 2)
    assert heard.count(b"content-length: 6\r\n\r\na page") == 2


@pytest.mark.parametrize("pieces", [[b"short"], [b"much too long"], [b"a p", b"age and more"], [b"a ", b""]])
async def test_a_body_of_another_length_than_was_said_ends_the_connection(
    pieces: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    """What comes behind it would be taken for its rest."""
    more = [body(piece, more=True) for piece in pieces[:-1]]
    app = speaking(start((b"content-length", b"6")), *more, body(pieces[-1]))
    heard, _, done = await ask(app, PAGE * 2)
    assert heard.count(b"HTTP/1.1") == 1
    assert b"more" not in heard
    assert done
    assert "another body than its content-length says" in caplog.text


@pytest.mark.parametrize(
    "headers",
    [
        [(b"x-kind", b"green\r\nset-cookie: a=b")],
        [(b"x-kind", b"green\nset-cookie: a=b")],
        [(b"x kind", b"green")],
        [(b"x-kind: a\r\nx", b"green")],
        [(b"", b"green")],
        [(b"x-kind", b"\0")],
        [(b"content-length", b"-1")],
        [(b"content-length", b"6"), (b"content-length", b"7")],
    ],
    ids=range(8),
)
async def test_headers_that_are_none_are_not_sent(
    headers: list[tuple[bytes, bytes]], caplog: pytest.LogCaptureFixture
) -> None:
    heard, _, done = await ask(speaking(start(*headers), body(b"a page")), PAGE)
    assert heard.startswith(b"HTTP/1.1 500 ")
    assert b"green" not in heard
    assert b"connection: close" in heard
    assert done
    assert "a page failed in the application" in caplog.text


@given(st.lists(st.tuples(st.binary(max_size=8), st.binary(max_size=12)), max_size=4))
async def test_no_header_begins_a_line_of_its_own(headers: list[tuple[bytes, bytes]]) -> None:
    heard, _, _ = await ask(speaking(start(*headers), body(b"a page")), PAGE, keep_alive_timeout=0)
    head, _, rest = heard.partition(b"\r\n\r\n")
    assert rest in {b"a page", b"the application failed"}
    assert len(head.split(b"\r\n")) <= 4 + len(headers)


def test_the_control_of_it() -> None:
    assert b"%b: %b" % (b"a", b"b\r\nc: d") == b"a: b\r\nc: d"
    assert write_head(200, [(b"a", b"b")]).count(b"\r\n") == 4


async def fails(scope: Any, receive: Any, send: Any) -> None:
    raise ValueError("broken")


async def fails_in_the_middle(scope: Any, receive: Any, send: Any) -> None:
    await send(start())
    await send(body(b"half a ", more=True))
    raise ValueError("broken")


async def test_an_application_that_raises_is_answered_for(caplog: pytest.LogCaptureFixture) -> None:
    for app in (fails, speaking()):
        heard, unread, done = await ask(app, PAGE * 2)
        assert heard.startswith(b"HTTP/1.1 500 ")
        assert heard.count(b"HTTP/1.1") == 1
        assert (unread, done) == (PAGE, True)
    assert caplog.text.count("a page failed in the application") == 1


async def test_one_that_raises_in_the_middle_leaves_its_visitor_with_an_answer_that_is_not_whole() -> None:
    heard, _, done = await ask(fails_in_the_middle, PAGE * 2)
    assert heard.endswith(b"7\r\nhalf a \r\n")
    assert done


async def test_a_visitor_who_has_gone_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    ours, theirs = await streams()
    app = speaking(start(), *[body(b"x" * 100_000, more=True)] * 50, body(b""))
    await theirs.send_all(PAGE * 2)
    await theirs.aclose()
    async with ours:
        assert await DirectConnection(way_to(app), ours).run()
    assert caplog.text == ""


async def test_a_visitor_who_does_not_read_is_given_up() -> None:
    ours, theirs = await streams()
    app = speaking(start(), body(b"x" * 20_000_000))
    async with ours, theirs:
        await theirs.send_all(PAGE)
        with trio.fail_after(PATIENCE):
            assert await DirectConnection(way_to(app, send_timeout=0.05), ours).run()


def ends(way: DirectWay) -> None:
    way.end()


def waits(way: DirectWay) -> None:
    pass


@pytest.mark.parametrize("act", [ends, waits])
async def test_who_asks_for_nothing_more_is_closed(act: Callable[[DirectWay], None]) -> None:
    """When the server ends, or when his time is over."""
    ours, theirs = await streams()
    way = way_to(page, keep_alive_timeout=60 if act is ends else 0.05)
    async with ours, theirs, trio.open_nursery() as nursery:
        nursery.start_soon(DirectConnection(way, ours).run)
        await theirs.send_all(PAGE)
        assert (await theirs.receive_some()).endswith(b"a page")
        await trio.testing.wait_all_tasks_blocked()
        act(way)
        with trio.fail_after(PATIENCE):
            while nursery.child_tasks:
                await trio.sleep(0.01)


async def test_while_the_server_ends_every_answer_is_the_last() -> None:
    ours, theirs = await streams()
    way = way_to(page)
    way.end()
    async with ours, theirs:
        await theirs.send_all(PAGE * 2)
        await theirs.send_eof()
        assert await DirectConnection(way, ours).run()
        await ours.aclose()
        heard = b"".join([chunk async for chunk in theirs])
    assert heard.count(b"a page") == 1
    assert b"connection: close" in heard


@given(st.lists(st.sampled_from([PAGE, POST, LAST, b"GET /", b"\r\n\r\n", OTHER, b"\x16\x03"])))
async def test_every_byte_is_answered_or_left(pieces: list[bytes]) -> None:
    """Requests are answered from the first on, until one that is not ours, or is the last."""
    sent = b"".join(pieces)
    ours, theirs = await streams()
    async with ours, theirs:
        await theirs.send_all(sent)
        await theirs.send_eof()
        connection = DirectConnection(way_to(page), ours)
        done = await connection.run()
        await ours.aclose()
        heard = b"".join([chunk async for chunk in theirs])
    answered = heard.count(b"a page")
    assert sent.endswith(connection.unread)
    taken = sent[: len(sent) - len(connection.unread)]
    assert taken.count(b"\r\n\r\n") == answered
    assert done or not connection.unread.startswith((PAGE, LAST))


@given(st.binary(max_size=120))
def test_whatever_is_parsed_is_one_request_with_one_line_for_each_header(tail: bytes) -> None:
    head = parse(b"GET /page HTTP/1.1\r\nHost: x\r\n" + tail + b"\r\n\r\n")
    if head is not None:
        assert (head.method, head.target, head.version) == (b"GET", b"/page", b"1.1")
        assert not any(b"\n" in name + value or b"\r" in name + value for name, value in head.headers)
