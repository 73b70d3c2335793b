"""The pages on JS commands and forms: every shown file runs, and its assertions hold."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from tests.docs.blocks import Block, blocks

SHOWN = [block for page in ("docs/js-commands.md", "docs/forms.md") for block in blocks(page)]


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: block.title)
def test_a_shown_file_runs(block: Block, tmp_path: Path) -> None:
    path = tmp_path / block.title
    path.write_text(block.text, encoding="utf-8")
    runpy.run_path(str(path))
