"""The page on hooks: every shown file runs, and its pages carry what it promises."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from actorlive import ActorLive
from tests.docs.blocks import Block, blocks

SHOWN = [block for block in blocks("docs/hooks.md") if block.title.endswith(".py")]


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: block.title)
async def test_a_shown_file_runs(block: Block, tmp_path: Path) -> None:
    path = tmp_path / block.title
    path.write_text(block.text, encoding="utf-8")
    module = runpy.run_path(str(path), run_name=path.stem)
    live = module.get("live")
    if isinstance(live, ActorLive) and "template" in block.text:
        live.app.debug = True  # the key that is shown is for development
        page = await live.app.test_client().get("/")
        assert page.status_code == 200
        assert "al-colocated" in await page.get_data(as_text=True)
