"""A page whose view waits at one of several workers is joined there, wherever its websocket comes to."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest
import trio

from tests.support.narrow import present
from tests.web.test_lines_served import control, cut, new_line, resume
from tests.web.visitor import PATIENCE, Page, Wire, connect, get
from tests.web.workers.test_processes import APP, both, served, until_gone, workers_of

pytestmark = pytest.mark.real_clock

ADOPTED = APP.replace(
    """    count: int = 0
    template = heex("<p>{@count}</p>")
""",
    """    adopt = 30.0
    count: int = 0
    name: str = ""
    template = heex("<p>{@count}</p><b>{@name}</b>")

    async def mount(self, params, session, socket):
        self.name = f"{os.getpid()}/{next(mounts)}"
""",
).replace("class Inc", "import itertools\nmounts = itertools.count(1)\n\nclass Inc")
TIMES = 12
"""That all of them come to the worker that they want happens once in 4,096 runs."""


async def load(url: str, cookie: str = "") -> Page:
    """A page, as a browser loads it."""
    return await get(url, "/counter", cookie, **{"Sec-Fetch-Dest": "document"})


def name_in(page: Page) -> str:
    """Of the view that has rendered the page: its process, and which mount it is there."""
    return present(re.search("<b>(.*?)</b>", page.body))[1]


async def joined(wire: Wire) -> str:
    """The name of the view that answers the join."""
    return (await wire.join())[4]["response"]["rendered"]["1"]


async def adoptions(url: str, *, worker: str | None = None) -> int:
    """How many of some pages are joined by the very view that has rendered them."""
    found = 0
    for _ in range(TIMES):
        page = await load(url)
        async with connect(page, worker=worker) as wire:
            found += await joined(wire) == name_in(page)
            assert (await wire.clicked("inc"))["diff"] == {"0": "1"}
    return found


async def test_the_one_mount_of_a_page_is_joined_whichever_worker_its_websocket_comes_to(
    tmp_path: Path,
) -> None:
    async with served(tmp_path, "--port", "0", app=ADOPTED) as server:
        url = await server.url()
        await workers_of(url, both)
        assert await adoptions(url) == TIMES
        assert await adoptions(url, worker="") < TIMES, "who does not ask comes to any worker"


async def test_a_line_that_was_begun_so_goes_on_as_any_other(tmp_path: Path) -> None:
    async with served(tmp_path, "--port", "0", app=ADOPTED) as server:
        url = await server.url()
        await workers_of(url, both)
        for worker in (None, ""):  # it asks for the worker again, as the page does, or comes to any
            page = await load(url)
            async with connect(page) as wire:
                await wire.socket.send_message("#new")
                handle = (await control(wire))[1]
                assert await joined(wire) == name_in(page)
                await cut(wire)
            before = wire
            for time in range(1, 5):
                async with connect(page, worker=worker) as again:
                    assert await resume(again, handle, time, before) == ["#count", str(time)]
                    assert (await again.clicked("inc"))["diff"] == {"0": str(time)}
                    await cut(again)
                before = again


async def test_a_stranger_who_asks_for_the_worker_of_a_page_does_not_get_its_view(tmp_path: Path) -> None:
    async with served(tmp_path, "--port", "0", app=ADOPTED) as server:
        url = await server.url()
        page, theirs = await load(url), await load(url)
        for csrf in (None, theirs.csrf):
            async with connect(page, cookie=theirs.cookie, csrf=csrf) as wire:
                assert (await wire.join())[4]["response"] == {"reason": "stale"}
        async with connect(page) as wire:
            assert await joined(wire) == name_in(page)


async def test_a_worker_that_is_none_is_any(tmp_path: Path) -> None:
    async with served(tmp_path, "--port", "0") as server:
        url = await server.url()
        for worker in ["0", "3", "999", "-1", "1~", "1&_worker=2", "x" * 300]:
            async with connect(await get(url, "/counter"), worker=worker) as wire:
                await new_line(wire)
                assert (await wire.clicked("inc"))["diff"] == {"0": "1"}


async def test_a_worker_that_has_died_has_a_successor_that_mounts_the_page_afresh(tmp_path: Path) -> None:
    async with served(tmp_path, "--port", "0", app=ADOPTED) as server:
        url = await server.url()
        found = await workers_of(url, both)
        page = await load(url)
        number = int(present(page.worker))
        os.kill(found[number], signal.SIGKILL)
        await until_gone([found[number]])
        after = await workers_of(url, lambda now: now.get(number, found[number]) != found[number])
        with trio.fail_after(PATIENCE):
            async with connect(page) as wire:
                assert await joined(wire) == f"{after[number]}/1"


async def test_a_page_of_one_process_asks_for_no_worker(tmp_path: Path) -> None:
    async with served(tmp_path, "--port", "0", app=ADOPTED, size=1) as server:
        page = await load(await server.url())
        assert page.worker is None
        async with connect(page) as wire:
            assert await joined(wire) == name_in(page)
