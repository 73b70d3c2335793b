"""The browser's entry: what it sends, and how it speaks of loading and trouble."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.pages import Faults
from tests.browser.wire import Wire

COUNTER = {"0": "0", "s": ["<button phx-click=inc>", "</button><p>Text</p>"]}


def test_a_view_joins_and_lives(page: Page) -> None:
    wire = Wire(page, COUNTER).open()
    assert wire.connect_params["_csrf_token"] == ["CSRF"]
    assert wire.joins[0].payload["params"]["_csrf_token"] == "CSRF"
    page.get_by_role("button").click()
    click = wire.frame("event")
    assert click.payload["event"] == "inc"
    wire.reply(click, {"diff": {"0": "1"}})
    expect(page.get_by_role("button")).to_have_text("1")


def test_an_application_adds_hooks_params_and_dom_callbacks(page: Page) -> None:
    head = """<script>window.patches = 0; window.actorlive = {
      params: () => ({ zone: "UTC" }),
      hooks: { Hello: { mounted() { this.el.textContent = "hello" } } },
      dom: { onPatchEnd() { window.patches++ } },
    }</script>"""
    wire = Wire(page, {"s": ["<p id=hello phx-hook=Hello></p>"]}, head=head).open()
    expect(page.locator("#hello")).to_have_text("hello")
    assert wire.joins[0].payload["params"]["zone"] == "UTC"
    assert page.evaluate("window.patches") > 0


def test_a_crash_shows_the_banner_until_the_view_is_back(page: Page, faults: Faults) -> None:
    faults.expect("view crashed|view.crashed")
    wire = Wire(page, COUNTER).open()
    wire.crash()
    expect(page.get_by_role("alert")).to_contain_text("Something went wrong")
    expect(page.locator("[data-phx-main]")).to_have_class("phx-connected")
    expect(page.get_by_role("alert")).to_have_count(0)
    assert len(wire.joins) == 2


def test_a_lost_connection_shows_the_other_banner(page: Page) -> None:
    wire = Wire(page, COUNTER).open()
    wire.refuse_sockets = True
    wire.drop()
    expect(page.get_by_role("alert")).to_contain_text("We can't find the internet")
    wire.refuse_sockets = False
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_page_loading_push_shows_the_progress_bar(page: Page) -> None:
    click = '[["push",{"event":"rebuild","page_loading":true}]]'
    wire = Wire(page, {"s": [f"<button phx-click='{click}'>Rebuild</button>"]}).open()
    page.get_by_role("button").click()
    frame = wire.frame("event")
    expect(page.locator(".al-progress")).to_be_visible()
    wire.reply(frame)
    expect(page.locator(".al-progress")).to_be_hidden()


def test_a_bar_does_not_outlive_a_crash(page: Page, faults: Faults) -> None:
    faults.expect("view crashed|view.crashed")
    click = '[["push",{"event":"rebuild","page_loading":true}]]'
    wire = Wire(page, {"s": [f"<button phx-click='{click}'>Rebuild</button>"]}).open()
    page.get_by_role("button").click()
    wire.frame("event")
    expect(page.locator(".al-progress")).to_be_visible()
    wire.crash()
    wire.until(lambda: len(wire.joins) == 2)
    wire.connected()
    expect(page.locator(".al-progress")).to_be_hidden()
