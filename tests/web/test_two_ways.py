"""What both ways of a websocket owe to their peers, byte by byte, on the real server."""

from __future__ import annotations

import gc
import json
import re
import socket
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest
import trio
import trio.testing

from actorlive.live.owner import Owner
from actorlive.live.process.channel import Channel
from actorlive.live.process.connection import LiveConnection
from actorlive.live.state import ViewState
from actorlive.runtime.process import Process
from actorlive.web.client_socket import ClientSocket
from actorlive.web.direct.socket import DirectSocket
from actorlive.web.server import serve_async
from tests.web import visitor
from tests.web.direct.peers import frame, frames_of
from tests.web.test_server import HANDSHAKE
from tests.web.views import happened, make_app
from tests.web.visitor import PATIENCE, Page, connect, get, serving

pytestmark = pytest.mark.real_clock

both_ways = pytest.mark.usefixtures("way")


def handshake(page: Page) -> bytes:
    query = urlencode({"_csrf_token": page.csrf, "vsn": "2.0.0"})
    return (
        f"GET /live/websocket?{query} HTTP/1.1\r\nHost: {page.url.removeprefix('http://')}\r\n"
        f"Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nOrigin: {page.url}\r\nCookie: {page.cookie}\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    ).encode()


def join(page: Page) -> bytes:
    payload: dict[str, Any] = {
        "url": page.url + page.path,
        "params": {},
        "session": page.session,
        "static": page.static,
    }
    return frame(json.dumps(["4", "4", page.topic, "phx_join", payload]).encode())


def click(page: Page, ref: int) -> bytes:
    event: dict[str, Any] = {"type": "click", "event": "inc", "value": {}}
    return frame(json.dumps(["4", str(ref), page.topic, "event", event]).encode())


async def hear(stream: trio.SocketStream, refs: int) -> bytes:
    """The head of the answer, then frames, until so many replies have come; returns the head."""
    heard = b""
    with trio.fail_after(PATIENCE):
        while True:
            chunk = await stream.receive_some()
            assert chunk, heard
            heard += chunk
            head, end, rest = heard.partition(b"\r\n\r\n")
            if end and sum(b"phx_reply" in payload for _, payload in frames_of(rest)[0]) == refs:
                return head


async def opened(url: str) -> trio.SocketStream:
    return await trio.open_tcp_stream("127.0.0.1", int(url.rpartition(":")[2]))


async def test_the_way_is_the_one_that_was_asked_for(way: str) -> None:
    """The control of all tests that run on both."""
    app, live = make_app()
    async with serving(app) as url, connect(await get(url, "/counter")) as wire:
        await wire.join()
        (one,) = live.sockets
        assert type(one) is (DirectSocket if way == "direct" else ClientSocket)


@both_ways
async def test_handshake_join_and_events_may_come_byte_by_byte() -> None:
    app, _ = make_app()
    async with serving(app) as url:
        page = await get(url, "/counter")
        async with await opened(url) as stream, trio.open_nursery() as nursery:

            async def dribble() -> None:
                for byte in handshake(page):
                    await stream.send_all(bytes([byte]))
                while not heard:
                    await trio.sleep(0)
                for byte in join(page) + click(page, 5):
                    await stream.send_all(bytes([byte]))

            heard = b""
            nursery.start_soon(dribble)
            heard = await stream.receive_some()
            assert heard.startswith(b"HTTP/1.1 101 ")
            await hear_replies(stream, 2)


async def hear_replies(stream: trio.SocketStream, refs: int) -> None:
    heard = b""
    with trio.fail_after(PATIENCE):
        while sum(b"phx_reply" in payload for _, payload in frames_of(heard)[0]) < refs:
            chunk = await stream.receive_some()
            assert chunk, heard
            heard += chunk


async def test_frames_in_the_packet_of_the_handshake_are_answered() -> None:
    """Direct alone: Hypercorn answers such a packet with 400."""
    app, _ = make_app()
    async with serving(app) as url:
        page = await get(url, "/counter")
        async with await opened(url) as stream:
            await stream.send_all(
                handshake(page) + join(page) + b"".join(click(page, n) for n in range(5, 10))
            )
            head = await hear(stream, 6)
            assert head.startswith(b"HTTP/1.1 101 ")
    assert happened[:5] == [1, 2, 3, 4, 5]


@both_ways
async def test_a_connection_that_has_asked_for_a_page_may_become_a_websocket() -> None:
    """On the direct way, too: what comes behind a page may be anything."""
    app, _ = make_app()
    async with serving(app) as url:
        page = await get(url, "/counter")
        async with await opened(url) as stream:
            await stream.send_all(b"GET /counter HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = b""
            while not answer.endswith(b"</html>") and b"</html>" not in answer:
                answer += await stream.receive_some()
            await stream.send_all(handshake(page))
            assert (await stream.receive_some()).startswith(b"HTTP/1.1 101 ")
            await stream.send_all(join(page) + click(page, 5))
            await hear_replies(stream, 2)


ASKED = [
    (b"GET", b"/counter?q=%C3%A9", b""),
    (b"HEAD", b"/counter", b""),
    (b"GET", b"/counter", b"Cookie: session=forged\r\n"),
    (b"GET", b"/nowhere", b""),
    (b"POST", b"/counter", b"Content-Length: 0\r\n"),
]


@pytest.mark.parametrize(("method", "target", "more"), ASKED, ids=range(len(ASKED)))
async def test_a_page_says_the_same_on_both_ways(
    monkeypatch: pytest.MonkeyPatch, method: bytes, target: bytes, more: bytes
) -> None:
    """But for its tokens, which are another's each time, and the order of its headers."""
    monkeypatch.setattr(visitor, "DIRECT", True)
    heard = await asked_once(method, target, more)
    monkeypatch.setattr(visitor, "DIRECT", False)
    assert heard == await asked_once(method, target, more)


async def asked_once(method: bytes, target: bytes, more: bytes) -> tuple[bytes, set[bytes], bytes]:
    app, _ = make_app()
    request = b"%b %b HTTP/1.1\r\nHost: example.com\r\n%bConnection: close\r\n\r\n" % (method, target, more)
    async with serving(app) as url, await opened(url) as stream:
        await stream.send_all(request)
        heard = b"".join([chunk async for chunk in stream])
    head, _, body = re.sub(rb"[A-Za-z0-9_.=-]{16,}|\d\d:\d\d:\d\d", b"~", heard).partition(b"\r\n\r\n")
    status, *headers = head.lower().split(b"\r\n")
    return status[:12], set(headers), body


def living() -> dict[str, int]:
    """How many there are of what a visitor of a view has of his own."""
    kinds = (Process, Channel, ViewState, Owner, LiveConnection, DirectSocket, ClientSocket)
    found = gc.get_objects()
    return {kind.__name__: sum(type(each) is kind for each in found) for kind in kinds}


async def visits(count: int) -> dict[str, int]:
    """What is left, with the collector switched off, of so many visitors who have come and gone."""
    app, live = make_app()
    async with serving(app) as url:
        gc.collect()
        gc.disable()
        try:
            for _ in range(count):
                page = await get(url, "/counter")
                async with await opened(url) as stream:
                    await stream.send_all(handshake(page))
                    await stream.receive_some()
                    await stream.send_all(join(page) + click(page, 5))
                    await hear_replies(stream, 2)
            with trio.fail_after(PATIENCE):
                while len(live.sockets) or live.current_node.statistics().processes:
                    await trio.sleep(0.001)
            await trio.testing.wait_all_tasks_blocked(0.01)
            return living()
        finally:
            gc.enable()


async def left_behind() -> dict[str, int]:
    """What ten visitors more leave behind: one each, or more, of a kind. Single ones may be another test's."""
    await visits(1)
    many, few = await visits(12), await visits(2)
    return {kind: more for kind, count in many.items() if (more := count - few[kind]) >= 5}


@both_ways
async def test_who_has_gone_leaves_nothing_that_only_the_collector_finds() -> None:
    """It looks at what has lived for long nearly never, so that a server would grow with its visitors."""
    assert await left_behind() == {}


async def test_a_control_what_a_process_keeps_of_its_task_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def keep(_: Process) -> None:
        pass

    monkeypatch.setattr(Process, "let_go", keep)
    assert (await left_behind())["Process"] >= 5


@both_ways
@pytest.mark.parametrize("cut", [1, 20, 200, -1])
async def test_who_hangs_up_within_the_handshake_or_a_frame_leaves_nothing(cut: int) -> None:
    app, live = make_app()
    async with serving(app) as url:
        page = await get(url, "/counter")
        for sent in (handshake(page)[:cut], handshake(page)):
            async with await opened(url) as stream:
                await stream.send_all(sent)
        async with await opened(url) as stream:
            await stream.send_all(handshake(page))
            await stream.receive_some()
            await stream.send_all(join(page)[:cut])
        with trio.fail_after(PATIENCE):
            while len(live.sockets) or live.current_node.statistics().processes:
                await trio.sleep(0.001)


@both_ways
async def test_draining_loses_no_acknowledged_event_and_says_1012_last() -> None:
    app, live = make_app()
    async with serving(app) as url:
        pages = [await get(url, "/counter") for _ in range(20)]
        heard: dict[str, bytes] = {}

        async def visit(page: Page) -> None:
            async with await opened(url) as stream:
                await stream.send_all(handshake(page))
                answer = await stream.receive_some()
                assert answer.startswith(b"HTTP/1.1 101 ")
                await stream.send_all(join(page) + b"".join(click(page, ref) for ref in range(5, 105)))
                _, _, data = answer.partition(b"\r\n\r\n")
                async for chunk in stream:
                    data += chunk
                heard[page.topic] = data

        with trio.fail_after(PATIENCE):
            async with trio.open_nursery() as nursery:
                for page in pages:
                    nursery.start_soon(visit, page)
                while len(live.sockets) < len(pages) or len(happened) < 100:
                    await trio.sleep(0)
                await live.drain()
        for data in heard.values():
            frames, rest = frames_of(data)
            assert (frames[-1], rest) == ((0x8, (1012).to_bytes(2, "big")), b"")
            assert not any(b"phx_close" in payload for _, payload in frames)
        acknowledged = sum(data.count(b'"diff"') for data in heard.values())
        assert acknowledged <= sum(isinstance(one, int) for one in happened)


async def test_over_ipv6_too() -> None:
    app, live = make_app()
    if not socket.has_ipv6:
        return
    shutdown = trio.Event()
    with trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            (url,) = await nursery.start(partial(serve_async, app, "::1", 0, shutdown=shutdown))
            assert url.startswith("http://[::1]:")
            stream = await trio.open_tcp_stream("::1", int(url.rpartition(":")[2]))
            async with stream:
                await stream.send_all(HANDSHAKE)
                assert (await stream.receive_some()).startswith(b"HTTP/1.1 101 ")
                while not len(live.sockets):
                    await trio.sleep(0)
                (one,) = live.sockets
                assert isinstance(one, DirectSocket)
            shutdown.set()
