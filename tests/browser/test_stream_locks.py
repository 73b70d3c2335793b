"""A list whose container has an event on its way: the stream goes on in it."""

from __future__ import annotations

from typing import Any

import pytest
from markupsafe import escape
from playwright.sync_api import Page, expect

from actorlive.js import JS
from tests.browser.wire import Wire

Diff = dict[str, Any]


def insert(*ids: str, at: int = -1) -> Diff:
    """The diff of a `stream_insert` of each."""
    rows = {str(index): {"0": name} for index, name in enumerate(ids)}
    inserts = [[name, at, None, False] for name in reversed(ids)]
    return {"0": {"k": {**rows, "kc": len(ids)}, "s": ["<li id=", "></li>"], "stream": ["0", inserts, []]}}


def delete(name: str) -> Diff:
    return {"0": {"k": {"kc": 0}, "s": ["<li id=", "></li>"], "stream": ["0", [], [name]]}}


def reset(*ids: str) -> Diff:
    diff = insert(*ids)
    diff["0"]["stream"].append(True)
    return diff


@pytest.mark.parametrize("marked", ["#list", "#around"])
def test_what_happens_to_a_list_meanwhile_stays_so(page: Page, marked: str) -> None:
    push = escape(str(JS.push("go", loading=marked)))
    opening = f"<button phx-click='{push}'>Go</button><div id=around><ul id=list phx-update=stream>"
    wire = Wire(page, {"0": "", "s": [opening, "</ul></div>"]}).open()
    wire.push("diff", insert("b", "c"))
    page.get_by_role("button").click()
    frame = wire.frame("event")
    expect(page.locator(marked)).to_have_class("phx-click-loading")
    steps = [
        (insert("a", at=0), "abc"),
        (insert("x", at=2), "abxc"),
        (delete("b"), "axc"),
        (insert("d"), "axcd"),
        (reset("e", "f"), "ef"),
        (insert("g"), "efg"),
    ]
    for diff, shown in steps:
        wire.push("diff", diff)
        wire.until(lambda shown=shown: rows(page) == shown)
    wire.reply(frame)
    expect(page.locator(".phx-click-loading, [data-phx-ref-src]")).to_have_count(0)
    assert rows(page) == "efg"


def rows(page: Page) -> str:
    return "".join(page.locator("li").evaluate_all("rows => rows.map(row => row.id)"))
