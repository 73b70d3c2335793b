"""The pages on optimistic UI: their files are served and tested as they stand there."""

from __future__ import annotations

import pytest

from tests.docs.blocks import ROOT, run_tests, write_files

PAGES = sorted((ROOT / "docs/optimistic").glob("*.md"))


def test_the_tests_of_every_pattern_pass(pytester: pytest.Pytester) -> None:
    shown = [file for page in PAGES for file in write_files(str(page.relative_to(ROOT)), pytester.path)]
    tests = [file for file in shown if file.startswith("test_")]
    assert len(set(shown)) == len(shown), "two pages show a file of one name"
    assert len(tests) >= 7
    result = run_tests(pytester)
    assert result.ret == 0
    assert all(f"PASSED {test}" in result.stdout.str() for test in tests)
