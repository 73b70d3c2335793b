"""The outgoing side of a socket that a task writes: a websocket on the portable way, and one that polls.

A view sends without waiting, so what a client has not read yet waits here, within a limit: a client that does
not keep up is closed, and comes back to a fresh render. Closing is an order to the writer, which sends what
was queued before, then the close frame.
"""

from __future__ import annotations

from collections import deque

import trio

from actorlive.web.allowance import Allowance
from actorlive.web.limits import Limits
from actorlive.web.page_line import doom
from actorlive.web.sockets import Behind

__all__ = ["TRY_AGAIN_LATER", "ClientSocket"]

TRY_AGAIN_LATER = 1013


class ClientSocket:
    """The outgoing side of one socket: frames in order, at most `max_queue` bytes of them."""

    def __init__(self, limits: Limits, live_socket_id: str | None, allowance: Allowance) -> None:
        self.live_socket_id = live_socket_id
        self.connection: Behind | None = None
        self.close_code: int | None = None
        self.closing = False
        self._frames: deque[bytes] = deque()
        self._size = 0
        self._limits = limits
        self.allowance: Allowance = allowance
        self._wake = trio.Event()
        self._taken = trio.Event()

    def send(self, frame: bytes) -> None:
        """Queue one frame. Never waits, never raises; after `close` it is lost."""
        if self.closing:
            return
        self._frames.append(frame)
        self._size += len(frame)
        if self._size > self._limits.max_queue:
            self.allowance.tell_of_overflow()
            self._frames.clear()
            self._size = 0
            self.close(TRY_AGAIN_LATER)
        else:
            self._wake.set()

    def drop(self) -> None:
        """Read and send nothing any more; what was behind the socket goes on without it."""
        self.connection = None
        self._frames.clear()
        self._size = 0
        self.close(None)

    def ended(self) -> None:
        """The websocket is no more."""
        behind, self.connection = self.connection, None  # which has our `send`: neither is to keep the other
        if behind is not None:
            behind.close()

    def charge(self, allowance: Allowance) -> None:
        """The socket is on that account from now on."""
        self.allowance = allowance

    def close(self, code: int | None) -> None:
        """End the socket behind what is queued; None when the peer has closed already."""
        if code is not None:
            doom(self.connection)
        if not self.closing:
            self.closing = True
            self.close_code = code
            self._wake.set()
            self._taken.set()

    async def next_frame(self) -> bytes | None:
        """The next frame to send, waiting for it; None when the socket is to be closed now."""
        while not self._frames:
            if self.closing:
                return None
            self._wake = trio.Event()
            await self._wake.wait()
        frame = self._frames.popleft()
        self._size -= len(frame)
        if not self.is_unread:
            self._taken.set()
        return frame

    @property
    def is_unread(self) -> bool:
        """True while the client leaves so much unread that it is not to be read itself."""
        return self._size > self._limits.max_unsent

    async def read_again(self) -> None:
        """Wait until the client has read enough, or the socket is to be closed."""
        while self.is_unread and not self.closing:
            self._taken = trio.Event()
            await self._taken.wait()
