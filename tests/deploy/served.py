"""The application that is deployed: each event of a client is written to a ledger outside of the server, then
acknowledged; and a stream of numbers goes to each page by itself.

`FAULT` in the environment breaks one of the promises, so that the tests show that they would see it.
"""

from __future__ import annotations

import os
from typing import Any

import trio
from quart_trio import QuartTrio

from actorlive import ActorLive, Event, LiveView, Socket, heex
from actorlive.runtime import send_after
from actorlive.web import sockets

LEDGER = os.environ["LEDGER"]
FAULT = os.environ.get("FAULT", "")
BEAT = 0.05
SLOW = 0.02
"""Seconds that every third event takes, so that some wait while the server goes down."""


class Clicked(Event):
    by: int
    number: int


class Typed(Event):
    by: int
    number: int


class Beat:
    """The next number of the stream is due."""


class DeskLive(LiveView[Clicked | Typed]):
    beat: int = 0
    last: int = 0
    template = heex('<form phx-change="typed"><p>{@last}</p><output>beat {@beat}</output></form>')

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        if socket.connected:
            send_after(socket.pid, Beat(), BEAT)

    async def handle_event(self, event: Clicked | Typed, socket: Socket) -> None:
        if event.number % 3 == 0:
            await trio.sleep(SLOW)
        await note(f"{event.by} {event.number}\n")
        self.last = event.number

    async def handle_info(self, message: object, socket: Socket) -> None:
        self.beat += 1
        send_after(socket.pid, Beat(), BEAT)


async def note(line: str) -> None:
    """Write to the ledger, or break the promise that it stands there exactly once."""
    match FAULT:
        case "acknowledges before it writes":
            app.nursery.start_soon(write_later, line)
        case "handles the backlog twice" if live.sockets.draining:
            write(line + line)
        case "drops the backlog" if live.sockets.draining:
            pass
        case _:
            write(line)


async def write_later(line: str) -> None:
    await trio.sleep(0.3)
    write(line)


def write(line: str) -> None:
    file = os.open(LEDGER, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(file, line.encode())
    finally:
        os.close(file)


if FAULT == "closes with 1000":
    assert sockets.SERVICE_RESTART == 1012
    setattr(sockets, "SERVICE_RESTART", 1000)  # noqa: B010

app = QuartTrio(__name__)
live = ActorLive(app, secret_key="k" * 48, proxies=["unix"], hosts=["localhost"])
live.route("/desk", DeskLive)
