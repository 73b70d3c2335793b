"""What docs/testing.md promises of the kit and no other file here tests."""

from __future__ import annotations

import time
from typing import Any

import pytest
import trio
from quart import redirect
from quart_trio import QuartTrio

from actorlive import JS, ActorLive, Event, LiveView, Slot, Socket, Template, component, heex
from actorlive.testing import ElementError, JoinFailed, Network, live, live_isolated

SET = JS.set_attribute("data-seen", "yes", to=JS.closest("section"))


class Key(Event):
    key: str


class Typed(Event):
    text: str


class Saved(Event):
    text: str


class Load(Event): ...


class PanelLive(LiveView[Key | Typed | Saved | Load]):
    said: list[str] = []
    template = heex("""
      <section id="panel" phx-window-keydown="key" phx-key="Escape">
        <button phx-click={SET}>Mark</button>
        <button id="load" phx-click="load">Load</button>
        <form id="search" phx-change="typed" phx-submit="saved">
          <input name="text" phx-debounce="5000" value="">
        </form>
        <ul><li :for={line in @said}>{line}</li></ul>
      </section>
    """)

    async def handle_event(self, event: Key | Typed | Saved | Load, socket: Socket) -> None:
        match event:
            case Key(key):
                said = f"key {key}"
            case Typed(text):
                said = f"typed {text}"
            case Saved(text):
                said = f"saved {text}"
            case Load():
                await trio.to_thread.run_sync(time.sleep, 0.01)
                said = "loaded"
        self.said = [*self.said, said]


async def test_an_element_exists_while_one_or_more_match() -> None:
    async with live_isolated(PanelLive) as view:
        assert await view.element("button").exists()
        assert not await view.element("li").exists()


async def test_a_debounced_change_is_sent_at_once() -> None:
    async with live_isolated(PanelLive) as view:
        before = trio.current_time()
        await view.form("#search", {"text": "a"}).change()
        assert await view.element("li").texts() == ["typed a"]
        assert trio.current_time() == before


async def test_a_form_s_events_are_sent_by_their_names_too() -> None:
    async with live_isolated(PanelLive) as view:
        await view.change("typed", {"text": "b"})
        await view.submit("saved", {"text": "c"})
        assert await view.element("li").texts() == ["typed b", "saved c"]


async def test_a_key_reaches_the_window_s_bindings_and_phx_key_chooses() -> None:
    async with live_isolated(PanelLive) as view:
        await view.element("#load").keydown("a")
        await view.element("#load").keydown("Escape")
        assert await view.element("li").texts() == ["key Escape"]
        with pytest.raises(ElementError, match="nothing hears a keyup"):
            await view.element("#load").keyup("Escape")


async def test_a_command_finds_what_is_around_its_element() -> None:
    async with live_isolated(PanelLive) as view:
        await view.element("button", text="Mark").click()
        assert await view.element("#panel").attribute("data-seen") == "yes"


async def test_settling_waits_for_worker_threads() -> None:
    async with live_isolated(PanelLive) as view:
        await view.element("#load").click(wait=False)
        await view.settle()
        assert await view.element("li").texts() == ["loaded"]


async def test_a_click_on_an_element_in_flight_is_dropped() -> None:
    async with live_isolated(PanelLive, network=Network(latency=1.0)) as view:
        await view.element("#load").click(wait=False)
        await view.element("#load").click(wait=False)
        await view.advance(5.0)
        assert await view.element("li").texts() == ["loaded"]


# -- whole applications --------------------------------------------------------


@component
def bare(*, inner_block: Slot) -> Template:
    return heex("<html><head></head><body>{render_slot(@inner_block)}</body></html>")


def shop(**options: Any) -> QuartTrio:
    app = QuartTrio("shop")

    class ShopLive(LiveView):
        template = heex("""<.link href="/session" method="delete">Log out</.link>""")

    class DoneLive(LiveView):
        template = heex("<p>Bye</p>")

    pages = ActorLive(app, secret_key="k" * 40, **options)
    pages.route("/", ShopLive)
    pages.route("/done", DoneLive)

    @app.delete("/session")
    async def log_out() -> Any:
        return redirect("/done", 303)

    return app


async def test_a_link_with_a_method_sends_its_request_and_leads_where_that_leads() -> None:
    async with live(shop(), "/") as view:
        await view.element("a").click()
        after = await view.follow_redirect()
        assert (after.path, await after.text()) == ("/done", "Bye")


async def test_a_page_without_the_session_s_token_cannot_join() -> None:
    with pytest.raises(JoinFailed, match="the server refused the join of http://localhost/: 'stale'"):
        async with live(shop(root_layout=bare), "/"):
            pass
