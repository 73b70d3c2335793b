"""Modals and drawers: what they say of themselves, and who closes them."""

from __future__ import annotations

from actorlive import Event, LiveView, Socket, heex, ui, use_in_templates
from actorlive.js import JS
from actorlive.testing import live_isolated, rendered_to_string

use_in_templates(ui)


class Edit(Event): ...


class Cancel(Event): ...


class EditorLive(LiveView[Edit | Cancel]):
    editing: bool = False

    template = heex("""
      <ui.button phx-click="edit">Edit</ui.button>
      <ui.modal id="editor" title="Edit the recipe" open={@editing} on_cancel="cancel">
        <p>Flour, water, salt.</p>
        <:footer><ui.button kind="primary">Save</ui.button></:footer>
      </ui.modal>
    """)

    async def handle_event(self, event: Edit | Cancel, socket: Socket) -> None:
        self.editing = isinstance(event, Edit)


async def test_a_view_opens_its_modal_and_is_asked_to_close_it() -> None:
    async with live_isolated(EditorLive) as view:
        assert not await view.has_element("dialog[data-open]")
        await view.element("button", text="Edit").click()
        assert await view.has_element("dialog[data-open][open]")
        await view.element("button[aria-label=Close]").click()
        assert not await view.has_element("dialog[data-open]")


async def test_a_modal_is_named_by_its_title() -> None:
    async with live_isolated(EditorLive) as view:
        assert await view.has_element(
            "dialog[aria-labelledby=editor-title] > h2#editor-title", text="Edit the recipe"
        )
        assert await view.element("footer button").texts() == ["Save"]


def test_what_the_view_does_not_open_closes_by_itself() -> None:
    html = rendered_to_string(heex("""<ui.drawer id="help" title="Help" side="left">Read on.</ui.drawer>"""))
    assert "data-open" not in html
    assert "al:hide" in html
    assert 'data-side="left"' in html
    assert "<footer" not in html


def test_show_and_hide_are_commands_that_others_may_come_before() -> None:
    assert ui.show("help").to_encodable() == [
        ["dispatch", {"bubbles": False, "event": "al:show", "to": '[id="help"]'}]
    ]
    assert [name for name, _ in ui.hide("help", JS.push("seen")).to_encodable()] == ["push", "dispatch"]


def test_an_id_may_hold_any_character() -> None:
    [[_, arguments]] = ui.show('a"b\\c:1').to_encodable()
    assert arguments["to"] == '[id="a\\"b\\\\c:1"]'
