"""Virtual time and rest."""

from __future__ import annotations

import threading
import time
from functools import partial

import pytest
import trio
import trio.testing

from actorlive.runtime import exit, open_node, spawn
from actorlive.runtime.functions import run_function
from actorlive.testing import NotIdle
from actorlive.testing.timing import clock
from actorlive.testing.timing.clock import advance, settle, until


async def ticking(log: list[float], period: float) -> None:
    while True:
        await trio.sleep(period)
        log.append(round(trio.current_time(), 6))


async def test_advance_passes_every_deadline_on_the_way_and_at_its_end() -> None:
    async with trio.open_nursery() as nursery:
        log: list[float] = []
        began = trio.current_time()
        nursery.start_soon(ticking, log, 0.15)
        await advance(0.45)
        assert [round(at - began, 6) for at in log] == [0.15, 0.3, 0.45]
        assert trio.current_time() == pytest.approx(began + 0.45)
        nursery.cancel_scope.cancel()


async def test_what_becomes_runnable_is_done_before_the_next_deadline() -> None:
    order: list[str] = []

    async def first() -> None:
        await trio.sleep(1.0)
        for _ in range(50):
            await trio.lowlevel.checkpoint()
        order.append("first")

    async def second() -> None:
        await trio.sleep(1.0001)
        order.append("second")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(first)
        nursery.start_soon(second)
        await advance(2)
    assert order == ["first", "second"]


async def test_advance_does_not_need_autojump() -> None:
    clock = trio.lowlevel.current_clock()
    assert isinstance(clock, trio.testing.MockClock)
    clock.autojump_threshold = float("inf")
    began = trio.current_time()
    await advance(10)
    assert trio.current_time() == began + 10


async def test_settle_lets_no_time_pass() -> None:
    async with trio.open_nursery() as nursery:
        log: list[float] = []
        nursery.start_soon(ticking, log, 1)
        began = trio.current_time()
        await settle()
        assert trio.current_time() == began
        assert log == []
        nursery.cancel_scope.cancel()


async def test_settle_names_who_never_rests() -> None:
    async def restless() -> None:
        while True:
            await trio.lowlevel.checkpoint()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(restless)
        with pytest.raises(
            NotIdle, match=r"after 3000 steps .*\n  .*\.restless \(.*test_clock.py:\d+\), 1000 of the"
        ):
            await settle(3000)
        nursery.cancel_scope.cancel()


async def test_settle_names_the_function_of_a_process_that_never_rests() -> None:
    async with open_node():
        pid = spawn(spin)
        with pytest.raises(
            NotIdle, match=r"\n  spin \(.*test_clock.py:\d+\), (9\d\d|1000) of the last 1000 steps"
        ):
            await settle(3000)
        exit(pid, "kill")


async def spin() -> None:
    while True:
        await trio.lowlevel.checkpoint()


async def test_settle_names_the_thread_that_works_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_THREAD_ROUNDS", 2)
    go_on = threading.Event()
    async with open_node():
        spawn(partial(run_function, go_on.wait, (), {}))
        with pytest.raises(NotIdle, match=r"a worker thread is at work .*: Event\.wait from run_function"):
            await settle()
        go_on.set()
        monkeypatch.undo()  # it ends as soon as the machine lets it
        await settle()


async def test_settle_waits_for_worker_threads() -> None:
    done: list[str] = []

    async def work() -> None:
        done.append(await trio.to_thread.run_sync(in_thread))

    def in_thread() -> str:
        time.sleep(0.02)  # real work takes real time
        return "done"

    async with trio.open_nursery() as nursery:
        nursery.start_soon(work)
        began = trio.current_time()
        await settle()
        assert done == ["done"]
        assert trio.current_time() == began


async def test_until_stops_as_soon_as_it_holds() -> None:
    async with trio.open_nursery() as nursery:
        log: list[float] = []
        began = trio.current_time()
        nursery.start_soon(ticking, log, 1)
        assert await until(lambda: len(log) == 3, 10)
        assert trio.current_time() == pytest.approx(began + 3)
        assert not await until(lambda: len(log) == 100, 5.5)
        assert trio.current_time() == pytest.approx(began + 8.5)
        nursery.cancel_scope.cancel()


@pytest.mark.real_clock
async def test_on_the_real_clock_advance_sleeps() -> None:
    began = trio.current_time()
    await advance(0.01)
    assert trio.current_time() >= began + 0.01
    assert await until(lambda: True, 1)
    assert not await until(lambda: False, 0.01)
