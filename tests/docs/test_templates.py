"""The pages about templates: what they show compiles, and what they say in tables is so."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

from actorlive.template import render_to_string
from tests.docs.blocks import ROOT, write_files
from tests.support.importing import import_from


def load(name: str, folder: Path) -> dict[str, Any]:
    return runpy.run_path(str(write_files("docs/templates.md", folder)[name]))


def test_the_view_renders(tmp_path: Path) -> None:
    view = load("shop.py", tmp_path)["ShopLive"]
    page = render_to_string(view.template, {"title": view.title, "items": view.items})
    assert '<li class="done">' in page
    assert '<span class="badge badge-info" title="number">1</span>' in page


def test_the_basket_renders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import_from(tmp_path, monkeypatch)
    view = load("basket.py", tmp_path)["BasketLive"]
    items = [load("shop.py", tmp_path)["Item"](1, "Milk")]
    assert "Milk</span></p>" in render_to_string(view.template, {"items": items})
    sys.modules.pop("shop", None)


def test_the_table_renders(tmp_path: Path) -> None:
    prices = load("tables.py", tmp_path)["prices"]
    page = render_to_string(prices(rows=[{"name": "Tea", "price": "3"}]), {})
    assert "<th>Name</th><th>Price</th>" in page
    assert "<td>Tea</td><td>3 €</td>" in page


@pytest.mark.parametrize("page", ["templates.md", "templates/from-heex.md", "templates/from-jinja2.md"])
def test_built_ins_that_are_named_exist(page: str) -> None:
    from actorlive.template.rendering.known import BUILTINS

    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    named = set(re.findall(r"<\.(\w+)", text)) - {"badge", "table"}
    assert named <= BUILTINS.keys()


def test_the_macro_makes_paragraphs(tmp_path: Path) -> None:
    view = load("about.py", tmp_path)["AboutLive"]
    page = render_to_string(view.template, {})
    assert page == '<article class="prose"><p>We make <em>tea</em>.</p><p>And we drink it.</p></article>'
