"""How an example is made: its files and its test, each in a tab, and the frames of the page that it stands in.

A document of its own, in a frame: what it shows is found twice otherwise, once in the example and once in its source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup
from quart import Response, abort, current_app

from actorlive import ActorLive, Template, component, heex
from actorlive.template import render_to_string
from examples.gallery.examples import EXAMPLES, Example
from examples.guide.highlight import highlight

__all__ = ["source"]


@dataclass(frozen=True)
class Tab:
    """A file, with its lines numbered."""

    key: str
    title: str
    file: str
    code: Markup


@component
def panel(*, example: Example, tabs: Sequence[Tab], stylesheet: str) -> Template:
    """The document."""
    return heex("""
      <!DOCTYPE html>
      <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>How it is made: {@example.title}</title>
          <link rel="stylesheet" href={@stylesheet}>
          <link rel="stylesheet" href="/static/site.css">
          <script src="/static/theme.js"></script>
          <script type="module" src="/static/how.js"></script>
        </head>
        <body>
          <main class="panel">
            <h1 class="sr-only">How it is made: {@example.title}</h1>
            <div class="tabs" role="tablist" aria-label="How it is made">
              <button
                :for={tab in @tabs}
                type="button"
                role="tab"
                id={f"{tab.key}-tab"}
                aria-controls={f"{tab.key}-panel"}
              >{tab.title}</button>
              <button type="button" role="tab" id="wire-tab" aria-controls="wire-panel">Wire</button>
            </div>
            <div
              :for={tab in @tabs}
              role="tabpanel"
              id={f"{tab.key}-panel"}
              aria-labelledby={f"{tab.key}-tab"}
            >
              <pre class="code" tabindex="0" role="region" aria-label={tab.file}><code>{tab.code}</code></pre>
            </div>
            <div role="tabpanel" id="wire-panel" aria-labelledby="wire-tab">
              <div class="wire-head">
                <svg
                  class="wire"
                  viewBox="0 0 600 48"
                  preserveAspectRatio="none"
                  role="img"
                  aria-label="The last frames: up from the browser, down from the server"
                >
                  <line class="base" x1="0" x2="600" y1="20" y2="20" />
                </svg>
                <p><span id="wire-sum">No frames yet: they are this page’s own, and come with JavaScript.</span></p>
              </div>
              <ul class="frames wire-list" id="wire-list"></ul>
            </div>
          </main>
        </body>
      </html>
    """)


def numbered(code: str, language: str) -> Markup:
    """Coloured, with a number before each line that nobody copies along."""
    lines = str(highlight(code.rstrip("\n"), language)).split("\n")
    return Markup("\n").join(
        Markup('<span class="ln" aria-hidden="true">{}</span>').format(number) + Markup(line)
        for number, line in enumerate(lines, 1)
    )


def tab_of(path: Path) -> Tab:
    """A file as a tab, named by what it is."""
    is_test = path.name.startswith("test_")
    title = "Test" if is_test else "Template" if path.suffix == ".heex" else path.stem.capitalize()
    language = "html" if path.suffix == ".heex" else "python"
    key = "test" if is_test else "template" if path.suffix == ".heex" else path.stem.replace("_", "-")
    return Tab(
        key, title, f"{path.parent.name}/{path.name}", numbered(path.read_text(encoding="utf-8"), language)
    )


_documents: dict[str, str] = {}


def document(example: Example, stylesheet: str) -> str:
    """The panel of an example; its files do not change while it runs."""
    found = _documents.get(example.folder)
    if found is None:
        page = panel(example=example, tabs=[tab_of(path) for path in example.files], stylesheet=stylesheet)
        found = _documents[example.folder] = render_to_string(page, {})
    return found


async def source(folder: str) -> Response:
    """Answer with the source of an example."""
    live: ActorLive = current_app.extensions["actorlive"]
    example = next((example for example in EXAMPLES if example.folder == folder), None)
    if example is None:
        abort(404)
    return Response(document(example, live.stylesheet), content_type="text/html; charset=utf-8")
