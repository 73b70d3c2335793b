"""One mount for a page, in Chromium: what began with the first paint goes on, and copies mount for themselves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Faults, connected
from tests.browser.server import Server
from tests.support.narrow import present


@pytest.fixture
def app() -> Iterator[Server]:
    with Server("tests.browser.apps.adopted:app") as running:
        yield running


def words(page: Page) -> list[int]:
    return [int(word) for word in page.locator("#words li").all_inner_texts()]


def has_more_words(page: Page, than: int) -> None:
    page.wait_for_function("n => Number(document.querySelector('#count').textContent) > n", arg=than)


def test_one_mount_and_no_word_is_missing(app: Server, page: Page) -> None:
    page.goto(app.url)
    connected(page)
    has_more_words(page, 20)
    seen = words(page)
    assert seen == list(range(1, len(seen) + 1))
    expect(page.locator("h1")).to_have_text("mount 1")
    page.click("#say")
    expect(page.locator("#said")).to_have_text("hello")


def test_of_two_workers_the_one_that_has_begun_a_page_goes_on_with_it(page: Page, faults: Faults) -> None:
    """Eight loads over one connection, so of one worker; their websockets come to any of the two, and are cut once."""
    faults.expect("WebSocket connection")
    with Server("tests.browser.apps.adopted:app", workers=2) as app:
        for _ in range(8):
            painted = present(page.goto(app.url)).text()
            connected(page)
            first = [f"<h1>{page.locator('h1').inner_text()}</h1>", page.locator("#process").inner_text()]
            assert all(part in painted for part in first), "another mount"
            has_more_words(page, 3)
            page.evaluate("actorlive.latency.cut(100)")
            seen = len(words(page))
            has_more_words(page, seen + 10)
            seen = len(words(page))
            assert words(page)[:seen] == list(range(1, seen + 1))


def test_each_load_is_one_mount_and_a_live_navigation_another(app: Server, page: Page) -> None:
    for number in (1, 2, 3):
        page.goto(app.url)
        connected(page)
        expect(page.locator("h1")).to_have_text(f"mount {number}")
    page.click("#away")
    page.click("#back")
    expect(page.locator("h1")).to_have_text("mount 4")
    has_more_words(page, 3)
    assert words(page)[:3] == [1, 2, 3]


def test_the_same_html_in_a_second_tab_mounts_for_itself(app: Server, page: Page) -> None:
    page.goto(f"{app.url}/?cached")
    connected(page)
    other = page.context.new_page()
    other.goto(f"{app.url}/?cached")
    connected(other)
    ids = [tab.locator("[data-phx-main]").get_attribute("id") for tab in (page, other)]
    assert ids[0] == ids[1]
    expect(page.locator("h1")).to_have_text("mount 1")
    expect(other.locator("h1")).to_have_text("mount 2")
    has_more_words(other, 3)
    assert words(other)[:3] == [1, 2, 3]
    page.click("#say")
    expect(page.locator("#said")).to_have_text("hello")
    expect(other.locator("#said")).to_have_text("")
