"""The pages on databases, and on HTTP and LLM clients: what they show passes, sockets and threads included."""

from __future__ import annotations

import pytest

from tests.docs.blocks import run_tests, write_files

PAGES = ["databases", "clients"]


def test_the_tests_of_both_pages_pass(pytester: pytest.Pytester) -> None:
    """In one run: each would bring its own copy of the modules that are loaded when they are first used."""
    files = {
        name: path for page in PAGES for name, path in write_files(f"docs/{page}.md", pytester.path).items()
    }
    shown = sum(path.read_text(encoding="utf-8").count("def test_") for path in files.values())
    assert len([name for name in files if name.startswith("test_")]) == 4
    run_tests(pytester).assert_outcomes(passed=shown)
