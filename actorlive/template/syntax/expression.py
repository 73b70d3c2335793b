"""Python inside a template: where an expression ends, what `@name` means, and its syntax tree.

Nothing but Python's own parser can tell what an expression says, but to find the closing brace its lexical
structure is enough: strings, comments and brackets. `@` before a name where an operand is expected is an
assign (`@a @ @b` is the matrix product of two). There the scanner puts `MARK`, a letter that is never typed, so
that `@name` becomes one identifier *of the same length*: columns stay true, and f-strings need no special care
later. The tree is then moved to the template's place in the user's file.
"""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from dataclasses import dataclass

from actorlive.template.errors import TemplateError
from actorlive.template.syntax.refusals import refuse, seclude
from actorlive.template.syntax.source import Source, split_lines

__all__ = [
    "MARK",
    "Code",
    "Loop",
    "UnpackTarget",
    "assign_key",
    "parse_code",
    "parse_loop",
    "parse_target",
    "put",
    "scan",
]

MARK = "\u0298"
"""Stands for the `@` of an assign: U+0298, a letter to Python, so that `@name` is an identifier."""

_STRING = re.compile(r"([rRbBuUfF]{0,3})(\"\"\"|'''|\"|')")
_WORD = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(r"\d[\w.]*|\.\d\w*")
_FORMATTED = re.compile(r"(?P<value>.+?)(?P<conversion>![rsa])?\s*(?P<format>:[^:()\[\]{}'\"]*)?", re.DOTALL)
MAX_FIELDS = 5
"""How deep the fields of an f-string are looked into; Python allows two levels."""

_OPERATOR_WORDS = frozenset(keyword.kwlist) - {"True", "False", "None"}
_CLOSER = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Code:
    """An expression: its tree (with true positions), and the characters of the template that it takes."""

    tree: ast.expr
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class UnpackTarget:
    """What a value is unpacked into: the tree, and the names that it binds."""

    tree: ast.expr
    names: tuple[str, ...]
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Loop:
    """`target in iterable if condition…`."""

    target: UnpackTarget
    iterable: Code
    conditions: tuple[Code, ...]
    text: str


def assign_key(identifier: str) -> str:
    """The assign that a marked identifier names; a keyword (`@class`) means the name with `_` behind it."""
    name = identifier[1:]
    return f"{name}_" if keyword.iskeyword(name) else name


class _Scanner:
    """Walks over Python text; `marks` collects the offsets of the `@` of assigns."""

    def __init__(self, source: Source, pos: int, end: int, depth: int = 0) -> None:
        self.source = source
        self.text = source.text
        self.depth = depth
        self.pos = pos
        self.end = end
        self.marks: list[int] = []

    def until(self, closers: tuple[str, ...]) -> int:
        """Move to the first closer outside all brackets and strings, and return its offset, or -1."""
        stack: list[tuple[str, int]] = []
        operand = False
        while self.pos < self.end:
            char = self.text[self.pos]
            if not stack and self._closes(closers):
                return self.pos
            if char in " \t\r\n\f\\":
                self.pos += 1
            elif char == "#":
                newline = self.text.find("\n", self.pos, self.end)
                self.pos = self.end if newline < 0 else newline
            elif char in _CLOSER:
                stack.append((_CLOSER[char], self.pos))
                self.pos += 1
                operand = False
            elif char in ")]}":
                self._close(stack, char)
                operand = True
            elif char == "@":
                operand = self._at(operand)
            else:
                operand = self._token()
        if stack:
            closer, start = stack[-1]
            opener = self.text[start]
            raise self.source.error(f'"{opener}" is never closed', start, hint=f'add the missing "{closer}"')
        return -1

    def _closes(self, closers: tuple[str, ...]) -> bool:
        return any(
            self.text.startswith(closer, self.pos) and not (closer == "!" and self.text[self.pos + 1] == "=")
            for closer in closers
        )

    def _close(self, stack: list[tuple[str, int]], char: str) -> None:
        if not stack or stack[-1][0] != char:
            hint = f'"{self.text[stack[-1][1]]}" is still open here' if stack else "nothing is open here"
            raise self.source.error(f'unexpected "{char}" in an expression', self.pos, hint=hint)
        stack.pop()
        self.pos += 1

    def _at(self, operand: bool) -> bool:
        word = _WORD.match(self.text, self.pos + 1, self.end)
        if operand or word is None:
            self.pos += 1
            return False
        if self.text[self.pos - 1].isidentifier():
            hint = f"write a space in front of @{word[0]}"
            raise self.source.error("an assign does not begin inside a word", self.pos, word.end(), hint=hint)
        self.marks.append(self.pos)
        self.pos = word.end()
        return True

    def _token(self) -> bool:
        """Skip a string, number, word or operator; True when it was an operand."""
        string = _STRING.match(self.text, self.pos, self.end)
        if string is not None:
            self._string(string)
            return True
        word = _WORD.match(self.text, self.pos, self.end)
        if word is not None:
            self.pos = word.end()
            return word[0] not in _OPERATOR_WORDS
        number = _NUMBER.match(self.text, self.pos, self.end)
        self.pos = number.end() if number is not None else self.pos + 1
        return number is not None

    def _string(self, opening: re.Match[str]) -> None:
        prefix, quote = opening[1].lower(), opening[2]
        start = body = opening.end()
        while not self.text.startswith(quote, body):
            step = 2 if self.text[body : body + 1] == "\\" else 1
            body += step
            if body >= self.end or (len(quote) == 1 and self.text[body - 1] == "\n" and step == 1):
                raise self.source.error("a string is never closed", self.pos, hint=f"add the missing {quote}")
        if "f" in prefix:
            self._fields(start, body)
        self.pos = body + len(quote)

    def _fields(self, pos: int, end: int) -> None:
        """Mark the assigns in the replacement fields of an f-string (or of a format specification)."""
        while pos < end:
            if self.text.startswith(("{{", "}}"), pos):
                pos += 2
            elif self.text[pos] == "{":
                pos = self._field(pos + 1, end)
            else:
                pos += 1

    def _field(self, pos: int, end: int) -> int:
        if self.depth > MAX_FIELDS:
            return end
        inner = _Scanner(self.source, pos, end, self.depth + 1)
        stop = inner.until(("}", ":", "!"))
        spec = end
        if stop >= 0:
            spec = self._spec_end(stop, end)
            if self.text[stop] != "}":
                inner._fields(stop + 1, spec - 1)
        self.marks += inner.marks
        return spec

    def _spec_end(self, pos: int, end: int) -> int:
        depth = 1
        while pos < end and depth:
            depth += {"{": 1, "}": -1}.get(self.text[pos], 0)
            pos += 1
        return pos


