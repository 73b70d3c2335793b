"""The node that the views of an application live in, and how long it is open.

    closed ── `open` ──▶ open ── the block ends ──▶ closed
       │                  └───── a fault of its own ──▶ failed, which `failed` returns
       └── `start`: the same, held open by a task until `finish`

`open` is for tests and scripts, `start` and `finish` for a server, whose nursery holds it. There is one at a time:
`open` within an open one yields that.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import trio

from actorlive.runtime import Node, NodeFailed, Pid, statistics
from actorlive.runtime.faults import flatten
from actorlive.web.allowance import reached
from actorlive.web.errors import ConfigurationError

__all__ = ["ServedNode", "tell_of_mailbox"]

_log = logging.getLogger("actorlive.web")


def tell_of_mailbox(pid: Pid, length: int) -> None:
    """A process is sent more than it handles."""
    name = statistics(pid).function
    reached("max_mailbox", name)
    _log.warning("%s has %d messages in its mailbox; see Limits.max_mailbox", name, length)


class ServedNode:
    """The node of one application. `opened` opens a node, and `served` is entered while that node is `running`."""

    def __init__(
        self,
        opened: Callable[[], AbstractAsyncContextManager[Node]],
        served: Callable[[Node], AbstractAsyncContextManager[None]],
    ) -> None:
        self._opened = opened
        self._served = served
        self._node: Node | None = None
        self._stop = trio.Event()
        self._stopped = trio.Event()
        self._failed = trio.Event()
        self._failure: BaseException | None = None

    @property
    def running(self) -> Node | None:
        """The open node, or None."""
        return self._node

    @property
    def current(self) -> Node:
        """The open node. Raises `ConfigurationError` when there is none."""
        if self._node is None:
            raise ConfigurationError(
                "no node is open: views live while the application is served (`actorlive run module:app`),"
                " inside `app.test_app()`, or inside `async with live.node()`"
            )
        return self._node

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Node]:
        """The node that is open, or one that is open for this block."""
        if self._node is not None:
            yield self._node
            return
        async with self._opened() as node:
            self._node = node
            try:
                async with self._served(node):
                    yield node
            finally:
                self._node = None

    # -- while the application is served ---------------------------------------

    async def start(self, nursery: trio.Nursery) -> None:
        """Open it, and have a task of `nursery` hold it open until `finish`."""
        self._stop, self._stopped = trio.Event(), trio.Event()
        await nursery.start(self._hold)

    async def finish(self) -> None:
        """Close it, and wait until its processes have ended."""
        self._stop.set()
        await self._stopped.wait()

    async def failed(self) -> BaseException:
        """Wait until a node that `start` opened has ended by a fault; returns the fault."""
        await self._failed.wait()
        return self._failure or NodeFailed("the node has ended")

    async def _hold(self, *, task_status: trio.TaskStatus[None]) -> None:
        try:
            async with self.open():
                task_status.started()
                await self._stop.wait()
        except BaseException as error:
            is_cancelled = all(isinstance(leaf, trio.Cancelled) for leaf in flatten(error))
            if not is_cancelled:  # else another has failed
                self._failure = error
                self._failed.set()
            raise
        finally:
            self._stopped.set()
