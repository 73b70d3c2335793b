"""A real server at a Unix socket, at several places, and over TLS."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio
from quart import Quart, request

from actorlive.testing import connect as visit
from actorlive.web.server import serve_async
from tests.web.test_listeners import make_certificate
from tests.web.test_server import HANDSHAKE
from tests.web.views import make_app
from tests.web.visitor import PATIENCE

pytestmark = pytest.mark.real_clock


@asynccontextmanager
async def serving_at(app: Quart, **options: Any) -> AsyncGenerator[list[str]]:
    """The URLs of a server that runs for the block."""
    shutdown = trio.Event()
    with trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            yield await nursery.start(partial(serve_async, app, shutdown=shutdown, **options))
            shutdown.set()


async def ask(stream: trio.abc.Stream, sent: bytes, until: bytes) -> bytes:
    await stream.send_all(sent)
    answer = b""
    while until not in answer:
        chunk = bytes(await stream.receive_some())
        assert chunk, answer
        answer += chunk
    return answer


@pytest.mark.parametrize("direct", [True, False])
@pytest.mark.parametrize(("proxies", "seen"), [(["unix"], "203.0.113.5 https"), ([], "<local> http")])
async def test_through_a_unix_socket_come_pages_and_websockets_and_its_proxy_is_believed_when_named(
    tmp_path: Path, direct: bool, proxies: list[str], seen: str
) -> None:
    app, live = make_app(proxies=proxies)

    @app.get("/who")
    async def who() -> str:
        return f"{request.remote_addr} {request.scheme}"

    path = f"{tmp_path}/web.sock"
    async with serving_at(app, bind=[f"unix:{path}"], direct=direct) as urls:
        assert urls == [f"unix:{path}"]
        forwarded = b"X-Forwarded-For: 203.0.113.5\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n"
        async with await trio.open_unix_socket(path) as stream:
            question = b"GET /who HTTP/1.1\r\nHost: x\r\n" + forwarded + b"\r\n"
            assert (await ask(stream, question, seen.encode())).startswith(b"HTTP/1.1 200")
        async with await trio.open_unix_socket(path) as stream:
            assert (await ask(stream, HANDSHAKE, b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
            while not len(live.sockets):
                await trio.sleep(0.001)
            (one,) = live.sockets
            assert (type(one).__name__ == "DirectSocket") == direct
    assert not await trio.Path(path).exists()


async def test_over_tls_come_pages_and_websockets_at_every_place_of_the_network(tmp_path: Path) -> None:
    folder = make_certificate(tmp_path)
    app, live = make_app()
    trust = ssl.create_default_context(cafile=str(folder / "cert.pem"))
    places = {"bind": ["127.0.0.1:0", "127.0.0.1:0"]}
    files = {"certfile": str(folder / "cert.pem"), "keyfile": str(folder / "key.pem")}
    async with serving_at(app, **places, **files) as urls:
        assert len(set(urls)) == 2
        for url in urls:
            assert url.startswith("https://127.0.0.1:")
            async with visit(url + "/counter", ssl_context=trust) as view:
                await view.click("inc")
                assert "1" in await view.text()
                assert len(live.sockets) == 1


async def test_what_is_not_tls_where_tls_is_spoken_ends_one_connection(tmp_path: Path) -> None:
    folder = make_certificate(tmp_path)
    app, _ = make_app()
    files = {"certfile": str(folder / "cert.pem"), "keyfile": str(folder / "key.pem")}
    trust = ssl.create_default_context(cafile=str(folder / "cert.pem"))
    async with serving_at(app, port=0, **files) as (url,):
        port = int(url.rpartition(":")[2])
        async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
            await stream.send_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            with contextlib.suppress(trio.BrokenResourceError):
                while await stream.receive_some():
                    pass
        async with visit(url + "/counter", ssl_context=trust) as view:
            assert "0" in await view.text()
