"""The process that the developer has started: it watches the files and keeps one worker at work.

    a file changes ──▶ code      a new worker loads the application beside the old one
                       │            loaded: the old one ends, the new one serves on the same socket
                       │            broken: the old one stays, its pages show why; without an old one the new one
                       │                    serves the page that says why
                       ├▶ template  the worker exchanges it; if it cannot, as for code
                       ├▶ style     pages fetch their stylesheets again
                       └▶ page      pages are loaded again

The listening socket is the supervisor's, so a request that comes between two workers waits and is not refused. The
next worker serves as soon as the old one accepts nothing more, and does not wait for its end. Workers are forks of a
process that has everything imported but the application (`preloaded`), so that a change costs the time that this takes
alone.
"""

from __future__ import annotations

import logging
import math
import signal
import socket
from collections.abc import Iterable
from contextlib import aclosing
from pathlib import Path

import trio

from actorlive.dev.control import (
    Broken,
    FromWorker,
    Ready,
    Refresh,
    Reload,
    Serve,
    Settings,
    Show,
    Swap,
    Swapped,
)
from actorlive.dev.watching import Changes, Kind, NothingWatches, watch
from actorlive.dev.workers import WorkerFactory, WorkerProcess

__all__ = ["WorkerKeeper", "supervise"]

PACKAGE = Path(__file__).parents[1]

_log = logging.getLogger("actorlive.dev")


def supervise(settings: Settings, listener: socket.socket, root: Path) -> None:
    """Develop until Ctrl+C. `listener` listens already."""
    logging.getLogger("watchfiles").setLevel(logging.WARNING)
    trio.run(WorkerKeeper(settings, listener, root).run)


class WorkerKeeper:
    """Keeps one worker at work."""

    def __init__(self, settings: Settings, listener: socket.socket, root: Path) -> None:
        self._workers = WorkerFactory(settings, listener)
        self._root = root
        self._worker: WorkerProcess | None = None
        self._is_stale = False
        """The worker is older than the code, which could not be loaded."""
        self._send, self._receive = trio.open_memory_channel[Changes](math.inf)
        self._changed = trio.Event()

    async def run(self) -> None:
        """Until SIGINT or SIGTERM."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._end_on_signal, nursery.cancel_scope)
            nursery.start_soon(self._watch)
            async with self._workers.open():
                try:
                    await self._replace(nursery)
                    async for changes in self._receive:
                        if changes_us(changes):
                            self._workers.renew()
                        await self._react(self._all_of(changes), nursery)
                finally:
                    with trio.CancelScope(shield=True):
                        if self._worker is not None:
                            await self._worker.stop()

    async def _end_on_signal(self, everything: trio.CancelScope) -> None:
        with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async for _ in signals:
                everything.cancel()

    async def _watch(self) -> None:
        try:
            async with aclosing(watch(self._root)) as batches:
                async for changes in batches:
                    self._changed.set()
                    self._send.send_nowait(changes)
        except NothingWatches:
            _log.warning("nothing is reloaded: pip install 'actorlive[dev]' (it brings watchfiles)")

    def _all_of(self, changes: Changes) -> Changes:
        """What has changed, with all that has changed since."""
        self._changed = trio.Event()
        while True:
            try:
                changes = {**changes, **self._receive.receive_nowait()}
            except trio.WouldBlock:
                return changes

    # -- what a change asks for ------------------------------------------------

    async def _react(self, changes: Changes, nursery: trio.Nursery) -> None:
        worker, kinds = self._worker, set(changes.values())
        if worker is None or not worker.is_alive or worker.is_broken:
            await self._replace(nursery)
            return
        if Kind.CODE in kinds or (self._is_stale and Kind.TEMPLATE in kinds):
            await self._replace(nursery)
            return
        if Kind.TEMPLATE in kinds:
            paths = tuple(str(path) for path, kind in changes.items() if kind is Kind.TEMPLATE)
            await worker.tell(Swap(paths))
            if await worker.reply() != Swapped(done=True):
                await self._replace(nursery)
                return
        if Kind.PAGE in kinds:
            await worker.tell(Reload())
        elif Kind.STYLE in kinds:
            await worker.tell(Refresh())

    async def _replace(self, nursery: trio.Nursery) -> None:
        """Put a worker with the code as it is now in place of the one that serves."""
        old, new = self._worker, await self._workers.begin()
        if new is None:
            return
        try:
            said = await self._first_word(new)
        except trio.Cancelled:
            await new.kill()
            raise
        if said is None:  # it has died while loading, or is outdated already
            await new.kill()
            return
        if isinstance(said, Broken) and old is not None and old.is_alive and not old.is_broken:
            self._is_stale = True
            await old.tell(Show(said.overlay))
            await new.stop()
            return
        self._worker, self._is_stale, new.is_broken = new, False, isinstance(said, Broken)
        if old is not None:
            await old.release()
            nursery.start_soon(old.wait_for_end)
        await new.tell(Serve())
        nursery.start_soon(self._mind, new)

    async def _first_word(self, worker: WorkerProcess) -> Ready | Broken | None:
        """What became of loading; None when the worker died, or the files have changed again meanwhile."""
        said: FromWorker | None = None

        async def give_up(scope: trio.CancelScope) -> None:
            await self._changed.wait()
            scope.cancel()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(give_up, nursery.cancel_scope)
            said = await worker.reply()
            nursery.cancel_scope.cancel()
        return said if isinstance(said, Ready | Broken) else None

    async def _mind(self, worker: WorkerProcess) -> None:
        code = await worker.wait()
        if worker is self._worker:
            _log.warning("the server has ended with code %d; it starts again when a file changes", code)


def changes_us(paths: Iterable[Path]) -> bool:
    """True where actorlive itself is what is being developed: what is imported already is out of date then."""
    return any(path.suffix == ".py" and path.is_relative_to(PACKAGE) for path in paths)
