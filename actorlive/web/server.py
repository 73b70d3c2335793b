"""An application as a server: Hypercorn's lifespan and protocols around listeners of our own.

* **One connection is `web.tcp`'s**, with its faults, its time-outs, and the direct way of a websocket.
* **Going down is orderly**, and takes no longer than it may (`web.ending`). Connections that wait to be
  accepted are served.
* **The server ends when its node does**, with code 1 and the reason.
* **Beyond `Limits.max_connections` a connection is answered 503**, so that whoever balances the load goes elsewhere.
"""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import islice
from math import inf
from typing import Any, cast

import trio
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.trio.lifespan import Lifespan
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ASGISendEvent, ConnectionState, LifespanState
from quart import Quart

from actorlive.web import protocols
from actorlive.web.accepting import accept_each, connect_and_close, who_waits
from actorlive.web.allowance import reached
from actorlive.web.app import ActorLive
from actorlive.web.direct.connection import DirectWay
from actorlive.web.direct.reactor import AnyDriver, open_driver
from actorlive.web.direct.socket import SocketDriver
from actorlive.web.ending import KILLS, REQUESTS, Ending, drain_sockets
from actorlive.web.limits import Limits
from actorlive.web.listeners import BACKLOG, Listener, ServerError, open_listeners, places, tls
from actorlive.web.protocols import ServerConfig
from actorlive.web.tcp import GuardedTCPServer
from actorlive.web.transport import SOCKET_PATH
from actorlive.web.workers.passing import Doors, hand_over, take_letter
from actorlive.web.workers.relaying import answer_relayed

__all__ = ["extension_of", "serve_async"]

FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\nCache-Control: no-store\r\n"
    b"Content-Length: 0\r\n\r\n"
)
QUIET = 60.0
"""Seconds between two lines of the log that say that the server is full."""

_log = logging.getLogger("actorlive.web")


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
    live = extension_of(app)
    config = ServerConfig.of(live.limits if live else Limits())
    context = None if certfile is None else tls(certfile, keyfile, config.alpn_protocols)
    opened = list(listeners) or open_listeners(places(host, port, bind), secure=context is not None)
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
        self._way: DirectWay | None = None
        self._nursery: trio.Nursery | None = None
        self._told_at = -inf

    # -- from the start to the end ---------------------------------------------

    async def run(
        self, listeners: list[Listener], ending: Ending, task_status: trio.TaskStatus[list[str]]
    ) -> None:
        """Serve until the end is asked for; return when everything has ended."""
        lifespan = AppLifespan(self._asgi, self._config, self._state)
        async with trio.open_nursery() as around:
            await around.start(lifespan.handle_lifespan)
            await lifespan.wait_for_startup()
            if lifespan.has_failed:
                await trio.sleep_forever()  # the failure is on its way, and ends all of this
            async with (
                open_driver(partial(ending.left, KILLS)) as driver,
                carrying_letters(self._live, WorkerDoors(self, driver)),
            ):
                with ending.until(REQUESTS):
                    async with trio.open_nursery() as connections:
                        way = self._way = self._direct_way(driver)
                        self._nursery = connections
                        await self._accept_all(listeners, driver, way, connections, ending, task_status)
                        await self._context.terminated.set()  # connections that wait for another request end
                        if way is not None:
                            way.end()
                        if self._live is not None:
                            await drain_sockets(
                                self._live.sockets, self._live.running_node, ending, self._live.parking
                            )
                        self._nursery = None
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
                accepting.start_soon(accept_each, listener.socket, connect, connections)
            task_status.started([listener.url for listener in listeners])
            await ending.begin()
            if self._live is not None:
                self._live.sockets.draining = True
            accepting.cancel_scope.cancel()
        for listener in listeners:
            connect = partial(self._connect, driver, way, listener.is_secure)
            with suppress(OSError):
                for tcp in islice(who_waits(listener.socket), BACKLOG):
                    connections.start_soon(connect_and_close, connect, tcp)
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
            hand_over=partial(hand_over, self._live),
            state=self._state,
        )

    def serve(self, driver: AnyDriver, tcp: socket.socket, first: bytes) -> None:
        """Serve a connection that another worker has accepted. While this one goes down it is closed, and its client
        comes again."""
        if self._nursery is None or (self._live is not None and self._live.sockets.draining):
            tcp.close()
            return
        tcp.setblocking(False)
        stream = trio.SocketStream(trio.socket.from_stdlib_socket(tcp))
        connect = partial(self._connect, driver, self._way, False, first=first)
        self._nursery.start_soon(connect_and_close, connect, stream)

    def answer(self, end: socket.socket) -> None:
        """Answer a request that another worker relays. When this one has gone down, the other answers by itself."""
        if self._nursery is None or self._live is None or self._live.polls is None:
            end.close()
        else:
            self._nursery.start_soon(answer_relayed, self._live.polls.app, end)

    async def _connect(
        self,
        driver: AnyDriver,
        way: DirectWay | None,
        is_secure: bool,
        tcp: trio.SocketStream,
        *,
        first: bytes = b"",
    ) -> None:
        if self._connections + len(driver.sockets) >= self._config.limits.max_connections:
            await self._turn_away(tcp, is_secure)
            return
        self._connections += 1
        try:
            await self._server(way, is_secure, tcp, first).run()
        finally:
            self._connections -= 1

    def _server(
        self, way: DirectWay | None, is_secure: bool, tcp: trio.SocketStream, first: bytes
    ) -> GuardedTCPServer:
        known = (self._asgi, self._config, self._context, ConnectionState(self._state.copy()))
        if is_secure and self._tls is not None:
            return GuardedTCPServer(
                *known, trio.SSLStream(tcp, self._tls, server_side=True, https_compatible=True)
            )
        return GuardedTCPServer(*known, tcp, way=way, first=first)

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


class WorkerDoors:
    """Where others bring connections: a server, and the driver of its websockets."""

    def __init__(self, server: AppServer, driver: AnyDriver) -> None:
        self.driver: SocketDriver = driver
        self.serve = partial(server.serve, driver)
        self.answer = server.answer


@asynccontextmanager
async def carrying_letters(live: ActorLive | None, doors: Doors) -> AsyncGenerator[None]:
    """This worker and the others hear from one another for the block."""
    if live is None or live.desk is None:
        yield
        return
    async with trio.open_nursery() as nursery:
        nursery.start_soon(live.desk.run, partial(take_letter, live, doors))
        yield
        nursery.cancel_scope.cancel()


class AppLifespan(Lifespan):
    """Hypercorn's, which wakes whoever waits for the start when that has failed, before it raises."""

    has_failed = False

    async def asgi_send(self, message: ASGISendEvent) -> None:
        """Hear what the application says of its start and its end."""
        self.has_failed |= message["type"] == "lifespan.startup.failed"
        await super().asgi_send(message)


async def _end_with_node(live: ActorLive) -> None:
    """A server without a node would serve pages that never live: raises `ServerError`, or the interrupt."""
    failure = await live.node_failed()
    if isinstance(failure, KeyboardInterrupt):
        raise failure
    _log.critical("the node has ended", exc_info=failure)
    raise ServerError(
        f"the node that all views live in has ended, so the server ends: {failure!r}"
    ) from failure


def extension_of(app: Quart) -> ActorLive | None:
    """What makes the application live, if it was given to that."""
    extension = app.extensions.get("actorlive")
    return extension if isinstance(extension, ActorLive) else None
