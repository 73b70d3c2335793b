"""The server's end of lines: connections of pages that outlive their websockets (docs/design/line.md).

What a websocket brings goes to whatever is *behind* it (`sockets.Behind`), which changes in the socket's life:

    Arrival ── the first frame is not of a line ──▶ the LiveConnection itself, as ever
       └────── `#new`, `#resume` ─────────────────▶ its PageLine, with the LiveConnection inside

A `PageLine` has a socket, or is in `Lines` as one that lingers, or is over:

    on a socket ── the socket breaks ──▶ lingers ── `#resume`, of the same visitor ──▶ on another socket
         ├── `#goodbye`                     ├── its time is up, or there are too many
         └── the server closes the socket ──┴── `close`, `disconnect`, the end of the node ──▶ over

A socket that is superseded is dropped before the next one is heard, with all that it has read: none of it was counted.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import trio

from actorlive import telemetry
from actorlive.errors import ProtocolError
from actorlive.live.process.connection import LiveConnection
from actorlive.runtime import Node, Port, Timer, cancel_timer, entering, open_port, send_after
from actorlive.web.allowance import Allowance
from actorlive.web.limits import Limits
from actorlive.web.page_line import Carrier, PageLine, Wrapped, encoded
from actorlive.web.sockets import Behind, Sockets
from actorlive.web.visitor import is_visitor, known_visitor
from actorlive.wire.line import (
    CannotResume,
    Gone,
    Handle,
    LineFrame,
    New,
    Resume,
    is_control,
    parse_control,
)

__all__ = ["Arrival", "Lines", "Lingering"]

RANDOM_BYTES = 16
"""Of a handle. It is all that a page shows for its line beside the visitor's session, so it must not be guessed."""

VIOLATION = 1002

_log = logging.getLogger("actorlive.web")


class OtherLines(Protocol):
    """Lines that live in other processes behind the same address (`web.workers`)."""

    def pass_on(self, socket: Carrier, resume: Resume, visitor: str, peer: object, /) -> bool:
        """Hand the websocket over to the process that its line lives in; False where that cannot be."""
        ...

    def end(self, handle: str, visitor: str, /) -> None:
        """The visitor's page has given that line up."""
        ...


class Lingering:
    """A line without a socket, among the open sockets: it is listed with them, and closed as they are.

    It is over when the line is, or has a socket again.
    """

    __slots__ = ("connection", "line", "lines", "live_socket_id", "since", "timer")

    def __init__(self, lines: Lines, line: PageLine, timer: Timer) -> None:
        self.lines = lines
        self.line = line
        self.timer = timer
        self.since: float = trio.current_time()
        self.live_socket_id = line.live_socket_id
        self.connection: Behind | None = line

    def close(self, code: int | None) -> None:
        """End the line; without effect when this is over."""
        if self.connection is not None:
            self.lines.end_lingering(self)


class Arrival(Wrapped):
    """Stands behind a websocket of which nothing has come yet: the first frame says what it is."""

    __slots__ = ("_allowance", "_lines", "_session", "_socket")

    def __init__(
        self,
        lines: Lines,
        socket: Carrier,
        connection: LiveConnection,
        allowance: Allowance,
        session: Mapping[str, Any] | None,
    ) -> None:
        super().__init__(connection)
        self._lines = lines
        self._socket = socket
        self._allowance = allowance
        self._session = session

    def receive(self, frame: LineFrame) -> None:
        """Take the first frame. Raises `ProtocolError`."""
        if not is_control(frame):
            self._socket.connection = self.connection
            self.connection.receive(frame)
            return
        match parse_control(str(frame)):
            case New(old):
                self._begin(old)
            case Resume(handle, count):
                self._resume(handle, count)
            case control:
                raise ProtocolError(VIOLATION, f"{control.encode()[:80]!r} before there is a line")

    def close(self) -> None:
        """The socket has ended before it said anything."""
        self.connection.close()

    def _begin(self, old: str | None) -> None:
        visitor, lines = known_visitor(self._session), self._lines
        if visitor is None or not lines.linger:
            self._socket.connection = self.connection
            self._socket.send(encoded(Gone()))
            return
        if old is not None:
            lines.replace(old, visitor)
        line = lines.begin(self._socket, self.connection, self._allowance, visitor)
        self._socket.connection = line
        self._socket.send(encoded(Handle(line.handle, lines.linger)))

    def _resume(self, handle: str, count: int) -> None:
        others, visitor = self._lines.others, known_visitor(self._session)
        if others is not None and visitor is not None:
            if others.pass_on(self._socket, Resume(handle, count), visitor, self._allowance.name):
                self.connection.close()
                return
        why = self._lines.resume(handle, count, self._socket, self._allowance, self._session)
        if why is None:
            self.connection.close()  # made for this socket, which is another's now
        else:
            _log.info("refused to resume a line of %s: %s", self._allowance.name, why)
            telemetry.execute("line.refused", {}, {"peer": self._allowance.name, "why": why})
            self._socket.connection = self.connection
            self._socket.send(encoded(Gone()))


