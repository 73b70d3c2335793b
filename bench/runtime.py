"""Measure the runtime and print a table with the figures that it promises.

python bench/runtime.py                          # our own figures
python bench/runtime.py --triotp .make/triotp    # beside triotp, from a folder that has it

`make bench` puts triotp there: the newest release, which wants Python 3.13 for two `type` statements that the
Makefile turns into assignments. The same programs (`bench/runtime_triotp.py`) run on it right after ours, with
the same Python, the same Trio and on the same core.

Rates are taken on the processor's clock (`time.process_time`), which other programs on a busy machine
do not stop, though they slow it down: the line in brackets says what Trio alone does at that moment. Lateness and
fairness are on the wall's and mean nothing on a busy machine. Each figure is the best of five runs.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import trio
import trio.testing

from actorlive.runtime import cancel_timer, open_node, receive, self, send, send_after

Figures = dict[str, float]
BATCH = 64
"""Messages that the source of the one-way run sends in a row: it waits for nobody, the sink keeps up."""


async def one_way(count: int) -> Figures:
    """One process floods another."""
    done = trio.Event()

    async def sink() -> None:
        for _ in range(count):
            await receive()
        done.set()

    async with open_node() as node:
        pid = node.spawn(sink)
        start = time.process_time()
        for _ in range(count // BATCH):
            for number in range(BATCH):
                send(pid, number)
            await trio.lowlevel.checkpoint()
        await done.wait()
        return {"one-way messages/s": count / (time.process_time() - start)}


async def flood(count: int) -> Figures:
    """Everything is sent before the receiver runs for the first time."""
    done = trio.Event()

    async def sink() -> None:
        for _ in range(count):
            await receive()
        done.set()

    async with open_node(high_water=count + 1) as node:
        pid = node.spawn(sink)
        start = time.process_time()
        for number in range(count):
            send(pid, number)
        await done.wait()
        return {"one-way messages/s, all queued at first": count / (time.process_time() - start)}


async def ping_pong(count: int) -> Figures:
    """One message there and one back, each waking a parked process."""
    done = trio.Event()

    async def pong() -> None:
        while True:
            send(await receive(), None)  # pyright: ignore[reportArgumentType]

    async def ping(partner: object) -> None:
        me = self()
        for _ in range(count):
            send(partner, me)  # pyright: ignore[reportArgumentType]
            await receive()
        done.set()

    async with open_node() as node:
        partner = node.spawn(pong)
        start = time.process_time()
        node.spawn(ping, partner)
        await done.wait()
        return {"ping-pong round trips/s": count / (time.process_time() - start)}


async def bare_ping_pong(count: int) -> Figures:
    """The same with two Trio tasks that reschedule each other and send nothing: what any runtime pays here."""
    tasks: dict[str, trio.lowlevel.Task] = {}

    async def wait() -> None:
        await trio.lowlevel.wait_task_rescheduled(lambda _: trio.lowlevel.Abort.SUCCEEDED)

    async def pong() -> None:
        tasks["pong"] = trio.lowlevel.current_task()
        while True:
            await wait()
            trio.lowlevel.reschedule(tasks["ping"])

    async with trio.open_nursery() as nursery:
        nursery.start_soon(pong)
        tasks["ping"] = trio.lowlevel.current_task()
        await trio.testing.wait_all_tasks_blocked()
        start = time.process_time()
        for _ in range(count):
            trio.lowlevel.reschedule(tasks["pong"])
            await wait()
        seconds = time.process_time() - start
        nursery.cancel_scope.cancel()
    return {"(bare Trio: two tasks waking each other/s)": count / seconds}


async def spawn_and_exit(count: int) -> Figures:
    """Full processes, a hundred at a time."""

    async def nothing() -> None:
        pass

    async with open_node() as node:
        start = time.process_time()
        for _ in range(count // 100):
            for _ in range(100):
                node.spawn(nothing)
            await trio.lowlevel.checkpoint()
        while node.processes:
            await trio.lowlevel.checkpoint()
        return {"spawn + exit/s": count / (time.process_time() - start)}


def resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGESIZE")


async def idle(count: int) -> Figures:
    """Memory of processes that wait in `receive`, started a hundred at a time. Has to be the first program of
    its interpreter: later ones would find memory that is free already.
    """

    async def wait() -> None:
        await receive()

    async with open_node() as node:
        gc.collect()
        before = resident()
        for _ in range(count // 100):
            for _ in range(100):
                node.spawn(wait)
            await trio.lowlevel.checkpoint()
        await trio.testing.wait_all_tasks_blocked()
        gc.collect()
        return {"bytes per idle process": (resident() - before) / count}


async def arming(count: int) -> Figures:
    """Arm and cancel while `count` others are armed."""

    async def wait() -> None:
        await receive()

    async with open_node() as node:
        pid = node.spawn(wait)
        dice = random.Random(1)
        for _ in range(count):
            send_after(pid, None, 100 + 100 * dice.random())
        start = time.process_time()
        for number in range(20_000):
            cancel_timer(send_after(pid, None, 150 + number % 100 / 10))
        return {"timer: arm + cancel, µs": (time.process_time() - start) / 20_000 * 1e6}


async def lateness(count: int) -> Figures:
    """How late the messages of `count` timers spread over two seconds arrive."""
    late: list[float] = []
    done = trio.Event()

    async def sink() -> None:
        while len(late) < count:
            due = await receive(float)
            late.append(trio.current_time() - due)
        done.set()

    async with open_node() as node:
        pid = node.spawn(sink)
        dice = random.Random(1)
        for _ in range(count):
            delay = 0.2 + 2 * dice.random()
            send_after(pid, trio.current_time() + delay, delay)
        await done.wait()
        return {"timer lateness p99, ms": sorted(late)[int(count * 0.99)] * 1000}


async def fairness(seconds: float) -> Figures:
    """Round trips of a quiet pair beside a process whose mailbox is never empty."""
    trips: list[float] = []

    async def flooded() -> None:
        while True:
            send(self(), await receive())

    async def pong() -> None:
        while True:
            send(await receive(), None)  # pyright: ignore[reportArgumentType]

    async with open_node(high_water=1 << 20) as node:
        busy = node.spawn(flooded)
        for number in range(50_000):
            send(busy, number)
        partner = node.spawn(pong)
        finished = trio.Event()

        async def ping() -> None:
            end = time.perf_counter() + seconds
            while (start := time.perf_counter()) < end:
                send(partner, self())
                await receive()
                trips.append(time.perf_counter() - start)
            finished.set()

        node.spawn(ping)
        await finished.wait()
        node.grace = 0
    return {"round trip beside a flooded process p99, ms": sorted(trips)[int(len(trips) * 0.99)] * 1000}


RATES: list[tuple[Callable[[int], Awaitable[Figures]], int]] = [
    (one_way, 320_000),
    (flood, 200_000),
    (bare_ping_pong, 30_000),
    (ping_pong, 30_000),
    (spawn_and_exit, 20_000),
]
PROMISES = {
    "one-way messages/s": 2_000_000,
    "ping-pong round trips/s": 100_000,
    "spawn + exit/s": 60_000,
    "bytes per idle process": -3_500,
    "timer: arm + cancel, µs": -3,
    "timer lateness p99, ms": -5,
    "round trip beside a flooded process p99, ms": -20,
}
"""What the runtime promises: at least, or at most where negative."""

TIMES_TRIOTP = {"one-way messages/s": 15}
"""How many times triotp's figure ours is at least."""


