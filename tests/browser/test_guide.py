"""/docs: the guide turns its pages, finds things by keyboard, and its examples live."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.axe import is_clean

Live = Callable[[str], Page]


def test_one_turns_the_page_and_goes_back(live: Live) -> None:
    page = live("/docs/streams")
    page.evaluate("window.stays = true")
    page.get_by_label("Guide", exact=True).get_by_role("link", name="Rollback").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rollback")
    expect(page).to_have_title(re.compile("^Rollback"))
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Streams")
    page.get_by_role("link", name=re.compile("^Next")).click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Streams")
    assert page.evaluate("window.stays")


def test_an_example_lives_beside_its_source(live: Live) -> None:
    page = live("/docs/optimistic/rollback")
    letters = page.get_by_role("region", name="Running in this page: LettersLive")
    letters.get_by_role("button", name="Archive").nth(1).click()
    expect(letters.get_by_text("To the king cannot be archived")).to_be_visible()


def test_views_within_views_within_the_guide(live: Live) -> None:
    page = live("/docs/nested-views")
    wall = page.get_by_role("region", name="Running in this page: Wall")
    expect(wall.get_by_text("nothing")).to_be_visible()
    page.wait_for_function("""() => {
      const clock = document.querySelector("#clock-CET")
      return clock && liveSocket.getViewByEl(clock)?.joinPending === false
    }""")
    wall.get_by_role("button", name="Ring").last.click()
    expect(wall.get_by_role("paragraph")).to_have_text("CET")


def test_one_finds_by_keyboard_and_lands_at_the_section(live: Live) -> None:
    page = live("/docs/streams")
    page.keyboard.press("/")
    box = page.get_by_role("dialog", name="Search the guide")
    expect(box).to_be_visible()
    page.keyboard.type("where the function runs")
    expect(box.get_by_role("link").first).to_contain_text("Where the function runs")
    page.keyboard.press("ArrowDown")
    expect(box.get_by_role("link").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(box.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/docs/async#where-the-function-runs$"))
    expect(page.locator("#where-the-function-runs")).to_be_in_viewport()
    page.keyboard.press("/")
    expect(box).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()


def test_the_theme_stays_as_it_was_chosen(live: Live) -> None:
    page = live("/docs/streams")
    page.emulate_media(color_scheme="light")
    page.get_by_role("button", name="Light or dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_page_of_the_guide_has_no_fault(live: Live) -> None:
    page = live("/docs/async")
    expect(page.get_by_role("region", name="Running in this page: ShopLive")).to_be_visible()
    is_clean(page)
