"""Hooks against a real server: colocated in modules, the application's own, and runtime hooks.

Every page is under a strict Content-Security-Policy. The browser reports a violation as an error in its
console, and that fails the test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.line import Line
from tests.browser.pages import Faults, connected
from tests.browser.server import Server

Open = Callable[[str], Page]


@pytest.fixture(scope="module")
def app() -> Iterator[Server]:
    with Server("tests.browser.apps.hooks.app:app") as running:
        yield running


@pytest.fixture
def bypass_csp() -> bool:
    return False


@pytest.fixture
def visit(app: Server, page: Page) -> Open:
    def open_page(path: str) -> Page:
        page.goto(app.url + path)
        return connected(page)

    return open_page


def lived(page: Page, *expected: str) -> None:
    """The hook has lived through this, in this order."""
    page.wait_for_function("(count) => window.lives?.length >= count", arg=len(expected))
    assert page.evaluate("window.lives") == list(expected)


def test_a_hook_lives_with_its_element(visit: Open) -> None:
    page = visit("/left")
    lived(page, "mounted")
    page.locator("#count").click()
    lived(page, "mounted", "beforeUpdate", "updated 1", "total 1")
    page.locator("#toggle").click()
    lived(page, "mounted", "beforeUpdate", "updated 1", "total 1", "destroyed")
    page.locator("#toggle").click()
    lived(page, "mounted", "beforeUpdate", "updated 1", "total 1", "destroyed", "mounted")


def test_a_hook_hears_of_a_lost_connection_and_of_its_return(visit: Open, page: Page) -> None:
    line = Line(page)
    visit("/left")
    lived(page, "mounted")
    line.cut()
    lived(page, "mounted", "disconnected", "reconnected")


def test_a_hook_is_answered(visit: Open) -> None:
    page = visit("/left")
    page.locator("#sort").click()
    lived(page, "mounted", "doubled 42")


def test_a_name_in_an_expression_is_the_modules_too(visit: Open) -> None:
    page = visit("/left")
    expect(page.locator("#named")).to_have_text("tests.browser.apps.hooks.left.Name")
    assert page.locator("script:not([src]):not([type])").count() == 0


def test_two_modules_have_a_hook_of_one_name(visit: Open) -> None:
    page = visit("/right")
    expect(page.locator("#sort")).to_have_text("the right one")
    expect(page.locator("#sort")).to_have_attribute("title", "welcome")
    assert not page.evaluate("window.lives?.length")
    page.locator("#go").click()
    expect(page.get_by_role("heading")).to_have_text("Left")
    lived(page, "mounted")


def test_a_hook_is_there_after_live_navigation(visit: Open) -> None:
    page = visit("/left")
    page.evaluate("window.sameDocument = true")
    page.locator("#go").click()
    expect(page.locator("#sort")).to_have_text("the right one")
    lived(page, "mounted", "destroyed")
    assert page.evaluate("window.sameDocument") is True


def test_the_applications_own_module_of_hooks(visit: Open) -> None:
    expect(visit("/right").locator("#own")).to_have_text("loud")


def test_colocated_scripts_and_styles_reach_the_page(visit: Open) -> None:
    page = visit("/left")
    assert page.evaluate("window.early") == {"connected": False}
    expect(page.locator("#sort")).to_have_css("border-left", "7px solid rgb(1, 2, 3)")


def test_scoped_styles_hold_for_their_template(visit: Open) -> None:
    page = visit("/left")
    page.evaluate("document.body.append(document.createElement('b'))")
    within, inside, outside = (page.locator("b").nth(n) for n in range(3))
    expect(within).to_have_css("border-left-width", "3px")
    expect(within).to_have_css("border-top-width", "0px")
    expect(inside).to_have_css("border-left-width", "0px")
    expect(inside).to_have_css("border-top-width", "2px")
    expect(outside).to_have_css("border-top-width", "0px")


def test_modules_are_kept_for_ever_under_names_that_change(visit: Open, page: Page) -> None:
    with page.expect_response("**/tests.browser.apps.hooks.left.Sort-*.js") as response:
        visit("/left")
    assert response.value.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.value.headers["content-type"] == "text/javascript; charset=utf-8"


def test_runtime_hooks_run_with_the_nonce_of_the_first_load_only(visit: Open, faults: Faults) -> None:
    faults.expect("(Executing inline script|Refused to execute inline script)")
    faults.expect("a runtime hook must be a function|unknown hook|runtime-not-function")
    page = visit("/nonce")
    expect(page.locator("#first")).to_have_text("first")
    page.locator("#show").click()
    expect(page.locator("#later")).to_have_text("later")
    expect(page.locator("#blocked")).to_have_text("x")


def test_runtime_hooks_run_after_live_navigation(visit: Open) -> None:
    page = visit("/nonce")
    page.locator("#again").click()
    page.wait_for_url("**/nonce?again")
    expect(page.locator("#first")).to_have_text("first")
