"""The websocket route under a real server: what it refuses, what it survives, what it never loses."""

from __future__ import annotations

import json
import logging

import pytest
import trio
from wsproto.events import CloseConnection

from actorlive.runtime import Shutdown
from actorlive.web import Limits
from tests.support.narrow import untyped
from tests.web.views import happened, make_app
from tests.web.visitor import connect, get, refused, serving

pytestmark = [pytest.mark.real_clock, pytest.mark.usefixtures("way")]


async def test_page_websocket_click() -> None:
    app, _ = make_app()
    async with serving(app) as url:
        page = await get(url, "/counter/ada")
        assert page.status == 200
        assert "<p>0</p><i>ada</i>" in page.body
        async with connect(page) as wire:
            reply = await wire.join()
            assert reply[4]["status"] == "ok"
            assert reply[4]["response"]["liveview_version"] == "1.2.12"
            assert await wire.clicked("inc") == {"diff": {"0": "1"}}
            assert await wire.clicked("inc") == {"diff": {"0": "2"}}


async def test_events_sent_before_the_close_are_all_handled() -> None:
    """The peer closes right behind its last frame: every event is handled, then comes DOWN, then `terminate`."""
    app, live = make_app()
    async with serving(app) as url:
        page = await get(url, "/counter")
        async with connect(page) as wire:
            await wire.join()
            for _ in range(30):
                await wire.click("inc")
        while live.current_node.statistics().processes:
            await trio.sleep(0)
    assert happened == [*range(1, 31), Shutdown("closed")]


@pytest.mark.parametrize("ending", ["closing handshake", "end of the connection"])
async def test_a_burst_with_the_close_in_the_same_packet_is_all_handled(ending: str) -> None:
    """Everything is buffered somewhere between the socket and the view when the end is seen."""
    app, live = make_app()
    async with serving(app) as url:
        page = await get(url, "/counter")
        async with connect(page) as wire:
            await wire.join()
            burst = b"".join(wire.frame("inc") for _ in range(200))
            if ending == "closing handshake":
                await wire.stream.send_all(burst + wire.encoded(CloseConnection(1000)))
            else:
                await wire.stream.send_all(burst)
                await untyped(wire.stream).send_eof()
            while live.current_node.statistics().processes:
                await trio.sleep(0)
            await trio.aclose_forcefully(wire.stream)
    assert [*range(1, 201), Shutdown("closed")] == happened


async def test_a_crash_is_the_views_own() -> None:
    app, _ = make_app()
    async with serving(app) as url:
        page, neighbour = await get(url, "/counter"), await get(url, "/counter")
        async with connect(page) as wire, connect(neighbour) as other:
            await wire.join()
            await other.join()
            logging.getLogger("actorlive.runtime").disabled = True
            await wire.click("boom")
            assert await wire.receive() == ["4", "4", page.topic, "phx_error", {}]
            logging.getLogger("actorlive.runtime").disabled = False
            assert (await wire.join())[4]["status"] == "ok"
            assert await wire.clicked("inc") == {"diff": {"0": "1"}}
            assert await other.clicked("inc") == {"diff": {"0": "1"}}


async def test_a_duplicate_join_takes_over() -> None:
    app, _ = make_app()
    async with serving(app) as url:
        page = await get(url, "/counter")
        async with connect(page) as wire:
            await wire.join()
            await wire.clicked("inc")
            first = wire.join_ref
            assert await wire.join() == [first, first, page.topic, "phx_close", {}]
            assert (await wire.receive())[:2] == [wire.join_ref, wire.join_ref]
            assert await wire.clicked("inc") == {"diff": {"0": "1"}}


async def test_leave() -> None:
    app, live = make_app()
    async with serving(app) as url:
        page = await get(url, "/counter")
        async with connect(page) as wire:
            await wire.join()
            ref = await wire.push("phx_leave", {})
            assert await wire.receive() == ["4", "4", page.topic, "phx_close", {}]
            assert await wire.receive() == [
                "4",
                ref,
                page.topic,
                "phx_reply",
                {"status": "ok", "response": {}},
            ]
            while live.current_node.statistics().processes:
                await trio.sleep(0)
    assert happened == [Shutdown("left")]


