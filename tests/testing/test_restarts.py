"""A server that ends and comes up again beneath its pages: what is handled before, what is there afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
import trio
from quart_trio import QuartTrio

from actorlive import ActorLive, Event, Kept, LiveView, Socket, heex, send, spawn
from actorlive.runtime import Pid, alive, receive, register, whereis
from actorlive.testing import Failure, Leak, View, live, live_isolated
from tests.testing.views import SECRET

handled: list[str] = []


class Inc(Event):
    seconds: float = 0.0


class Profile(Event):
    name: str = ""


class Stray(Event): ...


class TillLive(LiveView[Inc | Profile | Stray]):
    """Counts, as slowly as it is told, and takes a name."""

    count: int = 0
    kept: Kept[int] = 0
    name: str = ""
    template = heex("""
      <button phx-click="inc">+</button> <output>{@count}</output> <b>{@kept}</b>
      <form id="profile" phx-change="profile"><input name="name" value={@name}></form> <u>{@name}</u>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        if socket.connected and "refuse" in handled:
            raise ValueError("the new version cannot mount")

    async def handle_event(self, event: Inc | Profile | Stray, socket: Socket) -> None:
        match event:
            case Inc(seconds):
                await trio.sleep(seconds)
                self.count += 1
                self.kept += 1
                handled.append(f"inc {self.count}")
            case Profile(name):
                self.name = name
            case Stray():
                spawn(receive)

    async def terminate(self, reason: object, socket: Socket) -> None:
        handled.append("terminate")


def make_app() -> QuartTrio:
    app = QuartTrio(__name__)
    ActorLive(app, secret_key=SECRET).route("/", TillLive)
    return app


@pytest.fixture(autouse=True)
def nothing_is_handled() -> None:
    handled.clear()


Open = Callable[[], AbstractAsyncContextManager[View]]
WAYS: list[Open] = [
    lambda: live(make_app(), "/"),
    lambda: live(make_app(), "/", line=True),
    lambda: live_isolated(TillLive),
    lambda: live_isolated(TillLive, line=True),
]
ways = pytest.mark.parametrize("open_view", WAYS, ids=["plain", "line", "isolated", "isolated line"])


@ways
@pytest.mark.parametrize("kill", [False, True])
async def test_the_page_rejoins_the_next_server_with_what_was_kept_and_typed(
    open_view: Open, kill: bool
) -> None:
    async with open_view() as view:
        await view.element("button").click()
        await view.form("#profile", {"name": "Ada"}).change()
        before = view.pid
        await view.restart(kill=kill)
        assert not alive(before)
        assert alive(view.pid)
        assert await view.element("output").text() == "0"
        assert await view.element("b").text() == "1"
        assert await view.element("u").text() == "Ada"
        await view.element("button").click()
        assert await view.element("b").text() == "2"
        assert "phx-error" not in await view.render()


@ways
async def test_a_server_that_ends_in_order_has_handled_what_it_was_sent(open_view: Open) -> None:
    async with open_view() as view:
        for _ in range(3):
            await view.click("inc", {"seconds": 0.3}, wait=False)
        await view.restart()
        assert handled == ["inc 1", "inc 2", "inc 3", "terminate"]


@ways
async def test_a_server_that_is_killed_does_nothing_more(open_view: Open) -> None:
    async with open_view() as view:
        for _ in range(3):
            await view.click("inc", {"seconds": 0.3}, wait=False)
        began = trio.current_time()
        await view.restart(kill=True)
        assert handled == []
        assert trio.current_time() - began < 0.3


async def test_the_test_is_in_the_node_of_the_new_server() -> None:
    async with live(make_app(), "/") as view:
        before = clerk()
        assert whereis("clerk") is before
        await view.restart()
        assert not alive(before)
        assert whereis("clerk") is None
        after = clerk()
        assert whereis("clerk") is after
        send(after, "the end")


def clerk() -> Pid:
    pid = spawn(receive)
    register("clerk", pid)
    return pid


async def test_every_page_of_the_server_comes_back() -> None:
    app = make_app()
    async with live(app, "/", line=True) as one, live(app, "/") as other:
        await one.element("button").click()
        await other.restart()
        await one.advance(1)
        for view in (one, other):
            assert alive(view.pid)
            await view.element("button").click()
        assert await one.element("b").text() == "2"
        await one.restart(kill=True)
        await other.advance(1)
        assert alive(other.pid)


async def test_a_page_that_is_away_finds_the_new_server_when_it_is_back() -> None:
    async with live(make_app(), "/", line=True) as view:
        before = view.pid
        await view.cut()
        await view.restart()
        assert not alive(before)
        await view.mend()
        assert alive(view.pid)
        await view.element("button").click()


async def test_a_websocket_that_only_the_server_takes_for_alive_ends_with_it() -> None:
    async with live(make_app(), "/", line=True) as view:
        await view.cut(noticed=False)
        await view.restart()
        await view.mend()
        await view.element("button").click()
        assert await view.element("output").text() == "1"


async def test_what_the_new_server_raises_is_raised() -> None:
    async with live(make_app(), "/") as view:
        handled.append("refuse")
        with pytest.raises(ValueError, match="the new version cannot mount"):
            await view.restart()


async def test_a_leak_of_the_old_server_is_none_and_one_of_the_new_is() -> None:
    async with live(make_app(), "/") as view:
        await view.click("stray")
        await view.restart()
    with pytest.raises(Leak):
        await leave_a_stray()


async def leave_a_stray() -> None:
    async with live(make_app(), "/") as view:
        await view.restart()
        await view.click("stray")


async def test_an_application_that_ran_before_is_not_ours_to_end() -> None:
    app = make_app()
    async with app.test_app(), live(app, "/") as view:
        with pytest.raises(Failure) as caught:
            await view.restart()
        assert str(caught.value) == (
            "the application ran before this test opened its page, so view.restart() cannot end it."
            " Let live() start it, or end and start it where it was started."
        )
        await view.element("button").click()
