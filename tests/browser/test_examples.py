"""The gallery's pages in a real browser, as a visitor uses them."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from examples.lorem import LOREM
from tests.browser.server import Server

Live = Callable[[str], Page]


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


# -- the index -----------------------------------------------------------------


def test_the_index_leads_to_every_example_and_its_source(live: Live, server: Server) -> None:
    page = live("/")
    links = page.locator(".exhibits a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert {"/counter", "/async/start", "/undo", "/album"} <= set(links)
    for link in links:
        response = page.request.get(server.url + link)
        assert response.status == 200
        (source,) = set(re.findall(r'src="(/source/[^"]+)"', response.text()))
        assert page.request.get(server.url + source).status == 200


def test_an_example_stands_beside_its_source_and_its_frames(live: Live) -> None:
    page = live("/counter")
    how = page.frame_locator("iframe.how")
    expect(how.get_by_role("tabpanel", name="View")).to_contain_text("class CounterLive")
    how.get_by_role("tab", name="View").press("ArrowRight")
    expect(how.get_by_role("tab", name="Test")).to_be_focused()
    expect(how.get_by_role("tabpanel", name="Test")).to_contain_text("async def test_")
    how.get_by_role("tab", name="Wire").click()
    press(page, "+")
    # The frame may listen before the page's join was answered: then that answer stands among the lines.
    expect(how.locator(".frame.up").last).to_contain_text('"inc"')
    expect(how.locator(".frame.down").last).to_contain_text("phx_reply")
    expect(how.locator("#wire-sum")).to_have_text(re.compile(r"\d+ B up, \d+ B down in [234] frames"))


def test_one_goes_from_one_example_to_the_next(live: Live) -> None:
    page = live("/counter")
    expect(page).to_have_title("Counter · actorlive")
    page.get_by_role("link", name="Next A form").click()
    expect(page).to_have_title("A form · actorlive")
    page.get_by_role("link", name="Before Counter").click()
    expect(page.locator("#count")).to_be_visible()


def test_the_first_page_is_shared_by_who_looks_at_it(live: Live) -> None:
    page, other = live("/"), live("/")
    expect(page.locator(".who")).to_have_text("2 people here")
    before = int(page.locator("output").inner_text().replace(",", ""))
    press(other, "+1 for everyone")
    expect(page.locator("output")).to_have_text(f"{before + 1:,}")
    expect(page.locator("#stage-frames .down")).to_contain_text("diff")
    other.close()
    expect(page.locator(".who")).to_have_text("You are the only one here")


def test_the_index_fits_a_phone(live: Live) -> None:
    page = live("/")
    page.set_viewport_size({"width": 360, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_dead_page_is_complete_without_javascript(browser: Browser, server: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.url + "/counter")
    expect(page.locator("#count")).to_have_text("0")
    page.goto(server.url + "/undo")
    expect(page.get_by_role("button", name="Delete").first).to_be_visible()
    context.close()


# -- /counter ------------------------------------------------------------------


def test_a_counter_counts_both_ways_in_each_tab_for_itself(live: Live) -> None:
    page, other = live("/counter"), live("/counter")
    for name in ["+", "+", "−", "+"]:
        press(page, name)
    expect(page.locator("#count")).to_have_text("2")
    expect(other.locator("#count")).to_have_text("0")


# -- /async/start --------------------------------------------------------------


def words(page: Page) -> list[str]:
    return page.locator("#lorem").inner_text().split()


def wait_for_words(page: Page, count: int) -> None:
    page.wait_for_function(
        "count => document.querySelector('#lorem').textContent.trim().split(/\\s+/).filter(Boolean).length >= count",
        arg=count,
    )


def test_words_stream_until_they_are_cancelled_and_go_on_behind(live: Live) -> None:
    page = live("/async/start")
    press(page, "Go!")
    expect(page.get_by_role("button", name="Cancel", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Go!", exact=True)).to_have_count(0)
    wait_for_words(page, 4)
    press(page, "Cancel")
    expect(page.get_by_role("button", name="Go!", exact=True)).to_be_visible()
    first = words(page)
    assert set(first) <= set(LOREM)
    press(page, "Go!")
    wait_for_words(page, len(first) + 2)
    press(page, "Cancel")
    expect(page.get_by_role("button", name="Reset", exact=True)).to_be_visible()
    assert words(page)[: len(first)] == first
    press(page, "Reset")
    expect(page.locator("#lorem")).to_have_text("")


def test_five_quick_rounds_leave_one_stream(live: Live) -> None:
    page = live("/async/start")
    for _ in range(5):
        press(page, "Go!")
        press(page, "Cancel")
    # Both clicks before the server can answer: else the second hits the button that took the place of the first.
    page.get_by_role("button", name="Go!", exact=True).evaluate(
        "button => { button.click(); button.click(); }"
    )
    wait_for_words(page, 2)
    begin = page.evaluate("performance.now()")
    before = len(words(page))
    wait_for_words(page, before + 10)
    seconds = (page.evaluate("performance.now()") - begin) / 1000
    # Ten words of one stream take at least nine intervals of 0.15 s; of two streams, half of that.
    assert seconds > 9 * 0.15 * 0.8
    press(page, "Cancel")
    expect(page.get_by_role("button", name="Go!", exact=True)).to_be_visible()


# -- /undo ---------------------------------------------------------------------


def test_a_deleted_item_leaves_when_the_window_is_over(live: Live) -> None:
    page = live("/undo")
    items = page.get_by_role("listitem")
    count = items.count()
    assert count >= 3
    items.first.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Item will be deleted. Undo?")).to_be_visible()
    expect(items).to_have_count(count)
    expect(items).to_have_count(count - 1, timeout=20_000)
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)


def test_undo_keeps_the_item_and_a_second_delete_supersedes_the_first(live: Live) -> None:
    page = live("/undo")
    items = page.get_by_role("listitem")
    count = items.count()
    titles = items.locator("span").all_inner_texts()
    items.first.get_by_role("button", name="Delete").click()
    press(page, "Undo")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    items.nth(0).get_by_role("button", name="Delete").click()
    items.nth(1).get_by_role("button", name="Delete").click()
    expect(items).to_have_count(count - 1, timeout=20_000)
    assert items.locator("span").all_inner_texts() == [titles[0], *titles[2:]]
