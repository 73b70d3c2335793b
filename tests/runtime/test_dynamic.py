"""Dynamic supervisors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trio

from actorlive.runtime import (
    IGNORE,
    ChildSpec,
    Down,
    DynamicSupervisor,
    Error,
    Ok,
    Pid,
    RuntimeMisuse,
    Supervisor,
    alive,
    child_spec,
    exit,
    monitor,
    open_node,
    process_flag,
    receive,
    send,
    whereis,
)
from actorlive.runtime.otp.children import ShutdownTime
from tests.runtime.helpers import Unsteady, in_process, until_told
from tests.runtime.test_supervisor import Worker, crash
from tests.support.narrow import present, reason_of, untyped, value_of


async def dynamic(body: Callable[[Pid], Awaitable[object]], **options: Any) -> None:
    async def run() -> None:
        process_flag(trap_exit=True)
        await body(await DynamicSupervisor.start_link(**options))

    async with open_node() as node:
        await in_process(node, run)


async def start(supervisor: Pid, spec: ChildSpec) -> Pid:
    """Start a child that does start."""
    return present(value_of(await DynamicSupervisor.start_child(supervisor, spec)))


async def test_children_come_and_go() -> None:
    async def body(supervisor: Pid) -> None:
        first = await start(supervisor, child_spec(until_told, restart="transient"))
        second = await start(supervisor, child_spec(until_told))
        assert [info.pid for info in await DynamicSupervisor.which_children(supervisor)] == [first, second]
        third = await DynamicSupervisor.start_child(supervisor, child_spec(until_told))
        assert third == Error("max_children")
        send(first, "end")
        await trio.sleep(1)
        assert (await DynamicSupervisor.count_children(supervisor))["active"] == 1
        assert await DynamicSupervisor.terminate_child(supervisor, second) == Ok(None)
        assert not alive(second)
        assert await DynamicSupervisor.terminate_child(supervisor, second) == Error("not_found")
        with pytest.raises(RuntimeMisuse, match=r"by child_spec\(…\), not by"):
            await DynamicSupervisor.start_child(supervisor, untyped(until_told))
        failing = child_spec(Worker, "a", [], lambda: exit("no"))
        assert await DynamicSupervisor.start_child(supervisor, failing) == Error("no")

    await dynamic(body, max_children=2)


async def test_restarts_and_giving_up(caplog: pytest.LogCaptureFixture) -> None:
    log: list[str] = []

    async def body(supervisor: Pid) -> None:
        await DynamicSupervisor.start_child(supervisor, child_spec(Worker, "a", log, name="a"))
        for _ in range(3):
            crash("a")
            await trio.sleep(0.1)
        assert log == ["+a"] * 4
        monitor(supervisor)
        crash("a")
        assert (await receive(Down)).reason == "shutdown"
        assert whereis("a") is None

    await dynamic(body)


async def test_a_restart_that_fails_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    log: list[str] = []
    fails: list[str] = []

    def sometimes() -> None:
        if fails:
            raise ValueError(fails.pop())

    async def body(supervisor: Pid) -> None:
        await DynamicSupervisor.start_child(supervisor, child_spec(Worker, "a", log, sometimes, name="a"))
        fails.append("x")
        crash("a")
        await trio.sleep(1)
        assert log == ["+a", "+a"]

    await dynamic(body)


async def test_between_two_tries_a_child_is_restarting_and_keeps_its_place(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tries: list[float] = []

    async def body(supervisor: Pid) -> None:
        spec = child_spec(Unsteady, tries, name="a")
        await DynamicSupervisor.start_child(supervisor, spec)
        crash("a")
        await trio.sleep(0.5)  # the supervisor waits for the second try, which will fail
        async with trio.open_nursery() as nursery:

            async def one_more() -> None:
                assert await DynamicSupervisor.start_child(supervisor, spec) == Error("max_children")

            nursery.start_soon(one_more)
            [info] = await DynamicSupervisor.which_children(supervisor)
            assert info.pid == "restarting"
        await trio.sleep(5)
        [info] = await DynamicSupervisor.which_children(supervisor)
        assert info.pid is whereis("a")

    await dynamic(body, max_children=1)


async def test_the_functions_of_supervisor_that_make_sense_work_here_too() -> None:
    async def body(supervisor: Pid) -> None:
        started = present(value_of(await Supervisor.start_child(supervisor, child_spec(until_told))))
        assert [info.pid for info in await Supervisor.which_children(supervisor)] == [started]
        assert "no 'delete'" in str(reason_of(await Supervisor.delete_child(supervisor, "until_told")))
        assert "no 'terminate'" in str(reason_of(await Supervisor.terminate_child(supervisor, "until_told")))
        assert await Supervisor.terminate_child(supervisor, started) == Ok(None)

    await dynamic(body)


async def test_a_child_that_has_nothing_to_do_any_more_is_forgotten() -> None:
    log: list[str] = []
    how: list[object] = [None]

    class Sometimes(Worker):
        async def init(self, *args: object) -> object:
            await super().init(*args)
            return how[0]

    async def body(supervisor: Pid) -> None:
        await DynamicSupervisor.start_child(supervisor, child_spec(Sometimes, "a", log, name="a"))
        how[0] = IGNORE
        crash("a")
        await trio.sleep(1)
        assert await DynamicSupervisor.which_children(supervisor) == []

    await dynamic(body)


async def test_the_end_is_for_all_at_once(caplog: pytest.LogCaptureFixture) -> None:
    log: list[str] = []

    async def body(supervisor: Pid) -> None:
        shutdowns: dict[str, ShutdownTime] = {"a": 2, "b": 3, "c": None, "d": "brutal_kill"}
        for name, shutdown in shutdowns.items():
            how = "" if name == "c" else "slow"
            await DynamicSupervisor.start_child(
                supervisor, child_spec(Worker, name, log, how, name=name, shutdown=shutdown)
            )
        pids = [info.pid for info in await DynamicSupervisor.which_children(supervisor)]
        start = trio.current_time()
        exit(supervisor, "shutdown")
        monitor(supervisor)
        await receive(Down)
        assert trio.current_time() - start == 3
        assert not any(isinstance(pid, Pid) and alive(pid) for pid in pids)
        assert [record.getMessage().split()[-1] for record in caplog.records] == ["killed", "killed"]
        assert "within 2 s" in caplog.text

    await dynamic(body)
