"""The programs of bench/runtime.py on triotp, which has to be on the path. Prints its figures as JSON.

triotp's mailboxes have no room (`open_memory_channel(0)`), so its `send` is awaited and meets the receiver each
time; there is nothing like sending without waiting to compare with.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable

import trio
from triotp import mailbox  # pyright: ignore[reportMissingImports]

Figures = dict[str, float]


async def one_way(count: int) -> Figures:
    """One task floods another's mailbox."""
    mailbox._init()
    finished = 0.0

    async def sink(task_status: trio.TaskStatus[str] = trio.TASK_STATUS_IGNORED) -> None:
        nonlocal finished
        async with mailbox.open() as mid:
            task_status.started(mid)
            for _ in range(count):
                await mailbox.receive(mid)
        finished = time.process_time()

    async with trio.open_nursery() as nursery:
        mid = await nursery.start(sink)
        start = time.process_time()
        for number in range(count):
            await mailbox.send(mid, number)
    return {"one-way messages/s": count / (finished - start)}


async def ping_pong(count: int) -> Figures:
    """One message there and one back."""
    mailbox._init()

    async def pong(task_status: trio.TaskStatus[str] = trio.TASK_STATUS_IGNORED) -> None:
        async with mailbox.open() as mid:
            task_status.started(mid)
            for _ in range(count):
                await mailbox.send(await mailbox.receive(mid), None)

    async with trio.open_nursery() as nursery:
        partner = await nursery.start(pong)
        async with mailbox.open() as mid:
            start = time.process_time()
            for _ in range(count):
                await mailbox.send(partner, mid)
                await mailbox.receive(mid)
            seconds = time.process_time() - start
    return {"ping-pong round trips/s": count / seconds}


async def spawn_and_exit(count: int) -> Figures:
    """Tasks with a mailbox each, a hundred at a time."""
    mailbox._init()

    async def nothing() -> None:
        async with mailbox.open():
            pass

    start = time.process_time()
    for _ in range(count // 100):
        async with trio.open_nursery() as nursery:
            for _ in range(100):
                nursery.start_soon(nothing)
    return {"spawn + exit/s": count / (time.process_time() - start)}


PROGRAMS: list[tuple[Callable[[int], Awaitable[Figures]], int]] = [
    (one_way, 50_000),
    (ping_pong, 20_000),
    (spawn_and_exit, 10_000),
]


def main() -> None:
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    figures: Figures = {}
    for program, count in PROGRAMS:
        runs = [trio.run(program, count) for _ in range(3)]
        figures |= {name: max(run[name] for run in runs) for name in runs[0]}
    json.dump(figures, sys.stdout)


if __name__ == "__main__":
    main()
