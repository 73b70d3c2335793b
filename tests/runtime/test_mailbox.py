"""Mailboxes: selective receive, time-outs, the budget, high water."""

from __future__ import annotations

import contextlib

import pytest
import trio

from actorlive.runtime import (
    Down,
    ReceiveTimeout,
    RuntimeMisuse,
    dead_pid,
    demonitor,
    monitor,
    open_node,
    receive,
    self,
    send,
    statistics,
)
from actorlive.runtime.mailbox import BUDGET
from tests.runtime.helpers import collect, in_process, until_told
from tests.support.narrow import entity_of, untyped


async def test_selective_receive_keeps_the_order_of_what_it_skips() -> None:
    async def body() -> list[object]:
        for message in (1, "a", 2, "b", 3.0):
            send(self(), message)
        picked = [await receive(str), await receive(lambda m: m == 2), await receive((int, float))]
        return [*picked, await receive(), await receive()]

    async with open_node() as node:
        assert await in_process(node, body) == ["a", 2, 1, "b", 3.0]


async def test_a_waiting_selective_receive_looks_at_new_messages_only() -> None:
    looked: list[object] = []

    def test(message: object) -> bool:
        looked.append(message)
        return message == "c"

    async def body() -> list[object]:
        me = self()
        send(me, "a")

        async def later() -> None:
            for message in "bcd":
                await trio.sleep(1)
                send(me, message)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(later)
            found = await receive(test)
        return [found, await receive(), await receive(), await receive()]

    async with open_node() as node:
        assert await in_process(node, body) == ["c", "a", "b", "d"]
    assert looked == ["a", "b", "c"]


@pytest.mark.parametrize("take", ["flush", "receive"])
async def test_a_waiting_selective_receive_misses_nothing_when_another_task_takes_a_message(
    take: str,
) -> None:
    async def body() -> object:
        gone = monitor(dead_pid())
        send(self(), "skipped")
        async with trio.open_nursery() as nursery:
            found: list[object] = []

            async def wait() -> None:
                found.append(await receive(lambda message: message == "wanted", timeout=10))

            nursery.start_soon(wait)
            await trio.sleep(1)
            if take == "flush":
                demonitor(gone, flush=True)
            else:
                await receive(Down)
            send(self(), "wanted")
        return found

    async with open_node() as node:
        assert await in_process(node, body) == ["wanted"]


async def test_a_matcher_may_be_a_union_and_must_be_something() -> None:
    async def body() -> None:
        for message in ("a", 1, 2.0):
            send(self(), message)
        assert await receive(int | float) == 1
        with pytest.raises(RuntimeMisuse, match="a union of types or a predicate, not by 'a'"):
            await receive(untyped("a"))

    async with open_node() as node:
        await in_process(node, body)


async def test_a_cancelled_receive_takes_nothing() -> None:
    async def body() -> None:
        with trio.move_on_after(1) as scope:
            await receive()
        assert scope.cancelled_caught
        send(self(), "later")
        with trio.move_on_after(1):
            await receive(int)
        assert await receive(timeout=0) == "later"
        with trio.move_on_after(1) as scope:
            await receive(timeout=5)
        assert scope.cancelled_caught

    async with open_node() as node:
        await in_process(node, body)
        assert node.statistics().timers == 0


async def test_a_time_out_that_is_no_number_looks_once() -> None:
    async def body() -> None:
        with pytest.raises(ReceiveTimeout):
            await receive(timeout=float("nan"))

    async with open_node() as node:
        await in_process(node, body)
        assert node.statistics().timers == 0


async def test_time_outs() -> None:
    async def body() -> None:
        with pytest.raises(ReceiveTimeout, match="no matching message in"):
            await receive(timeout=0)
        start = trio.current_time()
        send(self(), "unwanted")
        with pytest.raises(TimeoutError, match="within 2 s"):
            await receive(int, timeout=2)
        assert trio.current_time() - start == 2
        assert await receive(timeout=2) == "unwanted"
        assert entity_of(self()).handled == 1

    async with open_node() as node:
        await in_process(node, body)
        assert node.statistics().timers == 0


