"""A line whose next websocket comes to another worker goes on all the same; and who may not have it gets nothing."""

from __future__ import annotations

import os
import signal
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import trio
from trio_websocket import ConnectionClosed
from wsproto.events import TextMessage

from tests.web.test_lines_served import control, cut, new_line, resume
from tests.web.visitor import PATIENCE, Wire, connect, get
from tests.web.workers.test_processes import APP, served, until_gone, workers_of

pytestmark = pytest.mark.real_clock

TIMES = 12
"""That all of them come to the one worker happens once in 2,048 runs."""


async def closed_with(wire: Wire) -> int:
    try:
        with trio.fail_after(PATIENCE):
            while True:
                await wire.socket.get_message()
    except ConnectionClosed as closed:
        return 1006 if closed.reason is None else closed.reason.code


async def test_a_view_outlives_its_websocket_wherever_the_next_one_comes_to(tmp_path: Path) -> None:
    async with served(tmp_path, "--port", "0", size=3) as server:
        url = await server.url()
        await workers_of(url, lambda found: len(found) == 3)
        page = await get(url, "/counter")
        async with connect(page) as wire:
            handle = await new_line(wire)
            assert handle[:2] in {"1~", "2~", "3~"}
            await wire.clicked("inc")
            await cut(wire)
        before, taken = wire, 2
        for time in range(TIMES):
            async with connect(page) as again:
                assert await resume(again, handle, taken, before) == ["#count", str(time + 2)]
                assert (await again.clicked("inc"))["diff"] == {"0": str(time + 2)}, "the same view"
                taken += 1
                await cut(again)
                before = again


async def test_a_second_socket_takes_over_wherever_it_comes_to(tmp_path: Path) -> None:
    """The server has not noticed that the first is dead: it is closed then."""
    async with served(tmp_path, "--port", "0") as server:
        url = await server.url()
        page = await get(url, "/counter")
        async with AsyncExitStack() as stack:
            wire = await stack.enter_async_context(connect(page))
            handle = await new_line(wire)
            for time in range(TIMES):
                again = await stack.enter_async_context(connect(page))
                assert await resume(again, handle, time + 1, wire) == ["#count", str(time + 1)]
                assert (await again.clicked("inc"))["diff"] == {"0": str(time + 1)}
                assert await closed_with(wire) == 1006
                wire = again


async def test_what_came_in_one_packet_with_the_wish_to_go_on_comes_along(tmp_path: Path) -> None:
    async with served(tmp_path, "--port", "0") as server:
        url = await server.url()
        page = await get(url, "/counter")
        async with connect(page) as wire:
            handle = await new_line(wire)
            await cut(wire)
        for time in range(TIMES):
            async with connect(page) as again:
                again.join_ref = wire.join_ref
                packet = again.encoded(TextMessage(f"#resume {handle} {time + 1}")) + again.frame("inc")
                await again.stream.send_all(packet)
                assert await control(again) == ["#count", str(time + 1)]
                assert (await again.receive())[4]["response"]["diff"] == {"0": str(time + 1)}
                await cut(again)


async def test_a_stranger_gets_no_line_of_another_worker(tmp_path: Path) -> None:
    async with served(tmp_path, "--port", "0") as server:
        url = await server.url()
        page = await get(url, "/counter")
        async with connect(page) as wire, connect(await get(url, "/counter")) as other:
            handle = await new_line(wire)
            await new_line(other)
            for _ in range(TIMES):
                stranger = await get(url, "/counter")
                async with connect(stranger) as theirs:
                    assert await resume(theirs, handle, 1, wire) == ["#gone"]
            assert (await wire.clicked("inc"))["diff"] == {"0": "1"}


async def test_a_line_of_a_worker_that_is_gone_is_gone(tmp_path: Path) -> None:
    """Its successor has the same number, and not the line."""
    async with served(tmp_path, "--port", "0") as server:
        url = await server.url()
        found = await workers_of(url, lambda found: len(found) == 2)
        page = await get(url, "/counter")
        async with connect(page) as wire:
            handle = await new_line(wire)
            number = int(handle[0])
            os.kill(found[number], signal.SIGKILL)
            await until_gone([found[number]])
        await workers_of(url, lambda now: now.get(number, found[number]) != found[number])
        for _ in range(4):
            async with connect(page) as again:
                assert await resume(again, handle, 1, wire) == ["#gone"]


async def test_a_line_that_was_given_up_ends_wherever_the_page_says_so(tmp_path: Path) -> None:
    ends = APP.replace(
        "    async def handle_event",
        '    async def terminate(self, reason, socket):\n        Path("ends").open("a").write("x")\n\n'
        "    async def handle_event",
    )
    async with served(tmp_path, "--port", "0", app=ends) as server:
        url = await server.url()
        page = await get(url, "/counter")
        for time in range(6):
            async with connect(page) as wire:
                handle = await new_line(wire)
                await cut(wire)
            async with connect(page) as again:
                await again.socket.send_message(f"#new {handle}")
                assert (await control(again))[0] == "#handle"
                await again.socket.send_message("#goodbye")
            with trio.fail_after(PATIENCE):
                while not (tmp_path / "ends").exists() or len((tmp_path / "ends").read_text()) <= time:
                    await trio.sleep(0.01)
