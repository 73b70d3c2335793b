"""Text → tokens: tags with their attributes, blocks, expressions, and the text between them.

HTML is read as browsers read it where a template needs that: quoted and bare attribute values, void elements,
comments and doctypes, and `<script>` and `<style>`, whose content is neither markup nor template. A block
tag or template comment that has a line for itself takes the line with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from actorlive.errors import did_you_mean
from actorlive.rendered import VOID, WHITE_SPACE
from actorlive.template.errors import TemplateError
from actorlive.template.syntax.expression import Code, Loop, parse_code, parse_loop, parse_target, scan
from actorlive.template.syntax.nodes import Attr, Text
from actorlive.template.syntax.source import Source

__all__ = [
    "Block",
    "CloseTag",
    "Comment",
    "Expression",
    "Lexeme",
    "OpenTag",
    "tokenize",
    "without_own_line",
]

CODE_TAGS = frozenset(("script", "style"))
"""Elements whose content is neither markup nor template."""
NO_CURLY = "phx-no-curly-interpolation"

_SPACE = re.compile(f"[{WHITE_SPACE}]*")
_TAG_NAME = re.compile(r"[.:]?[A-Za-z_][\w.:-]*")
_ATTRIBUTE_NAME = re.compile(r"[^\s\"'<>/={}\x00-\x1f]+")
_BARE_VALUE = re.compile(rf"[^{WHITE_SPACE}\"'<>=`{{}}]+")
_BLOCK = re.compile(rf"\{{%[{WHITE_SPACE}]*([A-Za-z_]*)[{WHITE_SPACE}]*")
_EMBEDDED = re.compile(r"<%([=#]?)(.*?)%>", re.DOTALL)
_BLOCKS = ("if", "elif", "else", "endif", "for", "endfor")
_OF_JINJA = {
    "extends": "What stands around a page is a layout",
    "block": "What stands around a page is a layout, and its place for the page a slot",
    "include": "A part of a page is a component, <.part />",
    "macro": "A part of a page is a component, <.part />",
    "set": "What is worked out is a property of the view",
    "csrf_token": "A <.form> has its token by itself",
    "url": "A path is {url_for(…)}",
}
"""What takes the place of a block that Jinja and Django have, and there is not here."""
_TEXT_END = re.compile(r"[<{]")
_LOOKS_INTERPOLATED = re.compile(r"\{\s*@\w")


@dataclass(frozen=True, slots=True)
class OpenTag:
    """`<name …>`, or `<name … />`."""

    name: str
    attributes: tuple[Attr, ...]
    self_closing: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CloseTag:
    """`</name>`."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Expression:
    """`{expression}`."""

    code: Code
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """`{% kind … %}`."""

    kind: str
    value: Code | Loop | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Comment:
    """`{# … #}`: left out of the output; the formatter keeps it."""

    start: int
    end: int


Lexeme = Text | OpenTag | CloseTag | Expression | Block | Comment


def without_own_line(text: str, start: int, end: int) -> tuple[int, int]:
    """Where text stops before a block tag or comment, and goes on after it: one that is alone takes its line along."""
    line = text.rfind("\n", 0, start) + 1
    newline = text.find("\n", end)
    newline = len(text) if newline < 0 else newline
    if text[line:start].strip(WHITE_SPACE) or text[end:newline].strip(WHITE_SPACE):
        return start, end
    return line, min(newline + 1, len(text))


def tokenize(source: Source) -> list[Lexeme]:
    """All tokens of a template; raises `TemplateError`."""
    return list(_Tokenizer(source).tokens())


