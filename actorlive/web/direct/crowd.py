"""A crowd: so many sockets are busy at a time that it pays to write to them in a row.

A call into the kernel in the middle of each view's event makes the processor forget the code that it runs, and costs
more than the event. So what many views send is kept, and written in the driver's next turn, all sockets in a row. A
crowd is known by what it does, in either direction, and for one turn at a time:

* by what is read: a turn has served `CROWD` sockets, whose views are about to answer, or has not yet written to all;
* by what is sent: between two turns `CROWD` frames went out, each to another socket than the one before, within
  `MOMENT`. That is a broadcast, which reads nothing.

A socket that is alone is written to at once, however much is sent: a frame is never kept for what may follow it.
"""

from __future__ import annotations

import trio

__all__ = ["CROWD", "MOMENT", "Crowding"]

CROWD = 8
"""Sockets that are read, or written to, from which on their views' frames are written in a row."""
MOMENT = 0.02
"""Seconds within which the frames of a crowd are sent. Between two turns there may be hours."""


class Crowding:
    """What a driver knows of the sockets that are busy since its turn began."""

    __slots__ = ("_last", "_since", "_written", "is_known")

    def __init__(self) -> None:
        self.is_known = False
        """True from the moment that it was found, until the next turn."""
        self._written = 0
        self._since = 0.0
        self._last: object = None

    def begin_turn(self, busy: int) -> None:
        """So many sockets are served in this turn, or wait to be written to; whatever was known before is over."""
        self.is_known = busy >= CROWD
        self._written = 0
        self._last = None

    def takes(self, one: object) -> bool:
        """A frame is about to go to this socket: True when it is one of a crowd, and the frame waits for the turn."""
        if not self.is_known and one is not self._last:
            self._count(one)
        return self.is_known

    def forget(self, one: object) -> None:
        """The socket is gone, and not to be kept."""
        if one is self._last:
            self._last = None

    def _count(self, one: object) -> None:
        self._last = one
        if self._written == 0:
            self._since = trio.current_time()
        self._written += 1
        if self._written > CROWD:
            self.is_known = trio.current_time() - self._since <= MOMENT
            self._written = 0
