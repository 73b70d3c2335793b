"""The limits of one connection, on the mock clock, through Quart's own websocket client."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from quart.testing.connections import WebsocketDisconnectError, WebsocketResponseError

from actorlive.web import ActorLive, Limits
from tests.support.narrow import untyped
from tests.web.views import make_app

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
    live = make_app(limits=Limits(heartbeat_timeout=60))[1]
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
