"""Two visitors at once, patches of every origin, a session given beforehand, and messages at intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from quart_trio import QuartTrio

from actorlive import Event, LiveView, Socket, cancel_timer, heex, spawn
from actorlive.runtime import Timer, receive
from actorlive.testing import Failure, Leak, live
from actorlive.web import ActorLive


class Boom(Event): ...


class Later(Event): ...


class Stop(Event): ...


class Stray(Event): ...


class Page(LiveView[Boom | Later | Stop | Stray]):
    """Ticks each second while it is watched."""

    ticks: int = 0
    tab: str = ""
    user: str = ""
    template = heex("""
      <button phx-click="boom">Boom</button>
      <.link patch="/?tab=link">Link</.link>
      <a phx-click={JS.patch("/?tab=js")}>JS</a>
      <.link navigate="/other">Other</.link>
      <output>{@ticks}</output><p>{@tab}</p><i>{@user}</i>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.user = session.get("user", "")
        socket.private["timer"] = socket.send_interval("tick", 1.0)

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        self.tab = params.get("tab", "")

    async def handle_event(self, event: Boom | Later | Stop | Stray, socket: Socket) -> None:
        match event:
            case Boom():
                raise ValueError("boom")
            case Later():
                socket.send_after("tick", 1000)
            case Stop():
                timer = socket.private["timer"]
                assert isinstance(timer, Timer)
                cancel_timer(timer)
            case Stray():
                spawn(receive)

    async def handle_info(self, message: object, socket: Socket) -> None:
        self.ticks += 1


class Other(LiveView):
    template = heex("<p>other</p>")


def make_app() -> QuartTrio:
    app = QuartTrio("two")
    extension = ActorLive(app, secret_key="a secret key for tests of two blocks")
    extension.route("/", Page)
    extension.route("/other", Other)

    @app.get("/logout")
    async def logout() -> str:
        return "out"

    return app


async def test_the_outer_view_may_crash_and_come_back_while_another_is_open() -> None:
    app = make_app()
    async with live(app, "/") as outer:
        async with live(app, "/"):
            with pytest.raises(ValueError, match="boom"):
                await outer.element("button").click()
            await outer.advance(2)
        assert await outer.element("p").text() == ""


async def test_the_outer_view_may_navigate_and_set_timers_while_another_is_open() -> None:
    app = make_app()
    async with live(app, "/") as outer:
        async with live(app, "/"):
            await outer.click("later")
            await outer.element("a", text="Other").click()
            await (await outer.follow_redirect()).advance(1)


async def test_a_process_that_the_inner_view_leaves_is_still_a_leak() -> None:
    app = make_app()
    async with live(app, "/", leaks=True) as outer:
        with pytest.raises(Leak):
            await leave_a_stray(app)
        await outer.advance(1)


async def leave_a_stray(app: QuartTrio) -> None:
    async with live(app, "/") as inner:
        await inner.click("stray")


async def test_patches_of_links_and_of_commands_are_seen() -> None:
    async with live(make_app(), "/") as view:
        await view.refute_patched()
        await view.element("a", text="Link").click()
        assert await view.assert_patch("/?tab=link") == "/?tab=link"
        await view.element("a", text="JS").click()
        await view.patch("/?tab=own")
        assert [await view.assert_patch(), await view.assert_patch()] == ["/?tab=js", "/?tab=own"]
        with pytest.raises(Failure, match="no patch"):
            await view.assert_patch()


async def test_a_session_is_there_before_the_first_page() -> None:
    app = make_app()
    async with live(app, "/", session={"user": "Ada"}) as view:
        assert await view.element("i").text() == "Ada"
        await view.disconnect()
        await view.reconnect()
        assert await view.element("i").text() == "Ada"
        async with live(app, "/") as stranger:
            assert await stranger.element("i").text() == ""


async def test_an_interval_keeps_its_schedule_and_ends_when_it_is_cancelled() -> None:
    async with live(make_app(), "/") as view:
        await view.advance(10.5)
        assert await view.element("output").text() == "10"
        await view.advance(0.5)
        assert await view.element("output").text() == "11"
        await view.click("stop")
        await view.advance(60)
        assert await view.element("output").text() == "11"
