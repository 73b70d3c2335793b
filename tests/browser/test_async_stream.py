"""/async/stream: ten rows that come a second after the page, in the page alone."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from examples.lorem import LOREM
from tests.browser.gate import Gate
from tests.browser.pages import connected

Live = Callable[[str], Page]


def rows(page: Page) -> list[str]:
    expect(page.locator("#words > li")).to_have_count(10)
    return page.locator("#words > li").all_inner_texts()


def test_ten_rows_in_order_anew_at_each_load(gate: Gate, live: Live) -> None:
    gate.hold(after=1)
    page = live("/async/stream")
    expect(page.get_by_text("Loading output...")).to_be_visible()
    gate.open()
    seen = rows(page)
    for n, row in enumerate(seen):
        found = re.fullmatch(rf"ID: async_output-{n} - {n} - (\S+)", row)
        assert found
        assert found[1] in LOREM
    expect(page.get_by_text("Loading output...")).to_have_count(0)
    page.reload()
    assert rows(page) != seen


def test_after_a_reconnect_there_are_ten_again(live: Live) -> None:
    page = live("/async/stream")
    seen = rows(page)
    page.evaluate("liveSocket.disconnect()")
    page.evaluate("liveSocket.connect()")
    connected(page)
    page.wait_for_function(
        "seen => { const rows = [...document.querySelectorAll('#words > li')].map((row) => row.innerText);"
        " return rows.length === 10 && rows.join() !== seen.join() }",
        arg=seen,
    )


def test_a_failure_says_so(live: Live) -> None:
    page = live("/async/stream?fail=1")
    expect(page.get_by_text("there was an error loading the output")).to_be_visible()
