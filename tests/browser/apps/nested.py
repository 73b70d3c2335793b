"""Views within views: a child that breaks, one that cannot be mounted, a player that stays over navigation, and guests
that leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quart_trio import QuartTrio

from actorlive import (
    ActorLive,
    Down,
    Event,
    LiveView,
    Pid,
    Ref,
    Slot,
    Socket,
    Stream,
    Template,
    component,
    heex,
    monitor,
    render_slot,
    send,
)


class Inc(Event): ...


class Boom(Event): ...


class Away(Event): ...


class Change(Event):
    name: str = ""


class Row:
    """A streamed row."""

    def __init__(self, id: int) -> None:
        self.id = id


class Child(LiveView[Inc | Boom | Change]):
    n: int = 0
    name: str = ""
    owner: Pid | None = None
    rows: Stream[Row]

    template = heex("""
      <b class="n">{@n}</b>
      <button class="inc" phx-click="inc">+</button>
      <button class="boom" phx-click="boom">Boom</button>
      <form id={"form-" + @name_of_form} phx-change="change"><input name="name" value={@name} /></form>
      <ul id={"rows-" + @name_of_form} phx-update="stream">
        <li :for={dom_id, row in @streams.rows} id={@name_of_form + dom_id}>{row.id}</li>
      </ul>
    """)
    name_of_form: str = ""

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.owner = session.get("owner")
        self.name_of_form = socket.id
        socket.stream("rows", [Row(1)])

    async def handle_event(self, event: Inc | Boom | Change, socket: Socket) -> None:
        match event:
            case Inc():
                self.n += 1
                socket.stream_insert("rows", Row(self.n + 1))
                if self.owner is not None:
                    send(self.owner, "clicked")
            case Change(name):
                self.name = name
            case Boom():
                raise RuntimeError("boom")


class Faulty(LiveView):
    template = heex("<b>first paint</b>")

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        if socket.connected:
            raise RuntimeError("never")


class Home(LiveView[Inc]):
    n: int = 0
    faulty: bool = False
    me: Pid | None = None

    template = heex("""
      <h1>home {@n}</h1>
      <button id="faulty-please" phx-click="inc">Faulty</button>
      <.link id="to-next" navigate="/next">Next</.link>
      <.live_render view={Child} id="child" session={{"owner": @me}} />
      <.live_render :if={@faulty} view={Faulty} id="faulty" />
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.me = socket.pid

    async def handle_event(self, event: Inc, socket: Socket) -> None:
        self.faulty = True

    async def handle_info(self, message: object, socket: Socket) -> None:
        self.n += 1


class Next(LiveView):
    template = heex("""
      <h1>next</h1>
      <.link id="to-home" navigate="/">Home</.link>
      <.live_render view={Child} id="child" />
    """)


class Leave(Event):
    place: str


class Come(Event):
    place: str


class Guest(LiveView[Inc]):
    """Tells its parent that it has come, by its id."""

    n: int = 0
    template = heex("""<button phx-click="inc">{@n}</button>""")

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        if socket.parent_pid is not None:
            send(socket.parent_pid, (socket.id, socket.pid))

    async def handle_event(self, event: Inc, socket: Socket) -> None:
        self.n += 1


class House(LiveView[Leave | Come]):
    """Views at places that leave the page in one piece; `#guests` lists those whose processes live."""

    rows: Stream[Row]
    away: set[str] = set()
    guests: dict[Ref, str] = {}

    template = heex("""
      <output id="guests">{" ".join(sorted(@guests.values()))}</output>
      {% for place in ("row", "portal", "fading") %}
        <button phx-click="leave" phx-value-place={place}>no {place}</button>
        <button phx-click="come" phx-value-place={place}>a {place}</button>
      {% endfor %}
      <button phx-click="come" phx-value-place="other rows">other rows</button>
      <ul id="rows" phx-update="stream">
        <li :for={dom_id, row in @streams.rows} id={dom_id}><.live_render view={Guest} id={f"row-{row.id}"} /></li>
      </ul>
      <.portal :if={"portal" not in @away} id="portal" target="body">
        <div id="far"><.live_render view={Guest} id="portal-1" /></div>
      </.portal>
      <div :if={"fading" not in @away} id="fading" phx-remove={JS.hide(transition="fade", time=0.05)}>
        <.live_render view={Guest} id="fading-1" /><.live_render view={Guest} id="fading-2" />
      </div>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.stream("rows", [Row(1), Row(2)])

    async def handle_event(self, event: Leave | Come, socket: Socket) -> None:
        match event:
            case Leave("row"):
                socket.stream_delete("rows", Row(1))
            case Leave(place):
                self.away = self.away | {place}
            case Come("row"):
                socket.stream_insert("rows", Row(1))
            case Come("other rows"):
                socket.stream("rows", [Row(3), Row(1)], reset=True)
            case Come(place):
                self.away = self.away - {place}

    async def handle_info(self, message: object, socket: Socket) -> None:
        match message:
            case (str(name), Pid() as guest):
                self.guests = {**self.guests, monitor(guest): name}
            case Down(ref):
                self.guests = {known: name for known, name in self.guests.items() if known is not ref}
            case _:
                pass


class Player(LiveView[Inc | Away]):
    n: int = 0
    template = heex("""
      <b class="n">{@n}</b>
      <button class="inc" phx-click="inc">+</button>
      <button class="away" phx-click="away">Next</button>
    """)

    async def handle_event(self, event: Inc | Away, socket: Socket) -> None:
        self.n += 1
        if isinstance(event, Away):
            socket.push_navigate("/next")


@component
def with_player(*, inner_block: Slot) -> Template:
    return heex(
        """<.live_render view={Player} id="player" sticky /><main>{@content}</main>""",
        content=render_slot(inner_block),
    )


@component
def around(*, inner_block: Slot, document: Mapping[str, Any]) -> Template:
    return heex("""
      <.root_layout {@document}>
        <nav id="nav"><.live_render view={Player} id="radio" /></nav>
        {render_slot(@inner_block)}
      </.root_layout>
    """)


app = QuartTrio(__name__)
live = ActorLive(
    app,
    secret_key="for these pages only: forty letters or more",
    layout=with_player,
    root_layout=around,
    debug=False,
)
live.route("/", Home)
live.route("/next", Next)
live.route("/house", House)
