"""One websocket on a non-blocking TCP socket: a state machine without a task.

Its driver (`reactor`) says that the socket can be read or written, and once a second what time it is. Views
call `send` from wherever they run. The states:

    OPEN ── close() ──▶ CLOSING ── all is sent ──▶ LINGERING ── the peer has closed, or time is up ──▶ GONE
      └──── the peer's close frame ────┘                                                                 ▲
      └──── a broken connection, the peer's end of the stream ───────────────────────────────────────────┘

Rules:

* `send` and `close` may be called in a view's stack, so they end nothing there: they write what the kernel takes, keep
  the rest, and ask the driver to go on.
* In a crowd (`crowd`), what views send is gathered and written in the driver's next turn, all sockets in a row. Nothing
  overtakes what is gathered.
* Frames are handed over `TURN` at a time; a peer with more waits for its next turn, and is not read before that.
* Nothing is read while the views are behind (`live.intake`), while the peer leaves more than `max_unsent` bytes unread,
  and, for the rest of its second, when it has sent more than `max_events`: it feels that as TCP's back-pressure. A
  socket that is neither read nor written is not watched at all, since the kernel would report a peer that hung up
  again and again.
* What arrived before the peer's end of the stream is handled before that end: the stream is only read when all that
  was read before has been handed over.
* After a close frame comes our FIN, then everything is dropped until the peer closes or `close_timeout` has passed. A
  plain close would reset the connection, and the reset would overtake the code.
* A peer may be silent between frames for `heartbeat_timeout`, within a frame for `stall_timeout`, before its first join
  for `join_timeout`; and none stays longer than `max_age`.
"""

from __future__ import annotations

import logging
import os
import socket
from enum import Enum, auto
from functools import partial
from typing import Protocol

import trio

from actorlive.errors import ProtocolError
from actorlive.live.intake import Backlog
from actorlive.web.allowance import Allowance, reached
from actorlive.web.client_socket import TRY_AGAIN_LATER
from actorlive.web.limits import Limits
from actorlive.web.page_line import doom
from actorlive.web.sockets import Behind, Sockets, let_finish
from actorlive.wire.websocket import (
    NO_STATUS,
    Close,
    FrameReader,
    Ping,
    Pong,
    close_frame,
    pong_frame,
    sole_text,
    text_frame,
)

__all__ = ["DirectSocket", "SocketDriver", "State"]

CHUNK = 64 * 1024
GATHERED = 16 * 1024
"""Bytes that are kept for the driver's next turn; with more, they are written at once."""
TURN = 64
"""Frames of one peer that are handed over before others have their turn."""

_log = logging.getLogger("actorlive.web")


class State(Enum):
    """Where a websocket stands."""

    OPEN = auto()
    CLOSING = auto()
    LINGERING = auto()
    GONE = auto()


class SocketDriver(Protocol):
    """The driver: it calls `readable`, `writable`, `go_on`, `flush` and `tick`."""

    def gathers(self, direct: DirectSocket) -> bool:
        """A frame is about to be written: True when it is to wait for the next turn, and be written in a row."""
        ...

    def watch(self, direct: DirectSocket) -> None:
        """What the socket waits for (`wants_read`, `wants_write`) has changed."""
        ...

    def call_again(self, direct: DirectSocket) -> None:
        """Call `go_on` in the next turn."""
        ...

    def flush_later(self, direct: DirectSocket) -> None:
        """Call `flush` in the next turn."""
        ...

    def forget(self, direct: DirectSocket) -> None:
        """The socket is about to be closed."""
        ...


