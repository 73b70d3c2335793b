"""The node: structure, order of the end, failures, the scheduler's seam."""

from __future__ import annotations

import random
import signal
import threading
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
import trio

from actorlive.runtime import (
    ChildSpec,
    Error,
    ExitSignal,
    Node,
    NodeClosed,
    NodeFailed,
    Pid,
    ReceiveTimeout,
    Server,
    Supervisor,
    child_spec,
    current_node,
    exit,
    open_node,
    open_port,
    process_flag,
    processes,
    receive,
    self,
    send,
    send_after,
    spawn,
    spawn_link,
    statistics,
)
from tests.runtime.helpers import until_told
from tests.support.narrow import present


async def last_words(name: str, to: list[str]) -> None:
    try:
        await trio.sleep_forever()
    finally:
        to.append(name)


class Worker(Server):
    name: str
    log: list[tuple[str, object]]

    async def init(self, *args: Any) -> None:
        process_flag(trap_exit=True)
        self.name, self.log = args

    async def terminate(self, reason: object) -> None:
        await trio.sleep(1)
        self.log.append((self.name, reason))


async def test_no_process_outlives_its_node() -> None:
    words: list[str] = []
    async with open_node() as node:
        for name in "abc":
            node.spawn(last_words, name, words)
        await trio.sleep(1)
    assert sorted(words) == ["a", "b", "c"]
    assert not node.processes
    with pytest.raises(NodeClosed):
        node.spawn(until_told)
    with pytest.raises(NodeClosed):
        open_port(node=node)


async def test_the_root_supervisors_children_end_in_reverse_order() -> None:
    log: list[tuple[str, object]] = []
    async with open_node() as node:
        for name in "abc":
            await node.start_child(child_spec(Worker, name, log, id=name))
    assert log == [("c", "shutdown"), ("b", "shutdown"), ("a", "shutdown")]


async def test_cancellation_from_outside_stops_the_tree_in_order_and_goes_on() -> None:
    log: list[tuple[str, object]] = []
    with trio.move_on_after(5) as scope:
        async with open_node() as node:
            for name in "abc":
                await node.start_child(child_spec(Worker, name, log, id=name))
            await trio.sleep_forever()
    assert scope.cancelled_caught
    assert [name for name, _ in log] == ["c", "b", "a"]


async def test_a_body_that_is_cancelled_before_it_begins_opens_and_closes() -> None:
    opened: list[Node] = []
    with trio.CancelScope() as scope:
        scope.cancel()
        async with open_node() as node:
            opened.append(node)
            node.spawn(until_told)
            await trio.lowlevel.checkpoint()
    assert scope.cancelled_caught
    assert not opened[0].processes


class NeverReady(Server):
    """Its `init` does not end."""

    async def init(self, *args: object) -> None:
        process_flag(trap_exit=True)
        await trio.sleep_forever()


async def never_started() -> Pid:
    """The start function of a child that does not come back."""
    await trio.sleep_forever()
    raise AssertionError


@pytest.mark.parametrize("hanging", [child_spec(NeverReady), ChildSpec("custom", never_started)])
async def test_a_child_that_never_starts_does_not_keep_the_node(hanging: ChildSpec) -> None:
    log: list[tuple[str, object]] = []
    opened: list[Node] = []
    with trio.move_on_after(5) as scope:
        async with open_node(grace=2) as node:
            opened.append(node)
            await node.start_child(child_spec(Worker, "before", log))
            await node.start_child(Supervisor.spec([child_spec(Worker, "beside", log), hanging]))
    assert scope.cancelled_caught
    assert ("before", "shutdown") in log
    assert "beside" in [name for name, _ in log]
    assert not opened[0].processes
    assert trio.current_time() < 5 + 2 + 3


async def test_who_asked_for_a_child_that_never_starts_is_told_when_the_node_ends() -> None:
    answers: list[object] = []

    async def asks() -> None:
        supervisor = await Supervisor.start_link([])
        with trio.CancelScope(shield=True):
            answers.append(await Supervisor.start_child(supervisor, child_spec(NeverReady)))

    async with open_node() as node:
        node.spawn(asks)
        await trio.sleep(1)
        assert len(node.starts) == 1
    assert answers == [Error("shutdown")]
    assert not node.starts


async def test_children_that_start_at_the_same_time_share_one_root() -> None:
    async with open_node() as node:
        async with trio.open_nursery() as nursery:
            for number in range(3):
                nursery.start_soon(node.start_child, child_spec(until_told, id=number))
        assert len(processes()) == 1 + 3
        children = await Supervisor.which_children(present(node.root.pid))
        assert {child.id for child in children} == {0, 1, 2}


