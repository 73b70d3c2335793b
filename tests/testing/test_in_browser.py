"""The kit against the official client in Chromium: the same random pages are patched alike, and the same random forms
are serialized alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Browser, Page

from actorlive.testing.browser import forms
from actorlive.testing.browser.dom import Document, DomNode, parse_fragment
from actorlive.testing.browser.merging import StreamOps
from actorlive.testing.browser.patch import Patch
from tests.testing.pages import Pages, Step
from tests.testing.random_forms import Forms

pytestmark = pytest.mark.browser

CLIENT = Path(__file__).parents[2] / "node_modules/phoenix_live_view/priv/static/phoenix_live_view.esm.js"

PATCH = """
([dead, steps]) => {
  const container = document.createElement("div");
  container.id = "view";
  container.innerHTML = dead;
  document.body.replaceChildren(container);
  const liveSocket = {
    binding: (name) => `phx-${name}`, getActiveElement: () => document.body, time: (_, run) => run(),
    isDebugEnabled: () => false, silenceEvents: (run) => run(), destroyViewByEl() {},
    transitionRemoves: (elements, view, done) => done(),
  };
  const view = {
    id: "view", root: { id: "view" }, liveSocket, ownsElement: () => true, portalElementIds: new Set(),
    logError() {}, dropPortalElementId() {},
  };
  return steps.map(({ html, streams }, index) => {
    const source = `<div>${html}</div>`;
    new window.DOMPatch(view, container, source, new Set(streams), null).perform(index === 0);
    return container.innerHTML;
  });
}
"""


SERIALIZE = """
(forms) => {
  const view = { binding: (name) => `phx-${name}` };
  const serialize = (form, submitter) => window.View.prototype.serializeForm.call(view, form, { submitter });
  return forms.map((html) => {
    document.body.innerHTML = html;
    const form = document.getElementById("f");
    return [serialize(form), serialize(form, document.getElementById("go"))];
  });
}
"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(bypass_csp=True)
    page.set_content("<html><body></body></html>")
    page.add_script_tag(
        content=f"{CLIENT.read_text()}\nwindow.DOMPatch = DOMPatch; window.View = View;", type="module"
    )
    page.wait_for_function("window.View !== undefined")
    yield page
    page.close()


def operations(streams: list[Any]) -> list[StreamOps]:
    return [
        StreamOps(
            ref,
            {dom_id: (at, limit, bool(only)) for dom_id, at, limit, only in inserts},
            tuple(deletes),
            bool(reset),
        )
        for ref, inserts, deletes, *reset in streams
    ]


def ours(dead: str, steps: list[Step]) -> list[str]:
    document = Document(f'<div id="view">{dead}</div>')
    container = document.select("#view")[0]
    pages: list[str] = []
    for index, step in enumerate(steps):
        Patch(container, operations(step["streams"]), joining=index == 0).perform(
            parse_fragment(step["html"])
        )
        pages.append(canonical(container.inner_html()))
    return pages


def canonical(html: str) -> str:
    """The same text for the same tree."""
    root = DomNode("div")
    for child in parse_fragment(html):
        root.append(child)
    for node in root.walk():
        node.attrs = dict(sorted(node.attrs.items()))
    return root.inner_html()


def test_random_pages_are_patched_alike(page: Page) -> None:
    for seed in range(100):
        dead, steps = Pages(seed).sequence(12)
        theirs = [canonical(html) for html in page.evaluate(PATCH, [dead, steps])]
        for index, (mine, their) in enumerate(zip(ours(dead, steps), theirs, strict=True)):
            assert mine == their, f"seed {seed}, step {index}: {steps[index]}"


def pairs(encoded: str) -> list[tuple[str, str]]:
    return parse_qsl(encoded, keep_blank_values=True, strict_parsing=bool(encoded))


def test_random_forms_are_serialized_alike(page: Page) -> None:
    written = [Forms(seed).html() for seed in range(400)]
    for html, theirs in zip(written, page.evaluate(SERIALIZE, written), strict=True):
        document = Document(html)
        form, button = document.select("#f")[0], document.select("#go")[0]
        mine = [forms.serialize(document, form), forms.serialize(document, form, submitter=button)]
        assert [pairs(text) for text in mine] == [pairs(text) for text in theirs], html
