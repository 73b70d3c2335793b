"""The parts, by keyboard alone, while their page is rendered every second."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import is_clean

Live = Callable[[str], Page]


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def rendered_again(page: Page) -> None:
    """Wait for the next two renders, whatever the second is at which one asks."""
    clock = page.get_by_text(re.compile(r"This page was rendered \d+ times"))
    for _ in range(2):
        before = clock.text_content()
        assert before is not None
        expect(clock).not_to_have_text(before)


def is_focused(page: Page, name: str) -> None:
    expect(page.locator(":focus")).to_have_text(name)


# -- fields --------------------------------------------------------------------


def test_a_field_is_found_by_its_label_and_says_what_is_wrong(live: Live) -> None:
    page = live("/parts")
    page.get_by_label("Name", exact=True).fill("Al")
    page.keyboard.press("Tab")
    name = page.get_by_label("Name", exact=True)
    expect(name).to_have_accessible_description("should be at least 3 characters As on the card")
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("E-mail")).not_to_have_attribute("aria-invalid", "true")


def test_an_order_is_filled_in_by_keyboard(live: Live) -> None:
    page = live("/parts")
    page.get_by_label("Name", exact=True).focus()
    keys = page.keyboard
    keys.type("Ada")
    keys.press("Tab")
    keys.type("ada@example.org")
    keys.press("Tab")
    keys.press("a")  # one letter: two that come slowly begin two searches
    keys.press("Tab")
    keys.press("ArrowDown")
    expect(page.get_by_role("radiogroup", name="Cup").get_by_label("Large")).to_be_checked()
    keys.press("Tab")
    keys.press("Space")
    expect(page.get_by_role("group", name="Extras").get_by_label("Milk")).to_be_checked()
    page.get_by_label("Day").fill("2024-05-01")
    page.get_by_label("I have read that the tea is hot").press("Space")
    rendered_again(page)
    expect(page.get_by_label("Tea", exact=True)).to_have_value("Assam")
    expect(page.get_by_label("Large")).to_be_checked()
    button(page, "Order").press("Enter")
    expect(page.get_by_text("Tea for Ada: 1 × Assam, on 2024-05-01.")).to_be_visible()


# -- tables --------------------------------------------------------------------


def test_a_heading_sorts_by_keyboard_and_keeps_the_focus(live: Live) -> None:
    page = live("/parts/table")
    button(page, "Built").press("Enter")
    expect(page.get_by_role("columnheader", name="Built")).to_have_attribute("aria-sort", "ascending")
    expect(page.get_by_role("rowheader").first).to_have_text("Kõpu")
    is_focused(page, "Built")
    page.keyboard.press("Space")
    expect(page.get_by_role("columnheader", name="Built")).to_have_attribute("aria-sort", "descending")
    expect(page.get_by_role("rowheader").first).to_have_text("Lindesnes")


def test_rows_are_selected_by_keyboard_and_the_box_of_all_says_some(live: Live) -> None:
    page = live("/parts/table")
    everything = page.get_by_role("checkbox", name="Select all")
    page.get_by_role("checkbox", name="Select Fastnet", exact=True).press("Space")
    expect(page.get_by_text("1 of 10 selected.")).to_be_visible()
    expect(everything).to_be_checked(indeterminate=True)
    rendered_again(page)
    expect(everything).to_be_checked(indeterminate=True)
    everything.press("Space")
    expect(page.get_by_text("10 of 10 selected.")).to_be_visible()
    expect(everything).to_be_checked()
    expect(page.get_by_role("checkbox", name="Select Kõpu")).to_be_checked()
    everything.press("Space")
    expect(page.get_by_text("0 of 10 selected.")).to_be_visible()
    expect(everything).not_to_be_checked()


def test_the_head_stays_in_sight_while_rows_scroll_by_keyboard(live: Live) -> None:
    page = live("/parts/table")
    page.set_viewport_size({"width": 800, "height": 400})
    frame = page.get_by_role("region", name="Lighthouses")
    frame.focus()
    page.keyboard.press("End")
    expect(page.get_by_role("rowheader", name="Start Point")).to_be_in_viewport()
    head, box = button(page, "Name").bounding_box(), frame.bounding_box()
    assert head is not None
    assert box is not None
    assert box["y"] <= head["y"] < box["y"] + 30


# -- dialogs -------------------------------------------------------------------


def test_a_modal_of_the_view_stands_over_renders_and_gives_the_focus_back(live: Live) -> None:
    page = live("/parts/dialogs")
    button(page, "Rename").press("Enter")
    modal = page.get_by_role("dialog", name="Rename the recipe")
    name = modal.get_by_label("Name")
    expect(name).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(", dark")
    rendered_again(page)
    expect(modal).to_be_visible()
    expect(name).to_be_focused()
    page.keyboard.type("er")
    expect(name).to_have_value("Rye bread, darker")
    page.keyboard.press("Escape")
    expect(modal).to_be_hidden()
    is_focused(page, "Rename")
    expect(page.locator("#recipe")).to_have_text("Rye bread")


def test_tab_stays_inside_of_a_modal_both_ways(live: Live) -> None:
    page = live("/parts/dialogs")
    button(page, "Rename").click()
    modal = page.get_by_role("dialog")
    expect(modal.get_by_label("Name")).to_be_focused()
    for expected in ("Save", "Close", "Name", "Save"):
        page.keyboard.press("Tab")
        focus = page.locator(":focus")
        expect(focus).to_have_accessible_name(expected)
    for expected in ("Name", "Close", "Save"):
        page.keyboard.press("Shift+Tab")
        expect(page.locator(":focus")).to_have_accessible_name(expected)


def test_enter_in_a_modal_sends_its_form_and_closes_it(live: Live) -> None:
    page = live("/parts/dialogs")
    button(page, "Rename").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Spelt bread")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("#recipe")).to_have_text("Spelt bread")
    is_focused(page, "Rename")


def test_a_click_beside_a_modal_closes_it_and_a_drag_out_of_it_does_not(live: Live) -> None:
    page = live("/parts/dialogs")
    button(page, "Rename").click()
    modal = page.get_by_role("dialog")
    box = modal.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(5, 5)
    page.mouse.up()
    rendered_again(page)
    expect(modal).to_be_visible()
    page.mouse.click(5, 5)
    expect(modal).to_be_hidden()


def test_a_modal_of_the_page_asks_and_the_view_hears_the_answer(live: Live) -> None:
    page = live("/parts/dialogs")
    button(page, "Remove").press("Enter")
    modal = page.get_by_role("dialog", name="Remove the recipe?")
    expect(button(page, "Keep it")).to_be_focused()
    rendered_again(page)
    expect(modal).to_be_visible()
    page.keyboard.press("Enter")
    expect(modal).to_be_hidden()
    is_focused(page, "Remove")
    page.keyboard.press("Enter")
    button(page, "Remove it").press("Enter")
    expect(modal).to_be_hidden()
    expect(page.locator("#recipe s")).to_have_text("Rye bread")


def test_a_drawer_opens_without_a_connection_and_is_still_there_after_it(live: Live) -> None:
    page = live("/parts/dialogs")
    button(page, "About").press("Enter")
    drawer = page.get_by_role("dialog", name="About the recipe")
    expect(drawer).to_be_visible()
    box = drawer.bounding_box()
    assert box is not None
    assert round(box["x"] + box["width"]) == 1000
    drawer.get_by_text("Ingredients").click()
    rendered_again(page)
    expect(drawer.get_by_text("Rye, water")).to_be_visible()
    button(page, "Close").press("Enter")
    expect(drawer).to_be_hidden()
    is_focused(page, "About")


def test_escape_closes_a_menu_and_then_the_drawer_around_it(live: Live) -> None:
    page = live("/parts/dialogs")
    button(page, "About").press("Enter")
    button(page, "Share").press("ArrowDown")
    expect(page.get_by_role("menuitem", name="By mail")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_be_hidden()
    expect(button(page, "Share")).to_be_focused()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


# -- menus ---------------------------------------------------------------------


def item(page: Page, name: str) -> Locator:
    return page.get_by_role("menuitem", name=name, exact=True)


@pytest.mark.parametrize(
    ("key", "first"),
    [("Enter", "Rename"), ("Space", "Rename"), ("ArrowDown", "Rename"), ("ArrowUp", "Remove")],
)
def test_a_menu_opens_at_its_first_or_its_last_item(live: Live, key: str, first: str) -> None:
    page = live("/parts/menus")
    expect(button(page, "Page")).to_have_attribute("aria-expanded", "false")
    button(page, "Page").press(key)
    expect(button(page, "Page")).to_have_attribute("aria-expanded", "true")
    expect(item(page, first)).to_be_focused()


def test_arrows_home_end_and_letters_lead_through_a_menu(live: Live) -> None:
    page = live("/parts/menus")
    page.clock.install()
    button(page, "Page").press("ArrowDown")
    for key, name in [
        ("ArrowDown", "Make a copy"),
        ("ArrowUp", "Rename"),
        ("ArrowUp", "Remove"),
        ("ArrowDown", "Rename"),
        ("End", "Remove"),
        ("Home", "Rename"),
        ("m", "Make a copy"),
        ("m", "Move"),
        ("m", "Make a copy"),
    ]:
        page.keyboard.press(key)
        expect(item(page, name)).to_be_focused()
    page.clock.run_for(600)
    page.keyboard.type("rem")
    expect(item(page, "Remove")).to_be_focused()


def test_a_menu_stays_open_while_its_page_is_rendered(live: Live) -> None:
    page = live("/parts/menus")
    button(page, "Page").press("ArrowUp")
    rendered_again(page)
    expect(item(page, "Remove")).to_be_focused()
    expect(button(page, "Page")).to_have_attribute("aria-expanded", "true")
    box, menu = button(page, "Page").bounding_box(), page.get_by_role("menu").bounding_box()
    assert box is not None
    assert menu is not None
    assert abs(menu["x"] - box["x"]) < 1
    assert 0 <= menu["y"] - (box["y"] + box["height"]) < 10


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_an_item_does_what_it_says_and_the_button_has_the_focus_again(live: Live, key: str) -> None:
    page = live("/parts/menus")
    button(page, "Page").press("Enter")
    item(page, "Rename").press(key)
    expect(page.get_by_text("Last: renamed.")).to_be_visible()
    expect(page.get_by_role("menu")).to_be_hidden()
    expect(button(page, "Page")).to_be_focused()
    expect(button(page, "Page")).to_have_attribute("aria-expanded", "false")


def test_a_disabled_item_can_be_reached_and_does_nothing(live: Live) -> None:
    page = live("/parts/menus")
    button(page, "Page").press("Enter")
    item(page, "Move").press("Enter")
    rendered_again(page)
    expect(item(page, "Move")).to_be_focused()
    expect(page.get_by_text("Last: nothing yet.")).to_be_visible()


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_an_item_that_leads_somewhere_is_followed(live: Live, key: str) -> None:
    page = live("/parts/menus")
    button(page, "Page").press("Enter")
    item(page, "Dialogs").press(key)
    expect(page.get_by_role("heading", name="Dialogs")).to_be_visible()


def test_escape_tab_and_a_click_elsewhere_close_a_menu(live: Live) -> None:
    page = live("/parts/menus")
    menu = page.get_by_role("menu")
    button(page, "Page").press("Enter")
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button(page, "Page")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(menu).to_be_hidden()
    expect(page.get_by_role("tab", name="Flour")).to_be_focused()
    button(page, "Page").click()
    expect(menu).to_be_visible()
    page.mouse.click(5, 5)
    expect(menu).to_be_hidden()
    expect(button(page, "Page")).to_have_attribute("aria-expanded", "false")
    button(page, "Page").click()
    expect(menu).to_be_visible()
    button(page, "Page").click()
    expect(menu).to_be_hidden()


# -- tabs ----------------------------------------------------------------------


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("tab", name=name, exact=True)


def test_tabs_of_the_page_are_shown_by_the_arrows_and_stand_over_renders(live: Live) -> None:
    page = live("/parts/menus")
    tab(page, "Flour").focus()
    for key, name in [
        ("ArrowRight", "Water"),
        ("ArrowRight", "Salt"),
        ("ArrowRight", "Flour"),
        ("ArrowLeft", "Salt"),
        ("Home", "Flour"),
        ("End", "Salt"),
    ]:
        page.keyboard.press(key)
        expect(tab(page, name)).to_be_focused()
        expect(tab(page, name)).to_have_attribute("aria-selected", "true")
        expect(page.get_by_role("tabpanel", name=name)).to_be_visible()
    rendered_again(page)
    expect(page.get_by_role("tabpanel", name="Salt")).to_be_visible()
    expect(page.get_by_role("tabpanel", name="Flour")).to_be_hidden()
    page.keyboard.press("Tab")
    expect(page.get_by_role("tabpanel", name="Salt")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(tab(page, "Salt")).to_be_focused()
    tab(page, "Water").click()
    expect(page.get_by_text("As warm as your hand.")).to_be_visible()


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_tabs_of_the_view_are_chosen_and_the_url_has_the_choice(live: Live, key: str) -> None:
    page = live("/parts/menus")
    tab(page, "By train").focus()
    page.keyboard.press("ArrowRight")
    expect(tab(page, "By ferry")).to_be_focused()
    expect(tab(page, "By train")).to_have_attribute("aria-selected", "true")
    page.keyboard.press(key)
    expect(page.get_by_text("At high tide.")).to_be_visible()
    expect(tab(page, "By ferry")).to_be_focused()
    expect(page).to_have_url(re.compile(r"\?by=ferry$"))
    page.go_back()
    expect(page.get_by_role("tabpanel", name="By train")).to_be_visible()


# -- toasts --------------------------------------------------------------------


def test_a_toast_goes_by_itself_and_an_error_stays(live: Live) -> None:
    page = live("/parts/toasts")
    page.clock.install()
    button(page, "Save").click()
    button(page, "Fail").click()
    said = page.get_by_role("region", name="Notifications")
    expect(said.get_by_text("The recipe is saved.")).to_be_visible()
    page.clock.run_for(5_100)
    expect(said.get_by_text("The recipe is saved.")).to_have_count(0)
    # Less than a heartbeat in all: its answer comes by the real clock, which the page's must not overtake.
    page.clock.run_for(24_000)
    expect(said.get_by_text("The printer is out of paper.")).to_be_visible()


def test_a_toast_waits_for_who_points_at_it_or_has_the_focus_in_it(live: Live) -> None:
    page = live("/parts/toasts")
    page.clock.install()
    button(page, "Save").click()
    saved = page.get_by_text("The recipe is saved.")
    saved.hover()
    page.clock.run_for(20_000)
    rendered_again_by(page)
    expect(saved).to_be_visible()
    page.locator("#toasts-info").get_by_role("button").focus()
    page.mouse.move(5, 5)
    page.clock.run_for(20_000)
    expect(saved).to_be_visible()
    button(page, "Fail").focus()
    page.clock.run_for(5_100)
    expect(saved).to_have_count(0)


def rendered_again_by(page: Page) -> None:
    """A round trip to the server, which tells what the clock of the page cannot."""
    button(page, "Offer a tour").dispatch_event("click")
    expect(page.get_by_text(re.compile(r"Tour \d+ begins")).last).to_be_visible()


def test_a_toast_is_closed_by_keyboard_and_the_focus_goes_back(live: Live) -> None:
    page = live("/parts/toasts")
    button(page, "Fail").press("Enter")
    close = page.locator("#toasts-error").get_by_role("button")
    button(page, "Offer a tour").focus()
    page.keyboard.press("Tab")
    expect(close).to_be_focused()
    page.keyboard.press("Escape")
    expect(close).to_have_count(0)
    expect(button(page, "Offer a tour")).to_be_focused()


# -- what everyone sees --------------------------------------------------------


def open_modal(page: Page) -> None:
    button(page, "Rename").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def open_drawer(page: Page) -> None:
    button(page, "About").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def open_menu(page: Page) -> None:
    button(page, "Page").press("Enter")
    expect(page.get_by_role("menu")).to_be_visible()


def say_something(page: Page) -> None:
    for name in ("Fail", "Offer a tour"):
        button(page, name).click()
    expect(page.get_by_text("Tour 1 begins")).to_be_visible()


def leave_it(page: Page) -> None:
    expect(page.get_by_role("table")).to_be_visible()


def order_nothing(page: Page) -> None:
    button(page, "Order").click()
    expect(page.locator(".error").first).to_be_visible()


@pytest.mark.parametrize(
    ("path", "prepare"),
    [
        ("/parts", order_nothing),
        ("/parts/table", leave_it),
        ("/parts/dialogs", open_modal),
        ("/parts/dialogs", open_drawer),
        ("/parts/menus", open_menu),
        ("/parts/toasts", say_something),
    ],
)
def test_a_part_is_clean_in_light_and_dark_on_a_desk_and_on_a_phone(
    live: Live, path: str, prepare: Callable[[Page], None]
) -> None:
    page = live(path)
    prepare(page)
    is_clean(page)
