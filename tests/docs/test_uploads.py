"""docs/uploads.md: what it shows runs, and its table of options is the code's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from actorlive import Upload
from tests.docs.blocks import run_tests, write_files

PAGE = (Path(__file__).parents[2] / "docs/uploads.md").read_text(encoding="utf-8")


def test_the_tests_of_the_page_pass(pytester: pytest.Pytester) -> None:
    shown = write_files("docs/uploads.md", pytester.path)
    assert {"album.py", "hashing.py", "test_album.py"} <= set(shown)
    (pytester.path / "test_hashing.py").write_text(
        "from actorlive.testing import LocalFile, live_isolated\n"
        "from hashing import HashLive\n"
        "async def test_the_hash_is_shown():\n"
        "    async with live_isolated(HashLive) as view:\n"
        "        await view.file_input('input', [LocalFile('a', b'abc')]).upload('a')\n"
        "        assert (await view.element('code').text()).startswith('ba7816bf')\n",
        encoding="utf-8",
    )
    result = run_tests(pytester)
    assert result.ret == 0
    result.assert_outcomes(passed=3)


def test_every_option_has_its_row() -> None:
    table = PAGE.partition("## Options")[2].partition("\n##")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == Upload.option_names()
