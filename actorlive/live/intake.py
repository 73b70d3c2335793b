"""What a client has sent and its views have not handled yet: bounded per socket, and so per view.

A view handles one event at a time, and what comes meanwhile waits in its mailbox. The rules of that wait:

* An event counts, with the bytes of its frame, from its arrival until its view has handled it; those of all views of
  a socket count together, those of views that were left included.
* Up to the bound the socket is still read, however busy one view is: heartbeats are answered, and siblings go on.
  Above it the socket is not read, so that the peer waits, until half of the bound is free again. Events go to their
  mailboxes as they come, so a pause changes no order and loses nothing.
* A pause ends in time for the client's next heartbeat. When the views have not caught up by then, the one that is
  furthest behind is given up: for its client it has crashed and is mounted afresh, what it had not handled is
  dropped, and its siblings live. A handler that runs is not interrupted, and what was acknowledged is done.
* A view whose socket has gone, or that was left, handles what waits for a while longer; what it has not reached by then
  is dropped. Then it ends in order.

An application sees the bounds as `Limits`, what they do as log lines and as telemetry.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import trio

__all__ = [
    "MAX_FRAME",
    "MAX_OUTLIVE",
    "MAX_UPLOADS",
    "MAX_WAITING",
    "MAX_WAITING_EVENTS",
    "Backlog",
    "FileIntake",
    "Intake",
]

MAX_FRAME = 1024 * 1024
"""Bytes of one message."""
MAX_WAITING = 1024 * 1024
MAX_WAITING_EVENTS = 2_000
MAX_OUTLIVE = 30.0
MAX_UPLOADS = 1_000
"""Files of one socket that are on their way, or here and not consumed."""


class Backlog:
    """The events of one socket that wait for its views: `events` of them, `size` bytes."""

    __slots__ = ("_empty", "_room", "chunks", "events", "max_events", "max_size", "size")

    def __init__(self, max_size: float = MAX_WAITING, max_events: float = MAX_WAITING_EVENTS) -> None:
        self.max_size = max_size
        self.max_events = max_events
        self.size = 0
        self.events = 0
        self.chunks = 0
        """Bytes of files among them: that they wait for the disk is nothing to be told of."""
        self._room: Callable[[], None] | None = None
        self._empty: Callable[[], None] | None = None

    @property
    def is_behind(self) -> bool:
        """True when the views have too much to handle, and not only the disk too much to write."""
        return self.size - self.chunks > self.max_size or self.events > self.max_events

    @property
    def is_full(self) -> bool:
        """True when the socket should not be read."""
        return self.size > self.max_size or self.events > self.max_events

    async def room(self) -> None:
        """Wait until at most half of the bound is used."""
        if not self._is_half_empty():
            room = trio.Event()
            self.when_room(room.set)
            await room.wait()

    def when_room(self, tell: Callable[[], None]) -> None:
        """Call `tell`, once, when at most half of the bound is used. Only one caller at a time."""
        self._room = tell

    def when_empty(self, tell: Callable[[], None]) -> None:
        """Call `tell`, once, when no event waits, which may be now. It is called in a view's stack, between two
        messages. The last caller counts."""
        if self.events:
            self._empty = tell
        else:
            tell()

    def release(self, events: int, size: int) -> None:
        """Count so much as handled or dropped."""
        self.events -= events
        self.size -= size
        if self._room is not None and self._is_half_empty():
            tell, self._room = self._room, None
            tell()
        if self._empty is not None and not self.events:
            tell, self._empty = self._empty, None
            tell()

    def _is_half_empty(self) -> bool:
        return self.size <= self.max_size // 2 and self.events <= self.max_events // 2


class Intake:
    """One view's part of the backlog."""

    __slots__ = ("_backlog", "deadline", "events", "size")

    def __init__(self, backlog: Backlog) -> None:
        self._backlog: Backlog | None = backlog
        self.events = 0
        self.size = 0
        self.deadline = inf

    @property
    def share(self) -> float:
        """This view's share of the bound."""
        if self._backlog is None:
            return 0.0
        return max(self.size / (self._backlog.max_size or 1), self.events / (self._backlog.max_events or 1))

    @property
    def is_over(self) -> bool:
        """True when the events that wait are to be dropped."""
        return self.deadline < inf and trio.current_time() > self.deadline

    def arrived(self, size: int) -> None:
        """Count an event of that size, which goes to the view."""
        self.events += 1
        self.size += size
        if self._backlog is not None:
            self._backlog.events += 1
            self._backlog.size += size

    def handled(self, size: int) -> None:
        """The view has handled one event."""
        self.events -= 1
        self.size -= size
        backlog = self._backlog
        if backlog is not None:
            backlog.release(1, size)

    def outlives(self, seconds: float) -> None:
        """The client has left: the view may handle what waits for so many seconds."""
        self.deadline = min(self.deadline, trio.current_time() + seconds)

    def give_up(self) -> None:
        """The view has ended, or its events are to be dropped: they no longer count."""
        backlog, self._backlog, self.deadline = self._backlog, None, -inf
        if backlog is not None:
            backlog.release(self.events, self.size)


class FileIntake(Intake):
    """The part of a file that is uploaded: the one chunk that waits to be written."""

    __slots__ = ()

    def arrived(self, size: int) -> None:
        """Count a chunk of that size."""
        super().arrived(size)
        if self._backlog is not None:
            self._backlog.chunks += size

    def handled(self, size: int) -> None:
        """It is written."""
        if self._backlog is not None:
            self._backlog.chunks -= size
        super().handled(size)

    def give_up(self) -> None:
        """The file is not wanted any more."""
        if self._backlog is not None:
            self._backlog.chunks -= self.size
        super().give_up()
