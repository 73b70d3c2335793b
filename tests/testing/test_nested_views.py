"""Views within views through the kit: joined, shown, lost and found as in the browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import trio
from quart_trio import QuartTrio

from actorlive import (
    ActorLive,
    Event,
    LiveComponent,
    LiveView,
    Slot,
    Socket,
    Stream,
    Template,
    component,
    heex,
    render_slot,
)
from actorlive.runtime import alive
from actorlive.testing import Network, connect, live, live_isolated
from tests.testing.test_remote import served
from tests.testing.views import SECRET, Song


class Do(Event):
    what: str = ""


class Change(Event):
    name: str = ""


class BoomError(Exception):
    """What a child raises."""


faults: list[str] = []
"""What goes wrong in the next mounts of `Child`, one after the other."""
gate = trio.Event()


class Child(LiveView[Do | Change]):
    n: int = 0
    name: str = ""
    songs: Stream[Song]

    template = heex("""
      <b>{@n}</b>
      <button phx-click="do" phx-value-what="inc">+</button>
      <form id="named" phx-change="change"><input name="name" value={@name}></form>
      <ul id="songs" phx-update="stream"><li :for={dom_id, song in @streams.songs} id={dom_id}>{song.title}</li></ul>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.stream("songs", [Song(1, "one")])
        if socket.connected and faults:
            match faults.pop(0):
                case "raise":
                    raise BoomError("mount")
                case "wait":
                    await gate.wait()
                case _:
                    pass

    async def handle_event(self, event: Do | Change, socket: Socket) -> None:
        match event:
            case Do("inc"):
                self.n += 1
                socket.stream_insert("songs", Song(self.n + 1, "more"))
            case Do("raise"):
                raise BoomError("event")
            case Do("navigate"):
                socket.push_navigate("/next")
            case Change(name):
                self.name = name
            case _:
                pass


