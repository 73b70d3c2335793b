"""Websockets without a network: what carries a line says what it was sent, and breaks when it is told to."""

from __future__ import annotations

import itertools
import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from actorlive.errors import ProtocolError
from actorlive.live.process.connection import ConnectionInfo, Gate, LiveConnection
from actorlive.live.view import LiveView
from actorlive.runtime import Node
from actorlive.web.allowance import Allowance, Peers
from actorlive.web.limits import Limits
from actorlive.web.lines import Arrival, Lines
from actorlive.web.page_line import doom
from actorlive.web.sockets import Behind, Sockets
from actorlive.web.visitor import VISITOR_KEY
from actorlive.wire.line import PageEnd
from tests.support.client import Views


class MemoryCarrier:
    """The server's side of one websocket; `heard` is what its client was sent."""

    def __init__(self, place: Place, allowance: Allowance) -> None:
        self.live_socket_id: str | None = None
        self.connection: Behind | None = None
        self.allowance = allowance
        self.heard: list[str] = []
        self.code: int | None = None
        self.is_open = True
        self._place = place

    def send(self, frame: bytes) -> None:
        if self.is_open:
            self.heard.append(frame.decode())

    def bring(self, frame: str | bytes) -> None:
        """A frame of the client is read."""
        if self.connection is not None and self.is_open:
            try:
                self.connection.receive(frame)
            except ProtocolError as error:
                self.close(error.code)

    def close(self, code: int | None) -> None:
        if not self.is_open:
            return
        if code is not None:
            doom(self.connection)
        self.code = code
        self.ends()

    def ends(self) -> None:
        """The websocket has ended, whoever wanted that."""
        self.is_open = False
        self._place.sockets.discard(self)
        behind, self.connection = self.connection, None
        if behind is not None:
            behind.close()

    def drop(self) -> None:
        self.connection = None
        self.is_open = False
        self._place.sockets.discard(self)

    def charge(self, allowance: Allowance) -> None:
        self.allowance = allowance


class Place:
    """A server's lines and sockets in memory."""

    def __init__(
        self,
        node: Node,
        views: Mapping[str, type[LiveView[Any]]],
        *,
        linger: float = 20.0,
        kind: type[MemoryCarrier] = MemoryCarrier,
        **limits: Any,
    ) -> None:
        self.kind = kind
        self.node = node
        self.gate: Gate = Views(views)
        self.sockets = Sockets()
        self.limits = Limits(**limits)
        self.peers = Peers()
        self.lines = Lines(self.sockets, self.limits, linger)

    @classmethod
    @contextmanager
    def on(cls, node: Node, views: Mapping[str, type[LiveView[Any]]], **options: Any) -> Generator[Place]:
        """A place for as long as the block lasts."""
        place = cls(node, views, **options)
        with place.lines.on(node):
            yield place

    def open(self, visitor: str | None = "ada", address: str = "192.0.2.1") -> MemoryCarrier:
        """A websocket whose handshake is done."""
        allowance = Allowance(self.limits, address, self.peers)
        carrier = self.kind(self, allowance)
        carrier.live_socket_id = visitor
        session = None if visitor is None else {VISITOR_KEY: visitor}
        connection = LiveConnection(
            self.node, self.gate, carrier.send, ConnectionInfo(session), admission=allowance
        )
        carrier.connection = Arrival(self.lines, carrier, connection, allowance, session)
        self.sockets.add(carrier)
        return carrier


class MemoryPage:
    """A page with the client's end of a line; `seen` is what Phoenix's client is given."""

    def __init__(self, place: Place, visitor: str | None = "ada", old: str | None = None) -> None:
        self.place = place
        self.visitor = visitor
        self.end = PageEnd(old)
        self.seen: list[list[Any]] = []
        self.carrier: MemoryCarrier | None = None
        self._read = 0
        self._refs = map(str, itertools.count(1))
        self._join_ref = ""

    def connect(self, carrier: MemoryCarrier | None = None, **options: Any) -> MemoryCarrier:
        """Open a websocket, or take one that is open, and say what is to be said first."""
        self.carrier, self._read = carrier or self.place.open(self.visitor, **options), 0
        self.end.connected()
        self.pump()
        return self.carrier

    def cut(self, *, noticed: bool = True) -> MemoryCarrier:
        """The websocket breaks; where the server has not noticed, it is there still."""
        carrier, self.carrier = self.carrier, None
        assert carrier is not None
        assert self.end.broke()
        if noticed:
            carrier.ends()
        return carrier

    def mend(self, **options: Any) -> MemoryCarrier:
        """Come back."""
        return self.connect(**options)

    def send(self, event: str, payload: object = None) -> str:
        """A frame of the view; its ref."""
        ref = next(self._refs)
        if event == "phx_join":
            self._join_ref = ref
        self.end.send(json.dumps([self._join_ref, ref, "lv:phx-test", event, payload]))
        self.pump()
        return ref

    def join(self, path: str = "/") -> str:
        """Join the view at a path."""
        payload: dict[str, object] = {
            "url": f"http://test{path}",
            "session": "s",
            "params": {},
            "sticky": False,
        }
        return self.send("phx_join", payload)

    def click(self, event: str) -> str:
        """A click; its ref."""
        return self.send("event", {"type": "click", "event": event, "value": {}})

    def pump(self) -> None:
        """Whatever waits on either side goes over."""
        carrier = self.carrier
        while carrier is not None and (self.end.outgoing or self._read < len(carrier.heard)):
            outgoing, self.end.outgoing = self.end.outgoing, []
            for frame in outgoing:
                carrier.bring(frame)
            for frame in carrier.heard[self._read :]:
                self._read += 1
                if (mine := self.end.receive(frame)) is not None:
                    self.seen.append(json.loads(mine))
                    self.end.handled(mine)

    @property
    def replies(self) -> list[str]:
        """The refs of what was answered, in order."""
        return [frame[1] for frame in self.seen if frame[3] == "phx_reply"]

    @property
    def numbers(self) -> list[str]:
        """What the view's first slot showed, one after another."""
        shown = [frame[4].get("response", {}).get("diff", frame[4]) for frame in self.seen]
        return [diff["0"] for diff in shown if "0" in diff]
