"""Kept values through the kit, which remembers them as the browser does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from quart_trio import QuartTrio

from actorlive import ActorLive, Event, Kept, LiveView, Socket, heex
from actorlive.testing import View, live
from tests.testing.views import SECRET


class Note(Event):
    text: str = ""


class Toggle(Event): ...


class Boom(Event): ...


class Inner(LiveView[Note | Boom]):
    text: Kept[str] = "empty"
    template = heex("""
      <b>{@text}</b>
      <button phx-click="note" phx-value-text="inner">note</button><i phx-click="boom">boom</i>
    """)

    async def handle_event(self, event: Note | Boom, socket: Socket) -> None:
        match event:
            case Note(text):
                self.text = text
            case Boom():
                raise ValueError("inner")


class Outer(LiveView[Note | Toggle]):
    text: Kept[str] = ""
    open: Kept[bool] = True
    mounts: str = ""
    template = heex("""
      <p>{@text}</p>
      <button phx-click="note" phx-value-text="outer">note</button>
      <i id="toggle" phx-click="toggle">toggle</i>
      <.link id="there" navigate="/there">there</.link>
      <.live_render :if={@open} view={Inner} id="inner" />
    """)

    async def handle_event(self, event: Note | Toggle, socket: Socket) -> None:
        match event:
            case Note(text):
                self.text = text
            case Toggle():
                self.open = not self.open


class There(LiveView[Note]):
    text: Kept[str] = ""
    template = heex("""
      <p>{@text}</p><button phx-click="note" phx-value-text="there">note</button>
      <.link id="back" navigate="/">back</.link>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        assert "_kept" not in (socket.connect_params or {})

    async def handle_event(self, event: Note, socket: Socket) -> None:
        self.text = event.text


def make_app() -> QuartTrio:
    app = QuartTrio(__name__)
    extension = ActorLive(app, secret_key=SECRET)
    extension.route("/", Outer)
    extension.route("/there", There)
    return app


async def note(view: View, selector: str = "p + button") -> None:
    await view.element(selector, text="note").click()


async def said(view: View) -> str:
    return await view.element("p").text()


async def test_it_is_there_after_a_crash_and_after_another_one() -> None:
    async with live(make_app(), "/") as view:
        await note(view)
        for _ in range(2):
            before = view.pid
            await view.crash()
            await view.advance(3)
            assert view.pid != before
            assert await said(view) == "outer"


async def test_it_is_there_after_the_socket_was_gone() -> None:
    async with live(make_app(), "/") as view:
        await note(view)
        await view.disconnect()
        await view.reconnect()
        assert await said(view) == "outer"


async def test_another_load_of_the_page_begins_anew() -> None:
    app = make_app()
    async with live(app, "/") as view:
        await note(view)
    async with live(app, "/") as view:
        assert await said(view) == ""


async def test_away_and_back_begins_anew_even_when_the_view_then_crashes() -> None:
    async with live(make_app(), "/") as view:
        await note(view)
        there = await view.live_redirect("/there")
        assert await said(there) == ""
        await note(there)
        back = await there.live_redirect("/")
        assert await said(back) == ""
        await back.crash()
        await back.advance(3)
        assert await said(back) == ""


async def test_a_patch_is_no_leave() -> None:
    async with live(make_app(), "/") as view:
        await note(view)
        await view.patch("/?page=2")
        await view.crash()
        await view.advance(3)
        assert await said(view) == "outer"


async def test_a_view_within_has_its_own() -> None:
    async with live(make_app(), "/") as view:
        inner = await view.find_live_child("inner")
        await note(inner, "button")
        with pytest.raises(ValueError, match="inner"):
            await inner.element("i").click()
        await view.advance(3)
        assert await inner.element("b").text() == "inner"
        assert await said(view) == ""


async def test_a_view_within_has_it_when_the_view_around_it_is_mounted_again() -> None:
    async with live(make_app(), "/") as view:
        await note(await view.find_live_child("inner"), "button")
        for _ in range(2):
            await view.crash()
            await view.advance(3)
            inner = await view.find_live_child("inner")
            assert await inner.element("b").text() == "inner"


async def test_a_view_within_that_is_shown_anew_begins_anew_also_behind_a_rejoin() -> None:
    async with live(make_app(), "/") as view:
        await view.crash()
        await view.advance(3)
        await note(await view.find_live_child("inner"), "button")
        await view.element("#toggle").click()
        await view.element("#toggle").click()
        inner = await view.find_live_child("inner")
        assert await inner.element("b").text() == "empty"


async def test_what_the_page_is_told_to_keep_is_no_event_of_the_application() -> None:
    async with live(make_app(), "/") as view:
        await note(view)
        assert view.client_view.events == []
