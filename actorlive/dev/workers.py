"""The workers as the supervisor sees them, and the process that they are forks of.

That one alone hears of a worker's end, since it is their parent; what it tells is kept by pid. When it dies itself, the
workers that it has left behind are killed, and another takes its place with the next order.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import msgspec
import trio

from actorlive.dev.control import Begun, Control, ControlMessage, Ended, Finish, FromWorker, Settings

__all__ = ["WorkerFactory", "WorkerProcess"]

GRACE = 5.0
"""Seconds that a worker has to end in order."""
RELEASE = 0.5
"""Seconds that it has to accept nothing more; one that does not answer is busy, and accepts nothing either."""

COMMAND = "from actorlive.dev.preloaded import main; main()"

_log = logging.getLogger("actorlive.dev")


class WorkerProcess:
    """A worker, as the supervisor sees it."""

    def __init__(self, pid: int, control: Control) -> None:
        self.pid = pid
        self.is_broken = False
        self._control = control
        self._ended = trio.Event()
        self._code = 0

    @property
    def is_alive(self) -> bool:
        """False once it has ended, whyever."""
        return not self._ended.is_set()

    def end(self, code: int) -> None:
        """It has ended."""
        self._code = code
        self._ended.set()

    async def reply(self) -> FromWorker | None:
        """The next thing that it says; None when it has ended."""
        return await self._control.from_worker()

    async def tell(self, message: ControlMessage) -> None:
        """Say something."""
        await self._control.send(message)

    async def release(self) -> None:
        """Have it end, and leave the place to the next."""
        await self.tell(Finish())
        with trio.move_on_after(RELEASE):
            await self.reply()

    async def stop(self) -> None:
        """End it, in order if it can."""
        await self.tell(Finish())
        await self.wait_for_end()

    async def wait_for_end(self) -> None:
        """Wait until it has done what it still had to do."""
        with trio.move_on_after(GRACE, shield=True):
            await self._ended.wait()
        if self.is_alive:
            _log.warning("the old server did not end within %s s; killed", GRACE)
        await self.kill()

    async def kill(self) -> None:
        """End it at once."""
        if self.is_alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        with trio.CancelScope(shield=True):
            await self._ended.wait()
            await self._control.aclose()

    async def wait(self) -> int:
        """Wait for its end; the exit code."""
        await self._ended.wait()
        await self._control.aclose()
        return self._code


class WorkerFactory:
    """Makes workers. Used within `open`."""

    def __init__(self, settings: Settings, listener: socket.socket) -> None:
        self._settings = settings
        self._listener = listener
        self._nursery: trio.Nursery | None = None
        self._parents: list[_Parent] = []

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """For as long as workers are wanted; those that are left at the end are killed."""
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            try:
                yield
            finally:
                for parent in self._parents:
                    parent.scope.cancel()

    async def begin(self) -> WorkerProcess | None:
        """A worker, which loads the application at once; None where there can be none, as the log says."""
        if self._nursery is None:
            raise RuntimeError("workers are made within open()")
        self._parents = [parent for parent in self._parents if not parent.scope.cancel_called]
        if not self._parents or not self._parents[-1].takes_orders:
            self._parents.append(await self._start(self._nursery))
        try:
            return await self._parents[-1].fork()
        except (OSError, trio.EndOfChannel):
            _log.error("no server could be started; it is tried again when a file changes")
            return None

    def renew(self) -> None:
        """What is imported already has changed: the next worker is made of it as it is now."""
        for parent in self._parents:
            parent.take_no_orders()

    async def _start(self, nursery: trio.Nursery) -> _Parent:
        ours, theirs = socket.socketpair()
        with theirs:
            descriptors = (theirs.fileno(), self._listener.fileno())
            words = msgspec.json.encode(self._settings).decode()
            command = [sys.executable, "-c", COMMAND, words, *map(str, descriptors)]
            process = await trio.lowlevel.open_process(command, stdin=None, pass_fds=descriptors)
        ours.setblocking(False)
        parent = _Parent(process, ours)
        nursery.start_soon(parent.listen)
        return parent


class _Parent:
    """The process that forks."""

    def __init__(self, process: trio.Process, orders: socket.socket) -> None:
        self.takes_orders = True
        self.scope = trio.CancelScope(shield=True)
        """It hears of the ends of workers for as long as anybody waits for them, however the supervisor ends."""
        self._process = process
        self._orders = orders
        self._control = Control(trio.SocketStream(trio.socket.from_stdlib_socket(orders)))
        self._ordered: list[Control] = []
        self._send, self._begun = trio.open_memory_channel[WorkerProcess](math.inf)
        self._workers: dict[int, WorkerProcess] = {}

    async def fork(self) -> WorkerProcess:
        """A worker. Raises `OSError` or `trio.EndOfChannel` when the process has died."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            socket.send_fds(self._orders, [b"\n"], [theirs.fileno()])
        self._ordered.append(Control(trio.SocketStream(trio.socket.from_stdlib_socket(ours))))
        return await self._begun.receive()

    def take_no_orders(self) -> None:
        """It ends with its last worker."""
        if self.takes_orders:
            self.takes_orders = False
            self._orders.shutdown(socket.SHUT_WR)

    async def listen(self) -> None:
        """Hear of the workers, until there are none any more."""
        with self.scope, self._send:
            while (message := await self._control.from_preloaded()) is not None:
                match message:
                    case Begun(pid=pid):
                        worker = self._workers[pid] = WorkerProcess(pid, self._ordered.pop(0))
                        self._send.send_nowait(worker)
                    case Ended(pid=pid, code=code):
                        self._workers.pop(pid).end(code)
        self.takes_orders = False
        with trio.CancelScope(shield=True):
            await self._kill_all()
            await self._control.aclose()
            await self._process.wait()

    async def _kill_all(self) -> None:
        """The workers, and before them who might tell of other processes by their pids."""
        if self._process.poll() is None and self._workers:
            self._process.kill()
        for pid, worker in self._workers.items():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            worker.end(-signal.SIGKILL)
            await worker.wait()
