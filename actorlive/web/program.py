"""An application as a program: one process that serves, or several workers and their parent (`web.workers`).

A signal asks for the end, which comes within `drain` seconds (`web.ending`). What cannot start is one line.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import trio
from hypercorn.utils import LifespanFailureError
from quart import Quart

from actorlive.errors import ActorLiveError
from actorlive.runtime import NoProcess, statistics
from actorlive.runtime.main_stack import answering
from actorlive.web import server
from actorlive.web.app import ActorLive
from actorlive.web.collector import Collector
from actorlive.web.ending import Ending, HardStop, main_thread_stands_at, taking_signals
from actorlive.web.listeners import ServerError, open_shared, places, tls
from actorlive.web.server import extension_of
from actorlive.web.tcp import single

if TYPE_CHECKING:
    from actorlive.web.app import ActorLive
    from actorlive.web.workers.seat import Seat

__all__ = ["serve"]


def serve(
    app: Quart,
    host: str = "127.0.0.1",
    port: int = 4000,
    *,
    bind: Sequence[str] = (),
    certfile: str | None = None,
    keyfile: str | None = None,
    drain: float = 10.0,
    workers: int = 1,
) -> None:
    """Serve `app` until SIGTERM or SIGINT; blocks. Ends the program with one line when it cannot start.

    `bind` are several places in place of `host` and `port`: "127.0.0.1:4000", "[::1]:4000", "unix:/run/app.sock". With
    `certfile` (PEM, with the key in it or in `keyfile`) those of the network are https. `drain` are the seconds that
    the end may take: sockets are closed one after another, callbacks finish, and what does not is ended by force.
    More than one of `workers` are forks of this process, which must run no thread but this one.
    """
    seat = None
    where = places(host, port, bind)
    if workers > 1:
        seat = _keep_workers(app, where, workers, certfile, keyfile, drain)
        if seat is None:
            return
    ending = Ending(drain)
    stop = HardStop(drain, partial(_who_is_at_work, extension_of(app)))
    listeners = () if seat is None else seat.listeners
    serving = partial(
        server.serve_async,
        app,
        bind=where,
        certfile=certfile,
        keyfile=keyfile,
        listeners=listeners,
        ending=ending,
    )
    try:
        trio.run(_serve_process, app, serving, ending, stop, seat)
    except* LifespanFailureError as group:
        sys.exit(f"the application did not start: {single(group)}")
    except* ActorLiveError as group:
        sys.exit(str(single(group)))


async def _serve_process(
    app: Quart, serving: Callable[..., Awaitable[None]], ending: Ending, stop: HardStop, seat: Seat | None
) -> None:
    """The server as a whole process: signals, the collector, a word to whoever has started it; and its thread says
    where it stands, should it have to be ended by force."""
    if live := extension_of(app):
        _ = live.endpoint.tokens  # a missing key is a line now, not a traceback later
    _raise_file_limit()
    stop.start()
    collector = Collector()
    signals = taking_signals(ending, stop) if seat is None else seat.taking_orders(ending, stop)
    with signals, answering():
        async with trio.open_nursery() as around:
            if seat is not None:
                around.start_soon(seat.look_after, ending, stop)
            async with trio.open_nursery() as nursery:
                urls = await nursery.start(serving)
                collector.begin()
                around.start_soon(collector.run)
                if seat is None:
                    _announce(app, urls)
                else:
                    seat.say_that_it_serves()
            if seat is not None:
                seat.say_that_it_leaves()  # again, if it could not be said before the end
            around.cancel_scope.cancel()


def _keep_workers(
    app: Quart, where: Sequence[str], size: int, certfile: str | None, keyfile: str | None, drain: float
) -> Seat | None:
    """In each worker its seat; in their parent None, when all have ended. What is wrong ends the program here."""
    try:
        if not hasattr(os, "fork") or not hasattr(socket, "SO_REUSEPORT"):
            raise ServerError("this system cannot fork, or share a port: serve with one worker")
        from actorlive.web.workers.parent import Parent
        from actorlive.web.workers.passing import LinesOfOthers, handle_prefix
        from actorlive.web.workers.threads import refuse_threads

        live = extension_of(app)
        refuse_threads(size)
        if live is not None:
            _ = live.endpoint.tokens
        if certfile is not None:
            tls(certfile, keyfile, ())
        listeners = open_shared(where, size, secure=certfile is not None)
    except ActorLiveError as error:
        sys.exit(str(error))
    urls = [listener.url for listener in listeners[0]]
    outcome = Parent(size, drain, listeners, partial(_announce, app, urls, size)).run()
    if isinstance(outcome, str):
        sys.exit(outcome)
    if outcome is not None and live is not None:
        live.worker, live.workers, live.desk = outcome.number, size, outcome.desk
        live.lines.prefix = handle_prefix(outcome.number)
        live.lines.others = LinesOfOthers(outcome.number, outcome.desk)
    return outcome


def _announce(app: Quart, urls: list[str], workers: int = 1) -> None:
    by = f"by {workers} workers " if workers > 1 else ""
    print(f"{app.import_name} is live at {' '.join(urls)} {by}(Ctrl+C stops it)", file=sys.stderr)  # noqa: T201
    if not app.debug:
        print("this is production; while you write an application, use actorlive dev", file=sys.stderr)  # noqa: T201


def _raise_file_limit() -> None:
    """A connection is a file, and the usual 1,024 are a default for programs of another age."""
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


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