async def test_the_deadline_of_a_time_out_is_not_moved_by_messages() -> None:
    async def body() -> float:
        me = self()

        async def pester() -> None:
            for _ in range(5):
                await trio.sleep(1)
                send(me, "noise")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(pester)
            start = trio.current_time()
            with pytest.raises(ReceiveTimeout):
                await receive(int, timeout=2.5)
            return trio.current_time() - start

    async with open_node() as node:
        assert await in_process(node, body) == 2.5


async def test_only_one_task_of_a_process_may_wait() -> None:
    async def body() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(receive)
            await trio.testing.wait_all_tasks_blocked()
            with pytest.raises(RuntimeMisuse, match="only one may wait"):
                await receive()
            nursery.cancel_scope.cancel()

    async with open_node() as node:
        await in_process(node, body)


async def test_receive_yields_after_its_budget() -> None:
    async def greedy() -> None:
        while True:
            send(self(), await receive())
            turns.append("greedy")

    async def modest() -> None:
        for _ in range(5):
            turns.append("modest")
            await trio.lowlevel.checkpoint()

    turns: list[str] = []
    async with open_node() as node:
        pid = node.spawn(greedy)
        send(pid, None)
        node.spawn(modest)
        for _ in range(10):
            await trio.lowlevel.checkpoint()
        send(pid, None)
        runs = "".join(turn[0] for turn in turns).split("m")
        assert turns.count("modest") == 5
        assert max(map(len, runs[:-1])) <= 2 * BUDGET
        node.grace = 0


async def test_polling_yields_too() -> None:
    async def poll() -> None:
        while not seen:
            with contextlib.suppress(ReceiveTimeout):
                await receive(timeout=0)

    async def other() -> None:
        seen.append(1)

    seen: list[int] = []
    async with open_node() as node:
        node.spawn(poll)
        node.spawn(other)
        with trio.fail_after(5):
            while not seen:
                await trio.lowlevel.checkpoint()


async def test_high_water_is_told_once_for_each_doubling_and_again_after_draining() -> None:
    told: list[int] = []
    kept: list[object] = []
    async with open_node(high_water=10, on_high_water=lambda _, length: told.append(length)) as node:
        pid = node.spawn(collect, kept)
        for rounds in range(2):
            await trio.sleep(1)
            for number in range(45):
                send(pid, number)
            assert told == [10, 20, 40] * (rounds + 1)
        await trio.sleep(1)
        figures = statistics(pid)
        assert (figures.mailbox_high, figures.handled, figures.mailbox, figures.state) == (
            45,
            90,
            0,
            "waiting",
        )


async def test_without_a_callback_high_water_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    async with open_node(high_water=3) as node:
        pid = node.spawn(until_told, name="lazy")
        for _ in range(3):
            send(pid, None)
    assert "lazy holds 3 messages" in caplog.text


async def test_a_hundred_thousand_messages_arrive_in_order() -> None:
    kept: list[object] = []
    async with open_node(high_water=1 << 20) as node:
        pid = node.spawn(collect, kept)
        for number in range(100_000):
            send(pid, number)
        await trio.sleep(1)
        assert kept == list(range(100_000))


async def test_an_idle_process_has_no_queue() -> None:
    kept: list[object] = []
    async with open_node() as node:
        pid = node.spawn(collect, kept)
        send(pid, "before it began")
        await trio.sleep(1)
        assert kept == ["before it began"]
        assert entity_of(pid).queue is None


async def test_a_sender_does_not_pay_for_the_callbacks_of_others(caplog: pytest.LogCaptureFixture) -> None:
    def fail(*_: object) -> None:
        raise ValueError("callback")

    async with open_node(high_water=2, on_high_water=fail) as node:
        pid = node.spawn(until_told)
        node.add_tracer(fail)
        for _ in range(3):
            send(pid, None)
        assert not node.tracers
        assert "on_high_water raised" in caplog.text
        assert "a tracer raised" in caplog.text
        for sender in (send, node.send_threadsafe):
            with pytest.raises(RuntimeMisuse, match="not to 3"):
                sender(untyped(3), "x")