def best(runs: list[Figures]) -> Figures:
    """The best of each figure: the highest rate, the lowest of everything else."""
    return {
        name: max(run[name] for run in runs) if "/s" in name else min(run[name] for run in runs)
        for name in runs[0]
    }


def measure(repeat: int) -> Figures:
    """Everything, each in a fresh Trio."""
    memory = trio.run(idle, 20_000)
    figures: Figures = {}
    for program, count in RATES:
        figures |= best([trio.run(program, count) for _ in range(repeat)])
    figures |= memory
    figures |= best([trio.run(arming, 10_000) for _ in range(repeat)])
    figures |= best([trio.run(lateness, 10_000) for _ in range(repeat)])
    figures |= best([trio.run(fairness, 1.0) for _ in range(2)])
    return figures


def measure_triotp(folder: str) -> Figures:
    """The same programs on triotp, by the same interpreter with one more place to import from."""
    script = Path(__file__).with_name("runtime_triotp.py")
    places = os.pathsep.join([folder, *filter(None, [os.environ.get("PYTHONPATH")])])
    output = subprocess.run(
        [sys.executable, str(script)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": places},
    ).stdout
    return json.loads(output)


def report(ours: Figures, theirs: Figures) -> None:
    """The table."""
    print(f"{'':48}{'actorlive':>14}{'promised':>14}{'':6}{'triotp':>12}{'ratio':>8}")
    for name, figure in ours.items():
        limit = PROMISES.get(name)
        promise = "" if limit is None else f"{'≥' if limit > 0 else '≤'} {abs(limit):,}"
        kept = (
            ""
            if limit is None
            else ("ok" if (figure >= limit if limit > 0 else figure <= -limit) else "MISSED")
        )
        print(f"{name:48}{figure:>14,.1f}{promise:>14} {kept:6}{beside(name, figure, theirs)}".rstrip())


def beside(name: str, figure: float, theirs: Figures) -> str:
    """triotp's figure, and how many times ours is of it."""
    if name not in theirs:
        return ""
    times = figure / theirs[name]
    least = TIMES_TRIOTP.get(name)
    kept = "" if least is None else f"  ≥ {least}× {'ok' if times >= least else 'MISSED'}"
    return f"{theirs[name]:>12,.0f}{times:>7.1f}×{kept}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--triotp", metavar="FOLDER", help="a folder that has triotp")
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    report(measure(options.repeat), measure_triotp(options.triotp) if options.triotp else {})


if __name__ == "__main__":
    main()