async def test_unknown_topic() -> None:
    app, _ = make_app()
    async with serving(app) as url:
        async with connect(await get(url, "/counter")) as wire:
            await wire.send("4", "4", "room:1", "phx_join", {})
            reason = {"status": "error", "response": {"reason": "unmatched topic"}}
            assert await wire.receive() == [None, "4", "room:1", "phx_reply", reason]


@pytest.mark.parametrize(
    "frame",
    ["{not json", '["1","2","t","e"]', "[]", "\x00", b"", b"\x07garbage", '["4","5",6,"event",{}]'],
    ids=repr,
)
async def test_what_is_no_frame_closes_its_own_socket_only(frame: str | bytes) -> None:
    app, _ = make_app()
    async with serving(app) as url:
        page, neighbour = await get(url, "/counter"), await get(url, "/counter")
        async with connect(page) as wire, connect(neighbour) as other:
            await other.join()
            await wire.join()
            await wire.socket.send_message(frame)
            assert await wire.closed() == 1011
            assert await other.clicked("inc") == {"diff": {"0": "1"}}


async def test_an_oversized_frame_closes_its_own_socket_only() -> None:
    app, _ = make_app(limits=Limits(max_frame=1000))
    async with serving(app) as url:
        page, neighbour = await get(url, "/counter"), await get(url, "/counter")
        async with connect(page) as wire, connect(neighbour) as other:
            await other.join()
            await wire.socket.send_message(json.dumps(["1", "2", "lv:x", "event", "x" * 1000]))
            assert await wire.closed() == 1009
            assert await other.clicked("inc") == {"diff": {"0": "1"}}


async def test_an_unknown_event_is_acknowledged_in_production() -> None:
    app, _ = make_app(debug=False)
    async with serving(app) as url:
        async with connect(await get(url, "/counter")) as wire:
            await wire.join()
            assert await wire.clicked("nonsense") == {}
            assert await wire.clicked("inc") == {"diff": {"0": "1"}}


async def test_an_unknown_event_crashes_its_view_in_development() -> None:
    app, _ = make_app(debug=True)
    async with serving(app) as url:
        async with connect(await get(url, "/counter")) as wire:
            await wire.join()
            await wire.click("incc")
            assert (await wire.receive())[3] == "phx_error"


async def test_a_foreign_origin_and_another_protocol_version_are_refused() -> None:
    app, _ = make_app()
    async with serving(app) as url:
        page = await get(url, "/counter")
        assert await refused(page, origin="https://evil.example") == 403
        assert await refused(page, origin="null") == 403
        assert await refused(page, vsn="1.0.0") == 403


@pytest.mark.parametrize("fault", ["no csrf", "foreign csrf", "no cookie", "forged cookie"])
async def test_without_a_session_of_its_own_a_socket_joins_nothing(fault: str) -> None:
    app, _ = make_app()
    async with serving(app) as url:
        page, stranger = await get(url, "/counter"), await get(url, "/counter")
        csrf = {"no csrf": "", "foreign csrf": stranger.csrf}.get(fault)
        cookie = {"no cookie": "", "forged cookie": page.cookie[:-3] + "xyz"}.get(fault)
        async with connect(page, csrf=csrf, cookie=cookie) as wire:
            reply = await wire.join()
            assert reply[4] == {"status": "error", "response": {"reason": "stale"}}


async def test_disconnect_closes_the_sockets_of_a_session() -> None:
    app, live = make_app()

    @app.get("/login")
    async def login() -> str:
        from quart import session

        session["live_socket_id"] = "user:1"
        return ""

    async with serving(app) as url:
        login_page = await get(url, "/login")
        page = await get(url, "/counter", login_page.cookie)
        stranger = await get(url, "/counter")
        async with connect(page) as wire, connect(stranger) as other:
            await wire.join()
            await other.join()
            assert live.disconnect("user:2") == 0
            assert live.disconnect(None) == live.disconnect("") == 0  # nobody's id closes nobody's socket
            assert live.disconnect("user:1") == 1
            assert await wire.closed() == 1001
            assert await other.clicked("inc") == {"diff": {"0": "1"}}
