"""Find the string literal of a `heex(…)` call in the Python file, so that its characters have positions.

The file is parsed once (the result is kept until another file or text is asked for), and every call is indexed by
its position: those whose first argument is a string literal, and the others, whose text only the run tells. At run
time the calling frame knows that position: Python 3.11 records it for each instruction.
"""

from __future__ import annotations

import ast
import io
import linecache
import tokenize
from dataclasses import dataclass, field
from functools import lru_cache
from types import FrameType
from typing import NamedTuple

from actorlive.template.syntax.source import Source, split_lines

__all__ = ["HeexCall", "call_position", "calls_in", "find_call", "index_calls", "other_calls"]

Position = tuple[int, int]


@dataclass(frozen=True, slots=True)
class HeexCall:
    """A call with a string literal as its first argument: where, what is called, and with which keywords."""

    position: Position
    function: ast.expr
    literal: ast.Constant
    keywords: frozenset[str]
    open_keywords: bool
    lines: tuple[str, ...] = field(repr=False)

    @property
    def text(self) -> str:
        """The literal's value."""
        assert isinstance(self.literal.value, str)
        return self.literal.value

    def source(self, filename: str) -> Source | None:
        """The literal's text with positions, or None when it cannot be traced back."""
        return _literal_source(self.literal, self.lines, filename)


class _Calls(NamedTuple):
    literal: dict[Position, HeexCall]
    other: dict[Position, ast.Call]


def call_position(frame: FrameType) -> tuple[int, int | None]:
    """(lineno, column in bytes) of the call that the frame is making; no column with `-X no_debug_ranges`."""
    positions = list(frame.f_code.co_positions())
    lineno, _, column, _ = positions[frame.f_lasti // 2]
    return lineno or frame.f_lineno, column


def find_call(filename: str, position: tuple[int, int | None], text: str) -> HeexCall | None:
    """The call with this literal at that position of the file (without a column: on that line)."""
    lineno, column = position
    calls = calls_in(filename)
    if column is not None:
        call = calls.get((lineno, column))
        return call if call is not None and call.literal.value == text else None
    on_line = (call for place, call in calls.items() if place[0] == lineno)
    return next((call for call in on_line if call.literal.value == text), None)


def index_calls(text: str) -> dict[Position, HeexCall]:
    """The same as `calls_in` for a text that is in no file."""
    return _index(text, tuple(split_lines(text))).literal


def calls_in(filename: str) -> dict[Position, HeexCall]:
    """All calls of a file that have a string literal as their first argument, by position."""
    return _of_file(filename).literal


def other_calls(filename: str) -> dict[Position, ast.Call]:
    """All other calls of a file that have an argument."""
    return _of_file(filename).other


def _of_file(filename: str) -> _Calls:
    lines = tuple(linecache.getlines(filename))
    return _index("".join(lines), lines)


@lru_cache(maxsize=4)
def _index(text: str, lines: tuple[str, ...]) -> _Calls:
    found = _Calls({}, {})
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return found
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not (node.args or node.keywords):
            continue
        literal = node.args[0] if node.args else None
        if isinstance(literal, ast.Constant) and isinstance(literal.value, str):
            call = _heex_call(node, literal, lines)
            found.literal[call.position] = call
        else:
            found.other[node.lineno, node.col_offset] = node
    return found


def _heex_call(node: ast.Call, literal: ast.Constant, lines: tuple[str, ...]) -> HeexCall:
    names = [keyword.arg for keyword in node.keywords]
    known = frozenset(name for name in names if name is not None)
    return HeexCall((node.lineno, node.col_offset), node.func, literal, known, None in names, lines)


def _literal_source(literal: ast.Constant, lines: tuple[str, ...], filename: str) -> Source | None:
    assert literal.end_lineno is not None
    assert literal.end_col_offset is not None
    part = list(lines[literal.lineno - 1 : literal.end_lineno])
    part[-1] = part[-1].encode()[: literal.end_col_offset].decode()
    shift = len(part[0].encode()[: literal.col_offset].decode())
    part[0] = part[0][shift:]
    walk = _Walk(literal.lineno - 1, shift)
    try:
        for token in tokenize.generate_tokens(io.StringIO("(" + "".join(part) + ")").readline):
            if token.type == tokenize.STRING:
                walk.literal(token)
    except (tokenize.TokenError, SyntaxError, ValueError):
        return None
    text = "".join(walk.chars)
    return Source(text, filename, walk.lines, walk.columns) if text == literal.value else None


class _Walk:
    """Goes through string tokens and notes each decoded character's position in the file."""

    def __init__(self, first_line: int, shift: int) -> None:
        self.first_line = first_line
        self.shift = shift - 1  # the bracket that was put in front
        self.chars: list[str] = []
        self.lines: list[int] = []
        self.columns: list[int] = []

    def literal(self, token: tokenize.TokenInfo) -> None:
        text = token.string
        start = len(text) - len(text.lstrip("rRuUbBfF"))
        raw = "r" in text[:start].lower()
        quotes = 3 if text[start : start + 3] in ('"""', "'''") else 1
        line, column = token.start
        column += start + quotes
        body = text[start + quotes : len(text) - quotes]
        i = 0
        while i < len(body):
            size = 1 if raw or body[i] != "\\" else _escape_size(body, i)
            piece = body[i : i + size]
            self._note(_decode(piece) if size > 1 else piece, line, column)
            newlines = piece.count("\n")
            line, column = (line + newlines, 0) if newlines else (line, column + size)
            i += size

    def _note(self, decoded: str, line: int, column: int) -> None:
        shift = self.shift if line == 1 else 0
        for char in decoded:
            self.chars.append(char)
            self.lines.append(self.first_line + line - 1)
            self.columns.append(column + shift)


def _escape_size(body: str, i: int) -> int:
    kind = body[i + 1 : i + 2]
    if kind == "N":
        return body.index("}", i) - i + 1
    if kind in "01234567":
        digits = 1
        while digits < 3 and body[i + 1 + digits : i + 2 + digits] in tuple("01234567"):
            digits += 1
        return 1 + digits
    return {"x": 4, "u": 6, "U": 10}.get(kind, 2)


def _decode(escape: str) -> str:
    value: object = ast.literal_eval(f'"""{escape}"""') if escape != '\\"' else '"'
    return str(value)
