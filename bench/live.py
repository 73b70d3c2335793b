"""What a view costs, without a socket around it: an event, a broadcast, a stream's memory.

Frames go through the same `LiveConnection` as in production, into a sink. Prints one table; the figures that are
ratios are of two things measured in the same run.
"""

from __future__ import annotations

import gc
import json
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import trio
import trio.lowlevel

from actorlive import Event, LiveView, Socket, Stream, heex
from actorlive.live.endpoint import Mount, Route
from actorlive.live.intake import MAX_FRAME
from actorlive.live.process.connection import ConnectionInfo, LiveConnection, Refused
from actorlive.pubsub import broadcast
from actorlive.runtime import Node, open_node
from actorlive.web.collector import Collector

VIEWS = 2_000
EVENTS = 20_000
TASKS = 5_000
ITEMS = 100_000


class Inc(Event): ...


class Add(Event):
    n: int


class Counter(LiveView[Inc]):
    count: int = 0
    template = heex('<h1>Counter</h1><p id="count">{@count}</p><button phx-click="inc">+1</button>')

    async def handle_event(self, event: Inc, socket: Socket) -> None:
        self.count += 1


async def work() -> int:
    return 1


class Worker(LiveView[Inc]):
    done: int = 0
    template = heex('<h1>Worker</h1><p id="done">{@done}</p><button phx-click="inc">+1</button>')

    async def handle_event(self, event: Inc, socket: Socket) -> None:
        socket.start_async("work", work)

    async def handle_async(self, name: Any, result: Any, socket: Socket) -> None:
        self.done += result.value


class Change(Event):
    name: str
    email: str = ""
    age: int | None = None
    news: bool = False


class Account(LiveView[Change]):
    shown: str = ""
    template = heex('<form phx-change="change"><input name="name" /></form><p id="shown">{@shown}</p>')

    async def handle_event(self, event: Change, socket: Socket) -> None:
        self.shown = event.name


class Feed(LiveView[Add]):
    rows: Stream[dict[str, Any]]
    template = heex(
        '<ul id="rows" phx-update="stream"><li :for={id, row in @streams.rows} id={id}>{row["text"]}</li></ul>'
    )

    async def handle_event(self, event: Add, socket: Socket) -> None:
        socket.stream_insert("rows", {"id": event.n, "text": f"row number {event.n}"})


class Room(LiveView):
    last: str = ""
    template = heex('<h1>Room</h1><p id="last">{@last}</p>')

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        socket.subscribe("room")

    async def handle_info(self, message: Any, socket: Socket) -> None:
        self.last = message


class Rows(LiveView[Add]):
    rows: Stream[dict[str, Any]]
    template = heex(
        '<ul id="rows" phx-update="stream"><li :for={id, row in @streams.rows} id={id}>{row["text"]}</li></ul>'
    )

    async def handle_event(self, event: Add, socket: Socket) -> None:
        items = [{"id": n, "text": f"row number {n}"} for n in range(event.n, event.n + 100)]
        socket.stream("rows", items)


class Gate:
    """Lets everybody into one view."""

    debug = False
    max_frame = MAX_FRAME
    max_kept = 0
    max_url = 65_536

    def __init__(self, view: type[LiveView[Any]]) -> None:
        self.route = Route(view)

    def route_for(self, uri: str) -> Route:
        return self.route

    def url_for(self, to: str | type, values: Any) -> str:
        return ""

    def static_path(self, name: str) -> str:
        return ""

    def default_title(self, route: Any) -> str:
        return ""

    def sign_flash(self, flash: Any) -> str:
        return ""

    def sign_reload(self, status: int) -> str:
        return ""

    def sign_passport(self, passport: Any) -> str:
        return ""

    def is_current(self, url: str) -> bool:
        return True

    def sign_kept(self, place: Any, name: str, value: bytes) -> str:
        return ""

    def read_kept(self, place: Any, name: str, token: str) -> bytes | None:
        return None

    def sign_static(self, dom_id: str, flash: Any) -> str:
        return ""

    def sign_upload(self, ticket: Any) -> str:
        return ""

    def read_upload(self, token: str) -> None:
        return None

    def handed_down(self, session: Any, what: str) -> dict[str, Any]:
        return dict(session)

    def authorize(self, join: Any, payload: Any, connection: ConnectionInfo) -> Mount | Refused:
        return Mount(
            route=self.route,
            dom_id=join.topic[3:],
            uri="http://bench/",
            params={},
            session={},
            endpoint=self,
        )


class Sink:
    """Counts frames."""

    def __init__(self) -> None:
        self.frames = 0
        self.bytes = 0

    def __call__(self, frame: bytes) -> None:
        self.frames += 1
        self.bytes += len(frame)

    async def has(self, frames: int) -> None:
        while self.frames < frames:
            await trio.lowlevel.checkpoint()


