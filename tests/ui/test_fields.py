"""Fields of every kind: label, control, hint and errors, tied together by ids."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from selectolax.lexbor import LexborHTMLParser

from actorlive import Form, Template, heex, to_form, ui, use_in_templates
from actorlive.testing import rendered_to_string
from actorlive.ui.fields import FieldType

use_in_templates(ui)

TYPED = {"name": "Al", "size": "m", "tags": ["a", "c"], "news": "true", "secret": "hush", "at": "2024-05-01"}
WRONG = {"name": ["is too short", "has no surname"], "size": ["is sold out"]}


def form(**more: object) -> Form:
    return to_form(TYPED | more, errors=WRONG, as_="order")


def tree(template: Template) -> LexborHTMLParser:
    return LexborHTMLParser(rendered_to_string(template))


def text_of(html: LexborHTMLParser, selector: str) -> str:
    node = html.css_first(selector)
    assert node is not None
    return node.text()


def attributes(html: LexborHTMLParser, selector: str) -> dict[str, str | None]:
    node = html.css_first(selector)
    assert node is not None
    return dict(node.attributes)


def test_a_field_ties_its_label_its_hint_and_its_errors_to_its_input() -> None:
    html = tree(
        heex("""<ui.field field={@form["name"]} label="Name" hint="As on the card" />""", form=form())
    )
    assert attributes(html, "label") == {"for": "order_name"}
    assert attributes(html, "input") == {
        "type": "text",
        "id": "order_name",
        "name": "order[name]",
        "value": "Al",
        "aria-invalid": "true",
        "aria-describedby": "order_name-error order_name-hint",
    }
    assert text_of(html, "#order_name-hint") == "As on the card"
    assert text_of(html, "#order_name-error") == "is too short, has no surname"


def test_nobody_is_blamed_for_a_field_that_they_have_not_been_in() -> None:
    unused = form(_unused_name="")
    html = tree(heex("""<ui.field field={@form["name"]} label="Name" />""", form=unused))
    assert html.css_first(".error") is None
    assert "aria-invalid" not in attributes(html, "input")
    assert "aria-describedby" not in attributes(html, "input")


def test_errors_that_are_given_are_shown() -> None:
    html = tree(heex("""<ui.field name="q" label="Find" errors={["is empty"]} />"""))
    assert text_of(html, "#q-error") == "is empty"


@pytest.mark.parametrize("type", get_args(FieldType))
def test_every_kind_has_one_control_with_its_name(type: Any) -> None:
    html = tree(heex("""<ui.field type={@type} name="it" label="It" />""", type=type))
    controls = html.css("[name='it']")
    assert len(controls) == (2 if type == "checkbox" else 1)
    assert (html.css_first("label") is None) == (type == "hidden")


@pytest.mark.parametrize("type", ["password", "file"])
def test_what_is_not_for_the_page_is_not_sent_back(type: Any) -> None:
    html = tree(heex("""<ui.field type={@type} field={@form["secret"]} />""", type=type, form=form()))
    assert "value" not in attributes(html, "input")


def test_a_value_that_is_given_wins_over_the_forms_and_is_the_one_way_to_send_a_password_back() -> None:
    html = tree(
        heex(
            """<ui.field type="password" field={@form["secret"]} value={@form["secret"].value} />""",
            form=form(),
        )
    )
    assert attributes(html, "input")["value"] == "hush"


def test_what_else_describes_a_field_is_said_last() -> None:
    html = tree(
        heex("""<ui.field name="user[email]" label="E-mail" hint="Yours" aria-describedby="login-error" />""")
    )
    assert attributes(html, "input")["aria-describedby"] == "user_email-hint login-error"
    assert attributes(html, "input")["id"] == attributes(html, "label")["for"] == "user_email"


def test_the_rest_goes_to_the_control() -> None:
    html = tree(
        heex(
            """<ui.field type="date" field={@form["at"]} required min="2024-01-01" phx-debounce="blur" />""",
            form=form(),
        )
    )
    found = attributes(html, "input")
    assert found["value"] == "2024-05-01"
    assert "required" in found
    assert found["min"] == "2024-01-01"
    assert found["phx-debounce"] == "blur"


def test_a_text_area_keeps_its_lines() -> None:
    html = tree(
        heex("""<ui.field type="textarea" name="text" value={@text} />""", text="\n a\nb </textarea>")
    )
    assert text_of(html, "textarea") == "\n a\nb </textarea>"


def test_a_select_shows_what_is_chosen() -> None:
    html = tree(
        heex(
            """
            <ui.field
              type="select"
              field={@form["size"]}
              options={{"Small": "s", "Large": ["m", "l"]}}
              prompt="Choose"
            />
            """,
            form=form(),
        )
    )
    texts = [(option.text(), option.attributes["value"]) for option in html.css("option")]
    assert texts == [("Choose", ""), ("Small", "s"), ("m", "m"), ("l", "l")]
    assert [option.text() for option in html.css("option[selected]")] == ["m"]
    assert attributes(html, "optgroup") == {"label": "Large"}
    assert attributes(html, "select")["aria-describedby"] == "order_size-error"


def test_a_select_of_several_and_a_group_of_checkboxes_send_lists() -> None:
    several = tree(
        heex("""<ui.field type="select" field={@form["tags"]} options={"abc"} multiple />""", form=form())
    )
    assert attributes(several, "select")["name"] == "order[tags][]"
    assert [option.text() for option in several.css("option[selected]")] == ["a", "c"]
    group = tree(
        heex(
            """<ui.field type="checkbox" label="Tags" field={@form["tags"]} options={"abc"} />""", form=form()
        )
    )
    assert text_of(group, "fieldset > legend") == "Tags"
    assert {box.attributes["name"] for box in group.css("input")} == {"order[tags][]"}
    assert [box.attributes["value"] for box in group.css("input[checked]")] == ["a", "c"]


def test_radio_buttons_are_a_group_that_says_what_is_wrong() -> None:
    html = tree(
        heex(
            """<ui.field type="radio" label="Size" field={@form["size"]} options={"sml"} required />""",
            form=form(),
        )
    )
    group = attributes(html, "fieldset")
    assert group["role"] == "radiogroup"
    assert group["aria-describedby"] == "order_size-error"
    assert [radio.attributes["value"] for radio in html.css("input[required]")] == ["s", "m", "l"]
    assert [radio.attributes["value"] for radio in html.css("input[checked]")] == ["m"]


def test_a_checkbox_says_no_as_well() -> None:
    html = tree(heex("""<ui.field type="checkbox" label="News" field={@form["news"]} />""", form=form()))
    hidden, box = html.css("input")
    assert (hidden.attributes["type"], hidden.attributes["value"]) == ("hidden", "false")
    assert "checked" in box.attributes
    off = tree(heex("""<ui.field type="checkbox" name="news" label="News" disabled />"""))
    assert "checked" not in attributes(off, "[type=checkbox]")
    assert "disabled" in attributes(off, "[type=hidden]")
