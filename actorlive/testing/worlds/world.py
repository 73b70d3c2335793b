"""Views in memory: what `live` and `live_isolated` have in common."""

from __future__ import annotations

from typing import Any

from actorlive.live.endpoint import JoinRefused, connect_info
from actorlive.live.navigation import location
from actorlive.live.process.connection import ConnectionInfo, Gate, LiveConnection
from actorlive.runtime import Down, Node, Pid, Ref, Shutdown, alive, enter_node, open_port, statistics
from actorlive.testing.browser.client_view import ClientView
from actorlive.testing.browser.messages import CallLater
from actorlive.testing.browser.page import Page
from actorlive.testing.errors import Failure
from actorlive.testing.timing import clock
from actorlive.testing.timing.leaks import Baseline
from actorlive.testing.timing.network import Network
from actorlive.testing.worlds.base import World
from actorlive.testing.worlds.memory import MemorySocket, TimedQueue
from actorlive.testing.worlds.server import MemoryServer
from actorlive.web.limits import Limits
from actorlive.web.lines import Arrival, Lines
from actorlive.web.sockets import Behind, Sockets
from actorlive.web.visitor import known_visitor

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
        server: MemoryServer,
        gate: Gate,
        sockets: Sockets,
        limits: Limits,
        network: Network,
        schedule: CallLater,
    ) -> None:
        self.server = server
        self.network = network
        self._gate = gate
        self._sockets = sockets
        self._limits = limits
        self._schedule = schedule
        self._crashes: dict[str, object] = {}
        self._topics: dict[Ref, str] = {}
        self._pids: dict[str, Pid] = {}
        self._views: list[Pid] = []
        self._open_sockets: list[MemorySocket] = []
        self.visitor: str = ""
        """Whose line was opened last."""
        _open.add(self)
        server.worlds.append(self)
        self.come_up()

    @property
    def node(self) -> Node:
        """The node of the server that is up."""
        return self.server.node

    @property
    def round_trip(self) -> float:
        """Seconds for a frame and its answer, at most."""
        return 2 * (self.network.latency + self.network.jitter)

    def open_socket(
        self, page: Page, session: dict[str, Any] | None, lines: Lines | None = None
    ) -> MemorySocket:
        """A connection for a page; without a session its joins are refused. It may begin or resume one of `lines`.

        Raises `ConnectionRefusedError` while the server is down.
        """
        if not self.server.is_up:
            raise ConnectionRefusedError("the server is down")
        info = connect_info("127.0.0.1", "actorlive.testing", page.url)
        live_socket_id = (session or {}).get("live_socket_id")
        queue = TimedQueue(self.network, self._limits, live_socket_id)
        client = ConnectionInfo(session, info)
        behind: Behind
        behind = connection = LiveConnection(
            self.node, self._gate, queue.send, client, max_channels=self._limits.max_channels
        )
        if lines is not None:
            behind = Arrival(lines, queue, connection, queue.allowance, session)
            self.visitor = known_visitor(session) or ""
        page.crash_of = self._crash_of
        socket = MemorySocket(behind, queue, self._sockets, self.network, self._schedule, self._monitor)
        self._open_sockets = [open_ for open_ in self._open_sockets if open_.is_open] + [socket]
        return socket

    def _monitor(self, behind: Behind, topic: str) -> None:
        pid = behind.topics.get(topic)
        if pid is not None:
            self._pids[topic] = pid
            self._views.append(pid)
            self._topics[self._watch.monitor(pid)] = topic

    # -- the server ------------------------------------------------------------

    def go_down(self, *, kill: bool) -> None:
        """The server is about to end: in order, or, with `kill`, at once and without a word to anybody."""
        for socket in self._open_sockets if kill else []:
            socket.cut(noticed=True)

    async def restart(self, *, kill: bool) -> None:
        """End the server, and start another one, in whose node the caller is then, as it was in that of the old one.

        Raises `Failure` where the kit has not started it.
        """
        await self.server.restart(kill=kill)
        enter_node(self.node)

    def come_up(self) -> None:
        """There is a server: look what it has before the page comes to it."""
        self._watch = open_port(self._on_down, node=self.node, label="live() in a test")
        self._topics.clear()
        self.baseline = Baseline(self.node, self.views_of_others)

    # -- views -----------------------------------------------------------------

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
        self.server.worlds.remove(self)
        _open.discard(self)
