"""Forms against a real server, on a slow and uneven network: what changes and submits send, and what they do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import connected, jitter, logged
from tests.browser.server import Server

Open = Callable[[str], Page]


@pytest.fixture(scope="module")
def app() -> Iterator[Server]:
    with Server("tests.browser.apps.forms:app") as running:
        yield running


@pytest.fixture
def visit(app: Server, page: Page) -> Open:
    """Open a page over a network with jitter."""

    def open_page(path: str) -> Page:
        page.goto(app.url + path)
        connected(page)
        jitter(page)
        return page

    return open_page


def test_a_change_names_its_target_and_what_nobody_has_touched(visit: Open) -> None:
    page = visit("/sign-up")
    page.get_by_label("email").fill("ada")
    name, params = logged(page, 1)[0]
    assert (name, params["_target"]) == ("change", ["user", "email"])
    assert params["user"] == {"email": "ada", "name": "", "_unused_name": "", "addresses_drop": [""]}
    expect(page.locator("#error-email")).to_have_text("must have an @")
    expect(page.locator("#error-name")).to_have_count(0)
    page.get_by_label("coupon").fill("X")
    assert logged(page, 2)[1] == ("coupon", {"coupon": "X", "_target": ["coupon"]})
    page.get_by_role("button", name="Send").click()
    name, params = logged(page, 3)[2]
    assert (name, params["via"], "_target" in params) == ("save", "send", False)
    assert params["user"] == {"email": "ada", "name": "", "addresses_drop": [""]}
    expect(page.locator("#error-name")).to_have_text("can't be blank")
    page.get_by_label("email").press("Enter")
    assert logged(page, 4)[3][1]["via"] == "draft"


def test_answers_that_come_late_take_nothing_from_who_is_typing(visit: Open) -> None:
    page = visit("/sign-up")
    email = page.get_by_label("email")
    email.press_sequentially("ada.example")
    email.evaluate("input => input.setSelectionRange(3, 3)")
    email.press_sequentially("@home")
    events = logged(page, 16)
    assert events[-1][1]["user"]["email"] == "ada@home.example"
    expect(email).to_have_value("ada@home.example")
    assert email.evaluate("input => [input.selectionStart, input.selectionEnd]") == [8, 8]
    expect(page.locator("#error-email")).to_have_count(0)


def test_nested_forms_are_added_sorted_and_removed(visit: Open) -> None:
    page = visit("/sign-up")
    cities = page.locator(".address input:not([type=hidden])")
    page.get_by_role("button", name="Add").click()
    page.get_by_label("city 0").fill("Rome")
    page.get_by_role("button", name="Add").click()
    page.get_by_label("city 1").fill("Oslo")
    logged(page, 4)
    rome, oslo = (row.get_attribute("id") for row in page.locator(".address").all())
    page.evaluate(
        """([rome, oslo]) => {
          const [first, second] = [rome, oslo].map((id) => document.getElementById(id))
          first.before(second)
          first.querySelector("input").dispatchEvent(new Event("input", { bubbles: true }))
        }""",
        [rome, oslo],
    )
    logged(page, 5)
    assert [row.get_attribute("id") for row in page.locator(".address").all()] == [oslo, rome]
    assert [city.input_value() for city in cities.all()] == ["Oslo", "Rome"]
    assert cities.first.get_attribute("name") == "user[addresses][0][city]"
    page.get_by_role("button", name="Remove 0").click()
    expect(cities).to_have_count(1)
    expect(cities).to_have_value("Rome")
    assert page.locator(".address").get_attribute("id") == rome
    page.get_by_label("More").click()
    expect(cities).to_have_count(2)
    page.get_by_label("More").click()
    expect(cities).to_have_count(3)
    expect(page.locator(".address em")).to_have_count(0)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".address em")).to_have_count(2)


def test_what_a_view_agrees_to_the_browser_posts_itself(visit: Open) -> None:
    page = visit("/log-in")
    page.get_by_label("Name").fill("bob")
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Name").fill("ada")
    page.get_by_role("button").click()
    expect(page).to_have_title("in")
    expect(page.locator("p")).to_have_text("ada by button")
    assert page.url.endswith("/session")


def test_a_post_without_the_pages_token_is_nobodys(visit: Open) -> None:
    page = visit("/log-in")
    token = page.locator("input[name=_csrf_token]").get_attribute("value")
    url = page.url.replace("/log-in", "/session")
    form: dict[str, str | float | bool] = {"login[name]": "eve"}
    assert page.request.post(url, form={**form, "_csrf_token": token or ""}).status == 200
    assert page.request.post(url, form=form).status == 403
