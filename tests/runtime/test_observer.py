"""Figures and traces."""

from __future__ import annotations

import pytest
import trio

from actorlive.runtime import (
    NoProcess,
    Tracer,
    dead_pid,
    exit,
    link,
    memory,
    monitor,
    open_node,
    process_flag,
    processes,
    receive,
    send,
    set_label,
    statistics,
)
from tests.runtime.helpers import collect, until_told
from tests.support.narrow import entity_of


async def test_statistics_of_a_process() -> None:
    async def body() -> None:
        process_flag(trap_exit=True)
        link(other)
        monitor(other)
        await receive()
        await trio.sleep(5)

    async with open_node() as node:
        other = node.spawn(until_told, name="other")
        pid = node.spawn(body)
        await trio.sleep(1)
        figures = statistics(pid)
        assert (figures.state, figures.links, figures.monitors, figures.trap_exit) == (
            "waiting",
            (other,),
            (other,),
            True,
        )
        assert "test_observer.py" in figures.current_function
        assert figures.busy < 1
        assert statistics(other).monitored_by == (pid,)
        assert statistics(other).name == "other"
        assert processes() == [other, pid]
        send(pid, 1)
        send(pid, 2)
        await trio.sleep(1)
        figures = statistics(pid)
        assert (figures.state, figures.mailbox, figures.handled) == ("running", 1, 1)
        assert "body" in figures.function
        exit(pid, "kill")
        assert statistics(pid).state == "exiting"
        await trio.sleep(1)
        for nobody in (pid, dead_pid()):
            with pytest.raises(NoProcess):
                statistics(nobody)


async def test_memory_counts_what_a_process_holds() -> None:
    async def body(size: int) -> None:
        data = bytearray(size)
        await receive()
        data.clear()

    async with open_node() as node:
        small, large = node.spawn(body, 10), node.spawn(body, 1_000_000)
        await trio.sleep(1)
        assert memory(small) < 50_000
        assert memory(large) - memory(small) > 900_000


async def test_a_tracer_records_messages_spawns_and_exits_and_stops() -> None:
    kept: list[object] = []
    async with open_node() as node:
        first = node.spawn(collect, kept)
        with Tracer() as tracer:
            pid = node.spawn(until_told)
            send(first, 1)
            send(pid, "end")
            await trio.sleep(1)
        send(first, 2)
        await trio.sleep(1)
        assert [(event.kind, event.pid) for event in tracer.events] == [
            ("spawn", pid),
            ("send", first),
            ("send", pid),
            ("exit", pid),
        ]
        assert tracer.messages(first) == [1]
        assert kept == [1, 2]
        assert entity_of(first).gate == node.thread


async def test_a_label_stands_for_the_function_in_logs_and_statistics(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def body() -> None:
        set_label("import of 2026")
        await receive()
        raise ValueError("no such year")

    async with open_node() as node:
        pid = node.spawn(body)
        await trio.sleep(1)
        assert statistics(pid).function == "import of 2026"
        send(pid, "go")
        await trio.sleep(1)
    assert f"process {pid} import of 2026 crashed: ValueError: no such year" in caplog.text
