"""Heads of requests that two readers might read in two ways are refused, on every way in."""

from __future__ import annotations

from typing import Any

import h11
import httptools
import pytest
import trio
from hypothesis import given, strategies as st

from actorlive.web import protocols
from actorlive.web.direct.connection import BEGINNINGS
from actorlive.web.direct.http import parse
from actorlive.web.request_head import fault_of_head, origin_form
from tests.web.views import make_app
from tests.web.visitor import PATIENCE, serving

HOST = b"Host: x\r\n"
GET = b"GET /counter HTTP/1.1\r\n" + HOST
POST = b"POST /counter HTTP/1.1\r\n" + HOST
PAGE = GET + b"\r\n"
LAST = GET + b"Connection: close\r\n\r\n"

DOUBTFUL = {
    "a first line that ends with LF": b"GET /counter HTTP/1.1\n" + HOST + b"\r\n",
    "a field that ends with LF": GET + b"A: b\nC: d\r\n\r\n",
    "a head that ends with LF": GET + b"\n",
    "a head of LF alone": b"GET /counter HTTP/1.1\nHost: x\n\n",
    "a CR in a field": GET + b"A: b\rC: d\r\n\r\n",
    "a folded field": GET + b"A: b\r\n c\r\n\r\n",
    "a fold by a tab": GET + b"A: b\r\n\tc\r\n\r\n",
    "a fold before the first field": b"GET /counter HTTP/1.1\r\n " + HOST + b"\r\n",
    "a space before the colon": GET + b"A : b\r\n\r\n",
    "a tab before the colon": GET + b"A\t: b\r\n\r\n",
    "a field without a name": GET + b": b\r\n\r\n",
    "a zero byte in a field": GET + b"A: b\0\r\n\r\n",
    "a control character in a field": GET + b"A: b\x01c\r\n\r\n",
    "chunks in HTTP/1.0": b"POST /counter HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a length beside chunks": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks beside a length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "a length twice": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
    "two lengths in a field": POST + b"Content-Length: 2, 2\r\n\r\nhi",
    "a length with a sign": POST + b"Content-Length: +2\r\n\r\nhi",
    "a length of nothing": POST + b"Content-Length:\r\n\r\nhi",
    "chunked twice": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked in disguise": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "another coding": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "two spaces before the version": b"GET /counter  HTTP/1.1\r\n" + HOST + b"\r\n",
    "two spaces": b"GET  /counter HTTP/1.1\r\n" + HOST + b"\r\n",
    "a tab in the first line": b"GET\t/counter HTTP/1.1\r\n" + HOST + b"\r\n",
    "a space behind the version": b"GET /counter HTTP/1.1 \r\n" + HOST + b"\r\n",
    "a space before the method": b" GET /counter HTTP/1.1\r\n" + HOST + b"\r\n",
    "an empty line before the first": b"\r\n" + PAGE,
    "a fragment": b"GET /counter#/other HTTP/1.1\r\n" + HOST + b"\r\n",
    "a URL of another host": b"GET http://y/counter HTTP/1.1\r\n" + HOST + b"\r\n",
    "a URL of another port": b"GET http://x:81/counter HTTP/1.1\r\n" + HOST + b"\r\n",
    "a URL with a user": b"GET http://y@x/counter HTTP/1.1\r\n" + HOST + b"\r\n",
    "a URL without a Host": b"GET http://x/counter HTTP/1.0\r\n\r\n",
    "a host for a path": b"GET x/counter HTTP/1.1\r\n" + HOST + b"\r\n",
    "a tunnel": b"CONNECT x:443 HTTP/1.1\r\n" + HOST + b"\r\n",
    "no Host": b"GET /counter HTTP/1.1\r\n\r\n",
    "two Hosts": GET + HOST + b"\r\n",
    "two Hosts in a field": b"GET /counter HTTP/1.1\r\nHost: x, y\r\n\r\n",
    "a Host with a path": b"GET /counter HTTP/1.1\r\nHost: x/y\r\n\r\n",
}

CLEAR = {
    "a page": LAST,
    "a page of HTTP/1.0": b"GET /counter HTTP/1.0\r\n\r\n",
    "a URL of the Host": b"GET http://X/counter HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n",
    "a port, and white space": b"GET /counter HTTP/1.1\r\nHost: \tx:80 \r\nConnection:close\r\n\r\n",
    "an address": b"GET /counter HTTP/1.1\r\nHost: [::1]:80\r\nConnection: close\r\n\r\n",
    "a field that is not ASCII": GET + b"Cookie: a=\xff\r\nConnection: close\r\n\r\n",
}


async def exchange(url: str, sent: bytes) -> bytes:
    """All that a visitor hears until the server closes."""
    stream = await trio.open_tcp_stream("127.0.0.1", int(url.rpartition(":")[2]))
    async with stream:
        with trio.fail_after(PATIENCE):
            await stream.send_all(sent)
            return b"".join([chunk async for chunk in stream])


@pytest.mark.real_clock
@pytest.mark.usefixtures("way")
async def test_a_head_in_doubt_is_refused_and_its_connection_closed(caplog: pytest.LogCaptureFixture) -> None:
    app, _ = make_app()
    async with serving(app) as url:
        for name, head in DOUBTFUL.items():
            caplog.clear()
            heard = await exchange(url, head + LAST)
            assert heard.startswith(b"HTTP/1.1 400 "), (name, heard)
            assert heard.count(b"HTTP/1.1 ") == 1, (name, heard)
            assert b"connection: close" in heard, (name, heard)
            assert "refused a request and closed its connection: " in caplog.text, name


