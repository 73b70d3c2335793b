"""Ports: a Pid without a task."""

from __future__ import annotations

import pytest
import trio

from actorlive.runtime import (
    Down,
    ExitSignal,
    alive,
    exit,
    link,
    monitor,
    open_node,
    open_port,
    process_flag,
    receive,
    self,
    send,
    send_after,
    spawn,
    statistics,
)
from tests.runtime.helpers import in_process, until_told
from tests.support.narrow import entity_of


async def test_messages_are_handed_over_at_once_and_in_order() -> None:
    kept: list[object] = []
    async with open_node():
        port = open_port(kept.append)
        for number in range(3):
            send(port.pid, number)
        assert kept == [0, 1, 2]


async def test_down_and_exit_queue_behind_everything_sent_before() -> None:
    async def body() -> list[object]:
        process_flag(trap_exit=True)
        me = self()
        port = open_port()
        ref = monitor(port.pid)
        link(port.pid)
        send(me, "before")
        port.close("closed")
        port.close("again")
        assert port.closed
        assert not alive(port.pid)
        return [
            await receive(),
            {await receive(), await receive()}
            == {Down(ref, port.pid, "closed"), ExitSignal(port.pid, "closed")},
            entity_of(self()).messages(),
        ]

    async with open_node() as node:
        assert await in_process(node, body) == ["before", True, ()]


async def test_a_port_monitors_and_links_on_its_own_behalf() -> None:
    kept: list[object] = []
    async with open_node() as node:
        port = open_port(kept.append)
        pid = node.spawn(until_told)
        ref = port.monitor(pid)
        other = port.monitor(pid)
        assert port.demonitor(other) is True
        assert statistics(pid).monitored_by == (port.pid,)
        send(pid, "end")
        await trio.sleep(1)
        assert kept == [Down(ref, pid, "normal")]


async def test_exit_signals_close_a_port_unless_it_traps() -> None:
    closed: list[object] = []
    kept: list[object] = []
    async with open_node() as node:
        port = open_port(on_close=closed.append)
        pid = node.spawn(until_told)
        port.link(pid)
        trapping = open_port(kept.append)
        trapping.trap_exit(trap=True)
        trapping.link(pid)
        exit(pid, "why")
        await trio.sleep(1)
        assert closed == ["why"]
        assert kept == [ExitSignal(pid, "why")]
        exit(trapping.pid, "kill")
        assert trapping.closed


async def test_a_callback_that_raises_closes_the_port_and_not_the_sender(
    caplog: pytest.LogCaptureFixture,
) -> None:
    closed: list[object] = []
    error = ValueError("no")

    def refuse(_: object) -> None:
        raise error

    async with open_node():
        port = open_port(refuse, on_close=closed.append)
        send(port.pid, 1)
        assert port.closed
        send(port.pid, 2)
    assert closed == [error]
    assert "crashed" in caplog.text


async def test_a_port_owns_processes() -> None:
    async def body() -> object:
        port = open_port()
        pid = spawn(trio.sleep_forever, owner=port.pid)
        monitor(pid)
        await trio.sleep(1)
        port.close("gone")
        return (await receive(Down)).reason

    async with open_node() as node:
        assert await in_process(node, body) == "gone"


async def test_open_ports_close_with_their_node() -> None:
    closed: list[object] = []
    async with open_node():
        open_port(on_close=closed.append)
    assert closed == ["shutdown"]


async def test_leaving_in_a_callback_ends_the_port_alone(caplog: pytest.LogCaptureFixture) -> None:
    def leave(_: object) -> None:
        exit("out of here")

    async with open_node():
        port = open_port(leave, on_close=leave)
        send(port.pid, 1)
        assert port.closed
    assert "on_close raised" in caplog.text


@pytest.mark.real_clock
async def test_a_callback_knows_its_node_whoever_sends() -> None:
    async def answer() -> None:
        heard.append(await receive())

    def on_message(message: object) -> None:
        spawn(answer, name=str(message))
        send(str(message), message)

    heard: list[object] = []
    async with open_node() as node:
        port = open_port(on_message)
        send_after(port.pid, "by a timer", 0)
        node.send_threadsafe(port.pid, "by a thread")
        send(port.pid, "from here")
        with trio.fail_after(10):
            while len(heard) < 3:
                await trio.sleep(0.001)
    assert sorted(map(str, heard)) == ["by a thread", "by a timer", "from here"]
