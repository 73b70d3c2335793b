"""A page whose stream does what the test says, a list of operations a cycle."""

from __future__ import annotations

from typing import Any

import msgspec
from quart_trio import QuartTrio

from actorlive import ActorLive, Event, LiveView, Socket, Stream, heex


class Op(msgspec.Struct):
    """`insert` puts `id` at `at`; `delete` takes it away; `reset` empties."""

    kind: str
    id: int = 0
    at: int = -1
    limit: int | None = None
    update_only: bool = False


class Cycle(Event):
    number: int
    ops: list[Op]


class Row(msgspec.Struct):
    id: int
    text: str


class StreamsLive(LiveView[Cycle]):
    number: int = 0
    rows: Stream[Row]
    template = heex("""
      <p id="number">{@number}</p>
      <ul id="rows" phx-update="stream">
        <li :for={dom_id, row in @streams.rows} id={dom_id}>{row.text}</li>
      </ul>
    """)

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        socket.stream("rows", [Row(n, f"{n}@0") for n in range(3)])

    async def handle_event(self, event: Cycle, socket: Socket) -> None:
        self.number = event.number
        for op in event.ops:
            self._do(op, socket)

    def _do(self, op: Op, socket: Socket) -> None:
        row = Row(op.id, f"{op.id}@{self.number}")
        match op.kind:
            case "insert":
                socket.stream_insert("rows", row, at=op.at, limit=op.limit, update_only=op.update_only)
            case "delete":
                socket.stream_delete("rows", row)
            case _:
                socket.stream("rows", [], reset=True)


app = QuartTrio(__name__)
ActorLive(app, secret_key="a secret key that is for tests only").route("/", StreamsLive)
