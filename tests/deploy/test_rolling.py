"""A rolling deploy, simulated: servers are replaced one by one under load, and a ledger outside of them proves that
every acknowledged event stands exactly once and every other at most once; that what a page with a line has asked for is
done, on whichever server; and that kept values and forms come back (`judge`).

Twice: servers of two workers share a port (SO_REUSEPORT), and servers on Unix sockets stand behind nginx with the block
of docs/deployment.md. Each promise has a control beside, an application that breaks it, which the judge must see.
"""

from __future__ import annotations

import re
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import TypeAlias

import pytest
import trio

from tests.deploy.clients import Kind, Visitor
from tests.deploy.judge import report, verdict
from tests.deploy.launching import Launcher, held_port, launching
from tests.docs.test_deployment import block
from tests.support.nginx import nginx

pytestmark = pytest.mark.real_clock

VISITORS = 200
FEW = 6
"""Visitors of a server with a fault."""
ON_ONE_PORT, BEHIND_NGINX = 12, 8
"""How often servers are replaced; fifty times as often in a soak."""
SOAK = 50
TURNS_PER_SECOND = 250
"""What visitors do in all, however many there are."""
DRAIN = 100.0
"""Seconds that a server has, of which it takes as many as it needs: a slow machine is not a fault."""
STUCK = 300.0
"""Seconds after which nothing goes on any more."""

Replace: TypeAlias = Callable[[int], Awaitable[None]]
"""Put a new server in the place of an old one, which ends by that signal."""


async def all_at_work(visitors: list[Visitor]) -> None:
    """Wait until each has had all that it asked for in a turn that begins from now on: one that has begun may be
    answered by what a server has said before its end."""
    with trio.fail_after(STUCK):
        due = [visitor.turns + 1 + visitor.is_acting for visitor in visitors]
        while any(visitor.turns < turns for visitor, turns in zip(visitors, due, strict=True)):
            await trio.sleep(0.01)


async def deploy(
    url: str, replace: Replace, *, rounds: int, size: int, by: int = signal.SIGTERM
) -> list[Visitor]:
    """So many visitors, of each kind in turn, act while the servers are replaced so many times; what they know."""
    thinks = size / TURNS_PER_SECOND
    visitors = [Visitor(by, kind, thinks) for by, kind in zip(range(size), cycle(Kind), strict=False)]
    stop = trio.Event()
    async with trio.open_nursery() as nursery:
        for visitor in visitors:
            nursery.start_soon(visitor.run, url, stop)
        for done in range(rounds):
            await all_at_work(visitors)
            with trio.fail_after(STUCK):
                await replace(by)
            if done % 10 == 9:
                print(f"{done + 1} of {rounds} replaced: {report(visitors)}")  # noqa: T201 - for who waits
        await all_at_work(visitors)
        stop.set()
    print(report(visitors))  # noqa: T201 - pytest -s shows it
    return visitors


# -- one port ------------------------------------------------------------------


@asynccontextmanager
async def on_one_port(
    launcher: Launcher, ledger: Path, faults: Sequence[str]
) -> AsyncGenerator[tuple[str, Replace]]:
    """A server of two workers; the next one listens at the same port before it ends."""
    with held_port() as port:
        start = partial(launcher.start, ledger, faults, port=port, workers=2, drain=DRAIN)
        current = await start()

        async def replace(by: int) -> None:
            nonlocal current
            old, current = current, await start()
            assert await launcher.end(old, by) == (0 if by == signal.SIGTERM else -by), launcher.log

        yield f"http://127.0.0.1:{port}", replace
        assert await launcher.end(current, signal.SIGTERM) == 0, launcher.log


async def deployed_on_one_port(
    launcher: Launcher,
    folder: Path,
    faults: Sequence[str] = (),
    *,
    rounds: int,
    size: int = VISITORS,
    by: int = signal.SIGTERM,
) -> list[str]:
    """What the judge says."""
    ledger = folder / "-".join(["ledger", *faults])
    async with on_one_port(launcher, ledger, faults) as (url, replace):
        visitors = await deploy(url, replace, rounds=rounds, size=size, by=by)
    return verdict(visitors, ledger, killed=by == signal.SIGKILL)


async def test_servers_that_share_a_port_are_replaced_under_load_and_nothing_is_lost(tmp_path: Path) -> None:
    async with launching() as launcher:
        assert await deployed_on_one_port(launcher, tmp_path, rounds=ON_ONE_PORT) == []


