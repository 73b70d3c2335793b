"""One TCP connection on Hypercorn, with what it leaves to its user.

* **A fault of one connection ends that connection.** Hypercorn lets a protocol error of a peer (one stray byte
  after a websocket upgrade is enough) leave its `TCPServer` as an exception group, which ends the server.
  `GuardedTCPServer` logs it instead.
* **Who writes while another task closes** hears that the connection is gone, not that the stream is busy.
* **A peer that stops reading is dropped.** Hypercorn shields its writes from cancellation, so such a peer
  would block the server's end forever; here it has `send_timeout` seconds for each 64 KiB.
* **A connection that is to be closed is closed**, and one that waits for its next request waits `keep_alive_timeout`
  seconds, though Quart-Trio cancels the task in which Hypercorn sees to both. A connection that comes as the
  server goes down is answered once.
* **A websocket and a live page over plain TCP do without Hypercorn**: they take the direct way (`web.direct`).
"""

from __future__ import annotations

import logging
from typing import Any, cast

import trio
from hypercorn.events import Closed, Event, RawData, Updated
from hypercorn.trio.tcp_server import TCPServer

from actorlive.runtime.faults import flatten, interrupt_in, is_cancelled_here
from actorlive.web.allowance import reached
from actorlive.web.direct.connection import DirectConnection, DirectWay
from actorlive.web.protocols import limits_of

__all__ = ["GuardedTCPServer", "report", "single"]

CHUNK = 64 * 1024
FIRST_WORDS = 1.0
"""Seconds that a server which goes down waits for the first request of a connection: it may be on its way, and no
client sends the first one again on another connection by itself."""

GONE = (trio.BrokenResourceError, trio.ClosedResourceError, trio.BusyResourceError)
"""Why a send has nobody to send to. Busy, because `send_lock` keeps all sends apart, but not the end of the stream,
which a task that closes sends without it."""

_log = logging.getLogger("actorlive.web")


class GuardedTCPServer(TCPServer):
    """Hypercorn's connection, whose faults stay with it.

    `way` is the direct way, for what may take it; without one all take Hypercorn's. `first` was read already.
    """

    def __init__(self, *args: Any, way: DirectWay | None = None, first: bytes = b"") -> None:
        super().__init__(*args)
        self._way = way
        self._first = first
        self._limits = limits_of(self.config)
        self._patience = self._limits.head_timeout
        self._has_asked = False
        self._is_idle = True

    async def run(self) -> None:
        """Serve one connection; nothing but a real interrupt gets out."""
        try:
            if not await self._run_direct():
                await super().run()
        except BaseException as error:
            if (interrupt := interrupt_in(error)) is not None:
                raise interrupt from None
            cancelled = all(isinstance(leaf, trio.Cancelled) for leaf in flatten(error))
            if not (cancelled and is_cancelled_here()):
                report(error)

    async def _run_direct(self) -> bool:
        """True when all that came has been answered without Hypercorn, or goes on without us."""
        if self._way is None or hasattr(self.stream, "do_handshake"):  # TLS
            return False
        connection = DirectConnection(self._way, cast("Any", self.stream), self._first)
        try:
            done = await connection.run()
        except (OSError, trio.BrokenResourceError, trio.ClosedResourceError):
            return True  # the peer has gone before it had its answer
        self._first, self._patience = connection.unread, connection.patience
        return done

    async def _read_data(self) -> None:
        """Hypercorn reads on behind what was looked at already."""
        first, self._first = self._first, b""
        if first:
            await self.protocol.handle(RawData(first))
        await super()._read_data()

    async def protocol_send(self, event: Event) -> None:
        """Send in pieces, each within the time-out."""
        if isinstance(event, Updated):
            self._is_idle = event.idle
            if not event.idle:
                self._has_asked = True
                self._patience = self._limits.keep_alive_timeout
            with trio.CancelScope(shield=True):  # the request's task is cancelled, and the clock has to start
                await super().protocol_send(event)
            return
        if not isinstance(event, RawData):
            await super().protocol_send(event)
            return
        async with self.send_lock:
            try:
                for start in range(0, len(event.data), CHUNK):
                    await self._send_piece(event.data[start : start + CHUNK])
            except GONE:
                await self.protocol.handle(Closed())

    async def _close(self) -> None:
        """Quart-Trio cancels the task that closes, because the request is over; the socket would stay open."""
        with trio.CancelScope(deadline=trio.current_time() + self._limits.send_timeout, shield=True):
            await super()._close()

    async def _idle_timeout(self) -> None:
        """Hypercorn has one time-out for the first request and for every other."""
        with trio.move_on_after(self._patience) as patience:
            await self.context.terminated.wait()
            if not self._has_asked:
                await trio.sleep(FIRST_WORDS)
        if not self._is_idle:
            return  # a request has come, and is about to stop this clock
        if patience.cancelled_caught and not self._has_asked:
            reached("head_timeout", None)
            _log.debug("closed a connection without a request; see Limits.head_timeout")
        with trio.CancelScope(shield=True):
            await self._initiate_server_close()

    async def _send_piece(self, data: bytes) -> None:
        """Shielded, because half a frame would spoil the stream; bounded, because the peer may have gone."""
        timeout = self._limits.send_timeout
        with trio.CancelScope(deadline=trio.current_time() + timeout, shield=True) as patience:
            await self.stream.send_all(data)
        if patience.cancelled_caught:
            reached("send_timeout", None)
            _log.warning("dropped a connection that accepted nothing for %s s", timeout)
            await trio.aclose_forcefully(self.stream)
            raise trio.BrokenResourceError


def report(error: BaseException) -> None:
    """One line in the log for a connection that broke."""
    fault = single(error)
    _log.warning("a connection broke: %s: %.200r", type(fault).__name__, str(fault))


def single(error: BaseException) -> BaseException:
    """The one exception inside a group of one."""
    inner = cast("tuple[BaseException, ...]", getattr(error, "exceptions", ()))
    return single(inner[0]) if len(inner) == 1 else error
