"""Servers in memory: what serves the pages of a test, and may go down and come up again while they are open.

The kit's own runs in a task of its own: a block that ends and begins anew cannot stand around the blocks of a test,
which go on.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import trio

from actorlive.runtime import Node, exit, processes
from actorlive.testing.errors import Failure, hide_frames
from actorlive.testing.worlds.refusals import NOT_OURS

__all__ = ["MemoryServer", "OwnServer", "ServerWorld"]

__tracebackhide__ = hide_frames


class ServerWorld(Protocol):
    """Who is told when its server goes."""

    def go_down(self, *, kill: bool) -> None:
        """The server is about to end: in order, or, with `kill`, at once and without a word to anybody."""
        ...

    def come_up(self) -> None:
        """Another one is there."""
        ...


class MemoryServer:
    """A server that somebody else has started, and ends."""

    def __init__(self, node: Node) -> None:
        self.node: Node = node
        """The node of the server that is up, or was the last one."""
        self.is_up: bool = True
        self.worlds: list[ServerWorld] = []
        """Those whose pages it serves."""

    async def restart(self, *, kill: bool) -> None:
        """End it, in order or by force, and start it again. Raises `Failure` where that is not ours to do."""
        raise Failure(NOT_OURS)


class OwnServer(MemoryServer):
    """One that the kit starts. `open_up()` is a block in which it is up, `drain(node)` ends it in order within that."""

    def __init__(
        self,
        open_up: Callable[[], AbstractAsyncContextManager[Node]],
        drain: Callable[[Node], Awaitable[None]],
    ) -> None:
        self.is_up = False
        self.worlds = []
        self._open_up = open_up
        self._drain = drain
        self._wish, self._ended = trio.Event(), trio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[MemoryServer]:
        """A block in which it is up, unless it restarts. Raises what its start and its end raise."""
        async with trio.open_nursery() as self._nursery:
            await self._start()
            try:
                yield self
            finally:
                with trio.CancelScope(shield=True):
                    await self._stop()

    async def restart(self, *, kill: bool) -> None:
        """End it, in order or by force, and start it again."""
        for world in self.worlds:
            world.go_down(kill=kill)
        self.is_up = False
        if kill:
            kill_all(self.node)
        else:
            await self._drain(self.node)
        await self._stop()
        await self._start()
        for world in self.worlds:
            world.come_up()

    async def _start(self) -> None:
        await self._nursery.start(self._serve)

    async def _stop(self) -> None:
        self.is_up = False
        self._wish.set()
        await self._ended.wait()

    async def _serve(self, task_status: trio.TaskStatus[None]) -> None:
        self._wish, self._ended = trio.Event(), trio.Event()
        try:
            async with self._open_up() as self.node:
                self.is_up = True
                task_status.started()
                await self._wish.wait()
        finally:
            self.is_up = False
            self._ended.set()


def kill_all(node: Node) -> None:
    """End every process at once: none has a last word, and no supervisor sees another one's end."""
    for pid in processes(node):
        exit(pid, "kill")
