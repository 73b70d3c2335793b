"""The guide: the documentation as a page of actorlive, with its examples alive.

One view shows all pages. To turn to another is a patch: the tree stays, its place and the search with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import trio
from quart_trio import QuartTrio
from werkzeug.exceptions import NotFound

from actorlive import ActorLive, Event, LiveView, Socket, Template, component, heex, use_in_templates
from examples.guide.book import BOOK, CHAPTERS, Chapter, Part, chapter_of
from examples.guide.layout import guide_layout
from examples.guide.pages import Page, read_text
from examples.guide.search import Hit, Index

__all__ = ["GuideLive", "add_guide"]

use_in_templates(BOOK)

HOME = "/docs"


class Search(Event):
    """Somebody types."""

    q: str = ""


@cache
def index() -> Index:
    """Made when somebody searches first: every page is read for it."""
    return Index([read_text(chapter.slug, chapter.source()) for chapter in CHAPTERS.values()], HOME)


@component
def tree(*, book: Sequence[Part], slug: str, label: str) -> Template:
    """All chapters, by parts."""
    return heex("""
      <nav class="tree" aria-label={@label}>
        {% for part in @book %}
          <h2>{part.title}</h2>
          <ul>
            <li :for={chapter in part.chapters}>
              <.link
                patch={f"/docs/{chapter.slug}"}
                aria-current={"page" if chapter.slug == @slug else None}
              >{chapter.title}</.link>
            </li>
          </ul>
        {% endfor %}
      </nav>
    """)


@component
def hit_list(*, hits: Sequence[Hit], query: str) -> Template:
    """What was found."""
    return heex("""
      <ul class="hits" id="guide-hits">
        <li :for={hit in @hits}>
          <.link patch={hit.path} phx-click={JS.dispatch("guide:close").patch(hit.path)}>
            <small>{hit.page}</small><strong>{hit.title}</strong><small>{hit.text}</small>
          </.link>
        </li>
      </ul>
      <p :if={@query and not @hits} class="soft nothing">Nothing is said of “{@query}”.</p>
    """)


class GuideLive(LiveView[Search]):
    """A chapter between the tree and its contents."""

    slug: str = ""
    page: Page = Page("", "", (), ())
    previous: Chapter | None = None
    following: Chapter | None = None
    query: str = ""
    hits: list[Hit] = []

    template = heex("""
      <div class="wrap guide">
        <.tree book={BOOK} slug={@slug} label="Guide" />
        <details class="tree-fold" id="guide-fold">
          <summary>{@page.title}</summary>
          <.tree book={BOOK} slug={@slug} label="Guide, folded" />
        </details>
        <main id="main" class="prose">
          {% for piece in @page.pieces %}
            {piece.html}
            {% if piece.view %}
              <section
                class="file-box alive"
                aria-label={f"Running in this page: {piece.view.__name__}"}
              >
                <header><span>This is it, running in this page</span></header>
                <div class="stage"><.live_render view={piece.view} id={f"living-{piece.key}"} /></div>
              </section>
            {% endif %}
          {% endfor %}
          <nav class="pager" aria-label="Guide pages">
            <.link :if={@previous} rel="prev" patch={f"/docs/{@previous.slug}"}>
              <small>Before</small>{@previous.title}
            </.link>
            <.link :if={@following} rel="next" patch={f"/docs/{@following.slug}"}>
              <small>Next</small>{@following.title}
            </.link>
          </nav>
        </main>
        <nav class="toc" aria-label="On this page">
          <h2>On this page</h2>
          <ul>
            <li :for={section in @page.sections if section.level == 2}>
              <a href={f"#{section.anchor}"}>{section.title}</a>
            </li>
          </ul>
        </nav>
      </div>
      <dialog
        class="search-box"
        id="guide-search"
        aria-label="Search the guide"
        phx-mounted={JS.ignore_attributes("open")}
      >
        <form
          role="search"
          id="guide-form"
          phx-change="search"
          phx-submit="search"
          action="/docs"
          method="get"
        >
          <input
            type="search"
            name="q"
            value={@query}
            aria-label="Search the guide"
            aria-controls="guide-hits"
            autocomplete="off"
            phx-debounce="100"
          >
        </form>
        <.hit_list hits={@hits} query={@query} />
        <p>
          <span><kbd>↑</kbd> <kbd>↓</kbd> choose</span>
          <span><kbd>Enter</kbd> open</span>
          <span><kbd>Esc</kbd> close</span>
        </p>
      </dialog>
    """)

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        chapter = chapter_of(str(params.get("page", "")))
        if chapter is None:
            raise NotFound
        self.page = await trio.to_thread.run_sync(lambda: chapter.page)
        self.slug, self.page_title = chapter.slug, chapter.title
        order = list(CHAPTERS.values())
        place = order.index(chapter)
        self.previous = order[place - 1] if place else None
        self.following = order[place + 1] if place + 1 < len(order) else None

    async def handle_event(self, event: Search, socket: Socket) -> None:
        self.query = event.q
        self.hits = await trio.to_thread.run_sync(lambda: index().find(event.q))


def add_guide(app: QuartTrio, live: ActorLive) -> None:
    """Put the guide into an application."""
    group = live.session("guide", root_layout=guide_layout)
    group.route(HOME, GuideLive)
    group.route(f"{HOME}/<path:page>", GuideLive)
