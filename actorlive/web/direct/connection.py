"""One connection over plain TCP, as far as it goes the direct way.

Its requests are looked at one by one. A websocket to our path and a live route's page are answered here, the page with
the next request behind it; whatever else comes, and every head that is not beyond doubt, is left to Hypercorn, with
all bytes that have not been answered. A head is waited for only while it may still become one of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import Enum
from math import inf
from typing import Any

import trio

from actorlive.web.asgi import Asgi
from actorlive.web.direct.handshake import Upgrade, answer, is_upgrade
from actorlive.web.direct.http import END, ConnectionAddresses, Head, fields_of, parse
from actorlive.web.direct.pages import answer_page, is_plain, page_scope, path_of
from actorlive.web.direct.socket import SocketDriver
from actorlive.web.limits import Limits

__all__ = ["DirectConnection", "DirectWay"]

BEGINNINGS = (b"GET /", b"HEAD /")
LAST_WORDS = 1.0
"""Seconds in which the peer of a connection that is closed may take its last answer: what it sends meanwhile is read,
because a reset would overtake the answer."""


def stays(head: Head, stream: trio.SocketStream, unread: bytes) -> bool:
    """There is no other worker."""
    return False


class Outcome(Enum):
    """What became of a request."""

    ANSWERED = "the connection may bring another"
    OVER = "nothing is left to do on the connection"
    NOT_OURS = "Hypercorn's, and whatever comes behind it"


class DirectWay:
    """What the connections of one server have in common.

    `driver` drives the sockets that are opened, `socket_path` is where they are; `is_page` says whether a path is a
    live route's. `hand_over` gives the connection of a websocket away whose request is for another worker, with all
    that was read of it; it returns False for one that stays.
    """

    def __init__(
        self,
        app: Asgi,
        driver: SocketDriver,
        limits: Limits,
        *,
        socket_path: str,
        is_page: Callable[[str], bool],
        hand_over: Callable[[Head, trio.SocketStream, bytes], bool] = stays,
        state: Mapping[str, Any],
    ) -> None:
        self.app = app
        self.driver = driver
        self.limits = limits
        self.socket_path: bytes = socket_path.encode()
        self.is_page = is_page
        self.hand_over = hand_over
        self.state = state
        self.has_ended = False
        self._idle: set[trio.CancelScope] = set()

    def end(self) -> None:
        """Connections that wait for another request are closed now, the others behind their answer."""
        self.has_ended = True
        for scope in self._idle:
            scope.cancel()

    async def wait_idly(self, stream: trio.SocketStream, clock: trio.CancelScope) -> bytes:
        """What comes next within `keep_alive_timeout`; nothing from a peer that has gone, or when the server has ended.

        The block of `clock` is cancelled when that takes longer, or the server ends meanwhile.
        """
        if self.has_ended:
            return b""
        clock.deadline = trio.current_time() + self.limits.keep_alive_timeout
        self._idle.add(clock)
        try:
            return bytes(await stream.receive_some(self.limits.max_head))
        finally:
            self._idle.discard(clock)
            clock.deadline = inf


class DirectConnection:
    """One of them. `unread` is what nobody has answered when `run` is over, and `patience` the seconds that are left
    for the rest of its head."""

    def __init__(self, way: DirectWay, stream: trio.SocketStream, unread: bytes = b"") -> None:
        self.unread = unread
        self.patience: float = way.limits.head_timeout
        self._way = way
        self._stream = stream
        self._place = ConnectionAddresses.of(stream.socket)

    async def run(self) -> bool:
        """Answer what is ours; True when nothing is left to do, False when Hypercorn has to go on.

        One clock is enough for all waits between requests, and spares a scope for each. Where a request comes in the
        very moment in which that goes off, it is served under another.
        """
        is_done: bool | None = None
        while is_done is None:
            with trio.CancelScope() as clock:
                is_done = await self._run_on(clock)
            if clock.cancelled_caught:
                return True
        return is_done

    async def _run_on(self, clock: trio.CancelScope) -> bool | None:
        """The same, or None when the clock has gone off and a request is unread."""
        while True:
            text = await self._read_head()
            head = None if text is None else parse(text)
            if text is None or head is None:
                return False
            outcome = await self._answer(head, text)
            if outcome is not Outcome.ANSWERED:
                return outcome is Outcome.OVER
            if self.unread:
                await trio.lowlevel.checkpoint()  # who sends many at once lets others have their turn
            else:
                self.unread = await self._way.wait_idly(self._stream, clock)
                if not self.unread:
                    return True
            self.patience = self._way.limits.head_timeout
            if clock.cancel_called:
                return None

    async def _read_head(self) -> bytes | None:
        """The next head, which stays unread; None when there is none that could be ours."""
        head = self._whole_head()
        if head is not None:
            return head  # at once, and without a clock
        until = trio.current_time() + self.patience
        with trio.CancelScope(deadline=until):
            while self._may_become_ours():
                more = bytes(await self._stream.receive_some(self._way.limits.max_head))
                if not more:
                    break
                self.unread += more
                head = self._whole_head()
                if head is not None:
                    return head
        self.patience = max(0.0, until - trio.current_time()) if until < inf else inf
        return None

    def _whole_head(self) -> bytes | None:
        """The head that has come, when it is whole and may be ours."""
        end = self.unread.find(END, 0, self._way.limits.max_head)
        return self.unread[: end + len(END)] if end >= 0 and _may_be_ours(self.unread) else None

    def _may_become_ours(self) -> bool:
        return len(self.unread) < self._way.limits.max_head and _may_be_ours(self.unread)

    async def _answer(self, head: Head, text: bytes) -> Outcome:
        fields, way = fields_of(head.headers), self._way
        if is_upgrade(head, fields, way.socket_path):
            if way.hand_over(head, self._stream, self.unread):
                return Outcome.OVER
            await answer(
                self._stream,
                Upgrade(head, fields, self.unread[len(text) :]),
                way.app,
                way.driver,
                place=self._place,
                send_timeout=way.limits.send_timeout,
                state=way.state,
            )
            return Outcome.OVER
        if not is_plain(head, fields) or not way.is_page(path_of(head)):
            return Outcome.NOT_OURS
        self.unread = self.unread[len(text) :]
        close = way.has_ended or fields.get(b"connection", b"").lower() == b"close"
        goes_on = await answer_page(
            self._stream,
            head,
            way.app,
            page_scope(head, self._place, way.state),
            close=close,
            send_timeout=way.limits.send_timeout,
        )
        if goes_on:
            return Outcome.ANSWERED
        await self._say_goodbye()
        return Outcome.OVER

    async def _say_goodbye(self) -> None:
        with trio.move_on_after(LAST_WORDS), suppress(trio.BrokenResourceError):
            await self._stream.send_eof()
            while await self._stream.receive_some(self._way.limits.max_head):
                pass


def _may_be_ours(data: bytes) -> bool:
    """True while `data` begins as a request for something that is read only."""
    return any(data.startswith(start[: len(data)]) for start in BEGINNINGS)
