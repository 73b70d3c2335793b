"""A page that counts, lists and streams, and tells of itself who it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quart import Response, request, session
from quart.typing import ResponseTypes
from quart_trio import QuartTrio

from actorlive import ActorLive, Event, LiveView, Socket, heex
from actorlive.runtime import alive, send_after

mounts: list[int] = []


class Add(Event):
    text: str = ""


class Tick(Event):
    until: int = 40


@dataclass(frozen=True)
class Row:
    id: int
    text: str


class LineLive(LiveView[Add | Tick]):
    pid: str = ""
    mount_count: int = 0
    count: int = 0
    ticks: int = 0
    until: int = 0
    template = heex("""
        <p id="who">{@pid}</p><p id="mounts">{@mount_count}</p>
        <p id="count">{@count}</p><p id="ticks">{@ticks}</p>
        <button id="add" phx-click="add">add</button><button id="tick" phx-click="tick">tick</button>
        <button id="stream" phx-click="tick" phx-value-until="120">stream</button>
        <form id="form" phx-submit="add"><input name="text" id="text"></form>
        <ul id="rows" phx-update="stream">
          <li :for={dom_id, row in @streams.rows} id={dom_id}>{row.text} <input id={f"in-{dom_id}"}></li>
        </ul>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.stream("rows", list[Row]())
        if socket.connected:
            mounts.append(1)
            self.pid, self.mount_count = repr(socket.pid), len(mounts)

    async def handle_event(self, event: Add | Tick, socket: Socket) -> None:
        match event:
            case Add(text):
                self.count += 1
                socket.stream_insert("rows", Row(self.count, text or f"row {self.count}"))
            case Tick(until):
                self.until = until
                send_after(socket.pid, "tick", 0.1)

    async def handle_info(self, message: object, socket: Socket) -> None:
        self.ticks += 1
        socket.stream_insert("rows", Row(1000 + self.ticks, f"tick {self.ticks}"))
        if self.ticks < self.until:
            send_after(socket.pid, "tick", 0.1)


app = QuartTrio(__name__)
live = ActorLive(app, secret_key="a key for tests alone that is long enough", linger=20.0)
live.route("/", LineLive)


copies: list[bytes] = []


@app.before_request
async def copied() -> Response | None:
    """With `?same` everybody gets the page of the first who came, as from a cache."""
    if "same" not in request.args or not copies:
        return None
    return Response(copies[0], content_type="text/html")


@app.after_request
async def copy(response: ResponseTypes) -> ResponseTypes:
    if "same" in request.args and not copies and isinstance(response, Response):
        copies.append(await response.get_data(as_text=False))
    return response


@app.get("/enter")
async def enter() -> str:
    """Log in."""
    session["live_socket_id"] = "somebody"
    return "in"


@app.get("/leave")
async def leave() -> str:
    """Log out; how many sockets, and lines without one, that ends."""
    return str(live.disconnect("somebody"))


@app.get("/alive")
async def who_is_alive() -> str:
    """The views that live, with a socket or without."""
    return " ".join(repr(view.pid) for view in live.list_views() if alive(view.pid))
