"""SIGTERM under load: what was acknowledged has been done, every client is told to come back, and the time is kept.

Clients are raw sockets in this process, the server is one of its own that writes down what its views did. A click is
acknowledged when its reply has come; it is lost when the view's own count, written when it ends, is lower.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from tests.web.direct.peers import frame, frames_of
from tests.web.test_server import process, read_until, rest
from tests.web.test_two_ways import click, handshake, join, opened
from tests.web.visitor import PATIENCE, Page, connect, get

pytestmark = pytest.mark.real_clock

APP = """
import os, sys, time, trio
from functools import partial
from quart_trio import QuartTrio
from actorlive import ActorLive, Event, LiveView, heex
from actorlive.web import server

class Inc(Event): ...
class Hold(Event):
    how: str

async def shielded():
    with trio.CancelScope(shield=True):
        await trio.sleep_forever()

class CounterLive(LiveView[Inc | Hold]):
    count: int = 0
    template = heex("<p>{@count}</p>")

    async def handle_event(self, event, socket):
        match event:
            case Inc():
                self.count += 1
            case Hold("nap"):
                await trio.sleep(0.5)
                self.count += 1
            case Hold(how):
                print("holding", file=sys.stderr, flush=True)
                if how == "shield":
                    await shielded()
                while how == "loop":
                    time.sleep(0.01)
                time.sleep(1_000)

    async def terminate(self, reason, socket):
        with open("counts", "a") as file:
            print(socket.id, self.count, file=file)

app = QuartTrio(__name__)
live = ActorLive(app, secret_key="k" * 40)
live.route("/counter", CounterLive)

@app.get("/quick")
async def quick():
    return "quick"

@app.get("/slow")
async def slow():
    print("asked", file=sys.stderr, flush=True)
    await trio.sleep(0.5)
    return "slow"

server.serve_async = partial(server.serve_async, direct="--portable" not in sys.argv)
"""

WAYS = pytest.mark.parametrize("way", ["direct", "portable"])


def app(way: str) -> str:
    return APP.replace('"--portable" not in sys.argv', str(way == "direct"))


class Busy:
    """A visitor who clicks without a pause; what they heard."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.acknowledged = 0
        self.frames: list[tuple[int, bytes]] = []

    async def run(self, url: str, started: Callable[[], None]) -> None:
        """Join, click as fast as answers come, until the server closes."""
        async with await opened(url) as stream:
            await stream.send_all(handshake(self.page))
            data = b""
            while b"\r\n\r\n" not in data:
                data += await stream.receive_some()
            assert data.startswith(b"HTTP/1.1 101 "), data
            data = data.partition(b"\r\n\r\n")[2]
            await stream.send_all(join(self.page))
            ref = 5
            while True:
                found, data = frames_of(data)
                for opcode, payload in found:
                    self.frames.append((opcode, payload))
                    if opcode == 0x1 and b"phx_reply" in payload:
                        self.acknowledged += b'"diff"' in payload
                        if self.acknowledged == 1:
                            started()
                        await send(stream, click(self.page, ref))
                        ref += 1
                chunk = await receive(stream)
                if not chunk:
                    assert data == b""
                    return
                data += chunk


async def send(stream: trio.SocketStream, data: bytes) -> None:
    """The server may have closed meanwhile: what it said before is still to be read."""
    with contextlib.suppress(trio.BrokenResourceError):
        await stream.send_all(data)


async def receive(stream: trio.SocketStream) -> bytes:
    try:
        return bytes(await stream.receive_some())
    except trio.BrokenResourceError:
        return b""


async def load(url: str, count: int, child: trio.Process) -> list[Busy]:
    """So many busy visitors; SIGTERM when all are at it; the visitors, when the server has closed all of them."""
    visitors = [Busy(await get(url, "/counter")) for _ in range(count)]
    working = 0
    all_work = trio.Event()

    def started() -> None:
        nonlocal working
        working += 1
        if working == count:
            all_work.set()

    async with trio.open_nursery() as nursery:
        for visitor in visitors:
            nursery.start_soon(visitor.run, url, started)
        await all_work.wait()
        child.send_signal(signal.SIGTERM)
    return visitors


def check(visitors: list[Busy], counts: dict[str, int]) -> None:
    """Nothing that was acknowledged is lost, and every client heard 1012 last and no `phx_close`."""
    for visitor in visitors:
        assert visitor.frames[-1] == (0x8, (1012).to_bytes(2, "big"))
        assert not any(b"phx_close" in payload or b"phx_error" in payload for _, payload in visitor.frames)
        assert 0 < visitor.acknowledged <= counts[visitor.page.topic.removeprefix("lv:")]


def read_counts(folder: os.PathLike[str]) -> dict[str, int]:
    lines = Path(folder, "counts").read_text().splitlines()
    return {name: int(count) for name, count in (line.split() for line in lines)}


async def drain_under_load(folder: os.PathLike[str], way: str, count: int, drain: float) -> None:
    async with process(folder, "--port", "0", "--drain", str(drain), app=app(way)) as child:
        url = (await read_until(child, r"live at (http://\S+) "))[1]
        visitors = await load(url, count, child)
        assert await child.wait() == 0
        assert "by force" not in await rest(child)
    check(visitors, read_counts(folder))


