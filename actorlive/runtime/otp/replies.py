"""Replies, and waiting for one: a port that a task waits on.

`call`, `stop` and the start of a server all send something and wait for a reply, a death or a time-out. The
reply goes to a port made for it alone, so it needs no search in the caller's mailbox, works outside of
processes, too, and once the port is closed a late reply has nowhere to go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import trio

from actorlive.runtime.node import Node
from actorlive.runtime.pid import Pid, Ref
from actorlive.runtime.port import open_port
from actorlive.runtime.signals import Down
from actorlive.runtime.timers import send_after

__all__ = ["TIMED_OUT", "AwaitedReply", "Reply", "TaskReply"]


@dataclass(frozen=True, slots=True)
class Reply:
    """The reply of the other side."""

    value: object


@dataclass(frozen=True, slots=True)
class TaskReply:
    """The value of the task whose monitor is `ref`, in the mailbox of its owner (Elixir: `{ref, value}`)."""

    ref: Ref
    value: object


TIMED_OUT = object()


class AwaitedReply:
    """One reply to come. Use as `with AwaitedReply(node, dest) as reply: …; await reply.wait(timeout)`."""

    def __init__(self, node: Node, dest: Pid | str) -> None:
        self.node = node
        self.outcome: object = None
        self.arrived = trio.Event()
        self.port = open_port(self.accept, node=node, label="awaited reply")
        self.dest = dest

    def __enter__(self) -> Self:
        self.port.monitor(self.dest)
        return self

    def __exit__(self, *_: object) -> None:
        self.port.close()

    def accept(self, message: object) -> None:
        """Take the first outcome; later ones are dropped."""
        if self.outcome is None:
            self.outcome = message
            self.arrived.set()

    async def wait(self, timeout: float | None) -> Reply | Down | object:
        """Wait `timeout` seconds; returns `Reply`, `Down`, or `TIMED_OUT`."""
        if timeout is not None:
            send_after(self.port.pid, TIMED_OUT, timeout)
        await self.arrived.wait()
        if self.node.turns is not None:
            await self.node.turns.wait(self.port.pid.id)
        return self.outcome
