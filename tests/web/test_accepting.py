"""Who has connected and is not accepted yet when the server goes down: a closed listener would reset them."""

from __future__ import annotations

import contextlib
import socket
from functools import partial

import pytest
import trio

from actorlive.web import server
from actorlive.web.listeners import Listener, listen
from actorlive.web.server import serve_async
from tests.web.views import make_app
from tests.web.visitor import PATIENCE

pytestmark = pytest.mark.real_clock

PAGE, ROUTE = "/counter", "/live/alive"
"""What takes the direct way where there is one, and what never does."""


async def answers_at_the_end(count: int, path: str, *, direct: bool) -> list[bytes]:
    """The answers to those who came between the server's last turn and the request to end; empty for a reset."""
    app, _ = make_app()
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    shutdown = trio.Event()
    with trio.fail_after(PATIENCE), contextlib.ExitStack() as stack:
        listener = Listener(listen("127.0.0.1", 0))
        place = listener.socket.getsockname()
        async with trio.open_nursery() as nursery:
            await nursery.start(
                partial(serve_async, app, listeners=[listener], shutdown=shutdown, direct=direct)
            )
            shutdown.set()
            waiting = [stack.enter_context(socket.create_connection(place)) for _ in range(count)]
            for one in waiting[::2]:  # the others speak later
                one.sendall(request)
            await trio.sleep(0.1)
            for one in waiting[1::2]:
                with contextlib.suppress(OSError):
                    one.sendall(request)
        return [read_all(one) for one in waiting]


def read_all(connection: socket.socket) -> bytes:
    try:
        return b"".join(iter(lambda: connection.recv(65536), b""))
    except OSError:
        return b""


@pytest.mark.parametrize("path", [PAGE, ROUTE])
@pytest.mark.parametrize("direct", [True, False], ids=["direct", "portable"])
async def test_who_waits_to_be_accepted_is_answered(direct: bool, path: str) -> None:
    for answer in await answers_at_the_end(20, path, direct=direct):
        assert answer.startswith(b"HTTP/1.1 200")
        assert answer.endswith(b"</html>" if path == PAGE else b"yes\n")


def nobody(listening: socket.socket) -> list[trio.SocketStream]:
    return []


async def test_without_a_last_look_they_are_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "who_waits", nobody)
    assert b"" in await answers_at_the_end(20, PAGE, direct=True)
