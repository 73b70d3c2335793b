"""Code in colours, as `ui.highlight` has them, and what is a template's own: HTML within Python, and assigns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup

from actorlive.ui import CodeLanguageError, highlight as coloured

__all__ = ["highlight"]

_TEMPLATE = re.compile(r'(?P<before>\bheex\(\s*""")(?P<html>.*?)(?P<after>""")', re.DOTALL)
_ASSIGN = re.compile(r"(?P<word><span.*?</span>)|(?P<assign>@\w+)", re.DOTALL)


def highlight(code: str, language: str) -> Markup:
    """Spans around the words of a piece of code; templates within Python are read as HTML."""
    if language == "python":
        return Markup("".join(_python(code)))
    try:
        return Markup(_spans(code, language or "text"))
    except CodeLanguageError:
        return Markup(Markup.escape(code))


def _python(code: str) -> Iterator[str]:
    end = 0
    for found in _TEMPLATE.finditer(code):
        yield _spans(code[end : found.start()] + found["before"], "python")
        yield _spans(found["html"], "html")
        yield f'<span class="al-s">{found["after"]}</span>'
        end = found.end()
    yield _spans(code[end:], "python")


def _spans(code: str, language: str) -> str:
    return _ASSIGN.sub(_marked, coloured(code, language))


def _marked(found: re.Match[str]) -> str:
    return found["word"] or f'<span class="al-e">{found["assign"]}</span>'
