"""Timers: one heap, on Trio's clock."""

from __future__ import annotations

import random
from typing import Any

import pytest
import trio
import trio.testing

from actorlive.runtime import (
    NodeClosed,
    RuntimeMisuse,
    Timeout,
    cancel_timer,
    dead_pid,
    exit,
    open_node,
    read_timer,
    register,
    send,
    send_after,
    send_interval,
    start_timer,
    unregister,
)
from tests.runtime.helpers import collect, until_told
from tests.support.narrow import entity_of


async def test_send_after_and_start_timer() -> None:
    kept: list[object] = []
    async with open_node() as node:
        pid = node.spawn(collect, kept)
        later = start_timer(pid, "later", 2)
        send_after(pid, "soon", 1)
        send_after(pid, "now", 0)
        await trio.sleep(0.5)
        assert kept == ["now"]
        await trio.sleep(2)
        assert kept == ["now", "soon", Timeout(later, "later")]


async def test_cancel_and_read_give_the_seconds_left_once() -> None:
    kept: list[object] = []
    async with open_node() as node:
        pid = node.spawn(collect, kept)
        timer = send_after(pid, "x", 5)
        await trio.sleep(1.5)
        assert (read_timer(timer), cancel_timer(timer)) == (3.5, 3.5)
        assert (read_timer(timer), cancel_timer(timer)) == (None, None)
        fired = send_after(pid, "y", 1)
        await trio.sleep(9)
        assert cancel_timer(fired) is None
        assert kept == ["y"]
        assert not entity_of(pid).timers


async def test_a_message_already_in_the_mailbox_stays() -> None:
    async with open_node() as node:
        pid = node.spawn(trio.sleep, 100)
        timer = send_after(pid, "x", 1)
        await trio.sleep(2)
        assert cancel_timer(timer) is None
        assert entity_of(pid).messages() == ("x",)
        exit(pid, "kill")


async def test_a_timer_to_the_dead_vanishes_one_to_a_name_does_not() -> None:
    kept: list[object] = []
    async with open_node() as node:
        pid = node.spawn(until_told, name="service")
        timers = [send_after(pid, 1, 5), send_interval(pid, 1, 5), start_timer(pid, 1, 5)]
        named = send_after("service", "by name", 5)
        send(pid, "end")
        await trio.sleep(1)
        assert [cancel_timer(timer) for timer in timers] == [None] * 3
        assert read_timer(named) == 4
        assert node.statistics().timers == 1
        node.spawn(collect, kept, name="service")
        await trio.sleep(5)
        assert kept == ["by name"]
        assert cancel_timer(send_after(dead_pid(), 1, 5)) is None


async def test_intervals_keep_their_schedule_and_skip_what_was_missed() -> None:
    times: list[float] = []

    async def note() -> None:
        from actorlive.runtime import receive

        while True:
            await receive()
            times.append(trio.current_time() - start)

    async with open_node() as node:
        start = trio.current_time()
        pid = node.spawn(note)
        timer = send_interval(pid, "tick", 1)
        await trio.sleep(2.5)
        assert times == [1, 2]
        clock = trio.lowlevel.current_clock()
        assert isinstance(clock, trio.testing.MockClock)
        clock.jump(3)
        await trio.sleep(1.2)
        assert times == [1, 2, 5.5, 6]
        assert cancel_timer(timer) == pytest.approx(0.3)
        await trio.sleep(5)
        assert len(times) == 4


async def test_ties_fire_in_the_order_of_arming_and_deadlines_in_theirs() -> None:
    kept: list[Any] = []
    dice = random.Random(7)
    async with open_node() as node:
        pid = node.spawn(collect, kept)
        delays = [dice.choice([1, 2, 3]) for _ in range(100)]
        for index, delay in enumerate(delays):
            send_after(pid, (delay, index), delay)
        await trio.sleep(4)
    assert kept == sorted(kept)
    assert len(kept) == 100


async def test_a_nearer_timer_wakes_earlier_and_a_cancelled_one_not_at_all() -> None:
    kept: list[object] = []
    async with open_node() as node:
        pid = node.spawn(collect, kept)
        far = send_after(pid, "far", 1000)
        near = send_after(pid, "near", 1)
        cancel_timer(near)
        cancel_timer(far)
        start = trio.current_time()
        await trio.testing.wait_all_tasks_blocked()
        await trio.sleep(0.25)
        assert trio.current_time() - start == 0.25
        assert node.timers.next_deadline() == float("inf")
        send_after(pid, "at once", 0.5)
        await trio.sleep(0.5)
        await trio.testing.wait_all_tasks_blocked()
        assert kept == ["at once"]


async def test_cancelled_timers_do_not_pile_up() -> None:
    async with open_node() as node:
        pid = node.spawn(until_told)
        first = send_after(pid, 0, 1)
        for number in range(10_000):
            cancel_timer(send_after(pid, number, 10 + number))
        assert len(node.timers) == 1
        assert len(node.timers.entries) < 1000
        assert cancel_timer(first) == 1
        assert not entity_of(pid).timers


async def test_a_timer_armed_while_others_fire_waits_its_turn() -> None:
    from actorlive.runtime import open_port

    count: list[int] = []

    def again(_: object) -> None:
        count.append(1)
        if len(count) < 50:
            send_after(port.pid, None, 0)

    async with open_node():
        port = open_port(again)
        send_after(port.pid, None, 0)
        await trio.sleep(1)
        assert len(count) == 50


@pytest.mark.parametrize("delay", [-1, float("nan")])
async def test_bad_delays(delay: float) -> None:
    async with open_node() as node:
        pid = node.spawn(until_told)
        with pytest.raises(RuntimeMisuse, match="in seconds"):
            send_after(pid, 1, delay)
        with pytest.raises(RuntimeMisuse, match="must be positive"):
            send_interval(pid, 1, 0)


async def test_to_a_name_outside_of_a_node() -> None:
    with pytest.raises(NodeClosed, match="open_node"):
        send_after("somebody", 1, 1)


async def test_names_may_move_while_a_timer_runs() -> None:
    first: list[object] = []
    second: list[object] = []
    async with open_node() as node:
        a = node.spawn(collect, first)
        b = node.spawn(collect, second)
        register("who", a)
        send_after("who", "x", 1)
        unregister("who")
        register("who", b)
        await trio.sleep(2)
    assert (first, second) == ([], ["x"])