@pytest.mark.real_clock
@pytest.mark.usefixtures("way")
async def test_what_came_before_on_a_connection_gives_no_credit() -> None:
    app, _ = make_app()
    async with serving(app) as url:
        for name, head in DOUBTFUL.items():
            heard = await exchange(url, PAGE + head + LAST)
            assert heard.startswith(b"HTTP/1.1 200 "), name
            assert heard.count(b"HTTP/1.1 400 ") == 1, name
            assert heard.count(b"HTTP/1.1 ") == 2, (name, heard)


@pytest.mark.real_clock
@pytest.mark.usefixtures("way")
async def test_a_head_beyond_doubt_is_answered() -> None:
    app, _ = make_app()
    async with serving(app) as url:
        for name, head in CLEAR.items():
            assert (await exchange(url, head)).startswith(b"HTTP/1.1 200 "), name


@pytest.mark.real_clock
@pytest.mark.usefixtures("way")
async def test_a_url_for_a_path_does_not_get_past_the_hosts() -> None:
    app, _ = make_app(hosts=["x"])
    async with serving(app) as url:
        theirs = b"GET http://y/counter HTTP/1.1\r\nHost: %b\r\nConnection: close\r\n\r\n"
        assert (await exchange(url, theirs % b"x")).startswith(b"HTTP/1.1 400 ")
        assert (await exchange(url, theirs % b"y")).startswith(b"HTTP/1.1 421 ")


def no_fault(data: bytes) -> None:
    """A rule that lets everything pass."""


@pytest.mark.real_clock
async def test_without_the_rule_h11_takes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a second request on one connection, out of what a proxy may take for one."""
    monkeypatch.setattr(protocols, "fault_of_head", no_fault)
    app, _ = make_app()
    async with serving(app) as url:
        for name in ("a head of LF alone", "a folded field", "a length twice", "chunks beside a length"):
            heard = await exchange(url, DOUBTFUL[name] + LAST)
            assert b"HTTP/1.1 400 " not in heard, name


@given(st.data())
def test_it_makes_no_difference_how_a_head_comes(data: st.DataObject) -> None:
    head = data.draw(st.sampled_from([*DOUBTFUL.values(), *CLEAR.values()]))
    whole = head.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    cut = data.draw(st.integers(0, len(whole)))
    assert fault_of_head(head[:cut]) in (None, fault_of_head(head))


WORDS = (
    b"\r\n",
    b"chunked",
    b"Content-Length: 1",
    b"Transfer-Encoding: chunked",
    HOST,
    b"http://x",
    b"HTTP/1.0",
)
PIECES = st.sampled_from([*(bytes([byte]) for byte in b"\r\n\t :,Ab/#\0\x0b\xff1"), *WORDS])
"""What is put into a head, or in the place of a part of it."""


@st.composite
def mutilated(draw: st.DrawFn) -> bytes:
    head = draw(st.sampled_from([PAGE, POST + b"Content-Length: 2\r\n\r\n", *CLEAR.values()]))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(head)))
        head = head[:start] + draw(PIECES) + head[start + draw(st.integers(0, 3)) :]
    return head.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


@given(mutilated())
def test_what_passes_is_read_alike_by_three_readers(head: bytes) -> None:
    fault = fault_of_head(head)
    if head.startswith(BEGINNINGS) and parse(head) is not None:
        assert fault is None, "the direct way takes what would be refused"
    if fault is None and head.split(b"\r\n")[0].endswith((b"HTTP/1.0", b"HTTP/1.1")):
        theirs = read_by_llhttp(head)
        assert theirs is None or theirs == read_by_h11(head)


def read_by_h11(head: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(head)
    request = connection.next_event()
    assert isinstance(request, h11.Request)
    return request.target, list(request.headers)


def read_by_llhttp(head: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]] | None:
    """What llhttp reads; None for a method that it does not know."""

    class Reader:
        url = b""
        headers: list[tuple[bytes, bytes]] = []

        def on_url(self, url: bytes) -> None:
            self.url += url

        def on_header(self, name: bytes, value: bytes) -> None:
            self.headers = [*self.headers, (name.lower(), value.rstrip(b" \t"))]  # h11 does that, too

    reader: Any = Reader()
    try:
        httptools.HttpRequestParser(reader).feed_data(head)
    except httptools.HttpParserInvalidMethodError:
        return None
    except httptools.HttpParserUpgrade:
        pass
    return reader.url, reader.headers


@pytest.mark.parametrize(
    ("target", "path"),
    [
        (b"/a?b", b"/a?b"),
        (b"*", b"*"),
        (b"http://x", b"/"),
        (b"HTTPS://x/a?b", b"/a?b"),
        (b"http://x?b", b"/?b"),
    ],
)
def test_a_url_is_its_path(target: bytes, path: bytes) -> None:
    assert origin_form(target) == path


def test_a_version_that_is_not_http_1_is_left_to_whoever_answers_it() -> None:
    assert fault_of_head(b"PRI * HTTP/2.0\r\n\r\n") is None
