"""docs/optimistic/revert-by-hook.md in a browser: what its hook has shown in advance is kept, or put back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import connected
from tests.browser.server import Server
from tests.docs.blocks import write_files


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("board")
    write_files("docs/optimistic/revert-by-hook.md", folder)
    with Server("board:app", cwd=folder, debug=True) as running:
        yield running


def test_what_the_hook_has_shown_is_put_back_when_the_server_refuses(board: Server, page: Page) -> None:
    page.goto(board.url)
    connected(page)
    page.evaluate("""() => {
      window.shown = []
      const watch = new MutationObserver(() => window.shown.push(document.querySelector("#ship-column").textContent))
      watch.observe(document.querySelector("#ship-column"), { childList: true, subtree: true, characterData: true })
    }""")
    page.locator("#ship button").click()
    expect(page.locator("[role=status]").filter(has_text="done already")).to_be_visible()
    expect(page.locator("#ship-column")).to_have_text("done")
    assert page.evaluate("window.shown") == ["doing", "done"]


def test_what_the_server_agrees_to_stays(board: Server, page: Page) -> None:
    page.goto(board.url)
    connected(page)
    page.locator("#plan button").click()
    expect(page.locator("#plan-column")).to_have_text("doing")
    page.locator("#ship button").click()  # a later answer, after which the first is still there
    expect(page.locator("#ship-column")).to_have_text("done")
    expect(page.locator("#plan-column")).to_have_text("doing")
