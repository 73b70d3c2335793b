"""The application that is deployed: each event of a client is written to a ledger outside of the server, then
acknowledged; a stream of numbers goes to each page by itself; the last number is a kept value, and a draft stands in a
form.

`be` breaks some of the promises, so that the tests show that they would see it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import trio
from quart_trio import QuartTrio

from actorlive import ActorLive, Event, Kept, LiveView, Socket, heex
from actorlive.live.keeper import Keeper
from actorlive.runtime import send_after
from actorlive.web import Limits, page_line, sockets
from actorlive.wire.line import Drained

__all__ = ["app", "be"]

BEAT = 0.25
SLOW = 0.02
"""Seconds that every third event takes, so that some wait while the server goes down."""
SLOW_AND_FAULTY = 0.3
"""And where something is wrong with that: so long that some surely wait."""


class Clicked(Event):
    by: int
    number: int


class Typed(Event):
    by: int
    number: int


class Drafted(Event):
    text: str


class Beat:
    """The next number of the stream is due."""


class DeskLive(LiveView[Clicked | Typed | Drafted]):
    beat: int = 0
    last: Kept[int] = 0
    draft: str = ""
    template = heex("<p>{@last}</p><p>{@beat}</p><p>{@draft}</p>")

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        if socket.connected:
            send_after(socket.pid, Beat(), BEAT)

    async def handle_event(self, event: Clicked | Typed | Drafted, socket: Socket) -> None:
        if isinstance(event, Drafted):
            self.draft = "" if "forgets the form" in book.faults else event.text
            return
        if (event.by + event.number) % 3 == 0:
            await trio.sleep(SLOW_AND_FAULTY if book.faults else SLOW)
        await book.note(f"{event.by} {event.number}\n")
        self.last = event.number

    async def handle_info(self, message: object, socket: Socket) -> None:
        self.beat += 1
        send_after(socket.pid, Beat(), BEAT)


class Book:
    """The ledger, and what is wrong with this server."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.ledger = Path(os.devnull)

    async def note(self, line: str) -> None:
        """Write to the ledger, or break the promise that it stands there exactly once."""
        if "acknowledges before it writes" in self.faults:
            app.nursery.start_soon(self._write_later, line)
        elif "drops the backlog" in self.faults and live.sockets.draining:
            pass
        elif "handles the backlog twice" in self.faults and live.sockets.draining:
            self._write(line + line)
        else:
            self._write(line)

    async def _write_later(self, line: str) -> None:
        await trio.sleep(0.3)
        self._write(line)

    def _write(self, line: str) -> None:
        file = os.open(self.ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(file, line.encode())
        finally:
            os.close(file)


def be(faults: list[str], ledger: str) -> None:
    """This server writes there, and has those faults."""
    book.faults, book.ledger = faults, Path(ledger)
    for fault in faults:
        if fault in BROKEN:
            BROKEN[fault]()


def closes_with_1000() -> None:
    assert sockets.SERVICE_RESTART == 1012
    setattr(sockets, "SERVICE_RESTART", 1000)  # noqa: B010


def counts(more: int) -> None:
    def wrong(count: int) -> Drained:
        return Drained(count + more)

    setattr(page_line, "Drained", wrong)  # noqa: B010


def says_no_count() -> None:
    page_line.PageLine.finish = page_line.Wrapped.finish


def keeps_nothing() -> None:
    def forget(self: Keeper, brought: Mapping[str, str], *, first: bool) -> None:
        pass

    Keeper.restore = forget


BROKEN: dict[str, Callable[[], None]] = {
    "closes with 1000": closes_with_1000,
    "counts one too many": partial(counts, 1),
    "counts one too few": partial(counts, -1),
    "says no count": says_no_count,
    "keeps nothing": keeps_nothing,
}

PATIENT = Limits(head_timeout=120.0, join_timeout=120.0, keep_alive_timeout=120.0)
"""Visitors of a slow machine are not sent away."""

app = QuartTrio(__name__)
book = Book()
live = ActorLive(app, secret_key="k" * 48, proxies=["unix"], hosts=["localhost"], limits=PATIENT)
live.route("/desk", DeskLive)
