"""The pages on JS commands and forms: every shown file runs, and its assertions hold."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from actorlive.testing import live_isolated
from tests.docs.blocks import Block, blocks

SHOWN = [block for page in ("docs/js-commands.md", "docs/forms.md") for block in blocks(page)]


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: block.title)
def test_a_shown_file_runs(block: Block, tmp_path: Path) -> None:
    path = tmp_path / block.title
    path.write_text(block.text, encoding="utf-8")
    runpy.run_path(str(path))


async def test_the_field_of_the_todo_list_is_empty_after_its_submit(tmp_path: Path) -> None:
    (block,) = (block for block in SHOWN if block.title == "todo.py")
    (tmp_path / block.title).write_text(block.text, encoding="utf-8")
    view_class = runpy.run_path(str(tmp_path / block.title))["TodoLive"]
    async with live_isolated(view_class) as view:
        await view.element("[name=title]").change("Milk")
        assert await view.element("[name=title]").value() == "Milk"
        await view.form("#new").submit()
        assert await view.element("[name=title]").value() == ""
        assert await view.element("li").texts() == ["Milk"]
