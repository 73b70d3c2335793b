"""/admin: in by the door, out in every tab."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from examples.admin.accounts import DEMO
from tests.browser.pages import connected
from tests.browser.server import Server

EMAIL, PASSWORD = DEMO


def sign_in(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def opened(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    return page


def test_one_comes_back_to_where_one_wanted_and_leaves_in_all_tabs(
    server: Server, context: BrowserContext
) -> None:
    page = opened(context, server.url + "/admin/members")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    sign_in(page, "wrong")
    expect(page.get_by_role("alert").filter(has_text="do not belong together")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value(EMAIL)
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Members")
    other = connected(opened(context, server.url + "/admin"))
    connected(page).get_by_role("link", name="Sign out").click()
    for tab in (page, other):
        expect(tab.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.goto(server.url + "/admin/members")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_the_back_office_fits_a_phone(server: Server, context: BrowserContext) -> None:
    page = opened(context, server.url + "/admin")
    sign_in(page)
    connected(page)
    page.set_viewport_size({"width": 390, "height": 800})
    for link in ("Members", "Sessions"):
        page.get_by_role("link", name=link).click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
