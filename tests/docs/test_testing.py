"""The tests that docs/testing.md shows pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, blocks, run_tests, write_files

PAGE = "docs/testing.md"


def test_the_tests_of_the_page_pass(pytester: pytest.Pytester) -> None:
    files = write_files(PAGE, pytester.path)
    result = run_tests(pytester)
    shown = sum(path.read_text(encoding="utf-8").count("def test_") for path in files.values())
    result.assert_outcomes(passed=shown)


def test_the_first_test_has_eight_lines() -> None:
    (first,) = [block for block in blocks(PAGE) if block.title == "test_counter.py"]
    assert len(first.text.splitlines()) == 8


def test_every_name_of_the_kit_is_on_the_page() -> None:
    import actorlive.testing as kit

    page = Path(ROOT / PAGE).read_text(encoding="utf-8")
    missing = [
        name for name in ("live", "live_isolated", "connect", "explore", "Network") if name not in page
    ]
    assert not missing
    assert set(vars(kit)["__all__"]) <= set(dir(kit))
