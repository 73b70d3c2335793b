"""The formatter of templates (`actorlive fmt`).

It re-indents and normalises white space, and touches nothing else. White space is only ever replaced by other
white space: where there is none, none is put, and none is removed entirely, because between inline elements
both would show. So line breaks stay where the author set them; what a line begins with, how attributes are
spaced and when a long tag is broken is decided here. A block tag or comment that is alone on its line takes the line
break along, so the indentation of the next line is all the white space there is: where there was none, that line is
not indented. `<pre>`, `<textarea>`, `<script>`, `<style>`, comments, Python
expressions of several lines, and everything inside `phx-no-format` stay as they are.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from actorlive.rendered import VOID, WHITE_SPACE
from actorlive.template.syntax.literals import HeexCall, index_calls
from actorlive.template.syntax.nodes import Attr, Text
from actorlive.template.syntax.parser import parse
from actorlive.template.syntax.source import Source, split_lines
from actorlive.template.syntax.tokenizer import (
    Block,
    CloseTag,
    Comment,
    Expression,
    Lexeme,
    OpenTag,
    tokenize,
    without_own_line,
)
from actorlive.template.tools.modules import imports_of, means_heex, not_python

__all__ = ["format_source", "format_template"]

WIDTH = 98
STEP = "  "

_VERBATIM = frozenset(("pre", "textarea", "script", "style"))
_PIECE = re.compile(r"(<!--.*?-->|<!\[CDATA\[.*?\]\]>|<[!?][^>]*>)", re.DOTALL)
_SPACE = re.compile(f"([{WHITE_SPACE}]+)")
_QUOTES = re.compile(r"[rRuU]?(\"\"\"|'''|\"|')")


def format_template(text: str, filename: str = "template") -> str:
    """The text of one template, formatted, without white space at its ends. Raises `TemplateError`."""
    return _format(Source.of_text(text, filename).tidy())


def _format(source: Source) -> str:
    try:
        parse(source)
    except RecursionError:
        raise source.error("the template is too deep for Python", 0) from None
    return _Formatter(source).format()


def format_source(text: str, filename: str = "source") -> str:
    """Python source with its `heex("…")` literals formatted.

    A literal with escapes, or put together from several, is left alone. Raises `TemplateError` for a faulty
    template, and for source that is not Python.
    """
    try:
        imports = imports_of(ast.parse(text))
    except (SyntaxError, ValueError):
        raise not_python(Path(filename), text) from None
    lines = split_lines(text)
    calls = [call for call in index_calls(text).values() if means_heex(call.function, imports)]
    for call in sorted(calls, key=lambda call: call.position, reverse=True):
        _format_literal(lines, call, filename)
    return "".join(lines)


def _format_literal(lines: list[str], call: HeexCall, filename: str) -> None:
    literal = call.literal
    first, last = literal.lineno - 1, (literal.end_lineno or literal.lineno) - 1
    start, end = _chars(lines[first], literal.col_offset), _chars(lines[last], literal.end_col_offset or 0)
    before, after = lines[first][:start], lines[last][end:]
    whole = "".join(lines[first : last + 1])
    written = whole[start : len(whole) - len(after)]
    opening = _QUOTES.match(written)
    source = call.source(filename)
    if opening is None or source is None or written[opening.end() : -len(opening[1])] != literal.value:
        return
    new = _relaid(_format(source.tidy()), opening[0], opening[1], before, "\n" in written)
    if new is not None:
        lines[first : last + 1] = split_lines(before + new + after)


def _relaid(text: str, opening: str, quote: str, before: str, several: bool) -> str | None:
    """The literal again, or None where its quotes cannot hold the text.

    `before` is what stands in front of it on its line. Behind a call's bracket the text stands one step deeper
    than the line; quotes that begin their line stand flush with it.
    """
    if "\\" in text or quote in text or text.endswith(quote[0]):
        return None
    if "\n" not in text and not several:
        return f"{opening}{text}{quote}"
    if len(quote) == 1:
        return None
    indent = before[: len(before) - len(before.lstrip())]
    inner = indent + STEP if before.strip() else indent
    body = "".join(inner + line if line.strip("\n") else line for line in split_lines(text))
    return f"{opening}\n{body}\n{indent}{quote}"


def _chars(line: str, column: int) -> int:
    return len(line.encode()[:column].decode())


class _Formatter:
    """Goes over the tokens.

    A line stands one step deeper than the line of the innermost tag that is open, however many were opened there.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.tokens = [token for token in tokenize(source) if not isinstance(token, Text)]
        self.out: list[str] = []
        self.line = 0  # the depth of the line that is being written
        self.open: list[int] = []  # the depth of each open tag's line
        self.bare: bool | None = (
            None  # what follows a line that vanishes: has it no indentation? None: it may vary
        )

    def format(self) -> str:
        end = 0
        index = 0
        while index < len(self.tokens):
            token = self.tokens[index]
            self._look_back(self.tokens[index - 1] if index else None, token)
            self._space(self.text[end : token.start], token)
            stop = self._verbatim(index)
            if stop is not None:
                last = self.tokens[stop]
                self.out.append(self._tag(token) + self.text[token.end : last.end])
                index, end = stop + 1, last.end
                continue
            self._token(token)
            index, end = index + 1, token.end
        self.bare = None
        self._space(self.text[end:], None)
        return "".join(self.out).strip(WHITE_SPACE)

    def _verbatim(self, index: int) -> int | None:
        """The index of the end tag of an element whose content is left alone."""
        token = self.tokens[index]
        if not isinstance(token, OpenTag) or token.self_closing or token.name.lower() in VOID:
            return None
        kept = token.name.lower() in _VERBATIM or any(
            attr.name == "phx-no-format" for attr in token.attributes
        )
        if not kept:
            return None
        open_tags = 0
        for i in range(index, len(self.tokens)):
            other = self.tokens[i]
            if isinstance(other, OpenTag) and other.name == token.name and not other.self_closing:
                open_tags += 1
            elif isinstance(other, CloseTag) and other.name == token.name:
                open_tags -= 1
                if not open_tags:
                    return i
        return None

    def _token(self, token: Lexeme) -> None:
        if isinstance(token, OpenTag):
            self.out.append(self._tag(token))
            if not token.self_closing and token.name.lower() not in VOID:
                self.open.append(self.line)
        elif isinstance(token, CloseTag):
            self.open.pop()
            self.out.append(f"</{token.name}>")
        elif isinstance(token, Block):
            self._block(token)
        elif isinstance(token, Expression):
            self.out.append("{" + _stripped(token.code.text) + "}")
        else:
            self.out.append(self._comment(token))

    def _block(self, token: Block) -> None:
        if token.kind in ("endif", "endfor"):
            self.open.pop()
        inner = re.sub(r"\A\{%\s*[a-z]+|%\}\Z", "", self.text[token.start : token.end])
        value = _stripped(inner)
        self.out.append(f"{{% {token.kind}{' ' if value else ''}{value} %}}")
        if token.kind in ("if", "for"):
            self.open.append(self.line)

    def _comment(self, token: Lexeme) -> str:
        inner = self.text[token.start + 2 : token.end - 2]
        return "{#" + (inner if "\n" in inner else f" {inner.strip()} ") + "#}"

    # -- white space -----------------------------------------------------------

    def _look_back(self, before: Lexeme | None, following: Lexeme) -> None:
        """Note whether the indentation between the two is white space that shows."""
        self.bare = None
        if before is not None and self._vanishes(before) and not self._vanishes(following):
            lead = _SPACE.match(self.text, before.end)
            if lead is not None and lead[0].count("\n") == 1:
                self.bare = lead[0].endswith("\n")

    def _vanishes(self, token: Lexeme) -> bool:
        """True for a block tag or comment that takes its line along."""
        if not isinstance(token, Block | Comment):
            return False
        return without_own_line(self.text, token.start, token.end) != (token.start, token.end)

    def _indentation(self) -> str:
        """What the line begins with; of one behind a line that vanishes, neither too much nor nothing."""
        bare, self.bare = self.bare, None
        if bare is None:
            return STEP * self.line
        return "" if bare else STEP * max(self.line, 1)

    def _space(self, text: str, following: Lexeme | None) -> None:
        """The text between two tokens."""
        bare = self.bare
        for i, piece in enumerate(_PIECE.split(text)):
            parts = [piece] if i % 2 else _SPACE.split(piece)
            self.out += [part if part.strip(WHITE_SPACE) else self._white(part) for part in parts if part]
        self._outdent(text, following, bare if not text.strip(WHITE_SPACE) else None)

    def _white(self, white: str) -> str:
        newlines = white.count("\n")
        if not newlines:
            return " "
        self.line = self.open[-1] + 1 if self.open else 0
        return "\n" * min(newlines, 2) + self._indentation()

    def _outdent(self, text: str, following: Lexeme | None, bare: bool | None) -> None:
        """A line that begins with what closes something stands where that was opened."""
        closes = isinstance(following, CloseTag) or (
            isinstance(following, Block) and following.kind not in ("if", "for")
        )
        if closes and text.endswith(tuple(WHITE_SPACE)) and _breaks_line(self.out):
            self.line = self.open[-1]
            self.bare = bare
            self.out[-1] = "\n" * self.out[-1].count("\n") + self._indentation()

    # -- tags ------------------------------------------------------------------

    def _tag(self, token: Lexeme) -> str:
        assert isinstance(token, OpenTag)
        attributes = [_attribute(attr, self.text) for attr in token.attributes]
        closing = " />" if token.self_closing else ">"
        one_line = " ".join([f"<{token.name}", *attributes]) + closing
        if len(attributes) < 2 or ("\n" not in one_line and self._fits(one_line)):
            return one_line
        inner = "\n" + STEP * (self.line + 1)
        return f"<{token.name}{inner}{inner.join(attributes)}\n{STEP * self.line}{closing.strip()}"

    def _fits(self, one_line: str) -> bool:
        return len(one_line) + len(STEP) * self.line <= WIDTH


def _breaks_line(out: list[str]) -> bool:
    return bool(out) and "\n" in out[-1] and not out[-1].strip(WHITE_SPACE)


def _attribute(attr: Attr, text: str) -> str:
    if not attr.name:
        return "{" + _stripped(text[attr.start + 1 : attr.end - 1]) + "}"
    if attr.value is None:
        return attr.name
    if isinstance(attr.value, str):
        return f"{attr.name}={attr.quote}{attr.value}{attr.quote}"
    opening = text.index("{", attr.start)
    return f"{attr.name}={{{_stripped(text[opening + 1 : attr.end - 1])}}}"


def _stripped(code: str) -> str:
    """An expression without white space around it; one of several lines, or ending in a comment, stays."""
    return code if "\n" in code else code.strip()
