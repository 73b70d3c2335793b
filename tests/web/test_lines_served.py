"""Lines on the real server, the direct way and the portable one: websockets that break, and handshakes of others."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import trio
from trio_websocket import ConnectionClosed

from actorlive.web import ActorLive
from tests.web.views import happened, make_app
from tests.web.visitor import PATIENCE, Page, Wire, connect, get, serving

pytestmark = [pytest.mark.real_clock, pytest.mark.usefixtures("way")]


async def control(wire: Wire) -> list[str]:
    """The next frame that is the line's own."""
    with trio.fail_after(PATIENCE):
        while True:
            frame = await wire.socket.get_message()
            if str(frame).startswith("#"):
                return str(frame).split()


async def new_line(wire: Wire) -> str:
    """A line, and a join over it; the handle."""
    await wire.socket.send_message("#new")
    word, handle, linger = await control(wire)
    assert (word, linger) == ("#handle", "20000")
    reply = await wire.join()
    assert reply[4]["status"] == "ok"
    return handle


async def resume(wire: Wire, handle: str, count: int, before: Wire) -> list[str]:
    """Ask to go on; the answer."""
    wire.join_ref = before.join_ref
    await wire.socket.send_message(f"#resume {handle} {count}")
    return await control(wire)


async def cut(wire: Wire) -> None:
    """The connection breaks, and nobody says goodbye."""
    await trio.aclose_forcefully(wire.stream)


async def until(test: Callable[[], bool]) -> None:
    with trio.fail_after(PATIENCE):
        while not test():
            await trio.sleep(0.01)


async def arrived(live: ActorLive) -> None:
    """The server has noticed that there is no socket."""
    await until(lambda: live.lines.lingering == 1)


async def test_a_view_outlives_its_websocket() -> None:
    app, live = make_app()
    async with serving(app) as url:
        page = await get(url, "/counter")
        async with connect(page) as wire:
            handle = await new_line(wire)
            await wire.clicked("inc")
            (view,) = live.list_views()
            await wire.click("inc")  # whose answer is lost
            await until(lambda: happened == [1, 2])
            await cut(wire)
            await arrived(live)
            assert live.list_views() == [view]
        async with connect(page) as again:
            assert await resume(again, handle, 2, wire) == ["#count", "3"]
            assert (await again.receive())[4]["response"] == {"diff": {"0": "2"}}
            assert live.list_views() == [view]
            assert happened == [1, 2]
            assert len(live.list_sockets()) == 1


async def test_a_second_socket_takes_over_before_the_first_is_known_to_be_dead() -> None:
    app, live = make_app()
    async with serving(app) as url:
        page = await get(url, "/counter")
        async with connect(page) as wire, connect(page) as again:
            handle = await new_line(wire)
            assert await resume(again, handle, 1, wire) == ["#count", "1"]
            assert (await again.clicked("inc"))["diff"] == {"0": "1"}
            with trio.fail_after(PATIENCE), pytest.raises(ConnectionClosed):
                await wire.socket.get_message()
            assert len(live.list_sockets()) == 1


async def test_a_close_frame_alone_ends_no_line_and_a_goodbye_does() -> None:
    app, live = make_app()
    async with serving(app) as url:
        page = await get(url, "/counter")
        async with connect(page) as wire:
            handle = await new_line(wire)
            await wire.socket.aclose(1001)
            await arrived(live)
        async with connect(page) as again:
            await resume(again, handle, 1, wire)
            await again.socket.send_message("#goodbye")
            await until(lambda: len(happened) == 1)
            assert len(live.lines) == 0


async def other_cookie(page: Page) -> dict[str, Any]:
    """A stranger, who is let in by a page of his own."""
    own = await get(page.url, "/other")
    return {"csrf": own.csrf, "cookie": own.cookie}


async def no_cookie(page: Page) -> dict[str, Any]:
    return {"cookie": "session=gone"}


async def no_token(page: Page) -> dict[str, Any]:
    return {"csrf": "none"}


@pytest.mark.parametrize("who", [other_cookie, no_cookie, no_token])
async def test_nobody_else_comes_in(who: Callable[[Page], Any]) -> None:
    app, _ = make_app()
    async with serving(app) as url:
        page = await get(url, "/counter")
        async with connect(page) as wire:
            handle = await new_line(wire)
            async with connect(page, **await who(page)) as thief:
                assert await resume(thief, handle, 0, wire) == ["#gone"]
                await thief.click("inc")
                assert (await thief.receive())[4]["response"] == {"reason": "unmatched topic"}
            assert (await wire.clicked("inc"))["diff"] == {"0": "1"}
            assert happened == [1]


async def test_a_logout_reaches_a_page_that_is_away() -> None:
    app, live = make_app()

    @app.get("/login")
    async def login() -> str:
        from quart import session

        session["live_socket_id"] = "users:ada"
        return ""

    async with serving(app) as url:
        cookie = (await get(url, "/login")).cookie
        page = await get(url, "/counter", cookie)
        async with connect(page) as wire:
            handle = await new_line(wire)
            await cut(wire)
            await arrived(live)
        assert live.disconnect("users:ada") == 1
        await until(lambda: len(happened) == 1)
        async with connect(page) as again:
            assert await resume(again, handle, 1, wire) == ["#gone"]


async def test_a_page_whose_socket_is_closed_by_the_server_is_told_so() -> None:
    app, live = make_app()
    async with serving(app) as url, connect(await get(url, "/counter")) as wire:
        await new_line(wire)
        live.sockets.draining = True
        live.sockets.hurry([])
        assert await control(wire) == ["#drained", "1"]
        assert await wire.closed() == 1012


async def test_frames_are_confirmed_now_and_then() -> None:
    app, _ = make_app()
    async with serving(app) as url, connect(await get(url, "/counter")) as wire:
        await new_line(wire)
        for ref in range(15):
            await wire.socket.send_message(json.dumps([None, str(ref), "phoenix", "heartbeat", {}]))
        assert await control(wire) == ["#count", "16"]