@WAYS
async def test_busy_connections_lose_no_acknowledged_event(tmp_path: os.PathLike[str], way: str) -> None:
    await drain_under_load(tmp_path, way, count=30, drain=10)


@pytest.mark.soak
@WAYS
async def test_500_busy_connections_lose_no_acknowledged_event(tmp_path: os.PathLike[str], way: str) -> None:
    await drain_under_load(tmp_path, way, count=500, drain=20)


def test_an_event_that_is_lost_would_be_seen() -> None:
    page = Page("http://x", "/", 200, {}, '<div id="a" data-phx-main>', "")
    visitor = Busy(page)
    visitor.acknowledged = 2
    visitor.frames = [(0x8, (1012).to_bytes(2, "big"))]
    check([visitor], {"a": 2})
    with pytest.raises(AssertionError):
        check([visitor], {"a": 1})
    visitor.frames = [(0x1, b'["4",null,"lv:a","phx_close",{}]'), *visitor.frames]
    with pytest.raises(AssertionError):
        check([visitor], {"a": 2})


@WAYS
async def test_what_a_view_holds_is_handled_before_it_ends(tmp_path: os.PathLike[str], way: str) -> None:
    async with process(tmp_path, "--port", "0", app=app(way)) as child:
        url = (await read_until(child, r"live at (http://\S+) "))[1]
        page = await get(url, "/counter")
        async with connect(page) as wire:
            await wire.join()
            for _ in range(3):
                await wire.click("hold", how="nap")
            await wire.send(None, "hb", "phoenix", "heartbeat", {})
            assert (await wire.receive())[3] == "phx_reply"  # all three are with the view
            child.send_signal(signal.SIGTERM)
            assert await wire.closed() == 1012
        assert await child.wait() == 0
    assert list(read_counts(tmp_path).values()) == [3]


async def test_a_request_that_runs_is_answered_and_nothing_new_is_accepted(
    tmp_path: os.PathLike[str],
) -> None:
    async with process(tmp_path, "--port", "0", app=app("direct")) as child:
        url = (await read_until(child, r"live at (http://\S+) "))[1]
        async with await opened(url) as stream:
            async with await opened(url) as idle:
                await idle.send_all(b"GET /quick HTTP/1.1\r\nHost: x\r\n\r\n")
                while not (await idle.receive_some()).endswith(b"quick"):
                    pass
                await stream.send_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
                await read_until(child, "asked")
                child.send_signal(signal.SIGTERM)
                with trio.fail_after(PATIENCE):
                    assert await idle.receive_some() == b""
            with pytest.raises(OSError):  # noqa: PT011 - refused, or reset on the way in
                await opened(url)
            answer = b"".join([chunk async for chunk in stream])
            assert answer.startswith(b"HTTP/1.1 200")
            assert answer.endswith(b"slow")
        assert await child.wait() == 0


async def stopped(child: trio.Process, signals: int) -> int:
    """The exit code, after one signal, or after as many as it takes: two in a row may arrive as one."""
    child.send_signal(signal.SIGTERM)
    while signals > 1 and child.poll() is None:
        await trio.sleep(0.1)
        child.send_signal(signal.SIGTERM)
    return await child.wait()


@pytest.mark.parametrize("how", ["shield", "loop", "sleep"])
@pytest.mark.parametrize("signals", [1, 2])
async def test_whatever_a_handler_does_the_server_ends_in_time_with_code_0(
    tmp_path: os.PathLike[str], how: str, signals: int
) -> None:
    drain = 1.5 if signals == 1 else 20 * PATIENCE
    async with process(tmp_path, "--port", "0", "--drain", str(drain), app=app("direct")) as child:
        url = (await read_until(child, r"live at (http://\S+) "))[1]
        async with connect(await get(url, "/counter")) as wire, connect(await get(url, "/counter")) as other:
            await other.join()
            await wire.join()
            await wire.click("hold", how=how)
            await read_until(child, "holding")
            with trio.fail_after(PATIENCE):
                assert await stopped(child, signals) == 0
            if how == "shield":
                assert await wire.closed() == 1012
                assert await other.closed() == 1012
            said = await rest(child)
            assert "ended by force; still at work: the loop, in" in said
            assert "CounterLive" in said


@pytest.mark.parametrize("way", ["direct", "portable"])
async def test_a_client_that_reads_nothing_does_not_hold_the_server(
    tmp_path: os.PathLike[str], way: str
) -> None:
    async with process(tmp_path, "--port", "0", "--drain", "2", app=app(way)) as child:
        url = (await read_until(child, r"live at (http://\S+) "))[1]
        page = await get(url, "/counter")
        async with await opened(url) as stream:
            await stream.send_all(handshake(page) + (b"" if way == "portable" else join(page)))
            if way == "portable":
                await stream.receive_some()
                await stream.send_all(join(page))
            text = json.dumps(["4", "9", page.topic, "event", {"type": "click", "event": "inc", "value": {}}])
            with trio.move_on_after(1):
                while True:
                    await stream.send_all(frame(text.encode()) * 1_000)
            child.send_signal(signal.SIGTERM)
            with trio.fail_after(PATIENCE):
                assert await child.wait() == 0
