"""What a page shows and does when its view fails, wherever that is; and what the log says of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, Response, expect

from tests.browser.pages import Faults, connected
from tests.browser.server import Server

SOON = """window.actorlive = { options: {
  reloadJitterMin: 20, reloadJitterMax: 40, failsafeJitter: 4000, maxReloads: 3,
} };"""
"""The client's own options, so that no test waits for five seconds before a page is loaded again."""
BEGAN = """if (location.protocol === "http:") {
  sessionStorage.began = `${sessionStorage.began ?? ""} ${performance.timeOrigin}`
}"""
"""When each document was asked for, by the browser's own clock: a test that is busy hears of it later."""


@pytest.fixture(scope="module")
def app() -> Iterator[Server]:
    with Server("tests.browser.apps.crashes:app") as running:
        yield running


@pytest.fixture(scope="module")
def debug_app() -> Iterator[Server]:
    with Server("tests.browser.apps.crashes:app", debug=True) as running:
        yield running


@pytest.fixture
def loads(page: Page) -> list[str]:
    """What was asked for as a document."""
    page.add_init_script(SOON + BEGAN)
    asked_for: list[str] = []
    page.on("request", lambda asked: asked_for.append(asked.url) if asked.is_navigation_request() else None)
    return asked_for


@pytest.fixture
def opened(app: Server, page: Page, loads: list[str]) -> Page:
    page.goto(app.url)
    connected(page)
    return page


def logged(server: Server, *parts: str) -> list[str]:
    """The log's lines that have all of these."""
    return [line for line in server.log if all(part in line for part in parts)]


def seen_soon(server: Server, *parts: str) -> str:
    """The one line of the log with these, which may be on its way."""
    [line] = server.wait_for_log(*parts)
    return line


# -- the first paint -----------------------------------------------------------


@pytest.mark.parametrize("where", ["mount", "params", "on_mount"])
def test_a_first_paint_that_fails_is_a_plain_500(app: Server, page: Page, where: str, faults: Faults) -> None:
    faults.expect("500")
    answer = page.goto(f"{app.url}/?fail=dead {where}")
    assert answer is not None
    assert answer.status == 500
    expect(page.locator("h1")).to_have_text("Something went wrong")
    assert "no luck" not in page.content()


def test_in_debug_mode_it_shows_where(debug_app: Server, page: Page, faults: Faults) -> None:
    faults.expect("500")
    answer = page.goto(f"{debug_app.url}/?fail=dead mount")
    assert answer is not None
    assert answer.status == 500
    expect(page.locator("h1")).to_have_text("ValueError")
    expect(page.locator("body")).to_contain_text('raise ValueError(f"no luck in {here}")')


# -- the connected mount -------------------------------------------------------


@pytest.mark.parametrize("where", ["mount", "params", "on_mount"])
def test_a_join_that_fails_again_and_again_backs_off(
    app: Server, page: Page, loads: list[str], where: str, faults: Faults
) -> None:
    """The page says that something is wrong, is loaded again a few times, and then seldom."""
    faults.expect("unable to join|consecutive reloads")
    before = len(app.log)
    with page.expect_request(lambda asked: asked.is_navigation_request() and len(loads) == 5):
        page.goto(f"{app.url}/?fail=connected {where}")
        expect(page.locator(".al-banner")).to_contain_text("Something went wrong")
    expect(page.locator(".al-banner")).to_contain_text("Something went wrong")
    began = page.wait_for_function("sessionStorage.began.trim().split(' ').map(Number)").json_value()
    page.goto("about:blank")  # or it would be loaded again and again while the browser closes it
    assert began[4] - began[3] >= 4_000
    lines = [line for line in app.log[before:] if "CrashLive was not mounted (attempt 1)" in line]
    assert len(lines) >= 4
    assert all(line.rstrip().endswith(f"ValueError: no luck in {where}") for line in lines)


@pytest.mark.parametrize("where", ["mount", "params"])
def test_a_4xx_is_a_page_with_that_status_once(
    app: Server, page: Page, loads: list[str], where: str, faults: Faults, context: BrowserContext
) -> None:
    faults.expect("failed mount with 403|403")
    answers: list[Response] = []
    page.on(
        "response", lambda answer: answers.append(answer) if answer.request.is_navigation_request() else None
    )
    page.goto(f"{app.url}/?fail=connected forbidden {where}")
    expect(page.locator("h1")).to_have_text("Forbidden")
    assert [answer.status for answer in answers] == [200, 403]
    assert not [cookie for cookie in context.cookies() if "reload" in str(cookie.get("name"))]


# -- later ---------------------------------------------------------------------


@pytest.mark.parametrize("where", ["event", "render", "info", "hook", "linked", "params"])
def test_a_view_that_fails_is_mounted_afresh_without_a_page_load(
    app: Server, opened: Page, loads: list[str], where: str, faults: Faults
) -> None:
    faults.expect("view crashed")
    opened.click("#count")
    expect(opened.locator("h1")).to_have_text("1")
    before = len(app.log)
    opened.click(f"#{where}")
    opened.wait_for_selector("[data-phx-main].phx-error.phx-server-error", state="attached")
    expect(opened.locator(".al-banner")).to_contain_text("Something went wrong")
    connected(opened)
    expect(opened.locator("h1")).to_have_text("0")
    expect(opened.locator(".al-banner")).to_have_count(0)
    opened.click("#count")
    expect(opened.locator("h1")).to_have_text("1")
    assert len(loads) == 1
    reasons = [line for line in app.log[before:] if " ERROR " in line or line.startswith("ERROR")]
    assert len(reasons) == 1, reasons


def test_what_fails_while_a_view_ends_is_one_line_and_nobodys_concern(
    app: Server, page: Page, loads: list[str]
) -> None:
    page.goto(f"{app.url}/?terminate=1")
    connected(page)
    page.click("#away")
    expect(page.locator("h1")).to_have_text("away")
    connected(page)
    assert len(loads) == 1
    assert "CrashLive" in seen_soon(app, "crashed", "no luck in terminate")
