"""/forms: a form that says at once what is wrong, grows, and outlives its view."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Faults, connected


@pytest.fixture
def forms(live: Callable[[str], Page]) -> Page:
    return live("/forms")


def fill(page: Page) -> None:
    page.get_by_label("Name").fill("Grace")
    page.get_by_label("E-mail").fill("grace@example.org")
    page.get_by_label("Age").fill("36")
    page.get_by_label("Country").select_option("Kenya")
    page.get_by_label("Kites").check()
    page.get_by_label("Lighthouses").check()
    page.get_by_label("Street").fill("1 Quay")
    page.get_by_label("City").fill("Brest")
    page.get_by_label("I accept").check()


def filled(page: Page) -> None:
    expect(page.get_by_label("Name")).to_have_value("Grace")
    expect(page.get_by_label("Age")).to_have_value("36")
    expect(page.get_by_label("Country")).to_have_value("Kenya")
    expect(page.get_by_label("Kites")).to_be_checked()
    expect(page.get_by_label("Baking")).not_to_be_checked()
    expect(page.get_by_label("Lighthouses")).to_be_checked()
    expect(page.get_by_label("City").first).to_have_value("Brest")
    expect(page.get_by_label("I accept")).to_be_checked()


def test_faults_show_in_the_field_that_one_was_in(forms: Page) -> None:
    forms.get_by_label("Name").press_sequentially("G")
    expect(forms.locator("#account_name-error")).to_have_text("should be at least 2 characters")
    expect(forms.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    expect(forms.get_by_label("Name")).to_be_focused()
    expect(forms.locator("#account_email-error")).to_be_hidden()
    forms.get_by_label("Name").press_sequentially("race")
    expect(forms.locator("#account_name-error")).to_be_hidden()
    forms.get_by_role("button", name="Sign up").click()
    expect(forms.locator("#account_email-error")).to_have_text("can't be blank")
    expect(forms.locator("#account_terms-error")).to_be_hidden()


def test_signing_up(forms: Page) -> None:
    fill(forms)
    forms.get_by_role("button", name="Sign up").click()
    expect(forms.get_by_text("Welcome, Grace! We will write to grace@example.org.")).to_be_visible()


def test_addresses_come_and_go(forms: Page) -> None:
    fill(forms)
    forms.get_by_role("button", name="Add an address").click()
    cities = forms.get_by_label("City")
    expect(cities).to_have_count(2)
    cities.nth(1).fill("Oslo")
    forms.get_by_role("button", name="Remove address 1").click()
    expect(cities).to_have_count(1)
    expect(cities).to_have_value("Oslo")
    forms.get_by_role("button", name="Remove address 1").click()
    expect(cities).to_have_count(0)
    forms.get_by_role("button", name="Add an address").click()
    expect(cities).to_have_value("")


def test_what_was_typed_outlives_the_view(forms: Page, faults: Faults) -> None:
    faults.expect("view crashed|view.crashed")
    fill(forms)
    forms.get_by_role("button", name="Add an address").click()
    forms.get_by_label("City").nth(1).fill("Oslo")
    forms.evaluate("window.untouched = true")
    forms.get_by_role("button", name="Kill the view").click()
    expect(forms.get_by_text("Something went wrong")).to_be_visible()
    expect(forms.get_by_text("Something went wrong")).to_have_count(0)
    filled(forms)
    expect(forms.get_by_label("City").nth(1)).to_have_value("Oslo")
    assert forms.evaluate("window.untouched")


def test_the_cursor_stays_where_it_was_over_a_reconnect(forms: Page) -> None:
    fill(forms)
    name = forms.get_by_label("Name")
    name.evaluate("input => { input.focus(); input.setSelectionRange(2, 2) }")
    forms.evaluate("liveSocket.disconnect()")
    name.press_sequentially("xx")
    forms.evaluate("liveSocket.connect()")
    connected(forms)
    expect(forms.get_by_label("City")).to_have_value("Brest")
    expect(name).to_be_focused()
    assert name.evaluate("input => [input.value, input.selectionStart]") == ["Grxxace", 4]
