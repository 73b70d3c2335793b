"""Ports: something with a Pid and no task, such as the far end of a socket.

A message to a port calls its `on_message` on the spot. A port can be monitored and linked like a process;
when it closes, DOWN and EXIT queue in the mailboxes behind everything that was sent before.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from actorlive.runtime.context import current_node
from actorlive.runtime.faults import interrupt_in
from actorlive.runtime.pid import Pid, Ref
from actorlive.runtime.signals import Entity

if TYPE_CHECKING:
    from actorlive.runtime.node import Node

__all__ = ["Port", "open_port"]

log = logging.getLogger("actorlive.runtime")

OnMessage = Callable[[object], None]
OnClose = Callable[[object], None]


class PortEntity(Entity):
    """The port as signals see it."""

    __slots__ = ("on_close", "on_message")

    def __init__(
        self, node: Node, on_message: OnMessage | None, on_close: OnClose | None, label: str
    ) -> None:
        super().__init__(node, label)
        self.on_message = on_message
        self.on_close = on_close

    def put_first(self, message: object) -> None:
        """Hand the message over: a port has no queue, so every message is the first."""
        self.handle(message)

    def handle(self, message: object) -> None:
        """One message; a callback that raises closes the port, never the sender."""
        if self.on_message is None or self.doomed:
            return
        try:
            self.on_message(message)
        except BaseException as error:
            if interrupt_in(error) is not None:
                raise
            log.exception("port %r crashed", self)
            self.doom(error)

    def stop(self) -> None:
        """A port has nothing to unwind."""
        on_close, self.on_close, self.on_message = self.on_close, None, None
        self.finish(self.reason)
        if on_close is None:
            return
        try:
            on_close(self.reason)
        except BaseException as error:
            if interrupt_in(error) is not None:
                raise
            log.exception("port %r: on_close raised", self)


class Port:
    """A handle on an open port."""

    __slots__ = ("entity",)

    def __init__(self, entity: PortEntity) -> None:
        self.entity: PortEntity = entity

    def __repr__(self) -> str:
        return f"<port {self.entity!r}>"

    @property
    def pid(self) -> Pid:
        """Its address: send to it, monitor it, link with it, make it an owner."""
        return self.entity.pid

    @property
    def closed(self) -> bool:
        """True once it is closed, by `close` or by an exit signal."""
        return not self.entity.alive

    def close(self, reason: object = "normal") -> None:
        """Close: processes that monitor it get DOWN, those linked to it EXIT, with `reason`. Do it once."""
        self.entity.doom(reason)

    def monitor(self, dest: Pid | str) -> Ref:
        """Watch a process on the port's behalf: the `Down` goes to `on_message`."""
        return self.entity.monitor(dest)

    def demonitor(self, ref: Ref) -> bool:
        """Stop watching; True when the monitor was still active. Nothing needs flushing."""
        return self.entity.demonitor(ref)

    def link(self, pid: Pid) -> None:
        """Link the port with a process. Raises `NoProcess` when it is dead."""
        self.entity.link(pid)

    def unlink(self, pid: Pid) -> None:
        """Undo `link`."""
        self.entity.unlink(pid)

    def trap_exit(self, *, trap: bool) -> None:
        """Whether exit signals go to `on_message` as `ExitSignal`, or close the port (the default)."""
        self.entity.trapping = trap


def open_port(
    on_message: OnMessage | None = None,
    *,
    on_close: OnClose | None = None,
    node: Node | None = None,
    label: str = "port",
) -> Port:
    """Open a port on the current node, or on `node` (Erlang: `open_port/2`, with a callback for a driver).

    `on_message(message)` runs in the sender's stack, so it must be quick; without it messages vanish.
    `on_close(reason)` is called once when the port closes, for whatever reason. Ports still open when
    their node ends are closed with "shutdown".
    """
    node = node or current_node()
    node.check_thread()
    entity = PortEntity(node, on_message, on_close, label)
    node.adopt(entity)
    return Port(entity)
