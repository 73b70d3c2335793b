from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from quart import Response
from quart_trio import QuartTrio

from actorlive import (
    ActorLive,
    Container,
    Event,
    LiveView,
    Markup,
    Slot,
    Socket,
    Template,
    component,
    heex,
    render_slot,
)
from actorlive.errors import NavigationError
from actorlive.testing import live as open_view
from tests.web.views import KEY, make_app


class Titled(LiveView):
    shade: str = "dark"
    template = heex("<p>content</p>")

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.page_title = "<Title>"
        socket.put_flash("info", "Hello")


@component
def own_root(
    *, page_title: str, csrf_token: str, flash: dict[str, str], assigns: dict[str, Any], inner_block: Slot
) -> Template:
    return heex(
        """<!DOCTYPE html>
    <html class={@assigns["shade"]}><head><meta name="csrf-token" content={@csrf_token}>
    <.live_title suffix=" · shop">{@page_title}</.live_title></head>
    <body><b>{@flash["info"]}</b>{@page}</body></html>""",
        page=render_slot(inner_block),
    )


@component
def bare_root(*, inner_block: Slot) -> Template:
    return heex("<main>{@page}</main>", page=render_slot(inner_block))


class CounterLive(LiveView):
    template = heex("<p>content</p>")


class OwnMain(LiveView):
    template = heex("<header>Shop</header><main>content</main>")


class InMain(LiveView):
    container = Container("main", class_="page")
    template = heex("<p>content</p>")


async def page(view: type[LiveView] = Titled, **options: Any) -> str:
    app, live = make_app(**options)
    live.route("/page", view)
    response = await app.test_client().get("/page")
    return await response.get_data(as_text=True)


async def test_the_default_document() -> None:
    document = await page()
    assert "<title>&lt;Title&gt;</title>" in document
    assert '<meta name="color-scheme" content="light dark">' in document
    assert '<div id="al-status" class="sr-only" role="status" aria-live="polite"></div>' in document


async def test_an_applications_own_document() -> None:
    document = await page(root_layout=own_root)
    assert document.startswith('<!DOCTYPE html>\n<html class="dark">')
    assert "<title data-suffix=" in document
    assert "&lt;Title&gt; · shop</title>" in document
    assert "<b>Hello</b>" in document


async def test_a_document_takes_what_it_names_and_no_more() -> None:
    document = await page(root_layout=bare_root)
    assert document.startswith("<main>")
    assert "<p>content</p></div></main>" in document


# -- what a page has without a word of its own ---------------------------------


async def test_a_page_without_a_title_is_called_by_its_view() -> None:
    assert "<title>Counter</title>" in await page(CounterLive)
    assert ">Shop</title>" in await page(CounterLive, title="Shop")
    assert ">&lt;Title&gt;</title>" in await page(Titled, title="Shop")


async def test_the_title_follows_from_view_to_view() -> None:
    _, live = make_app()
    live.route("/counted", CounterLive)
    live.route("/titled", Titled)
    async with open_view(live, "/titled") as view:
        assert await view.page_title() == "<Title>"
        counter = await view.live_redirect("/counted")
        assert await counter.page_title() == "Counter"


async def test_the_title_of_the_application_comes_back() -> None:
    _, live = make_app(title="Shop")
    live.route("/counted", CounterLive)
    live.route("/titled", Titled)
    async with open_view(live, "/titled") as view:
        assert await view.page_title() == "<Title>"
        assert await (await view.live_redirect("/counted")).page_title() == "Shop"


@component
def titled_root(*, script: str, csrf_token: str, colocated: Markup, inner_block: Slot) -> Template:
    return heex(
        """<!DOCTYPE html><html><head><title>Always</title><meta name="csrf-token" content={@csrf_token}>
        {@colocated}<script defer src={@script}></script></head><body>{@page}</body></html>""",
        page=render_slot(inner_block),
    )


async def test_a_layout_that_has_a_title_of_its_own_keeps_it() -> None:
    _, live = make_app()
    live.session("own", root_layout=titled_root).route("/own", CounterLive)
    async with open_view(live, "/own") as view:
        assert await view.page_title() == "Always"


async def test_a_component_without_a_title_is_called_by_its_name() -> None:
    @component
    def sign_up() -> Template:
        return heex("<p>content</p>")

    app, live = make_app()

    @app.get("/sign-up")
    async def _() -> Response:
        return await live.render(sign_up)

    answer = await app.test_client().get("/sign-up")
    assert "<title>Sign up</title>" in await answer.get_data(as_text=True)


@pytest.mark.parametrize("view", [CounterLive, OwnMain, InMain], ids=["none", "its own", "its container"])
async def test_a_page_has_one_main_whether_it_brings_one_or_not(view: type[LiveView]) -> None:
    document = await page(view)
    assert len(re.findall(r"<main[ >]", document)) == document.count("</main>") == 1
    assert "content" in document.partition("<main")[2].partition("</main>")[0]


async def test_the_icon_is_a_file_of_the_servers_own() -> None:
    app, live = make_app()
    icon = live.assets.url("icon.svg")
    assert f'<link rel="icon" href="{icon}">' in await page()
    answer = await app.test_client().get(icon)
    assert answer.content_type == "image/svg+xml"
    assert (await answer.get_data(as_text=True)).startswith("<svg")


async def test_the_default_style_can_be_switched_off() -> None:
    _, live = make_app()
    assert f'href="{live.assets.url("actorlive.css")}"' in await page()
    document = await page(default_style=False)
    assert f'href="{live.assets.url("unstyled.css")}"' in document
    assert live.assets.url("actorlive.css") not in document
    assert "color-scheme" not in document, "the colours are the application's own affair then"


@component
def in_section(*, inner_block: Slot) -> Template:
    return heex("<section>{render_slot(@inner_block)}</section>")


class To(Event):
    to: str


class Torn(LiveView[To]):
    told: str = ""
    template = heex("<p>{@told}</p>")

    async def handle_event(self, event: To, socket: Socket) -> None:
        try:
            socket.push_patch(event.to)
        except NavigationError as error:
            self.told = str(error)


async def test_a_patch_into_another_layout_is_told_so() -> None:
    app = QuartTrio("torn")
    actor = ActorLive(app, secret_key=KEY)
    actor.route("/plain", Torn)
    actor.route("/framed", Torn, layout=in_section)
    async with open_view(app, "/plain") as view:
        await view.click("to", {"to": "/framed"})
        assert await view.element("p").text() == (
            "push_patch to '/framed', where Torn stands in another live layout, which only a mount brings;"
            " use push_navigate"
        )