async def test_nothing_is_started_on_a_node_that_ends() -> None:
    async with open_node() as node:
        await node.start_child(child_spec(until_told))
    with pytest.raises(NodeClosed, match="the node ends"):
        await node.start_child(child_spec(until_told))


async def test_what_does_not_end_in_time_is_killed(caplog: pytest.LogCaptureFixture) -> None:
    async def stubborn() -> None:
        process_flag(trap_exit=True)
        while True:
            await receive()

    async with open_node(grace=2) as node:
        node.spawn(stubborn, name="stubborn")
        await trio.sleep(1)
        start = trio.current_time()
    assert trio.current_time() - start == 2
    assert "stubborn did not end within 2 s" in caplog.text


async def test_an_error_of_the_body_leaves_as_it_is() -> None:
    with pytest.raises(ValueError, match="mine"):  # noqa: PT012
        async with open_node() as node:
            node.spawn(until_told)
            raise ValueError("mine")


async def test_a_failure_of_the_runtime_is_loud(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012
        async with open_node() as node:
            monkeypatch.setattr(node.timers, "fire_due", lambda: 1 / 0)
            send_after(node.spawn(until_told), 1, 1)
            await trio.sleep_forever()


def press_ctrl_c() -> None:
    """A real interrupt: the signal's handler raises it, or keeps it for the main task."""
    signal.raise_signal(signal.SIGINT)


async def interrupted_in_a_nursery() -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.sleep_forever)
        nursery.start_soon(trio.to_thread.run_sync, lambda: trio.from_thread.run_sync(press_ctrl_c))


async def interrupted_beside_an_error() -> None:
    async def fail() -> None:
        raise ValueError("beside")

    async def interrupted() -> None:
        press_ctrl_c()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(fail)
        nursery.start_soon(interrupted)


async def interrupted_while_it_ends() -> None:
    try:
        exit(self(), "bye")
    finally:
        press_ctrl_c()


async def interrupted() -> None:
    press_ctrl_c()


@pytest.mark.parametrize(
    "process",
    [interrupted, interrupted_in_a_nursery, interrupted_beside_an_error, interrupted_while_it_ends],
)
async def test_a_real_interrupt_in_a_process_ends_the_node_in_order(
    process: Callable[[], Awaitable[object]],
) -> None:
    words: list[str] = []

    async def says_goodbye() -> None:
        process_flag(trap_exit=True)
        words.append(str(await receive()))

    with pytest.raises(KeyboardInterrupt):  # noqa: PT012
        async with open_node() as node:
            node.spawn(says_goodbye)
            await trio.sleep(1)
            node.spawn(process)
            await trio.sleep_forever()
    assert "shutdown" in words[0]


async def test_a_second_interrupt_ends_the_node_at_once() -> None:
    async def stubborn() -> None:
        process_flag(trap_exit=True)
        while True:
            await receive()
            press_ctrl_c()

    with pytest.raises(KeyboardInterrupt):  # noqa: PT012
        async with open_node(grace=1000) as node:
            node.spawn(stubborn)
            await trio.sleep(1)
            node.spawn(interrupted)
            await trio.sleep_forever()
    assert trio.current_time() == 1


async def test_an_interrupt_while_the_node_ends_ends_it_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def stubborn() -> None:
        process_flag(trap_exit=True)
        while True:
            await receive()

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    threads = set(threading.enumerate())
    opened: list[Node] = []
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012
        async with open_node(grace=1000) as node:
            opened.append(node)
            node.spawn(stubborn)
            await trio.sleep(1)
            monkeypatch.setattr(node, "stop_processes", partial(interrupt, None))
    assert trio.current_time() == 1
    assert not opened[0].processes
    assert set(threading.enumerate()) <= threads


async def test_the_node_fails_when_its_root_gives_up(caplog: pytest.LogCaptureFixture) -> None:
    async def fails() -> None:
        raise ValueError

    with pytest.raises(NodeFailed, match="failed too often") as caught:  # noqa: PT012
        async with open_node() as node:
            await node.start_child(child_spec(fails))
            await trio.sleep_forever()
    assert caught.value.__cause__ is None


async def test_a_node_that_fails_ends_in_order_too(caplog: pytest.LogCaptureFixture) -> None:
    log: list[tuple[str, object]] = []

    async def fails() -> None:
        raise ValueError

    async def outsider() -> None:
        process_flag(trap_exit=True)
        message = await receive(ExitSignal)
        log.append(("outsider", message.reason))

    with pytest.raises(NodeFailed):  # noqa: PT012
        async with open_node() as node:
            node.spawn(outsider)
            await node.start_child(child_spec(Worker, "supervised", log))
            await node.start_child(child_spec(fails))
            await trio.sleep_forever()
    assert log == [("supervised", "shutdown"), ("outsider", "shutdown")]


