"""What examples do when their pages have no line (`linger=0`): the same. And what a page says of a lost websocket then.

`WITHOUT_LINE=1 make test ARGS=tests/browser/test_items.py` has any file of this folder run so.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import (
    test_async_assign as assign,
    test_async_stream as stream,
    test_chat as chat,
    test_examples as examples,
)
from tests.browser.line import Line
from tests.browser.pages import Faults
from tests.browser.server import Server
from tests.browser.test_offline import is_afresh, is_quiet, told, visit

test_counter = examples.test_a_counter_counts_both_ways_in_each_tab_for_itself
test_words = examples.test_words_stream_until_they_are_cancelled_and_go_on_behind
test_rounds = examples.test_five_quick_rounds_leave_one_stream
test_undo = examples.test_undo_keeps_the_item_and_a_second_delete_supersedes_the_first
test_assign = assign.test_the_value_comes_later_and_once
test_stream = stream.test_after_a_reconnect_there_are_ten_again
test_draft = chat.test_a_draft_survives_a_reconnect
test_two_tabs = chat.test_two_tabs_hear_each_other


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """The gallery that the tests of the examples look at here."""
    with Server("examples.gallery.app:app", line=False) as running:
        yield running


@pytest.fixture(scope="module")
def app() -> Iterator[Server]:
    with Server("tests.browser.apps.offline:app", line=False) as running:
        yield running


def test_pages_have_no_line_here(page: Page, server: Server) -> None:
    frames: list[str] = []
    page.on("websocket", lambda opened: opened.on("framereceived", lambda frame: frames.append(str(frame))))
    page.goto(f"{server.url}/counter")
    page.wait_for_selector("[data-phx-main].phx-connected", state="attached")
    assert [frame for frame in frames if frame.startswith("#")] == ["#gone"]


def test_what_had_no_answer_when_the_websocket_broke_is_not_certain_and_not_repeated(
    page: Page, faults: Faults, app: Server
) -> None:
    faults.expect("Failed to push")
    line = Line(page)
    before = visit(page, app.url)
    page.click("#one")
    expect(page.locator("#done")).to_have_text("one")
    line.hold()
    page.click("#two")
    page.evaluate("ask('asked')")
    line.cut()
    is_afresh(page, before)
    assert told(page, 2) == [["do", "unsure", "Two"], ["do", "unsure", "do"]]
    assert page.evaluate("answers") == ["no asked"]
    assert page.locator("#done").inner_text() == ""
    is_quiet(page)
    page.click("#two")
    expect(page.locator("#done")).to_have_text("two")
    before = page.locator("#who").inner_text()
    line.cut()
    is_afresh(page, before)
    assert len(told(page, 0)) == 2, "what was answered is done"


def test_what_is_begun_before_the_view_has_joined_again_is_not_done(
    page: Page, faults: Faults, app: Server
) -> None:
    faults.expect("WebSocket connection|ERR_CONNECTION_REFUSED")
    before = visit(page, app.url)
    app.stop()
    page.wait_for_selector("[data-phx-main].phx-error", state="attached")
    page.click("#one")
    assert told(page, 1) == [["do", False, "One"]]
    app.start()
    is_afresh(page, before)
    assert page.locator("#done").inner_text() == ""
