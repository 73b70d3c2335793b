"""Markdown, of anybody: of authors, of visitors, of language models, finished or not.

The problem: text from outside becomes HTML in the page, and an answer that is being written is shown with each word.

The rules:

- **Nothing reaches the page but through the sanitiser** (nh3), which keeps a list of elements and attributes, and of
  schemes of URLs. What it does not know goes: scripts, `on…`, styles, frames, forms, SVG and MathML, ids, every `phx-…`
  and `data-…`, which the client would act on. It sees what is to be shown, whatever the parser made of it.
- A picture is fetched by the reader's browser from wherever the text says, and so tells a stranger that, and what, it
  was read; a model can be talked into writing such an address. So a picture is a link, unless the author wants
  pictures.
- Colours come from lexers that are trusted with the text of strangers: those of a few common languages.
- The text is cut into its blocks, which are rows of the template: what is behind the end changes the last of them, and
  only that is made and sent anew. Each block is sanitised by itself, so it is closed where the text breaks off.

Rejected: sanitising the Markdown (it is not what browsers run), and repairing its end (CommonMark has no errors: what
is not closed is text, or runs to the end).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, cast

from actorlive.rendered import Markup, escape
from actorlive.template import Attrs, Template, component, heex, use_in_templates
from actorlive.ui.code_blocks import CLASSES, highlight
from actorlive.ui.extras import has_pygments, missing

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token
    from nh3 import Cleaner

__all__ = ["MarkdownBlock", "blocks_of", "markdown", "sanitised"]

MarkdownBlock = tuple[str, str, str]
"""A block of the text: HTML that nobody has looked at, "", ""; or "", a language and code."""

_LANGUAGES = frozenset(
    """bash c cpp csharp css diff elixir erlang go haskell heex html java javascript js json kotlin lua
    markdown php py python ruby rust scala sh sql swift toml ts tsx typescript xml yaml""".split()
)
_LONGEST_CODE = 50_000
"""Longer code has no colours."""

TAGS = frozenset(
    """a abbr b blockquote br code dd del details dl dt em figure h1 h2 h3 h4 h5 h6 hr i ins kbd li mark ol p pre
    q s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul var""".split()
)
_ALIGNED = {"align": frozenset(("left", "center", "right"))}
_SCROLLING = {"tabindex": "0", "role": "group"}
_SCHEMES = frozenset(("http", "https", "mailto", "tel"))


@component
def markdown(
    *,
    text: str,
    heading: int = 2,
    images: bool = False,
    html: bool = False,
    class_: object = None,
    rest: Attrs,
) -> Template:
    """Markdown as a part of the page: CommonMark, with tables and ~~struck~~ text; safe whoever wrote it.

    A text that is being written is shown as far as it is there, and what comes sends its last block alone. `heading`
    is the level of the highest heading, `#`. A picture is a link, unless `images`: then the reader's browser fetches
    it from where the text says. HTML is shown as text, unless `html`: then harmless elements are kept. Code has colours
    where Pygments is installed.

    Needs `actorlive[markdown]`; raises `ModuleNotFoundError` where that is not installed.
    """
    return heex(
        """
        <div class={["al-markdown", @class]} {@rest}>
          {% for block in @blocks %}{sanitised(block, @images)}{% endfor %}
        </div>

        <style :type={ColocatedCSS}>
          @layer actorlive {
            .al-markdown {
              overflow-wrap: anywhere;
            }

            .al-markdown > :last-child {
              margin-bottom: 0;
            }

            .al-markdown img {
              border-radius: var(--al-radius);
            }
          }
        </style>
        """,
        blocks=blocks_of(text, heading=heading, images=images, html=html),
    )


def blocks_of(
    text: str, *, heading: int = 2, images: bool = False, html: bool = False
) -> list[MarkdownBlock]:
    """The blocks of a text, not to be shown before they are sanitised. With HTML it is one: an element may hold
    several."""
    parser = parser_of(html)
    tokens = parser.parse(_encodable(text))
    for token in tokens:
        _adapt(token, heading, images=images)
    if html:
        return [(cast("str", parser.renderer.render(tokens, parser.options, {})), "", "")]
    return [_block(parser, run) for run in _runs(tokens)]


def sanitised(block: MarkdownBlock, images: bool = False) -> Markup:
    """The HTML of a block, of which only harmless elements and attributes are left."""
    html, language, text = block
    return Markup(cleaner_of(images).clean(html or _code(text, language)))


use_in_templates(sanitised)


def _encodable(text: str) -> str:
    """Half of a surrogate pair is in no encoding, and is nothing to show."""
    return text.encode("utf-8", "replace").decode()


# -- parsing -------------------------------------------------------------------


@cache
def parser_of(html: bool) -> MarkdownIt:
    """The parser, made when the first text is shown."""
    try:
        from markdown_it import MarkdownIt
    except ModuleNotFoundError as error:
        raise missing(error, "ui.markdown", "markdown") from None
    parser = MarkdownIt("commonmark", {"html": html}).enable(["table", "strikethrough"])
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule("table_open", lambda *_: "<figure><table>")
    parser.add_render_rule("table_close", lambda *_: "</table></figure>")
    return parser


def _fence(_renderer: object, tokens: Sequence[Token], at: int, *_: object) -> str:
    """One within a list or a quotation; others are blocks of their own."""
    return _code(tokens[at].content, _language(tokens[at]))


def _runs(tokens: Sequence[Token]) -> list[list[Token]]:
    """The blocks, each with all that is in it."""
    runs: list[list[Token]] = []
    depth = 0
    for token in tokens:
        if depth == 0:
            runs.append([])
        runs[-1].append(token)
        depth += token.nesting
    return runs


def _block(parser: MarkdownIt, run: list[Token]) -> MarkdownBlock:
    if run[0].type == "fence":
        return "", _language(run[0]), run[0].content
    return cast("str", parser.renderer.render(run, parser.options, {})), "", ""


def _language(fence: Token) -> str:
    return fence.info.split(maxsplit=1)[0].lower() if fence.info.strip() else ""


def _adapt(token: Token, heading: int, *, images: bool) -> None:
    """Headings start at their level, columns are aligned without a style, and pictures are links."""
    if token.type in ("heading_open", "heading_close"):
        token.tag = f"h{min(int(token.tag[1]) + heading - 1, 6)}"
    elif token.type in ("th_open", "td_open") and (style := token.attrs.pop("style", None)):
        token.attrSet("align", str(style).removeprefix("text-align:"))
    for child in token.children or ():
        if child.type == "image" and not images:
            _link(child)


def _link(image: Token) -> None:
    image.type = "html_inline"
    href, text = escape(str(image.attrs.get("src", ""))), escape(image.content or "picture")
    image.content = f'<a href="{href}">{text}</a>'


# -- what is shown -------------------------------------------------------------


def _code(text: str, language: str) -> str:
    text = text.removesuffix("\n")
    coloured = language in _LANGUAGES and len(text) <= _LONGEST_CODE and has_pygments()
    return (
        f'<pre class="al-code"><code>{highlight(text, language) if coloured else escape(text)}</code></pre>'
    )


@cache
def cleaner_of(images: bool) -> Cleaner:
    """The sanitiser, made when the first text is shown."""
    try:
        from nh3 import Cleaner
    except ModuleNotFoundError as error:
        raise missing(error, "ui.markdown", "markdown") from None
    return Cleaner(
        tags=TAGS | {"img"} if images else TAGS,
        attributes={
            "a": {"href", "title"},
            "img": {"src", "alt", "title"},
            "ol": {"start"},
            "abbr": {"title"},
        },
        tag_attribute_values={"th": _ALIGNED, "td": _ALIGNED},
        set_tag_attribute_values={
            "pre": {**_SCROLLING, "aria-label": "Code"},
            "figure": {**_SCROLLING, "aria-label": "Table"},
        },
        allowed_classes={"span": CLASSES, "pre": {"al-code"}},
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
