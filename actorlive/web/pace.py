"""How fast a socket is read that has a task to read it: as fast as the views and the client itself keep up.

`web.direct.socket` keeps the same rules without a task.
"""

from __future__ import annotations

import trio

from actorlive.errors import ProtocolError
from actorlive.web.allowance import MESSAGE_TOO_BIG
from actorlive.web.client_socket import ClientSocket
from actorlive.web.limits import Limits
from actorlive.web.sockets import Behind
from actorlive.wire import frame_size

__all__ = ["Pace", "check_size"]


class Pace:
    """One socket's: whoever reads it waits here behind each frame that was handed over.

    `max_pause` are the seconds for which the client may be kept waiting for its views.
    """

    def __init__(self, socket: ClientSocket, limits: Limits, max_pause: float) -> None:
        self._socket = socket
        self._limits = limits
        self._max_pause = max_pause
        self._second = 0.0
        self._left = 0.0

    async def wait(self, now: float) -> None:
        """For the views, for the client to read, or for the rest of the second, whichever is behind; `now` is when the
        frame came."""
        behind = self._socket.connection
        if behind is not None and behind.backlog.is_full:
            await self._pause(behind)
        if self._socket.is_unread:
            self._socket.allowance.tell("max_unsent", "reads too slowly, and is not read itself")
            await self._socket.read_again()
        if now >= self._second:
            self._second, self._left = now + 1.0, self._limits.max_events
        self._left -= 1
        if self._left <= 0:
            self._socket.allowance.tell("max_events", "sends too much, and is not read for a while")
            await trio.sleep_until(self._second)

    async def _pause(self, behind: Behind) -> None:
        """Until the views have caught up, or one of them is given up."""
        backlog = behind.backlog
        if backlog.is_behind:
            self._socket.allowance.tell_of_pause(backlog)
        while backlog.is_full:
            with trio.move_on_after(self._max_pause) as patience:
                await backlog.room()
            if patience.cancelled_caught:
                behind.give_up_the_last()


def check_size(frame: str | bytes, limits: Limits) -> None:
    """A server that does not bound messages itself leaves it to us. Raises `ProtocolError`."""
    size = frame_size(frame)
    if size > limits.max_frame:
        raise ProtocolError(MESSAGE_TOO_BIG, f"a frame of {size} bytes")
