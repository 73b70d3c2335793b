"""In debug mode the client says what is wrong with a page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page

from tests.browser.pages import Faults
from tests.browser.wire import Wire

DEBUG = '<script type="application/json" id="al-colocated" data-src="/newest.json" data-debug>{}</script>'
ROWS = {"0": "", "s": ["<p id=a></p>", "<button phx-click=add>Add</button>"]}
TWIN = {"diff": {"0": "<p id=a></p><i id=b></i>"}}


@pytest.fixture
def complaints(page: Page) -> list[str]:
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "have the id" in message.text:
            said.append(message.text)

    page.on("console", note)
    return said


def click(wire: Wire, response: dict[str, Any]) -> None:
    wire.page.get_by_role("button").click()
    wire.reply(wire.frame("event"), response)
    wire.until(lambda: wire.page.locator(".phx-click-loading").count() == 0)


def test_a_duplicate_id_is_said_once_while_it_lasts(
    page: Page, faults: Faults, complaints: list[str]
) -> None:
    faults.expect("2 elements have the id")
    wire = Wire(page, ROWS, head=DEBUG).open()
    assert complaints == []
    click(wire, TWIN)
    assert [text.partition(":")[0] for text in complaints] == ['2 elements have the id "a"']
    click(wire, {"diff": {"0": "<p id=a></p><i id=c></i>"}})
    assert len(complaints) == 1
    page.evaluate("document.querySelectorAll('#a').forEach((el, n) => n && el.remove())")
    click(wire, {"diff": {"0": "<i id=c></i>"}})
    assert page.locator("#a").count() == 1
    click(wire, TWIN)
    assert len(complaints) == 2


def test_a_page_that_is_not_in_debug_mode_says_nothing(page: Page, complaints: list[str]) -> None:
    wire = Wire(page, ROWS, head=DEBUG.replace(" data-debug", "")).open()
    click(wire, TWIN)
    assert complaints == []


def test_what_the_dead_render_repeats_is_said_before_the_view_is_there(
    page: Page, faults: Faults, complaints: list[str]
) -> None:
    faults.expect("2 elements have the id")
    wire = Wire(page, ROWS, head=DEBUG)
    wire.refuse_sockets = True
    page.add_init_script("""document.addEventListener("readystatechange", () => {
      const twins = "<p id=d></p><p id=d></p>"
      if (document.readyState === "interactive") document.body.insertAdjacentHTML("beforeend", twins)
    })""")
    page.goto("http://actorlive.test/")
    wire.until(lambda: len(complaints) == 1)
    assert '"d"' in complaints[0]
