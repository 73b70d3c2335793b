"""One TCP connection on Hypercorn, with what it leaves to its user.

* **A fault of one connection ends that connection.** Hypercorn lets a protocol error of a peer (one stray byte
  after a websocket upgrade is enough) leave its `TCPServer` as an exception group, which ends the server.
  `GuardedTCPServer` logs it instead.
* **A peer that stops reading is dropped.** Hypercorn shields its writes from cancellation, so such a peer
  would block the server's end forever; here it has `send_timeout` seconds for each 64 KiB.
* **A connection that is to be closed is closed**, though Quart-Trio cancels the task that does it.
* **A websocket over plain TCP leaves before Hypercorn**, for the direct way (`web.direct`).
"""

from __future__ import annotations

import logging
from typing import Any, cast

import trio
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.config import Config
from hypercorn.events import Closed, Event, RawData
from hypercorn.trio.tcp_server import TCPServer

from actorlive.runtime.faults import flatten, interrupt_in, is_cancelled_here
from actorlive.web.direct.handshake import answer, read_upgrade
from actorlive.web.direct.socket import SocketDriver
from actorlive.web.transport import SOCKET_PATH

__all__ = ["GuardedTCPServer", "ServerConfig", "report", "single"]

CHUNK = 64 * 1024

_log = logging.getLogger("actorlive.web")


class ServerConfig(Config):
    """Hypercorn's settings, and how long a peer may take to accept 64 KiB (seconds)."""

    send_timeout: float = 30.0


class GuardedTCPServer(TCPServer):
    """Hypercorn's connection, whose faults stay with it.

    `driver` drives the sockets that take the direct way (`web.direct`); without one all take Hypercorn's.
    """

    def __init__(self, *args: Any, driver: SocketDriver | None = None) -> None:
        super().__init__(*args)
        self._driver = driver
        self._first = b""

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
        """True when this was a websocket over plain TCP, which has been answered and goes on without us."""
        if self._driver is None or hasattr(self.stream, "do_handshake"):  # TLS
            return False
        stream = cast("Any", self.stream)
        try:
            patience = self.config.keep_alive_timeout
            upgrade, self._first = await read_upgrade(stream, SOCKET_PATH.encode(), patience)
            if upgrade is None:
                return False
            app = cast("ASGIWrapper", self.app).app
            await answer(
                stream,
                upgrade,
                cast("Any", app),
                self._driver,
                send_timeout=self._timeout,
                state=self.state,
            )
        except (OSError, trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # the peer has gone before it had its answer
        return True

    async def _read_data(self) -> None:
        """Hypercorn reads on behind what was looked at already."""
        first, self._first = self._first, b""
        if first:
            await self.protocol.handle(RawData(first))
        await super()._read_data()

    async def protocol_send(self, event: Event) -> None:
        """Send in pieces, each within the time-out."""
        if not isinstance(event, RawData):
            await super().protocol_send(event)
            return
        async with self.send_lock:
            try:
                for start in range(0, len(event.data), CHUNK):
                    await self._send_piece(event.data[start : start + CHUNK])
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                await self.protocol.handle(Closed())

    async def _close(self) -> None:
        """Quart-Trio cancels the task that closes, because the request is over; the socket would stay open."""
        with trio.CancelScope(deadline=trio.current_time() + self._timeout, shield=True):
            await super()._close()

    @property
    def _timeout(self) -> float:
        return getattr(self.config, "send_timeout", ServerConfig.send_timeout)

    async def _send_piece(self, data: bytes) -> None:
        """Shielded, because half a frame would spoil the stream; bounded, because the peer may have gone."""
        with trio.CancelScope(deadline=trio.current_time() + self._timeout, shield=True) as patience:
            await self.stream.send_all(data)
        if patience.cancelled_caught:
            _log.warning("dropped a connection that accepted nothing for %s s", self._timeout)
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
