"""Kept values in Chromium: a crash, a killed server and its successor, a drain, and ways away and back."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.browser.pages import Faults, connected
from tests.browser.server import Server


@pytest.fixture
def app() -> Iterator[Server]:
    with Server("tests.browser.apps.kept:app") as running:
        yield running


@pytest.fixture
def urls(page: Page) -> list[str]:
    """Those of the page's websockets."""
    opened: list[str] = []

    def note(socket: WebSocket) -> None:
        opened.append(socket.url)

    page.on("websocket", note)
    return opened


@pytest.fixture
def opened(app: Server, page: Page, urls: list[str]) -> Page:
    page.goto(app.url)
    connected(page)
    page.evaluate("window.sameDocument = true")
    return page


def say(page: Page, *words: str) -> None:
    before = page.locator("#said").inner_text().split()
    for word in words:
        page.click(f"#{word}")
        before.append(word)
        expect(page.locator("#said")).to_have_text(" ".join(before))


def crash(page: Page) -> None:
    page.click("#boom")
    page.wait_for_selector("[data-phx-main].phx-error", state="attached")
    connected(page)


def restart(app: Server, page: Page, how: signal.Signals) -> None:
    app.stop(how)
    page.wait_for_selector("[data-phx-main].phx-error", state="attached")
    app.start()
    connected(page)


def test_it_is_there_after_a_crash(opened: Page, faults: Faults) -> None:
    faults.expect("view crashed")
    say(opened, "one", "two")
    crash(opened)
    expect(opened.locator("#said")).to_have_text("one two")
    say(opened, "one")
    crash(opened)
    expect(opened.locator("#said")).to_have_text("one two one")
    assert opened.evaluate("window.sameDocument")


def test_it_is_there_when_the_server_was_killed_and_another_one_answers(
    app: Server, opened: Page, urls: list[str], faults: Faults
) -> None:
    faults.expect("WebSocket connection|ERR_CONNECTION_REFUSED")
    say(opened, "one", "two")
    opened.click("#inner-say")
    expect(opened.locator("#inner-said")).to_have_text("inside")
    restart(app, opened, signal.SIGKILL)
    expect(opened.locator("#said")).to_have_text("one two")
    expect(opened.locator("#inner-said")).to_have_text("inside")
    assert opened.evaluate("window.sameDocument")
    assert len(urls) >= 2
    assert not [url for url in urls if "_kept" in url]


def test_a_server_that_goes_down_tells_first_what_was_too_large_to_be_told_at_once(
    app: Server, opened: Page, faults: Faults
) -> None:
    faults.expect("WebSocket connection|ERR_CONNECTION_REFUSED")
    for count in (1, 2, 3):
        opened.click("#long")
        expect(opened.locator("#length")).to_have_text(str(count * 5000))
    restart(app, opened, signal.SIGTERM)
    expect(opened.locator("#length")).to_have_text("15000")


def test_away_and_back_by_live_navigation_begins_anew(opened: Page, faults: Faults) -> None:
    faults.expect("view crashed")
    say(opened, "one")
    opened.click("#to-b")
    expect(opened.locator("h1")).to_have_text("B")
    expect(opened.locator("#said")).to_have_text("")
    say(opened, "two")
    opened.click("#to-a")
    expect(opened.locator("h1")).to_have_text("A")
    expect(opened.locator("#said")).to_have_text("")
    crash(opened)
    expect(opened.locator("#said")).to_have_text("")
    opened.click("#to-b")
    expect(opened.locator("h1")).to_have_text("B")
    say(opened, "two", "one")
    crash(opened)
    expect(opened.locator("#said")).to_have_text("two one")
    assert opened.evaluate("window.sameDocument")


def test_a_view_within_has_its_own_and_begins_anew_when_it_is_shown_anew(
    opened: Page, faults: Faults
) -> None:
    faults.expect("view crashed")
    for _ in range(2):
        opened.click("#inner-say")
        expect(opened.locator("#inner-said")).to_have_text("inside")
        crash(opened)
        expect(opened.locator("#inner-said")).to_have_text("inside")
        say(opened, "toggle")
        expect(opened.locator("#inner-said")).to_have_count(0)
        say(opened, "toggle")
        expect(opened.locator("#inner-said")).to_have_text("")


def test_another_tab_has_nothing_of_it(app: Server, opened: Page) -> None:
    say(opened, "one")
    other = opened.context.new_page()
    other.goto(app.url)
    connected(other)
    expect(other.locator("#said")).to_have_text("")
