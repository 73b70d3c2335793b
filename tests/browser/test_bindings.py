"""The client's bindings against a real server, on a slow and uneven network.

Every page here has up to half a second of jitter each way. What is only there while an event is on its way is
looked at while the test holds the page's frames back, so that no test depends on being quick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.line import Line
from tests.browser.pages import Logged, connected, jitter, logged
from tests.browser.server import Server

Open = Callable[[str], Page]

ASK = "window.actorlive = { hooks: { Ask: { mounted() { this.el.onclick = () => this.pushEvent('ask', {}) } } } }"


@pytest.fixture(scope="module")
def app() -> Iterator[Server]:
    with Server("tests.browser.apps.bindings:app") as running:
        yield running


@pytest.fixture
def line(page: Page) -> Line:
    return Line(page)


@pytest.fixture
def visit(app: Server, page: Page) -> Open:
    """Open a page over a network with jitter."""

    def open_page(path: str) -> Page:
        page.add_init_script(ASK)
        page.goto(app.url + path)
        connected(page)
        jitter(page)
        return page

    return open_page


def tick(page: Page, app: Server) -> None:
    assert page.request.get(app.url + "/tick").ok


def names(page: Page, count: int) -> list[str]:
    return [name for name, _ in logged(page, count)]


def loading(page: Page, selector: str, kind: str) -> None:
    expect(page.locator(selector)).to_have_class(f"phx-{kind}-loading")


# -- feedback ------------------------------------------------------------------


SIMULATOR = "actorlive.latency.set({}), liveSocket.enableLatencySim(120), liveSocket.disableDebug()"


@pytest.mark.parametrize("network", ["jitter", "simulator"])
def test_loading_classes_by_type_of_event(visit: Open, line: Line, network: str) -> None:
    page = visit("/feedback")
    if network == "simulator":
        page.evaluate(SIMULATOR)
    line.hold()
    page.locator("#plain").click()
    loading(page, "#plain", "click")
    page.locator("#key").press("k")
    expect(page.locator("#key")).to_have_class("phx-keydown-loading phx-keyup-loading")
    page.locator("#focus").focus()
    loading(page, "#focus", "focus")
    page.locator("#blur").focus()
    page.locator("#blur").blur()
    loading(page, "#blur", "blur")
    page.locator("#hooked").click()
    loading(page, "#hooked", "hook")
    page.locator("#text").fill("x")
    loading(page, "#text", "change")
    loading(page, "#form", "change")
    line.release()
    assert logged(page, 7) == [
        ("plain", {"n": "7", "value": ""}),
        ("down", {"key": "k", "value": ""}),
        ("up", {"key": "k", "value": "k"}),
        ("focus", {"value": ""}),
        ("blur", {"value": ""}),
        ("ask", {}),
        ("change", {"text": "x", "_target": ["text"]}),
    ]


def test_a_form_on_its_way_is_closed_to_the_person(visit: Open, line: Line) -> None:
    page = visit("/feedback")
    page.locator("#text").fill("typed")
    logged(page, 1)
    line.hold()
    page.locator("#preview").click()
    loading(page, "#form", "submit")
    loading(page, "#preview", "submit")
    expect(page.locator("#preview")).to_have_text("Previewing…")
    expect(page.locator("#save")).to_have_text("Save")
    expect(page.locator("#note")).to_have_text("Note")
    expect(page.locator("#form button:disabled")).to_have_count(2)
    expect(page.locator("#text")).not_to_be_editable()
    line.release()
    assert logged(page, 2)[1] == ("submit", {"text": "typed", "via": "preview"})
    expect(page.locator("#form button:enabled")).to_have_text(["Save", "Preview"])
    expect(page.locator("#text")).to_be_editable()


def test_disable_with_outside_of_forms(visit: Open, line: Line) -> None:
    page = visit("/feedback")
    line.hold()
    page.locator("#words").click()
    page.locator("#quiet").click()
    expect(page.locator("#words")).to_have_text("Working…")
    expect(page.locator("#words")).to_be_disabled()
    expect(page.locator("#quiet")).to_have_text("Quiet")
    expect(page.locator("#quiet")).to_be_disabled()
    line.release()
    assert names(page, 2) == ["words", "quiet"]
    expect(page.locator("#words")).to_be_enabled()
    expect(page.locator("#words")).to_have_text("Work")
    expect(page.locator("#quiet")).to_be_enabled()


def test_a_push_marks_another_element_and_the_page(visit: Open, line: Line, app: Server) -> None:
    page = visit("/feedback")
    bar = page.locator("canvas.al-progress")
    line.hold()
    page.locator("#elsewhere").click()
    loading(page, "#elsewhere", "click")
    loading(page, "#region", "click")
    page.locator("#page-loading").click()
    expect(bar).to_be_visible()
    tick(page, app)
    expect(page.locator("#ticks")).to_have_text("1")
    expect(page.locator("#region")).to_have_text("0")
    line.release()
    assert names(page, 2) == ["elsewhere", "page"]
    expect(page.locator("#region")).to_have_text("1")
    expect(bar).to_be_hidden()


def test_a_locked_element_keeps_its_state_until_its_own_acknowledgement(
    visit: Open, line: Line, app: Server
) -> None:
    page = visit("/feedback")
    locked = page.locator("#locked")
    line.hold()
    locked.click()
    expect(locked).to_have_class("tick-0 phx-click-loading")
    tick(page, app)
    expect(page.locator("#ticks")).to_have_text("1")
    expect(locked).to_have_text("0 0")
    expect(locked).to_have_class("tick-0 phx-click-loading")
    tick(page, app)
    expect(page.locator("#ticks")).to_have_text("2")
    expect(locked).to_have_text("0 0")
    line.release()
    expect(locked).to_have_text("2 1")
    expect(locked).to_have_class("tick-2")


def test_clicks_on_what_is_on_its_way_are_ignored(visit: Open, line: Line) -> None:
    page = visit("/feedback")
    line.hold()
    page.locator("#plain").dblclick()
    page.locator("#plain").click()
    page.locator("#elsewhere").click()
    page.locator("#save").dblclick()
    line.release()
    assert names(page, 3) == ["plain", "elsewhere", "submit"]
    page.locator("#plain").click()
    assert names(page, 4)[3] == "plain"


# -- keys, focus, the window, clicks elsewhere ---------------------------------


def test_keys_with_and_without_a_filter_and_on_the_window(visit: Open) -> None:
    page = visit("/keys")
    page.locator("#any").press("ArrowUp")
    page.locator("#any").press("x")
    page.locator("#enter").press("x")
    page.locator("#enter").press("Enter")
    page.locator("#fence").focus()
    page.keyboard.press("F2")
    page.keyboard.press("x")
    page.keyboard.press("Escape")
    events = logged(page, 6)
    assert [(name, params["key"]) for name, params in events] == [
        ("any", "ArrowUp"),
        ("any", "x"),
        ("enter", "Enter"),
        ("released", "Enter"),
        ("f2", "F2"),
        ("escape", "Escape"),
    ]
    assert events[0][1]["row"] == "3"


def test_focus_and_clicks_elsewhere(visit: Open) -> None:
    page = visit("/keys")
    page.locator("#field").focus()
    page.locator("#inside").focus()
    page.evaluate("window.dispatchEvent(new FocusEvent('blur'))")
    page.evaluate("window.dispatchEvent(new FocusEvent('focus'))")
    page.locator("#inside").click()
    page.locator("#outside").click()
    assert logged(page, 6) == [
        ("focus", {"f": "field", "value": ""}),
        ("blur", {"f": "field", "value": ""}),
        ("asleep", {}),
        ("awake", {}),
        ("inside", {"value": ""}),
        ("away", {}),
    ]


# -- debounce and throttle -----------------------------------------------------


def type_at_once(page: Page, field: str, *values: str) -> None:
    """Input events with no time between them, so that a slow machine types as fast as any."""
    page.get_by_label(field, exact=True).evaluate(
        """(input, values) => {
          input.focus()
          for (const value of values) {
            input.value = value
            input.dispatchEvent(new InputEvent("input", { bubbles: true }))
          }
        }""",
        list(values),
    )


def fence(page: Page) -> None:
    """An event that leaves the focus where it is."""
    page.locator("#fence").evaluate("button => button.click()")


def changes(events: Logged) -> list[Any]:
    """What the changed field held, and the names of other events."""
    return [params[params["_target"][0]] if name == "change" else name for name, params in events]


def test_debounce_sends_the_last_of_a_burst_and_blur_does_not_wait(visit: Open) -> None:
    page = visit("/rate")
    type_at_once(page, "soon", "a", "ab", "abc")
    assert changes(logged(page, 1)) == ["abc"]
    type_at_once(page, "late", "1", "12")
    fence(page)
    assert changes(logged(page, 2))[1:] == ["fence"]
    page.get_by_label("late").blur()
    type_at_once(page, "blur", "x", "xy")
    fence(page)
    assert changes(logged(page, 4))[2:] == ["12", "fence"]
    page.get_by_label("blur").blur()
    assert changes(logged(page, 5))[4:] == ["xy"]


def test_a_submit_sends_what_was_held_back(visit: Open) -> None:
    page = visit("/rate")
    type_at_once(page, "late", "typed")
    page.get_by_label("late").press("Enter")
    fence(page)
    name, params = logged(page, 2)[0]
    assert (name, params["late"]) == ("submit", "typed")


def test_throttle_sends_the_first_and_drops_the_rest(visit: Open) -> None:
    page = visit("/rate")
    type_at_once(page, "throttled", "1", "12", "123")
    page.locator("#keys").press("a")
    page.locator("#keys").press("a")
    page.locator("#keys").press("b")
    page.locator("#click").click()
    events = logged(page, 4)
    page.locator("#click").click()
    fence(page)
    assert changes(events) == ["1", "key", "key", "click"]
    assert [params["key"] for name, params in events if name == "key"] == ["a", "b"]
    assert names(page, 5)[4:] == ["fence"]


# -- elements that come and go, and what belongs to the browser ----------------


def test_mounted_and_remove_run_their_commands(visit: Open) -> None:
    page = visit("/life")
    expect(page.locator("#first")).to_have_class("arrived")
    page.locator("#toggle").click()
    second = page.locator("#second")
    expect(second).to_have_attribute("data-seen", "yes")
    assert names(page, 2) == ["toggle", "mounted"]
    page.evaluate(
        """new MutationObserver(() => (window.faded ||= second.classList.contains("fading")))
             .observe(second, { attributes: true })"""
    )
    page.locator("#toggle").click()
    expect(second).to_have_count(0)
    assert page.evaluate("window.faded") is True
    assert names(page, 3)[2:] == ["toggle"]


def test_a_patch_leaves_ignored_attributes_to_the_browser(visit: Open, app: Server) -> None:
    page = visit("/life")
    page.locator("#kept summary").click()
    page.locator("#reset summary").click()
    expect(page.locator("details[open]")).to_have_count(2)
    tick(page, app)
    expect(page.locator("#kept")).to_have_attribute("data-n", "1")
    expect(page.locator("#reset")).to_have_attribute("data-n", "1")
    expect(page.locator("#kept span")).to_have_text("1")
    expect(page.locator("#kept")).to_have_attribute("open", "")
    expect(page.locator("#reset")).not_to_have_attribute("open", "")
    page.locator("#kept summary").click()
    tick(page, app)
    expect(page.locator("#kept")).to_have_attribute("data-n", "2")
    expect(page.locator("#kept")).not_to_have_attribute("open", "")


def test_the_ends_of_a_list_ask_for_more(visit: Open) -> None:
    page = visit("/life")
    rows = page.locator("#rows")
    rows.evaluate("list => list.scrollTo(0, list.scrollHeight)")
    expect(rows.locator("li")).to_have_count(40)
    assert logged(page, 1) == [("below", {"id": "row-39"})]
    rows.evaluate("list => list.scrollTo(0, 0)")
    expect(rows.locator("li")).to_have_count(60)
    assert rows.locator("li").first.text_content() == "0"
    events = logged(page, 3)[1:]
    assert [(name, params["id"], params.get("_overran", False)) for name, params in events] == [
        ("above", "row-20", True),
        ("above", "row-20", False),
    ]
