"""An application as a server: Hypercorn's lifespan and protocols around listeners of our own.

* **One connection is `web.tcp`'s**, with its faults, its time-outs, and the direct way of a websocket.
* **Going down is orderly.** On SIGTERM or SIGINT the websockets are closed with 1012 (clients reconnect and
  recover their forms; 1000 would make them load the page), their views handle what they still have, then the
  listener stops. A second signal does not wait. A task that waits inside a shield cannot be ended: after
  `Limits.shutdown_timeout` the log says who does, and the program ends with code 1.
* **The server ends when its node does**, with code 1 and the reason.
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

import trio
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.trio.lifespan import Lifespan
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ConnectionState, LifespanState
from hypercorn.utils import LifespanFailureError
from quart import Quart

from actorlive.errors import ActorLiveError
from actorlive.runtime import Node, statistics
from actorlive.web import protocols
from actorlive.web.app import ActorLive
from actorlive.web.direct.reactor import open_driver
from actorlive.web.limits import Limits
from actorlive.web.tcp import GuardedTCPServer, ServerConfig, single

__all__ = ["ServerError", "listen", "serve", "serve_async"]

_log = logging.getLogger("actorlive.web")


class ServerError(ActorLiveError):
    """The server cannot start where it was told to."""


def serve(app: Quart, host: str = "127.0.0.1", port: int = 4000) -> None:
    """Serve `app` until SIGTERM or SIGINT; blocks. Ends the program with one line when it cannot start."""
    try:
        trio.run(partial(_serve_process, app, host, port))
    except* LifespanFailureError as group:
        sys.exit(f"the application did not start: {single(group)}")
    except* ActorLiveError as group:
        sys.exit(str(single(group)))


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
    listener = listen(host, port, config.backlog)
    protocols.install()
    stop = trio.Event()
    async with trio.open_nursery() as nursery:
        if shutdown is not None:
            nursery.start_soon(_go_down, live, shutdown, stop)
        if live is not None:
            nursery.start_soon(_end_with_node, live)
        direct = direct and live is not None  # another route at our path would wait for frames
        await _serve_listener(app, config, listener, stop, direct=direct, task_status=task_status)
        nursery.cancel_scope.cancel()


async def _serve_listener(
    app: Quart,
    config: ServerConfig,
    listener: socket.socket,
    stop: trio.Event,
    *,
    direct: bool,
    task_status: trio.TaskStatus[list[str]],
) -> None:
    """Serve between the application's start-up and its shutdown, until `stop` is set."""
    state: LifespanState = {}
    asgi = ASGIWrapper(cast("Any", app))
    lifespan = Lifespan(asgi, config, state)
    async with trio.open_nursery() as around:
        await around.start(lifespan.handle_lifespan)
        await lifespan.wait_for_startup()
        async with open_driver() as driver, trio.open_nursery() as connections:
            context = WorkerContext(None)

            async def connect(stream: trio.SocketStream) -> None:
                known = (asgi, config, context, ConnectionState(state.copy()))
                await GuardedTCPServer(*known, stream, driver=driver if direct else None).run()

            task_status.started([_url(listener)])
            try:
                await _accept(listener, connect, connections, stop)
            finally:
                await context.terminated.set()  # connections that wait for another request end
                connections.cancel_scope.deadline = trio.current_time() + config.graceful_timeout
        await lifespan.wait_for_shutdown()


def _url(listener: socket.socket) -> str:
    host, port, *_ = listener.getsockname()
    return f"http://[{host}]:{port}" if listener.family == socket.AF_INET6 else f"http://{host}:{port}"


async def _accept(
    listener: socket.socket,
    connect: Callable[[trio.SocketStream], Awaitable[None]],
    connections: trio.Nursery,
    stop: trio.Event,
) -> None:
    """Begin a task for every connection that comes, until `stop` is set."""
    accepting = trio.SocketListener(trio.socket.from_stdlib_socket(listener))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(partial(trio.serve_listeners, connect, [accepting], handler_nursery=connections))
        await stop.wait()
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
        _quieten_collector()
        print(f"{app.import_name} is live at {' '.join(urls)} (Ctrl+C stops it)", file=sys.stderr)  # noqa: T201


def _quieten_collector() -> None:
    """What was loaded at the start is not looked at again, and what is new less often.

    A higher threshold saves no time any more, and lengthens the pauses in which the collector finds the cycles that
    views leave behind: 20 to 40 ms at 50,000, below 15 at 10,000.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 50, 1000)


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
    """A task inside a shield cannot be ended by Trio, and the program has to end: in the given time, and loudly.

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
