"""Where in the application's text something is declared, and the fault that says so.

What is found before anything runs has no traceback that leads to it. So its message quotes the line itself, in the form
that `actorlive dev` and the error pages read: `--> file:line:column`, the line, a mark under the part, and a help.
"""

from __future__ import annotations

import inspect
import linecache
import re
import sys
import types
from collections.abc import Callable, Iterator
from typing import NamedTuple

from actorlive.errors import ActorLiveError

__all__ = ["SourcePlace", "fault", "place_of", "place_of_class", "quoted"]

MAX_LINE = 100
"""Characters of a line that a message quotes."""


class SourcePlace(NamedTuple):
    """A part of a line: its file, the line and the column, counted from 1, and its width in characters."""

    file: str
    line: int
    column: int
    width: int


def quoted(filename: str, lineno: int, column: int, line: str, width: int = 1) -> list[str]:
    """The lines of a message that say where: the place, and the line with a mark under the part, if it can be read."""
    head = f"  --> {filename}:{lineno}:{column}"
    if not line.strip():
        return [head]
    shown, mark = _excerpt(line, column, width)
    number = str(lineno)
    return [head, f"{number} | {shown}", f"{' ' * len(number)} | {mark}"]


def fault(
    error: Callable[[str], ActorLiveError], reason: str, place: SourcePlace | None, hint: str
) -> ActorLiveError:
    """An exception that says what is wrong, where, with the line as it stands there, and what to write instead."""
    where = [] if place is None else quoted(place.file, place.line, place.column, _line(place), place.width)
    return error("\n".join([reason, *where, f"  help: {hint}"]))


def place_of(function: object) -> SourcePlace | None:
    """The name in a function's `def`; None for what is not written in Python."""
    code = getattr(function, "__code__", None)
    if not isinstance(code, types.CodeType):
        return None
    return _place(code.co_filename, _line_of_def(code), rf"\b{re.escape(code.co_name)}\b|\blambda\b")


def _line_of_def(code: types.CodeType) -> int:
    """The line of `def`, which stands below the decorators."""
    for number, line in _lines(code.co_filename, code.co_firstlineno):
        if re.match(r"\s*(async\s+)?(def|lambda)\b", line):
            return number
        if not line.strip():
            break
    return code.co_firstlineno


def place_of_class(cls: type, name: str = "") -> SourcePlace | None:
    """The name of the class in its `class`, or the `name` that it declares: by the module's text."""
    filename = getattr(sys.modules.get(cls.__module__), "__file__", None)
    if filename is None:
        return None
    head = re.compile(rf"\s*class\s+{re.escape(cls.__name__)}\b")
    found = [number for number, text in _lines(filename, 1) if head.match(text)]
    if not found:
        return None
    start = _executed(cls.__module__)
    line = next((number for number in found if number >= start), found[-1])
    if name:
        named = re.compile(rf"\s+{re.escape(name)}\s*[:=]|\s+(async\s+)?def\s+{re.escape(name)}\b")
        declared = next((number for number, text in _lines(filename, line + 1) if named.match(text)), None)
        if declared is not None:
            return _place(filename, declared, rf"\b{re.escape(name)}\b")
    return _place(filename, line, rf"\b{re.escape(cls.__name__)}\b")


def _line(place: SourcePlace) -> str:
    return linecache.getline(place.file, place.line)


def _place(filename: str, line: int, part: str) -> SourcePlace:
    """The first such part of the line; all of its text where there is none."""
    text = linecache.getline(filename, line).rstrip()
    found = re.search(part, text) or re.search(r"\S.*", text)
    start, end = found.span() if found else (0, 1)
    return SourcePlace(filename, line, start + 1, end - start)


def _executed(module: str) -> int:
    """The line that the module is at while it makes the class; 1 when it is not at work."""
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_globals.get("__name__") == module and "__qualname__" not in frame.f_locals:
            return frame.f_lineno
        frame = frame.f_back
    return 1


def _lines(filename: str, start: int) -> Iterator[tuple[int, str]]:
    linecache.checkcache(filename)
    lines = linecache.getlines(filename)
    yield from ((number, lines[number - 1]) for number in range(max(1, start), len(lines) + 1))


def _excerpt(line: str, column: int, width: int) -> tuple[str, str]:
    """The line, and a mark for the line below it; of a long one the part around that."""
    shown = "".join(
        " " if char == "\t" else char if char.isprintable() else "\ufffd" for char in line.rstrip("\n")
    )
    if len(shown) > MAX_LINE:
        start = max(0, min(column - MAX_LINE // 2, len(shown) - MAX_LINE))
        part = shown[start : start + MAX_LINE]
        shown = ("…" if start else "") + part + ("…" if start + MAX_LINE < len(shown) else "")
        column -= start - (1 if start else 0)
    return shown, " " * (column - 1) + "^" * max(1, min(width, len(shown) - column + 1))
