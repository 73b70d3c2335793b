"""Tasks, alone and supervised."""

from __future__ import annotations

import threading

import pytest
import trio

from actorlive.runtime import (
    CallError,
    Down,
    DynamicSupervisor,
    Error,
    Exit,
    Ok,
    Pid,
    RuntimeMisuse,
    Task,
    TaskReply,
    TaskSupervisor,
    alive,
    dead_pid,
    open_node,
    process_flag,
    receive,
    self,
    spawn_monitor,
)
from actorlive.runtime.otp.dynamic import start_task
from actorlive.runtime.otp.task import run_task
from tests.runtime.helpers import in_process
from tests.support.narrow import entity_of


async def double(number: int, delay: float = 1) -> int:
    await trio.sleep(delay)
    return 2 * number


async def fail() -> None:
    await trio.sleep(1)
    raise ValueError("task")


async def nothing_left() -> bool:
    await trio.sleep(20)
    return not entity_of(self()).messages()


async def test_async_and_await() -> None:
    async def body() -> None:
        tasks = [Task.async_(double, number, delay=3 - number) for number in range(3)]
        assert [await task.await_() for task in tasks] == [0, 2, 4]
        assert await nothing_left()

    async with open_node() as node:
        await in_process(node, body)


@pytest.mark.real_clock
async def test_a_plain_function_runs_in_a_thread() -> None:
    async def body() -> object:
        return await Task.async_(threading.get_ident).await_()

    async with open_node() as node:
        assert await in_process(node, body) != threading.get_ident()


async def test_a_crash_takes_a_linked_owner_along(caplog: pytest.LogCaptureFixture) -> None:
    async def owner() -> None:
        await Task.async_(fail).await_()

    async def body() -> object:
        spawn_monitor(owner)
        return (await receive(Down)).reason

    async with open_node() as node:
        assert isinstance(await in_process(node, body), ValueError)
    assert "fail crashed: ValueError: task" in caplog.text


async def test_await_of_a_crash_or_too_late(caplog: pytest.LogCaptureFixture) -> None:
    async def body() -> None:
        process_flag(trap_exit=True)
        with pytest.raises(CallError) as caught:
            await Task.async_(fail).await_()
        assert isinstance(caught.value.reason, ValueError)
        await receive()
        with pytest.raises(CallError) as caught:
            await Task.async_(double, 1, 9).await_(timeout=1)
        assert caught.value.reason == "timeout"
        await trio.sleep(20)
        assert [type(message).__name__ for message in entity_of(self()).messages()] == ["ExitSignal"]

    async with open_node() as node:
        await in_process(node, body)


async def test_yield() -> None:
    async def body() -> None:
        task = Task.async_(double, 4, 3)
        assert await task.yield_(1) is None
        assert await task.yield_(5) == Ok(8)
        assert await nothing_left()

    async with open_node() as node:
        await in_process(node, body)


async def test_shutdown() -> None:
    async def stubborn() -> None:
        process_flag(trap_exit=True)
        while True:
            await receive()

    async def body() -> None:
        task = Task.async_(double, 1, 9)
        assert await task.shutdown() is None
        assert not alive(task.pid)
        task = Task.async_(double, 1, 0)
        await trio.sleep(1)
        assert await task.shutdown() == Ok(2)
        task = Task.async_(stubborn)
        await trio.sleep(1)
        start = trio.current_time()
        assert await task.shutdown(2) is None
        assert trio.current_time() - start == 2
        assert await Task.async_(stubborn).shutdown("brutal_kill") is None
        assert await nothing_left()

    async with open_node() as node:
        await in_process(node, body)


async def test_only_the_owner_awaits() -> None:
    async def body() -> None:
        task = Task.async_(double, 1)

        async def thief() -> None:
            with pytest.raises(RuntimeMisuse, match="only the process that started"):
                await task.await_()

        await Task.async_(thief).await_()
        await task.await_()

    async with open_node() as node:
        await in_process(node, body)


async def test_a_supervised_task_without_a_link(caplog: pytest.LogCaptureFixture) -> None:
    async def body() -> None:
        supervisor = await TaskSupervisor.start_link()
        bad = await TaskSupervisor.async_nolink(supervisor, fail)
        good = await TaskSupervisor.async_nolink(supervisor, double, 2)
        assert await DynamicSupervisor.count_children(supervisor) == {
            "specs": 2,
            "active": 2,
            "supervisors": 0,
            "workers": 2,
        }
        assert await good.await_() == 4
        result = await bad.yield_()
        assert isinstance(result, Exit)
        assert isinstance(result.reason, ValueError)
        assert await TaskSupervisor.children(supervisor) == []
        endless = await TaskSupervisor.start_child(supervisor, trio.sleep_forever)
        assert await TaskSupervisor.children(supervisor) == [endless]
        assert await TaskSupervisor.terminate_child(supervisor, endless) == Ok(None)
        assert await TaskSupervisor.terminate_child(supervisor, endless) == Error("not_found")
        message = await TaskSupervisor.async_nolink(supervisor, double, 3)
        assert await receive() == TaskReply(message.ref, 6)
        assert await receive() == Down(message.ref, message.pid, "normal")
        assert (await DynamicSupervisor.count_children(supervisor))["active"] == 0

    async with open_node() as node:
        await in_process(node, body)


async def test_a_supervised_task_with_a_link_and_one_for_its_effects(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done: list[int] = []

    async def effect() -> None:
        done.append(1)

    async def owner(supervisor: Pid) -> None:
        await (await TaskSupervisor.async_(supervisor, fail)).await_()

    async def body() -> object:
        supervisor = await TaskSupervisor.start_link(max_children=1)
        await TaskSupervisor.start_child(supervisor, effect)
        await trio.sleep(1)
        spawn_monitor(owner, supervisor)
        await trio.sleep(0.5)
        with pytest.raises(CallError, match="max_children"):
            await TaskSupervisor.async_nolink(supervisor, double, 1)
        return (await receive(Down)).reason

    async with open_node() as node:
        assert isinstance(await in_process(node, body), ValueError)
    assert done == [1]


async def test_a_task_whose_owner_is_gone_before_it_began_ends() -> None:
    async def leave_at_once(supervisor: Pid) -> None:
        await TaskSupervisor.async_nolink(supervisor, double, 1, 1000)

    async def body() -> None:
        supervisor = await TaskSupervisor.start_link()
        spawn_monitor(leave_at_once, supervisor)
        assert (await receive(Down)).reason == "normal"
        assert (await DynamicSupervisor.count_children(supervisor))["active"] == 1
        assert await start_task(supervisor, run_task, dead_pid(), double, (), {})
        await trio.sleep(1)
        assert (await DynamicSupervisor.count_children(supervisor))["active"] == 1

    async with open_node() as node:
        await in_process(node, body)