async def test_what_is_spawned_while_the_node_ends_ends_too() -> None:
    words: list[str] = []

    async def breeder() -> None:
        try:
            await trio.sleep_forever()
        finally:
            spawn(last_words, "late", words)
            words.append("bred")

    async with open_node() as node:
        node.spawn(breeder)
        await trio.sleep(1)
    assert words == ["bred"]


async def test_nodes_nest_and_know_each_other_not() -> None:
    async with open_node() as outer:
        pid = outer.spawn(until_told, name="x")
        async with open_node() as inner:
            assert current_node() is inner
            assert inner.lookup("x") is None
        assert current_node() is outer
        assert statistics(pid).state == "waiting"
    with pytest.raises(NodeClosed):
        current_node()


async def test_the_figures_of_a_node() -> None:
    async with open_node() as node:
        pid = node.spawn(until_told, name="a")
        port = open_port()
        await trio.sleep(1)
        send_after(pid, 1, 10)
        figures = node.statistics()
        assert (figures.processes, figures.ports, figures.names, figures.timers) == (1, 1, 1, 1)
        send(pid, "end")
        await trio.sleep(1)
        port.close()
        figures = node.statistics()
        assert (figures.processes, figures.ports, figures.names, figures.timers) == (0, 0, 0, 0)
        assert (figures.spawned, figures.handled) == (1, 1)


async def order_of_events(seed: int) -> tuple[str, ...]:
    order: list[str] = []

    async def worker(name: str) -> None:
        order.append(name)
        await receive()
        order.append(name.upper())

    async with open_node(choose=random.Random(seed).randrange) as node:
        pids = [node.spawn(worker, name) for name in "abcd"]
        await trio.sleep(1)
        for pid in pids:
            send(pid, None)
        await trio.sleep(1)
        assert not node.processes
    return tuple(order)


async def test_choose_permutes_who_runs_next_by_its_seed_alone() -> None:
    orders = [await order_of_events(seed) for seed in range(40)]
    assert orders == [await order_of_events(seed) for seed in range(40)]
    assert len(set(orders)) > 35
    assert len({order[4:] for order in orders}) > 12


async def test_choose_permutes_timers_of_one_deadline_and_no_others() -> None:
    async def order(seed: int) -> tuple[object, ...]:
        kept: list[object] = []
        async with open_node(choose=random.Random(seed).randrange):
            port = open_port(kept.append)
            for number in range(4):
                send_after(port.pid, number, 1)
                send_after(port.pid, -1, 2)
            await trio.sleep(3)
        assert kept[4:] == [-1] * 4
        return tuple(kept[:4])

    assert len({await order(seed) for seed in range(60)}) > 15


async def test_choose_copes_with_cancellation_of_the_ready() -> None:
    async def victim() -> None:
        while True:
            await receive()

    async with open_node(choose=lambda n: n - 1) as node:
        pids = [node.spawn(victim) for _ in range(5)]
        await trio.sleep(1)
        for pid in pids:
            send(pid, "x")
            exit(pid, "kill")
        await trio.sleep(1)
        assert not node.processes


async def test_a_process_that_links_ends_with_its_partner_inside_a_nursery() -> None:
    async def child() -> None:
        await receive()

    async def parent() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep_forever)
            pids.append(spawn_link(child))
            await receive()

    pids: list[Pid] = []
    async with open_node() as node:
        node.spawn(parent)
        await trio.sleep(1)
        exit(pids[0], "both")
        await trio.sleep(1)
        assert not node.processes


async def test_self_is_known_in_child_tasks() -> None:
    seen: list[object] = []

    async def note() -> None:
        seen.append(self())

    async def body() -> None:
        seen.append(self())
        async with trio.open_nursery() as nursery:
            nursery.start_soon(note)

    async with open_node() as node:
        node.spawn(body)
        await trio.sleep(1)
    assert len(seen) == 2
    assert seen[0] is seen[1]


def last(count: int) -> int:
    return count - 1


@pytest.mark.parametrize("choose", [None, last])
@pytest.mark.parametrize("told", [True, False])
async def test_a_node_that_is_cancelled_hard_waits_for_a_receive_behind_a_shield(
    choose: Callable[[int], int] | None, told: bool
) -> None:
    got: list[object] = []

    async def shielded() -> None:
        with trio.CancelScope(shield=True):
            try:
                got.append(await receive(timeout=2))
            except ReceiveTimeout:
                got.append("time-out")

    with trio.fail_after(10):
        async with open_node(choose=choose) as node:
            pid = node.spawn(shielded)
            await trio.sleep(1)
            present(node.nursery).cancel_scope.cancel()
            if told:
                send(pid, "a message")
    assert got == ["a message" if told else "time-out"]
