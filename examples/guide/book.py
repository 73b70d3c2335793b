"""The guide's order: parts, and their chapters, each a file of docs/ or a page made of docstrings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from examples.guide.pages import Page, read_page
from examples.guide.reference import MODULES, describe

__all__ = ["BOOK", "CHAPTERS", "Chapter", "Part", "chapter_of"]

DOCS = Path(__file__).parents[2] / "docs"
CODE = "https://github.com/actorlive/actorlive/blob/main"
"""Where a link leads that is to a file of the repository and not to a page."""


@dataclass(frozen=True)
class Chapter:
    """A page before it is read: `source` is its Markdown."""

    slug: str
    source: Callable[[], str]

    @cached_property
    def title(self) -> str:
        """Its heading."""
        found = re.search(r"^# (.+)$", self.source(), re.MULTILINE)
        return found[1].replace("`", "") if found else self.slug

    @cached_property
    def page(self) -> Page:
        """All of it; reading it for the first time takes a moment."""
        return read_page(self.slug, self.source(), code=CODE)


@dataclass(frozen=True)
class Part:
    """Chapters on one thing, in the order in which one reads them."""

    title: str
    chapters: Sequence[Chapter]


def _file(slug: str) -> Chapter:
    path = DOCS / f"{slug}.md"
    return Chapter(slug, lambda: path.read_text(encoding="utf-8"))


def _reference(module: str) -> Chapter:
    return Chapter(f"reference/{module}", lambda: describe(module))


ORDER = [
    ("Start", "streaming new hour development coming-from-phoenix from-streamlit from-nicegui from-react"),
    ("Pages", "two-lives templates templates/from-heex templates/from-jinja2 styling layouts"),
    ("Addresses and visitors", "routes navigation sessions live-sessions"),
    ("Forms and rows", "forms streams uploads"),
    ("Parts of a page", "ui live-components nested-views"),
    ("Pages that load while they live", "async adopting processes pubsub presence databases clients"),
    ("Pages that answer at once", "optimistic-ui optimistic/* js-commands hooks"),
    ("Being sure", "testing crashes kept-values debug-mode"),
    (
        "Out in the world",
        (
            "authentication security deployment scaling configuration telemetry tuning limits connection-breaks"
            " not-there-yet"
        ),
    ),
    ("The runtime", "runtime glossary"),
    ("How it is made", "design/README design/* dependencies"),
]
"""Slugs by part; `folder/*` is what else is in a folder. What nobody has named is at the end of the last part."""


def _chapters() -> Iterator[Part]:
    rest = {str(path.relative_to(DOCS).with_suffix("")): None for path in sorted(DOCS.glob("**/*.md"))}
    named = {slug for _, slugs in ORDER for slug in slugs.split() if not slug.endswith("*")}
    for title, slugs in ORDER:
        found: list[Chapter] = []
        for slug in slugs.split():
            prefix = slug.removesuffix("*")
            given = [slug] if prefix == slug else [s for s in rest if s.startswith(prefix) and s not in named]
            found += [_file(each) for each in given if rest.pop(each, 0) is None]
        if title == ORDER[-1][0]:
            found += [_file(slug) for slug in rest]
        yield Part(title, found)
    yield Part("Reference", [_reference(module) for module in MODULES])


BOOK = list(_chapters())
CHAPTERS = {chapter.slug: chapter for part in BOOK for chapter in part.chapters}


def chapter_of(slug: str) -> Chapter | None:
    """A chapter by its path below the guide."""
    return CHAPTERS.get(slug or next(iter(CHAPTERS)))