def connect(node: Node, view: type[LiveView[Any]], sink: Sink) -> LiveConnection:
    connection = LiveConnection(node, Gate(view), sink, ConnectionInfo(session={}))
    join: list[Any] = [
        "1",
        "1",
        "lv:phx",
        "phx_join",
        {"url": "http://bench/", "params": {}, "session": "s", "sticky": False},
    ]
    connection.receive(json.dumps(join))
    return connection


def event(ref: int, name: str, **value: Any) -> str:
    payload = {"type": "click", "event": name, "value": value}
    return json.dumps(["1", str(ref), "lv:phx", "event", payload])


def form_event(ref: int) -> str:
    fields = f"name=Ada+Lovelace+{ref}&email=ada%40example.org&age=36&news=on&_unused_email="
    payload = {"type": "form", "event": "change", "value": fields, "meta": {"_target": "name"}}
    return json.dumps(["1", str(ref), "lv:phx", "event", payload])


async def events(node: Node) -> float:
    """CPU µs for one click: frame, mailbox, callback, render, diff, frame."""
    return await cost(node, Counter, [event(ref, "inc") for ref in range(EVENTS)])


async def form_events(node: Node) -> float:
    """The same for a form of four fields: parsed, decoded to its type, one field shown."""
    return await cost(node, Account, [form_event(ref) for ref in range(EVENTS)])


async def stream_rows(node: Node) -> float:
    """The same for one row that goes into a stream."""
    return await cost(node, Feed, [event(ref, "add", n=ref) for ref in range(EVENTS)])


async def cost(node: Node, view: type[LiveView[Any]], frames: list[str]) -> float:
    """CPU µs per frame of a view's client, twenty of them in its mailbox at a time."""
    sink = Sink()
    connection = connect(node, view, sink)
    await sink.has(1)
    begin = time.process_time()
    for batch in batches(frames, 20):
        for frame in batch:
            connection.receive(frame)
        await trio.lowlevel.checkpoint()
    await sink.has(len(frames) + 1)
    return (time.process_time() - begin) / len(frames) * 1e6


def batches(items: list[str], size: int) -> list[list[str]]:
    return [items[n : n + size] for n in range(0, len(items), size)]


async def tasks(node: Node) -> float:
    """CPU µs for one `start_async`: the event that starts it, the task, its result, both renders."""
    sink = Sink()
    connection = connect(node, Worker, sink)
    await sink.has(1)
    frames = [event(ref, "inc") for ref in range(TASKS)]
    begin = time.process_time()
    for number, frame in enumerate(frames):
        connection.receive(frame)
        await sink.has(2 * number + 3)
    return (time.process_time() - begin) / TASKS * 1e6


async def broadcasts(node: Node) -> float:
    """CPU µs for each of 2,000 views that hears a broadcast, renders and sends."""
    sink = Sink()
    connections = [connect(node, Room, sink) for _ in range(VIEWS)]
    await sink.has(VIEWS)
    rounds = 10
    begin = time.process_time()
    for n in range(rounds):
        broadcast("room", f"message {n}")
        await sink.has(VIEWS * (n + 2))
    cost = (time.process_time() - begin) / (rounds * VIEWS) * 1e6
    for connection in connections:
        connection.close()
    return cost


async def stream_memory(node: Node) -> tuple[float, float]:
    """KiB that a view holds before anything was streamed, and after 100,000 items."""
    sink = Sink()
    connection = connect(node, Rows, sink)
    await sink.has(1)
    await stream(connection, sink, 0, 1_000)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    await stream(connection, sink, 1_000, ITEMS)
    gc.collect()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return before / 1024, after / 1024


async def stream(connection: LiveConnection, sink: Sink, start: int, stop: int) -> None:
    for n in range(start, stop, 100):
        frames = sink.frames
        connection.receive(event(n, "add", n=n))
        await sink.has(frames + 1)


async def measure() -> None:
    Collector().begin()  # as the server does
    async with open_node() as node:
        rows: list[tuple[str, str]] = [
            ("an event of a counter, frame to frame", f"{await events(node):.1f} µs"),
            ("a task of a view, event to second frame", f"{await tasks(node):.1f} µs"),
            ("an event of a form of four fields", f"{await form_events(node):.1f} µs"),
            ("a row into a stream", f"{await stream_rows(node):.1f} µs"),
            (f"a broadcast to {VIEWS:,} views, each", f"{await broadcasts(node):.1f} µs"),
        ]
        before, after = await stream_memory(node)
        rows.append((f"memory more after {ITEMS:,} streamed items", f"{after - before:.1f} KiB"))
    for name, figure in rows:
        print(f"{name:<45} {figure:>12}")


def main(run: Callable[..., Any] = trio.run) -> None:
    run(measure)


if __name__ == "__main__":
    main()
