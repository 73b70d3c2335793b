"""The design notes: what they show as a test passes, what they show as JSON is JSON, and the index has every page."""

from __future__ import annotations

import json
import re

import pytest

from tests.docs.blocks import ROOT, run_tests, write_files

DESIGN = ROOT / "docs" / "design"
NOTES = sorted(page.name for page in DESIGN.glob("*.md") if page.name != "README.md")
WITH_TESTS = ["change-tracking.md", "ends.md", "mailbox.md", "virtual-time.md", "wire.md"]
_JSON = re.compile(r"^```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_index_has_every_note() -> None:
    index = (DESIGN / "README.md").read_text(encoding="utf-8")
    assert [name for name in NOTES if f"]({name})" not in index] == []


@pytest.mark.parametrize("name", WITH_TESTS)
def test_the_tests_of_a_note_pass(name: str, pytester: pytest.Pytester) -> None:
    files = write_files(f"docs/design/{name}", pytester.path)
    shown = sum(path.read_text(encoding="utf-8").count("def test_") for path in files.values())
    assert shown > 0
    run_tests(pytester).assert_outcomes(passed=shown)


def test_no_other_note_shows_code_that_nobody_runs() -> None:
    shown = {name for name in NOTES if "```python" in (DESIGN / name).read_text(encoding="utf-8")}
    assert shown == set(WITH_TESTS)


@pytest.mark.parametrize("name", NOTES)
def test_each_line_of_json_is_json(name: str) -> None:
    for block in _JSON.findall((DESIGN / name).read_text(encoding="utf-8")):
        for line in block.splitlines():
            json.loads(line)
