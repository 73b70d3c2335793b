"""An application as a server: Hypercorn's lifespan and protocols around listeners of our own.

* **One connection is `web.tcp`'s**, with its faults, its time-outs, and the direct way of a websocket.
* **Going down is orderly**, and takes no longer than it may (`web.ending`).
* **The server ends when its node does**, with code 1 and the reason.
* **Beyond `Limits.max_connections` a connection is answered 503**, so that whoever balances the load goes elsewhere.
"""

from __future__ import annotations

import gc
import logging
import ssl
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from math import inf
from typing import Any, cast

import trio
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.trio.lifespan import Lifespan
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ConnectionState, LifespanState
from hypercorn.utils import LifespanFailureError
from quart import Quart

from actorlive.errors import ActorLiveError
from actorlive.runtime import NoProcess, statistics
from actorlive.web import protocols
from actorlive.web.allowance import reached
from actorlive.web.app import ActorLive
from actorlive.web.direct.connection import DirectWay
from actorlive.web.direct.reactor import AnyDriver, open_driver
from actorlive.web.ending import (
    KILLS,
    REQUESTS,
    Ending,
    HardStop,
    drain_sockets,
    main_thread_stands_at,
    taking_signals,
)
from actorlive.web.limits import Limits
from actorlive.web.listeners import Listener, ServerError, open_listeners, tls
from actorlive.web.protocols import ServerConfig
from actorlive.web.tcp import GuardedTCPServer, single
from actorlive.web.transport import SOCKET_PATH

__all__ = ["serve", "serve_async"]

FULL = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n"
QUIET = 60.0
"""Seconds between two lines of the log that say that the server is full."""

_log = logging.getLogger("actorlive.web")


def serve(
    app: Quart,
    host: str = "127.0.0.1",
    port: int = 4000,
    *,
    bind: Sequence[str] = (),
    certfile: str | None = None,
    keyfile: str | None = None,
    drain: float = 10.0,
) -> None:
    """Serve `app` until SIGTERM or SIGINT; blocks. Ends the program with one line when it cannot start.

    `bind` are several places in place of `host` and `port`: "127.0.0.1:4000", "[::1]:4000", "unix:/run/app.sock". With
    `certfile` (PEM, with the key in it or in `keyfile`) those of the network are https. `drain` are the seconds that
    the end may take: sockets are closed one after another, callbacks finish, and what does not is ended by force.
    """
    ending = Ending(drain)
    stop = HardStop(drain, partial(_who_is_at_work, _extension(app)))
    server = partial(
        serve_async, app, host, port, bind=bind, certfile=certfile, keyfile=keyfile, ending=ending
    )
    try:
        trio.run(_serve_process, app, server, ending, stop)
    except* LifespanFailureError as group:
        sys.exit(f"the application did not start: {single(group)}")
    except* ActorLiveError as group:
        sys.exit(str(single(group)))