class _Tokenizer:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.pos = 0
        self.literal: list[str] = []  # open tags since one with phx-no-curly-interpolation

    def tokens(self) -> Iterator[Lexeme]:
        start = 0
        while self.pos < len(self.text):
            found = _TEXT_END.search(self.text, self.pos)
            self.pos = found.start() if found else len(self.text)
            at = self.pos
            token = self._markup() if found else None
            if token is None:
                continue
            begin = start
            stop, after = at, self.pos
            if isinstance(token, Block | Comment):
                stop, after = without_own_line(self.text, at, self.pos)
            if stop > begin:
                yield Text(self.text[begin:stop], begin, stop)
            yield token
            start = self.pos = after
            if isinstance(token, OpenTag) and not token.self_closing and token.name.lower() in CODE_TAGS:
                yield from self._raw(token)
                start = self.pos
        if start < len(self.text):
            yield Text(self.text[start:], start, len(self.text))

    def _markup(self) -> Lexeme | None:
        """The token at `pos`, or None when what stands there is text (which is skipped)."""
        if self.text[self.pos] == "{":
            if self.literal:
                self.pos += 1
                return None
            return self._curly()
        following = self.text[self.pos + 1 : self.pos + 2]
        if following == "%" and not self.literal:
            raise self._embedded()
        if following in ("!", "?"):
            self._skip_declaration()
            return None
        if following == "/":
            return self._close_tag()
        if _TAG_NAME.match(self.text, self.pos + 1):
            return self._open_tag()
        self.pos += 1
        return None

    def _embedded(self) -> TemplateError:
        """The error about `<%= … %>`, the tags of EEx and its like."""
        match = _EMBEDDED.match(self.text, self.pos)
        kind, inner = (match[1], match[2].strip(WHITE_SPACE)) if match else ("=", "…")
        hint = {"=": f"write {{{inner}}}", "#": f"write {{# {inner} #}}"}.get(
            kind, "write {% if … %} or {% for … %}"
        )
        end = match.end() if match else self.pos + 2
        return self.source.error(f"<%{kind} %> is not a tag here", self.pos, end, hint=hint)

    def _skip_declaration(self) -> None:
        for opening, closing in (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<", ">")):
            if self.text.startswith(opening, self.pos):
                end = self.text.find(closing, self.pos + len(opening))
                if end < 0:
                    what = "a comment" if opening == "<!--" else "a declaration"
                    raise self.source.error(
                        f"{what} is never closed", self.pos, hint=f'end it with "{closing}"'
                    )
                self.pos = end + len(closing)
                return

    def _raw(self, tag: OpenTag) -> Iterator[Lexeme]:
        end = re.compile(rf"</{tag.name}(?=[{WHITE_SPACE}/>])", re.IGNORECASE).search(self.text, self.pos)
        if end is None:
            raise self._never_closed(tag)
        if end.start() > self.pos:
            yield Text(self.text[self.pos : end.start()], self.pos, end.start())
        self.pos = end.start()

    def _never_closed(self, tag: OpenTag) -> Exception:
        hint = f"add </{tag.name}>"
        return self.source.error(f"<{tag.name}> is never closed", tag.start, tag.end, hint=hint)

    # -- curly braces ----------------------------------------------------------

    def _curly(self) -> Lexeme:
        start = self.pos
        if self.text.startswith("{#", start):
            end = self.text.find("#}", start + 2)
            if end < 0:
                raise self.source.error("a template comment is never closed", start, hint='end it with "#}"')
            self.pos = end + 2
            return Comment(start, self.pos)
        if self.text.startswith("{%", start):
            return self._block(start)
        begin, end, marks = self._braces()
        return Expression(parse_code(self.source, begin, end, marks), start, self.pos)

    def _braces(self) -> tuple[int, int, list[int]]:
        """Go over `{…}`; what is between them, and its marks."""
        start = self.pos
        end, marks = scan(self.source, start + 1, "}")
        if end < 0:
            hint = 'add the missing "}", or write &lbrace; for a brace as text'
            raise self.source.error("an expression is never closed", start, hint=hint)
        self.pos = end + 1
        return start + 1, end, marks

    def _block(self, start: int) -> Block:
        match = _BLOCK.match(self.text, start)
        assert match is not None
        kind, begin = match[1], match.end()
        end, marks = scan(self.source, begin, "%}")
        if end < 0:
            raise self.source.error("a block tag is never closed", start, hint='end it with "%}"')
        self.pos = end + 2
        if kind not in _BLOCKS:
            meant = f" {_OF_JINJA[kind]}." if kind in _OF_JINJA else did_you_mean(kind, _BLOCKS)
            hint = f"there are {', '.join(_BLOCKS)}.{meant}"
            raise self.source.error(f"unknown block {kind!r}", start, self.pos, hint=hint)
        return Block(kind, self._block_value(kind, start, begin, end, marks), start, self.pos)

    def _block_value(
        self, kind: str, start: int, begin: int, end: int, marks: list[int]
    ) -> Code | Loop | None:
        empty = not self.text[begin:end].strip()
        if kind in ("else", "endif", "endfor"):
            if not empty:
                hint = "write {% elif condition %}" if kind == "else" else f"write {{% {kind} %}}"
                raise self.source.error(f"{{% {kind} %}} takes nothing", begin, end, hint=hint)
            return None
        if empty:
            what, example = ("a loop", "item in @items") if kind == "for" else ("a condition", "@ready")
            hint = f"write {{% {kind} {example} %}}"
            raise self.source.error(f"{{% {kind} %}} needs {what}", start, self.pos, hint=hint)
        parse = parse_loop if kind == "for" else parse_code
        return parse(self.source, begin, end, marks)

    # -- tags ------------------------------------------------------------------

    def _close_tag(self) -> Lexeme | None:
        start = self.pos
        name = _TAG_NAME.match(self.text, start + 2)
        if name is None:
            raise self.source.error(
                "an end tag has no name", start, start + 2, hint='write "<" as &lt; in a text'
            )
        end = _skip_space(self.text, name.end())
        if self.text[end : end + 1] != ">":
            raise self.source.error(f"</{name[0]} is never closed", start, end, hint='end it with ">"')
        self.pos = end + 1
        if self.literal:
            self.literal.pop()
        return CloseTag(name[0], start, self.pos)

    def _open_tag(self) -> OpenTag:
        start = self.pos
        name = _TAG_NAME.match(self.text, start + 1)
        assert name is not None
        self.pos = name.end()
        attributes: list[Attr] = []
        names: set[str] = set()
        while True:
            self.pos = _skip_space(self.text, self.pos)
            closing = next((c for c in (">", "/>") if self.text.startswith(c, self.pos)), None)
            if closing is not None:
                break
            if self.pos >= len(self.text) or self.text[self.pos] == "<":
                hint = 'a tag ends with ">"'
                raise self.source.error(f"the tag <{name[0]} is never closed", start, name.end(), hint=hint)
            attributes.append(self._attribute(names))
        self.pos += len(closing)
        tag = OpenTag(name[0], tuple(attributes), closing == "/>", start, self.pos)
        self._enter(tag)
        return tag

    def _enter(self, tag: OpenTag) -> None:
        if tag.self_closing or tag.name.lower() in VOID:
            return
        if self.literal or any(attr.name == NO_CURLY for attr in tag.attributes):
            self.literal.append(tag.name)

    def _attribute(self, before: set[str]) -> Attr:
        start = self.pos
        if self.text[start] == "{":
            begin, end, marks = self._braces()
            return Attr("", parse_code(self.source, begin, end, marks), start, self.pos)
        match = _ATTRIBUTE_NAME.match(self.text, start)
        if match is None:
            shown = self.text[start]
            hint = 'an attribute is name, name="text" or name={expression}'
            if shown.isspace():
                hint = "to HTML it is not white space: write an ordinary space"
            raise self.source.error(f"unexpected {shown!r} in a tag", start, hint=hint)
        name = match[0]
        if name in before:
            hint = "remove one of the two"
            raise self.source.error(f"the attribute {name} is given twice", start, match.end(), hint=hint)
        before.add(name)
        self.pos = _skip_space(self.text, match.end())
        if self.text[self.pos : self.pos + 1] != "=":
            self.pos = match.end()
            return Attr(name, None, start, self.pos)
        self.pos = _skip_space(self.text, self.pos + 1)
        return self._value(name, start)

    def _value(self, name: str, start: int) -> Attr:
        opening = self.text[self.pos : self.pos + 1]
        if opening == "{":
            begin, end, marks = self._braces()
            parse = {":for": parse_loop, ":let": parse_target}.get(name, parse_code)
            return Attr(name, parse(self.source, begin, end, marks), start, self.pos)
        if opening in ('"', "'"):
            begin, end = self.pos + 1, self.text.find(opening, self.pos + 1)
            if end < 0:
                hint = f"add the missing {opening}"
                raise self.source.error(f"the value of {name} is never closed", self.pos, hint=hint)
            self.pos = end + 1
            self._check_literal(name, begin, end)
            return Attr(name, self.text[begin:end], start, self.pos, opening)
        bare = _BARE_VALUE.match(self.text, self.pos)
        if bare is None:
            hint = f'write {name}="text" or {name}={{expression}}'
            raise self.source.error(f"the attribute {name} has no value", start, self.pos, hint=hint)
        self.pos = bare.end()
        return Attr(name, bare[0], start, self.pos, "")

    def _check_literal(self, name: str, begin: int, end: int) -> None:
        value = self.text[begin:end]
        if name.startswith(":"):
            hint = f"write {name}={{{value}}}"
            raise self.source.error(f"{name} takes an expression in braces", begin - 1, end + 1, hint=hint)
        found = None if self.literal else _LOOKS_INTERPOLATED.search(value)
        if found is not None:
            hint = f'write {name}={{f"{value}"}}'
            at = begin + found.start()
            raise self.source.error("a quoted value is literal: nothing is interpolated", at, end, hint=hint)


def _skip_space(text: str, pos: int) -> int:
    match = _SPACE.match(text, pos)
    assert match is not None
    return match.end()
