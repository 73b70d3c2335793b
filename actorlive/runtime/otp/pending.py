"""Waiting for one answer: a port that a task waits on.

`call`, `stop` and the start of a server all send something and wait for a reply, a death or a time-out. The
answer goes to a port made for it alone, so it needs no search in the caller's mailbox, works outside of
processes, too, and once the port is closed a late answer has nowhere to go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import trio

from actorlive.runtime.node import Node
from actorlive.runtime.pid import Pid
from actorlive.runtime.port import open_port
from actorlive.runtime.signals import Down
from actorlive.runtime.timers import send_after

__all__ = ["TIMED_OUT", "Answer", "Pending"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side sends back."""

    value: object


TIMED_OUT = object()


class Pending:
    """One answer to come. Use as `with Pending(node, dest) as pending: …; await pending.wait(timeout)`."""

    def __init__(self, node: Node, dest: Pid | str) -> None:
        self.node = node
        self.outcome: object = None
        self.arrived = trio.Event()
        self.port = open_port(self.accept, node=node, label="pending answer")
        self.dest = dest

    def __enter__(self) -> Self:
        self.port.monitor(self.dest)
        return self

    def __exit__(self, *_: object) -> None:
        self.port.close()

    def accept(self, message: object) -> None:
        """The first thing that comes decides."""
        if self.outcome is None:
            self.outcome = message
            self.arrived.set()

    async def wait(self, timeout: float | None) -> Answer | Down | object:
        """`Answer`, `Down`, or `TIMED_OUT`."""
        if timeout is not None:
            send_after(self.port.pid, TIMED_OUT, timeout)
        await self.arrived.wait()
        if self.node.turns is not None:
            await self.node.turns.wait(self.port.pid.id)
        return self.outcome