class Lines:
    """All lines of one application, by handle. `linger` is the seconds that they outlive their sockets; 0 for none.

    `prefix` begins each handle: by it, who has several processes behind one address finds out whose a line is. `others`
    are the lines of those.
    """

    def __init__(self, sockets: Sockets, limits: Limits, linger: float, prefix: str = "") -> None:
        self.linger = linger
        self.prefix = prefix
        self.others: OtherLines | None = None
        self._sockets = sockets
        self._limits = limits
        self._lines: dict[str, PageLine] = {}
        self._lingering: dict[PageLine, Lingering] = {}
        self._by_visitor: dict[str, int] = {}
        self._node: Node | None = None
        self._port: Port | None = None

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def lingering(self) -> int:
        """How many have no socket."""
        return len(self._lingering)

    @contextmanager
    def on(self, node: Node) -> Generator[None]:
        """Lines may linger while this node is open."""
        self._node, self._port = node, open_port(self._on_time, node=node, label="lines")
        try:
            yield
        finally:
            for lingering in list(self._lingering.values()):
                self.end_lingering(lingering)
            self._lines.clear()
            self._port.close()
            self._node = self._port = None

    # -- who comes -------------------------------------------------------------

    def begin(
        self, socket: Carrier, connection: LiveConnection, allowance: Allowance, visitor: str
    ) -> PageLine:
        """A new line, on this socket."""
        handle = self.prefix + secrets.token_urlsafe(RANDOM_BYTES)
        unconfirmed = self._limits.max_unconfirmed
        line = PageLine(self, handle, visitor, socket, connection, allowance, unconfirmed)
        self._lines[handle] = line
        return line

    def replace(self, handle: str, visitor: str) -> None:
        """The visitor's page has given that line up, and begins another."""
        line = self._lines.get(handle)
        if line is not None and line.visitor == visitor:
            self.end(line)
        elif line is None and self.others is not None:
            self.others.end(handle, visitor)

    def resume(
        self,
        handle: str,
        count: int,
        socket: Carrier,
        allowance: Allowance,
        session: Mapping[str, Any] | None,
    ) -> str | None:
        """Let a line go on over this socket, if it is the visitor's; else why not."""
        line = self._lines.get(handle)
        if line is None or line.is_doomed:
            return "unknown"
        if session is None or not is_visitor(session, line.visitor):
            return "visitor"
        name, before = allowance.name, self._lingering.get(line)
        try:
            frames = line.resume(socket, count, allowance)
        except CannotResume as error:
            _log.info("a page of %s cannot be made whole: it has %s", name, error)
            self.end(line)
            return "count"
        after = 0.0
        if before is not None:
            after = trio.current_time() - before.since
            self._take_back(before)
        telemetry.execute("line.resumed", {"after": after, "frames": frames}, {"peer": name})
        return None

    # -- who goes --------------------------------------------------------------

    def await_return(self, line: PageLine) -> None:
        """The line has lost its socket."""
        telemetry.execute("line.broken", {}, {"peer": line.allowance.name})
        if self._node is None or self._port is None or self._node.stopping:
            self.forget(line)
            line.end()
            return
        self._make_room(line.visitor)
        with entering(self._node):
            timer = send_after(self._port.pid, line, self.linger)
        lingering = self._lingering[line] = Lingering(self, line, timer)
        self._by_visitor[line.visitor] = self._by_visitor.get(line.visitor, 0) + 1
        self._sockets.add(lingering)  # which closes it, when the server goes down

    def _make_room(self, visitor: str) -> None:
        """The one that has waited longest goes, of this visitor or of all."""
        waiting = self._lingering.values()
        if self._by_visitor.get(visitor, 0) >= self._limits.max_lingering_per_session:
            theirs = (lingering for lingering in waiting if lingering.line.visitor == visitor)
            self._expire(next(theirs), "max_lingering_per_session")
        elif len(waiting) >= self._limits.max_lingering:
            self._expire(next(iter(waiting)), "max_lingering")

    def give_up(self, line: PageLine) -> None:
        """A line without a socket has more to say than is kept. Called in a view's stack: it ends in the next turn."""
        if self._node is not None and self._port is not None:
            with entering(self._node):
                send_after(self._port.pid, line, 0.0)

    def _on_time(self, message: object) -> None:
        lingering = self._lingering.get(message) if isinstance(message, PageLine) else None
        if lingering is not None:
            self._expire(lingering, "max_unconfirmed" if lingering.line.is_doomed else "linger")

    def _expire(self, lingering: Lingering, why: str) -> None:
        allowance = lingering.line.allowance
        if why != "linger":
            allowance.tell(why, "is not waited for any longer")
        telemetry.execute("line.expired", {}, {"peer": allowance.name, "why": why})
        self.end_lingering(lingering)

    def end_lingering(self, lingering: Lingering) -> None:
        """End a line without a socket."""
        self._take_back(lingering)
        self.forget(lingering.line)
        lingering.line.end()

    def _take_back(self, lingering: Lingering) -> None:
        lingering.connection = None
        cancel_timer(lingering.timer)
        del self._lingering[lingering.line]
        visitor = lingering.line.visitor
        self._by_visitor[visitor] -= 1
        if not self._by_visitor[visitor]:
            del self._by_visitor[visitor]
        self._sockets.discard(lingering)

    def end(self, line: PageLine) -> None:
        """End a line, whether it has a socket or not."""
        lingering = self._lingering.get(line)
        if lingering is not None:
            self.end_lingering(lingering)
        elif line.socket is not None:
            line.doom()
            socket, line.socket = line.socket, None
            socket.drop()
            line.end()

    def forget(self, line: PageLine) -> None:
        """Nobody can resume it any more."""
        self._lines.pop(line.handle, None)
