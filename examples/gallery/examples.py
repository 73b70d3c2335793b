"""What the gallery shows, in the order in which one looks at it: examples by what one wants to do."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup
from quart_trio import QuartTrio

from actorlive import ActorLive, LiveView
from examples.admin.routes import add_admin
from examples.admin.view import AdminLive
from examples.album.view import AlbumLive, add_album
from examples.async_assign.view import AsyncAssignLive
from examples.async_start.view import AsyncStartLive
from examples.async_stream.view import AsyncStreamLive
from examples.chat.view import ChatLive, add_chat
from examples.counter.view import CounterLive
from examples.dashboard.view import DashboardLive
from examples.desk.view import DeskLive
from examples.draft.view import DraftLive
from examples.forms.view import FormsLive
from examples.items.view import ItemsLive
from examples.llm.app import add_llm
from examples.llm.view import LlmLive
from examples.monitor.app import add_monitor
from examples.monitor.view import MonitorLive
from examples.parts.view import PartsLive, add_parts
from examples.room.view import RoomLive, add_room
from examples.scratch import scratch
from examples.shop.view import ShopLive, add_shop
from examples.tracker.app import add_tracker
from examples.tracker.list_live import ListLive
from examples.undo.view import UndoLive

__all__ = ["EXAMPLES", "GROUPS", "Example", "Group", "example_at", "neighbours"]

ROOT = Path(__file__).parents[2]
TRACKER = f"sqlite:///{scratch('tracker.sqlite3')}"
"""The tracker's database."""


@dataclass(frozen=True)
class Example:
    """One page of the gallery: `line` says what it is, `try_this` what to do there, `guide` where one reads on."""

    path: str
    title: str
    line: str
    try_this: str
    view: type[LiveView[Any]]
    mini: Markup
    guide: str
    wide: bool = False
    """True for a page that needs the whole width: its source stands below."""
    add: Callable[[QuartTrio, ActorLive], None] | None = None
    """What puts its pages in, where it has more than the one."""

    @property
    def folder(self) -> str:
        """The example's folder, which names the page of its source."""
        return self.view.__module__.split(".")[1]

    @property
    def files(self) -> list[Path]:
        """The files of the example, the view's own first, its test last."""
        view = Path(inspect.getfile(self.view))
        others = sorted(path for path in view.parent.iterdir() if path.suffix in {".py", ".heex"})
        test = ROOT / "tests" / "examples" / f"test_{self.folder}.py"
        found = [view, *(path for path in others if path != view and path.stat().st_size)]
        return [*found, test] if test.exists() else found


@dataclass(frozen=True)
class Group:
    """Examples of one thing that one may want to do."""

    title: str
    line: str
    examples: Sequence[Example]

    @property
    def anchor(self) -> str:
        """Where it is on the first page."""
        return self.title.lower().replace(",", "").replace(" ", "-")


