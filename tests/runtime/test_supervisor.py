"""Supervisors: OTP's rules for starting, restarting and ending."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
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
    Server,
    Shutdown,
    StartError,
    Supervisor,
    alive,
    child_spec,
    exit,
    monitor,
    open_node,
    process_flag,
    receive,
    self,
    send,
    spawn,
    whereis,
)
from actorlive.runtime.otp.children import Restart, ShutdownTime
from tests.runtime.helpers import Unsteady, in_process
from tests.support.narrow import entity_of, pid_of, present, untyped


class Worker(Server):
    """Notes its life in a list. `how` says what its init and terminate do."""

    name: str
    log: list[str]
    how: str | Callable[[], object]

    async def init(self, *args: Any) -> object:
        self.name, self.log, *how = args
        self.how = how[0] if how else ""
        process_flag(trap_exit=True)
        if callable(self.how):
            self.how()
        self.log.append(f"+{self.name}")
        return IGNORE if self.how == "ignore" else None

    async def terminate(self, reason: object) -> None:
        self.log.append(f"-{self.name}")
        if self.how == "slow":
            await trio.sleep(100)
        if self.how == "dies":
            exit("odd")


def specs(log: list[str], names: str = "abc", **options: Any) -> list[ChildSpec]:
    return [child_spec(Worker, name, log, name=name, **options) for name in names]


def crash(name: str, reason: object = "crash") -> None:
    exit(pid_of(name), "kill") if reason == "kill" else entity_of(pid_of(name)).doom(reason)


async def supervised(
    body: Callable[[Pid], Awaitable[object]],
    log: list[str],
    *,
    children: list[ChildSpec] | None = None,
    **options: Any,
) -> None:
    """Run `body(supervisor)` in a process that has started a supervisor of a, b and c."""

    async def run() -> None:
        process_flag(trap_exit=True)
        await body(await Supervisor.start_link(children or specs(log), **options))

    async with open_node() as node:
        await in_process(node, run)


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("one_for_one", ["+b"]),
        ("one_for_all", ["-c", "-a", "+a", "+b", "+c"]),
        ("rest_for_one", ["-c", "+b", "+c"]),
    ],
)
async def test_strategies(strategy: str, expected: list[str]) -> None:
    log: list[str] = []

    async def body(supervisor: Pid) -> None:
        assert log == ["+a", "+b", "+c"]
        log.clear()
        crash("b")
        await trio.sleep(1)
        assert log == expected
        infos = await Supervisor.which_children(supervisor)
        assert [info.id for info in infos] == ["c", "b", "a"]
        assert [info.pid for info in infos] == [whereis("c"), whereis("b"), whereis("a")]
        log.clear()
        exit(supervisor, "shutdown")
        monitor(supervisor)
        assert (await receive(Down)).reason == "shutdown"
        assert log == ["-c", "-b", "-a"]

    await supervised(body, log, strategy=strategy)


@pytest.mark.parametrize(
    ("restart", "reason", "again"),
    [
        ("permanent", "normal", True),
        ("permanent", "crash", True),
        ("transient", "normal", False),
        ("transient", Shutdown("x"), False),
        ("transient", "crash", True),
        ("temporary", "crash", False),
    ],
)
async def test_when_a_child_is_restarted(restart: Restart, reason: object, again: bool) -> None:
    log: list[str] = []

    async def body(supervisor: Pid) -> None:
        crash("a", reason)
        await trio.sleep(1)
        assert (whereis("a") is not None) is again
        infos = await Supervisor.which_children(supervisor)
        assert [info.id for info in infos] == ([] if restart == "temporary" else ["a"])

    await supervised(body, log, children=specs(log, "a", restart=restart))


async def test_too_many_restarts_end_the_supervisor_with_shutdown(caplog: pytest.LogCaptureFixture) -> None:
    log: list[str] = []

    async def body(supervisor: Pid) -> None:
        ref = monitor(supervisor)
        for _ in range(2):
            crash("b")
            await trio.sleep(1)
            crash("b")
            await trio.sleep(10)
        assert alive(supervisor)
        for _ in range(3):
            crash("b")
            await trio.sleep(1)
        assert await receive(Down) == Down(ref, supervisor, "shutdown")
        assert log[-2:] == ["-c", "-a"]

    await supervised(body, log, max_restarts=2, max_seconds=5)
    assert "gives up" in caplog.text


async def test_a_transient_inner_supervisor_that_gives_up_is_not_restarted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log: list[str] = []
    inner = Supervisor.spec(specs(log, "x"), max_restarts=0, id="inner", restart="transient")

    async def body(supervisor: Pid) -> None:
        crash("x")
        await trio.sleep(1)
        [info] = await Supervisor.which_children(supervisor)
        assert (info.id, info.pid, info.kind) == ("inner", None, "supervisor")
        counts = await Supervisor.count_children(supervisor)
        assert counts == {"specs": 1, "active": 0, "supervisors": 1, "workers": 0}

    await supervised(body, log, children=[inner])


def around_b(log: list[str], fails: list[str]) -> list[ChildSpec]:
    """Three children; "b" fails to start as long as there is something in `fails`."""

    def sometimes() -> None:
        log.append("?b")
        if fails:
            raise ValueError(fails.pop())

    return [*specs(log, "a"), child_spec(Worker, "b", log, sometimes, name="b"), *specs(log, "c")]


async def test_a_restart_that_fails_is_tried_again_and_counts(caplog: pytest.LogCaptureFixture) -> None:
    log: list[str] = []
    fails: list[str] = []
    children = around_b(log, fails)

    async def body(supervisor: Pid) -> None:
        fails.extend("xy")
        log.clear()
        crash("b")
        await trio.sleep(1)
        assert log == ["-c", "-a", "+a", "?b", "-a", "+a", "?b", "-a", "+a", "?b", "+b", "+c"]
        fails.extend("xyzxyz")
        monitor(supervisor)
        crash("b")
        assert (await receive(Down)).reason == "shutdown"

    await supervised(body, log, children=children, strategy="one_for_all", max_restarts=5)


async def test_children_ended_by_hand_come_back_with_the_group() -> None:
    log: list[str] = []

    async def body(supervisor: Pid) -> None:
        assert await Supervisor.terminate_child(supervisor, "c") == Ok(None)
        assert await Supervisor.terminate_child(supervisor, "c") == Ok(None)
        assert whereis("c") is None
        crash("a")
        await trio.sleep(1)
        assert whereis("c") is not None

    await supervised(body, log, strategy="one_for_all")


async def test_temporary_children_in_the_group_are_dropped() -> None:
    log: list[str] = []

    async def body(supervisor: Pid) -> None:
        crash("a")
        await trio.sleep(1)
        assert [info.id for info in await Supervisor.which_children(supervisor)] == ["a"]
        assert log == ["+a", "+b", "-b", "+a"]

    children = [*specs(log, "a"), *specs(log, "b", restart="temporary")]
    await supervised(body, log, children=children, strategy="rest_for_one")


async def test_requests() -> None:
    log: list[str] = []

    async def body(supervisor: Pid) -> None:
        [extra] = specs(log, "d")
        started = await Supervisor.start_child(supervisor, extra)
        assert started == Ok(whereis("d"))
        assert await Supervisor.start_child(supervisor, extra) == Error(("already_started", whereis("d")))
        assert await Supervisor.delete_child(supervisor, "d") == Error("running")
        assert await Supervisor.restart_child(supervisor, "d") == Error("running")
        await Supervisor.terminate_child(supervisor, "d")
        assert await Supervisor.start_child(supervisor, extra) == Error("already_present")
        assert await Supervisor.restart_child(supervisor, "d") == Ok(whereis("d"))
        await Supervisor.terminate_child(supervisor, "d")
        assert await Supervisor.delete_child(supervisor, "d") == Ok(None)
        for use in (Supervisor.delete_child, Supervisor.restart_child, Supervisor.terminate_child):
            assert await use(supervisor, "d") == Error("not_found")
        failing = child_spec(Worker, "e", log, lambda: exit("why"), id="e")
        assert await Supervisor.start_child(supervisor, failing) == Error("why")
        ignoring = child_spec(Worker, "f", log, "ignore", id="f")
        assert await Supervisor.start_child(supervisor, ignoring) == Ok(None)
        assert [info.id for info in await Supervisor.which_children(supervisor)] == ["f", "c", "b", "a"]
        gone = child_spec(Worker, "g", log, "ignore", id="g", restart="temporary")
        assert await Supervisor.start_child(supervisor, gone) == Ok(None)
        assert len(await Supervisor.which_children(supervisor)) == 4

    await supervised(body, log)


async def test_a_child_that_does_not_start_takes_the_earlier_ones_down(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log: list[str] = []
    children = [*specs(log, "ab"), child_spec(Worker, "c", log, lambda: exit("no"), id="c")]

    async def body(_: Pid) -> None:
        pytest.fail("should not have started")

    with pytest.raises(StartError) as caught:
        await supervised(body, log, children=children)
    assert untyped(caught.value.reason).detail[:2] == ("failed_to_start_child", "c")
    assert log == ["+a", "+b", "-b", "-a"]
    with pytest.raises(StartError) as caught:
        await supervised(body, log, children=[*specs(log, "a"), *specs(log, "a")])
    assert isinstance(caught.value.reason, RuntimeMisuse)


@pytest.mark.parametrize(
    ("how", "shutdown", "seconds"), [("slow", 2, 2), ("slow", "brutal_kill", 0), ("", 5, 0)]
)
async def test_shutdown_times(
    how: str, shutdown: ShutdownTime, seconds: float, caplog: pytest.LogCaptureFixture
) -> None:
    log: list[str] = []
    children = [child_spec(Worker, "a", log, how, name="a", shutdown=shutdown)]

    async def body(supervisor: Pid) -> None:
        start = trio.current_time()
        exit(supervisor, "shutdown")
        monitor(supervisor)
        await receive(Down)
        assert trio.current_time() - start == seconds

    await supervised(body, log, children=children)
    assert ("ended with 'killed'" in caplog.text) is (shutdown == 2)


async def test_no_limit_waits(caplog: pytest.LogCaptureFixture) -> None:
    log: list[str] = []

    async def body(supervisor: Pid) -> None:
        start = trio.current_time()
        await Supervisor.terminate_child(supervisor, "a")
        assert trio.current_time() - start == 100

    await supervised(body, log, children=[child_spec(Worker, "a", log, "slow", name="a", shutdown=None)])


async def test_a_killed_supervisor_runs_no_shutdown_but_its_links_do() -> None:
    log: list[str] = []

    async def survivor() -> None:
        process_flag(trap_exit=True)
        while True:
            await receive()

    async def body(supervisor: Pid) -> None:
        plain = pid_of("plain")
        await trio.sleep(1)
        exit(supervisor, "kill")
        await trio.sleep(1)
        assert sorted(log) == ["+a", "-a"]
        assert alive(plain)
        exit(plain, "kill")

    await supervised(body, log, children=[*specs(log, "a"), child_spec(survivor, name="plain")])


async def test_functions_as_children_and_bad_children() -> None:
    async def sleeper(seconds: float) -> None:
        await trio.sleep(seconds)

    async def body(_: Pid) -> None:
        assert alive(pid_of("sleeper"))

    await supervised(body, [], children=[child_spec(sleeper, 100, name="sleeper")])
    assert child_spec(partial(sleeper, 100)).id == child_spec(sleeper).id
    for bad, words in [
        (lambda: child_spec(untyped(len)), "Server class or an async function"),
        (lambda: Supervisor.spec([untyped(Worker)]), r"by child_spec\(…\), not by <class"),
        (lambda: child_spec(sleeper, restart=untyped("always")), "'temporary', not 'always'"),
        (lambda: child_spec(sleeper, shutdown=untyped("brutal")), "'brutal_kill', not 'brutal'"),
        (lambda: Supervisor.spec([], strategy=untyped("one_for_none")), "'rest_for_one', not 'one_for_none'"),
    ]:
        with pytest.raises(RuntimeMisuse, match=words):
            bad()


@pytest.mark.parametrize("error", [SystemExit(1), GeneratorExit(), KeyboardInterrupt(), ValueError()])
async def test_whatever_a_start_function_raises_is_a_child_that_does_not_start(error: BaseException) -> None:
    async def start() -> Pid:
        raise error

    async def body(supervisor: Pid) -> None:
        assert await Supervisor.start_child(supervisor, ChildSpec("x", start)) == Error(error)
        assert alive(supervisor)
        dynamic = await DynamicSupervisor.start_link()
        assert await DynamicSupervisor.start_child(dynamic, ChildSpec("x", start)) == Error(error)

    await supervised(body, [], children=[child_spec(Worker, "a", [])])


async def test_all_children_after_a_temporary_one_that_has_nothing_to_do_are_started() -> None:
    log: list[str] = []
    idle = [child_spec(Worker, name, log, "ignore", id=name, restart="temporary") for name in "xy"]

    async def body(supervisor: Pid) -> None:
        assert log == ["+a", "+x", "+y", "+b"]
        assert [info.id for info in await Supervisor.which_children(supervisor)] == ["b", "a"]

    await supervised(body, log, children=[*specs(log, "a"), *idle, *specs(log, "b")])


async def test_the_dead_are_not_counted_as_active() -> None:
    async def body(supervisor: Pid) -> None:
        crash("a")
        counts = await Supervisor.count_children(supervisor)
        assert counts == {"specs": 2, "active": 1, "supervisors": 0, "workers": 2}
        dynamic = await DynamicSupervisor.start_link()
        await DynamicSupervisor.start_child(dynamic, child_spec(Worker, "d", [], name="d"))
        crash("d")
        assert (await DynamicSupervisor.count_children(dynamic))["active"] == 0

    await supervised(body, [], children=specs([], "a", restart="temporary") + specs([], "b"))


async def test_nothing_is_restarted_while_the_node_ends(caplog: pytest.LogCaptureFixture) -> None:
    log: list[str] = []

    async def crash_later(pid: Pid) -> None:
        process_flag(trap_exit=True)
        await trio.sleep(1)
        entity_of(pid).doom("crash")

    async with open_node() as node:
        for name, how in (("a", ""), ("b", "slow")):
            children = [child_spec(Worker, name, log, how, name=name)]
            await node.start_child(Supervisor.spec(children, id=name))
        node.spawn(crash_later, present(node.lookup("a")).pid)
        await trio.sleep(0.5)
    assert log == ["+a", "+b", "-b"]
    assert "gives up" not in caplog.text


async def test_misuse_is_told_to_the_caller_and_leaves_the_supervisor_alone() -> None:
    async def body(supervisor: Pid) -> None:
        with pytest.raises(RuntimeMisuse, match=r"by child_spec\(…\)"):
            await Supervisor.start_child(supervisor, untyped(Worker))
        with pytest.raises(RuntimeMisuse, match=r"by child_spec\(…\)"):
            await Supervisor.start_link([untyped(Worker)])
        with pytest.raises(RuntimeMisuse, match="strategy is one of"):
            await Supervisor.start_link([], strategy=untyped("simple_one_for_one"))
        assert await Supervisor.which_children(supervisor)

    await supervised(body, [], children=specs([], "a"))


async def test_any_id_is_an_id() -> None:
    async def body(supervisor: Pid) -> None:
        assert [info.id for info in await Supervisor.which_children(supervisor)] == ["", 0]
        assert await Supervisor.terminate_child(supervisor, 0) == Ok(None)

    log: list[str] = []
    await supervised(
        body, log, children=[child_spec(Worker, "a", log, id=0), Supervisor.spec([], id="", name="inner")]
    )


async def test_a_start_function_that_exits_is_a_child_that_does_not_start() -> None:
    async def start() -> Pid:
        exit("not today")

    async def body(supervisor: Pid) -> None:
        assert await Supervisor.start_child(supervisor, ChildSpec("x", start)) == Error("not today")
        assert alive(supervisor)

    await supervised(body, [], children=[child_spec(Worker, "a", [])])


@pytest.mark.parametrize("reason", ["normal", "shutdown", "odd"])
async def test_a_supervisor_ends_with_its_parents_reason_its_children_with_shutdown(
    reason: object, caplog: pytest.LogCaptureFixture
) -> None:
    reasons: list[object] = []

    class Tells(Server):
        async def init(self, *args: object) -> None:
            process_flag(trap_exit=True)

        async def terminate(self, reason: object) -> None:
            reasons.append(reason)

    async def parent(to: Pid) -> None:
        send(to, await Supervisor.start_link([child_spec(Tells)]))
        exit(reason)

    async def body() -> object:
        spawn(parent, self())
        monitor(await receive(Pid))
        return (await receive(Down)).reason

    async with open_node() as node:
        assert await in_process(node, body) == reason
    assert reasons == ["shutdown"]


async def test_a_temporary_child_ended_by_hand_is_forgotten() -> None:
    log: list[str] = []

    async def body(supervisor: Pid) -> None:
        assert await Supervisor.terminate_child(supervisor, "a") == Ok(None)
        assert await Supervisor.terminate_child(supervisor, "a") == Error("not_found")
        assert await Supervisor.which_children(supervisor) == []

    await supervised(body, log, children=specs(log, "a", restart="temporary"))


async def test_the_rest_is_restarted_from_where_it_failed(caplog: pytest.LogCaptureFixture) -> None:
    log: list[str] = []
    fails: list[str] = []
    children = around_b(log, fails)

    async def body(_: Pid) -> None:
        fails.extend("x")
        log.clear()
        crash("a")
        await trio.sleep(1)
        assert log == ["-c", "-b", "+a", "?b", "?b", "+b", "+c"]

    await supervised(body, log, children=children, strategy="rest_for_one")


async def test_a_child_ended_by_hand_between_two_tries_is_not_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tries: list[float] = []

    async def body(supervisor: Pid) -> None:
        crash("a")
        await trio.sleep(0.5)  # the supervisor waits for the second try, which will fail
        assert await Supervisor.terminate_child(supervisor, "a") == Ok(None)
        await trio.sleep(5)
        assert len(tries) == 2
        [info] = await Supervisor.which_children(supervisor)
        assert info.pid is None

    await supervised(body, [], children=[child_spec(Unsteady, tries, name="a")])


async def test_children_that_end_together_are_restarted_once() -> None:
    log: list[str] = []

    async def body(supervisor: Pid) -> None:
        log.clear()
        for name in "abc":
            crash(name)
        await trio.sleep(1)
        assert log == ["+a", "+b", "+c"]
        assert alive(supervisor)

    await supervised(body, log, strategy="one_for_all", max_restarts=1)
