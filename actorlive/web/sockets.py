"""The open websockets of one application, whichever way they came, and the lines that wait for their next one.

Any of them may end while somebody waits between two of them, by itself or because another is closed: a line that waits
goes on over another socket, or is not waited for any longer. So one that has ended has no `connection`, and closing it
has no effect, whatever kind it is; who walks over them need not ask.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import trio

from actorlive.live.intake import Backlog
from actorlive.runtime import Node, Pid, alive, open_port, statistics

__all__ = [
    "Behind",
    "ListedSocket",
    "ListedView",
    "OpenSocket",
    "Sockets",
    "all_down",
    "let_finish",
    "listed",
    "restart",
]

GOING_AWAY = 1001
SERVICE_RESTART = 1012

CLOSES_PER_SECOND = 200
"""How many clients are sent elsewhere per second, if the time allows: each makes a handshake and a join there."""
STEP = 0.1


@dataclass(frozen=True, slots=True)
class ListedView:
    """A joined view: its process, the name of its class, and its topic, "lv:" and the id of its container."""

    pid: Pid
    name: str
    topic: str


@dataclass(frozen=True, slots=True)
class ListedSocket:
    """An open websocket: the pid that its views monitor, by which id `ActorLive.disconnect` finds it, and its views."""

    pid: Pid
    live_socket_id: str | None
    views: tuple[ListedView, ...]


class Behind(Protocol):
    """What is behind a websocket: a `LiveConnection`, or what has one (`web.lines`)."""

    @property
    def backlog(self) -> Backlog:
        """What the views have not handled."""
        ...

    @property
    def pid(self) -> Pid:
        """The port that the views monitor."""
        ...

    @property
    def views(self) -> list[Pid]:
        """The processes of the views that are joined."""
        ...

    @property
    def topics(self) -> dict[str, Pid]:
        """The joined topics, and the process of each one's view."""
        ...

    def receive(self, frame: str | bytes, /) -> None:
        """Take one frame of the client. Raises `ProtocolError`."""
        ...

    def give_up_the_last(self) -> None:
        """Drop what waits for the view that is furthest behind."""
        ...

    def say_last_words(self) -> None:
        """Let the views say what the page is to have before it hears of the end."""
        ...

    def finish(self, then: Callable[[], None], /) -> None:
        """The socket is about to be closed: call `then`, once, when that costs the page nothing any more."""
        ...

    def close(self) -> None:
        """The socket has ended."""
        ...


class OpenSocket(Protocol):
    """One open websocket, whichever way it came, or a line that waits for its next one; no `connection` once ended."""

    live_socket_id: str | None
    connection: Behind | None

    def close(self, code: int | None) -> None:
        """End the socket behind what is queued; without effect on one that has ended."""
        ...


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

    async def close_in_turn(self, views: list[Pid], seconds: float) -> None:
        """Close every socket with 1012, in batches and in no order, in `seconds` at most; `views` gets their views.

        Clients come back without loading the page. One after another, because they all go to another server now. A line
        finishes first (`web.page_line`).
        """
        sockets = list(self._open)
        random.shuffle(sockets)
        steps = max(1, math.ceil(min(seconds, len(sockets) / CLOSES_PER_SECOND) / STEP))
        size = math.ceil(len(sockets) / steps)
        for start in range(0, len(sockets), size or 1):
            for socket in sockets[start : start + size]:
                views += _views_of(socket)
                let_finish(socket)
            if start + size < len(sockets):
                await trio.sleep(STEP)

    def hurry(self, views: list[Pid]) -> None:
        """It is everybody's turn now."""
        for socket in self:
            views += _views_of(socket)
            let_finish(socket)

    def close_rest(self) -> None:
        """Close what is still open, at once."""
        for socket in self:
            restart(socket)

    async def all_closed(self) -> None:
        """Wait until no socket is open."""
        while self._open:
            self._changed = trio.Event()
            await self._changed.wait()


def _views_of(socket: OpenSocket) -> list[Pid]:
    return [] if socket.connection is None else socket.connection.views


def let_finish(socket: OpenSocket) -> None:
    """Close it as `restart` does, a line (`web.page_line`) when its views have handled what it has taken."""
    if socket.connection is None:
        socket.close(SERVICE_RESTART)
    else:
        socket.connection.finish(partial(restart, socket))


def restart(socket: OpenSocket) -> None:
    """Close it with 1012, behind the last words of its views: its client comes back without loading the page."""
    if socket.connection is not None:
        socket.connection.say_last_words()
    socket.close(SERVICE_RESTART)


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


def listed(sockets: Iterable[OpenSocket]) -> list[ListedSocket]:
    """What there is to tell of open websockets."""
    return [
        ListedSocket(connection.pid, socket.live_socket_id, _views(connection))
        for socket in sockets
        if (connection := socket.connection) is not None
    ]


def _views(connection: Behind) -> tuple[ListedView, ...]:
    living = ((topic, pid) for topic, pid in connection.topics.items() if alive(pid))
    return tuple(ListedView(pid, statistics(pid).function, topic) for topic, pid in living)
