from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actorlive import LiveView, Slot, Socket, Template, component, heex, render_slot
from tests.web.views import make_app


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


async def page(**options: Any) -> str:
    app, live = make_app(**options)
    live.route("/titled", Titled)
    response = await app.test_client().get("/titled")
    return await response.get_data(as_text=True)


async def test_the_default_document() -> None:
    document = await page()
    assert "<title>&lt;Title&gt;</title>" in document
    assert '<link rel="icon" href="data:,">' in document
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
