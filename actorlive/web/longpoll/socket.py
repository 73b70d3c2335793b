"""One client that polls: a socket's queue, handed out in numbered batches."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import trio

from actorlive.errors import ProtocolError
from actorlive.web.allowance import Allowance
from actorlive.web.client_socket import ClientSocket
from actorlive.web.limits import Limits
from actorlive.web.pace import Pace, check_size
from actorlive.web.sockets import Behind, let_finish

__all__ = ["RETURN", "Batch", "PolledSocket"]

RETURN = 2.0
"""Seconds in which whoever broke off a poll may begin another."""

MISSED = 1.5
"""Who has not polled for so many times `poll_timeout` has left."""

MAX_WAIT = 15.0
"""Seconds that a post may wait for the views: the client gives up a request after twenty."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Frames for the client, in order; none when a poll's time was up. The next poll brings the number."""

    number: int
    frames: tuple[bytes, ...] = ()


class PolledSocket(ClientSocket):
    """The server's side of one client. Its maker sets its `connection`; `tell` is called at its end."""

    def __init__(
        self, limits: Limits, live_socket_id: str | None, allowance: Allowance, tell: Callable[[], None]
    ) -> None:
        super().__init__(limits, live_socket_id, allowance)
        self.is_posting: bool = False
        self._tell = tell
        self._pace: Pace | None = None
        self._number = 0
        self._kept: tuple[bytes, ...] = ()
        self._poll: object = None
        self._gone_at = trio.current_time() + MISSED * limits.poll_timeout
        self._over_at = 0.0

    def carry(self, connection: Behind) -> None:
        """From now on this is the connection's socket."""
        self.connection: Behind | None = connection
        patience = min(self._limits.max_pause, MAX_WAIT)
        self._pace = Pace(self, self._limits, patience)

    # -- its life --------------------------------------------------------------

    def close(self, code: int | None) -> None:
        """End the socket; what is queued can still be had for `Limits.close_timeout`."""
        if not self.closing:
            super().close(code)
            self._over_at = trio.current_time() + self._limits.close_timeout
            self._tell()

    def end(self) -> None:
        """Have the views end, when the socket is closed."""
        self._pace = None
        self.ended()

    def tick(self, now: float) -> None:
        """Some time has passed: close the socket if its client has left, or was here for too long."""
        if now > self.allowance.expires:
            if (code := self.allowance.expire(now, partial(let_finish, self))) is not None:
                self.close(code)
        elif self._poll is None and now > self._gone_at:
            self.close(None)

    def is_over(self, now: float) -> bool:
        """True when nobody needs to know of it any more."""
        return self.closing and now >= self._over_at

    # -- polls -----------------------------------------------------------------

    async def poll(self, number: int) -> Batch | None:
        """The next batch, as soon as there is something in it. None when there will be none: the socket is closed, or
        `number` is not that of the batch which the client has."""
        if self._kept and number == self._number - 1:
            return Batch(self._number, self._kept)
        if number != self._number:
            return None
        self._let_go()
        return await self._next_batch()

    async def _next_batch(self) -> Batch | None:
        mine = self._poll = object()
        self._wake.set()  # whoever waits sees that it is not its turn any more
        try:
            with trio.move_on_after(self._limits.poll_timeout):
                await self._news(mine)
        except trio.Cancelled:
            self._finish(mine, RETURN)
            raise
        if not self._finish(mine, MISSED * self._limits.poll_timeout):
            return Batch(self._number)
        if self._frames:
            self._kept = tuple(self._frames)
            self._frames.clear()
            self._number += 1
        elif self.closing:
            return None
        return Batch(self._number, self._kept)

    async def _news(self, mine: object) -> None:
        while not self._frames and not self.closing and self._poll is mine:
            self._wake = trio.Event()
            await self._wake.wait()

    def _finish(self, mine: object, patience: float) -> bool:
        """A poll waits no more; False for one whose place was taken."""
        if self._poll is not mine:
            return False
        self._poll = None
        self._gone_at = trio.current_time() + patience
        return True

    def _let_go(self) -> None:
        """The client has what it was given."""
        self._kept = ()
        self._size = sum(map(len, self._frames))
        if not self.is_unread:
            self._taken.set()

    # -- posts -----------------------------------------------------------------

    async def take(self, next_frame: Callable[[], Awaitable[str | bytes | None]]) -> bool:
        """Hand over the frames of one post; False when the socket is closed, or to be closed for one of them."""
        self.is_posting = True
        try:
            while (frame := await next_frame()) is not None:
                if self.closing or self.connection is None or self._pace is None:
                    return False
                check_size(frame, self._limits)
                now, pace = trio.current_time(), self._pace
                self.connection.receive(frame)
                await pace.wait(now)
        except ProtocolError as error:
            self.allowance.tell_of_fault(error)
            self.close(error.code)
        finally:
            self.is_posting = False
        return not self.closing