def scan(source: Source, start: int, closer: str) -> tuple[int, list[int]]:
    """The offset of `closer` that ends the expression beginning at `start`, and those of its assign marks.

    Returns -1 for the offset when there is none; raises `TemplateError` for brackets that do not match.
    """
    scanner = _Scanner(source, start, len(source.text))
    return scanner.until((closer,)), scanner.marks


def parse_code(source: Source, start: int, end: int, marks: list[int]) -> Code:
    """Parse one expression; raises `TemplateError` where Python finds a fault in it."""
    text = source.text[start:end]
    if not text.strip():
        raise source.error("an expression is empty", start - 1, end + 1, hint="write a Python expression")
    python = _Python(source, start, end, marks, "(", "\n)")
    tree = python.parse("an expression", _format_hint(text)).body
    python.finish(tree)
    return Code(tree, start, end, text)


def _format_hint(text: str) -> str:
    """The hint for `{@price:.2f}` and `{@name!r}`, which only f-strings have; "" for other text."""
    match = _FORMATTED.fullmatch(text)
    if match is None or not (match["format"] or match["conversion"]):
        return ""
    try:
        ast.parse(f"({match['value'].replace('@', '_')})", mode="eval")
    except SyntaxError:
        return ""
    quote = "'" if '"' in text else '"'
    return f"a format belongs to an f-string: write {{f{quote}{{{text.strip()}}}{quote}}}"


def parse_target(source: Source, start: int, end: int, marks: list[int]) -> UnpackTarget:
    """Parse what a value is unpacked into (`:let={name, age}`)."""
    python = _Python(source, start, end, marks, "[0 for ", " in x]")
    tree = python.parse("a target").body
    if not isinstance(tree, ast.ListComp) or len(tree.generators) != 1 or tree.generators[0].ifs:
        hint = "write {item}, or {key, value}"
        raise source.error("a target must be a name or a tuple of names", start, end, hint=hint)
    return _target(python, tree.generators[0].target)


def parse_loop(source: Source, start: int, end: int, marks: list[int]) -> Loop:
    """Parse `target in iterable`, with any number of `if condition` behind it."""
    python = _Python(source, start, end, marks, "[0 for ", "\n]")
    hint = "write {item in @items}, or {item in @items if item.done}"
    if not re.search(r"\bin\b", source.text[start:end]):  # each Python says something else about that
        raise source.error("a loop has no 'in'", start, end, hint=hint)
    tree = python.parse("a loop", hint).body
    if not isinstance(tree, ast.ListComp) or len(tree.generators) != 1 or tree.generators[0].is_async:
        raise source.error("a loop has one target and one iterable", start, end, hint=hint)
    generator = tree.generators[0]
    python.finish(generator.iter, *generator.ifs)
    text = source.text[start:end]
    conditions = tuple(Code(test, start, end, text) for test in generator.ifs)
    return Loop(_target(python, generator.target), Code(generator.iter, start, end, text), conditions, text)


