"""What drives direct sockets: one task with an epoll set, or, where there is no epoll, a task for each direction.

A hop through Trio's scheduler costs as much as the whole of a small event, and a task per socket weighs 3 KiB; one task
that asks the kernel for all sockets at once has neither. What a general loop does for its user it has to do itself:
a turn has a bound (`BATCH` sockets, and of each what `DirectSocket` allows itself), between two turns everybody else
runs, and a fault of one socket ends that one.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from itertools import islice
from typing import TypeAlias

import trio

from actorlive.web.direct.crowd import Crowding
from actorlive.web.direct.socket import DirectSocket

__all__ = ["AnyDriver", "Reactor", "TaskDriver", "open_driver"]

BATCH = 128
"""Sockets that are read, and that are written to in a row, before others than sockets have their turn."""
TICK = 1.0
LAST_WORDS = 1.0
"""Seconds that peers have at the server's end to take what they were sent last: a reset would overtake the 1012."""

_log = logging.getLogger("actorlive.web")


@asynccontextmanager
async def open_driver(time_left: Callable[[], float] = lambda: LAST_WORDS) -> AsyncGenerator[AnyDriver]:
    """What this platform drives direct sockets best with, as long as the block runs.

    Its sockets have `time_left` seconds at the end, and no more than `LAST_WORDS`.
    """
    async with trio.open_nursery() as nursery:
        driver = Reactor() if hasattr(select, "epoll") else TaskDriver(nursery)
        nursery.start_soon(driver.run)
        yield driver
        with trio.move_on_after(min(LAST_WORDS, time_left())):
            await driver.sockets.all_gone()
        nursery.cancel_scope.cancel()


def _guard(direct: DirectSocket, act: Callable[[], None]) -> None:
    """A fault of one socket stays with it."""
    try:
        act()
    except Exception:
        _give_up(direct)


def _give_up(direct: DirectSocket) -> None:
    """Within the handler of the error that it made."""
    _log.exception("a websocket is given up")
    direct.abort()


class Watched:
    """The sockets of a driver, by descriptor, and what befalls all of them: time, and the driver's end."""

    def __init__(self) -> None:
        self._sockets: dict[int, DirectSocket] = {}
        self._empty = trio.Event()

    def add(self, descriptor: int, direct: DirectSocket) -> None:
        """The driver looks after this socket."""
        self._sockets[descriptor] = direct

    def get(self, descriptor: int) -> DirectSocket | None:
        """The socket with this descriptor; None for one that has ended meanwhile."""
        return self._sockets.get(descriptor)

    def discard(self, descriptor: int) -> None:
        """The descriptor is about to be closed, and may be given to another socket."""
        self._sockets.pop(descriptor, None)
        if not self._sockets:
            self._empty.set()

    def __len__(self) -> int:
        return len(self._sockets)

    async def all_gone(self) -> None:
        """Wait until there is no socket any more."""
        while self._sockets:
            self._empty = trio.Event()
            await self._empty.wait()

    async def tick(self) -> None:
        """Tell every socket the time, once a second."""
        while True:
            await trio.sleep(TICK)
            now = trio.current_time()
            for direct in list(self._sockets.values()):
                _guard(direct, partial(direct.tick, now))

    def abort(self) -> None:
        """The driver has ended, and with it all sockets."""
        for direct in list(self._sockets.values()):
            _guard(direct, direct.abort)


