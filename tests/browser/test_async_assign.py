"""/async/assign: the click is answered at once, the value comes when it is there."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.gate import Gate

TEXT = "Well that took a long time!"


def test_the_value_comes_later_and_once(gate: Gate, live: Callable[[str], Page]) -> None:
    page, other = live("/async/assign"), live("/async/assign")
    button = page.get_by_role("button", name="Async output!", exact=True)
    output = page.locator("#output")
    gate.hold(after=1)
    button.click()
    expect(output).to_have_attribute("aria-busy", "true")
    expect(page.locator("[data-phx-ref-src]")).to_have_count(0)
    expect(page.get_by_text(TEXT)).to_have_count(0)
    gate.open()
    expect(page.get_by_text(TEXT)).to_have_count(1)
    gate.hold(after=1)
    button.click()
    expect(output).to_have_attribute("aria-busy", "true")
    expect(page.get_by_text(TEXT)).to_have_count(1)
    gate.open()
    expect(output).not_to_have_attribute("aria-busy", "true")
    expect(page.get_by_text(TEXT)).to_have_count(1)
    expect(other.get_by_text(TEXT)).to_have_count(0)
