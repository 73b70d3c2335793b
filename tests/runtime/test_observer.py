"""Figures, traces, and the watchdog."""

from __future__ import annotations

import time

import pytest
import trio

from actorlive.runtime import (
    NoProcess,
    RuntimeMisuse,
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
from actorlive.runtime.watchdog import Watchdog
from tests.runtime.helpers import collect, until_told
from tests.support.narrow import entity_of, process_of


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


@pytest.mark.real_clock
async def test_the_watchdog_names_who_holds_the_loop_once(caplog: pytest.LogCaptureFixture) -> None:
    async def hog() -> None:
        end = time.perf_counter() + 30
        while not caplog.records and time.perf_counter() < end:
            time.sleep(0.001)  # noqa: ASYNC251

    async with open_node(slow_handler=0.05) as node:
        node.spawn(hog, name="the hog")
        await trio.sleep(0)
        while node.processes:
            await trio.sleep(0.001)
    assert "the hog has held the loop for" in caplog.text
    assert "in hog" in caplog.text
    assert caplog.text.count("has held") == 1


async def test_the_watchdog_looks_again_as_soon_as_a_suspect_has_had_its_time() -> None:
    async with open_node() as node:
        pid = node.spawn(until_told)
        watchdog = Watchdog(node, 10.0)
        assert watchdog.pause() == 2
        watchdog.begin(process_of(pid))
        assert watchdog.pause() == 2
        watchdog.since -= 9
        assert 0 < watchdog.pause() < 1
        watchdog.since -= 9
        assert watchdog.pause() == 2
    with pytest.raises(RuntimeMisuse, match="slow_handler is in seconds and more than 0"):
        async with open_node(slow_handler=0):
            pytest.fail("should not open")


@pytest.mark.real_clock
async def test_the_watchdog_is_silent_about_many_short_steps(caplog: pytest.LogCaptureFixture) -> None:
    async def short() -> None:
        for _ in range(30):
            time.sleep(0.001)  # noqa: ASYNC251
            await trio.lowlevel.checkpoint()

    async with open_node(slow_handler=10) as node:
        for _ in range(5):
            node.spawn(short)
        while node.processes:
            await trio.sleep(0.001)
    assert not caplog.records


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
