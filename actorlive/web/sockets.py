"""The open websockets of one application, and the outgoing side of each.

A view sends without waiting, so what a client has not read yet waits here, within a limit: a client that does
not keep up is closed, and comes back to a fresh render. Closing is an order to the writer, which sends what
was queued before, then the close frame.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator
from typing import Protocol

import trio

from actorlive import telemetry
from actorlive.live.intake import Backlog
from actorlive.live.process.connection import LiveConnection
from actorlive.runtime import Node, Pid, open_port

__all__ = ["ClientSocket", "OpenSocket", "Pauses", "Sockets", "all_down"]

GOING_AWAY = 1001
SERVICE_RESTART = 1012
TRY_AGAIN_LATER = 1013

_log = logging.getLogger("actorlive.web")


class ClientSocket:
    """The outgoing side of one websocket: frames in order, at most `max_queue` bytes of them."""

    def __init__(self, max_queue: int, live_socket_id: str | None) -> None:
        self.live_socket_id = live_socket_id
        self.connection: LiveConnection | None = None
        self.close_code: int | None = None
        self.closing = False
        self._frames: deque[bytes] = deque()
        self._size = 0
        self._max_queue = max_queue
        self._wake = trio.Event()

    def send(self, frame: bytes) -> None:
        """Queue one frame. Never waits, never raises; after `close` it is lost."""
        if self.closing:
            return
        self._frames.append(frame)
        self._size += len(frame)
        if self._size > self._max_queue:
            self._frames.clear()
            self.close(TRY_AGAIN_LATER)
        else:
            self._wake.set()

    def close(self, code: int | None) -> None:
        """End the socket behind what is queued; None when the peer has closed already."""
        if not self.closing:
            self.closing = True
            self.close_code = code
            self._wake.set()

    async def next_frame(self) -> bytes | None:
        """The next frame to send, waiting for it; None when the socket is to be closed now."""
        while not self._frames:
            if self.closing:
                return None
            self._wake = trio.Event()
            await self._wake.wait()
        frame = self._frames.popleft()
        self._size -= len(frame)
        return frame


class OpenSocket(Protocol):
    """One open websocket, whichever way it came."""

    live_socket_id: str | None
    connection: LiveConnection | None

    def close(self, code: int | None) -> None:
        """End the socket behind what is queued."""
        ...


class Pauses:
    """Says that a socket is not read, because its views are behind: in the log once for each socket."""

    __slots__ = ("_peer", "_told")

    def __init__(self, peer: object) -> None:
        self._peer = peer
        self._told = False

    def tell(self, backlog: Backlog) -> None:
        """Reading has paused."""
        telemetry.execute(
            "socket.paused", {"events": backlog.events, "bytes": backlog.size}, {"peer": self._peer}
        )
        if not self._told:
            self._told = True
            _log.warning(
                "paused reading from %s: its views have %d events of %d bytes to handle; see Limits.max_waiting",
                self._peer,
                backlog.events,
                backlog.size,
            )


class Sockets:
    """All open websockets of one application. While it is `draining`, one that still comes is closed at once."""

    def __init__(self) -> None:
        self.draining: bool = False
        self._open: set[OpenSocket] = set()
        self._changed = trio.Event()

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[OpenSocket]:
        return iter(list(self._open))

    def add(self, socket: OpenSocket) -> None:
        """The websocket is open."""
        self._open.add(socket)
        if self.draining:  # its handshake had begun before
            socket.close(SERVICE_RESTART)

    def discard(self, socket: OpenSocket) -> None:
        """The websocket has ended."""
        self._open.discard(socket)
        self._changed.set()

    def disconnect(self, live_socket_id: str | None) -> int:
        """Close the sockets of one `live_socket_id`; returns how many. Their clients come back and are
        authorized anew (mirrors broadcasting "disconnect" to it). None and "" are nobody's, and close nothing."""
        if not live_socket_id:
            return 0
        theirs = [socket for socket in self if socket.live_socket_id == live_socket_id]
        for socket in theirs:
            socket.close(GOING_AWAY)
        return len(theirs)

    async def close_all(self, node: Node) -> None:
        """Close every socket with 1012, so that clients reconnect without loading the page, and wait until
        their views have ended, each behind the events that it still had."""
        views = [view for socket in self for view in (socket.connection.views if socket.connection else ())]
        for socket in self:
            socket.close(SERVICE_RESTART)
        while self._open:
            self._changed = trio.Event()
            await self._changed.wait()
        await all_down(node, views)


async def all_down(node: Node, pids: list[Pid]) -> None:
    """Wait until every one of these processes has ended."""
    left = len(pids)
    done = trio.Event()

    def one_down(_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            done.set()

    port = open_port(one_down, node=node, label="drain")
    try:
        for pid in pids:
            port.monitor(pid)
        if pids:
            await done.wait()
    finally:
        port.close()
