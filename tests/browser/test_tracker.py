"""/tracker: two people at one issue, a status that is taken back, and a phone."""

from __future__ import annotations

from playwright.sync_api import Browser, BrowserContext, Page, expect

from examples.tracker.accounts import DEMO
from tests.browser.axe import faults_of, put_into, sideways
from tests.browser.pages import connected
from tests.browser.server import Server


def enter(context: BrowserContext, server: Server, path: str, name: str = "ada") -> Page:
    page = context.new_page()
    page.goto(server.url + path)
    page.get_by_label("E-mail").fill(f"{name}@example.org")
    page.get_by_label("Password").fill(DEMO[1])
    page.get_by_role("button", name="Log in").click()
    return connected(page)


def test_two_people_talk_about_one_issue(server: Server, context: BrowserContext, browser: Browser) -> None:
    ada = enter(context, server, "/tracker/2")
    bo = enter(browser.new_context(), server, "/tracker/2", "bo")
    ada.get_by_label("Your comment").fill("Forty kilos")
    ada.get_by_role("button", name="Comment").click()
    expect(bo.locator("#comments li")).to_contain_text(["Forty kilos"])
    expect(ada.get_by_label("Your comment")).to_have_value("")
    expect(bo.get_by_role("button", name="Delete this comment")).to_have_count(0)
    ada.get_by_role("button", name="Delete this comment").click()
    expect(bo.locator("#comments li")).to_have_count(0)


def test_a_status_shows_at_once_and_is_taken_back_when_it_may_not_be(
    server: Server, context: BrowserContext
) -> None:
    page = enter(context, server, "/tracker/3")
    status = page.get_by_role("group", name="Status of Label the glazes")
    status.get_by_role("button", name="Done").click()
    expect(page.get_by_role("alert")).to_contain_text("Assign it to somebody first")
    expect(status.get_by_role("button", name="Open")).to_have_attribute("aria-pressed", "true")
    status.get_by_role("button", name="In work").click()
    expect(status.get_by_role("button", name="In work")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="All issues").click()
    row = page.locator("#issues-3")
    expect(row.get_by_role("button", name="In work")).to_have_attribute("aria-pressed", "true")
    row.get_by_role("button", name="Open").click()
    expect(row.get_by_role("button", name="Open")).to_have_attribute("aria-pressed", "true")


def test_the_tracker_fits_a_phone_and_everybody(server: Server, context: BrowserContext) -> None:
    page = enter(context, server, "/tracker")
    for path in ("/tracker", "/tracker/1"):
        page.goto(server.url + path)
        connected(page)
        put_into(page, "dark", 320)
        assert not sideways(page)
        assert faults_of(page) == []
