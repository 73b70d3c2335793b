"""Hypercorn on Trio, with what it leaves to its user.

* **A fault of one connection ends that connection.** Hypercorn lets a protocol error of a peer (one stray byte
  after a websocket upgrade is enough) leave its `TCPServer` as an exception group, which ends the server.
  `GuardedTCPServer` logs it instead.
* **A peer that stops reading is dropped.** Hypercorn shields its writes from cancellation, so such a peer
  would block the server's end for ever; here it has `send_timeout` seconds for each 64 KiB.
* **A connection that is to be closed is closed**, though Quart-Trio cancels the task that does it.
* **Going down is orderly.** On SIGTERM or SIGINT the websockets are closed with 1012 (clients reconnect and
  recover their forms; 1000 would make them load the page), their views handle what they still have, then the
  listener stops. A second signal does not wait. Who waits inside a shield cannot be ended: after
  `Limits.shutdown_timeout` the log says who does, and the program ends with code 1.
* **The server ends when its node does**, with code 1 and the reason.

The collector is told to leave alone what was loaded at the start, and to look less often: with many
connections it otherwise takes a third of the time.
"""

from __future__ import annotations

import errno
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, cast

import hypercorn.trio.run
import trio
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.config import Config, Sockets
from hypercorn.events import Closed, Event, RawData
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.utils import LifespanFailureError
from quart import Quart

from actorlive.errors import ActorLiveError
from actorlive.runtime import Node, statistics
from actorlive.runtime.faults import flatten, interrupt_in, is_cancelled_here
from actorlive.web import protocols
from actorlive.web.app import ActorLive
from actorlive.web.direct.handshake import answer, read_upgrade
from actorlive.web.direct.reactor import open_driver
from actorlive.web.direct.socket import Driver
from actorlive.web.limits import Limits
from actorlive.web.transport import SOCKET_PATH

__all__ = ["GuardedTCPServer", "ServerConfig", "ServerError", "listen", "serve", "serve_async"]

CHUNK = 64 * 1024

_log = logging.getLogger("actorlive.web")


class ServerError(ActorLiveError):
    """The server cannot start where it was told to."""


class ServerConfig(Config):
    """Hypercorn's settings, and how long a peer may take to accept 64 KiB (seconds)."""

    send_timeout: float = 30.0


class GuardedTCPServer(TCPServer):
    """Hypercorn's connection, whose faults stay with it.

    `driver` drives the sockets that take the direct way (`web.direct`); without one all take Hypercorn's.
    """

    def __init__(self, driver: Driver | None, *args: Any) -> None:
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
        if self._first:
            await self.protocol.handle(RawData(self._first))
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


def serve(app: Quart, host: str = "127.0.0.1", port: int = 4000) -> None:
    """Serve `app` until SIGTERM or SIGINT; blocks. Ends the program with one line when it cannot start."""
    try:
        trio.run(partial(_serve_process, app, host, port))
    except* LifespanFailureError as group:
        sys.exit(f"the application did not start: {_single(group)}")
    except* ActorLiveError as group:
        sys.exit(str(_single(group)))


