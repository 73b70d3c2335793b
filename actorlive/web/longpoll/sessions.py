"""All clients that poll, by their ids, and the task that looks after those who do not poll any more."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from math import inf

import trio

from actorlive.web.allowance import reached
from actorlive.web.limits import Limits
from actorlive.web.longpoll.socket import PolledSocket
from actorlive.web.sockets import Sockets

__all__ = ["PolledSockets"]

STEP = 1.0
"""Seconds between two looks at who has left."""


class PolledSockets:
    """Those of one application; while they are open they are among its `sockets`."""

    def __init__(self, sockets: Sockets, limits: Limits) -> None:
        self._sockets = sockets
        self._limits = limits
        self._known: dict[str, PolledSocket] = {}
        self._woken = trio.Event()

    def __len__(self) -> int:
        return len(self._known)

    def refuse(self, peer: object) -> bool:
        """True when there are as many as there may be."""
        if len(self._known) < self._limits.max_polled:
            return False
        reached("max_polled", peer)
        return True

    def add(self, socket: PolledSocket) -> str:
        """The socket is open; its id."""
        key = secrets.token_urlsafe(16)
        self._known[key] = socket
        self._sockets.add(socket)
        self.wake()
        return key

    def get(self, key: str) -> PolledSocket | None:
        """The socket of an id, which may be closed; None when it is gone."""
        return self._known.get(key)

    def wake(self) -> None:
        """Look at them soon, because one has opened, or was closed."""
        self._woken.set()

    @asynccontextmanager
    async def watched(self) -> AsyncGenerator[None]:
        """A block in which somebody looks after them; behind it all have ended."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._watch)
            try:
                yield
            finally:
                nursery.cancel_scope.cancel()
                for socket in self._known.values():
                    self._end(socket)
                self._known.clear()

    async def _watch(self) -> None:
        """One round after each wake, and one each `STEP` while there is anybody."""
        while True:
            with trio.move_on_after(STEP if self._known else inf):
                await self._woken.wait()
            self._woken = trio.Event()
            self._look(trio.current_time())

    def _look(self, now: float) -> None:
        for key, socket in list(self._known.items()):
            if not socket.closing:
                socket.tick(now)
            if socket.closing:
                self._end(socket)
            if socket.is_over(now):
                del self._known[key]

    def _end(self, socket: PolledSocket) -> None:
        socket.close(None)
        socket.end()
        self._sockets.discard(socket)
