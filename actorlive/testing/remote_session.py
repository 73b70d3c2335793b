"""`connect`: a view of a running server under test, from the first paint to the end of its socket.

It stands apart from `live`, so that a test in memory loads no websocket library.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import trio

from actorlive.runtime.faults import unwrap
from actorlive.testing.errors import hide_frames
from actorlive.testing.timing.trio_run import require_trio
from actorlive.testing.view import View
from actorlive.testing.worlds.driver import Driver
from actorlive.testing.worlds.remote import HEARTBEAT, RemoteWorld

__all__ = ["connect"]

__tracebackhide__ = hide_frames


@asynccontextmanager
async def connect(
    url: str,
    *,
    connect_params: Mapping[str, Any] | None = None,
    socket_path: str = "/live/websocket",
    ssl_context: ssl.SSLContext | None = None,
    heartbeat: float = HEARTBEAT,
    line: bool = False,
) -> AsyncGenerator[View]:
    """The view at a URL of a running server, as `live` gives it: loaded, then joined over a websocket.

    `socket_path` is where the server's LiveSocket listens; `heartbeat` seconds lie between two signs of life, and a
    server that has not answered one when the next is due counts as gone. With `line` the page outlives its websocket.
    Raises what `live` raises, and `OSError` when no server answers. Leaving the block closes the socket.
    """
    require_trio()
    failure: BaseException | None = None
    try:
        async with trio.open_nursery() as nursery:
            world = RemoteWorld(nursery, socket_path, ssl_context, heartbeat)
            driver = Driver(nursery, world, dict(connect_params or {}), lined=line)
            try:
                parts = urlsplit(url)
                url = parts._replace(path=parts.path or "/").geturl()
                yield View(driver, await driver.start(url))
                driver.check()
            except BaseException as error:
                failure = error
            with trio.CancelScope(shield=True):
                await driver.disconnect()
            nursery.cancel_scope.cancel()
    except BaseExceptionGroup as group:
        raise unwrap(group) from None
    if failure is not None:
        raise unwrap(failure)
