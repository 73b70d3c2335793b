"""The in-memory end of a connection: the server's own `LiveConnection` and queue, without a socket between.

A `Network` stands where the wire would be.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import trio

from actorlive.errors import ProtocolError
from actorlive.testing.browser.messages import CallLater, decode
from actorlive.testing.timing.network import Network
from actorlive.testing.timing.schedule import late_frames
from actorlive.web.allowance import Allowance
from actorlive.web.client_socket import ClientSocket
from actorlive.web.limits import Limits
from actorlive.web.sockets import Behind, Sockets
from actorlive.wire.line import is_control

__all__ = ["MemorySocket", "TimedQueue"]


class TimedQueue(ClientSocket):
    """The server's outgoing side, which notes of each frame when it will have reached the client."""

    def __init__(self, network: Network, limits: Limits, live_socket_id: str | None) -> None:
        super().__init__(limits, live_socket_id, Allowance(limits, "127.0.0.1"))
        self._network = network
        self._arrivals: deque[float] = deque()
        self._last = 0.0
        self._then: Callable[[], None] | None = None

    def send(self, frame: bytes) -> None:
        """Queue one frame; none arrives before the one that was sent before it."""
        if self._then is not None:
            return
        if not self.closing:
            self._last = max(self._last, trio.current_time() + self._network.delay())
            self._arrivals.append(self._last)
        super().send(frame)

    def lead_nowhere(self, then: Callable[[], None]) -> None:
        """What is sent is lost from now on, and nobody notices; call `then` when the server closes."""
        self._then = then
        if self.closing:
            then()

    def close(self, code: int | None) -> None:
        """End the socket behind what is queued."""
        super().close(code)
        if self._then is not None:
            self._then()

    async def next_arrival(self) -> tuple[bytes, float] | None:
        """The next frame, and the moment at which it arrives; None at the end."""
        frame = await self.next_frame()
        return None if frame is None else (frame, self._arrivals.popleft())


class MemorySocket:
    """One websocket of one page; `behind` it is the server."""

    def __init__(
        self,
        behind: Behind,
        queue: TimedQueue,
        sockets: Sockets,
        network: Network,
        schedule: CallLater,
        on_join: Callable[[Behind, str], None],
    ) -> None:
        self._on_join = on_join
        self._queue = queue
        self._sockets = sockets
        self._network = network
        self._schedule = schedule
        self._late = late_frames()
        self._closed = False
        self._under_way: deque[str | bytes | None] = deque()
        self._due_out = 0.0
        queue.connection = behind
        sockets.add(queue)

    @property
    def is_open(self) -> bool:
        """True as long as the server takes it for alive."""
        return not self._closed

    def send(self, frame: str | bytes) -> None:
        """Send one frame to the server."""
        if self._network.breaks():
            self._end()
        self._carry(frame)

    def _carry(self, frame: str | bytes | None) -> None:
        """What the client sends, and None for the end of it, reaches the server in order."""
        delay = self._wait_out()
        if delay > 0:
            self._under_way.append(frame)
            self._schedule(delay, lambda: self._arrive(self._under_way.popleft()))
        else:
            self._arrive(frame)

    def _wait_out(self) -> float:
        delay = self._network.delay()
        now = trio.current_time()
        self._due_out = max(self._due_out, now + delay + self._late())
        return self._due_out - now

    def _arrive(self, frame: str | bytes | None) -> None:
        behind = self._queue.connection
        if frame is None:
            self._end()
        if self._closed or behind is None or frame is None:
            return
        try:
            behind.receive(frame)
            message = decode(frame) if isinstance(frame, str) and not is_control(frame) else None
            if message is not None and message.event == "phx_join":
                self._on_join(behind, message.topic)
        except ProtocolError as error:
            self._queue.close(error.code)

    async def receive(self) -> bytes | None:
        """The server's next frame; None at the end."""
        arrival = await self._queue.next_arrival()
        if arrival is None or self._network.breaks():
            self._end()
            return None
        frame, moment = arrival
        if moment > trio.current_time():
            await trio.sleep_until(moment)
        return None if self._closed else frame

    async def close(self) -> None:
        """End the connection from the client's side."""
        self._end()

    async def say_last(self, frame: str) -> None:
        """Send one frame, and end the connection behind it."""
        self._carry(frame)
        self._carry(None)

    def cut(self, *, noticed: bool) -> None:
        """The network breaks between client and server. With `noticed=False` the server takes the websocket for alive,
        and still reads what was under way to it."""
        if noticed:
            self._end()
        else:
            self._queue.lead_nowhere(self._end)

    def _end(self) -> None:
        if not self._closed:
            self._closed = True
            self._queue.close(None)
            self._sockets.discard(self._queue)
            self._queue.ended()