class Reactor:
    """All direct sockets of a server, in one epoll set."""

    def __init__(self) -> None:
        self.sockets = Watched()
        self._epoll = select.epoll()
        self._masks: dict[int, int] = {}
        self._again: dict[DirectSocket, None] = {}
        self._gathering: dict[DirectSocket, None] = {}
        self.crowd = Crowding()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._epoll.register(self._bell, select.EPOLLIN)
        self._asleep = False

    # -- what sockets ask for --------------------------------------------------

    def watch(self, direct: DirectSocket) -> None:
        """Let the kernel tell what the socket waits for; nothing, for one that waits for nothing."""
        descriptor = direct.fileno()
        if descriptor < 0:
            return
        mask = (select.EPOLLIN if direct.wants_read else 0) | (select.EPOLLOUT if direct.wants_write else 0)
        before = self._masks.get(descriptor, 0)
        self.sockets.add(descriptor, direct)
        if not mask:
            self._unregister(descriptor)
        elif not before:
            self._epoll.register(descriptor, mask)
            self._masks[descriptor] = mask
        elif mask != before:
            self._epoll.modify(descriptor, mask)
            self._masks[descriptor] = mask

    def call_again(self, direct: DirectSocket) -> None:
        """Call `go_on` in the next turn, which may have to be rung for."""
        self._again[direct] = None
        self._ring()

    def gathers(self, direct: DirectSocket) -> bool:
        """True in a crowd."""
        return self.crowd.is_known or self.crowd.takes(direct)

    def flush_later(self, direct: DirectSocket) -> None:
        """Call `flush` in the next turn, or in one after that; it may have to be rung for."""
        self._gathering[direct] = None
        self._ring()

    def _ring(self) -> None:
        if self._asleep:
            self._asleep = False
            os.eventfd_write(self._bell, 1)

    def forget(self, direct: DirectSocket) -> None:
        """The descriptor is about to be closed, and may be given to another socket."""
        descriptor = direct.fileno()
        self._again.pop(direct, None)
        self._gathering.pop(direct, None)
        self.crowd.forget(direct)
        if descriptor >= 0:
            self._unregister(descriptor)
            self.sockets.discard(descriptor)

    def _unregister(self, descriptor: int) -> None:
        if self._masks.pop(descriptor, 0):
            self._epoll.unregister(descriptor)

    # -- the loop --------------------------------------------------------------

    async def run(self) -> None:
        """Drive the sockets until cancelled; then they are gone."""
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self.sockets.tick)
                while True:
                    await self._rest()
                    self._turn()
        finally:
            self.sockets.abort()
            self._epoll.close()
            os.close(self._bell)

    async def _rest(self) -> None:
        """Wait for the kernel; where a socket has more to do, only let the others run."""
        if self._again or self._gathering:
            await trio.lowlevel.checkpoint()
            return
        self._asleep = True
        try:
            await trio.lowlevel.wait_readable(self._epoll)
        finally:
            self._asleep = False

    def _turn(self) -> None:
        for direct in list(islice(self._gathering, BATCH)):
            self._gathering.pop(direct, None)
            _guard(direct, direct.flush)
        again, self._again = self._again, {}
        watched, ready = self.sockets.get, self._epoll.poll(0, BATCH)
        self.crowd.begin_turn(len(ready) + len(self._gathering))
        for descriptor, what in ready:
            direct = watched(descriptor)
            if direct is not None:
                try:
                    self._serve(direct, what)
                except Exception:
                    _give_up(direct)
            elif descriptor == self._bell:
                os.eventfd_read(self._bell)
        for direct in again:
            _guard(direct, direct.go_on)

    def _serve(self, direct: DirectSocket, what: int) -> None:
        """A hang-up or an error shows in whichever of the two the socket waits for."""
        if direct.wants_write and what & ~select.EPOLLIN:
            direct.writable()
        if direct.wants_read and what & ~select.EPOLLOUT:
            direct.readable()


class TaskDriver:
    """The same for platforms without epoll: Trio waits for each direction in a task of its own."""

    def __init__(self, nursery: trio.Nursery) -> None:
        self.sockets = Watched()
        self._nursery = nursery
        self._waits: dict[tuple[int, bool], trio.CancelScope] = {}

    def watch(self, direct: DirectSocket) -> None:
        """Begin or end the waits."""
        descriptor = direct.fileno()
        if descriptor < 0:
            return
        self.sockets.add(descriptor, direct)
        self._set(direct, descriptor, write=False, wanted=direct.wants_read)
        self._set(direct, descriptor, write=True, wanted=direct.wants_write)

    def call_again(self, direct: DirectSocket) -> None:
        """Call `go_on` from a task of its own."""
        self._nursery.start_soon(self._go_on, direct)

    def gathers(self, direct: DirectSocket) -> bool:
        """Never: each has a task that writes when it likes."""
        return False

    def flush_later(self, direct: DirectSocket) -> None:
        """Nothing is gathered here."""
        direct.flush()

    def forget(self, direct: DirectSocket) -> None:
        """End the waits before the descriptor is closed."""
        descriptor = direct.fileno()
        if descriptor < 0:
            return
        self.sockets.discard(descriptor)
        trio.lowlevel.notify_closing(descriptor)
        for write in (False, True):
            if (scope := self._waits.pop((descriptor, write), None)) is not None:
                scope.cancel()

    async def run(self) -> None:
        """Tick until cancelled; then the sockets are gone."""
        try:
            await self.sockets.tick()
        finally:
            self.sockets.abort()

    def _set(self, direct: DirectSocket, descriptor: int, *, write: bool, wanted: bool) -> None:
        scope = self._waits.get((descriptor, write))
        if wanted and scope is None:
            self._waits[descriptor, write] = scope = trio.CancelScope()
            self._nursery.start_soon(self._wait, direct, descriptor, write, scope)
        elif not wanted and scope is not None:
            del self._waits[descriptor, write]
            scope.cancel()

    async def _wait(
        self,
        direct: DirectSocket,
        descriptor: int,
        write: bool,
        scope: trio.CancelScope,
    ) -> None:
        wait = trio.lowlevel.wait_writable if write else trio.lowlevel.wait_readable
        with scope, contextlib.suppress(trio.ClosedResourceError, OSError):
            while self._waits.get((descriptor, write)) is scope:
                await wait(descriptor)
                _guard(direct, direct.writable if write else direct.readable)

    async def _go_on(self, direct: DirectSocket) -> None:
        await trio.lowlevel.checkpoint()
        _guard(direct, direct.go_on)


AnyDriver: TypeAlias = Reactor | TaskDriver
