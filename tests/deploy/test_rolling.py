"""A rolling deploy, simulated: servers are replaced one by one under load, and a ledger outside of them proves that
every acknowledged event stands exactly once and every other at most once (`judge`).

Twice: servers of two workers share a port (SO_REUSEPORT), and servers on Unix sockets stand behind nginx with the block
of docs/deployment.md. Each promise has a control beside, an application that breaks it, which the judge must see.
"""

from __future__ import annotations

import re
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path
from typing import TypeAlias

import pytest
import trio

from tests.deploy.clients import Visitor
from tests.deploy.judge import report, verdict
from tests.deploy.launching import Launcher, held_port, launching
from tests.docs.test_deployment import block
from tests.support.nginx import nginx
from tests.web.visitor import PATIENCE

pytestmark = pytest.mark.real_clock

DRAIN = 10.0

Replace: TypeAlias = Callable[[int], Awaitable[None]]
"""Put a new server in the place of an old one, which ends by that signal."""


async def all_at_work(visitors: list[Visitor]) -> None:
    """Wait until each has had something acknowledged since it came back."""
    while not all(visitor.is_at_work for visitor in visitors):
        await trio.sleep(0.01)


async def deploy(
    url: str, replace: Replace, *, rounds: int, size: int, by: int = signal.SIGTERM
) -> list[Visitor]:
    """So many visitors act while the servers are replaced so many times; what they know."""
    visitors = [Visitor(by) for by in range(size)]
    stop = trio.Event()
    async with trio.open_nursery() as nursery:
        for visitor in visitors:
            nursery.start_soon(visitor.run, url, stop)
        for _ in range(rounds):
            with trio.fail_after(4 * PATIENCE):
                await all_at_work(visitors)
                for visitor in visitors:
                    visitor.is_at_work = False
                await replace(by)
        with trio.fail_after(4 * PATIENCE):
            await all_at_work(visitors)
        stop.set()
    print(report(visitors))  # noqa: T201 - pytest -s shows it
    return visitors


# -- one port ------------------------------------------------------------------


@asynccontextmanager
async def on_one_port(launcher: Launcher) -> AsyncGenerator[tuple[str, Replace]]:
    """A server of two workers; the next one listens at the same port before it ends."""
    with held_port() as port:
        arguments = {"port": port, "workers": 2, "drain": DRAIN}
        current = await launcher.start(**arguments)

        async def replace(by: int) -> None:
            nonlocal current
            old, current = current, await launcher.start(**arguments)
            assert await launcher.end(old, by) == (0 if by == signal.SIGTERM else -by), launcher.log

        yield f"http://127.0.0.1:{port}", replace
        assert await launcher.end(current, signal.SIGTERM) == 0, launcher.log


async def deployed_on_one_port(
    folder: Path, fault: str = "", *, rounds: int, size: int, by: int = signal.SIGTERM
) -> list[str]:
    """What the judge says."""
    ledger = folder / "ledger"
    async with launching(ledger, fault) as launcher, on_one_port(launcher) as (url, replace):
        visitors = await deploy(url, replace, rounds=rounds, size=size, by=by)
    return verdict(visitors, ledger, killed=by == signal.SIGKILL)


async def test_servers_that_share_a_port_are_replaced_under_load_and_nothing_is_lost(tmp_path: Path) -> None:
    assert await deployed_on_one_port(tmp_path, rounds=20, size=6) == []


@pytest.mark.soak
async def test_a_thousand_replacements_lose_nothing(tmp_path: Path) -> None:
    assert await deployed_on_one_port(tmp_path, rounds=1_000, size=20) == []


@pytest.mark.soak
async def test_two_hundred_visitors_lose_nothing(tmp_path: Path) -> None:
    assert await deployed_on_one_port(tmp_path, rounds=20, size=200) == []


# -- behind nginx --------------------------------------------------------------


def two_servers_behind_nginx(folder: Path) -> str:
    """The documented block for one server, with the upstreams of the block for two."""
    one = re.sub(r"upstream \w+ \{.*?\n\}\n", "", block("nginx", "proxy_pass"), flags=re.DOTALL)
    assert "upstream" not in one
    return (block("nginx", "max_fails") + one).replace("/run/shop/", f"{folder}/")


@asynccontextmanager
async def behind_nginx(launcher: Launcher, folder: Path) -> AsyncGenerator[tuple[str, Replace]]:
    """Two servers, which are replaced in turn."""
    paths = [f"unix:{folder}/{name}.sock" for name in "ab"]
    pids = [await launcher.start(bind=[path], drain=DRAIN) for path in paths]
    turn = cycle(range(2))

    async def replace(by: int) -> None:
        which = next(turn)
        assert await launcher.end(pids[which], by) == 0, launcher.log
        pids[which] = await launcher.start(bind=[paths[which]], drain=DRAIN)

    async with nginx(folder, two_servers_behind_nginx(folder)) as url:
        yield url, replace
    for pid in pids:
        assert await launcher.end(pid, signal.SIGTERM) == 0, launcher.log


async def deployed_behind_nginx(folder: Path, *, rounds: int, size: int) -> list[str]:
    """What the judge says; nobody has been refused, or closed by nginx itself."""
    ledger = folder / "ledger"
    async with launching(ledger) as launcher, behind_nginx(launcher, folder) as (url, replace):
        visitors = await deploy(url, replace, rounds=rounds, size=size)
    assert [visitor.refused for visitor in visitors] == [0] * size
    return verdict(visitors, ledger)


async def test_servers_behind_nginx_are_replaced_under_load_and_nobody_is_refused(tmp_path: Path) -> None:
    assert await deployed_behind_nginx(tmp_path, rounds=8, size=6) == []


@pytest.mark.soak
async def test_two_hundred_visitors_behind_nginx_lose_nothing(tmp_path: Path) -> None:
    assert await deployed_behind_nginx(tmp_path, rounds=20, size=200) == []


# -- controls ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "by", "seen"),
    [
        ("acknowledges before it writes", signal.SIGKILL, "acknowledged and not done"),
        ("handles the backlog twice", signal.SIGTERM, "done twice"),
        ("drops the backlog", signal.SIGTERM, "received and not done"),
        ("closes with 1000", signal.SIGTERM, "a socket ended with 1000"),
    ],
)
async def test_a_server_that_breaks_a_promise_is_seen(tmp_path: Path, fault: str, by: int, seen: str) -> None:
    faults = await deployed_on_one_port(tmp_path, fault, rounds=3, size=8, by=by)
    assert any(seen in fault for fault in faults), faults
