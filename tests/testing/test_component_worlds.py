"""Live components in the kit's other worlds: under every schedule of `explore`, and over a real socket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
import trio
from quart_trio import QuartTrio

from actorlive import ActorLive, Event, LiveComponent, LiveView, Rejected, Socket, Stream, heex, send_update
from actorlive.runtime import Pid, spawn
from actorlive.testing import ExplorationFailure, connect, explore, live_isolated
from tests.testing.test_remote import served


class Inc(Event): ...


class Drop(Event):
    id: int


class Refuse(Event): ...


@dataclass
class Item:
    id: int


class Counter(LiveComponent[Inc | Refuse]):
    n: int = 0
    told: int = 0
    template = heex("""<li id={f"c-{@id}"}>
      <button phx-click="inc" phx-target={@myself}>{@n}</button><i>{@told}</i>
      <u phx-click="refuse" phx-target={@myself}>no</u>
    </li>""")

    async def handle_event(self, event: Inc | Refuse, socket: Socket) -> None:
        if isinstance(event, Refuse):
            raise Rejected("no")
        self.n += 1

    async def update(self, assigns: Mapping[str, object], socket: Socket) -> None:
        if "told" in assigns:
            assert assigns["told"] == self.told + 1, "one was overtaken"
        await super().update(assigns, socket)


class Board(LiveView[Drop]):
    ids: list[int] = [1, 2, 3]
    items: Stream[Item]
    template = heex("""
      <p>{@flash.get("error")}</p>
      <ul><.live_component :for={id in @ids} :key={id} module={Counter} id={id} /></ul>
      <ul id="rows" phx-update="stream">
        <.live_component :for={dom_id, item in @streams.items} module={Counter} id={item.id} />
      </ul>
    """)

    async def mount(self, params: object, session: object, socket: Socket) -> None:
        socket.stream("items", [Item(8), Item(9)], dom_id=lambda item: f"c-{item.id}")

    async def handle_event(self, event: Drop, socket: Socket) -> None:
        self.ids = [id for id in self.ids if id != event.id]


async def ticking(view: Pid, id: int, count: int) -> None:
    for number in range(count):
        send_update(view, Counter, id, told=number + 1)
        await trio.lowlevel.checkpoint()


async def busy() -> None:
    """Several processes update components while the page counts, drops one and lets it be destroyed."""
    async with live_isolated(Board) as view:
        for id in (1, 2, 8):
            spawn(ticking, view.pid, id, 3)
        await view.element("#c-2 button").click()
        await view.click("drop", {"id": 1})
        await view.element("#c-8 button").click()
        await view.settle()
        assert not await view.has_element("#c-1")
        assert await view.element("#c-2").text() == "13 no"
        assert await view.element("#c-8").text() == "13 no"
        assert await view.element("#c-3").text() == "00 no"


def test_updates_from_several_processes_are_in_order_under_every_schedule() -> None:
    assert explore(busy, seeds=25) == 25


async def racing() -> None:
    """Two processes update one component; which comes last is nobody's promise."""

    async def update(view: Pid, n: int) -> None:
        send_update(view, Counter, 3, n=n)

    async with live_isolated(Board) as view:
        for n in (5, 6):
            spawn(update, view.pid, n)
        await view.settle()
        assert await view.element("#c-3 button").text() == "6"


def test_control_a_race_of_two_updates_is_found() -> None:
    with pytest.raises(ExplorationFailure):
        explore(racing, seeds=200)


@pytest.mark.real_clock
async def test_it_is_the_same_over_a_real_socket() -> None:
    app = QuartTrio("board")
    ActorLive(app, secret_key="for these tests only: forty letters or more").route("/", Board)
    async with served(app) as url, connect(url) as view:
        for _ in range(2):
            await view.element("#c-2 button").click()
            await view.element("#c-9 button").click()
        assert await view.element("#c-2 button").text() == "2"
        assert await view.element("#c-9 button").text() == "2"
        await view.element("#c-9 u").click()
        assert await view.element("p").text() == "no"
        await view.with_target("#c-8").click("inc")
        assert await view.element("#c-8 button").text() == "1"
        await view.click("drop", {"id": 2})
        assert not await view.has_element("#c-2")
        await view.until(
            lambda: view.client_view.tree is not None and len(view.client_view.tree.components) == 4
        )
        await view.disconnect()
        await view.reconnect()
        assert await view.element("#c-9 button").text() == "0"
