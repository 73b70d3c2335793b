"""Who has connected and is not accepted yet when the server goes down: a closed listener would reset them."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from functools import partial
from typing import Any

import pytest
import trio

from actorlive.web import server
from actorlive.web.accepting import IN_A_ROW, accept_each
from actorlive.web.listeners import Listener, listen
from actorlive.web.server import serve_async
from tests.web.views import make_app
from tests.web.visitor import PATIENCE

pytestmark = pytest.mark.real_clock

PAGE, ROUTE = "/counter", "/live/alive"
"""What takes the direct way where there is one, and what never does."""

CROWD = 2 * IN_A_ROW
"""More than are accepted together."""


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
    for answer in await answers_at_the_end(CROWD, path, direct=direct):
        assert answer.startswith(b"HTTP/1.1 200")
        assert answer.endswith(b"</html>" if path == PAGE else b"yes\n")


class Troubled(socket.socket):
    """A listener, some of whose connections come to nothing."""

    troubles: list[int]

    def accept(self) -> tuple[socket.socket, Any]:
        if self.troubles:
            raise OSError(self.troubles.pop(0), "trouble")
        return super().accept()


@pytest.mark.parametrize("kind", [errno.EMFILE, errno.ENOBUFS, errno.ECONNABORTED, errno.EPROTO])
async def test_what_befalls_one_connection_leaves_the_listener_as_it_is(
    kind: int, caplog: pytest.LogCaptureFixture
) -> None:
    served: list[trio.SocketStream] = []

    async def connect(tcp: trio.SocketStream) -> None:
        served.append(tcp)

    with trio.fail_after(PATIENCE), listen("127.0.0.1", 0) as plain:
        listening = Troubled(fileno=os.dup(plain.fileno()))
        listening.setblocking(False)
        listening.troubles = [kind, kind]
        with listening, socket.create_connection(plain.getsockname()) as client:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(accept_each, listening, connect, nursery)
                client.setblocking(False)
                await trio.lowlevel.wait_readable(client)  # it has been served, and is closed
                nursery.cancel_scope.cancel()
            assert client.recv(1) == b""
    assert len(served) == 1
    assert ("cannot accept" in caplog.text) == (kind in {errno.EMFILE, errno.ENOBUFS})


async def test_a_listener_that_is_broken_is_told_of() -> None:
    with trio.fail_after(PATIENCE), listen("127.0.0.1", 0) as plain:
        listening = Troubled(fileno=os.dup(plain.fileno()))
        listening.setblocking(False)
        listening.troubles = [errno.EINVAL]
        with listening, socket.create_connection(plain.getsockname()):
            with pytest.raises(ExceptionGroup) as group:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(accept_each, listening, nobody_connects, nursery)
            assert group.group_contains(OSError, match="trouble")


async def nobody_connects(tcp: trio.SocketStream) -> None:
    raise AssertionError(tcp)


def nobody(listening: socket.socket) -> list[trio.SocketStream]:
    return []


async def test_without_a_last_look_they_are_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "who_waits", nobody)
    assert b"" in await answers_at_the_end(CROWD, PAGE, direct=True)
