"""The gallery's pages hold still while they come alive, and fit every window: a small phone, a desk at twice its
size, a wall."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from examples.gallery.examples import EXAMPLES
from tests.browser.axe import sideways
from tests.browser.pages import connected
from tests.browser.server import Server

pytestmark = pytest.mark.own_context  # whose cache is cold: what comes late is what shifts

PATHS = ["/", *(example.path for example in EXAMPLES), "/docs", "/docs/forms"]
WINDOWS = (320, 640, 3840)
"""Pixels; 640 is a desk of 1280 at 200 %."""
MOST = 0.02
"""Of Chromium's measure of how far a page has shifted by itself; what is good is below 0.1."""

WATCH = """
window.shifts = []
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue
    const moved = entry.sources.map(({ node }) => node)
    // A row that makes room for the next is what a list is for; one that is gone by now has no node any more.
    if (moved.every((node) => !node || node.closest?.("[phx-update=stream]"))) continue
    const what = moved.map((node) => node?.outerHTML?.slice(0, 120) ?? node?.nodeName)
    window.shifts.push({ value: entry.value, what })
  }
}).observe({ type: "layout-shift", buffered: true })
"""


def shifted(page: Page) -> float:
    """How far, once two frames more are painted."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.evaluate("shifts.reduce((sum, { value }) => sum + value, 0)")


@pytest.mark.parametrize("path", PATHS)
def test_a_page_holds_still_and_fits(server: Server, context: BrowserContext, path: str) -> None:
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(server.url + path)
    connected(page)
    expect(page.locator("main [aria-busy=true]")).to_have_count(0)
    assert shifted(page) <= MOST, page.evaluate("shifts")
    for width in WINDOWS:
        page.set_viewport_size({"width": width, "height": 900})
        assert not sideways(page), f"at {width} px"