async def serve_async(
    app: Quart,
    host: str = "127.0.0.1",
    port: int = 4000,
    *,
    bind: Sequence[str] = (),
    certfile: str | None = None,
    keyfile: str | None = None,
    direct: bool = True,
    listeners: Sequence[Listener] = (),
    shutdown: trio.Event | None = None,
    ending: Ending | None = None,
    task_status: trio.TaskStatus[list[str]] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve `app` until `shutdown` is set, or `ending` requested, then go down in order.

    `direct` lets websockets over plain TCP take the fast way (`web.direct`). Port 0 takes a free one; `task_status`
    gets the URLs. `listeners` that listen already take the place of what is named. Raises `ServerError` when a place is
    taken.
    """
    live = _extension(app)
    config = ServerConfig.of(live.limits if live else Limits())
    context = None if certfile is None else tls(certfile, keyfile, config.alpn_protocols)
    places = bind or [f"[{host}]:{port}" if ":" in host else f"{host}:{port}"]
    opened = list(listeners) or open_listeners(places, secure=context is not None)
    protocols.install()
    try:
        async with trio.open_nursery() as nursery:
            if live is not None:
                nursery.start_soon(_end_with_node, live)
            server = AppServer(app, config, live, context, direct=direct and live is not None)
            await server.run(opened, ending or Ending(requested=shutdown), task_status)
            nursery.cancel_scope.cancel()
    finally:
        for listener in opened:
            listener.close()


class AppServer:
    """An application between its start-up and its shutdown.

    `direct` is False where a route of somebody else at our path would wait for frames.
    """

    def __init__(
        self,
        app: Quart,
        config: ServerConfig,
        live: ActorLive | None,
        context: ssl.SSLContext | None,
        *,
        direct: bool,
    ) -> None:
        self._asgi = ASGIWrapper(cast("Any", app))
        self._config = config
        self._live = live
        self._tls = context
        self._direct = direct
        self._state: LifespanState = {}
        self._context = WorkerContext(None)
        self._connections = 0
        self._told_at = -inf

    # -- from the start to the end ---------------------------------------------

    async def run(
        self, listeners: list[Listener], ending: Ending, task_status: trio.TaskStatus[list[str]]
    ) -> None:
        """Serve until the end is asked for; return when everything has ended."""
        lifespan = Lifespan(self._asgi, self._config, self._state)
        async with trio.open_nursery() as around:
            await around.start(lifespan.handle_lifespan)
            await lifespan.wait_for_startup()
            async with open_driver(partial(ending.left, KILLS)) as driver:
                with ending.until(REQUESTS):
                    async with trio.open_nursery() as connections:
                        way = self._direct_way(driver)
                        await self._accept_all(listeners, driver, way, connections, ending, task_status)
                        await self._context.terminated.set()  # connections that wait for another request end
                        if way is not None:
                            way.end()
                        if self._live is not None:
                            await drain_sockets(self._live.sockets, self._live.running_node, ending)
            if self._live is not None and (node := self._live.running_node) is not None:
                node.grace = ending.left(KILLS)
            await lifespan.wait_for_shutdown()

    async def _accept_all(
        self,
        listeners: list[Listener],
        driver: AnyDriver,
        way: DirectWay | None,
        connections: trio.Nursery,
        ending: Ending,
        task_status: trio.TaskStatus[list[str]],
    ) -> None:
        """Begin a task for every connection that comes, until the end is asked for."""
        async with trio.open_nursery() as accepting:
            for listener in listeners:
                connect = partial(self._connect, driver, way, listener.is_secure)
                stream = trio.SocketListener(trio.socket.from_stdlib_socket(listener.socket))
                accepting.start_soon(
                    partial(trio.serve_listeners, connect, [stream], handler_nursery=connections)
                )
            task_status.started([listener.url for listener in listeners])
            await ending.begin()
            if self._live is not None:
                self._live.sockets.draining = True
            accepting.cancel_scope.cancel()
        for listener in listeners:
            listener.close()
        ending.accepted_last.set()

    # -- a connection ----------------------------------------------------------

    def _direct_way(self, driver: AnyDriver) -> DirectWay | None:
        if self._live is None or not self._direct:
            return None
        return DirectWay(
            cast("Any", self._asgi.app),
            driver,
            self._config.limits,
            socket_path=SOCKET_PATH,
            is_page=self._live.is_page,
            state=self._state,
        )

    async def _connect(
        self, driver: AnyDriver, way: DirectWay | None, is_secure: bool, tcp: trio.SocketStream
    ) -> None:
        if self._connections + len(driver.sockets) >= self._config.limits.max_connections:
            await self._turn_away(tcp, is_secure)
            return
        self._connections += 1
        try:
            await self._server(way, is_secure, tcp).run()
        finally:
            self._connections -= 1

    def _server(self, way: DirectWay | None, is_secure: bool, tcp: trio.SocketStream) -> GuardedTCPServer:
        known = (self._asgi, self._config, self._context, ConnectionState(self._state.copy()))
        if is_secure and self._tls is not None:
            return GuardedTCPServer(
                *known, trio.SSLStream(tcp, self._tls, server_side=True, https_compatible=True)
            )
        return GuardedTCPServer(*known, tcp, way=way)

    async def _turn_away(self, tcp: trio.SocketStream, is_secure: bool) -> None:
        reached("max_connections", None)
        if trio.current_time() > self._told_at + QUIET:
            self._told_at = trio.current_time()
            _log.warning("accepts no more connections for now; see Limits.max_connections")
        if not is_secure:
            with trio.move_on_after(1.0):  # what it sent is read, or a reset would overtake the answer
                await tcp.send_all(FULL)
                await tcp.send_eof()
                while await tcp.receive_some():
                    pass


async def _end_with_node(live: ActorLive) -> None:
    """A server without a node would serve pages that never live: raises `ServerError`, or the interrupt."""
    failure = await live.node_failed()
    if isinstance(failure, KeyboardInterrupt):
        raise failure
    _log.critical("the node has ended", exc_info=failure)
    raise ServerError(
        f"the node that all views live in has ended, so the server ends: {failure!r}"
    ) from failure


# -- as a process --------------------------------------------------------------


async def _serve_process(
    app: Quart, server: Callable[..., Awaitable[None]], ending: Ending, stop: HardStop
) -> None:
    """The server as a whole process: signals, the collector, a word to the person who started it."""
    if live := _extension(app):
        _ = live.endpoint.tokens  # a missing key is a line now, not a traceback later
    _raise_file_limit()
    stop.start()
    with taking_signals(ending, stop):
        async with trio.open_nursery() as nursery:
            urls = await nursery.start(server)
            _quieten_collector()
            _announce(app, urls)


def _announce(app: Quart, urls: list[str]) -> None:
    print(f"{app.import_name} is live at {' '.join(urls)} (Ctrl+C stops it)", file=sys.stderr)  # noqa: T201
    if not app.debug:
        print("this is production; while you write an application, use actorlive dev", file=sys.stderr)  # noqa: T201


def _raise_file_limit() -> None:
    """A connection is a file, and the usual 1,024 are a default for programs of another age."""
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _quieten_collector() -> None:
    """What was loaded at the start is not looked at again, and what is new less often.

    A higher threshold saves no time any more, and lengthens the pauses in which the collector finds the cycles that
    views leave behind: 20 to 40 ms at 50,000, below 15 at 10,000.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 50, 1000)


def _who_is_at_work(live: ActorLive | None) -> Callable[[], str]:
    """A function that says who still runs of those who run now: by label, and where each stands."""
    node = live.running_node if live else None

    def say() -> str:
        left = [] if node is None else [process.pid for process in node.processes]
        names = [f"the loop, in {main_thread_stands_at()}"]
        for pid in left[:20]:
            try:
                found = statistics(pid)
            except (NoProcess, RuntimeError):  # it ends, or changes while it is looked at from another thread
                continue
            names.append(f"{found.function} {pid} in {found.current_function}")
        return ", ".join(names)

    return say


def _extension(app: Quart) -> ActorLive | None:
    extension = app.extensions.get("actorlive")
    return extension if isinstance(extension, ActorLive) else None