class DirectSocket:
    """One websocket. Made by the handshake, opened when the answer is on its way."""

    __slots__ = (
        "_allowance",
        "_behind",
        "_deadline",
        "_driver",
        "_gathered",
        "_heard",
        "_left",
        "_limits",
        "_paused",
        "_reader",
        "_sockets",
        "_stuck_at",
        "_tcp",
        "_unsent",
        "_unsent_size",
        "connection",
        "live_socket_id",
        "state",
        "wants_read",
        "wants_write",
    )

    def __init__(
        self,
        driver: SocketDriver,
        sockets: Sockets,
        limits: Limits,
        live_socket_id: str | None,
        allowance: Allowance,
    ) -> None:
        self.live_socket_id = live_socket_id
        self.connection: Behind | None = None
        self.state = State.OPEN
        self.wants_read: bool = True
        self.wants_write: bool = False
        self._driver = driver
        self._sockets = sockets
        self._limits = limits
        self._reader = FrameReader(limits.max_frame)
        self._tcp: socket.socket | None = None
        self._unsent: list[bytes] = []  # not a deque: an empty one, as most are, has 760 bytes
        self._unsent_size = 0
        self._gathered = b""  # what goes out in the driver's next turn; then nothing is unsent
        self._heard = True
        self._behind = False  # a turn was not enough for what has been read
        self._paused = False
        self._allowance = allowance
        self._left = limits.max_events  # of what may come in this second
        self._deadline = 0.0  # of the peer's silence, of a pause, or of our patience at the end
        self._stuck_at = 0.0  # when a peer that reads nothing is given up

    # -- the life of the socket ------------------------------------------------

    def open(self, tcp: socket.socket, early: bytes) -> None:
        """The handshake is done; `early` came in one packet with it."""
        tcp.setblocking(False)
        self._tcp = tcp
        self._sockets.add(self)
        self._driver.watch(self)
        if early:
            self._reader.feed(early)
            self._driver.call_again(self)

    def fileno(self) -> int:
        """The descriptor, -1 when the socket is closed."""
        return -1 if self._tcp is None else self._tcp.fileno()

    def close(self, code: int | None) -> None:
        """End the socket behind what is queued, and a line with it; None when the peer is gone."""
        if code is not None:
            doom(self.connection)
        self._begin_to_close(code)

    def _begin_to_close(self, code: int | None) -> None:
        if self.state is not State.OPEN:
            return
        self.flush()
        self.state = State.CLOSING  # before the frame is written, which may be what overflows
        if code is not None:
            self._write(close_frame(None if code == NO_STATUS else code))
        self._driver.call_again(self)

    def abort(self) -> None:
        """The connection is lost, or its peer is given up: nothing more can be said."""
        if self.state is State.GONE:
            return
        self._end_views()
        self.state = State.GONE
        if self._tcp is not None:
            self._driver.forget(self)
            self._tcp.close()
            self._tcp = None
        self._unsent.clear()
        self._unsent_size = 0
        self._gathered = b""

    def drop(self) -> None:
        """Read and send nothing any more; what was behind the socket goes on without it."""
        self.flush()
        self._sockets.discard(self)
        self.connection = None
        self.abort()

    def duplicate(self) -> tuple[int, bytes] | None:
        """Another descriptor of the connection, and what was read and not handed over; None while it is not all ours
        to give: something is unsent, or it is closing."""
        self.flush()
        if self._tcp is None or self._unsent or self.state is not State.OPEN:
            return None
        return os.dup(self._tcp.fileno()), self._reader.rest()

    def charge(self, allowance: Allowance) -> None:
        """The socket is on that account from now on."""
        self._allowance = allowance

    def _end_views(self) -> None:
        if self.state in {State.OPEN, State.CLOSING}:
            self._sockets.discard(self)
            connection, self.connection = (
                self.connection,
                None,
            )  # it has our `send`: neither is to keep the other
            if connection is not None:
                connection.close()

    def _shut(self) -> None:
        """All is sent: our side of the connection ends, and with it the views."""
        self._end_views()
        self.state = State.LINGERING
        self._deadline = trio.current_time() + self._limits.close_timeout
        try:
            if self._tcp is not None:
                self._tcp.shutdown(socket.SHUT_WR)
        except OSError:
            self.abort()
            return
        self._watch()

    # -- reading ---------------------------------------------------------------

    def readable(self) -> None:
        """The kernel has bytes, or the end of the stream."""
        if self._tcp is None or self._behind:
            return
        try:
            data = self._tcp.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            self.abort()
            return
        self._heard = True
        if not data:
            self.abort()
        elif self.state is State.OPEN:
            self._take_bytes(data)

    def _take_bytes(self, data: bytes) -> None:
        if self._reader.idle and (text := sole_text(data, self._limits.max_frame)) is not None:
            self._hand_over(text)
            if self._left <= 0:
                self._watch()
        else:
            self._reader.feed(data)
            self.go_on()

    def go_on(self) -> None:
        """Hand over what has been read, a turn's worth; then see to an end that was asked for."""
        self._behind = False
        for _ in range(TURN):
            if self.state is not State.OPEN or self._paused or self._left <= 0:
                break
            if not self._next_frame():
                break
        else:
            self._behind = True
            self._driver.call_again(self)
        if self.state is State.CLOSING and not self._unsent:
            self._shut()
        elif self.state in {State.OPEN, State.CLOSING}:
            self._watch()

    def _next_frame(self) -> bool:
        """Take one frame; False when there is no whole one."""
        try:
            received = self._reader.next()
        except ProtocolError as error:
            self._refuse(error)
            return False
        match received:
            case None:
                return False
            case Ping(payload):
                self._left -= 1
                self._write(pong_frame(payload))
            case Pong():
                self._left -= 1
            case Close(code, _):
                self._begin_to_close(code)  # which is no reason by itself for a line to end
            case message:
                self._hand_over(message)
        return True

    def _hand_over(self, message: str | bytes) -> None:
        connection = self.connection
        if connection is None:
            return
        self._left -= 1
        try:
            connection.receive(message)
        except ProtocolError as error:
            self._refuse(error)
        if connection.backlog.is_full and not self._paused:
            self._pause(connection.backlog)

    def _refuse(self, error: ProtocolError) -> None:
        self._allowance.tell_of_fault(error)
        self.close(error.code)

    # -- back-pressure ---------------------------------------------------------

    def _pause(self, backlog: Backlog) -> None:
        self._paused = True
        self._deadline = trio.current_time() + self._limits.max_pause
        if backlog.is_behind:
            self._allowance.tell_of_pause(backlog)
        backlog.when_room(self._resume)
        self._watch()

    def _resume(self) -> None:
        """The views have caught up. Called in a view's stack."""
        self._paused = False
        self._heard = True
        if self.state is not State.GONE:
            self._driver.call_again(self)

    def _watch(self) -> None:
        """Tell the driver what this socket waits for, if that has changed."""
        listening = self.state is State.LINGERING or (
            self.state is State.OPEN
            and not self._paused
            and self._left > 0
            and self._unsent_size <= self._limits.max_unsent
        )
        write = bool(self._unsent)
        if listening != self.wants_read or write != self.wants_write:
            self.wants_read, self.wants_write = listening, write
            self._driver.watch(self)

    # -- writing ---------------------------------------------------------------

    def send(self, frame: bytes) -> None:
        """Send one text frame, or queue it. Never waits, never raises; after `close` it is lost."""
        if self.state is not State.OPEN:
            return
        data = text_frame(frame)
        if not self._unsent and self._driver.gathers(self) and len(self._gathered) + len(data) <= GATHERED:
            self._gather(data)
        else:
            self._write(data)

    def _gather(self, data: bytes) -> None:
        if not self._gathered:
            self._driver.flush_later(self)
        self._gathered += data

    def flush(self) -> None:
        """Write what was gathered."""
        if self._gathered:
            self._write(b"")

    def _write(self, data: bytes) -> None:
        if self._gathered:
            data, self._gathered = self._gathered + data, b""
        if not self._unsent:
            sent = self._send_now(data)
            if sent == len(data):
                return
            data = data[sent:]
            self._stuck_at = trio.current_time() + self._limits.send_timeout
        self._unsent.append(data)
        self._unsent_size += len(data)
        if self._unsent_size > self._limits.max_queue:
            self._overflow()
        elif self._unsent_size > self._limits.max_unsent and self.wants_read:
            self._allowance.tell("max_unsent", "reads too slowly, and is not read itself")
        self._watch()

    def _send_now(self, data: bytes) -> int:
        """How many bytes the kernel took. A broken connection takes all: its end is found by reading."""
        if self._tcp is None:
            return len(data)
        try:
            return self._tcp.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            return len(data)

    def _overflow(self) -> None:
        """The peer does not keep up: what it has not begun to get is dropped, and it may come back."""
        if self.state is not State.OPEN:
            return
        self._allowance.tell_of_overflow()
        del self._unsent[1:]
        self._unsent_size = len(self._unsent[0])
        self.close(TRY_AGAIN_LATER)

    def writable(self) -> None:
        """The kernel takes bytes again."""
        done = 0
        for data in self._unsent:
            sent = self._send_now(data)
            self._unsent_size -= sent
            if sent:
                self._stuck_at = trio.current_time() + self._limits.send_timeout
            if sent < len(data):
                self._unsent[done] = data[sent:]
                break
            done += 1
        del self._unsent[:done]
        if not self._unsent:
            self.go_on()

    # -- time ------------------------------------------------------------------

    def tick(self, now: float) -> None:
        """A second has passed."""
        if self._left <= 0:
            self._read_again()
        self._left = self._limits.max_events
        if self._unsent and now > self._stuck_at:
            reached("send_timeout", self._allowance.name)
            _log.warning("dropped a connection that accepted nothing for %s s", self._limits.send_timeout)
            self.abort()
        elif self.state is State.LINGERING:
            if now > self._deadline:
                self.abort()
        elif self._paused:
            if now > self._deadline and self.connection is not None:
                self._deadline = now + self._limits.max_pause
                self.connection.give_up_the_last()
        else:
            self._look_at_silence(now)

    def _look_at_silence(self, now: float) -> None:
        """Whether the peer has been here for too long, or said nothing for too long."""
        if now > self._allowance.expires:
            if (code := self._allowance.expire(now, partial(let_finish, self))) is not None:
                self.close(code)
        elif self._heard or not self.wants_read:
            self._heard = False
            limits = self._limits
            self._deadline = now + (limits.heartbeat_timeout if self._reader.idle else limits.stall_timeout)
        elif now > self._deadline:
            limit = "heartbeat_timeout" if self._reader.idle else "stall_timeout"
            self.close(self._allowance.fall_silent(limit))

    def _read_again(self) -> None:
        """What was too much for one second is for the next."""
        if self.state is State.OPEN:
            self._allowance.tell("max_events", "sends too much, and is not read for a while")
            self._driver.call_again(self)
