"""The widgets from npm that docs/hooks.md shows: a chart and an editor, as they are written there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.pages import connected
from tests.browser.server import ROOT, Server
from tests.docs.blocks import blocks

PAGE = "docs/hooks.md"
COPIES = re.findall(r"^cp (.+) (static/vendor/)$", (ROOT / PAGE).read_text(encoding="utf-8"), re.MULTILINE)
Open = Callable[[str], Page]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shown files, and what the shown commands copy."""
    folder = tmp_path_factory.mktemp("widgets")
    (folder / "static/vendor").mkdir(parents=True)
    for files, target in COPIES:
        for file in files.split():
            shutil.copy(ROOT / file, folder / target)
    for block in blocks(PAGE):
        if block.title in {"scale.py", "letter.py"}:
            (folder / block.title).write_text(block.text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def servers() -> Iterator[ExitStack]:
    """They end behind the pages."""
    with ExitStack() as servers:
        yield servers


@pytest.fixture
def serve(folder: Path, servers: ExitStack, context: BrowserContext) -> Open:
    """The page of one of them, connected."""

    def open_page(module: str) -> Page:
        server = servers.enter_context(Server(f"{module}:app", cwd=folder))
        page = context.new_page()
        page.goto(server.url)
        return connected(page)

    return open_page


def test_a_chart_follows_the_server(serve: Open) -> None:
    page = serve("scale")
    expect(page.locator("#chart canvas")).to_be_visible()
    page.evaluate("window.before = document.querySelector('#chart canvas')")
    ink = "document.querySelector('#chart canvas').toDataURL().length"
    drawn = page.evaluate(ink)
    page.get_by_label("Grams", exact=True).fill("1200")
    page.get_by_role("button", name="Weigh").click()
    expect(page.locator("output")).to_have_text("1200")
    page.wait_for_function(f"drawn => {ink} !== drawn", arg=drawn)
    assert page.evaluate("window.before === document.querySelector('#chart canvas')")


def test_an_editor_is_a_field_of_its_form(serve: Open) -> None:
    page = serve("letter")
    editor = page.get_by_label("Letter")
    expect(editor).to_have_text("Dear Ada,")
    editor.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" how are <you>?")
    expect(page.get_by_text("characters of HTML")).not_to_have_text("0 characters of HTML")
    page.get_by_role("button", name="Bold").click()
    page.keyboard.type("Bo")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("pre").last).to_have_text(
        "<div>Dear Ada, how are &lt;you&gt;?<strong>Bo</strong></div>"
    )
    expect(editor).to_contain_text("how are <you>?Bo")
