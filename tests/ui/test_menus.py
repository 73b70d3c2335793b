"""Dropdown menus: a button, and what it opens."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from actorlive import Event, LiveView, Socket, heex, ui, use_in_templates
from actorlive.testing import live_isolated, rendered_to_string

use_in_templates(ui)


class Rename(Event): ...


class PageLive(LiveView[Rename]):
    renamed: int = 0

    template = heex("""
      <p>{@renamed}</p>
      <ui.dropdown id="page" label="Page">
        <:item on_click="rename">Rename</:item>
        <:item on_click="rename" disabled>Move</:item>
        <:item navigate="/help">Help</:item>
        <:item on_click={JS.push("rename")} kind="danger">Remove</:item>
      </ui.dropdown>
    """)

    async def handle_event(self, event: Rename, socket: Socket) -> None:
        self.renamed += 1


async def test_an_item_sends_its_event_and_a_disabled_one_has_none() -> None:
    async with live_isolated(PageLive) as view:
        await view.element("[role=menuitem]", text="Rename").click()
        await view.element("[role=menuitem]", text="Remove").click()
        assert await view.element("p").text() == "2"
        assert not await view.has_element("[aria-disabled][phx-click]")


async def test_the_button_says_what_it_opens() -> None:
    async with live_isolated(PageLive) as view:
        button = "button[aria-haspopup=menu][aria-expanded=false][aria-controls=page-menu][popovertarget=page-menu]"
        assert await view.has_element(button, text="Page")
        assert await view.has_element("#page-menu[role=menu][popover=auto][aria-labelledby=page-button]")
        assert await view.has_element("a[role=menuitem][tabindex='-1'][data-phx-link=redirect]", text="Help")


def test_a_menu_may_stand_in_a_paragraph() -> None:
    html = rendered_to_string(
        heex(
            """<p><ui.dropdown id="m" label="More"><:item href="/">Home</:item></ui.dropdown> and more</p>"""
        )
    )
    parsed = LexborHTMLParser(html)
    assert parsed.css_first("p > #m [role=menu] > a") is not None
    assert len(parsed.css("p")) == 1


def test_an_icon_leaves_the_button_its_name() -> None:
    html = rendered_to_string(
        heex("""
          <ui.dropdown id="more" label="More"><:button_label>⋯</:button_label><:item href="/">Home</:item></ui.dropdown>
        """)
    )
    assert 'aria-label="More"' in html
    assert "⋯" in html
