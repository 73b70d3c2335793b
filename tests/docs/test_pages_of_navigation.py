"""The pages on what stands around views and between them: what they show passes."""

from __future__ import annotations

import pytest

from tests.docs.blocks import run_tests, write_files

PAGES = [
    "routes",
    "navigation",
    "live-sessions",
    "sessions",
    "layouts",
    "styling",
    "crashes",
    "authentication",
]


def test_the_tests_of_every_page_pass(pytester: pytest.Pytester) -> None:
    shown = [file for page in PAGES for file in write_files(f"docs/{page}.md", pytester.path)]
    tests = [file for file in shown if file.startswith("test_")]
    assert len(set(shown)) == len(shown), "two pages show a file of one name"
    assert len(tests) == len(PAGES)
    result = run_tests(pytester)
    assert result.ret == 0
    assert all(f"PASSED {test}" in result.stdout.str() for test in tests)