GROUPS = [
    Group(
        "Start with one value",
        "A class, an event, a number that changes.",
        [
            Example(
                "/counter",
                "Counter",
                "A button, an event, one changed number over the wire.",
                "press a few times, then open a second tab: each tab is a process with a number of its own.",
                CounterLive,
                Markup(
                    '<div class="center"><span class="btn">−</span><span class="huge">42</span>'
                    '<span class="btn">+</span></div>'
                ),
                "streaming",
            ),
            Example(
                "/forms",
                "A form",
                "Checked while it is typed, with nested addresses; it outlives the view it was typed into.",
                "write an address without a dot, then add a second one and take the first away.",
                FormsLive,
                Markup(
                    '<span>E-mail</span><span class="field bad-field">ada@example</span>'
                    '<span class="bad">An address has a dot after the @</span>'
                ),
                "forms",
            ),
        ],
    ),
    Group(
        "Take what is there",
        "Parts that every page needs, complete by keyboard.",
        [
            Example(
                "/parts",
                "Parts",
                "Fields, tables, dialogs, menus, tabs and toasts, while the page is rendered every second.",
                "open a menu or a dialog by keyboard alone, and wait: it stays open, and the focus stays in it.",
                PartsLive,
                Markup(
                    '<div class="line"><span>Cup</span><span class="btn">Large ⌄</span></div>'
                    '<div class="line"><span><b>Flour</b> Water Salt</span><span class="btn ink">Save</span></div>'
                ),
                "ui",
                wide=True,
                add=add_parts,
            ),
        ],
    ),
    Group(
        "Wait for something slow",
        "The page is there at once; what is slow comes when it is ready.",
        [
            Example(
                "/async/assign",
                "A slow value",
                "Loaded on the side with assign_async; the page never waits.",
                "ask for it, and then once more: the earlier value stays until the new one is there.",
                AsyncAssignLive,
                Markup(
                    '<div class="center"><span class="spinner"></span><span class="soft">Loading…</span></div>'
                    '<div class="line"><span>Net price</span><b class="num">1,240.00</b></div>'
                ),
                "async",
            ),
            Example(
                "/async/stream",
                "A slow list",
                "Loaded with stream_async into the page; the server keeps no row of it.",
                "load the page again: the rows come a second after it, and are drawn anew each time.",
                AsyncStreamLive,
                Markup(
                    '<div class="line"><span>async_output-0</span><span class="soft">0</span></div>'
                    '<div class="line"><span>async_output-1</span><span class="soft">1</span></div>'
                    '<div class="line"><span>async_output-2</span><span class="soft">2</span></div>'
                ),
                "async",
            ),
            Example(
                "/dashboard",
                "Dashboard",
                "Four cards and a chart over SQLite, each on its own: one is slow, one fails, one comes from a thread.",
                "watch the order in which the cards come, then load one of them anew while another is still busy.",
                DashboardLive,
                Markup(
                    '<div class="cells"><span>Orders <b>318</b></span><span>Revenue <b>4,912</b></span>'
                    '<span><span class="spinner"></span> Stock</span><span class="bad">Reviews failed</span></div>'
                ),
                "async",
                wide=True,
            ),
        ],
    ),
    Group(
        "Stream text",
        "A task sends words for as long as one likes to read.",
        [
            Example(
                "/async/start",
                "Word stream",
                "A task sends words to the page until it is cancelled, as a language model would.",
                "begin, end it in the middle, begin again: the words stay, and no word comes behind the end.",
                AsyncStartLive,
                Markup(
                    '<p>Lorem ipsum dolor sit amet consectetur adipiscing elit sed do<span class="caret"></span></p>'
                    '<div><span class="btn">Cancel</span></div>'
                ),
                "streaming",
            ),
            Example(
                "/llm",
                "Ask a model",
                "A conversation in Markdown, piece by piece: stop, try again, several models, a history.",
                "ask the typesetter something, and press Stop in the middle of its table.",
                LlmLive,
                Markup(
                    '<span class="say mine">Why does the lamp turn?</span>'
                    '<span class="say">So that ships can tell it from a star<span class="caret"></span></span>'
                ),
                "clients",
                wide=True,
                add=add_llm,
            ),
        ],
    ),
    Group(
        "Answer at once",
        "Show the change first, take exactly that one back if it is refused.",
        [
            Example(
                "/items",
                "Items",
                "Optimistic UI: rollback, undo, pending rows, exit animations, superseded searches, stale writes.",
                "make the network slow, then do several things at once; every third archive is refused and taken back.",
                ItemsLive,
                Markup(
                    '<div class="line"><span>Mend the kite</span><span class="btn">Archive</span></div>'
                    '<div class="line wait"><span>Return the ladder</span><span>Archiving…</span></div>'
                ),
                "optimistic-ui",
            ),
            Example(
                "/undo",
                "Undo",
                "A delete with five seconds to think again: a timer and a guard.",
                "delete one, then another within five seconds: the first stays, its timer counts no more.",
                UndoLive,
                Markup(
                    '<div class="line"><span>Water the plants</span><span class="soft">Deleted in 4 s</span></div>'
                    '<div><span class="btn ink">Undo</span></div>'
                ),
                "optimistic/undo",
            ),
        ],
    ),
    Group(
        "Be there with others",
        "Every tab is a process; processes send each other messages.",
        [
            Example(
                "/chat",
                "Chat",
                "A room over pubsub: every tab is a process that listens to one topic.",
                "open a second tab and speak to yourself.",
                ChatLive,
                Markup(
                    '<span class="say"><b>Ada</b> Is the kiln free?</span>'
                    '<span class="say"><b>Bo</b> From four on.</span>'
                    '<span class="say mine">Then I come at four.</span>'
                ),
                "processes",
                add=add_chat,
            ),
            Example(
                "/room",
                "Room",
                "Who is here, who writes, and where everybody points: a presence, and broadcasts.",
                "open a second window beside this one. Close it, and it is gone from the list at once.",
                RoomLive,
                Markup(
                    '<div class="line"><span>Ada</span><span class="soft">writes…</span></div><span>Bo</span>'
                ),
                "presence",
                wide=True,
                add=add_room,
            ),
            Example(
                "/desk",
                "Kanban",
                "A board of live components that two people move at once: the later move is refused, and says why.",
                "move a card in two tabs at once, by drag or by its arrows.",
                DeskLive,
                Markup(
                    '<div class="cells"><span><b>To do</b>Glaze</span><span><b>Doing</b>Fire kiln</span></div>'
                ),
                "live-components",
                wide=True,
            ),
        ],
    ),
    Group(
        "Outlive the server",
        "A crash, a deploy, a cut line: the page goes on.",
        [
            Example(
                "/draft",
                "A draft",
                "A long form in parts; what was entered is kept in the page, and every next view has it back.",
                "fill in two parts, put the birds in order, then cut the network, or end the view that shows them.",
                DraftLive,
                Markup(
                    '<div class="cells"><span>Where and when</span><span><b>Birds</b></span></div>'
                    '<div class="line"><span>3 × Curlew</span><span class="soft">kept</span></div>'
                ),
                "kept-values",
            ),
        ],
    ),
    Group(
        "Grow into an application",
        "URLs, sessions, passwords, files.",
        [
            Example(
                "/shop",
                "Shop",
                "Filter, order and product are in the URL; the cart is a view that stays while one goes on.",
                "put something into the cart, go to a product and back: the cart is one process all the while.",
                ShopLive,
                Markup(
                    '<div class="line"><span>Tea cup</span><b class="num">€ 14.00</b></div>'
                    '<div class="line"><span>Cart: 2</span><b class="num">€ 48.00</b></div>'
                ),
                "navigation",
                wide=True,
                add=add_shop,
            ),
            Example(
                "/admin",
                "Back office",
                "A login, a hook that guards a group of pages, and a logout that ends every tab.",
                "sign in with two tabs, then sign out in one of them.",
                AdminLive,
                Markup(
                    '<span>Password</span><span class="field">••••••••••</span>'
                    '<div><span class="btn ink">Sign in</span></div>'
                ),
                "authentication",
                wide=True,
                add=add_admin,
            ),
            Example(
                "/album",
                "Album",
                "Photos that are dropped on the page: preview, progress, captions, and what is refused says why.",
                "drop a few photos, and one file that is none.",
                AlbumLive,
                Markup(
                    '<div class="line"><span>harbour.jpg</span><b class="num">100 %</b></div>'
                    '<div class="line"><span>lighthouse.jpg</span><b class="num">64 %</b></div>'
                ),
                "uploads",
                wide=True,
                add=add_album,
            ),
            Example(
                "/monitor",
                "Monitor",
                "This machine's processor, memory, disk and network in charts that move; alerts, and programs.",
                "set the limit of the processor below what it does, and wait five seconds.",
                MonitorLive,
                Markup(
                    '<div class="cells"><span>CPU <b>31 %</b></span><span>Memory <b>58 %</b></span>'
                    "<span>Disk <b>44 %</b></span></div>"
                ),
                "ui",
                wide=True,
                add=add_monitor,
            ),
            Example(
                "/tracker",
                "Issue tracker",
                "A whole application: a login, filters in the URL, live comments, SQLAlchemy in threads.",
                "log in as Ada here and as Bo in a private window, and comment on one issue in both.",
                ListLive,
                Markup(
                    '<div class="line"><span>Order clay</span><span class="btn">In work</span></div>'
                    '<div class="line"><span>Mend the door</span><span class="btn">Open</span></div>'
                ),
                "databases",
                wide=True,
                add=lambda app, live: add_tracker(app, live, TRACKER),
            ),
        ],
    ),
]
EXAMPLES = [example for group in GROUPS for example in group.examples]


def example_at(path: str) -> Example | None:
    """The example that a path belongs to."""
    fits = [one for one in EXAMPLES if path == one.path or path.startswith(one.path + "/")]
    return max(fits, key=lambda one: len(one.path), default=None)


def neighbours(example: Example) -> tuple[Example | None, Example | None]:
    """The ones before and behind."""
    place = EXAMPLES.index(example)
    return EXAMPLES[place - 1] if place else None, EXAMPLES[place + 1] if place + 1 < len(EXAMPLES) else None
