"""Visitors of the deployed application, as their browsers behave: each clicks, types, and watches the stream of
numbers; when its websocket ends it comes back as the official client does, and loads nothing again.

A visitor does each thing once, with a number of its own that rises. What it knows of a number: *sent*; *received*, when
a heartbeat behind it was answered; *acknowledged*; *uncertain*, when its server has gone and nobody can tell. What was
certainly not handled it asks for again. What it remembers of a page are kept values and what stands in a form, and what
comes back of it must be what was there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from typing import Any
from urllib.parse import urlencode

import trio

from tests.deploy.wires import WAITS, LineWire, SocketEnded, Websocket, Wire
from tests.web.visitor import Page, get

__all__ = ["Kind", "Visitor"]

SERVICE_RESTART = 1012
BURST = 4


class Kind(Enum):
    """How a page speaks to its server."""

    PLAIN = "over websockets as they are"
    LINE = "over a line"
    TRAVELS = "over a line, whose websocket breaks now and then"


@dataclass
class Shown:
    """What a page shows: the last number that was handled, the beat of the stream, and the draft in the form."""

    last: str = "0"
    beat: str = "0"
    draft: str = ""


@dataclass
class Visitor:
    """One of them, who `thinks` for so many seconds between two turns. `ends` are the codes of its closed sockets,
    `silences` the seconds until it was back, and `cuts` those until its line went on. `faults` are what it has seen
    that must not be."""

    by: int
    kind: Kind
    thinks: float
    sent: list[int] = field(default_factory=list[int])
    received: set[int] = field(default_factory=set[int])
    acknowledged: set[int] = field(default_factory=set[int])
    uncertain: set[int] = field(default_factory=set[int])
    ends: list[int] = field(default_factory=list[int])
    refused: int = 0
    again: int = 0
    silences: list[float] = field(default_factory=list[float])
    cuts: list[float] = field(default_factory=list[float])
    faults: list[str] = field(default_factory=list[str])
    turns: int = 0
    is_acting: bool = False

    async def run(self, url: str, stop: trio.Event) -> None:
        """Load the page, and act on it until told to stop."""
        page = await get(url, "/desk", Host="localhost")
        assert page.status == 200, page.body
        desk, old = Desk(self, page), None
        ended_at, tries = trio.current_time(), 0
        while not stop.is_set():
            try:
                wire = await self._open(page, old)
            except OSError:
                self.refused += 1
            else:
                try:
                    await desk.join(wire)
                    self.silences.append(trio.current_time() - ended_at)
                    tries = 0
                    await self._act(desk, wire, stop)
                except SocketEnded as end:
                    self.is_acting = False
                    self._note_end(wire, end.code)
                    ended_at = trio.current_time()
                    desk.lose(wire)
                finally:
                    await wire.aclose()
                if isinstance(wire, LineWire):
                    self.cuts += wire.cuts
                    old = wire.end.handle
            await trio.sleep(WAITS[min(tries, len(WAITS) - 1)])
            tries += 1

    def _note_end(self, wire: Wire, code: int) -> None:
        self.ends.append(code)
        began = isinstance(wire, LineWire) and wire.end.handle is not None
        if began and self.kind is Kind.LINE and code == SERVICE_RESTART and not wire.is_drained:
            self.faults.append("closed without a last count")

    async def _open(self, page: Page, old: str | None) -> Wire:
        if self.kind is Kind.PLAIN:
            return await Websocket.opened(page)
        return await LineWire.opened(page, old)

    async def _act(self, desk: Desk, wire: Wire, stop: trio.Event) -> None:
        """Click and type, one thing after the answer to the other, or several at once."""
        for turn in count(self.by):  # so that not all do the same at once
            if stop.is_set() and not desk.waiting:
                return
            self.is_acting = True
            await desk.write(wire)
            before = len(self.sent)
            for _ in range(BURST if turn % 4 == 3 else 1):
                await desk.do(wire, self._next(), types=turn % 2 == 1)
            if self.kind is Kind.TRAVELS and turn % 16 == 7 and isinstance(wire, LineWire):
                await wire.cut()
            await desk.heartbeat(wire, behind=self.sent[before:])
            await desk.answers(wire)
            self.turns += 1
            self.is_acting = False
            await trio.sleep(self.thinks)

    def _next(self) -> int:
        self.sent.append(len(self.sent) + 1)
        return self.sent[-1]


class Desk:
    """A page with its view: Phoenix's part of the conversation, and what the page remembers.

    `waiting` are the numbers that are asked for and not answered, by ref; `_here` those of them that were asked for
    over this very wire.
    """

    def __init__(self, visitor: Visitor, page: Page) -> None:
        self.waiting: dict[str, int] = {}
        self._visitor = visitor
        self._page = page
        self._refs = map(str, count(1))
        self._join_ref = ""
        self._joins = 0
        self._kept: dict[str, str] = {}
        self._shown = Shown()
        self._is_joined = False
        self._last = self._shown.last
        self._draft = ""
        self._asked: dict[str, str] = {}
        self._here: set[str] = set()
        self._others: set[str] = set()
        self._beats: dict[str, list[int]] = {}
        self._answered_refs: set[str] = set()

    # -- the life of a page ----------------------------------------------------

    async def join(self, wire: Wire) -> None:
        """Join with what was kept, then have the form recovered, and ask again for what was not handled."""
        self._shown, self._others, self._here = Shown(), set(), set()
        self._join_ref = await self._join(wire)
        await self._answered(wire, self._join_ref)
        self._joins += 1
        if self._shown.last != self._last:
            self._fault(f"kept {self._last} and came back to {self._shown.last}")
        self._is_joined = True
        if self._draft:
            await self._answered(wire, await self._type(wire, "drafted", {"text": self._draft}))
            if self._shown.draft != self._draft:
                self._fault(f"had {self._draft!r} in the form and came back to {self._shown.draft!r}")
        for ref in self.waiting:
            self._visitor.again += 1
            self._asked[ref] = json.dumps([self._join_ref, *json.loads(self._asked[ref])[1:]])
            await self._ask(wire, ref)

    def lose(self, wire: Wire) -> None:
        """The wire has ended: what becomes of what was asked for?"""
        if self._is_joined:
            self._last, self._is_joined = self._shown.last, False
        not_handled = {json.loads(frame)[1] for frame in wire.leftover().not_handled}
        if wrong := not_handled & self._answered_refs:
            self._fault(f"answered, and called not handled: {sorted(wrong)}")
        if wire.is_drained and (silent := (self._here | self._others) - not_handled):
            self._fault(f"taken by the last count, and not answered: {sorted(silent)}")
        for ref in self._here - not_handled:
            self._visitor.uncertain.add(self.waiting.pop(ref))
            del self._asked[ref]

    # -- what a visitor does ---------------------------------------------------

    async def write(self, wire: Wire) -> None:
        """Go on with the draft in the form."""
        self._draft = f"{self._visitor.by}: {len(self._visitor.sent)}"
        self._others.add(await self._type(wire, "drafted", {"text": self._draft}))

    async def do(self, wire: Wire, number: int, *, types: bool) -> None:
        """Click or type, with that number."""
        value = {"by": self._visitor.by, "number": number}
        ref = next(self._refs)
        self.waiting[ref] = number
        event: dict[str, Any] = (
            {"type": "form", "event": "typed", "value": urlencode(value)}
            if types
            else {"type": "click", "event": "clicked", "value": value}
        )
        self._asked[ref] = json.dumps([self._join_ref, ref, self._page.topic, "event", event])
        await self._ask(wire, ref)

    async def heartbeat(self, wire: Wire, behind: list[int]) -> None:
        """Ask whether the server is there, behind those numbers."""
        ref = next(self._refs)
        self._others.add(ref)
        self._beats = {ref: behind}
        await wire.send(json.dumps([None, ref, "phoenix", "heartbeat", {}]))

    async def answers(self, wire: Wire) -> None:
        """Wait until everything is answered."""
        while self.waiting or self._others:
            await self._hear(wire)

    # -- frames ----------------------------------------------------------------

    async def _join(self, wire: Wire) -> str:
        page, ref = self._page, next(self._refs)
        payload: dict[str, Any] = {
            "url": page.url + page.path,
            "params": {"_mounts": self._joins, "_kept": self._kept},
            "session": page.session,
            "static": page.static,
        }
        await wire.send(json.dumps([ref, ref, page.topic, "phx_join", payload]))
        return ref

    async def _type(self, wire: Wire, event: str, value: dict[str, str]) -> str:
        ref, topic = next(self._refs), self._page.topic
        payload = {"type": "form", "event": event, "value": urlencode(value)}
        await wire.send(json.dumps([self._join_ref, ref, topic, "event", payload]))
        return ref

    async def _ask(self, wire: Wire, ref: str) -> None:
        self._here.add(ref)
        await wire.send(self._asked[ref])

    async def _answered(self, wire: Wire, ref: str) -> None:
        while await self._hear(wire) != ref:
            pass

    async def _hear(self, wire: Wire) -> str | None:
        """Take one frame; the ref that it answers."""
        _, ref, _, event, answer = json.loads(await wire.receive())
        if event == "diff":
            self._show(answer)
            return None
        if event != "phx_reply" or answer["status"] != "ok":
            self._fault(f"heard {event} {answer}")
            return None
        response = answer["response"]
        self._show(response.get("diff") or response.get("rendered") or {})
        self._others.discard(ref)
        self._answered_refs.add(ref)
        self._visitor.received.update(self._beats.get(ref, ()))
        if ref in self.waiting:
            self._visitor.acknowledged.add(self.waiting.pop(ref))
            self._here.discard(ref)
            del self._asked[ref]
        return ref

    def _show(self, diff: dict[str, Any]) -> None:
        """The stream of a page has no hole, and nothing twice."""
        for name, told, _ in diff.get("e", ()):
            if name == "al:keep":
                self._kept.update(told["values"])
        shown = self._shown
        beat = diff.get("1", shown.beat)
        if int(beat) not in {int(shown.beat), int(shown.beat) + 1}:
            self._fault(f"a stream went on from {shown.beat} with {beat}")
        self._shown = Shown(diff.get("0", shown.last), beat, diff.get("2", shown.draft))

    def _fault(self, what: str) -> None:
        self._visitor.faults.append(what)
