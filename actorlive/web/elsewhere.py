"""`ActorLive.disconnect` at other servers: they are told over the broker, as of any broadcast.

What is told while the broker cannot be reached is heard later, or not at all, so a logout is not proven by it:
`on_mount` asks at each join whether a session is still good, and `Limits.max_age` bounds how long a socket may live
without one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager

from actorlive.pubsub.local import Gap, pubsub
from actorlive.pubsub.message import Message
from actorlive.runtime import Node, Port, entering, open_port
from actorlive.web.sockets import Sockets

__all__ = ["Disconnected", "Elsewhere"]

TOPIC = "actorlive.disconnect"

_log = logging.getLogger("actorlive.web")


class Disconnected(Message, name="actorlive.disconnect"):
    """The sockets of one `live_socket_id` are to be closed: its visitor has logged out."""

    live_socket_id: str


class Elsewhere:
    """The other servers. `end` closes the sockets of an id at this one, where `sockets` are the open ones."""

    def __init__(self, end: Callable[[str], object], sockets: Sockets) -> None:
        self._end = end
        self._sockets = sockets
        self._node: Node | None = None
        self._port: Port | None = None

    @contextmanager
    def heard_on(self, node: Node) -> Generator[None]:
        """Do what they say, and say what they are to do, while this node is open and has a broker."""
        self._node, self._port = node, open_port(self._hear, node=node, label="disconnect")
        pubsub().subscribe(TOPIC, self._port.pid)
        try:
            yield
        finally:
            self._port.close()
            self._node = self._port = None

    def disconnect(self, live_socket_id: str) -> None:
        """Have the others close the sockets of that id. Without a broker there are no others."""
        if self._node is not None and self._port is not None:
            with entering(self._node):
                pubsub().broadcast(TOPIC, Disconnected(live_socket_id), skip=self._port.pid)

    def _hear(self, message: object) -> None:
        match message:
            case Disconnected(live_socket_id):
                self._end(live_socket_id)
            case Gap() if len(self._sockets):  # a server that has just started has none, and missed nothing
                _log.warning(
                    "the broker was away: sockets of visitors who logged out at another server meanwhile may still be"
                    " open, until they join anew"
                )
            case _:
                pass
