"""In development elements say where they come from, and in production nothing does."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actorlive.template import annotate_templates, render_to_string

PAGE = '''from pathlib import Path

from actorlive import LiveComponent, LiveView, Slot, Template, component, heex, render_slot
from actorlive.template import load_template


@component
def card(*, inner_block: Slot) -> Template:
    return heex("""
      <section>{render_slot(@inner_block)}</section>
    """)


class Row(LiveComponent):
    template = heex("<li>row</li>")


class PageLive(LiveView):
    items: list[int] = [1, 2]

    template = heex("""
      <main :if={True}>
        <.card>
          <b :for={item in @items}>{item}</b>
        </.card>
      </main>
    """)


beside = load_template(Path(__file__).with_name("beside.heex"), globals())
'''


@pytest.fixture
def annotated() -> Iterator[None]:
    annotate_templates()
    yield
    annotate_templates(on=False)


def load(folder: Path) -> dict[str, Any]:
    (folder / "beside.heex").write_text("<i>\n  <u></u></i>")
    path = folder / "page.py"
    path.write_text(PAGE)
    return runpy.run_path(str(path))


def places(html: str) -> list[tuple[str, str, str]]:
    """Tag, `file:line` and owner of each element."""
    found: list[tuple[str, str, str]] = []
    for tag, attributes in re.findall(r"<(\w+)([^>]*)>", html):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', attributes))
        place = Path(given.get("data-phx-loc", "")).name
        found.append((tag, place, given.get("data-phx-owner", "")))
    return found


@pytest.mark.usefixtures("annotated")
def test_each_element_has_the_place_that_it_was_written_at(tmp_path: Path) -> None:
    module = load(tmp_path)
    view = module["PageLive"]
    assert places(render_to_string(view.template, {"items": [1, 2]})) == [
        ("main", "page.py:22", ""),
        ("section", "page.py:10", "card"),
        ("b", "page.py:24", ""),
        ("b", "page.py:24", ""),
    ]
    assert places(render_to_string(module["beside"], {})) == [
        ("i", "beside.heex:1", "beside"),
        ("u", "beside.heex:2", ""),
    ]
    assert places(render_to_string(module["Row"].template, {})) == [("li", "page.py:15", "Row")]


def test_without_it_nothing_of_the_files_is_in_the_page(tmp_path: Path) -> None:
    view = load(tmp_path)["PageLive"]
    html = render_to_string(view.template, {"items": [1]})
    assert "data-phx" not in html
