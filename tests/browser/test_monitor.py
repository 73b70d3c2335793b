"""/monitor: charts that move."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.axe import faults_of, put_into, sideways

Live = Callable[[str], Page]


def test_charts_move_while_one_looks_and_rest_while_one_reads(live: Live) -> None:
    page = live("/monitor")
    chart = page.locator("#load")
    expect(chart).to_be_visible()
    page.wait_for_function(
        "first => document.querySelector('#load').innerHTML !== first", arg=chart.inner_html()
    )
    button = page.get_by_role("button", name="Pause")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    page.wait_for_function(
        "first => document.querySelector('#load').innerHTML !== first", arg=chart.inner_html()
    )


def test_the_monitor_fits_a_phone_and_everybody(live: Live) -> None:
    page = live("/monitor")
    expect(page.locator("#programs")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    for width in (1280, 320):
        put_into(page, "dark", width)
        assert not sideways(page)
        assert faults_of(page) == []