class Page(LiveView[Do]):
    n: int = 0
    shown: bool = True
    template = heex("""
      <h1>{@n}</h1>
      <button id="inc" phx-click="do" phx-value-what="inc">+</button>
      <.live_render :if={@shown} view={Child} id="child" />
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        if socket.connected:
            self.n = 1

    async def handle_event(self, event: Do, socket: Socket) -> None:
        self.n += 1
        if event.what == "hide":
            self.shown = False


class Player(LiveView[Do]):
    n: int = 0
    template = heex("<b>{@n}</b>")

    async def handle_event(self, event: Do, socket: Socket) -> None:
        self.n += 1
        if event.what == "navigate":
            socket.push_navigate("/next")


class Next(LiveView):
    template = heex("""<h1>next</h1><.live_render view={Child} id="child" />""")


class Home(LiveView):
    template = heex("""<h1>home</h1><.live_render view={Child} id="child" />""")


class Bare(LiveView):
    layout = None
    template = heex("<h1>bare</h1>")


@component
def with_player(*, inner_block: Slot) -> Template:
    return heex(
        """<.live_render view={Player} id="player" sticky /><main>{@content}</main>""",
        content=render_slot(inner_block),
    )


def make_app(**options: Any) -> QuartTrio:
    faults.clear()
    app = QuartTrio("nested")
    extension = ActorLive(app, secret_key=SECRET, layout=with_player, **options)
    extension.route("/", Home)
    extension.route("/next", Next)
    extension.route("/bare", Bare)
    return app


# -- joining -------------------------------------------------------------------


async def test_the_page_is_shown_when_all_of_it_has_joined() -> None:
    global gate
    gate, faults[:] = trio.Event(), ["wait"]
    async with live_isolated(Page) as view:
        assert await view.element("h1").text() == "0"  # the first paint still
        await view.click("do", wait=False)
        assert await view.element("h1").text() == "0"
        gate.set()
        await view.settle()
        assert await view.element("h1").text() == "2"  # what came meanwhile, too
        child = await view.find_live_child("child")
        await child.element("button").click()
        assert await child.element("b").text() == "1"


@pytest.mark.parametrize("line", [False, True])
async def test_over_a_slow_network_too_a_test_begins_when_all_of_it_has_joined(line: bool) -> None:
    network = Network(latency=0.2, jitter=0.1)
    async with live(make_app(), "/", line=line, network=network) as view:
        child = await view.find_live_child("child")
        await child.element("#child button").click()
        assert await child.element("#child b").text() == "1"
        await view.live_redirect("/next")
        child = await (await view.follow_redirect()).find_live_child("child")
        await child.element("#child button").click()
        assert await child.element("#child b").text() == "1"


async def test_a_child_that_is_slow_by_itself_is_not_waited_for() -> None:
    global gate
    gate, faults[:] = trio.Event(), ["wait"]
    async with live_isolated(Page, network=Network(latency=0.2)) as view:
        began = trio.current_time()
        assert await view.element("h1").text() == "0"
        assert trio.current_time() == began
        gate.set()
        await view.advance(1)
        assert await view.element("h1").text() == "1"


async def test_a_child_that_crashes_comes_back_alone() -> None:
    faults.clear()
    async with live_isolated(Page) as view:
        child = await view.find_live_child("child")
        await view.element("#inc").click()
        await child.element("#child button").click()
        with pytest.raises(BoomError):
            await child.click("do", {"what": "raise"})
        assert "phx-error" in child.client_view.container.classes
        assert "phx-error" not in view.client_view.container.classes
        await view.element("#inc").click()
        assert "phx-error" in child.client_view.container.classes
        await view.advance(1)
        assert child.client_view.container.classes == ["phx-connected"]
        await view.element("#inc").click()
        assert child.client_view.container.classes == ["phx-connected"]
        assert await child.element("#child b").text() == "0"
        assert await child.element("#songs li").texts() == ["one"]
        assert await view.element("h1").text() == "4"


async def test_a_child_that_cannot_be_joined_is_given_up_after_three_tries() -> None:
    faults.clear()
    async with live_isolated(Page) as view:
        child = await view.find_live_child("child")
        faults[:] = ["raise"] * 9
        with pytest.raises(BoomError, match="event"):
            await child.click("do", {"what": "raise"})
        for delay in (1, 2, 5):
            with pytest.raises(BoomError, match="mount"):
                await view.advance(delay)
        assert await view.live_children() == []
        assert "phx-error" in view.client_view.container.classes
        await view.advance(60)
        assert len(faults) == 6
        faults.clear()
        await view.element(
            "#inc"
        ).click()  # the page itself is alive, and its next patch places the child anew
        assert await view.element("h1").text() == "2"
        assert await (await view.find_live_child("child")).element("#child b").text() == "0"


async def test_a_child_that_is_taken_out_of_the_page_ends() -> None:
    faults.clear()
    async with live_isolated(Page) as view:
        child = (await view.find_live_child("child")).pid
        await view.click("do", {"what": "hide"})
        assert await view.live_children() == []
        assert not alive(child)


async def test_a_child_and_its_form_come_back_with_the_socket() -> None:
    faults.clear()
    async with live_isolated(Page) as view:
        child = await view.find_live_child("child")
        await child.element("#child button").click()
        await child.form("#named", {"name": "Ada"}).change()
        before = child.pid
        await view.disconnect()
        assert not alive(before)
        await view.reconnect()
        child = await view.find_live_child("child")
        assert child.pid is not before
        assert await child.element("#named input").attribute("value") == "Ada"
        assert await child.element("#child b").text() == "0"
        assert await child.element("#songs li").texts() == ["one"]


# -- sticky --------------------------------------------------------------------


async def test_a_sticky_view_in_a_layout_lives_on_over_navigation() -> None:
    async with live(make_app(), "/") as view:
        player = await view.find_live_child("player")
        child = await view.find_live_child("child")
        await player.click("do")
        process, home = player.pid, child.pid
        following = await view.live_redirect("/next")
        assert await following.element("h1").text() == "next"
        assert not alive(home)
        again = await following.find_live_child("player")
        assert again.pid is process
        assert await again.element("#player b").text() == "1"
        await again.click("do")
        assert await following.element("#player b").text() == "2"
        other = await following.find_live_child("child")
        assert other.pid is not home
        await other.element("#child button").click()
        assert await other.element("#child b").text() == "1"


@component
def around(*, inner_block: Slot, document: Mapping[str, Any]) -> Template:
    return heex("""<.root_layout {@document}>
      <.live_render view={Player} id="radio" />{render_slot(@inner_block)}
    </.root_layout>""")


async def test_a_view_in_the_root_layout_lives_on_over_navigation() -> None:
    async with live(make_app(root_layout=around), "/") as view:
        radio = await view.find_live_child("radio")
        process = radio.pid
        await radio.click("do")
        following = await view.live_redirect("/bare")
        again = await following.find_live_child("radio")
        assert again.pid is process
        await again.click("do", {"what": "navigate"})
        other = await following.follow_redirect("/next")
        assert await (await other.find_live_child("radio")).element("#radio b").text() == "2"
        assert alive(process)
        await other.disconnect()
        await other.reconnect()
        assert await (await other.find_live_child("radio")).element("#radio b").text() == "0"


async def test_a_sticky_view_ends_where_the_next_page_has_none() -> None:
    async with live(make_app(), "/") as view:
        process = (await view.find_live_child("player")).pid
        following = await view.live_redirect("/bare")
        assert await following.live_children() == []
        assert not alive(process)


async def test_a_sticky_view_navigates_itself() -> None:
    async with live(make_app(), "/") as view:
        player = await view.find_live_child("player")
        process = player.pid
        await player.click("do", {"what": "navigate"})
        following = await view.follow_redirect("/next")
        assert await following.element("h1").text() == "next"
        assert await following.element("#player b").text() == "1"
        assert (await following.find_live_child("player")).pid is process


async def test_a_child_navigates_its_page() -> None:
    async with live(make_app(), "/") as view:
        child = await view.find_live_child("child")
        await child.click("do", {"what": "navigate"})
        following = await view.follow_redirect("/next")
        assert await following.element("h1").text() == "next"


async def test_a_sticky_view_comes_back_with_the_socket() -> None:
    async with live(make_app(), "/") as view:
        await (await view.find_live_child("player")).click("do")
        await view.disconnect()
        await view.reconnect()
        player = await view.find_live_child("player")
        assert await player.element("#player b").text() == "0"
        await player.click("do")
        assert await player.element("#player b").text() == "1"


@pytest.mark.real_clock
async def test_it_is_the_same_over_a_real_socket() -> None:
    async with served(make_app()) as url, connect(f"{url}/") as view:
        await view.until(lambda: len(view.page.views) == 3)
        player, child = await view.find_live_child("player"), await view.find_live_child("child")
        await player.click("do")
        await child.element("#child button").click()
        assert await view.element("#player b").text() == "1"
        assert await view.element("#child b").text() == "1"
        await child.click("do", {"what": "navigate"})
        following = await view.follow_redirect("/next")
        await following.settle()
        assert await following.element("#player b").text() == "1"
        assert await following.element("#child b").text() == "0"


class Frame(LiveComponent):
    template = heex("""<section id="frame"><.live_render view={Child} id="child" /></section>""")


class Framed(LiveView):
    template = heex("""<h1>framed</h1><.live_component module={Frame} id="frame" />""")


async def test_a_view_stands_within_a_live_component() -> None:
    faults.clear()
    async with live_isolated(Framed) as view:
        child = await view.find_live_child("child")
        await child.element("#child button").click()
        assert await view.element("#frame #child b").text() == "1"
