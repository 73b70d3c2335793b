"""Search in the guide: sections in which every word occurs, those first whose headings have them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from examples.guide.pages import Page, Section

__all__ = ["Hit", "Index"]

MOST = 12
AROUND = 60
"""Characters that are shown on either side of what was found."""


@dataclass(frozen=True)
class Hit:
    """A section that was found, and where it says so."""

    path: str
    page: str
    title: Markup
    text: Markup


@dataclass(frozen=True)
class _Entry:
    page: Page
    section: Section
    heading: str
    text: str


class Index:
    """All sections of all pages."""

    def __init__(self, pages: Iterable[Page], home: str = "/docs") -> None:
        self._home = home
        self._entries = [
            _Entry(page, section, f"{page.title} {section.title}".lower(), section.text.lower())
            for page in pages
            for section in page.sections
        ]

    def find(self, query: str) -> list[Hit]:
        """The best hits; none for a query without words."""
        words = re.findall(r"\w+", query.lower())[:8]
        scored = [(score, entry) for entry in self._entries if words and (score := _score(entry, words))]
        scored.sort(key=lambda each: -each[0])
        return [self._hit(entry, words) for _, entry in scored[:MOST]]

    def _hit(self, entry: _Entry, words: Sequence[str]) -> Hit:
        return Hit(
            f"{self._home}/{entry.page.slug}#{entry.section.anchor}",
            entry.page.title,
            _marked(entry.section.title, words),
            _marked(_extract(entry.section.text, words), words),
        )


def _score(entry: _Entry, words: Sequence[str]) -> int:
    """0 when a word is missing; a heading counts more than a text, and the beginning of a word more than its middle.

    A section that is called just so, as a name of the reference is, comes before all.
    """
    name = re.findall(r"\w+", entry.section.title.lower())
    total = 200 * (name[-len(words) :] == list(words))
    for word in words:
        score = 20 * _begins(entry.heading, word) + 5 * (word in entry.heading)
        score += 3 * min(3, _begins(entry.text, word)) + (word in entry.text)
        if not score:
            return 0
        total += score
    return total


def _begins(text: str, word: str) -> int:
    return len(re.findall(rf"\b{re.escape(word)}", text))


def _extract(text: str, words: Sequence[str]) -> str:
    places = [place for word in words if (place := text.lower().find(word)) >= 0]
    start = max(0, min(places, default=0) - AROUND)
    cut = text[start : start + 3 * AROUND]
    return ("… " if start else "") + cut + (" …" if start + len(cut) < len(text) else "")


def _marked(text: str, words: Sequence[str]) -> Markup:
    """The text with what was looked for marked."""
    pattern = re.compile("|".join(re.escape(word) for word in words), re.IGNORECASE)
    parts = pattern.split(text)
    marks = [f"<mark>{escape(found)}</mark>" for found in pattern.findall(text)]
    pieces = [escape(part) + mark for part, mark in zip(parts, [*marks, ""], strict=True)]
    return Markup("".join(pieces))
