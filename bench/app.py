"""The benchmark application: one page for each kind of work, in one process on 127.0.0.1.

python bench/app.py --port 5000
"""

from __future__ import annotations

import argparse
import gc
import time
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from quart_trio import QuartTrio

from actorlive import ActorLive, Event, LiveView, Ok, Socket, Stream, heex, pubsub
from actorlive.web import Limits, serve

ROWS = 1000


class Inc(Event): ...


class CounterLive(LiveView[Inc]):
    count: int = 0

    template = heex("""<button phx-click="inc">{@count}</button>""")

    async def handle_event(self, event: Inc, socket: Socket) -> None:
        self.count += 1


@dataclass(frozen=True)
class Row:
    id: int
    name: str
    value: int


class UpdateOne(Event):
    id: int


class UpdateAll(Event): ...


class TableLive(LiveView[UpdateOne | UpdateAll]):
    rows: list[Row] = []

    template = heex("""
      <table><tbody>
        <tr :for={row in @rows} :key={row.id} id={f"row-{row.id}"}>
          <td>{row.id}</td><td>{row.name}</td><td>{row.value}</td>
        </tr>
      </tbody></table>
    """)

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        self.rows = [Row(n, f"Row {n}", 0) for n in range(1, ROWS + 1)]

    async def handle_event(self, event: UpdateOne | UpdateAll, socket: Socket) -> None:
        match event:
            case UpdateOne(id=id):
                rows = list(self.rows)
                rows[id - 1] = replace(rows[id - 1], value=rows[id - 1].value + 1)
                self.rows = rows
            case UpdateAll():
                self.rows = [replace(row, value=row.value + 1) for row in self.rows]


@dataclass(frozen=True)
class Item:
    id: int
    text: str


class Insert(Event): ...


class Delete(Event): ...


class StreamLive(LiveView[Insert | Delete]):
    items: Stream[Item]
    first: int = 0
    last: int = ROWS

    template = heex("""
      <ul id="items" phx-update="stream">
        <li :for={dom_id, item in @streams.items} id={dom_id}>{item.text}</li>
      </ul>
    """)

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        socket.stream("items", [Item(n, f"Item {n}") for n in range(ROWS)])

    async def handle_event(self, event: Insert | Delete, socket: Socket) -> None:
        match event:
            case Insert():
                socket.stream_insert("items", Item(self.last, f"Item {self.last}"))
                self.last += 1
            case Delete():
                socket.stream_delete("items", id=self.first)
                self.first += 1


class Go(Event): ...


class AsyncLive(LiveView[Go]):
    result: int = 0

    template = heex("""<button phx-click="go">Go</button><p>{@result}</p>""")

    async def handle_event(self, event: Go, socket: Socket) -> None:
        socket.start_async("work", work, self.result)

    async def handle_async(self, name: object, result: object, socket: Socket) -> None:
        match result:
            case Ok(int(value)):
                self.result = value
            case _:
                raise RuntimeError(f"the work ended with {result!r}")


async def work(previous: int) -> int:
    return previous + 1


class User(Event):
    name: str = ""


class Validate(Event):
    user: User


class FormLive(LiveView[Validate]):
    name: str = ""
    error: str = "can't be blank"

    template = heex("""
      <form id="user" phx-change="validate">
        <input name="user[name]" value={@name}>
        <p :if={@error}>{@error}</p>
      </form>
      <p>{@name}</p>
    """)

    async def handle_event(self, event: Validate, socket: Socket) -> None:
        self.name = event.user.name
        self.error = "" if self.name.strip() else "can't be blank"


class Say(Event): ...


class BroadcastLive(LiveView[Say]):
    n: int = 0

    template = heex("""<button phx-click="say">Say</button><p>{@n}</p>""")

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        if socket.connected:
            socket.subscribe("news")

    async def handle_event(self, event: Say, socket: Socket) -> None:
        pubsub.broadcast("news", self.n + 1)

    async def handle_info(self, message: object, socket: Socket) -> None:
        if isinstance(message, int):
            self.n = message


PAGES: dict[str, type[LiveView[Any]]] = {
    "/counter": CounterLive,
    "/table": TableLive,
    "/stream": StreamLive,
    "/async": AsyncLive,
    "/form": FormLive,
    "/broadcast": BroadcastLive,
}


class Pauses:
    """How long the garbage collector stops everything, in processor time: by looks at the young, and at everything."""

    def __init__(self) -> None:
        self._since = 0.0
        self._young = 0.0
        self._all = 0.0

    def note(self, phase: str, info: dict[str, int]) -> None:
        """Called by the collector when it begins and when it is done."""
        if phase == "start":
            self._since = time.thread_time()
            return
        took = time.thread_time() - self._since
        if info["generation"] == 2:
            self._all = max(self._all, took)
        else:
            self._young = max(self._young, took)

    def longest(self) -> tuple[float, float]:
        """The longest of both since this was last asked, in milliseconds."""
        young, every, self._young, self._all = self._young, self._all, 0.0, 0.0
        return young * 1e3, every * 1e3


def create_app() -> QuartTrio:
    app = QuartTrio(__name__)
    pauses = Pauses()
    gc.callbacks.append(pauses.note)

    @app.get("/pause")
    async def pause() -> list[float]:
        return list(pauses.longest())

    limits = Limits(max_events=inf)  # a load generator sends more than any visitor
    live = ActorLive(app, secret_key="for the benchmark only, forty letters or so", limits=limits)
    for path, view in PAGES.items():
        live.route(path, view)
    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5000)
    serve(create_app(), "127.0.0.1", parser.parse_args().port)
