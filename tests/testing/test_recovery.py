"""Forms are recovered in the test kit as by the client: at whom their changes are aimed, with what stood in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from actorlive import Event, LiveComponent, LiveView, Socket, heex
from actorlive.testing import live_isolated

heard: list[tuple[str, Event]] = []
changes: list[str] = ["check"]
"""What the first form's change is called, in the newest version of the program."""


@pytest.fixture(autouse=True)
def nothing_heard() -> None:
    heard.clear()


class Check(Event):
    title: str = ""
    shelf: str = ""


class Mend(Event):
    title: str = ""


class Shelf(LiveComponent[Check | Mend]):
    title: str = ""
    template = heex("""
      <section id={f"shelf-{@id}"}>
        <form id={f"form-{@id}"} phx-change="check" phx-target={@myself} phx-value-shelf={@id}>
          <input type="hidden" name="secret" value="1">
          <input name="title" value={@title}>
        </form>
        <form id={f"own-{@id}"} phx-change="check" phx-auto-recover={JS.push("mend", target=f"#shelf-{@id}")}>
          <input name="title">
        </form>
      </section>
    """)

    async def handle_event(self, event: Check | Mend, socket: Socket) -> None:
        heard.append((f"shelf {self.id}", event))
        if isinstance(event, Check):
            self.title = event.title


class Room(LiveView[Check]):
    template = heex("""
      <.live_component module={Shelf} id="a" />
      <.live_component module={Shelf} id="b" />
    """)

    async def handle_event(self, event: Check, socket: Socket) -> None:
        heard.append(("room", event))


class House(LiveView):
    template = heex("""<.live_render view={Room} id="room" />""")


async def test_the_form_of_a_component_is_recovered_by_that_component() -> None:
    async with live_isolated(Room) as view:
        await view.form("#form-b", {"title": "typed"}).change()
        heard.clear()
        await view.crash()
        await view.advance(2)
        assert ("shelf b", Check(title="typed", shelf="b")) in heard
        assert not [event for who, event in heard if who == "room"]
        assert await view.element("#form-b input[name=title]").value() == "typed"
        assert await view.element("#form-a input[name=title]").value() == ""


async def test_so_is_one_in_a_view_within_the_view_after_a_deploy() -> None:
    async with live_isolated(House) as view:
        room = await view.find_live_child("room")
        await room.form("#form-a", {"title": "typed"}).change()
        await view.restart()
        room = await view.find_live_child("room")
        assert await room.element("#form-a input[name=title]").value() == "typed"


async def test_a_recovery_of_its_own_has_its_own_target() -> None:
    async with live_isolated(Room) as view:
        await view.form("#own-a", {"title": "typed"}).change()
        assert heard == [("room", Check(title="typed"))]
        heard.clear()
        await view.crash()
        await view.advance(2)
        assert ("shelf a", Mend(title="typed")) in heard


class Steps(LiveView[Check | Mend]):
    change: str = "check"
    template = heex("""
      <form id="steps" phx-change={@change}><input name="title"></form>
      <form id="nameless" phx-change="check"><input><button>Go</button></form>
      <form id="aside" phx-change="check"><input name="title" phx-change="mend"></form>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.change = changes[-1]

    async def handle_event(self, event: Check | Mend, socket: Socket) -> None:
        heard.append(("steps", event))


@pytest.mark.parametrize(("later", "recovered"), [("check", [("steps", Check(title="typed"))]), ("mend", [])])
async def test_what_has_another_change_now_or_nothing_to_send_is_not_recovered(
    later: str, recovered: list[tuple[str, Event]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with live_isolated(Steps) as view:
        await view.form("#steps", {"title": "typed"}).change()
        heard.clear()
        monkeypatch.setattr(f"{__name__}.changes", ["check", later])
        await view.crash()
        await view.advance(2)
        assert heard == recovered  # and nothing of the other forms
