"""Buttons, and links that look like them."""

from __future__ import annotations

from actorlive import heex, ui, use_in_templates
from actorlive.testing import rendered_to_string

use_in_templates(ui)


def test_a_button_sends_no_form_unless_it_says_so() -> None:
    plain = rendered_to_string(heex("""<ui.button phx-click="go">Go</ui.button>"""))
    assert plain == '<button type="button" phx-click="go">Go</button>'
    sending = rendered_to_string(
        heex("""<ui.button type="submit" name="then" value="stay">Save</ui.button>""")
    )
    assert sending == '<button type="submit" name="then" value="stay">Save</button>'


def test_a_button_says_what_it_waits_for() -> None:
    html = rendered_to_string(
        heex("""<ui.button kind="danger" pending="Ending…" class="wide">End</ui.button>""")
    )
    assert html == '<button type="button" phx-disable-with="Ending…" class="danger wide">End</button>'


def test_with_an_address_it_is_a_link() -> None:
    html = rendered_to_string(heex("""<ui.button navigate="/tea" kind="primary" id="tea">Tea</ui.button>"""))
    assert html.startswith("<a ")
    assert 'href="/tea"' in html
    assert 'data-phx-link="redirect"' in html
    assert 'class="al-button primary"' in html
    assert 'id="tea"' in html
