"""The workers that the supervisor keeps: how they are made, how they end, and that none is left behind."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from actorlive.dev.control import Broken, Ready, Released, Serve, Settings
from actorlive.dev.supervisor import PACKAGE, changes_us
from actorlive.dev.workers import WorkerFactory, WorkerProcess

pytestmark = pytest.mark.real_clock

SHOP = """
from quart_trio import QuartTrio
from actorlive import ActorLive

app = QuartTrio(__name__)
ActorLive(app, secret_key="a secret key that is for tests of development only")
"""


@asynccontextmanager
async def workers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[WorkerFactory]:
    """A factory of workers for an application in a folder of its own."""
    (folder / "shop.py").write_text(SHOP)
    monkeypatch.chdir(folder)
    with socket.create_server(("127.0.0.1", 0)) as listener, trio.fail_after(120):
        factory = WorkerFactory(Settings("shop:app"), listener)
        async with factory.open():
            yield factory


async def begin(factory: WorkerFactory) -> WorkerProcess:
    worker = await factory.begin()
    assert worker is not None
    return worker


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_worker_loads_what_the_files_say_by_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workers(tmp_path, monkeypatch) as factory:
        first = await begin(factory)
        assert await first.reply() == Ready()
        (tmp_path / "shop.py").write_text("1 / 0")
        second = await begin(factory)
        assert isinstance(await second.reply(), Broken)
        assert first.is_alive
        await first.tell(Serve())
        await first.release()
        await first.wait_for_end()
        assert await first.wait() == 0
        await second.stop()
        assert not is_there(first.pid)
        assert not is_there(second.pid)


async def test_a_worker_leaves_its_place_before_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workers(tmp_path, monkeypatch) as factory:
        worker = await begin(factory)
        assert await worker.reply() == Ready()
        await worker.tell(Serve())
        said: list[object] = []

        async def listening() -> None:
            said.append(await worker.reply())
            assert worker.is_alive

        async with trio.open_nursery() as nursery:
            nursery.start_soon(listening)
            await worker.stop()
        assert said == [Released()]


async def test_how_a_worker_was_ended_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with workers(tmp_path, monkeypatch) as factory:
        worker = await begin(factory)
        assert await worker.reply() == Ready()
        os.kill(worker.pid, signal.SIGTERM)
        assert await worker.wait() == -signal.SIGTERM
        assert await worker.reply() is None


async def test_what_was_imported_is_left_behind_when_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workers(tmp_path, monkeypatch) as factory:
        first = await begin(factory)
        second = await begin(factory)
        assert parent_of(first.pid) == parent_of(second.pid)
        factory.renew()
        third = await begin(factory)
        assert parent_of(third.pid) != parent_of(first.pid)
        await first.kill()
        assert second.is_alive, "it is heard of for as long as it lives"
        await second.kill()
        assert third.is_alive


async def test_no_worker_is_left_when_its_parent_dies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workers(tmp_path, monkeypatch) as factory:
        first = await begin(factory)
        os.kill(parent_of(first.pid), signal.SIGKILL)
        assert await first.wait() == -signal.SIGKILL
        second = await begin(factory)
        assert await second.reply() == Ready()
    for worker in (first, second):
        with trio.fail_after(30):
            while is_there(worker.pid):
                await trio.sleep(0.01)


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_files_of_actorlive_itself_change_what_is_imported_already() -> None:
    assert changes_us([PACKAGE / "web" / "app.py"])
    assert not changes_us([PACKAGE / "client" / "src" / "index.ts", Path("/shop/app.py")])
