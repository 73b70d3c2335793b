"""From a file of Markdown to a page of the guide: its pieces, its sections, and where its links lead.

A page is cut where an example stands that can live: the pieces before and behind it are finished HTML, and between
them the view renders the example's own view. One that needs more than its page (another server, a file, a
route of its own, a handler for all) says `still` in its fence, and is only shown; a view without an application lives
where its fence says `alive`.
"""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from types import ModuleType
from typing import Any, TypeGuard, cast

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from quart_trio import QuartTrio

from actorlive import LiveView
from examples.guide.highlight import highlight

__all__ = ["Page", "Piece", "Section", "anchor_of", "read_page", "read_text"]

_TITLE = re.compile(r'title="([^"]+)"')
_STILL = re.compile(r"\bstill$")
_ALIVE = re.compile(r"\balive$")
_CODE = re.compile(r"`([^`]*)`")


@dataclass(frozen=True)
class Section:
    """A heading, and the text below it as one finds it."""

    anchor: str
    title: str
    level: int
    text: str


@dataclass(frozen=True)
class Piece:
    """A part of a page: finished HTML, and behind it a view that lives."""

    key: str
    html: Markup
    view: type[LiveView[Any]] | None = None


@dataclass(frozen=True)
class Page:
    """One page: `slug` is its path below the guide, `lead` its first sentence."""

    slug: str
    title: str
    pieces: Sequence[Piece]
    sections: Sequence[Section]
    source: str = ""
    lead: str = ""


def read_page(slug: str, source: str, *, home: str = "/docs", code: str = "") -> Page:
    """The page that a text is. Links to other files of docs/ lead to their pages; those to other files to `code`."""
    return _Reader(slug, home, code).read(source)


def read_text(slug: str, source: str) -> Page:
    """What one looks through to find something: without colours, and nothing lives."""
    return _Reader(slug, "", "", plain=True).read(source)


