"""A template's text, and where each of its characters stands in the user's own file.

The text of a `heex("…")` is not what the file holds: escapes are decoded, the common indentation is
taken off, and adjacent literals are joined. So every character carries its own line and column. That is eight
bytes a character while a template is compiled, and it makes every later question ("where is this?") a lookup,
however the text was put together.
"""

from __future__ import annotations

import ast
import linecache
import re
from array import array
from collections.abc import Sequence
from pathlib import Path

from actorlive.rendered import WHITE_SPACE
from actorlive.template.errors import TemplateError

__all__ = ["Source", "split_lines"]

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def split_lines(text: str) -> list[str]:
    """Lines with their ends, as Python counts them: only a newline ends one, unlike in `str.splitlines`."""
    return _LINE.findall(text)


class Source:
    """Text with the position of each character: `lines` and `columns`, both from 0, counted in characters."""

    def __init__(self, text: str, filename: str, lines: Sequence[int], columns: Sequence[int]) -> None:
        self.text = text
        self.filename = filename
        self._lines = array("I", lines)
        self._columns = array("I", columns)

    @classmethod
    def of_file(cls, text: str, filename: str) -> Source:
        """The text of a whole file."""
        lines: list[int] = []
        columns: list[int] = []
        for number, line in enumerate(split_lines(text)):
            lines += [number] * len(line)
            columns += range(len(line))
        return cls(text, filename, lines, columns)

    @classmethod
    def of_path(cls, path: Path) -> Source:
        """The text of the file, without a byte order mark. Raises `TemplateError` where it is not UTF-8."""
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            lineno = error.object.count(b"\n", 0, error.start) + 1
            hint = "save the file as UTF-8"
            raise TemplateError(
                "the file is not UTF-8", filename=str(path), lineno=lineno, column=1, hint=hint
            ) from None
        return cls.of_file(text, str(path))

    @classmethod
    def of_text(cls, text: str, name: str) -> Source:
        """Text that stands in no file: it is shown to `linecache`, so that tracebacks can quote it."""
        filename = f"<{name}>"
        linecache.cache[filename] = (len(text), None, split_lines(text), filename)
        return cls.of_file(text, filename)

    def tidy(self) -> Source:
        """The same without the common indentation, and without white space at both ends."""
        keep = _without_margin(self.text, whole=not self._columns or self._columns[0] == 0)
        keep = keep[_leading(self.text, keep) :]
        end = len(keep)
        while end and self.text[keep[end - 1]] in WHITE_SPACE:
            end -= 1
        return self._only(keep[:end])

    def _only(self, keep: list[int]) -> Source:
        return Source(
            "".join([self.text[i] for i in keep]),
            self.filename,
            [self._lines[i] for i in keep],
            [self._columns[i] for i in keep],
        )

    def position(self, offset: int) -> tuple[int, int]:
        """(line, column) of a character, both from 0; the end of the text is one past its last character."""
        if not self._lines:
            return 0, 0
        if offset < len(self._lines):
            return self._lines[offset], self._columns[offset]
        return self._lines[-1], self._columns[-1] + 1

    def ast_position(self, offset: int) -> tuple[int, int]:
        """(lineno from 1, column in UTF-8 bytes), as the `ast` module counts."""
        line, column = self.position(offset)
        text = self.line(line)
        return line + 1, column if text.isascii() else len(text[:column].encode())

    def line(self, number: int) -> str:
        """A line of the file, from 0; "" when the file cannot be read."""
        return linecache.getline(self.filename, number + 1)

    def error_at(
        self, reason: str, node: ast.expr | ast.arg | ast.keyword, *, hint: str = ""
    ) -> TemplateError:
        """The error to raise about a node, which knows its own place in the file."""
        end = node.end_col_offset if node.end_lineno == node.lineno else None
        return self.error_in_file(reason, node.lineno, node.col_offset, end, hint=hint)

    def error_in_file(
        self,
        reason: str,
        lineno: int,
        column: int,
        end: int | None,
        *,
        hint: str = "",
        kind: type[TemplateError] = TemplateError,
    ) -> TemplateError:
        """The error to raise about a part of a line, whose columns are in bytes; it may go on in the next."""
        text = self.line(lineno - 1)
        line = text.encode()
        start = len(line[:column].decode(errors="ignore"))
        width = len(line[column:end].decode(errors="ignore"))
        return kind(
            reason,
            filename=self.filename,
            lineno=lineno,
            column=start + 1,
            line=text,
            width=width,
            hint=hint,
        )

    def error(self, reason: str, start: int, end: int | None = None, *, hint: str = "") -> TemplateError:
        """The error to raise about the characters from `start` to `end`."""
        line, column = self.position(start)
        width = 1
        if end is not None and end > start:
            last_line, last_column = self.position(end - 1)
            width = last_column - column + 1 if last_line == line else 10_000
        return TemplateError(
            reason,
            filename=self.filename,
            lineno=line + 1,
            column=column + 1,
            line=self.line(line),
            width=width,
            hint=hint,
        )


def _leading(text: str, keep: list[int]) -> int:
    return next((n for n, i in enumerate(keep) if text[i] not in WHITE_SPACE), len(keep))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(WHITE_SPACE))


def _without_margin(text: str, *, whole: bool) -> list[int]:
    """The indices of the characters that stay when the lines' common indentation goes.

    Where the text begins in the middle of a line (`whole` is False), that line has none.
    """
    starts: list[tuple[int, str]] = []
    offset = 0
    for line in split_lines(text):
        starts.append((offset, line))
        offset += len(line)
    margins = [_indent(line) for _, line in starts[0 if whole else 1 :] if line.strip(WHITE_SPACE)]
    margin = min(margins, default=0)
    keep: list[int] = []
    for number, (start, line) in enumerate(starts):
        skip = 0 if number == 0 and not whole else min(margin, len(line) - len(line.lstrip(" \t")))
        keep += range(start + skip, start + len(line))
    return keep