async def serve_async(
    app: Quart,
    host: str = "127.0.0.1",
    port: int = 4000,
    *,
    direct: bool = True,
    shutdown: trio.Event | None = None,
    task_status: trio.TaskStatus[list[str]] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve `app` until `shutdown` is set, then go down in order.

    `direct` lets websockets over plain TCP take the fast way (`web.direct`). Port 0 takes a free one; `task_status`
    gets the URLs. Raises `ServerError` when the port is taken.
    """
    live = _extension(app)
    config = _config(live.limits if live else Limits())
    sockets = Sockets([], [listen(host, port, config.backlog)], [])
    protocols.install()
    stop = trio.Event()
    async with trio.open_nursery() as nursery, open_driver() as driver:
        # where Hypercorn looks its class up
        cast("Any", hypercorn.trio.run).TCPServer = partial(GuardedTCPServer, driver if direct else None)
        if shutdown is not None:
            nursery.start_soon(_go_down, live, shutdown, stop)
        if live is not None:
            nursery.start_soon(_end_with_node, live)
        await hypercorn.trio.run.worker_serve(
            ASGIWrapper(cast("Any", app)),
            config,
            sockets=sockets,
            shutdown_trigger=stop.wait,
            task_status=task_status,
        )
        nursery.cancel_scope.cancel()


async def _end_with_node(live: ActorLive) -> None:
    """A server without a node would serve pages that never live: raises `ServerError`, or the interrupt."""
    failure = await live.node_failed()
    if isinstance(failure, KeyboardInterrupt):
        raise failure
    _log.critical("the node has ended", exc_info=failure)
    raise ServerError(
        f"the node that all views live in has ended, so the server ends: {failure!r}"
    ) from failure


def listen(host: str, port: int, backlog: int = 100) -> socket.socket:
    """A listening socket. Raises `ServerError` when the port is taken or the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(backlog)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise ServerError(
                f"port {port} on {host} is taken: stop what listens there, or choose another with --port (make: PORT=…)"
            ) from error
        raise ServerError(f"cannot listen on {host} port {port}: {error.strerror or error}") from error
    listener.setblocking(False)
    return listener


async def _serve_process(app: Quart, host: str, port: int) -> None:
    """`serve_async` as a whole process: signals, the collector, a word to the person who started it."""
    if live := _extension(app):
        _ = live.endpoint.tokens  # a missing key is a line now, not a traceback later
    shutdown = trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_watch_signals, shutdown, nursery.cancel_scope)
        trio.lowlevel.spawn_system_task(_end_by_force, live, shutdown)
        server = partial(serve_async, app, host, port, shutdown=shutdown)
        urls = await nursery.start(_until_served, server, nursery.cancel_scope)
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 50, 1000)
        print(f"{app.import_name} is live at {' '.join(urls)} (Ctrl+C stops it)", file=sys.stderr)  # noqa: T201


async def _until_served(
    server: Callable[..., Awaitable[None]],
    scope: trio.CancelScope,
    *,
    task_status: trio.TaskStatus[list[str]],
) -> None:
    await server(task_status=task_status)
    scope.cancel()


async def _watch_signals(shutdown: trio.Event, everything: trio.CancelScope) -> None:
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            if shutdown.is_set():
                everything.cancel()
            shutdown.set()


async def _end_by_force(live: ActorLive | None, requested: trio.Event) -> None:
    """Who waits inside a shield cannot be ended by Trio, and the program has to end: in the given time, and loudly.

    A system task, because what ends the server must not end this.
    """
    await requested.wait()
    node = live.running_node if live else None  # now: who is at work is forgotten before he has ended
    limit = (live.limits if live else Limits()).shutdown_timeout
    await trio.sleep(limit)
    _log.critical("did not go down within %s s, ended by force; still at work: %s", limit, _at_work(node))
    logging.shutdown()
    sys.stderr.flush()
    sys.stdout.flush()
    os._exit(1)


def _at_work(node: Node | None) -> str:
    """The processes that are left, by label, and where each stands."""
    left = [] if node is None else [process.pid for process in node.processes]
    names = [
        f"{found.function} {pid} in {found.current_function}" for pid in left if (found := statistics(pid))
    ]
    return ", ".join(names) or "requests"


async def _go_down(live: ActorLive | None, requested: trio.Event, stop: trio.Event) -> None:
    await requested.wait()
    if live is not None:
        await live.drain()
    stop.set()


def _extension(app: Quart) -> ActorLive | None:
    extension = app.extensions.get("actorlive")
    return extension if isinstance(extension, ActorLive) else None


def _config(limits: Limits) -> ServerConfig:
    config = ServerConfig()
    config.websocket_max_message_size = limits.max_frame
    config.send_timeout = limits.send_timeout
    config.errorlog = logging.getLogger("hypercorn.error")
    config.errorlog.setLevel(logging.WARNING)  # the address is told by `serve`
    config.include_server_header = False
    return config


def report(error: BaseException) -> None:
    """One line in the log for a connection that broke."""
    fault = _single(error)
    _log.warning("a connection broke: %s: %.200r", type(fault).__name__, str(fault))


def _single(error: BaseException) -> BaseException:
    """The one exception inside a group of one."""
    inner = cast("tuple[BaseException, ...]", getattr(error, "exceptions", ()))
    return _single(inner[0]) if len(inner) == 1 else error
