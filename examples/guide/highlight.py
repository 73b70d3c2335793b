"""Code with its words in colours: Pygments' tokens, in the few classes that the stylesheet knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any, cast

from markupsafe import Markup
from pygments import lexers
from pygments.token import Comment, Keyword, Name, Operator, String
from pygments.util import ClassNotFound

__all__ = ["highlight"]

CLASSES = [
    (Keyword, "k"),
    (Operator.Word, "k"),
    (String, "s"),
    (Comment, "c"),
    (Name.Function, "d"),
    (Name.Class, "d"),
    (Name.Tag, "t"),
    (Name.Attribute, "a"),
    (Name.Decorator, "d"),
]
"""What a token is, to the stylesheet; the first that fits."""

_TEMPLATE = re.compile(r'(?P<before>\bheex\(\s*""")(?P<html>.*?)(?P<after>""")', re.DOTALL)
_ASSIGN = re.compile(r"@\w+")


def highlight(code: str, language: str) -> Markup:
    """Spans around the words of a piece of code; templates within Python are read as HTML."""
    if language == "python":
        return Markup("".join(_python(code)))
    try:
        return Markup("".join(_spans(code, {"heex": "html"}.get(language, language))))
    except ClassNotFound:
        return Markup(escape(code))


def _python(code: str) -> Iterator[str]:
    end = 0
    for found in _TEMPLATE.finditer(code):
        yield from _spans(code[end : found.start()] + found["before"], "python")
        yield from _spans(found["html"], "html")
        yield f'<span class="s">{found["after"]}</span>'
        end = found.end()
    yield from _spans(code[end:], "python")


def _spans(code: str, language: str) -> Iterator[str]:
    """Raises `ClassNotFound` for a language that nobody knows."""
    lexer: Any = cast("Any", lexers).get_lexer_by_name(language, stripnl=False, ensurenl=False)
    for kind, text in lexer.get_tokens(code):
        name = _class_of(kind)
        if name is not None:
            yield f'<span class="{name}">{escape(text)}</span>'
        else:
            yield _ASSIGN.sub(lambda found: f'<span class="e">{found[0]}</span>', escape(text))


def _class_of(kind: Any) -> str | None:
    return next((name for known, name in CLASSES if kind in known), None)
