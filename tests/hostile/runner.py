"""One attack: it ends as its line says, the witness beside it notices nothing, and the server keeps nothing of it.

Real sockets on a clock that passes only while everybody waits: peers that are slow for a minute take no time, and no
machine is so busy that somebody's patience ends early.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from actorlive.web import ActorLive
from tests.hostile.peer import attack
from tests.hostile.script import Case
from tests.hostile.site import Vitals, make_site, serving, vitals
from tests.hostile.witness import Witness
from tests.web.visitor import connect, get

__all__ = ["run", "runs"]

AUTOJUMP = 0.005
"""Seconds in which the kernel has carried everything over the loopback."""
SETTLING = 60.0
"""Seconds until the last of an attack is gone: what a view may outlive its socket by, and idle connections."""


def runs(cases: Iterable[Case]) -> list[Any]:
    """Parameters `case` and `way` of a test: each case on each of its ways."""
    return [pytest.param(case, way, id=f"{case.name} ({way})") for case in cases for way in case.ways]


def run(case: Case, way: str) -> None:
    """Serve, attack, and look at what is left. Raises `AssertionError` when anything is not as it should be."""
    trio.run(partial(withstand, case, way), clock=MockClock(autojump_threshold=AUTOJUMP))


async def withstand(case: Case, way: str) -> None:
    app, live = make_site()
    async with serving(app, way) as url, connect(await get(url, "/counter")) as wire:
        await wire.join()
        witness = Witness(wire)
        await witness.click()
        before = await settled(live)
        async with trio.open_nursery() as nursery:
            over = trio.Event()
            nursery.start_soon(witness.click_until, over)
            await attack(url, case, case.end_on(way))
            over.set()
        await witness.click()
        await check_nothing_is_left(live, before)


async def settled(live: ActorLive) -> Vitals:
    """What the server holds when nobody moves."""
    await trio.sleep(1.0)
    return vitals(live)


async def check_nothing_is_left(live: ActorLive, before: Vitals) -> None:
    for _ in range(int(SETTLING)):
        await trio.sleep(1.0)
        if not grown(vitals(live), before):
            return
    assert not grown(vitals(live), before), (vitals(live), before)


def grown(now: Vitals, before: Vitals) -> bool:
    """True where there is more of anything. There may be less: the collector finds what an earlier test of this
    process has left, such as its descriptors."""
    return any(now[what] > before[what] for what in before)
