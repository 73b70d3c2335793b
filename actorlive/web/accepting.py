"""Connections that come to a listener, each in a task of its own.

`trio.serve_listeners` takes one in each round of the loop, and ends each by a cancelled `aclose`: a tenth of what a
websocket's handshake costs. Here all that wait are taken together, `IN_A_ROW` at most before others have their turn,
and a connection whose socket is the reactor's by then has nothing to be closed.
"""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import NoReturn

import trio

__all__ = ["accept_each", "connect_and_close", "who_waits"]

IN_A_ROW = 32
PAUSE = 0.1
"""Seconds until somebody may have gone, when the system has no room for another connection."""

_NO_ROOM = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS))
_LOST = frozenset(
    getattr(errno, name)
    for name in (
        *("ECONNABORTED", "EPERM", "EPROTO", "ENETDOWN", "ENOPROTOOPT", "EHOSTDOWN"),
        *("ENONET", "EHOSTUNREACH", "EOPNOTSUPP", "ENETUNREACH", "ETIMEDOUT"),
    )
    if hasattr(errno, name)
)
"""What has befallen a connection before it was accepted, and says nothing of the listener."""

_log = logging.getLogger("actorlive.web")


Connect = Callable[[trio.SocketStream], Awaitable[None]]


async def accept_each(listening: socket.socket, connect: Connect, connections: trio.Nursery) -> NoReturn:
    """Have a task of `connections` serve each connection that comes, by `connect`, until cancelled.

    Raises `OSError` for a listener that is broken.
    """
    while True:
        await trio.lowlevel.wait_readable(listening)
        try:
            for tcp in islice(who_waits(listening), IN_A_ROW):
                connections.start_soon(connect_and_close, connect, tcp)
        except OSError as error:
            if error.errno in _NO_ROOM:
                _log.error("cannot accept a connection for now: %s", error.strerror)
                await trio.sleep(PAUSE)
            elif error.errno not in _LOST:
                raise


def who_waits(listening: socket.socket) -> Iterator[trio.SocketStream]:
    """The connections that wait to be accepted now: they would be reset when the listener is closed.

    Raises `OSError` for one that cannot be accepted.
    """
    with suppress(BlockingIOError):  # there are no more
        while True:
            connection, _ = listening.accept()
            connection.setblocking(False)
            yield trio.SocketStream(trio.socket.from_stdlib_socket(connection))


async def connect_and_close(connect: Connect, tcp: trio.SocketStream) -> None:
    """Serve one connection, then close its socket, at once and without waiting for anybody."""
    try:
        await connect(tcp)
    finally:
        tcp.socket.close()