async def test_after_a_kill_nothing_is_done_twice_and_what_was_acknowledged_is_done(tmp_path: Path) -> None:
    async with launching() as launcher:
        told = await deployed_on_one_port(launcher, tmp_path, rounds=1, size=FEW, by=signal.SIGKILL)
    assert told == []


@pytest.mark.soak
async def test_six_hundred_replacements_on_one_port_lose_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with launching() as launcher:
        with capsys.disabled():  # it takes half an hour, and says now and then how far it is
            told = await deployed_on_one_port(launcher, tmp_path, rounds=SOAK * ON_ONE_PORT)
    assert told == []


# -- behind nginx --------------------------------------------------------------


def two_servers_behind_nginx(folder: Path) -> str:
    """The documented block for one server, with the upstreams of the block for two."""
    one = re.sub(r"upstream \w+ \{.*?\n\}\n", "", block("nginx", "proxy_pass"), flags=re.DOTALL)
    assert "upstream" not in one
    return (block("nginx", "max_fails") + one).replace("/run/shop/", f"{folder}/")


@asynccontextmanager
async def behind_nginx(launcher: Launcher, folder: Path, ledger: Path) -> AsyncGenerator[tuple[str, Replace]]:
    """Two servers, which are replaced in turn."""
    paths = [f"unix:{folder}/{name}.sock" for name in "ab"]
    pids = [await launcher.start(ledger, bind=[path], drain=DRAIN) for path in paths]
    turn = cycle(range(2))

    async def replace(by: int) -> None:
        which = next(turn)
        assert await launcher.end(pids[which], by) == 0, launcher.log
        pids[which] = await launcher.start(ledger, bind=[paths[which]], drain=DRAIN)

    async with nginx(folder, two_servers_behind_nginx(folder)) as url:
        yield url, replace
    for pid in pids:
        assert await launcher.end(pid, signal.SIGTERM) == 0, launcher.log


async def deployed_behind_nginx(folder: Path, *, rounds: int, size: int = VISITORS) -> list[str]:
    """What the judge says; nobody has been refused, or closed by nginx itself."""
    ledger = folder / "ledger"
    async with launching() as launcher, behind_nginx(launcher, folder, ledger) as (url, replace):
        visitors = await deploy(url, replace, rounds=rounds, size=size)
    assert [visitor.refused for visitor in visitors] == [0] * size
    return verdict(visitors, ledger)


async def test_servers_behind_nginx_are_replaced_under_load_and_nobody_is_refused(tmp_path: Path) -> None:
    assert await deployed_behind_nginx(tmp_path, rounds=BEHIND_NGINX) == []


@pytest.mark.soak
async def test_four_hundred_replacements_behind_nginx_lose_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        told = await deployed_behind_nginx(tmp_path, rounds=SOAK * BEHIND_NGINX)
    assert told == []


# -- controls ------------------------------------------------------------------

CONTROLS = {
    "acknowledges before it writes": "acknowledged and not done",
    "handles the backlog twice": "done twice",
    "drops the backlog": "(acknowledged|received) and not done",
    "closes with 1000": "a socket ended with 1000",
    "counts one too many": "taken by the last count, and not answered|a socket ended with 1002",
    "counts one too few": "answered, and called not handled|a socket ended with 1002",
    "says no count": "closed without a last count",
    "keeps nothing": "and came back to 0",
    "forgets the form": "in the form and came back to ''",
}
"""What the judge says of each fault."""

FAULTY = [
    ["closes with 1000", "keeps nothing", "forgets the form", "handles the backlog twice"],
    ["counts one too many", "drops the backlog"],
    ["counts one too few"],
    ["says no count"],
]
"""Servers, each with faults that do not hide one another."""


async def test_a_server_that_breaks_a_promise_is_seen(tmp_path: Path) -> None:
    found: dict[str, list[str]] = {}

    async def judge(faults: list[str], by: int = signal.SIGTERM) -> None:
        told = await deployed_on_one_port(launcher, tmp_path, faults, rounds=1, size=FEW, by=by)
        found.update(dict.fromkeys(faults, told))

    async with launching() as launcher, trio.open_nursery() as nursery:
        for faults in FAULTY:
            nursery.start_soon(judge, faults)
        nursery.start_soon(judge, ["acknowledges before it writes"], signal.SIGKILL)
    assert found.keys() == CONTROLS.keys()
    for fault, seen in CONTROLS.items():
        assert any(re.search(seen, told) for told in found[fault]), (fault, found[fault])
