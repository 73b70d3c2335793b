"""Portals in the kit: what they hold is found where the browser has it, and belongs to whom placed it."""

from __future__ import annotations

import pytest

from actorlive import Event, LiveComponent, LiveView, Socket, heex
from actorlive.testing import live_isolated
from actorlive.testing.errors import RenderedError


class Inc(Event): ...


class Note(Event):
    text: str = ""


class Counter(LiveComponent[Inc]):
    n: int = 0
    template = heex("""<b id={f"c-{@id}"} phx-click="inc" phx-target={@myself}>{@n}</b>""")

    async def handle_event(self, event: Inc, socket: Socket) -> None:
        self.n += 1


class Page(LiveView[Inc | Note]):
    n: int = 0
    text: str = ""
    shown: bool = True
    template = heex("""
      <div id="around" phx-click="note" phx-value-text="bubbled">
        <.portal :if={@shown} id="door" target="#place">
          <div id="dialog">
            <button phx-click="inc">{@n}</button>
            <form id="write" phx-change="note"><input name="text" value={@text} /></form>
            <.live_component module={Counter} id="far" />
            <i>quiet</i>
            <.portal id="inner" target="#dialog"><u id="deep" phx-click="inc">deep</u></.portal>
          </div>
        </.portal>
      </div>
      <p>{@text}</p>
      <section id="place"><h2>here</h2></section>
    """)

    async def handle_event(self, event: Inc | Note, socket: Socket) -> None:
        match event:
            case Inc():
                self.n += 1
                self.shown = self.n < 3
            case Note(text):
                self.text = text


async def test_what_is_in_a_portal_is_found_where_its_target_is() -> None:
    async with live_isolated(Page) as view:
        assert await view.has_element("#place > h2 + div > #dialog")
        assert not await view.has_element("#around #dialog")
        assert await view.has_element("#dialog #deep")


async def test_events_belong_to_whom_placed_the_portal() -> None:
    async with live_isolated(Page) as view:
        await view.element("#place button").click()
        await view.element("#deep").click()
        assert await view.element("#dialog button").text() == "2"
        await view.element("#c-far").click()
        assert await view.element("#c-far").text() == "1"
        await view.form("#write", {"text": "hello"}).change()
        assert await view.element("p").text() == "hello"


async def test_a_click_in_a_portal_does_not_pass_what_is_around_its_place_in_the_template() -> None:
    async with live_isolated(Page) as view:
        with pytest.raises(Exception, match="phx-click"):
            await view.element("#dialog i").click()
        assert await view.element("p").text() == ""


async def test_a_component_in_a_portal_is_taken_leave_of_with_it() -> None:
    async with live_isolated(Page) as view:
        for _ in range(3):
            await view.element("#dialog button").click()
        assert not await view.has_element("#dialog")
        assert view.client_view.tree is not None
        assert view.client_view.tree.components == {}


class Lost(LiveView):
    template = heex("""<.portal id="door" target="#nowhere">x</.portal>""")


async def test_a_portal_without_a_target_is_told() -> None:
    with pytest.raises(RenderedError, match="the portal #door has no target: nothing is '#nowhere'"):
        async with live_isolated(Lost) as view:
            await view.has_element("p")
