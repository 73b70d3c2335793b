"""Live components in a browser: wherever one stands, its events are its own, and so is its state."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.line import Line
from tests.browser.pages import connected
from tests.browser.server import Server

JOINED = "() => liveSocket.getViewByEl(document.querySelector('#second'))?.joinPending === false"
"""The child has joined. The client takes the class phx-connected from a child when its parent is patched."""


@pytest.fixture(scope="module")
def app() -> Iterator[Server]:
    with Server("tests.browser.apps.components:app") as running:
        yield running


@pytest.fixture
def home(app: Server, page: Page) -> Page:
    page.goto(app.url)
    connected(page)
    expect(page.locator("#word")).to_have_text("here")
    page.wait_for_function(JOINED)
    return page


def counter(page: Page, name: str) -> Locator:
    return page.locator(f'[data-name="{name}"]')


def counts(page: Page) -> dict[str, str]:
    return {
        name: counter(page, name).locator(".n").inner_text() for name in ("plain", "far", "loaded", "second")
    }


@pytest.mark.parametrize("name", ["plain", "far", "loaded", "second"])
def test_its_events_are_its_own_wherever_it_stands(home: Page, name: str) -> None:
    counter(home, name).locator(".inc").click()
    expect(counter(home, name).locator(".n")).to_have_text("1")
    assert counts(home) == {"plain": "0", "far": "0", "loaded": "0", "second": "0"} | {name: "1"}
    home.click("#own")
    expect(home.locator("h1")).to_have_text("1")
    assert counts(home)[name] == "1"


def test_a_selector_reaches_every_component_that_it_names(home: Page) -> None:
    home.click("#all")
    for name in ("plain", "loaded"):
        expect(counter(home, name).locator(".n")).to_have_text("1")
    expect(home.locator("h1")).to_have_text("0")


@pytest.mark.parametrize("name", ["plain", "far", "second"])
def test_a_hook_inside_reaches_its_component(home: Page, name: str) -> None:
    counter(home, name).locator(".filler").click()
    expect(counter(home, name).locator(".text")).to_have_text("from a hook")


def test_its_root_may_change_its_id_by_itself_and_by_its_parent(home: Page) -> None:
    plain = counter(home, "plain")
    plain.locator(".inc").click()
    plain.locator(".rename").click()
    expect(home.locator("#c-plain-1 .n")).to_have_text("1")
    home.click("#slow")
    plain.locator(".rename").click()
    home.click("#stem")  # while the events before are under way
    expect(home.locator("#cx-plain-2 .n")).to_have_text("1")
    plain.locator(".inc").click()
    expect(home.locator("#cx-plain-2 .n")).to_have_text("2")
    expect(plain).to_have_count(1)


def test_clicks_at_once_against_patches_are_all_handled(home: Page) -> None:
    for round in range(1, 6):
        home.evaluate(
            "document.querySelectorAll('.counter .inc, #own, #stem').forEach((button) => button.click())"
        )
        for name in ("plain", "far", "loaded", "second"):
            expect(counter(home, name).locator(".n")).to_have_text(str(round))
        expect(home.locator("h1")).to_have_text(str(round))
        expect(counter(home, "plain")).to_have_id("c" + "x" * round + "-plain-0")


def test_one_is_a_streams_item_and_keeps_its_state(home: Page) -> None:
    rows = home.locator("#rows > li")
    expect(rows).to_have_count(2)
    rows.nth(1).locator(".inc").click()
    expect(rows.nth(1).locator(".n")).to_have_text("1")
    home.click("#prepend")
    expect(rows).to_have_count(3)
    expect(rows.locator(".n")).to_have_text(["0", "0", "1"])
    rows.nth(0).locator(".inc").click()
    expect(rows.locator(".n")).to_have_text(["1", "0", "1"])
    home.click("#reset")
    expect(rows).to_have_count(2)
    expect(rows.locator(".n")).to_have_text(["1", "0"])


def test_a_form_in_one_comes_back_with_the_socket(home: Page) -> None:
    counter(home, "plain").locator("input").fill("half a wo")
    expect(counter(home, "plain").locator(".text")).to_have_text("half a wo")
    home.evaluate("liveSocket.disconnect()")
    expect(home.locator("[data-phx-main].phx-error")).to_be_attached()
    home.evaluate("liveSocket.connect()")
    connected(home)
    expect(counter(home, "plain").locator(".text")).to_have_text("half a wo")
    expect(counter(home, "far").locator(".text")).to_have_text("")


def test_a_refusal_in_a_streamed_row_shows_in_the_page_and_in_the_row(app: Server, page: Page) -> None:
    """The page's flash and the row change in one turn; the client meets the row only in a message of its own."""
    page.goto(f"{app.url}/roots")
    connected(page)
    row = page.locator("#rows-1")
    row.locator(".refuse").click()
    expect(page.locator("#error")).to_have_text("row 1 says no")
    expect(row.locator(".n")).to_have_text("1")


def test_streamed_rows_live_on_under_another_root(app: Server, page: Page) -> None:
    page.goto(f"{app.url}/roots")
    connected(page)
    rows = page.locator("#rows > li")
    rows.nth(0).locator(".inc").click()
    expect(rows.locator(".n")).to_have_text(["1", "0"])
    for turn in (1, 2, 3):
        page.click("#turn")
        expect(page.locator("#turn")).to_have_text(f"turn {turn}")
        expect(rows.locator(".n")).to_have_text([str(turn), str(turn - 1)])
        for n in (0, 1):
            rows.nth(n).locator(".inc").click()
        expect(rows.locator(".n")).to_have_text([str(turn + 1), str(turn)])


@pytest.mark.parametrize("lock", ["#lock-region", "#lock-root"])
def test_a_component_in_a_locked_element_shows_its_changes_when_it_is_unlocked(
    app: Server, page: Page, lock: str
) -> None:
    line = Line(page)
    page.goto(f"{app.url}/locks")
    connected(page)
    page.click("#soon")
    expect(page.locator("#soon.phx-click-loading")).to_have_count(0)
    line.hold()
    page.click(lock)
    expect(page.locator("#region .phx-click-loading, #region.phx-click-loading")).to_have_count(1)
    assert counter(page, "in").locator(".n").inner_text() == "0"
    expect(counter(page, "out").locator(".n")).to_have_text("7")
    assert counter(page, "in").locator(".n").inner_text() == "0"
    line.release()
    expect(counter(page, "in").locator(".n")).to_have_text("7")
    expect(page.locator("#note")).to_have_text("after")
    counter(page, "in").locator(".inc").click()
    expect(counter(page, "in").locator(".n")).to_have_text("8")


def test_a_component_in_an_element_that_does_not_change_shows_what_does(app: Server, page: Page) -> None:
    """The client skips such an element; what changed in it is in the same message as something of the page."""
    page.goto(f"{app.url}/cards")
    connected(page)
    for n in ("1", "2", "3", "4"):
        page.click("#more")
        expect(page.locator("h1")).to_have_text(n)
        for name in ["card", "within", "away", "1", "2", *(["3"] if n > "2" else [])]:
            expect(page.locator(f"#told-{name} b")).to_have_text(n)
        for name in ("card", "within", "away", "2", "deep"):
            page.click(f"#told-{name} button")
            expect(page.locator("output")).to_have_text(f"{name} {n}")
            expect(page.locator(f"#told-{name} i")).to_have_text(n)
