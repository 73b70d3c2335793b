"""/desk: a board in two tabs, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from examples.desk.board import FIRST
from tests.browser.server import Server

Live = Callable[[str], Page]
TODO, DOING = FIRST["todo"], FIRST["doing"]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A board of this file's own; each test leaves it as it was."""
    with Server("examples.gallery.app:app") as running:
        yield running


def cards(page: Page, column: str) -> Locator:
    return page.locator(f'[data-column="{column}"] .task p')


def card(page: Page, title: str) -> Locator:
    return page.locator(".task").filter(has_text=title)


def test_a_dragged_card_is_where_it_was_dropped_in_both_tabs(live: Live) -> None:
    ada, bob = live("/desk"), live("/desk")
    card(ada, TODO[0]).drag_to(card(ada, DOING[0]), target_position={"x": 20, "y": 4})
    for page in (ada, bob):
        expect(cards(page, "doing")).to_have_text([TODO[0], *DOING])
        expect(cards(page, "todo")).to_have_text(TODO[1:])
    expect(card(ada, TODO[0])).not_to_have_class("pending")
    ada.get_by_role("button", name="Undo").click()
    expect(cards(bob, "todo")).to_have_text(TODO)
    expect(ada.get_by_role("button", name="Undo")).to_be_disabled()


def test_a_card_goes_on_by_keyboard_and_keeps_the_focus(live: Live) -> None:
    page = live("/desk")
    card(page, TODO[1]).get_by_role("button", name="Move right").focus()
    page.keyboard.press("Enter")
    expect(cards(page, "doing")).to_have_text([DOING[0], TODO[1], DOING[1]])
    expect(card(page, TODO[1]).get_by_role("button", name="Move right")).to_be_focused()
    expect(page.locator("#al-status")).to_contain_text(f"{TODO[1]} moved to Doing")
    page.keyboard.press("Enter")
    expect(cards(page, "done")).to_contain_text([TODO[1]])
    expect(card(page, TODO[1]).get_by_role("button", name="Move left")).to_be_focused()
    page.keyboard.press("Enter")
    expect(cards(page, "doing")).to_have_text([DOING[0], TODO[1], DOING[1]])
    expect(card(page, TODO[1]).get_by_role("button", name="Move left")).to_be_focused()
    page.keyboard.press("Enter")
    expect(cards(page, "todo")).to_have_text(TODO)


def test_what_is_typed_into_a_title_moves_along(live: Live) -> None:
    ada, bob = live("/desk"), live("/desk")
    card(ada, TODO[0]).get_by_role("button", name="Edit").click()
    expect(ada.get_by_label("Title", exact=True)).to_be_focused()
    ada.get_by_label("Title", exact=True).fill("Glaze the red")
    card(bob, TODO[0]).get_by_role("button", name="Move right").click()
    field = ada.locator('[data-column="doing"]').get_by_label("Title", exact=True)
    expect(field).to_have_value("Glaze the red")
    field.press("Escape")
    expect(cards(ada, "doing")).to_contain_text([TODO[0]])
    card(bob, TODO[0]).get_by_role("button", name="Move left").click()
    expect(cards(bob, "todo")).to_have_text(TODO)


def test_a_card_is_added_and_removed(live: Live) -> None:
    page = live("/desk")
    field = page.get_by_label("Add to Done")
    field.fill("Sweep the floor")
    field.press("Enter")
    expect(cards(page, "done")).to_have_text([*FIRST["done"], "Sweep the floor"])
    expect(field).to_have_value("")
    card(page, "Sweep the floor").get_by_role("button", name="Remove").click()
    expect(cards(page, "done")).to_have_text(FIRST["done"])


def test_the_board_fits_a_phone(live: Live) -> None:
    page = live("/desk")
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
