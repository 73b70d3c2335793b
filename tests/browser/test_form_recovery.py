"""What was typed is still there: after a crash, a lost connection, a restart of the server.

One page holds a form of each kind, and nothing that its view knows outlives the view. The network has jitter,
and each failure comes while changes are still on their way.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.line import Line
from tests.browser.pages import Faults, connected, jitter, logged
from tests.browser.server import Server

RECOVERED = ["profile", "people", "other", "recover_wizard"]
NAME = "Ada Lovelace"


@pytest.fixture(scope="module")
def app() -> Iterator[Server]:
    with Server("tests.browser.apps.forms:app") as running:
        yield running


WATCH = """
  window.sameDocument = true
  window.failures = window.returns = 0
  addEventListener("phx:page-loading-start", ({ detail }) => (window.failures += detail.kind === "error"))
  addEventListener("phx:page-loading-stop", () => (window.returns = window.failures))
"""


def visit(page: Page, app: Server, path: str = "/recovery") -> Page:
    page.goto(app.url + path)
    connected(page)
    jitter(page)
    page.evaluate(WATCH)
    return page


def failed(page: Page, times: int = 1) -> None:
    """Wait until the page has noticed."""
    page.wait_for_function("times => failures >= times", arg=times)


def back(page: Page) -> None:
    """Wait until the view is there again."""
    page.wait_for_function("returns === failures")


def fill(page: Page) -> None:
    """Use every form as a person does; the cursor ends in the middle of the name, which is not sent yet."""
    page.get_by_label("Nameless").fill("nobody's")
    page.get_by_label("Ignored").fill("passing")
    page.get_by_label("Bio").fill("one\ntwo")
    page.get_by_label("Born").fill("1815-12-10")
    page.get_by_label("fruit").check()
    page.get_by_label("Size").select_option("L")
    page.get_by_label("Colours").select_option(["red", "blue"])
    page.get_by_label("chess").check()
    page.get_by_label("tennis").check()
    page.get_by_label("News").check()
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#step")).to_have_text("2")
    page.get_by_role("button", name="Add").click()
    page.get_by_label("Person 1").fill("Grace")
    name = page.get_by_label("Name", exact=True)
    name.press_sequentially(NAME)
    name.evaluate("input => input.setSelectionRange(1, 5)")


def type_quietly(page: Page, label: str, text: str) -> None:
    """Type somewhere without taking the focus there."""
    page.get_by_label(label).evaluate(
        """(input, text) => {
          input.value = text
          input.dispatchEvent(new InputEvent("input", { bubbles: true }))
        }""",
        text,
    )


def check(page: Page) -> None:
    """Everything that `fill` did is there, in the page and with the server, but for what is not to come back."""
    assert sorted(name for name, _ in logged(page, len(RECOVERED))) == sorted(RECOVERED)
    name = page.get_by_label("Name", exact=True)
    expect(name).to_be_focused()
    expect(name).to_have_value(NAME)
    assert name.evaluate("input => [input.selectionStart, input.selectionEnd]") == [1, 5]
    expect(page.get_by_label("Bio")).to_have_value("one\ntwo")
    expect(page.get_by_label("Born")).to_have_value("1815-12-10")
    expect(page.get_by_label("fruit")).to_be_checked()
    expect(page.get_by_label("Size")).to_have_value("L")
    expect(page.get_by_label("Colours")).to_have_values(["red", "blue"])
    expect(page.locator("#profile :checked:not(option):not([type=radio])")).to_have_count(3)
    expect(page.get_by_label("go", exact=True)).not_to_be_checked()
    expect(page.get_by_label("Other")).to_have_value("elsewhere")
    expect(page.locator("input.person")).to_have_count(2)
    expect(page.get_by_label("Person 1")).to_have_value("Grace")
    expect(page.locator("#step")).to_have_text("2")
    # A form without an id cannot be told from another, and one that says so is left alone.
    expect(page.get_by_label("Nameless")).to_have_value("")
    expect(page.get_by_label("Ignored")).to_have_value("")
    assert page.evaluate("window.sameDocument") is True


# -- a view that ends, a connection that is lost -------------------------------


def test_after_a_crash(page: Page, app: Server, faults: Faults) -> None:
    faults.expect("view crashed|view.crashed")
    visit(page, app)
    fill(page)
    type_quietly(page, "Other", "elsewhere")
    page.locator("#crash").evaluate("button => button.click()")
    failed(page)
    back(page)
    check(page)


def test_after_a_lost_connection_and_another(page: Page, app: Server) -> None:
    line = Line(page)
    visit(page, app)
    fill(page)
    line.hold()
    type_quietly(page, "Other", "elsewhere")
    line.cut()
    failed(page)
    back(page)
    check(page)
    line.cut()
    failed(page, 2)
    back(page)
    check(page)


def test_a_form_that_kills_its_view_is_given_up(page: Page, app: Server, faults: Faults) -> None:
    faults.expect("view crashed|view.crashed")
    visit(page, app, "/poison")
    page.get_by_label("Good").fill("kept")
    type_quietly(page, "Poison", "bad")
    failed(page, 2)
    back(page)
    assert logged(page, 1) == [("good", {"good": "kept", "_target": ["good"]})]
    expect(page.get_by_label("Good")).to_have_value("kept")
    expect(page.get_by_label("Poison")).to_have_value("")


# -- before there is a view ----------------------------------------------------


def test_what_is_typed_before_the_first_join_is_kept(page: Page, app: Server) -> None:
    line = Line(page)
    line.hold()
    page.goto(app.url + "/recovery")
    page.wait_for_function("window.liveSocket")
    page.get_by_label("Ignored").fill("passing")
    page.get_by_label("Bio").fill("one")
    page.get_by_label("fruit").check()
    page.get_by_label("Size").select_option("L")
    page.get_by_label("Colours").select_option(["red", "blue"])
    page.get_by_label("chess").check()
    other = page.get_by_label("Other")
    other.press_sequentially("elsewhere")
    other.evaluate("input => input.setSelectionRange(2, 4)")
    line.release()
    events = logged(page, 6)
    assert events[-1] == ("other", {"other": "elsewhere", "_target": ["other"]})
    profile = {"name": "", "bio": "one", "born": "", "meal": "fruit", "size": "L"}
    lists = {"colours": ["red", "blue"], "hobbies": ["chess"]}
    assert events[-2][1]["profile"].items() >= {**profile, **lists}.items()
    expect(page.get_by_label("Bio")).to_have_value("one")
    expect(page.get_by_label("fruit")).to_be_checked()
    expect(page.get_by_label("Size")).to_have_value("L")
    expect(page.get_by_label("Colours")).to_have_values(["red", "blue"])
    expect(page.get_by_label("chess")).to_be_checked()
    expect(page.get_by_label("Ignored")).to_have_value("")
    expect(other).to_be_focused()
    assert other.evaluate("input => [input.selectionStart, input.selectionEnd]") == [2, 4]


# -- a server that goes away ---------------------------------------------------


def test_after_a_restart_of_the_server(page: Page, app: Server, faults: Faults) -> None:
    faults.expect("WebSocket connection|ERR_CONNECTION_REFUSED")
    visit(page, app)
    fill(page)
    app.stop(signal.SIGKILL)
    failed(page)
    type_quietly(page, "Other", "elsewhere")
    app.start()
    back(page)
    check(page)
