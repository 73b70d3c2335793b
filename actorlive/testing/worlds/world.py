"""Views in memory: what `live` and `live_isolated` have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from actorlive.live.endpoint import JoinRefused, connect_info
from actorlive.live.navigation import location
from actorlive.live.process.connection import ConnectionInfo, Gate, LiveConnection
from actorlive.runtime import Down, Node, Pid, Ref, Shutdown, alive, open_port, statistics
from actorlive.testing.browser.client_view import ClientView
from actorlive.testing.browser.page import Page
from actorlive.testing.errors import Failure
from actorlive.testing.timing import clock
from actorlive.testing.timing.network import Network
from actorlive.testing.worlds.driver import World
from actorlive.testing.worlds.memory import MemorySocket, TimedQueue
from actorlive.web.limits import Limits
from actorlive.web.sockets import Sockets

__all__ = ["GRACE", "HOST", "Crash", "MemoryWorld", "absolute"]

HOST = "localhost"

GRACE = 30.0
"""Seconds that a handler or a task which is at work when the test ends has to return."""

_open: set[MemoryWorld] = set()
"""The worlds of the `live()` blocks that have not ended."""


def absolute(path: str) -> str:
    """A path as the URL in the visitor's address bar."""
    return location(path if "://" in path else f"http://{HOST}{path}")


class Crash(Failure):
    """What `view.crash()` ends a view with."""


class MemoryWorld(World):
    """Connections to a gate in this process; knows what a view's process ended with."""

    def __init__(
        self,
        node: Node,
        gate: Gate,
        sockets: Sockets,
        limits: Limits,
        network: Network,
        schedule: Callable[[float, Callable[[], None]], None],
    ) -> None:
        self.node = node
        self.network = network
        self._gate = gate
        self._sockets = sockets
        self._limits = limits
        self._schedule = schedule
        self._crashes: dict[str, object] = {}
        self._topics: dict[Ref, str] = {}
        self._pids: dict[str, Pid] = {}
        self._views: list[Pid] = []
        _open.add(self)
        self._watch = open_port(self._on_down, node=node, label="live() in a test")

    def open_socket(self, page: Page, session: dict[str, Any] | None) -> MemorySocket:
        """A connection for a page; without a session its joins are refused."""
        info = connect_info("127.0.0.1", "actorlive.testing", page.url)
        live_socket_id = (session or {}).get("live_socket_id")
        queue = TimedQueue(self.network, self._limits, live_socket_id)
        client = ConnectionInfo(session, info)
        connection = LiveConnection(
            self.node, self._gate, queue.send, client, max_channels=self._limits.max_channels
        )
        page.crash_of = self._crash_of
        return MemorySocket(connection, queue, self._sockets, self.network, self._schedule, self._monitor)

    def _monitor(self, connection: LiveConnection, topic: str) -> None:
        pid = connection.view(topic)
        if pid is not None:
            self._pids[topic] = pid
            self._views.append(pid)
            self._topics[self._watch.monitor(pid)] = topic

    def _on_down(self, message: object) -> None:
        if isinstance(message, Down):
            topic = self._topics.pop(message.ref, None)
            if topic is not None:
                self._crashes[topic] = message.reason

    def pid(self, view: ClientView) -> Pid:
        """The view's process, or what was it."""
        return self._pids[view.topic]

    def views_of_others(self) -> set[Pid]:
        """The views of other `live()` blocks on the same node; they may come and go while this block lasts."""
        return {
            pid for world in _open if world is not self and world.node is self.node for pid in world._views
        }

    def where(self, topic: str) -> str:
        """Where the view's process stands."""
        pid = self._pids.get(topic)
        return f", in {statistics(pid).current_function}" if pid is not None and alive(pid) else ""

    def _crash_of(self, view: ClientView) -> BaseException | None:
        reason = self._crashes.pop(view.topic, None)
        if isinstance(reason, Crash):
            return None
        match reason:
            case Shutdown(JoinRefused(error)):
                return error
            case BaseException():
                return reason
            case _:
                return None

    async def close(self) -> None:
        """The visitor has left; their views end when their handlers have returned."""
        await clock.until(lambda: not any(map(alive, self._views)), GRACE)
        self._watch.close()
        _open.discard(self)
