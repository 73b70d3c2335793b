"""Toasts: what is said, for how long, and what is done about it."""

from __future__ import annotations

import re

from actorlive import Event, LiveView, Socket, heex, ui, use_in_templates
from actorlive.testing import live_isolated, rendered_to_string

use_in_templates(ui)


class Save(Event): ...


class Dismiss(Event): ...


class SavingLive(LiveView[Save | Dismiss]):
    offer: bool = True

    template = heex("""
      <ui.button phx-click="save">Save</ui.button>
      <ui.toast_group flash={@flash}>
        <ui.toast :if={@offer} id="offer" timeout={None} on_close="dismiss">There is a tour.</ui.toast>
      </ui.toast_group>
    """)

    async def handle_event(self, event: Save | Dismiss, socket: Socket) -> None:
        match event:
            case Save():
                socket.put_flash("info", "Saved")
                socket.put_flash("error", "Not sent")
            case Dismiss():
                self.offer = False


async def test_a_flash_is_a_toast_in_a_region_that_was_there_before() -> None:
    async with live_isolated(SavingLive) as view:
        assert await view.has_element("#toasts[role=region][aria-live=polite][aria-label=Notifications]")
        await view.element("button", text="Save").click()
        assert await view.has_element("#toasts > #toasts-info[data-timeout='5.0']", text="Saved")
        await view.element("#toasts-info button").click()
        assert not await view.has_element("#toasts-info")


async def test_an_error_stays_until_it_is_closed() -> None:
    async with live_isolated(SavingLive) as view:
        await view.element("button", text="Save").click()
        assert await view.has_element("#toasts-error:not([data-timeout])", text="Not sent")


async def test_a_toast_of_ones_own_tells_the_view_that_it_was_closed() -> None:
    async with live_isolated(SavingLive) as view:
        await view.element("#offer button").click()
        assert not await view.has_element("#offer")


def test_a_toast_that_is_nobodys_hides_itself() -> None:
    html = rendered_to_string(
        heex("""<ui.toast id="hello" kind="warning" timeout={2.5}>Mind the gap</ui.toast>""")
    )
    assert 'data-kind="warning"' in html
    assert 'data-timeout="2.5"' in html
    assert re.search(r'data-close="\[\[&#34;hide&#34;', html)
