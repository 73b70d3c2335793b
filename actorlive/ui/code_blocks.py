"""Code with its words in colours: Pygments' tokens, in the few classes that the stylesheet knows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from actorlive.errors import ActorLiveError, did_you_mean
from actorlive.rendered import Markup, escape
from actorlive.template import Attrs, Template, component, heex
from actorlive.ui.extras import missing

if TYPE_CHECKING:
    from pygments.lexer import Lexer

__all__ = ["CodeLanguageError", "code", "highlight"]

_CLASSES = (
    ("Keyword", "al-k"),
    ("Operator.Word", "al-k"),
    ("Literal.String", "al-s"),
    ("Comment", "al-c"),
    ("Name.Function", "al-d"),
    ("Name.Class", "al-d"),
    ("Name.Decorator", "al-d"),
    ("Name.Tag", "al-t"),
    ("Name.Attribute", "al-a"),
    ("Generic.Deleted", "al-del"),
    ("Generic.Inserted", "al-ins"),
)
"""What a token is, to the stylesheet; the first that fits."""

CLASSES = frozenset(name for _, name in _CLASSES)
"""The classes that `highlight` gives to words."""

_OURS = {"heex": "html"}


class CodeLanguageError(ActorLiveError, ValueError):
    """A language that Pygments does not know."""


@component
def code(
    *, text: str, language: str | None = None, label: str = "Code", class_: object = None, rest: Attrs
) -> Template:
    """A piece of code, whose words have colours if its `language` is named (`python`, `heex`, … any of Pygments').

    `label` is the name of the block, which scrolls by keyboard, too. With a language it needs `actorlive[code]`, and
    raises `ModuleNotFoundError` where that is not installed, `CodeLanguageError` for a language that nobody knows.
    """
    return heex(
        """
        <pre class={@classes} tabindex="0" role="group" aria-label={@label} {@rest}><code>{@shown}</code></pre>

        <style :type={ColocatedCSS}>
          @layer actorlive {
            .al-code .al-k {
              color: var(--al-you);
            }

            .al-code .al-s {
              color: var(--al-warn);
            }

            .al-code .al-c {
              color: var(--al-soft);
              font-style: italic;
            }

            .al-code :is(.al-d, .al-t, .al-ins) {
              color: var(--al-live);
            }

            .al-code .al-d {
              font-weight: 600;
            }

            .al-code :is(.al-a, .al-del) {
              color: var(--al-danger);
            }

            @media print {
              .al-code {
                color-scheme: light;
                white-space: pre-wrap;
              }
            }
          }
        </style>
        """,
        classes=["al-code", class_],
        shown=text if language is None else highlight(text, language),
    )


def highlight(text: str, language: str) -> Markup:
    """The code with spans around its words, for a `<pre>` of the class `al-code`.

    Raises `ModuleNotFoundError` without Pygments, `CodeLanguageError` for a language that it does not know.
    """
    return Markup("".join(_spans(text, lexer_of(_OURS.get(language, language)))))


def _spans(text: str, lexer: Lexer) -> Iterator[str]:
    tokens = cast("Iterator[tuple[Any, str]]", lexer.get_tokens(text))
    for kind, word in tokens:
        name = _class_of(kind)
        yield escape(word) if name is None else f'<span class="{name}">{escape(word)}</span>'


@lru_cache(maxsize=64)
def lexer_of(language: str) -> Lexer:
    """The lexer of a language; raises as `highlight` does."""
    try:
        from pygments import lexers
        from pygments.util import ClassNotFound
    except ModuleNotFoundError as error:
        raise missing(error, "ui.code", "code") from None
    known: Any = lexers  # its functions have no annotations
    try:
        return known.get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        names = [alias for _, aliases, *_rest in known.get_all_lexers() for alias in aliases]
        raise CodeLanguageError(
            f"Pygments knows no language {language!r}; leave it out for plain text.{did_you_mean(language, names)}"
        ) from None


@lru_cache(maxsize=512)
def _class_of(kind: Any) -> str | None:
    """`kind` is a token type of Pygments: a tuple of names, from the widest to the narrowest."""
    name = ".".join(kind)
    return next((found for known, found in _CLASSES if f"{name}.".startswith(f"{known}.")), None)
