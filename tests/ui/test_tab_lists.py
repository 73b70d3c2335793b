"""Tabs: kept by the page, or by the view."""

from __future__ import annotations

from actorlive import Event, LiveView, Socket, heex, ui, use_in_templates
from actorlive.testing import live_isolated, rendered_to_string

use_in_templates(ui)


class Choose(Event):
    tab: str


class AccountLive(LiveView[Choose]):
    chosen: str = "profile"

    template = heex("""
      <ui.tabs id="account" label="Account" selected={@chosen} on_select="choose">
        <:tab label="Profile" name="profile">You.</:tab>
        <:tab label="Billing" name="billing">Bills of {@chosen}.</:tab>
      </ui.tabs>
    """)

    async def handle_event(self, event: Choose, socket: Socket) -> None:
        self.chosen = event.tab


async def test_a_view_that_keeps_the_choice_renders_that_panel_alone() -> None:
    async with live_isolated(AccountLive) as view:
        assert await view.has_element("#account-profile[role=tab][aria-selected=true][tabindex='0']")
        assert "Bills" not in await view.render()
        await view.element("[role=tab]", text="Billing").click()
        assert await view.has_element("#account-billing-panel:not([hidden])", text="Bills of billing.")
        assert await view.has_element("#account-profile-panel[hidden]", text="")
        assert await view.has_element("#account-profile[aria-selected=false][tabindex='-1']")


def test_without_a_view_that_keeps_it_all_panels_are_there_and_the_first_is_shown() -> None:
    html = rendered_to_string(
        heex("""
          <ui.tabs id="t" label="Parts"><:tab label="One">first</:tab><:tab label="Two" name="b">second</:tab></ui.tabs>
        """)
    )
    assert "first" in html
    assert "second" in html
    assert 'aria-controls="t-0-panel" aria-selected="true"' in html
    assert "phx-click" not in html
    assert "data-kept" in html


def test_a_choice_that_is_no_tab_shows_the_first() -> None:
    html = rendered_to_string(
        heex("""<ui.tabs id="t" label="Parts" selected="gone"><:tab label="One">first</:tab></ui.tabs>""")
    )
    assert 'aria-selected="true"' in html
    assert "first" in html


def test_a_tab_may_lead_to_another_url() -> None:
    html = rendered_to_string(
        heex(
            """<ui.tabs id="t" label="Parts" selected="a"><:tab label="A" name="a" patch="?tab=a">x</:tab></ui.tabs>"""
        )
    )
    assert 'href="?tab=a" data-phx-link="patch"' in html
    assert 'role="tab"' in html
