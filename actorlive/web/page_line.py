"""One line on the server: the accounts of a page's connection, whichever websocket it is on, and what ends it.

Where a server goes down in order, or a socket has lived for `Limits.max_age`, a line *finishes* first: it takes no more
frames, and when its views have handled what it took, its last word is `#drained`, with the count. Until then answers go
out as ever, over the next socket where this one breaks. A line that has not finished when the time is up (`web.ending`,
`Allowance.expire`), or that has no socket, cannot say a count that would be true.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from actorlive.errors import ProtocolError
from actorlive.live.intake import Backlog
from actorlive.live.process.connection import LiveConnection
from actorlive.runtime import Pid
from actorlive.web.allowance import Allowance
from actorlive.web.sockets import Behind, OpenSocket, restart
from actorlive.wire.line import (
    Drained,
    Gone,
    Goodbye,
    LineControl,
    LineCount,
    LineEnd,
    LineFrame,
    LinePing,
    is_control,
    parse_control,
)

if TYPE_CHECKING:
    from actorlive.web.lines import Lines

__all__ = ["Carrier", "PageLine", "Wrapped", "doom", "encoded"]

VIOLATION = 1002


class Carrier(OpenSocket, Protocol):
    """The websocket that a line is on."""

    def send(self, frame: bytes, /) -> None:
        """Send one text frame, or queue it."""
        ...

    def drop(self) -> None:
        """Read and send nothing any more; what is behind the socket goes on without it."""
        ...

    def charge(self, allowance: Allowance) -> None:
        """The socket is on that account from now on."""
        ...


class Wrapped:
    """What is behind a socket in place of a `LiveConnection`, which it has."""

    __slots__ = ("connection",)

    def __init__(self, connection: LiveConnection) -> None:
        self.connection: LiveConnection = connection

    @property
    def backlog(self) -> Backlog:
        """What the views have not handled."""
        return self.connection.backlog

    @property
    def pid(self) -> Pid:
        """The port that the views monitor."""
        return self.connection.pid

    @property
    def views(self) -> list[Pid]:
        """The processes of the views that are joined."""
        return self.connection.views

    @property
    def topics(self) -> dict[str, Pid]:
        """The joined topics, and the process of each one's view."""
        return self.connection.topics

    def give_up_the_last(self) -> None:
        """Drop what waits for the view that is furthest behind."""
        self.connection.give_up_the_last()

    def say_last_words(self) -> None:
        """Let the views say what the page is to have before it hears of the end."""
        self.connection.say_last_words()

    def finish(self, then: Callable[[], None]) -> None:
        """There is nothing to wait for: call `then`."""
        then()


class PageLine(Wrapped):
    """One of them. `lines` is where it is known by its `handle`, `visitor` whose it is."""

    __slots__ = (
        "_end",
        "_lines",
        "allowance",
        "handle",
        "is_doomed",
        "is_finishing",
        "live_socket_id",
        "socket",
        "visitor",
    )

    def __init__(
        self,
        lines: Lines,
        handle: str,
        visitor: str,
        socket: Carrier,
        connection: LiveConnection,
        allowance: Allowance,
        max_unconfirmed: float,
    ) -> None:
        super().__init__(connection)
        self.handle = handle
        self.visitor = visitor
        self.live_socket_id = socket.live_socket_id
        self.allowance = allowance
        self.socket: Carrier | None = socket
        self.is_doomed: bool = False
        """True when it ends with its socket, or has ended."""
        self.is_finishing: bool = False
        """True when it takes no more frames."""
        self._lines = lines
        self._end = LineEnd(max_unconfirmed)
        connection.send = self.send
        connection.linger = lines.linger

    # -- frames ----------------------------------------------------------------

    def receive(self, frame: LineFrame) -> None:
        """Take one frame of the client. Raises `ProtocolError`."""
        if is_control(frame):
            self._control(parse_control(str(frame)))
            return
        if self.is_finishing:
            return  # which is not counted, so the page knows
        self.connection.receive(frame)  # it is in its mailbox now, or answered: not before that is it counted
        if self._end.take(frame):
            self._say_count()

    def send(self, frame: bytes) -> None:
        """Send one frame to the client, over this socket or the next. Never waits, never raises."""
        socket = self.socket
        if socket is not None:
            self._end.give(frame)
            socket.send(frame)
        elif not self.is_doomed and not self._end.give(frame):
            self.is_doomed = True  # its page could not be made whole again
            self._lines.give_up(self)

    def _say_count(self) -> None:
        if self.socket is not None:
            self.socket.send(encoded(self._end.count()))

    def _control(self, control: LineControl) -> None:
        match control:
            case LineCount(count):
                self._end.confirm(count)
            case LinePing():
                self._say_count()
            case Goodbye():
                self.is_doomed = True
                if self.socket is not None:
                    self.socket.close(None)
            case _:
                raise ProtocolError(VIOLATION, f"{control.encode()[:80]!r} within a line")

    # -- sockets ---------------------------------------------------------------

    def resume(self, socket: Carrier, count: int, allowance: Allowance) -> int:
        """Go on over this socket, whose client has `count` frames; how many it is sent again.

        Raises `CannotResume`, and is then as it was.
        """
        again = self._end.rewind(count)
        before, self.socket = self.socket, None
        if before is not None:
            before.drop()
        self.allowance.move_to(allowance)
        socket.charge(self.allowance)
        socket.live_socket_id = self.live_socket_id
        socket.connection = self
        self.socket = socket
        self.connection.lingering = False
        socket.send(encoded(self._end.count()))
        for frame in again:
            socket.send(frame if isinstance(frame, bytes) else frame.encode())
        if self.is_finishing:
            self.backlog.when_empty(partial(restart, socket))
        return len(again)

    def close(self) -> None:
        """The socket has ended: the line with it, if that was meant, else it lingers."""
        self.socket = None
        if self.is_doomed:
            self._lines.forget(self)
            self.end()
        else:
            self.connection.lingering = True
            self.allowance.rest()
            self._lines.await_return(self)

    def finish(self, then: Callable[[], None]) -> None:
        """Take no more frames, and call `then` when the views have handled what was taken; once."""
        if self.socket is None:
            then()  # nobody could be told
        elif not self.is_finishing:
            self.is_finishing = True
            self.backlog.when_empty(then)

    def doom(self) -> None:
        """It ends with its socket, and the page is told not to come back to it."""
        if not self.is_doomed and self.socket is not None:
            self.is_doomed = True
            self._lines.forget(self)
            is_drained = self.is_finishing and not self.backlog.events
            self.socket.send(encoded(Drained(self._end.taken) if is_drained else Gone()))

    def end(self) -> None:
        """Every view is told, after the frames that came before."""
        self.is_doomed = True
        self.connection.close()
        self.connection.send = to_nobody  # which had the line, and neither is to keep the other


def doom(behind: Behind | None) -> None:
    """The server closes the socket: a line that is on it ends with it."""
    if isinstance(behind, PageLine):
        behind.doom()


def encoded(control: LineControl) -> bytes:
    """A frame of a line, for a socket."""
    return control.encode().encode()


def to_nobody(frame: bytes) -> None:
    """What the views of a line say when it has ended."""
