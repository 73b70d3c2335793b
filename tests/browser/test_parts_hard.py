"""The parts where it is hard: in the first paint, in crashes, gone while they are open, under a strict policy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.pages import Faults, connected
from tests.browser.server import Server

Look = Callable[[str], Page]


@pytest.fixture(scope="module")
def hard() -> Iterator[Server]:
    with Server("tests.browser.apps.parts:app") as running:
        yield running


@pytest.fixture
def bypass_csp() -> bool:
    """What the policy refuses is an error in the console, at which the fixture `faults` fails."""
    return False


@pytest.fixture
def look(hard: Server, page: Page) -> Look:
    def open_page(path: str) -> Page:
        page.goto(hard.url + path)
        return connected(page)

    return open_page


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def rendered_again(page: Page) -> None:
    """Wait for three more renders."""
    count = int(page.locator("#count").inner_text())
    page.wait_for_function(
        "count => Number(document.querySelector('#count').textContent) > count + 2", arg=count
    )


def crash(page: Page, name: str) -> None:
    """Press a button that crashes the view, and wait for the one that takes its place."""
    life = page.locator("#life")
    before = life.inner_text()
    button(page, name).press("Enter")
    expect(life).not_to_have_text(before)
    connected(page)


def is_modal(dialog: Locator) -> bool:
    return dialog.evaluate("dialog => dialog.matches(':modal')")


def test_a_modal_that_is_open_in_the_first_paint_becomes_one(look: Look) -> None:
    page = look("/?open=1")
    modal = page.get_by_role("dialog", name="Passing")
    expect(button(page, "Crash inside")).to_be_focused()
    assert is_modal(modal)
    page.keyboard.press("Escape")
    expect(modal).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/$"))


def test_without_javascript_an_open_modal_can_be_read(hard: Server, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(hard.url + "/?open=1")
    expect(page.get_by_text("It leaves the page when it is closed.")).to_be_visible()
    expect(page.get_by_role("dialog", name="Aside")).to_be_hidden()
    expect(page.get_by_text("Panel One")).to_be_visible()
    context.close()


def test_a_modal_that_leaves_the_page_gives_the_focus_back(look: Look) -> None:
    page = look("/")
    page.get_by_role("link", name="Open").press("Enter")
    expect(page.get_by_role("dialog", name="Passing")).to_be_visible()
    button(page, "Close").press("Enter")
    expect(page.get_by_role("dialog", name="Passing")).to_have_count(0)
    expect(page.get_by_role("link", name="Open")).to_be_focused()


def test_a_drawer_of_the_page_stands_over_renders_of_all_that_is_in_it(look: Look) -> None:
    page = look("/")
    button(page, "Aside").press("Enter")
    rendered_again(page)
    expect(page.get_by_role("dialog", name="Aside")).to_be_visible()
    expect(button(page, "Crash aside")).to_be_focused()


def test_a_menu_stands_over_renders_of_its_button_and_its_items(look: Look) -> None:
    page = look("/")
    page.set_viewport_size({"width": 1000, "height": 240})
    menu = page.get_by_role("menu")
    button(page, "Menu").press("ArrowUp")
    before, at = menu.bounding_box(), button(page, "Menu").bounding_box()
    assert before is not None
    assert at is not None
    assert before["y"] + before["height"] <= at["y"], "there is no room below"
    rendered_again(page)
    expect(page.get_by_role("menuitem", name="Close")).to_be_focused()
    expect(button(page, "Menu")).to_have_attribute("aria-expanded", "true")
    assert menu.bounding_box() == before
    page.keyboard.press("Escape")
    rendered_again(page)
    expect(menu).to_be_hidden()
    expect(button(page, "Menu")).to_have_attribute("aria-expanded", "false")


def test_the_box_of_all_stays_half_checked_over_renders(look: Look) -> None:
    page = look("/")
    expect(page.get_by_role("checkbox", name="Select all")).to_be_checked(indeterminate=True)
    rendered_again(page)
    expect(page.get_by_role("checkbox", name="Select all")).to_be_checked(indeterminate=True)


def test_a_drawer_of_the_page_stands_over_a_crash_of_its_view(look: Look, faults: Faults) -> None:
    faults.expect("error|crash|unmatched|view")
    page = look("/")
    button(page, "Aside").press("Enter")
    drawer = page.get_by_role("dialog", name="Aside")
    crash(page, "Crash aside")
    expect(drawer).to_be_visible()
    assert is_modal(drawer)
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_a_modal_of_the_view_is_what_the_next_view_says(look: Look, faults: Faults) -> None:
    faults.expect("error|crash|unmatched|view")
    page = look("/?open=1")
    modal = page.get_by_role("dialog", name="Passing")
    crash(page, "Crash inside")
    expect(modal).to_be_visible()
    page.keyboard.press("Escape")
    expect(modal).to_have_count(0)


def test_a_chosen_tab_that_goes_leaves_the_first(look: Look) -> None:
    page = look("/")
    page.get_by_role("tab", name="Three").click()
    expect(page.get_by_text("Panel Three")).to_be_visible()
    button(page, "Fewer").click()
    expect(page.get_by_role("tab", name="One")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("Panel One")).to_be_visible()
    expect(page.get_by_text("Panel Two")).to_be_hidden()


def test_a_tab_keeps_its_panel_when_others_go(look: Look) -> None:
    page = look("/")
    page.get_by_role("tab", name="Two").click()
    button(page, "Fewer").click()
    expect(page.get_by_role("tab")).to_have_count(2)
    expect(page.get_by_role("tab", name="Two")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("Panel Two")).to_be_visible()
    button(page, "Fewer").click()
    expect(page.get_by_text("Panel One")).to_be_visible()
