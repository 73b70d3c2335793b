"""/dashboard: four cards that don't wait for each other."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_each_card_loads_on_its_own(live: Callable[[str], Page]) -> None:
    page = live("/dashboard")
    cards = {
        name: page.get_by_role("region", name=name) for name in ["Takings", "Favourites", "Flour", "Ledger"]
    }
    expect(cards["Takings"]).to_contain_text("in 240 orders")
    expect(cards["Flour"].get_by_role("alert")).to_have_text("Could not load: the mill does not answer")
    cards["Flour"].get_by_role("button", name="Retry").click()
    expect(cards["Flour"]).to_contain_text("€ 1.15 a kilogram")
    expect(cards["Favourites"].get_by_role("listitem")).to_have_count(3)
    expect(cards["Favourites"]).not_to_have_attribute("aria-busy", "true")
    expect(cards["Ledger"].get_by_role("listitem")).to_have_count(6)
    page.wait_for_function("parseInt(document.querySelector('#ledger p').textContent) > 20")
    expect(cards["Ledger"].get_by_role("listitem")).to_have_count(6)
