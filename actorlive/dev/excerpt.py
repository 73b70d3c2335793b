"""The lines of a file around a fault, with a caret, in colours."""

from __future__ import annotations

import linecache
import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Excerpt", "Place", "coloured", "excerpt"]

AROUND = 4
"""Lines before and after the one at fault."""

HEEX = re.compile(
    r"(?P<t></?[.\w:-]*|/?>)|(?P<s>\"[^\"\n]*\"|'[^'\n]*')|(?P<e>@\w+)|(?P<a>(?<=\s):?[\w-]+(?==))|."
)
PYTHON = re.compile(
    r"(?P<c>\#.*)|(?P<s>[rbfu]*(?:\"[^\"\n]*\"|'[^'\n]*'))|(?P<t>\b(?:async|await|class|def|return|self|if|else|elif|for"
    r"|in|not|and|or|is|None|True|False|import|from|raise|try|except|finally|with|as|match|case|yield|lambda|pass|while)\b)"
    r"|\w+|.",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is: lines and columns count from 1, a width of 0 means that only the line is known."""

    file: str
    line: int
    column: int = 1
    width: int = 0
    is_template: bool = False


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of a file with their numbers; the place is in one of them. `advice` stands behind the caret."""

    place: Place
    lines: tuple[tuple[int, str], ...]
    advice: str = ""


def excerpt(place: Place, advice: str = "") -> Excerpt | None:
    """The lines around a place; None where there is no text to be had."""
    linecache.checkcache(place.file)
    lines = linecache.getlines(place.file)
    if not 1 <= place.line <= len(lines):
        return None
    first, last = max(1, place.line - AROUND), min(len(lines), place.line + AROUND)
    while first < place.line and not lines[first - 1].strip():
        first += 1
    while last > place.line and not lines[last - 1].strip():
        last -= 1
    shown = ((number, lines[number - 1].rstrip("\n").expandtabs(1)) for number in range(first, last + 1))
    return Excerpt(place, tuple(shown), advice)


def coloured(line: str, *, template: bool) -> Iterator[tuple[str, str]]:
    """The parts of a line with their kinds: "t" tag or keyword, "a" attribute, "e" assign, "s" string, "c" comment, ""
    anything else. Joined they are the line."""
    plain = ""
    for found in (HEEX if template else PYTHON).finditer(line):
        kind = found.lastgroup or ""
        if not kind:
            plain += found[0]
            continue
        if plain:
            yield "", plain
            plain = ""
        yield kind, found[0]
    if plain:
        yield "", plain
