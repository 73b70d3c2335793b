"""Going from page to page in Chromium: what is asked of the server, what history remembers, what flash survives."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from tests.browser.pages import Faults, connected
from tests.browser.server import Server


@pytest.fixture(scope="module")
def app() -> Iterator[Server]:
    with Server("tests.browser.apps.travel:app") as running:
        yield running


@pytest.fixture
def requests(page: Page) -> list[str]:
    """The paths that the browser asks for, but the icon, which it takes from its cache for each new URL."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/icon-" not in request.url:
            asked.append(path(request.url))

    page.on("request", note)
    return asked


@pytest.fixture
def first(app: Server, page: Page, requests: list[str]) -> Page:
    """The first page, connected; the requests so far are forgotten."""
    page.goto(f"{app.url}/pages/1")
    connected(page)
    page.request.get(f"{app.url}/mounts")
    requests.clear()
    return page


def path(url: str) -> str:
    return urlsplit(url).path


def arrives(page: Page, to: str, heading: str) -> None:
    expect(page.locator("h1")).to_have_text(heading)
    expect(page).to_have_url(urljoin(page.url, to))


def mounts(app: Server, page: Page) -> str:
    return page.request.get(f"{app.url}/mounts").text()


def test_a_patch_keeps_the_view_and_asks_for_nothing(app: Server, first: Page, requests: list[str]) -> None:
    first.click("#page-2")
    arrives(first, "/pages/2", "page 2")
    expect(first.locator("#seen")).to_have_text("2")
    expect(first).to_have_title("Page 2")
    assert requests == []
    assert mounts(app, first) == ""


def test_a_navigation_mounts_once_and_asks_for_nothing(app: Server, first: Page, requests: list[str]) -> None:
    first.click("#hall")
    arrives(first, "/hall", "hall")
    connected(first)
    expect(first).to_have_title("Travel")
    assert first.get_attribute("[data-phx-main]", "class") == "hall phx-connected"
    assert first.get_attribute("[data-phx-main]", "data-kind") is None
    assert requests == []
    assert mounts(app, first) == "hall connected"


def test_history_leads_back_and_forth_over_patches_and_navigations(first: Page, requests: list[str]) -> None:
    first.click("#page-2")
    arrives(first, "/pages/2", "page 2")
    first.click("#hall")
    arrives(first, "/hall", "hall")
    for step, to, heading in [
        ("back", "/pages/2", "page 2"),
        ("back", "/pages/1", "page 1"),
        ("forward", "/pages/2", "page 2"),
        ("forward", "/hall", "hall"),
    ]:
        first.evaluate(f"history.{step}()")
        arrives(first, to, heading)
    assert requests == []


def test_a_link_that_replaces_leaves_no_entry(first: Page) -> None:
    first.click("#page-2")
    arrives(first, "/pages/2", "page 2")
    first.click("#page-3")
    arrives(first, "/pages/3", "page 3")
    first.go_back()
    arrives(first, "/pages/1", "page 1")


def test_the_scroll_position_comes_back_with_history(first: Page) -> None:
    first.evaluate("scrollTo(0, 700)")
    first.wait_for_function("history.state?.scroll === 700")
    first.evaluate("document.querySelector('#hall').click()")
    arrives(first, "/hall", "hall")
    first.evaluate("scrollTo(0, 0)")
    first.evaluate("history.back()")
    arrives(first, "/pages/1", "page 1")
    first.wait_for_function("scrollY === 700")


def test_the_focus_stays_where_it_is_over_a_patch(first: Page) -> None:
    first.focus("#page-2")
    first.keyboard.press("Enter")
    arrives(first, "/pages/2", "page 2")
    assert first.evaluate("document.activeElement.id") == "page-2"


def test_a_patch_that_leads_on_shows_where_it_ends(first: Page) -> None:
    first.click("#hop")
    arrives(first, "/pages/10", "page 10")
    first.go_back()
    arrives(first, "/pages/1", "page 1")


def test_a_join_that_is_patched_shows_where_it_ends(app: Server, page: Page) -> None:
    page.goto(f"{app.url}/hall")
    connected(page)
    page.evaluate("liveSocket.js().navigate('/pages/9')")
    arrives(page, "/pages/10", "page 10")


@pytest.mark.parametrize("how", ["patch", "navigate", "redirect"])
def test_flash_goes_along_and_is_gone_after_the_next_patch(first: Page, how: str) -> None:
    first.click(f"button#{how}")
    arrives(first, "/pages/4", "page 4")
    expect(first.locator("#flash")).to_have_text(f"by {how}")
    connected(first)
    first.click("#page-2")
    arrives(first, "/pages/2", "page 2")
    expect(first.locator("#flash")).to_have_text("")
    first.reload()
    expect(first.locator("#flash")).to_have_text("")


def test_a_view_in_another_element_is_loaded(first: Page, requests: list[str], faults: Faults) -> None:
    first.click("#tower")
    arrives(first, "/tower", "tower")
    connected(first)
    assert first.evaluate("document.querySelector('[data-phx-main]').tagName") == "SECTION"
    assert [asked for asked in requests if not asked.startswith("/live/assets")].count("/tower") == 1


def test_over_the_border_the_page_is_loaded_and_its_hooks_run(
    first: Page, requests: list[str], faults: Faults
) -> None:
    first.click("#account")
    expect(first.locator("#flash")).to_have_text("please log in")
    arrives(first, "/pages/1", "page 1")
    assert requests[:2] == ["/account", "/pages/1"]


# -- sessions ------------------------------------------------------------------


def logged_in(app: Server, context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto(f"{app.url}/login/ada")
    connected(page)
    expect(page.locator("h1")).to_have_text("account of ada")
    return page


def test_a_logout_ends_the_views_of_every_tab(app: Server, context: BrowserContext, faults: Faults) -> None:
    one = logged_in(app, context)
    other = context.new_page()
    other.goto(f"{app.url}/account")
    connected(other)
    one.click("#logout")
    arrives(one, "/pages/1", "page 1")
    arrives(other, "/pages/1", "page 1")


def test_the_cookie_of_before_a_logout_is_refused_after_it(
    app: Server, context: BrowserContext, faults: Faults
) -> None:
    page = logged_in(app, context)
    kept = context.cookies()
    page.click("#logout")
    arrives(page, "/pages/1", "page 1")
    context.clear_cookies()
    context.add_cookies([{"name": c["name"], "value": c["value"], "url": app.url} for c in kept])  # pyright: ignore[reportTypedDictNotRequiredAccess]
    page.goto(f"{app.url}/account")
    arrives(page, "/pages/1", "page 1")


def test_a_page_of_before_a_logout_cannot_join_again(
    app: Server, context: BrowserContext, faults: Faults
) -> None:
    page = logged_in(app, context)
    page.evaluate("liveSocket.disconnect()")
    other = context.new_page()
    other.goto(f"{app.url}/account")
    connected(other)
    other.click("#logout")
    arrives(other, "/pages/1", "page 1")
    page.evaluate("liveSocket.connect()")
    arrives(page, "/pages/1", "page 1")