def anchor_of(title: str) -> str:
    """The end of a heading's URL, as GitHub has it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")


@dataclass
class _Found:
    """What is being read of one section."""

    anchor: str
    title: str
    level: int
    words: list[str] = field(default_factory=list[str])


class _Reader:
    def __init__(self, slug: str, home: str, code: str, *, plain: bool = False) -> None:
        self._plain = plain
        self._slug = slug
        self._home = home
        self._code = code
        self._sections: list[_Found] = []
        self._modules: dict[str, str] = {}
        self._fences = 0
        self._tables = 0

    def read(self, source: str) -> Page:
        markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
        tokens = markdown.parse(source)
        self._last_of_file(tokens)
        pieces = list(self._pieces(markdown, tokens))
        sections = [Section(s.anchor, s.title, s.level, " ".join(s.words)) for s in self._sections]
        title = sections[0].title if sections else self._slug
        lead = re.split(r"(?<=[.:]) ", sections[0].text)[0] if sections else ""
        return Page(self._slug, title, pieces, sections, source, lead)

    def _last_of_file(self, tokens: list[Token]) -> None:
        """A page may show a file as it grows; what lives is its last state."""
        for token in tokens:
            title = _TITLE.search(token.info)
            if token.type == "fence" and title is not None and token.info.startswith("python"):
                self._modules[title[1]] = token.content

    def _pieces(self, markdown: MarkdownIt, tokens: list[Token]) -> Iterator[Piece]:
        html: list[str] = []
        for run in _runs(tokens):
            html.append(self._html(markdown, run))
            view = self._living(run[0])
            if view is not None:
                yield Piece(f"{self._slug}-{len(self._sections)}-{len(html)}", Markup("".join(html)), view)
                html = []
        yield Piece(f"{self._slug}-end", Markup("".join(html)))

    def _html(self, markdown: MarkdownIt, run: list[Token]) -> str:
        match run[0].type:
            case "heading_open":
                return self._heading(markdown, run)
            case "fence" | "code_block":
                return self._fence(run[0])
            case _:
                self._note(run)
                html = cast("str", markdown.renderer.render(self._linked(run), markdown.options, {}))
                return self._table(html) if run[0].type == "table_open" else html

    def _heading(self, markdown: MarkdownIt, run: list[Token]) -> str:
        title = _CODE.sub(r"\1", run[1].content)
        level = int(run[0].tag[1])
        anchor = anchor_of(title)
        taken = sum(section.anchor == anchor for section in self._sections)
        found = _Found(f"{anchor}-{taken}" if taken else anchor, title, level)
        self._sections.append(found)
        inner = markdown.renderer.render(self._linked(run[1:2]), markdown.options, {})
        return f'<{run[0].tag} id="{found.anchor}">{inner}</{run[0].tag}>\n'

    def _fence(self, token: Token) -> str:
        language, _, rest = token.info.partition(" ")
        title = _TITLE.search(rest)
        name = title[1] if title else (language or "text")
        if self._sections:
            self._sections[-1].words.append(token.content)
        code = highlight(token.content, "" if self._plain else language)
        self._fences += 1
        where = f", in {self._sections[-1].title}" if self._sections else ""
        label = escape(f"{name}{where} ({self._fences + 1})")
        return (
            f'<section class="file-box"><header><span class="mono">{escape(name)}</span>'
            f'<button type="button" data-copy aria-label="Copy {label}">Copy</button></header>'
            f'<pre class="code" tabindex="0" role="region" aria-label="{label}"><code>{code}</code></pre>'
            "</section>\n"
        )

    def _table(self, html: str) -> str:
        """Wide ones scroll within themselves, by keyboard, too; a cell without a heading is none."""
        self._tables += 1
        rows = html.replace("<th></th>", "<td></td>")
        return f'<figure tabindex="0" role="region" aria-label="Table {self._tables}">{rows}</figure>'

    def _note(self, run: list[Token]) -> None:
        if self._sections:
            words = (token.content for token in run if token.type == "inline")
            self._sections[-1].words.extend(_CODE.sub(r"\1", _plain(text)) for text in words)

    def _linked(self, run: list[Token]) -> list[Token]:
        for token in run:
            for child in token.children or ():
                href = child.attrGet("href")
                if child.type == "link_open" and isinstance(href, str):
                    self._lead(child, href)
        return run

    def _lead(self, link: Token, href: str) -> None:
        """A link to a page goes there without a page load; what is not a page is in the repository."""
        path, mark, anchor = href.partition("#")
        if "://" in href or not path:
            return
        target = posixpath.normpath(posixpath.join("docs", posixpath.dirname(self._slug), path))
        if target.startswith("docs/") and target.endswith(".md"):
            page = target.removeprefix("docs/").removesuffix(".md").removesuffix("README").rstrip("/")
            link.attrSet("href", f"{self._home}/{page}{mark}{anchor}")
            link.attrSet("data-phx-link", "patch")
            link.attrSet("data-phx-link-state", "push")
        else:
            link.attrSet("href", f"{self._code}/{target}{mark}{anchor}")

    def _living(self, token: Token) -> type[LiveView[Any]] | None:
        title = _TITLE.search(token.info) if token.type == "fence" and not self._plain else None
        if title is None or self._modules.get(title[1]) != token.content or title[1].startswith("test_"):
            return None
        if _STILL.search(token.info):
            return None
        if _ALIVE.search(token.info):
            return own_view(module_of(self._slug, title[1], token.content, self._modules, served=False))
        return first_view(module_of(self._slug, title[1], token.content, self._modules))


def _runs(tokens: list[Token]) -> Iterator[list[Token]]:
    """The blocks of a page, each with all that is in it."""
    run: list[Token] = []
    depth = 0
    for token in tokens:
        run.append(token)
        depth += token.nesting
        if depth == 0:
            yield run
            run = []


def _plain(text: str) -> str:
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace("*", "")


def module_of(
    slug: str, title: str, code: str, files: Mapping[str, str], *, served: bool = True
) -> ModuleType | None:
    """An example as a module; None when it is not one that can be loaded here, or imports another file, or is not
    `served` by an application of its own, where it has to be."""
    beside = {name.removesuffix(".py") for name in files if name != title}
    if any(re.search(rf"^\s*(?:from|import) {re.escape(name)}\b", code, re.MULTILINE) for name in beside):
        return None
    if "LiveView" not in code or (served and ".route(" not in code) or "__main__" in code:
        return None
    name = "examples.guide.living." + re.sub(r"\W", "_", f"{slug}_{title.removesuffix('.py')}")
    found = sys.modules.get(name)
    if found is None:
        found = ModuleType(name)
        found.__file__ = f"<{slug}.md: {title}>"
        sys.modules[name] = found
        try:
            exec(compile(code, found.__file__, "exec"), vars(found))  # noqa: S102 - the documentation of this very repository
        except OSError:  # it serves files that stand beside it
            return None
    return found


def first_view(module: ModuleType | None) -> type[LiveView[Any]] | None:
    """The view at the front of a module's application, if it needs no URL and no login."""
    apps = [value for value in vars(module).values() if isinstance(value, QuartTrio)] if module else []
    if not apps or "actorlive" not in apps[0].extensions or len(apps[0].before_serving_funcs) > 1:
        return None  # what an application of its own starts is not started here
    app = apps[0]
    routes = dict(app.extensions["actorlive"].endpoint.router)
    front = routes.get("/")
    return None if front is None or _needs_url(front.view) else front.view


def own_view(module: ModuleType | None) -> type[LiveView[Any]] | None:
    """The view that a module defines, the last one if there are several, if it needs no URL and no login."""
    views: list[type[LiveView[Any]]] = [
        value for value in (vars(module).values() if module else ()) if _is_view_of(module, value)
    ]
    return views[-1] if views and not _needs_url(views[-1]) else None


def _is_view_of(module: ModuleType | None, value: object) -> TypeGuard[type[LiveView[Any]]]:
    """Whether that is a view, and the module's own."""
    if module is None or not isinstance(value, type) or not issubclass(value, LiveView):
        return False
    return value.__module__ == module.__name__


def _needs_url(view: type[LiveView[Any]]) -> bool:
    return view.handle_params is not LiveView.handle_params or bool(view.on_mount)
