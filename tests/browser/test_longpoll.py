"""Pages where no websocket comes through: the official client falls back to long polling, and everything works."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.pages import Faults, connected
from tests.browser.server import Server
from tests.support.uploads import nothing_is_left


@pytest.fixture(scope="module")
def app() -> Iterator[Server]:
    with Server("tests.browser.apps.longpoll:app") as running:
        yield running
    nothing_is_left()


@pytest.fixture(autouse=True)
def _blocked(faults: Faults) -> None:
    """What the browser says of each websocket that is refused."""
    faults.expect("WebSocket connection to .* failed")


@pytest.fixture
def transports(context: BrowserContext) -> list[str]:
    """The requests for a connection, in their order: "websocket" or "GET", "POST" of long polling."""
    asked: list[str] = []
    context.on("request", lambda each: asked.append(each.method) if "/live/longpoll" in each.url else None)
    context.on("page", lambda page: page.on("websocket", lambda _: asked.append("websocket")))
    return asked


def open_page(app: Server, page: Page, path: str = "/") -> Page:
    page.goto(app.url + path)
    return connected(page)


def count_to_three(page: Page) -> None:
    """A click on an element that waits for the answer to another is none: the client drops it."""
    for count in ("1", "2", "3"):
        page.get_by_role("button", name="More").click()
        expect(page.locator("#count")).to_have_text(count)


def test_a_counter_counts(app: Server, transports: list[str], page: Page) -> None:
    open_page(app, page)
    count_to_three(page)
    assert transports[:3] == ["websocket", "GET", "GET"]
    assert transports.count("websocket") == 1


def test_any_of_two_workers_may_be_asked(transports: list[str], page: Page, faults: Faults) -> None:
    """A browser sends its requests over several connections, and the kernel gives each to any worker."""
    # What a page says that is closed before the next poll tells it that the channel of its file is done.
    faults.expect("Failed to push file progress {error: no connection")
    with Server("tests.browser.apps.longpoll:app", workers=2) as app:
        open_page(app, page)
        count_to_three(page)
        page.get_by_role("link", name="Items").click()
        page.get_by_role("link", name="Upload").click()
        page.get_by_label("Files").set_input_files(
            [{"name": "long.bin", "mimeType": "application/octet-stream", "buffer": bytes(256_000)}]
        )
        expect(page.locator(".entry")).to_have_count(1)
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#saved")).to_have_text("long.bin=256000:000000")
        page.close()
    assert "POST" in transports
    assert transports.count("websocket") == 1


def test_the_next_page_of_the_tab_polls_at_once(app: Server, transports: list[str], page: Page) -> None:
    open_page(app, page)
    del transports[:]
    page.reload()
    connected(page)
    assert "websocket" not in transports


def test_a_form_a_stream_and_a_live_navigation(app: Server, page: Page) -> None:
    open_page(app, page)
    page.get_by_role("link", name="Items").click()
    expect(page.locator("h1")).to_have_text("Items")
    for name in ("one", "two", "three"):
        page.get_by_label("Name").fill(name)
        expect(page.locator("#typed")).to_have_text(name)
        page.get_by_role("button", name="Add").click()
        expect(page.locator("#items li").last).to_have_text(name)
    expect(page.locator("#items li")).to_have_text(["one", "two", "three"])
    page.get_by_role("link", name="Upload").click()
    expect(page.locator("h1")).to_have_text("Upload")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Items")


def test_files_come_through_unchanged(app: Server, page: Page) -> None:
    """In base64, several chunks to a file, and of several files at once."""
    open_page(app, page, "/upload")
    content = bytes(range(256)) * 1_000
    page.get_by_label("Files").set_input_files(
        [
            {"name": f"{number}.bin", "mimeType": "application/octet-stream", "buffer": content[number:]}
            for number in range(3)
        ]
    )
    expect(page.locator(".entry")).to_have_count(3)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#saved")).to_have_text(
        "0.bin=256000:000102, 1.bin=255999:010203, 2.bin=255998:020304"
    )


def test_a_view_that_crashes_is_joined_again(app: Server, page: Page, faults: Faults) -> None:
    open_page(app, page)
    page.get_by_role("button", name="More").click()
    expect(page.locator("#count")).to_have_text("1")
    page.get_by_role("button", name="Crash").click()
    expect(page.locator("#count")).to_have_text("0")
    connected(page)
    page.get_by_role("button", name="More").click()
    expect(page.locator("#count")).to_have_text("1")


def test_a_page_comes_back_when_the_server_does(page: Page, faults: Faults) -> None:
    faults.expect("ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|503|ERR_CONNECTION_RESET|ERR_INCOMPLETE")
    with Server("tests.browser.apps.longpoll:app") as server:
        open_page(server, page)
        page.get_by_role("button", name="More").click()
        expect(page.locator("#count")).to_have_text("1")
        assert server.stop() == 0
        page.wait_for_selector("[data-phx-main].phx-client-error", state="attached")
        server.start()
        connected(page)
        page.get_by_role("button", name="More").click()
        expect(page.locator("#count")).to_have_text("1")
