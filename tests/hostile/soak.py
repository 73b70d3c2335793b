"""All attacks against a server in a process of its own, in crowds, while a witness's clicks are timed.

python -m tests.hostile.soak            # both ways, a few minutes
python -m tests.hostile.soak direct

Fails when an attack ends otherwise than it should, when the server holds more afterwards than before or has grown by
more than `GROWTH`, or when the slowest clicks during attacks take more than `RATIO` times as long as when it was quiet.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

import trio

from tests.hostile.cases import CASES
from tests.hostile.peer import attack
from tests.hostile.script import BOTH, Case, Closed, Ended, Status
from tests.hostile.site import Vitals
from tests.hostile.witness import Witness
from tests.web.visitor import connect, get

QUIET = 10.0
"""Seconds in which only the witness is there."""
RATIO = 25.0
"""How much slower the slowest hundredth of the witness's clicks may be; a core has more to do then."""
GROWTH = 64 * 1024
"""KiB by which the server's memory may have grown: what allocators keep of the largest moment."""
SETTLING = 90
"""Seconds until the last of the attacks is gone."""
FEW, MANY = 5, 10
"""So many peers make an attack at once; a storm is so many times as large."""
PAUSE = 0.005
"""Between two clicks of the witness."""


@dataclass
class Found:
    """How one attack went."""

    name: str
    began: float
    ended: float
    wrong: str = ""


# -- processes -----------------------------------------------------------------


@contextmanager
def child(core: int, code: str, *arguments: str) -> Generator[subprocess.Popen[str]]:
    """Python in a process on a core of its own, where there are several."""
    command = [sys.executable, "-c", code, *arguments]
    if shutil.which("taskset") and (os.cpu_count() or 1) > core:
        command = ["taskset", "-c", str(core), *command]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=30)


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


async def witness(url: str, until: str) -> None:
    """Click until a file is there, then print when each click began and how long it took."""
    clicks: list[tuple[float, float]] = []
    async with connect(await get(url, "/counter")) as wire:
        await wire.join()
        one = Witness(wire)
        while not await trio.Path(until).exists():
            began = time.monotonic()
            await one.click()
            clicks.append((began, time.monotonic() - began))
            await trio.sleep(PAUSE)
    print(json.dumps(clicks), flush=True)


def main_of_witness() -> None:
    url, until = sys.argv[1:]
    trio.run(witness, url, until)


# -- the run -------------------------------------------------------------------


async def vitals(url: str) -> Vitals:
    return json.loads((await get(url, "/vitals")).body)


async def run_all(url: str, way: str) -> tuple[list[Found], int, str]:
    """Every attack of that way; how each went, by how much the server's memory grew, and what it still holds."""
    await trio.sleep(QUIET)
    before = await vitals(url)
    cases = [enlarged(case) for case in CASES]
    found: list[Found] = []
    for case in cases:
        if not is_long(case, way):
            await one(url, case, way, found)
    async with trio.open_nursery() as nursery:
        for case in cases:
            if is_long(case, way):
                nursery.start_soon(one, url, case, way, found)
    after = await settled(url, before)
    held = {
        name: (before[name], count)
        for name, count in after.items()
        if name != "kib" and count != before[name]
    }
    return found, after["kib"] - before["kib"], f"held before and after: {held}" if held else ""


def is_long(case: Case, way: str) -> bool:
    """True when it ends with somebody's patience; all of these are made at once."""
    match case.end_on(way):
        case Status(codes):
            return case.lasts or 408 in codes
        case Closed(codes):
            return case.lasts or not {1001, 1008}.isdisjoint(codes)
        case end:
            return case.lasts or isinstance(end, Ended)


def enlarged(case: Case) -> Case:
    return replace(case, crowd=FEW if case.crowd == 1 else MANY * case.crowd)


async def one(url: str, case: Case, way: str, found: list[Found]) -> None:
    result = Found(case.name, time.monotonic(), 0.0)
    try:
        await attack(url, case, case.end_on(way))
    except* (AssertionError, trio.TooSlowError, OSError) as group:
        result.wrong = repr(group.exceptions[0])[:300]
    result.ended = time.monotonic()
    found.append(result)


async def settled(url: str, before: Vitals) -> Vitals:
    for _ in range(SETTLING):
        await trio.sleep(1.0)
        after = await vitals(url)
        if all(after[name] == count for name, count in before.items() if name != "kib"):
            return after
    return await vitals(url)


def p99(times: list[float]) -> float:
    """In milliseconds."""
    return sorted(times)[math.ceil(len(times) * 0.99) - 1] * 1000 if times else math.nan


def soak(way: str) -> list[str]:
    """Run it; what is wrong."""
    stop = trio.Path(f"/tmp/actorlive-soak-{os.getpid()}-{way}")
    with child(0, "from tests.hostile.site import main; main()", way) as server:
        url = first_line(server)
        began = time.monotonic()
        with child(1, "from tests.hostile.soak import main_of_witness as m; m()", url, str(stop)) as clicker:
            try:
                found, grown, held = trio.run(partial(run_all, url, way))
                trio.run(stop.touch)
                clicks: list[tuple[float, float]] = json.loads(first_line(clicker))
            finally:
                trio.run(partial(stop.unlink, missing_ok=True))
    quiet = p99([took for at, took in clicks if at < began + QUIET])
    busy = p99([took for at, took in clicks if at > began + QUIET])
    print(
        f"{way}: {len(found)} attacks; the witness's p99 {quiet:.1f} ms when it was quiet, {busy:.1f} ms in attacks;"
    )
    print(f"  the server has grown by {grown} KiB ({GROWTH} allowed). The worst for the witness:")
    worst = [(max((took for at, took in clicks if f.began <= at <= f.ended), default=0.0), f) for f in found]
    for took, result in sorted(worst, key=lambda pair: -pair[0])[:10]:
        print(f"  {took * 1000:7.1f} ms  {result.name}")
    wrong = [f"{way}: {result.name}: {result.wrong}" for result in found if result.wrong]
    wrong += [f"{way}: {held}"] if held else []
    wrong += (
        [f"{way}: the witness had to wait {busy / quiet:.0f} times as long"] if busy > RATIO * quiet else []
    )
    return wrong + ([f"{way}: the server has grown by {grown} KiB"] if grown > GROWTH else [])


def main() -> None:
    wrong = [line for way in sys.argv[1:] or BOTH for line in soak(way)]
    sys.exit("\n".join(wrong) if wrong else None)


if __name__ == "__main__":
    main()
