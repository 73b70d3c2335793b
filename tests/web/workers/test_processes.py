"""Several workers as processes: one port, and what becomes of it when one of them, or their parent, dies."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio

from actorlive.web.listeners import listen
from tests.web.test_two_ways import opened
from tests.web.visitor import PATIENCE, Wire, connect, get

pytestmark = pytest.mark.real_clock

APP = """
import os, signal, sys, threading, time
from pathlib import Path
from quart import session
from quart_trio import QuartTrio
from actorlive import ActorLive, Event, LiveView, heex

class Inc(Event): ...

class CounterLive(LiveView[Inc]):
    count: int = 0
    template = heex("<p>{@count}</p>")

    async def handle_event(self, event, socket):
        self.count += 1

app = QuartTrio(__name__)
live = ActorLive(app, secret_key="k" * 40)
live.route("/counter", CounterLive)

@app.get("/who")
async def who():
    return f"{live.worker}/{live.workers} {os.getpid()}"

@app.get("/enter")
async def enter():
    session["live_socket_id"] = "user:7"
    return "in"

@app.get("/leave")
async def leave():
    live.disconnect("user:7")
    return "out"

@app.before_serving
async def start():
    if Path("broken").exists():
        raise RuntimeError("no database")
"""

ENV = {**os.environ, "PYTHONPATH": os.fspath(Path.cwd())}


class Served:
    """`actorlive run --workers` as a process, and what it has said so far."""

    def __init__(self, process: trio.Process) -> None:
        self.process = process
        self.said = ""
        self._more = trio.Event()
        self._has_ended = False

    async def listen(self) -> None:
        assert self.process.stderr is not None
        async for chunk in self.process.stderr:
            self.said += chunk.decode()
            self._more.set()
            self._more = trio.Event()
        self._has_ended = True
        self._more.set()

    async def says(self, pattern: str, times: int = 1) -> re.Match[str]:
        """Wait until something that matches has been said, so many times."""
        while len(found := list(re.finditer(pattern, self.said))) < times:
            assert not self._has_ended, self.said
            await self._more.wait()
        return found[times - 1]

    async def url(self) -> str:
        return (await self.says(r"is live at (\S+) "))[1]


@asynccontextmanager
async def served(folder: Path, *arguments: str, app: str = APP, size: int = 2) -> AsyncGenerator[Served]:
    """The application, served by workers for the block; none of them is left behind it."""
    (folder / "shop.py").write_text(app)
    run = [sys.executable, "-m", "actorlive.cli", "run", "shop:app", "--workers", str(size), *arguments]
    start = partial(
        trio.lowlevel.open_process, run, stderr=subprocess.PIPE, env=ENV, cwd=folder, start_new_session=True
    )
    with trio.fail_after(4 * PATIENCE):
        async with trio.open_nursery() as nursery:
            server = Served(await start())
            nursery.start_soon(server.listen)
            try:
                yield server
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(server.process.pid, signal.SIGKILL)
                await server.process.wait()
                nursery.cancel_scope.cancel()


async def workers_of(url: str, enough: Callable[[dict[int, int]], bool]) -> dict[int, int]:
    """Ask on new connections until the workers that have answered are enough; their pids, by number."""
    found: dict[int, int] = {}
    while not enough(found):
        number, pid = (await get(url, "/who")).body.split()
        found[int(number.partition("/")[0])] = int(pid)
    return found


async def until_gone(pids: list[int]) -> None:
    for pid in pids:
        while is_there(pid):
            await trio.sleep(0.01)


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def both(found: dict[int, int]) -> bool:
    return len(found) == 2


# -- one port ------------------------------------------------------------------


@pytest.mark.parametrize("place", ["--port=0", "--bind=unix:web.sock"])
async def test_all_workers_serve_at_one_place_and_end_with_0(tmp_path: Path, place: str) -> None:
    async with served(tmp_path, place) as server:
        url = await server.url()
        if place.startswith("--port"):
            assert "by 2 workers (Ctrl+C stops it)" in server.said
            found = await workers_of(url, both)
            assert set(found) == {1, 2}
            assert (await get(url, "/who")).body.split()[0] in {"1/2", "2/2"}
            assert (await get(url, "/live/ready")).body in {"yes 1\n", "yes 2\n"}
        else:
            async with await trio.open_unix_socket(tmp_path / "web.sock") as stream:
                await stream.send_all(b"GET /who HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                assert b"/2 " in b"".join([chunk async for chunk in stream])
        server.process.send_signal(signal.SIGTERM)
        assert await server.process.wait() == 0
        assert not (tmp_path / "web.sock").exists()
        assert "Traceback" not in server.said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl+C", "a whole group"])
async def test_a_signal_to_the_whole_group_is_one_request_to_end(
    tmp_path: Path, number: signal.Signals
) -> None:
    """Ctrl+C in a terminal, and whoever stops all processes of a group: workers hear it twice."""
    async with served(tmp_path, "--port", "0") as server:
        url = await server.url()
        await workers_of(url, both)
        async with connect(await get(url, "/counter")) as wire:
            await wire.join()
            await wire.clicked("inc")
            os.killpg(server.process.pid, number)
            assert await wire.closed() == 1012
        assert await server.process.wait() == 0
        assert "hurrying" not in server.said


async def test_a_second_signal_hurries_all_of_them(tmp_path: Path) -> None:
    slow = APP + '\n@app.after_serving\nasync def slow():\n    Path("slow").touch()\n    time.sleep(60)\n'
    async with served(tmp_path, "--port", "0", "--drain", "50", app=slow) as server:
        await server.url()
        server.process.send_signal(signal.SIGTERM)
        while not (tmp_path / "slow").exists():
            await trio.sleep(0.01)
        server.process.send_signal(signal.SIGTERM)
        with trio.fail_after(PATIENCE):
            assert await server.process.wait() == 0
        await server.says("ended by force", 2)


async def test_a_logout_ends_the_sockets_at_every_worker(tmp_path: Path) -> None:
    async with served(tmp_path, "--port", "0") as server:
        url = await server.url()
        await workers_of(url, both)
        entered = await get(url, "/enter")
        async with contextlib.AsyncExitStack() as stack:
            wires: list[Wire] = []
            for _ in range(12):  # all at one worker: once in 2,048 runs
                page = await get(url, "/counter", entered.cookie)
                wires.append(await stack.enter_async_context(connect(page)))
                await wires[-1].join()
            stranger = await stack.enter_async_context(connect(await get(url, "/counter")))
            await stranger.join()
            await get(url, "/leave")
            assert [await wire.closed() for wire in wires] == [1001] * 12
            await stranger.clicked("inc")


async def test_a_view_that_would_miss_what_others_say_is_told_so(tmp_path: Path) -> None:
    mount = "    async def mount(self, params, session, socket):\n        socket.subscribe('room:7')\n"
    subscribes = APP.replace("    async def handle_event", f"{mount}\n    async def handle_event")
    async with served(tmp_path, "--port", "0", app=subscribes) as server:
        url = await server.url()
        page = await get(url, "/counter")
        assert page.status == 200, "the first paint subscribes to nothing"
        async with connect(page) as wire:
            assert (await wire.join())[4]["status"] == "error"
        await server.says(
            r"the topic 'room:7' is subscribed to, and this server has 2 workers, .* or serve with one worker"
        )


# -- a worker that dies --------------------------------------------------------


async def test_a_worker_that_is_killed_is_replaced_and_nobody_waits_in_vain(tmp_path: Path) -> None:
    """Who has been put into the queue of a worker that died is served by its successor."""
    async with served(tmp_path, "--port", "0") as server:
        url = await server.url()
        before = await workers_of(url, both)
        os.kill(before[1], signal.SIGSTOP)
        async with contextlib.AsyncExitStack() as stack:
            waiting = [await stack.enter_async_context(await opened(url)) for _ in range(30)]
            for stream in waiting:
                await stream.send_all(b"GET /who HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            os.kill(before[1], signal.SIGKILL)
            answers = [b"".join([chunk async for chunk in stream]) for stream in waiting]
        assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers)
        after = await workers_of(url, lambda found: both(found) and before[1] not in found.values())
        assert after[2] == before[2]
        assert {int(answer.split()[-1]) for answer in answers} == set(after.values())
        await server.says(rf"worker 1 \(process {before[1]}\) was ended by SIGKILL; another takes its place")


async def test_a_worker_that_is_told_to_end_makes_room_first(tmp_path: Path) -> None:
    async with served(tmp_path, "--port", "0") as server:
        url = await server.url()
        before = await workers_of(url, both)
        async with connect(await get(url, "/counter")) as wire, connect(await get(url, "/counter")) as other:
            await wire.join()
            await other.join()
            os.kill(before[1], signal.SIGTERM)
            after = await workers_of(url, lambda found: both(found) and found[1] != before[1])
            assert after[2] == before[2]
        await until_gone([before[1]])
        assert "takes its place" not in server.said, "that is no death"


async def test_five_deaths_in_ten_seconds_end_all_with_one_line(tmp_path: Path) -> None:
    async with served(tmp_path, "--port", "0") as server:
        await server.url()
        killed: set[int] = set()
        while len(killed) < 5:
            for pid in children_of(server.process.pid) - killed:
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
                if len(killed) == 5:
                    break
            await trio.sleep(0.001)
        assert await server.process.wait() == 1
        await server.says("the server ends")
        assert server.said.splitlines()[-1] == "5 workers have died within 10 s: the server ends"
        assert "Traceback" not in server.said


def children_of(parent: int) -> set[int]:
    """The processes that it has forked and that are not dead."""
    found: set[int] = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, ppid, *_ = (process / "stat").read_text().rpartition(")")[2].split()
            if int(ppid) == parent and state != "Z":
                found.add(int(process.name))
    return found


async def test_no_worker_serves_on_when_the_parent_has_died(tmp_path: Path) -> None:
    async with served(tmp_path, "--port", "0") as server:
        url = await server.url()
        found = await workers_of(url, both)
        async with connect(await get(url, "/counter")) as wire:
            await wire.join()
            server.process.kill()
            assert await wire.closed() == 1012
            await until_gone(list(found.values()))


# -- what cannot start ---------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "arguments", "line"),
    [
        (
            "threading.Thread(target=time.sleep, args=(9,), name='clock', daemon=True).start()",
            ["--port=0"],
            r"2 workers are forks, and a fork has no threads: the application runs 'clock' in .*before_serving.*",
        ),
        ("app.secret_key = None", ["--port=0"], r".*secrets\.token_urlsafe.*"),
        (
            "Path('broken').touch()",
            ["--port=0"],
            r"worker \d \(process \d+\) has ended with code 1 before anybody was served: the server does not start",
        ),
        ("", ["--certfile=none.pem"], r"there is no file 'none.pem': .*"),
    ],
)
async def test_what_cannot_start_ends_with_one_line_and_1(
    tmp_path: Path, more: str, arguments: list[str], line: str
) -> None:
    async with served(tmp_path, *arguments, app=f"{APP}\n{more}\n") as server:
        assert await server.process.wait() == 1
        await server.says(rf"(?m)^{line}$")
        assert re.fullmatch(line, server.said.splitlines()[-1])
        assert "is live" not in server.said


async def test_a_port_that_somebody_else_does_not_share_is_taken(tmp_path: Path) -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        async with served(tmp_path, "--port", str(port)) as server:
            assert await server.process.wait() == 1
            await server.says(f"port {port} on 127.0.0.1 is taken")
