"""Live components wherever they can stand: in a portal, in a stream, behind an `async_result`, in two views at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import trio
from quart_trio import QuartTrio

from actorlive import (
    ActorLive,
    AsyncResult,
    Event,
    LiveComponent,
    LiveView,
    Rejected,
    Slot,
    Socket,
    Stream,
    Template,
    component,
    heex,
)
from actorlive.js import JS


class Inc(Event): ...


class Rename(Event): ...


class Type(Event):
    text: str = ""


class Fill(Event):
    """What a hook sends to its component."""

    text: str


class Counter(LiveComponent[Inc | Rename | Type | Fill]):
    """Counts; its root element changes its id when it is renamed, or when its parent gives another `stem`."""

    stem: str = "c"
    n: int = 0
    turn: int = 0
    text: str = ""

    template = heex("""
      <div id={f"{@stem}-{@id}-{@turn}"} class="counter" data-name={@id}>
        <b class="n">{@n}</b>
        <button class="inc" phx-click="inc" phx-target={@myself}>+</button>
        <button class="rename" phx-click="rename" phx-target={@myself}>rename</button>
        <form id={f"form-{@id}"} phx-change="type" phx-target={@myself}><input name="text" value={@text} /></form>
        <i id={f"hook-{@id}"} class="filler" phx-hook="Filler">fill</i>
        <i class="text">{@text}</i>
      </div>
    """)

    async def handle_event(self, event: Inc | Rename | Type | Fill, socket: Socket) -> None:
        match event:
            case Inc():
                self.n += 1
            case Rename():
                self.turn += 1
            case Type(text=text) | Fill(text=text):
                self.text = text


class Row:
    def __init__(self, id: int) -> None:
        self.id = id


class Refuse(Event): ...


class StreamedRow(LiveComponent[Inc | Refuse]):
    """The direct child of a stream: its root is the stream's item."""

    dom_id: str
    n: int = 0

    template = heex("""
      <li id={@dom_id}>
        <b class="n">{@n}</b>
        <button class="inc" phx-click="inc" phx-target={@myself}>+</button>
        <button class="refuse" phx-click="refuse" phx-target={@myself}>no</button>
      </li>
    """)

    async def handle_event(self, event: Inc | Refuse, socket: Socket) -> None:
        self.n += 1
        if isinstance(event, Refuse):
            raise Rejected(f"row {self.id} says no")


class Add(Event): ...


class Prepend(Event): ...


class Reset(Event): ...


class Stem(Event): ...


class Slow(Event): ...


