"""No page of ours, and none that has only our stylesheet, has a fault that axe-core can see, or scrolls sideways."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from examples.gallery.app import EXAMPLES
from tests.browser.axe import faults_of, is_clean, put_into, sideways
from tests.browser.pages import Faults, connected
from tests.browser.server import Server

Look = Callable[[str], Page]


@pytest.fixture(scope="module")
def plain() -> Iterator[Server]:
    with Server("tests.browser.apps.look:app") as running:
        yield running


KEEP_SOCKETS = """
window.sockets = []
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given)
    window.sockets.push(this)
  }
}
"""
"""So that one can be cut, beneath all that outlives it."""


@pytest.fixture
def look(plain: Server, page: Page) -> Look:
    """Open a page that has nothing but the default stylesheet."""

    def open_page(path: str) -> Page:
        page.goto(plain.url + path)
        return connected(page)

    return open_page


@pytest.fixture
def lost(plain: Server, page: Page, faults: Faults) -> Look:
    """Open a page that is not there, or that cannot be made."""
    faults.expect("404|500")

    def open_page(path: str) -> Page:
        page.goto(plain.url + path)
        return page

    return open_page


@pytest.mark.parametrize("path", ["/", *(example.path for example in EXAMPLES)])
def test_a_page_of_the_gallery_has_no_fault(live: Callable[[str], Page], path: str) -> None:
    is_clean(live(path))


@pytest.mark.parametrize("path", ["/everything", "/form", "/table", "/todos"])
def test_plain_markup_is_clean(look: Look, path: str) -> None:
    is_clean(look(path))


def test_what_is_wrong_is_found(look: Look) -> None:
    page = look("/todos")
    put_into(page, "light", 390)
    page.evaluate("document.body.style.color = '#aaa'")
    page.evaluate("document.querySelector('li > button').removeAttribute('aria-label')")
    page.evaluate("document.querySelector('li > button').textContent = ''")
    page.evaluate("document.querySelector('h1').style.width = '400px'")
    found = "\n".join(faults_of(page))
    assert "color-contrast (serious)" in found
    assert "button-name (critical)" in found
    assert sideways(page) > 0


@pytest.mark.parametrize("path", ["/nothing", "/fails"])
def test_a_page_that_is_not_there_is_clean(lost: Look, path: str) -> None:
    is_clean(lost(path))


def test_a_flash_and_the_banner_of_a_lost_connection_are_clean(
    look: Look, page: Page, faults: Faults
) -> None:
    faults.expect("WebSocket")
    page.add_init_script(KEEP_SOCKETS)
    look("/everything")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_role("alert")).to_have_count(2)
    page.context.set_offline(True)
    page.evaluate("sockets.at(-1).close()")
    expect(page.get_by_role("alert")).to_have_count(3)
    is_clean(page)
