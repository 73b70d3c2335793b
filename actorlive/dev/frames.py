"""A traceback as a developer reads it: his own lines, last call first, and what lies between them folded."""

from __future__ import annotations

import linecache
import re
import sysconfig
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from actorlive.runtime.faults import flatten
from actorlive.web.error_page import is_own

__all__ = ["Call", "Folded", "Step", "own_frames", "relative", "trace"]

GENERATED = re.compile(r"__[a-z]+_\d+")
"""The name of a function that a template was compiled to."""

LIBRARIES = tuple({sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib", "purelib", "platlib")})


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `line` and `column` count from 1; `width` is that of the expression that was at work, 0 if unknown."""

    file: str
    line: int
    column: int
    width: int
    function: str
    code: str
    package: str
    """Whose code it is: "" for the application's own."""

    @property
    def is_template(self) -> bool:
        """True for a line of a template."""
        return self.function == "the template"


@dataclass(frozen=True, slots=True)
class Folded:
    """Calls between two of the application's."""

    frames: tuple[Call, ...]

    @property
    def packages(self) -> str:
        """Whose they are, as "actorlive and Quart"."""
        names = list(dict.fromkeys(frame.package for frame in self.frames))
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


Step = Call | Folded


def trace(error: BaseException) -> list[Step]:
    """The calls that led to an exception, the last one first."""
    steps: list[Step] = []
    for is_mine, group in groupby(reversed(list(_frames(error))), key=lambda frame: not frame.package):
        if is_mine:
            steps += _without_repeats(group)
        else:
            steps.append(Folded(tuple(group)))
    return steps


def own_frames(error: BaseException) -> list[Call]:
    """The application's own calls alone, the last one first."""
    return [step for step in trace(error) if isinstance(step, Call)]


def relative(file: str) -> str:
    """A path from the working directory, as people name their files."""
    try:
        return Path(file).resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return file


def _frames(error: BaseException) -> Iterator[Call]:
    """The frames of an exception; of a group those of its first one behind its own."""
    summary = traceback.TracebackException.from_exception(error).stack
    in_template = ""
    for (frame, _), line in zip(traceback.walk_tb(error.__traceback__), summary, strict=True):
        made = _frame(line, frame.f_globals.get("__name__", ""), in_template)
        in_template = made.file if made.is_template else ""
        yield made
    first = flatten(error)[0]
    if first is not error:
        yield from _frames(first)


def _frame(line: traceback.FrameSummary, module: object, in_template: str) -> Call:
    number = line.lineno or 1
    text = linecache.getline(line.filename, number)
    name = line.name
    if GENERATED.fullmatch(name) or (in_template == line.filename and name.startswith("<")):
        name = "the template"
    column, width = _columns(line, text)
    package = "" if _is_mine(module, line.filename) else _package(module, line.filename)
    return Call(line.filename, number, column, width, name, text.strip(), package)


def _columns(line: traceback.FrameSummary, text: str) -> tuple[int, int]:
    """Where the expression begins, from 1, and how wide it is on its first line; Python counts in bytes."""
    if line.colno is None or line.end_colno is None:
        return 1, 0
    begin = _characters(text, line.colno)
    end = _characters(text, line.end_colno) if line.end_lineno == line.lineno else len(text.rstrip())
    return begin + 1, max(end - begin, 1)


def _characters(text: str, count: int) -> int:
    return len(text.encode()[:count].decode(errors="replace"))


def _is_mine(module: object, file: str) -> bool:
    return is_own(module) and not file.startswith((*LIBRARIES, "<frozen"))


def _package(module: object, file: str) -> str:
    """The library that a module belongs to; a script's is named after its file."""
    return str(module).partition(".")[0] if module else Path(file).stem


def _without_repeats(frames: Iterable[Call]) -> Iterator[Call]:
    """A template calls itself for each loop and component in it: one line is told once."""
    before: tuple[str, int] | None = None
    for frame in frames:
        if (frame.file, frame.line) != before:
            yield frame
        before = frame.file, frame.line
