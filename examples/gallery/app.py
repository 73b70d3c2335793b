"""The gallery: every example on one server, with an index and the source of each.

`make run`, or `actorlive run examples.gallery.app:app`.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quart import Response, abort
from quart_trio import QuartTrio

from actorlive import ActorLive, LiveView, heex
from examples.admin.routes import add_admin
from examples.admin.view import AdminLive
from examples.album.view import AlbumLive, add_album
from examples.async_assign.view import AsyncAssignLive
from examples.async_start.view import AsyncStartLive
from examples.async_stream.view import AsyncStreamLive
from examples.chat.view import ChatLive
from examples.counter.view import CounterLive
from examples.dashboard.view import DashboardLive
from examples.desk.view import DeskLive
from examples.forms.view import FormsLive
from examples.gallery.layout import gallery_layout
from examples.guide.view import add_guide
from examples.items.view import ItemsLive
from examples.llm.view import LlmLive
from examples.shop.view import ShopLive, add_shop
from examples.undo.view import UndoLive


@dataclass(frozen=True)
class Example:
    """One page of the gallery."""

    path: str
    title: str
    line: str
    view: type[LiveView[Any]]
    add: Callable[[QuartTrio, ActorLive], None] | None = None
    """What puts its pages in, where it has more than the one."""

    @property
    def folder(self) -> str:
        """The example's folder, which names the page of its source."""
        return self.view.__module__.split(".")[1]

    @property
    def source(self) -> str:
        """The files of the example, the view's own first."""
        view = Path(inspect.getfile(self.view))
        others = sorted(path for path in view.parent.iterdir() if path.suffix in {".py", ".heex"})
        files = [view, *(path for path in others if path != view and path.stat().st_size)]
        return "\n\n".join(f"# {path.name}\n\n{path.read_text(encoding='utf-8')}" for path in files)


POLICY = "base-uri 'self'; frame-ancestors 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'"
"""The default, opened for browser automation and checkers, which people point at a demo: they bring inline scripts and
evaluate text. Nothing here needs it, and an application should keep the default."""

EXAMPLES = [
    Example("/counter", "Counter", "A button, an event, one changed number over the wire.", CounterLive),
    Example(
        "/async/assign",
        "A slow value",
        "Loaded on the side with assign_async; the page never waits.",
        AsyncAssignLive,
    ),
    Example(
        "/async/stream",
        "A slow list",
        "Loaded with stream_async into the page; the server keeps no row of it.",
        AsyncStreamLive,
    ),
    Example(
        "/async/start",
        "Word stream",
        "A task sends words to the page until it is cancelled, as a language model would.",
        AsyncStartLive,
    ),
    Example(
        "/dashboard",
        "Dashboard",
        "Four cards over SQLite that load on their own; one is slow, one fails, one streams from a thread.",
        DashboardLive,
    ),
    Example(
        "/chat",
        "Chat",
        "A room over pubsub: every tab is a process that listens to one topic.",
        ChatLive,
    ),
    Example(
        "/llm",
        "A streaming answer",
        "Token by token, with Stop; a new question supersedes the one before.",
        LlmLive,
    ),
    Example(
        "/items",
        "Items",
        "Optimistic UI: rollback, undo, pending rows, exit animations, superseded searches, stale writes.",
        ItemsLive,
    ),
    Example(
        "/forms",
        "A form",
        "Live validation, nested addresses, and text that outlives the view it was typed into.",
        FormsLive,
    ),
    Example("/undo", "Undo", "A delete with five seconds to think again: a timer and a guard.", UndoLive),
    Example(
        "/desk",
        "Kanban",
        "A board of live components that two people move at once: the later move is refused, and says why.",
        DeskLive,
    ),
    Example(
        "/shop",
        "Shop",
        "Filter, order and product are in the URL; the cart is a view that stays while one goes on.",
        ShopLive,
        add_shop,
    ),
    Example(
        "/album",
        "Album",
        "Drop photos, see them at once, add them: each comes through a process of its own, past no other visitor.",
        AlbumLive,
        add_album,
    ),
    Example(
        "/admin",
        "Back office",
        "A login, a hook that guards a group of pages, and a logout that ends every tab.",
        AdminLive,
        add_admin,
    ),
]
SOURCES = {example.folder: example.source for example in EXAMPLES}


class GalleryLive(LiveView):
    """The index."""

    examples: list[Example] = EXAMPLES

    template = heex("""
      <h1>Pages that stay alive</h1>
      <p class="lead">
        Each of these is one Python class on the server, with no JavaScript to build.
        Open one in two tabs: every tab has its own process.
      </p>
      <ul class="cards">
        <li :for={example in @examples}>
          <a href={example.path}>{example.title}</a>
          <span>{example.line}</span>
          <small><a href={f"/source/{example.folder}"}>Source of {example.title}</a></small>
        </li>
      </ul>
    """)


def create_app(csp: str = POLICY) -> QuartTrio:
    """The application with all its pages."""
    app = QuartTrio(__name__)
    # A fixed key, so that the pages come back to life by themselves when the server restarts. An
    # application of your own keeps its key to itself.
    key = os.environ.get("SECRET_KEY", "the key of the gallery, which everybody knows")
    live = ActorLive(app, secret_key=key, hosts=hosts(), root_layout=gallery_layout, csp=csp)
    live.route("/", GalleryLive)
    for example in EXAMPLES:
        if example.add is None:
            live.route(example.path, example.view)
        else:
            example.add(app, live)
    add_guide(app, live)
    app.add_url_rule("/source/<folder>", "source", source)
    return app


def hosts() -> list[str]:
    """The names that the gallery goes by: this machine's own, or those in $HOSTS, with commas between them."""
    return os.environ.get("HOSTS", "localhost,*.localhost,127.0.0.1,[::1]").split(",")


async def source(folder: str) -> Response:
    """The source of an example, as text."""
    text = SOURCES.get(folder)
    if text is None:
        abort(404)
    return Response(text, content_type="text/plain; charset=utf-8")


app = create_app()