def _target(python: _Python, tree: ast.expr) -> UnpackTarget:
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            names.append(node.id)
        elif not isinstance(node, ast.Tuple | ast.List | ast.Starred | ast.expr_context):
            raise python.error("only names can be bound here", "write a name or a tuple of names")
    if any(name.startswith(MARK) for name in names):
        raise python.error("an assign cannot be bound here", "use a name without @")
    if any(name.startswith("__") for name in names):
        raise python.error("names that begin with __ are the compiler's own", "use another name")
    python.place(tree)
    return UnpackTarget(
        tree, tuple(names), python.start, python.end, python.source.text[python.start : python.end]
    )


class _Python:
    """A stretch of the template as Python text, with its assigns marked, inside `before` and `after`."""

    def __init__(
        self, source: Source, start: int, end: int, marks: list[int], before: str, after: str
    ) -> None:
        chars = list(source.text[start:end])
        for mark in marks:
            chars[mark - start] = MARK
        self.source = source
        self.start = start
        self.end = end
        self.before = len(before)
        self.text = before + "".join(chars) + after
        self.lines = split_lines(self.text)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))

    def parse(self, what: str, hint: str = "") -> ast.Expression:
        """The syntax tree, or the template's error where Python refuses the text."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(self.text, mode="eval")
        except SyntaxError as error:
            offset = self.offset(error.lineno or 1, (error.offset or 1) - 1, chars=True)
            hint = hint or "what stands between the braces must be one Python expression"
            reason = f"{what} is not Python: {error.msg.replace(MARK, '@')}"
            raise self.source.error(reason, min(offset, self.end - 1), hint=hint) from None
        except (ValueError, RecursionError, MemoryError):
            raise self.error(f"{what} is nested too deeply or holds what Python cannot read", hint) from None

    def error(self, reason: str, hint: str = "") -> TemplateError:
        return self.source.error(reason, self.start, self.end, hint=hint)

    def offset(self, lineno: int, column: int, *, chars: bool = False) -> int:
        """The template's offset of a position that Python gave (columns in bytes unless `chars`)."""
        row = min(lineno, len(self.lines)) - 1
        if not chars:
            column = len(self.lines[row].encode()[:column].decode(errors="ignore"))
        offset = self.start + self.starts[row] + column - self.before
        return min(max(offset, self.start), self.end)

    def finish(self, *trees: ast.expr) -> None:
        """Make trees part of the template: place them, and see that there is nothing in them that cannot be."""
        for tree in trees:
            self.place(tree)
            self._restore(tree)
            refuse(self.source, tree, MARK)
        seclude(trees, self.start)

    def _restore(self, tree: ast.expr) -> None:
        """What `f"{@name=}"` shows is its own text, without the mark."""
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                for part in node.values:
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        part.value = part.value.replace(MARK, "@")

    def place(self, tree: ast.expr) -> None:
        """Give every node the place in the user's file that its text has.

        Python 3.11 does not know where the parts of an f-string stand; they take the place of the whole.
        """
        span = (self.offset(tree.lineno, tree.col_offset), self._end(tree))
        self._move(tree, span, inside=False)

    def _end(self, node: ast.expr) -> int:
        if node.end_lineno is None or node.end_col_offset is None:
            return self.end
        return self.offset(node.end_lineno, node.end_col_offset)

    def _move(self, node: ast.AST, span: tuple[int, int], *, inside: bool) -> None:
        if isinstance(node, ast.expr) and not inside:
            span = (self.offset(node.lineno, node.col_offset), self._end(node))
        if "lineno" in node._attributes:
            put(node, self.source, *span)
        for child in ast.iter_child_nodes(node):
            self._move(child, span, inside=inside or isinstance(node, ast.JoinedStr))


def put(node: ast.AST, source: Source, start: int, end: int) -> None:
    """Set a node's position to the file's place of the template's characters from `start` to `end`."""
    position: dict[str, int] = {}
    position["lineno"], position["col_offset"] = source.ast_position(start)
    last = source.ast_position(max(start, end - 1))
    position["end_lineno"], position["end_col_offset"] = last[0], last[1] + 1
    for name, value in position.items():
        setattr(node, name, value)
