"""The invariants of ARCHITECTURE.md are kept somewhere, by number, and the numbers mean something."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CITED = re.compile(r"\bINV-(\d+)\b")


def numbers() -> set[str]:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| INV-(\d+) \|", text, re.MULTILINE))


def cited_in(*folders: str, pattern: str) -> set[str]:
    pages = [page for folder in folders for page in (ROOT / folder).rglob(pattern)]
    return {number for page in pages for number in CITED.findall(page.read_text(encoding="utf-8"))}


def test_the_code_cites_each_invariant_where_it_keeps_it() -> None:
    assert len(numbers()) >= 15
    assert cited_in("actorlive", pattern="*.py") == numbers()


def test_tests_and_docs_cite_invariants_that_there_are() -> None:
    assert cited_in("docs", "tests", pattern="*.md") <= numbers()
    assert cited_in("tests", pattern="*.py") <= numbers()


def test_the_readme_lists_every_control_of_views() -> None:
    readme = Path(__file__).with_name("README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \|", readme[readme.index("## Controls") :], re.MULTILINE)
    source = Path(__file__).with_name("test_views.py").read_text(encoding="utf-8")
    assert listed == re.findall(r"^def test_control_(\w+)\(", source, re.MULTILINE)