class Places(LiveView[Inc | Add | Prepend | Reset | Stem | Slow]):
    rows: Stream[Row]
    last: int = 2
    stem: str = "c"
    own: int = 0
    loaded: AsyncResult[str] = AsyncResult()

    template = heex("""
      <h1>{@own}</h1>
      <button id="own" phx-click="inc">view</button>
      <button id="all" phx-click="inc" phx-target=".counter">all of them</button>
      <button id="stem" phx-click="stem">stem</button>
      <button id="slow" phx-click="slow">slow</button>
      <button id="prepend" phx-click="prepend">prepend</button>
      <button id="reset" phx-click="reset">reset</button>
      <.live_component module={Counter} id="plain" stem={@stem} />
      <.portal id="portal" target="body"><.live_component module={Counter} id="far" /></.portal>
      <.async_result :let={word} assign={@loaded}>
        <:loading>loading</:loading>
        <p id="word">{word}</p>
        <.live_component module={Counter} id="loaded" />
      </.async_result>
      <ul id="rows" phx-update="stream">
        <.live_component
          :for={dom_id, row in @streams.rows}
          module={StreamedRow}
          id={row.id}
          dom_id={dom_id}
        />
      </ul>
      <.live_render view={Second} id="second" />
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.stream("rows", [Row(1), Row(2)])
        socket.assign_async("loaded", load)

    async def handle_event(self, event: Inc | Add | Prepend | Reset | Stem | Slow, socket: Socket) -> None:
        match event:
            case Inc():
                self.own += 1
            case Prepend() | Add():
                self.last += 1
                socket.stream_insert("rows", Row(self.last), at=0)
            case Reset():
                socket.stream("rows", [Row(2), Row(9)], reset=True)
            case Stem():
                self.stem += "x"
            case Slow():
                await trio.sleep(0.3)
                self.own += 1


async def load() -> str:
    return "here"


class Second(LiveView):
    """Another view of the page, whose component has the same number."""

    template = heex("""<section><.live_component module={Counter} id="second" /></section>""")


class Roots(LiveView[Inc]):
    """Whose root changes, while the rows of its stream stay."""

    rows: Stream[Row]
    turns: int = 0

    def render(self) -> Template:
        if self.turns % 2:
            return heex("""
              <button id="turn" phx-click="inc">turn {@turns}</button>
              <ul id="rows" phx-update="stream">
                <.live_component :for={dom_id, row in @streams.rows} module={StreamedRow} id={row.id} dom_id={dom_id} />
              </ul>
            """)
        return heex("""
          <main>
            <p id="error">{@flash.get("error")}</p>
            <button id="turn" phx-click="inc">turn {@turns}</button>
            <ul id="rows" phx-update="stream">
              <.live_component :for={dom_id, row in @streams.rows} module={StreamedRow} id={row.id} dom_id={dom_id} />
            </ul>
          </main>
        """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.stream("rows", [Row(1), Row(2)])

    async def handle_event(self, event: Inc, socket: Socket) -> None:
        self.turns += 1


class Soon(Event): ...


LOCK_REGION = JS.push("inc", loading="#region")
LOCK_ROOT = JS.push("inc", loading="#c-in-0")


class Locks(LiveView[Inc | Soon]):
    """A button locks a region, or the root of the component in it; the page changes meanwhile, and then components
    within and outside, by themselves."""

    note: str = "before"

    template = heex("""
      <button id="soon" phx-click="soon">soon</button>
      <button id="lock-region" phx-click={LOCK_REGION}>lock the region</button>
      <button id="lock-root" phx-click={LOCK_ROOT}>lock the root</button>
      <div id="region"><i id="note">{@note}</i><.live_component module={Counter} id="in" /></div>
      <.live_component module={Counter} id="out" />
    """)

    async def handle_event(self, event: Inc | Soon, socket: Socket) -> None:
        if isinstance(event, Soon):
            socket.send_after("after", 1.0)

    async def handle_info(self, message: str, socket: Socket) -> None:
        self.note = message
        for id in ("in", "out"):
            socket.send_update(Counter, id, n=7)


@component
def card(*, inner_block: Slot) -> Template:
    """One element, which the client marks and skips while nothing is merged into it."""
    return heex("""<article>{render_slot(@inner_block)}</article>""")


class Told(LiveComponent[Refuse]):
    """Shows what the page shows, and changes with a refusal that the page shows."""

    told: int = 0
    n: int = 0
    template = heex("""<p id={f"told-{@id}"} class="told">
      <b>{@told}</b> <i>{@n}</i> <button phx-click="refuse" phx-target={@myself}>no</button>
    </p>""")

    async def handle_event(self, event: Refuse, socket: Socket) -> None:
        self.n += 1
        raise Rejected(f"{self.id} {self.n}")


class Around(LiveComponent):
    """Holds another one in an element, and does not change with it."""

    inner_block: Slot
    template = heex("""<section id={f"around-{@id}"}><.card>{render_slot(@inner_block)}</.card></section>""")


class Still(LiveComponent):
    """Given nothing, so that only what it holds changes."""

    template = heex(
        """<section id="still"><.card><.live_component module={Told} id="deep" /></.card></section>"""
    )


class Cards(LiveView[Inc]):
    """Components in elements that do not change, beside some of the page that does."""

    n: int = 0
    rows: list[int] = [1, 2]
    template = heex("""
      <h1>{@n}</h1><output>{@flash.get("error")}</output><button id="more" phx-click="inc">more</button>
      <.card><.live_component module={Told} id="card" told={@n} /></.card>
      <.card><.card><.live_component module={Around} id="a">
        <.live_component module={Told} id="within" told={@n} />
      </.live_component></.card></.card>
      <.portal id="away" target="body">
        <div id="teleported"><.live_component module={Told} id="away" told={@n} /></div>
      </.portal>
      <ul><li :for={row in @rows} :key={row} id={f"row-{row}"}>
        <.card><.live_component module={Told} id={row} told={@n} /></.card>
      </li></ul>
      <.live_component module={Still} id="still" />
    """)

    async def handle_event(self, event: Inc, socket: Socket) -> None:
        self.n += 1
        if self.n == 3:
            self.rows = [2, 3, 1]


app = QuartTrio(__name__)
live = ActorLive(app, secret_key="key", debug=True, hooks="/static/filler.js")
live.route("/", Places)
live.route("/roots", Roots)
live.route("/locks", Locks)
live.route("/cards", Cards)


@app.get("/static/filler.js")
async def filler() -> tuple[str, dict[str, str]]:
    script = """export const Filler = { mounted() {
      this.el.addEventListener("click", () => this.pushEventTo(this.el, "fill", { text: "from a hook" }))
    } }"""
    return script, {"content-type": "text/javascript"}
