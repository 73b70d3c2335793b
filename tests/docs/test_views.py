"""The pages on async work, streams, processes and nested views: what they show is served and tested as written."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from tests.docs.blocks import run_tests, write_files


@pytest.mark.parametrize(
    "page",
    [
        "async",
        "streams",
        "processes",
        "live-components",
        "nested-views",
        "pubsub",
        "kept-values",
        "adopting",
        "two-lives",
    ],
)
def test_the_tests_of_the_page_pass(page: str, pytester: pytest.Pytester) -> None:
    files = write_files(f"docs/{page}.md", pytester.path)
    result = run_tests(pytester)
    shown = sum(path.read_text(encoding="utf-8").count("def test_") for path in files.values())
    assert shown > 0
    result.assert_outcomes(passed=shown)


def test_the_counter_for_people_from_phoenix_runs(tmp_path: Path) -> None:
    files = write_files("docs/coming-from-phoenix.md", tmp_path)
    assert runpy.run_path(str(files["counter.py"]))["CounterLive"].count == 0
