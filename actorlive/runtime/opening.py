"""Opening a node: the kernel with what stands above it, its root supervisor and its watchdog."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, nullcontext

import trio

from actorlive.results import Error, Ok
from actorlive.runtime.context import entering
from actorlive.runtime.errors import StartError
from actorlive.runtime.faults import gravest
from actorlive.runtime.node import Node, Startable
from actorlive.runtime.otp.children import check_spec
from actorlive.runtime.otp.supervisor import Supervisor, spawn_root
from actorlive.runtime.pid import Pid
from actorlive.runtime.turns import Choose, default_choose
from actorlive.runtime.watchdog import Watchdog

__all__ = ["open_node"]


class RootSupervisor:
    """The supervisor of a node's own children, spawned with the first of them."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.pid: Pid | None = None

    async def start_child(self, spec: Startable) -> Pid:
        """Start a child. Raises `StartError`."""
        child = check_spec(spec)
        started = await Supervisor.start_child(self.running(), child)
        if isinstance(started, Ok) and started.value is not None:
            return started.value
        reason = started.reason if isinstance(started, Error) else "ignore"
        raise StartError(f"the child {child.id!r} did not start: {reason!r}", reason)

    def running(self) -> Pid:
        """The Pid of the supervisor, whose end the node is told of."""
        if self.pid is None:
            self.pid = spawn_root(self.node)
            self.node.port.monitor(self.pid)
        return self.pid


@asynccontextmanager
async def open_node(
    *,
    choose: Choose | None = None,
    grace: float = 5.0,
    high_water: int = 10_000,
    on_high_water: Callable[[Pid, int], None] | None = None,
    slow_handler: float | None = 0.1,
) -> AsyncGenerator[Node]:
    """A block in which processes live; leaving it ends them in order.

    `grace` is how many seconds unsupervised processes get to end before they are killed. `high_water` is
    the mailbox length from which on `on_high_water(pid, length)` is called, at first and at every doubling;
    without it a warning is logged. A process that holds the loop for more than `slow_handler` seconds is
    reported with its stack; None switches that off. `choose` replaces the scheduler, see `actorlive.runtime.turns`.
    """
    choose = choose or default_choose.get()
    node = Node(
        choose=choose,
        grace=grace,
        high_water=high_water,
        on_high_water=on_high_water,
        make_root=RootSupervisor,
    )
    watchdog = nullcontext() if slow_handler is None else Watchdog(node, slow_handler)
    failure: BaseException | None = None
    try:
        async with trio.open_nursery() as outer:
            with trio.CancelScope(shield=True):  # the node does start; its body may then be cancelled at once
                await outer.start(node.run)
            with watchdog:
                try:
                    with entering(node), node.body:
                        yield node
                except BaseException as error:  # raised again below, outside the nursery
                    failure = error
                finally:
                    with trio.CancelScope(shield=True):
                        await node.stop()
    except BaseExceptionGroup as group:
        raise gravest(group) from None
    if node.failure is not None:
        raise node.failure from failure
    if failure is not None:
        raise failure
