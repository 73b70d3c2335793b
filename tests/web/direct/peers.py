"""Both ends of a direct socket without a network: a kernel's socket that does what it is told, and what is behind."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, cast

from actorlive.live.intake import Backlog
from actorlive.web.allowance import Allowance
from actorlive.web.direct.socket import DirectSocket
from actorlive.web.limits import Limits
from actorlive.web.sockets import Sockets

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
FIN, MASKED = 0x80, 0x80


def frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """A client's frame, under the mask that changes nothing."""
    size = len(payload)
    head = bytes([FIN | opcode, MASKED | size]) if size < 126 else bytes([FIN | opcode, MASKED | 126])
    return head + (b"" if size < 126 else struct.pack("!H", size)) + bytes(4) + payload


def frames_of(sent: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """The frames that a server has sent, opcode and payload, and what is left of one that is not whole."""
    found: list[tuple[int, bytes]] = []
    while len(sent) >= 2:
        start, size = 2, sent[1]
        if size == 126:
            start, size = 4, int.from_bytes(sent[2:4], "big")
        elif size == 127:
            start, size = 10, int.from_bytes(sent[2:10], "big")
        if len(sent) < start + size:
            break
        assert sent[0] & FIN, "servers send whole messages"
        found.append((sent[0] & 0xF, sent[start : start + size]))
        sent = sent[start + size :]
    return found, sent


class Tcp:
    """A kernel's socket: `arrived` is what can be read, `room` how much can be written, `sent` what was."""

    def __init__(self, room: int = 1 << 30) -> None:
        self.arrived = bytearray()
        self.sent = bytearray()
        self.room = room
        self.eof = self.reset = self.shut = self.closed = False

    def setblocking(self, flag: bool) -> None:
        assert not flag

    def fileno(self) -> int:
        return -1 if self.closed else 99

    def recv(self, size: int) -> bytes:
        assert not self.closed
        if self.reset:
            raise ConnectionResetError
        if not self.arrived:
            if self.eof:
                return b""
            raise BlockingIOError
        data = bytes(self.arrived[:size])
        del self.arrived[:size]
        return data

    def send(self, data: bytes) -> int:
        assert not self.closed
        assert not self.shut, "something was sent behind the end of the stream"
        if self.reset:
            raise BrokenPipeError
        taken = data[: self.room]
        if not taken:
            raise BlockingIOError
        self.sent += taken
        self.room -= len(taken)
        return len(taken)

    def shutdown(self, how: int) -> None:
        if self.reset:
            raise OSError
        self.shut = True

    def close(self) -> None:
        self.closed = True


class Connection:
    """What stands where a `LiveConnection` does."""

    def __init__(self) -> None:
        self.backlog = Backlog(1 << 20, 1 << 20)
        self.handled: list[object] = []
        self.closed = 0
        self.given_up = 0
        self.finishing: list[Callable[[], None]] = []

    def receive(self, message: object) -> None:
        assert not self.closed, "handed over behind the end"
        self.handled.append(message)

    def close(self) -> None:
        self.closed += 1

    def finish(self, then: Callable[[], None]) -> None:
        self.finishing.append(then)

    def say_last_words(self) -> None:
        pass

    def give_up_the_last(self) -> None:
        self.given_up += 1

    def fill(self) -> None:
        """The views are behind from now on."""
        self.backlog.events = int(self.backlog.max_events) + 1

    def catch_up(self) -> None:
        """The views have handled everything."""
        self.backlog.release(self.backlog.events, 0)


class Calls:
    """A driver that notes what it is asked for; a test says when what is done."""

    def __init__(self) -> None:
        self.again: list[DirectSocket] = []
        self.watched: list[DirectSocket] = []
        self.forgotten = 0
        self.is_crowded = False
        self.gathering: list[DirectSocket] = []

    def watch(self, direct: DirectSocket) -> None:
        self.watched.append(direct)

    def call_again(self, direct: DirectSocket) -> None:
        self.again.append(direct)

    def gathers(self, direct: DirectSocket) -> bool:
        return self.is_crowded

    def flush_later(self, direct: DirectSocket) -> None:
        self.gathering.append(direct)

    def forget(self, direct: DirectSocket) -> None:
        assert direct.fileno() >= 0, "forgotten before it is closed"
        self.forgotten += 1


class World:
    """One direct socket between its kernel and its views, driven step by step."""

    def __init__(self, kind: type[DirectSocket] = DirectSocket, early: bytes = b"", **limits: Any) -> None:
        self.driver = Calls()
        self.sockets = Sockets()
        self.tcp = Tcp()
        self.behind = Connection()
        self.limits = Limits(**limits)
        self.allowance = Allowance(self.limits, "peer")
        self.allowance.has_joined = True
        self.direct = kind(self.driver, self.sockets, self.limits, None, self.allowance)
        self.direct.connection = cast("Any", self.behind)
        self.direct.open(cast("Any", self.tcp), early)

    def readable(self) -> None:
        """The kernel says so, if anybody wants to know, and there is something."""
        tcp = self.tcp
        if self.direct.wants_read and (tcp.arrived or tcp.eof or tcp.reset):
            self.direct.readable()

    def writable(self, room: int) -> None:
        self.tcp.room += room
        if self.direct.wants_write and (self.tcp.room or self.tcp.reset):
            self.direct.writable()

    def turn(self) -> None:
        """What was gathered is written, and what was asked to be called again is."""
        gathering, self.driver.gathering = self.driver.gathering, []
        for direct in gathering:
            direct.flush()
        again, self.driver.again = self.driver.again, []
        for direct in again:
            direct.go_on()

    def settle(self) -> None:
        """Everything that can happen by itself happens."""
        for _ in range(2_000):
            before = self._look()
            self.readable()
            self.writable(0)
            self.turn()
            if self._look() == before and not self.driver.again and not self.driver.gathering:
                return
        raise AssertionError("it goes on for ever")

    def _look(self) -> tuple[object, ...]:
        return (
            self.direct.state,
            self.direct.wants_read,
            len(self.behind.handled),
            len(self.tcp.sent),
            len(self.tcp.arrived),
            self.tcp.closed,
        )

    @property
    def sent(self) -> list[tuple[int, bytes]]:
        """The whole frames that the peer got."""
        return frames_of(bytes(self.tcp.sent))[0]
