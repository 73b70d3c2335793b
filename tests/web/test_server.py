"""The server as a process among others: what it survives, and how it goes down."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio

from actorlive.web.limits import Limits
from actorlive.web.listeners import ServerError, listen
from tests.web.views import make_app
from tests.web.visitor import PATIENCE, connect, get, serving

pytestmark = pytest.mark.real_clock


HANDSHAKE = (
    b"GET /live/websocket?vsn=2.0.0 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


@pytest.mark.usefixtures("way")
async def test_stray_bytes_in_a_websocket_end_one_connection() -> None:
    """Hypercorn alone lets this take the whole server down."""
    app, _ = make_app()
    async with serving(app) as url:
        page, neighbour = await get(url, "/counter"), await get(url, "/counter")
        async with connect(page) as wire, connect(neighbour) as other:
            await wire.join()
            await other.join()
            await wire.stream.send_all(b"\xff\xff\xff")
            await wire.closed()
            assert await other.clicked("inc") == {"diff": {"0": "1"}}
        assert (await get(url, "/counter")).status == 200


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00",
        b"\xff" * 10_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost\r\n\r\n",
        b"GET /live/websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x00",
        HANDSHAKE.replace(b"vsn=2.0.0", b""),  # refused: Hypercorn trips over whatever comes after that
        b"POST /counter HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        HANDSHAKE + b"\xff",
        HANDSHAKE + b"\xff\xff\xff",
        HANDSHAKE + b"\x00" * 20,
    ],
    ids=range(9),
)
async def test_garbage_on_the_port_ends_its_connection_only(garbage: bytes) -> None:
    app, _ = make_app()
    async with serving(app) as url:
        stream = await trio.open_tcp_stream("127.0.0.1", int(url.rpartition(":")[2]))
        async with stream:
            await stream.send_all(garbage)
            with trio.fail_after(PATIENCE), contextlib.suppress(trio.BrokenResourceError):
                await stream.receive_some()
                await stream.send_all(b"\xff")
        assert (await get(url, "/counter")).status == 200


@pytest.mark.usefixtures("way")
async def test_who_does_not_read_is_dropped_and_delays_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """A peer that asks for much and reads nothing would keep Hypercorn alone from ever going down."""
    app, _ = make_app(limits=Limits(send_timeout=0.2))

    @app.get("/much")
    async def much() -> bytes:
        return b"x" * 50_000_000

    async with serving(app) as url:
        stream = await trio.open_tcp_stream("127.0.0.1", int(url.rpartition(":")[2]))
        async with stream:
            await stream.send_all(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await get(url, "/counter")).status == 200
            with trio.fail_after(PATIENCE):
                while "dropped a connection that accepted nothing for 0.2 s" not in caplog.text:
                    await trio.sleep(0)


APP = """
from tests.web.views import make_app
app, live = make_app()
"""


@asynccontextmanager
async def process(tmp_path: os.PathLike[str], *arguments: str, app: str = "") -> AsyncGenerator[trio.Process]:
    """`actorlive run` in a process of its own."""
    await trio.Path(tmp_path, "shop.py").write_text(app or APP)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([os.fspath(tmp_path), os.fspath(Path.cwd())])}
    command = [sys.executable, "-m", "actorlive.cli", "run", "shop:app", *arguments]
    start = partial(
        trio.lowlevel.open_process,
        command,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=env,
        cwd=os.fspath(tmp_path),
    )
    with trio.fail_after(4 * PATIENCE):
        child = await start()
        try:
            yield child
        finally:
            child.kill()
            await child.wait()
            for pipe in (child.stdout, child.stderr):
                if pipe is not None:
                    await pipe.aclose()


async def read_until(child: trio.Process, pattern: str) -> re.Match[str]:
    """What the process says on stderr, up to something that matches."""
    text = ""
    assert child.stderr is not None
    async for chunk in child.stderr:
        text += chunk.decode()
        if found := re.search(pattern, text):
            return found
    raise AssertionError(text)


async def rest(child: trio.Process) -> str:
    """All that is left on stderr."""
    assert child.stderr is not None
    return b"".join([chunk async for chunk in child.stderr]).decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
async def test_a_signal_closes_the_sockets_with_1012_and_ends_in_order(
    tmp_path: os.PathLike[str], number: signal.Signals
) -> None:
    async with process(tmp_path, "--port", "0") as child:
        url = (await read_until(child, r"live at (http://\S+) "))[1]
        page = await get(url, "/counter")
        async with connect(page) as wire:
            await wire.join()
            await wire.clicked("inc")
            child.send_signal(number)
            assert await wire.closed() == 1012
        assert await child.wait() == 0
        assert "Traceback" not in await rest(child)


async def test_a_port_that_is_taken_is_one_line_and_exit_code_1(tmp_path: os.PathLike[str]) -> None:
    taken = listen("127.0.0.1", 0)
    with taken:
        port = taken.getsockname()[1]
        async with process(tmp_path, "--port", str(port)) as child:
            assert await child.wait() == 1
            assert (await rest(child)).strip() == (
                f"port {port} on 127.0.0.1 is taken: stop what listens there,"
                " or choose another with --port (make: PORT=…)"
            )


async def test_an_application_that_cannot_start_is_told_in_one_line_at_the_end(
    tmp_path: os.PathLike[str],
) -> None:
    fails = APP + "\n@app.before_serving\nasync def start():\n    raise RuntimeError('no database')\n"
    async with process(tmp_path, "--port", "0", app=fails) as child:
        assert await child.wait() == 1
        said = await rest(child)
    assert said.splitlines()[-1].startswith("the application did not start: ")
    assert "no database" in said.splitlines()[-1]
    assert "is live" not in said
    assert "the node has ended" not in said


def test_an_address_that_is_not_ours() -> None:
    with pytest.raises(ServerError, match=r"cannot listen on 203\.0\.113\.1 port 4000"):
        listen("203.0.113.1", 4000)
