"""The client's registry of hooks: modules named in the page's manifest, fetched when something needs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.browser.pages import Faults
from tests.browser.wire import Wire

COUNT = """window.evaluated = true
export default {
  mounted() { this.el.textContent = "mounted"; this.handleEvent("tell", ({ text }) => (this.el.title = text)) },
  updated() { this.el.dataset.updates = Number(this.el.dataset.updates ?? 0) + 1 },
}"""
FILES = {
    "/count.js": COUNT,
    "/broken.js": "export default 7",
    "/quiet.js": "export default {}",
    "/own.js": "export const Named = { mounted() { this.el.textContent = 'named' } };"
    "export default { Collected: { mounted() { this.el.textContent = 'collected' } } }",
    "/main.js": "export default (liveSocket) => { document.title = `socket: ${liveSocket.isConnected()}` }",
    "/faulty.js": "throw new Error('faulty module')",
}
HOOKS = {"app.Count": "/count.js", "app.Broken": "/broken.js", "app.Quiet": "/quiet.js"}
EMPTY = {"0": "", "s": ["<div>", "</div>"]}


def manifest(**entries: Any) -> str:
    content = json.dumps({"hooks": HOOKS, **entries})
    return f'<script type="application/json" id="al-colocated" data-src="/newest.json">{content}</script>'


def prepare(page: Page, rendered: dict[str, Any], head: str = "", **entries: Any) -> Wire:
    return Wire(page, rendered, head=head + manifest(**entries), files=FILES)


def open_page(page: Page, rendered: dict[str, Any], head: str = "", **entries: Any) -> Wire:
    return prepare(page, rendered, head, **entries).open()


def newest(page: Page, hooks: dict[str, str]) -> None:
    """What the server answers to those who ask for its manifest."""
    page.route("**/newest.json", lambda route: route.fulfill(json={"hooks": hooks}))


def counted(name: str = "app.Count") -> dict[str, Any]:
    return {"0": "1", "s": [f"<p id=a phx-hook={name} phx-update=ignore data-n=", ">x</p>"]}


def hold(page: Page, pattern: str) -> Callable[[], None]:
    """Keep requests waiting; what is answered lets them go on."""
    waiting: list[Route] = []

    def keep(route: Route) -> None:
        waiting.append(route)

    page.route(pattern, keep)

    def release() -> None:
        for route in waiting:
            route.fallback()

    return release


def test_a_hook_of_the_first_page_is_there_before_the_join(page: Page) -> None:
    wire = open_page(page, counted())
    expect(page.locator("#a")).to_have_text("mounted")
    wire.push("diff", {"0": "2", "e": [["tell", {"text": "hello"}]]})
    expect(page.locator("#a")).to_have_attribute("title", "hello")
    expect(page.locator("#a")).to_have_attribute("data-n", "2")


def test_a_hook_that_comes_with_a_patch_has_been_fetched_when_the_browser_was_idle(page: Page) -> None:
    wire = open_page(page, EMPTY)
    page.wait_for_function("window.evaluated")
    wire.push("diff", {"0": counted(), "e": [["tell", {"text": "at once"}]]})
    expect(page.locator("#a")).to_have_attribute("title", "at once")


def test_an_element_that_is_quicker_than_its_module_waits_for_it(page: Page) -> None:
    wire = prepare(page, EMPTY)
    release = hold(page, "**/count.js")
    wire.open()
    wire.push("diff", {"0": counted()})
    wire.push("diff", {"0": {"0": "2"}})
    expect(page.locator("#a")).to_have_attribute("data-n", "2")
    expect(page.locator("#a")).to_have_text("x")
    release()
    expect(page.locator("#a")).to_have_text("mounted")
    wire.push("diff", {"0": {"0": "3"}})
    expect(page.locator("#a")).to_have_attribute("data-updates", "1")


def test_an_element_that_left_meanwhile_is_not_mounted(page: Page) -> None:
    wire = prepare(page, EMPTY)
    release = hold(page, "**/count.js")
    wire.open()
    wire.push("diff", {"0": counted()})
    gone = page.locator("#a").element_handle()
    wire.push("diff", {"0": ""})
    expect(page.locator("#a")).to_have_count(0)
    release()
    page.wait_for_function("window.evaluated")
    wire.settle()
    assert gone is not None
    assert gone.text_content() == "x"


def test_a_hook_without_mounted_is_a_hook(page: Page) -> None:
    wire = open_page(page, EMPTY)
    wire.push("diff", {"0": "<p id=a phx-hook=app.Quiet>x</p>"})
    expect(page.locator("#a")).to_have_text("x")


def test_a_module_that_is_no_hook_says_so_and_the_page_lives(page: Page, faults: Faults) -> None:
    faults.expect("hook app.Broken did not load.*must be the default export of /broken.js")
    wire = open_page(page, {"0": "x", "s": ["<div><p id=a phx-hook=app.Broken>", "</p></div>"]})
    wire.push("diff", {"0": "y"})
    expect(page.locator("#a")).to_have_text("y")


def test_a_hook_that_the_page_has_not_heard_of_is_in_the_newest_manifest(page: Page) -> None:
    wire = open_page(page, EMPTY)
    newest(page, {"app.Later": "/count.js"})
    wire.push("diff", {"0": counted("app.Later")})
    expect(page.locator("#a")).to_have_text("mounted")


def test_a_module_that_a_deploy_replaced_is_found_under_its_new_name(page: Page, faults: Faults) -> None:
    faults.expect("404")
    wire = prepare(page, counted("app.Moved"), hooks={"app.Moved": "/old.js"})
    newest(page, {"app.Moved": "/count.js"})
    page.route("**/old.js", lambda route: route.fulfill(status=404))
    wire.open()
    expect(page.locator("#a")).to_have_text("mounted")


def test_a_name_that_nobody_knows_is_reported(page: Page, faults: Faults) -> None:
    faults.expect("hook app.Nobody did not load.*neither the page nor the server know")
    wire = prepare(page, counted("app.Nobody"))
    newest(page, {})
    with page.expect_console_message(lambda message: "app.Nobody" in message.text):
        wire.open()


def test_the_exports_of_the_applications_own_module_are_hooks(page: Page) -> None:
    tree = {"s": ["<p id=a phx-hook=Named></p><p id=b phx-hook=Collected></p>"]}
    open_page(page, tree, modules=["/own.js"])
    expect(page.locator("#a")).to_have_text("named")
    expect(page.locator("#b")).to_have_text("collected")


def test_a_module_that_every_page_imports_runs_before_the_page_connects(page: Page) -> None:
    open_page(page, EMPTY, js=["/main.js"])
    expect(page).to_have_title("socket: false")


def test_a_module_that_fails_does_not_keep_the_page_from_connecting(page: Page, faults: Faults) -> None:
    faults.expect("/faulty.js did not load")
    open_page(page, EMPTY, js=["/faulty.js"])


def test_a_hook_of_the_page_has_its_own_name_first(page: Page) -> None:
    own = "<script>window.actorlive = {hooks: {'app.Count': {mounted() { this.el.textContent = 'own' }}}}</script>"
    open_page(page, counted(), head=own)
    expect(page.locator("#a")).to_have_text("own")


ELEMENT = """export default () => customElements.define("x-sum", class extends HTMLElement {
  connectedCallback() {
    this.hook = window.actorlive.createHook(this, {
      mounted() { this.handleEvent("sum", ({ value }) => (this.el.textContent = value)) },
    })
  }
})"""


def test_a_custom_element_makes_its_own_hook(page: Page) -> None:
    rendered = {"s": ["<x-sum id=sum phx-update=ignore></x-sum>"]}
    head = manifest(js=["/element.js"])
    wire = Wire(page, rendered, head=head, files={**FILES, "/element.js": ELEMENT}).open()
    wire.push("diff", {"e": [["sum", {"value": "42"}]]})
    expect(page.locator("#sum")).to_have_text("42")
