"""Spawning and ending leaves nothing behind."""

from __future__ import annotations

import gc
import tracemalloc

import pytest
import trio

from actorlive.runtime import Node, exit, monitor, open_node, receive, send_after, spawn_link, spawn_monitor
from tests.runtime.helpers import until_told


async def generation(node: Node, count: int) -> None:
    """`count` processes with links, monitors, timers and names, ending in every way."""
    ended = trio.Event()

    async def parent() -> None:
        for number in range(count // 2):
            pid, _ = spawn_monitor(until_told, name=f"name {number % 7}")
            monitor(pid)
            send_after(pid, None, 1000)
            exit(pid, "kill") if number % 2 else exit(pid, "other")
            spawn_link(trio.lowlevel.checkpoint)
            await receive()
            await receive()
        ended.set()

    node.spawn(parent)
    await ended.wait()
    await trio.testing.wait_all_tasks_blocked()


async def growth(generations: int, count: int) -> int:
    """Bytes that remain after `generations` more, once one has warmed everything up."""
    async with open_node(slow_handler=None) as node:
        await generation(node, count)
        gc.collect()
        tracemalloc.start()
        try:
            await generation(node, count)
            gc.collect()
            before = tracemalloc.get_traced_memory()[0]
            for _ in range(generations):
                await generation(node, count)
            gc.collect()
            grown = tracemalloc.get_traced_memory()[0] - before
        finally:
            tracemalloc.stop()
        figures = node.statistics()
        assert (figures.processes, figures.ports, figures.names, figures.timers) == (0, 0, 0, 0)
        assert figures.spawned >= generations * count
        return grown


async def test_a_few_thousand_spawns_and_exits_leave_no_growth() -> None:
    assert await growth(5, 400) < 20_000


@pytest.mark.soak
async def test_a_million_spawns_and_exits_leave_no_growth() -> None:
    assert await growth(100, 10_000) < 100_000
