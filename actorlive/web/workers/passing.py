"""What workers say to each other, and do about it: whose line, or view, is elsewhere, and who has logged out.

The handle of a line begins with the number of its worker. The kernel gives the next websocket of a page to any worker;
one to which the line does not belong hands the connection over, with what it has found out of who has come, and has
nothing more to do with it. Only a websocket over plain TCP, or a Unix socket, can be handed over: the state of TLS and
of HTTP/2 stays where it is, and such a page comes anew.

A page whose view waits for its join (`web.parking`) says in the URL of its websocket at which worker that is. The
connection is handed over before the handshake then, so that the other worker looks at the visitor itself. The number is
no secret and no right: who makes one up gets to that worker, as the kernel may have sent him there.

A request is never handed over with its connection, on which others may follow; it is relayed (`relaying`).
"""

from __future__ import annotations

import logging
import os
import re
import socket
from typing import TYPE_CHECKING, Protocol

import trio

from actorlive import telemetry
from actorlive.web.allowance import Allowance
from actorlive.web.direct.http import Head
from actorlive.web.direct.socket import DirectSocket, SocketDriver
from actorlive.web.page_line import Carrier
from actorlive.web.sockets import SERVICE_RESTART
from actorlive.web.visitor import VISITOR_KEY
from actorlive.web.workers.post import Connected, Desk, EndLine, EndSockets, Letter, PassedOn, Relayed
from actorlive.wire.line import Gone, Resume

if TYPE_CHECKING:
    from actorlive.web.app import ActorLive

__all__ = ["Doors", "LinesOfOthers", "hand_over", "handle_prefix", "take_letter"]

OF_WORKER = re.compile(r"([0-9]{1,3})~")
FOR_WORKER = re.compile(rb"[?&]_worker=([1-9][0-9]{0,2})(?:&|$)")

LONGEST = 64 * 1024
"""Bytes that may be read of a connection that is handed over: a letter has to hold them."""


class Doors(Protocol):
    """The server of a worker, to which the others bring connections."""

    driver: SocketDriver

    def serve(self, tcp: socket.socket, first: bytes, /) -> None:
        """Serve a connection, of which these bytes were read."""
        ...

    def answer(self, end: socket.socket, /) -> None:
        """Answer the request that is relayed over a pair."""
        ...


_log = logging.getLogger("actorlive.web")


def handle_prefix(number: int) -> str:
    """How the handles of a worker's lines begin."""
    return f"{number}~"


class LinesOfOthers:
    """The lines of all workers but this one, as `Lines.others`."""

    def __init__(self, number: int, desk: Desk) -> None:
        self._number = number
        self._desk = desk

    def pass_on(self, socket: Carrier, resume: Resume, visitor: str, peer: object) -> bool:
        """Hand the websocket over to the worker that its line lives at; False where that cannot be."""
        number = self._whose(resume.handle)
        copy = socket.duplicate() if number is not None and isinstance(socket, DirectSocket) else None
        if number is None or copy is None:
            return False
        descriptor, rest = copy
        where = peer if isinstance(peer, str) else None
        letter = PassedOn(resume.handle, resume.count, visitor, where, rest)
        if not self._desk.send(number, letter, descriptor):
            os.close(descriptor)
            return False
        socket.drop()
        telemetry.execute("line.passed_on", {}, {"peer": where, "worker": number})
        return True

    def end(self, handle: str, visitor: str) -> None:
        """The visitor's page has given that line up."""
        number = self._whose(handle)
        if number is not None:
            self._desk.send(number, EndLine(handle, visitor))

    def _whose(self, handle: str) -> int | None:
        found = OF_WORKER.match(handle)
        return int(found[1]) if found is not None and int(found[1]) != self._number else None


def hand_over(live: ActorLive, head: Head, stream: trio.SocketStream, unread: bytes) -> bool:
    """Hand a connection over to the worker that its request is for; False where that is this one, or cannot be.

    The stream is to be closed in either case: the other worker has a descriptor of its own.
    """
    found = FOR_WORKER.search(head.target)
    if found is None or live.desk is None or int(found[1]) == live.worker or len(unread) > LONGEST:
        return False
    descriptor = os.dup(stream.socket.fileno())
    if live.desk.send(int(found[1]), Connected(unread), descriptor):
        return True
    os.close(descriptor)
    return False


def take_letter(live: ActorLive, doors: Doors, letter: Letter, descriptor: int | None) -> None:
    """Another worker has something to say."""
    if descriptor is not None:
        take_connection(live, doors, letter, socket.socket(fileno=descriptor))
        return
    match letter:
        case EndSockets(live_socket_id):
            live.disconnect_here(live_socket_id)
        case EndLine(handle, visitor) if handle.startswith(live.lines.prefix):
            live.lines.replace(handle, visitor)
        case _:
            _log.error("a connection was handed over, and did not come: %r", letter)


def take_connection(live: ActorLive, doors: Doors, letter: Letter, brought: socket.socket) -> None:
    """Another worker has brought a connection."""
    match letter:
        case PassedOn():
            take_over(live, doors.driver, letter, brought)
        case Connected(unread):
            doors.serve(brought, unread)
        case Relayed():
            doors.answer(brought)
        case _:
            _log.error("a connection came that nobody has spoken of: %r", letter)
            brought.close()


def take_over(live: ActorLive, driver: SocketDriver, letter: PassedOn, tcp: socket.socket) -> None:
    """Let a line of ours go on over a websocket that came to another worker, or tell its page to come anew."""
    allowance = Allowance(live.limits, letter.peer, live.peers)
    carrier = DirectSocket(driver, live.sockets, live.limits, None, allowance)
    carrier.open(tcp, letter.rest)
    who = {VISITOR_KEY: letter.visitor}
    why = live.lines.resume(letter.handle, letter.count, carrier, allowance, who)
    if why is not None:
        _log.info("refused to resume a line of %s: %s", letter.peer, why)
        telemetry.execute("line.refused", {}, {"peer": letter.peer, "why": why})
        carrier.send(Gone().encode().encode())
        carrier.close(SERVICE_RESTART)
        allowance.close()
