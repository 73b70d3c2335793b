"""Hooks that come as modules: named in the page's manifest, fetched when an element asks for one."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.pages import Faults
from tests.browser.wire import Wire

COUNT = """export default {
  mounted() { this.el.textContent = "mounted"; this.handleEvent("tell", ({ text }) => (this.el.title = text)) },
  updated() { this.el.dataset.updates = Number(this.el.dataset.updates ?? 0) + 1 },
}"""
FILES = {"/count.js": COUNT, "/broken.js": "export default 7", "/quiet.js": "export default {}"}
NAMES = {"app.Count": "/count.js", "app.Broken": "/broken.js", "app.Quiet": "/quiet.js"}
MANIFEST = f'<script type="application/json" id="al-hooks">{json.dumps(NAMES)}</script>'


def open_page(page: Page, rendered: dict[str, Any]) -> Wire:
    return Wire(page, rendered, head=MANIFEST, files=FILES).open()


def test_a_hook_of_the_first_page_is_there_before_the_join(page: Page) -> None:
    tree = {"0": "1", "s": ["<p id=a phx-hook=app.Count phx-update=ignore data-n=", ">x</p>"]}
    wire = open_page(page, tree)
    expect(page.locator("#a")).to_have_text("mounted")
    wire.push("diff", {"0": "2", "e": [["tell", {"text": "hello"}]]})
    expect(page.locator("#a")).to_have_attribute("title", "hello")
    expect(page.locator("#a")).to_have_attribute("data-n", "2")


def test_a_hook_that_comes_with_a_patch_is_fetched_then(page: Page) -> None:
    wire = open_page(page, {"0": "", "s": ["<div>", "</div>"]})
    element = {"0": "1", "s": ["<p id=a phx-hook=app.Count phx-update=ignore data-n=", ">x</p>"]}
    wire.push("diff", {"0": element})
    expect(page.locator("#a")).to_have_text("mounted")
    wire.push("diff", {"0": {"0": "2"}})
    expect(page.locator("#a")).to_have_attribute("data-updates", "1")


def test_a_hook_without_mounted_is_a_hook(page: Page) -> None:
    wire = open_page(page, {"0": "", "s": ["<div>", "</div>"]})
    wire.push("diff", {"0": "<p id=a phx-hook=app.Quiet>x</p>"})
    expect(page.locator("#a")).to_have_text("x")


def test_a_module_that_is_no_hook_says_so_and_the_page_lives(page: Page, faults: Faults) -> None:
    faults.expect("hook app.Broken did not load")
    wire = open_page(page, {"0": "x", "s": ["<div><p id=a phx-hook=app.Broken>", "</p></div>"]})
    wire.push("diff", {"0": "y"})
    expect(page.locator("#a")).to_have_text("y")
