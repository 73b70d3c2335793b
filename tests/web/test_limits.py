"""The limits of one connection: on the mock clock through Quart's own websocket client, and on the real server."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from math import inf
from typing import Any

import pytest
import trio
from quart.testing.connections import WebsocketDisconnectError, WebsocketResponseError

from actorlive import Event, LiveView, Socket, heex, telemetry
from actorlive.web import ActorLive, Limits
from tests.support.narrow import untyped
from tests.web.direct.peers import frame
from tests.web.test_lines_served import control, new_line
from tests.web.test_two_ways import handshake, join
from tests.web.views import happened, make_app
from tests.web.visitor import PATIENCE, Wire, connect, get, refused, serving

HEARTBEAT = '[null,"1","phoenix","heartbeat",{}]'
ALIVE = '[null,"1","phoenix","phx_reply",{"status":"ok","response":{}}]'


@asynccontextmanager
async def websocket(live: ActorLive, path: str = "/counter") -> AsyncGenerator[Any]:
    """An open websocket in memory with a cookie and a CSRF token that belong together, and its `page`."""
    visitor = live.app.test_client()
    page = await (await visitor.get(path)).get_data(as_text=True)
    csrf = re.search(r'csrf-token" content="([^"]+)"', page)
    assert csrf is not None
    query = {"vsn": "2.0.0", "_csrf_token": csrf[1]}
    async with live.node(), untyped(visitor).websocket("/live/websocket", query_string=query) as socket:
        await socket.send(HEARTBEAT)
        assert await socket.receive() == ALIVE
        vars(socket)["page"] = page
        yield socket


async def closed(socket: Any) -> int:
    while True:
        try:
            await socket.receive()
        except WebsocketDisconnectError as error:
            return int(error.args[0])


async def test_who_is_silent_for_a_minute_is_gone() -> None:
    live = make_app(limits=Limits(heartbeat_timeout=60, join_timeout=inf))[1]
    async with websocket(live) as socket:
        began = trio.current_time()
        for _ in range(3):
            await trio.sleep(59)
            await socket.send(HEARTBEAT)
            assert await socket.receive() == ALIVE
        assert len(live.sockets) == 1
        assert await closed(socket) == 1001
        assert trio.current_time() - began == pytest.approx(3 * 59 + 60)
    assert len(live.sockets) == 0


async def test_a_frame_beyond_the_limit_is_refused_whatever_the_server_lets_through() -> None:
    live = make_app(limits=Limits(max_frame=100))[1]
    async with websocket(live) as socket:
        await socket.send("x" * 101)
        assert await closed(socket) == 1009


async def test_an_empty_binary_frame_is_taken_for_what_it_is() -> None:
    live = make_app()[1]
    async with websocket(live) as socket:
        await socket.send(b"")
        assert await closed(socket) == 1011


async def test_draining_closes_with_1012_and_refuses_newcomers() -> None:
    live = make_app()[1]
    async with websocket(live) as socket, trio.open_nursery() as nursery:
        nursery.start_soon(live.drain)
        assert await closed(socket) == 1012
        newcomer = untyped(live.app.test_client()).websocket("/live/websocket", query_string={"vsn": "2.0.0"})
        async with newcomer as other:
            with pytest.raises(WebsocketResponseError) as refused:
                await other.receive()
        assert refused.value.response.status_code == 503


# -- on the real server, on both ways ------------------------------------------

real = pytest.mark.real_clock
both_ways = pytest.mark.usefixtures("way")


class Grow(Event):
    pass


class Wide(LiveView[Grow]):
    """Answers a click with 50 kB."""

    text: str = ""
    template = heex("<p>{@text}</p>")

    async def handle_event(self, event: Grow, socket: Socket) -> None:
        self.text = str(len(happened)) + "x" * 50_000
        happened.append(len(happened))


@pytest.fixture
def told() -> Iterator[list[str]]:
    """The limits that telemetry heard of."""
    heard: list[str] = []

    def hear(name: str, measurements: Any, metadata: Any) -> None:
        if name == "limit.reached":
            heard.append(str(metadata["limit"]))

    telemetry.attach("limits", hear)
    yield heard
    telemetry.detach("limits")


@real
@both_ways
async def test_who_sends_too_much_waits_and_loses_nothing(told: list[str]) -> None:
    app, _ = make_app(limits=Limits(max_events=20))
    async with serving(app) as url, connect(await get(url, "/counter")) as wire:
        await wire.join()
        for _ in range(30):
            await wire.click("inc")
        assert happened != list(range(1, 31))
        for number in range(1, 31):
            assert (await wire.receive())[4]["response"] == {"diff": {"0": str(number)}}
    assert set(told) == {"max_events"}
    assert happened[:30] == list(range(1, 31))


@real
@both_ways
async def test_who_joins_nothing_is_closed_and_who_joins_stays(told: list[str]) -> None:
    app, _ = make_app(limits=Limits(join_timeout=1.0))
    async with serving(app) as url:
        async with connect(await get(url, "/counter")) as idle, connect(await get(url, "/counter")) as wire:
            await wire.join()
            assert await idle.closed() == 1008
            assert await wire.clicked("inc") == {"diff": {"0": "1"}}
    assert told == ["join_timeout"]


@real
@both_ways
async def test_a_socket_has_an_age_at_which_its_client_comes_back(told: list[str]) -> None:
    app, _ = make_app(limits=Limits(join_timeout=1.0, max_age=1.0))
    async with serving(app) as url:
        async with connect(await get(url, "/counter")) as wire, connect(await get(url, "/counter")) as line:
            await wire.join()
            await new_line(line)
            assert await wire.closed() == 1012
            assert await control(line) == ["#drained", "1"], "which knows what was done"
            assert await line.closed() == 1012
    assert told == ["max_age", "max_age"]


@real
@both_ways
async def test_who_does_not_read_is_not_read(told: list[str]) -> None:
    app, live = make_app(limits=Limits(max_unsent=100_000, max_queue=inf))
    live.route("/wide", Wide)
    async with serving(app) as url:
        page = await get(url, "/wide")
        async with await trio.open_tcp_stream("127.0.0.1", int(url.rpartition(":")[2])) as stream:
            await stream.send_all(handshake(page) + b"")
            while b"\r\n\r\n" not in (await stream.receive_some()):
                pass
            await stream.send_all(join(page))
            click = {"type": "click", "event": "grow", "value": dict[str, str]()}
            frames = [
                frame(json.dumps(["4", str(ref), page.topic, "event", click]).encode())
                for ref in range(5, 1005)
            ]
            async with trio.open_nursery() as nursery:
                nursery.start_soon(stream.send_all, b"".join(frames))
                with trio.fail_after(PATIENCE):
                    while "max_unsent" not in told:
                        await trio.sleep(0.001)
                await trio.sleep(0.1)
                assert len(happened) < 1_000  # 50 MB, more than the system's own buffers hold
                heard = 0
                with trio.fail_after(2 * PATIENCE):
                    while heard < 50_000_000:
                        heard += len(await stream.receive_some())
    assert happened[:1_000] == list(range(1_000))


@real
@both_ways
async def test_an_address_behind_a_named_proxy_has_its_own_bounds(told: list[str]) -> None:
    limits = Limits(max_peer_sockets=1, max_peer_channels=1)
    app, live = make_app(limits=limits, proxies=["127.0.0.1"])
    async with serving(app) as url:
        page = await get(url, "/counter")
        visitor = {"X-Forwarded-For": "203.0.113.5"}
        async with connect(page, **visitor) as wire:
            assert (await wire.join())[4]["status"] == "ok"
            other = Wire(wire.socket, await get(url, "/counter", page.cookie))
            response = (await other.join())[4]
            assert response["response"] == {"reason": "too many channels joined from this address"}
            assert await refused(page, **visitor) == 429
            async with connect(page, **{"X-Forwarded-For": "203.0.113.6"}) as neighbour:
                assert (await neighbour.join())[4]["status"] == "ok"
        with trio.fail_after(PATIENCE):
            while len(live.sockets):
                await trio.sleep(0.001)
        async with connect(page, **visitor) as wire:
            assert (await wire.join())[4]["status"] == "ok"
    assert told == ["max_peer_channels", "max_peer_sockets"]


@real
@both_ways
async def test_a_socket_joins_so_many_views_at_once(told: list[str]) -> None:
    app, _ = make_app(limits=Limits(max_channels=1))
    async with serving(app) as url:
        page = await get(url, "/counter")
        async with connect(page) as wire:
            await wire.join()
            other = Wire(wire.socket, await get(url, "/counter", page.cookie))
            assert (await other.join())[4]["response"] == {"reason": "too many channels joined"}
    assert told == ["max_channels"]


@real
@both_ways
async def test_a_connection_too_many_is_told_to_go_elsewhere(told: list[str]) -> None:
    app, _ = make_app(limits=Limits(max_connections=1))
    async with serving(app) as url:
        page = await get(url, "/counter")
        async with connect(page) as wire:
            await wire.join()
            assert (await get(url, "/counter")).status == 503
            assert told == ["max_connections"]
            assert await wire.clicked("inc") == {"diff": {"0": "1"}}
        with trio.fail_after(PATIENCE):
            while (await get(url, "/counter")).status == 503:
                await trio.sleep(0.001)


@real
@both_ways
@pytest.mark.parametrize("sent", [b"", b"GET /cou", b"GET /live/websocket HTTP/1.1\r\nHost: x\r\n"])
async def test_a_connection_without_a_request_is_closed(sent: bytes, told: list[str]) -> None:
    app, _ = make_app(limits=Limits(head_timeout=0.2, keep_alive_timeout=10 * PATIENCE))
    async with serving(app) as url:
        async with await trio.open_tcp_stream("127.0.0.1", int(url.rpartition(":")[2])) as stream:
            if sent:
                await stream.send_all(sent)
            with trio.fail_after(PATIENCE):
                assert await stream.receive_some() == b""
    assert told == ["head_timeout"]


@real
async def test_between_requests_a_connection_may_wait_for_longer_than_before_the_first() -> None:
    app, _ = make_app(limits=Limits(head_timeout=0.5, keep_alive_timeout=60))
    async with serving(app) as url:
        async with await trio.open_tcp_stream("127.0.0.1", int(url.rpartition(":")[2])) as stream:
            for _ in range(2):
                await stream.send_all(b"GET /live/alive HTTP/1.1\r\nHost: x\r\n\r\n")
                answer = b""
                with trio.fail_after(PATIENCE):
                    while not answer.endswith(b"yes\n"):
                        answer += await stream.receive_some()
                        assert answer.startswith(b"HTTP/1.1 200")
                await trio.sleep(0.6)


async def test_a_mailbox_that_fills_is_told(told: list[str], caplog: pytest.LogCaptureFixture) -> None:
    async def sleeper() -> None:
        await trio.sleep_forever()

    live = make_app(limits=Limits(max_mailbox=10))[1]
    async with live.node() as node:
        pid = node.spawn(sleeper)
        for number in range(15):
            node.deliver(pid, number)
    assert told == ["max_mailbox"]
    assert "sleeper has 10 messages in its mailbox; see Limits.max_mailbox" in caplog.text
