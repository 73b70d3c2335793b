"""No visitor sees another's data: two of one page, over everything in which the server might keep something."""

import importlib.util
import sys
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trio
from quart_trio import QuartTrio

from actorlive import ActorLive, Event, LiveView, Slot, Socket, Stream, Template, component, heex
from actorlive.testing import live
from tests.live.test_defaults import (
    MUTABLE,
    Change,
    text,  # noqa: F401  # pyright: ignore[reportUnusedImport] - a template reads it
)


class Say(Event):
    text: str


@dataclass
class Basket:
    rows: list[str] = field(default_factory=list[str])


@component
def shown(*, words: list[str], inner_block: Slot = Slot.empty) -> Template:
    return heex("<em>{@words}{render_slot(@inner_block)}</em>")


@dataclass(frozen=True)
class Line:
    id: int
    text: str


class Page(LiveView[Say]):
    listed: list[str] = []
    nested: tuple[list[str]] = ([],)
    queue: deque[str] = deque(maxlen=3)
    counts: Counter[str] = Counter()
    basket: Basket = Basket()
    made: list[str] = field(default_factory=list[str])
    fleeting: list[str]
    lines: Stream[Line]
    template = heex("""
      <p>{@listed} {@nested[0]} {list(@queue)} {list(@counts)} {@basket.rows} {@made} {@joined}</p>
      <.shown words={@listed}><b>{@basket.rows}</b></.shown>
      <i>{@fleeting}</i>
      <q>{@flash.get("info", "")}</q>
      <ul id="lines" phx-update="stream"><li :for={id, line in @streams.lines} id={id}>{line.text}</li></ul>
    """)

    @property
    def joined(self) -> str:
        return "".join(self.listed)

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        socket.temporary_assigns(fleeting=[])

    async def handle_event(self, event: Say, socket: Socket) -> None:
        for rows in (self.listed, self.nested[0], self.queue, self.basket.rows, self.made, self.fleeting):
            rows.append(event.text)
        self.counts[event.text] += 1
        socket.touch("listed", "nested", "queue", "counts", "basket", "made", "fleeting")
        socket.put_flash("info", event.text)
        socket.stream_insert("lines", Line(1, event.text))


def app() -> QuartTrio:
    made = QuartTrio("visitors")
    ActorLive(made, secret_key="k" * 40).route("/", Page)
    return made


async def test_what_one_says_no_other_sees() -> None:
    site = app()
    async with live(site, "/") as one, live(site, "/") as two:
        fresh = await two.render()
        await one.click("say", {"text": "secret"})
        assert (await one.render()).count("secret") == 12
        await two.settle()
        assert "secret" not in await two.render()
        await two.click("say", {"text": "other"})
        assert "secret" not in await two.render()
        assert fresh.count("other") == 0
    async with live(site, "/") as later:
        assert "secret" not in await later.render()
        assert "other" not in await later.render()


TWIN = """
from actorlive import LiveView, component, heex
OWNER = {name!r}
def whose(): return OWNER
@component
def label():
    return heex("<b>{{whose()}}</b>")
class Twin(LiveView):
    template = heex("<p>{{whose()}}<.label /></p>")
"""


async def test_pages_of_modules_with_equal_code_stay_apart(tmp_path: Path) -> None:
    made = QuartTrio("twins")
    pages = ActorLive(made, secret_key="k" * 40)
    names = ["ada", "bob"]
    for name in names:
        path = tmp_path / f"twin_{name}.py"
        path.write_text(TWIN.format(name=name), encoding="utf-8")
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        pages.route(f"/{name}", module.Twin)
    for name in [*names, *names]:
        async with live(made, f"/{name}") as view:
            assert await view.element("p").text() == name * 2


found: list[bool] = []
"""Whether a view that was mounted, or patched, found what one had written."""


class Writes(LiveView):
    """Takes the parameters for its own, which they are."""

    mounting: bool = True
    template = heex("<p>{@mounting}</p>")

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        await self.take(params)

    async def handle_params(self, params: Any, uri: str, socket: Socket) -> None:
        if not self.mounting:
            await self.take(params)
        self.mounting = False

    async def take(self, params: dict[str, Any]) -> None:
        await trio.sleep(1)  # and meanwhile the others get this far
        found.append("mine" in params)
        params["mine"] = True


@pytest.mark.parametrize("query", ["", "?a=1"])
async def test_parameters_that_a_view_writes_to_are_its_own(query: str) -> None:
    made = QuartTrio("parameters")
    pages = ActorLive(made, secret_key="k" * 40)
    pages.route("/", Writes)
    pages.route("/open", Page)
    found.clear()

    async def visit() -> None:
        async with live(made, "/" + query) as view:
            await view.patch("/" + query)

    async with live(made, "/open"), trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(visit)
    assert found == [False] * 9, "three visitors: their pages, their views, a patch of each"


@pytest.mark.parametrize(("default", "change"), MUTABLE, ids=lambda value: type(value).__name__)
async def test_what_one_does_to_a_default_no_other_sees_in_the_page(default: Any, change: Change) -> None:
    class Holder(LiveView):
        x: object = default
        template = heex("<p>{text(@x)}</p>")

        async def handle_event(self, event: Any, socket: Socket) -> None:
            change(self.x)
            socket.touch("x")

    made = QuartTrio("defaults")
    ActorLive(made, secret_key="k" * 40).route("/", Holder)
    async with live(made, "/") as one, live(made, "/") as two:
        fresh = await two.element("p").text()
        await one.click("go")
        assert await one.element("p").text() != fresh
        await two.reconnect()
        assert await two.element("p").text() == fresh
        async with live(made, "/") as later:
            assert await later.element("p").text() == fresh


class Account(LiveView):
    user: str = ""
    orders: list[str]
    template = heex("<p>{@user}: {str(@orders)}</p>")

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        self.user = session.setdefault("user", "nobody")
        self.orders = session.setdefault("orders", [])

    async def handle_event(self, event: Any, socket: Socket) -> None:
        self.orders.append("secret")
        socket.touch("orders")


async def test_each_visitor_has_a_session_of_their_own_and_a_view_its_own_copy_of_it() -> None:
    made = QuartTrio("sessions")
    ActorLive(made, secret_key="k" * 40).route("/", Account)
    ada, bob = {"user": "Ada", "orders": ["a book"]}, {"user": "Bob"}
    async with (
        live(made, "/", session=ada) as one,
        live(made, "/", session=bob) as two,
        live(made, "/") as three,
    ):
        await one.click("order")
        assert await one.text() == "Ada: ['a book', 'secret']"
        for other, shown in ((two, "Bob: []"), (three, "nobody: []")):
            await other.reconnect()
            assert await other.text() == shown
        await one.disconnect()
        await one.reconnect()
        assert await one.text() == "Ada: ['a book']"
    assert ada == {"user": "Ada", "orders": ["a book"]}


async def test_two_tabs_of_one_visitor_share_the_cookie_and_nothing_else() -> None:
    made = QuartTrio("tabs")
    ActorLive(made, secret_key="k" * 40).route("/", Account)
    browser = made.test_client()
    async with live(made, "/", client=browser, session={"user": "Ada", "orders": []}) as one:
        async with live(made, "/", client=browser) as two:
            await one.click("order")
            await two.settle()
            assert await two.text() == "Ada: []"
            await two.disconnect()
            await two.reconnect()
            assert await two.text() == "Ada: []"
