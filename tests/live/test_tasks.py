"""Async work of a view, to the letter: what starts, what is accepted, what a cancel leaves, what dies with the view."""

from __future__ import annotations

import functools
import threading
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio

from actorlive import (
    AsyncResult,
    Error,
    Exit,
    LiveView,
    Ok,
    RawEvent,
    Shutdown,
    Socket,
    Stream,
    StreamResult,
    exit,
    heex,
    send,
)
from actorlive.errors import AssignError, CallbackError
from actorlive.live.endpoint import Mount
from actorlive.live.process.dead import DeadPage, dead_render
from actorlive.runtime import DynamicSupervisor, TaskSupervisor, alive, open_node
from tests.support.client import Client, Views, settled
from tests.support.narrow import untyped


class Row:
    def __init__(self, id: int) -> None:
        self.id = id


class Lab(LiveView[RawEvent]):
    """Does to its socket what the test says, and keeps what came of it."""

    org: AsyncResult[Any] = AsyncResult.idle()
    team: AsyncResult[Any] = AsyncResult.idle()
    plain: int = 0
    rows: Stream[Row]
    ends: tuple[Any, ...] = ()
    template = heex("""
      <p>{repr(@org)}</p><p>{repr(@team)}</p><p>{repr(@rows)}</p><p>{len(@ends)}</p>
      <ul id="rows" phx-update="stream"><li :for={dom_id, row in @streams.rows} id={dom_id}>{row.id}</li></ul>
    """)

    async def handle_info(self, message: Any, socket: Socket) -> None:
        message(self, socket)

    async def handle_async(self, name: Any, result: Any, socket: Socket) -> None:
        self.ends = (*self.ends, (name, result))


class Bench:
    """A joined `Lab`."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @property
    def view(self) -> Lab:
        return views[-1]

    def now(self, act: Callable[[Lab, Socket], object]) -> None:
        """Have the view do something, as a message."""
        send(self.client.views[0], act)


views: list[Lab] = []


@pytest.fixture(autouse=True)
def _remember_views(monkeypatch: pytest.MonkeyPatch) -> None:
    views.clear()
    init = Lab.__init__

    def remember(self: Lab) -> None:
        init(self)
        views.append(self)

    monkeypatch.setattr(Lab, "__init__", remember)


@asynccontextmanager
async def bench() -> AsyncGenerator[Bench]:
    async with open_node() as node:
        client = Client(node, {"/": Lab})
        await client.join("/")
        yield Bench(client)


async def value_after(seconds: float, value: Any) -> Any:
    await trio.sleep(seconds)
    return value


async def fail(error: Exception) -> Any:
    raise error


# -- start_async ---------------------------------------------------------------


async def test_a_value_arrives_as_ok() -> None:
    async with bench() as lab:
        lab.now(lambda view, socket: socket.start_async("x", value_after, 1, 42))
        await trio.sleep(2)
        assert lab.view.ends == (("x", Ok(42)),)
        assert lab.client.pushes() == [{"3": "1"}]


async def test_an_error_that_is_returned_is_a_value() -> None:
    async with bench() as lab:
        lab.now(lambda view, socket: socket.start_async("x", value_after, 0, Error("no")))
        await trio.sleep(1)
        assert lab.view.ends == (("x", Ok(Error("no"))),)


async def test_what_it_raises_arrives_plain_and_the_view_lives(caplog: pytest.LogCaptureFixture) -> None:
    boom = ValueError("boom")

    async def in_a_nursery() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(fail, boom)

    async with bench() as lab:
        lab.now(lambda view, socket: socket.start_async("x", in_a_nursery))
        await trio.sleep(1)
        assert lab.view.ends == (("x", Exit(boom)),)
        assert alive(lab.client.views[0])
    assert "boom" in caplog.text


async def test_exit_in_a_task_arrives_as_its_reason() -> None:
    async def leave() -> None:
        exit("enough")

    async with bench() as lab:
        lab.now(lambda view, socket: socket.start_async("x", leave))
        await trio.sleep(1)
        assert lab.view.ends == (("x", Exit("enough")),)


async def test_a_task_killed_from_outside_does_not_take_the_view_along() -> None:
    async with bench() as lab:
        lab.now(lambda view, socket: socket.start_async("x", trio.sleep_forever))
        lab.now(lambda view, socket: [exit(pid, "kill") for pid in untyped(socket)._owner.tasks.pids])
        await trio.sleep(1)
        assert lab.view.ends == (("x", Exit("killed")),)
        assert alive(lab.client.views[0])


async def test_restart_without_cancel_leaves_the_older_unheard_and_running() -> None:
    finished: list[int] = []

    async def work(n: int, seconds: float) -> int:
        await trio.sleep(seconds)
        finished.append(n)
        return n

    async with bench() as lab:
        lab.now(lambda view, socket: socket.start_async("x", work, 1, 2))
        lab.now(lambda view, socket: socket.start_async("x", work, 2, 1))
        await trio.sleep(5)
        assert finished == [2, 1]
        assert lab.view.ends == (("x", Ok(2)),)


async def test_supersede_ends_the_older_silently() -> None:
    finished: list[int] = []

    async def work(n: int) -> int:
        await trio.sleep(1)
        finished.append(n)
        return n

    async with bench() as lab:
        lab.now(lambda view, socket: socket.start_async("x", work, 1, supersede=True))
        lab.now(lambda view, socket: socket.start_async("x", work, 2, supersede=True))
        await trio.sleep(5)
        assert finished == [2]
        assert lab.view.ends == (("x", Ok(2)),)


AROUND: list[Callable[[Hashable], Hashable]] = [
    lambda key: key,
    lambda key: ("create", (key,)),
    lambda key: frozenset({key}),
]


@pytest.mark.parametrize("around", AROUND)
async def test_names_of_different_types_are_different_though_python_holds_them_for_equal(around: Any) -> None:
    async with bench() as lab:
        for key in (1, True, 1.0):
            lab.now(lambda view, socket, key=key: socket.start_async(around(key), value_after, 1, repr(key)))
        await trio.sleep(0.5)
        lab.now(lambda view, socket: socket.cancel_async(around(True)))
        await trio.sleep(5)
        ended = [(repr(name), result) for name, result in lab.view.ends]
        assert sorted(ended, key=repr) == sorted(
            [
                (repr(around(1)), Ok("1")),
                (repr(around(1.0)), Ok("1.0")),
                (repr(around(True)), Exit(Shutdown("cancel"))),
            ],
            key=repr,
        )


async def test_any_hashable_names_a_task_and_different_names_are_independent() -> None:
    async with bench() as lab:
        for n in range(3):
            lab.now(lambda view, socket, n=n: socket.start_async(("create", n), value_after, 3 - n, n))
        await trio.sleep(5)
        assert lab.view.ends == tuple((("create", n), Ok(n)) for n in (2, 1, 0))


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({}, Exit(Shutdown("cancel"))),
        ({"reason": "superseded"}, Exit("superseded")),
        ({"reason": "kill"}, Exit("killed")),
    ],
)
async def test_cancel_arrives_as_a_later_message(given: dict[str, Any], left: Exit) -> None:
    async with bench() as lab:
        lab.now(lambda view, socket: socket.start_async("x", trio.sleep_forever))
        await settled()

        def cancel(view: Lab, socket: Socket) -> None:
            socket.cancel_async("x", **given)
            assert view.ends == ()

        lab.now(cancel)
        await settled()
        assert lab.view.ends == (("x", left),)


async def test_cancel_with_normal_does_not_end_it() -> None:
    async with bench() as lab:
        lab.now(lambda view, socket: socket.start_async("x", value_after, 1, 1))
        await settled()
        lab.now(lambda view, socket: socket.cancel_async("x", "normal"))
        await trio.sleep(2)
        assert lab.view.ends == (("x", Ok(1)),)


async def test_cancel_then_start_delivers_nothing_of_the_old_one() -> None:
    def renew(view: Lab, socket: Socket) -> None:
        socket.cancel_async("x", "superseded")
        socket.start_async("x", value_after, 1, "new")

    async with bench() as lab:
        lab.now(lambda view, socket: socket.start_async("x", trio.sleep_forever))
        await settled()
        lab.now(renew)
        await trio.sleep(5)
        assert lab.view.ends == (("x", Ok("new")),)


async def test_after_a_cancel_the_name_can_start_again() -> None:
    async with bench() as lab:
        lab.now(lambda view, socket: socket.start_async("x", trio.sleep_forever))
        lab.now(lambda view, socket: socket.cancel_async("x"))
        await settled()
        lab.now(lambda view, socket: socket.start_async("x", value_after, 1, 2))
        await trio.sleep(5)
        assert lab.view.ends == (("x", Exit(Shutdown("cancel"))), ("x", Ok(2)))


async def test_cancelling_nothing_is_nothing() -> None:
    async with bench() as lab:
        lab.now(lambda view, socket: socket.cancel_async("nothing"))
        await settled()
        assert lab.client.pushes() == []


async def test_tasks_end_with_the_view_superseded_ones_too() -> None:
    ended: list[str] = []

    async def forever(name: str) -> None:
        try:
            await trio.sleep_forever()
        finally:
            ended.append(name)

    async with bench() as lab:
        lab.now(lambda view, socket: socket.start_async("x", forever, "old"))
        lab.now(lambda view, socket: socket.start_async("x", forever, "new"))
        await settled()
        lab.client.push("phx_leave", {})
        await settled()
        assert sorted(ended) == ["new", "old"]


async def test_a_crash_of_the_view_ends_its_tasks(caplog: pytest.LogCaptureFixture) -> None:
    ended: list[bool] = []

    async def forever() -> None:
        try:
            await trio.sleep_forever()
        finally:
            ended.append(True)

    def crash(view: Lab, socket: Socket) -> None:
        raise RuntimeError("crash")

    async with bench() as lab:
        lab.now(lambda view, socket: socket.start_async("x", forever))
        await settled()
        lab.now(crash)
        await settled()
        assert ended == [True]
        assert lab.client.frames[-1][3] == "phx_error"


@pytest.mark.real_clock
async def test_a_plain_function_runs_in_a_thread() -> None:
    main = threading.get_ident()
    async with bench() as lab:
        lab.now(lambda view, socket: socket.start_async("x", threading.get_ident))
        while not lab.view.ends:
            await trio.sleep(0.001)
        ((_, result),) = lab.view.ends
        assert isinstance(result, Ok)
        assert untyped(result).value != main


@pytest.mark.real_clock
async def test_a_thread_is_abandoned_on_cancel() -> None:
    release = threading.Event()
    async with bench() as lab:
        lab.now(lambda view, socket: socket.start_async("x", release.wait, 30))
        await settled()
        lab.now(lambda view, socket: socket.cancel_async("x"))
        while not lab.view.ends:
            await trio.sleep(0.001)
        assert lab.view.ends == (("x", Exit(Shutdown("cancel"))),)
        release.set()


@pytest.mark.real_clock
async def test_partials_and_callable_objects_are_told_apart() -> None:
    class Slow:
        async def __call__(self) -> str:
            return "async object"

    async with bench() as lab:
        lab.now(lambda view, socket: socket.start_async(1, functools.partial(value_after, 0), "partial"))
        lab.now(lambda view, socket: socket.start_async(2, Slow()))
        lab.now(lambda view, socket: socket.start_async(3, functools.partial(str.upper, "thread")))
        while len(lab.view.ends) < 3:
            await trio.sleep(0.001)
        assert {name: result.value for name, result in lab.view.ends} == {
            1: "partial",
            2: "async object",
            3: "THREAD",
        }


async def test_under_a_supervisor_it_runs_as_its_child() -> None:
    seen: list[Any] = []

    async def child() -> str:
        seen.append("started")
        try:
            await trio.sleep(1)
            return "done"
        finally:
            seen.append("ended")

    async with bench() as lab:
        supervisor = lab.client.node.spawn(_supervise)
        await settled()
        lab.now(lambda view, socket: socket.start_async("x", child, supervisor="tasks"))
        await settled()
        assert len(await DynamicSupervisor.which_children("tasks")) == 1
        await trio.sleep(2)
        assert lab.view.ends == (("x", Ok("done")),)
        lab.now(lambda view, socket: socket.start_async("y", child, supervisor="tasks"))
        await settled()
        lab.now(lambda view, socket: socket.cancel_async("y"))
        await settled()
        assert lab.view.ends[1:] == (("y", Exit(Shutdown("cancel"))),)
        assert seen == ["started", "ended"] * 2
        assert await DynamicSupervisor.which_children("tasks") == []
        assert alive(supervisor)


async def _supervise() -> None:
    await TaskSupervisor.start_link(name="tasks")
    await trio.sleep_forever()


async def test_a_supervised_task_that_raises_leaves_the_view_alive(caplog: pytest.LogCaptureFixture) -> None:
    boom = ValueError("boom")
    async with bench() as lab:
        lab.client.node.spawn(_supervise)
        await settled()
        lab.now(lambda view, socket: socket.assign_async("org", fail, boom, supervisor="tasks"))
        await settled()
        assert lab.view.org.failed == Exit(boom)
        lab.now(lambda view, socket: socket.start_async("x", fail, boom, supervisor="nobody"))
        await settled()
        assert isinstance(lab.view.ends[-1][1], Exit)
        assert alive(lab.client.views[0])


# -- assign_async --------------------------------------------------------------


async def test_one_name_takes_the_value_itself() -> None:
    async with bench() as lab:
        lab.now(lambda view, socket: socket.assign_async("org", value_after, 1, {"org": "not unpacked"}))
        await settled()
        assert lab.view.org == AsyncResult(loading=("org",))
        await trio.sleep(2)
        assert lab.view.org == AsyncResult.of({"org": "not unpacked"})
        assert len(lab.client.pushes()) == 2


async def test_several_names_take_a_mapping() -> None:
    async with bench() as lab:
        lab.now(
            lambda view, socket: socket.assign_async(["org", "team"], value_after, 1, {"org": 1, "team": 2})
        )
        await trio.sleep(2)
        assert (lab.view.org, lab.view.team) == (AsyncResult.of(1), AsyncResult.of(2))


@pytest.mark.parametrize("value", [{"org": 1}, [1, 2], None])
async def test_a_mapping_without_all_names_fails_inside_the_task(value: Any) -> None:
    async with bench() as lab:
        lab.now(lambda view, socket: socket.assign_async(["org", "team"], value_after, 0, value))
        await trio.sleep(1)
        failed = lab.view.team.failed
        assert isinstance(failed, Exit)
        assert isinstance(failed.reason, CallbackError)
        assert alive(lab.client.views[0])


async def test_errors_exceptions_and_loading_again() -> None:
    boom = ValueError("boom")
    async with bench() as lab:
        lab.now(lambda view, socket: socket.assign_async("org", value_after, 0, Error("no")))
        await trio.sleep(1)
        assert lab.view.org == AsyncResult(failed=Error("no"))
        lab.now(lambda view, socket: socket.assign_async("org", value_after, 0, 1))
        await trio.sleep(1)
        lab.now(lambda view, socket: socket.assign_async("org", fail, boom))
        await trio.sleep(1)
        assert lab.view.org == AsyncResult(ok=True, result=1, failed=Exit(boom))
        lab.now(lambda view, socket: socket.assign_async("org", value_after, 1, 2))
        await settled()
        assert lab.view.org == AsyncResult(ok=True, result=1, loading=("org",))
        lab.now(lambda view, socket: socket.assign_async("org", value_after, 1, 3, reset=True))
        await settled()
        assert lab.view.org == AsyncResult(loading=("org",))
        await trio.sleep(5)
        assert lab.view.org == AsyncResult.of(3)


async def test_reset_of_some() -> None:
    async with bench() as lab:
        load = functools.partial(value_after, 1, {"org": 1, "team": 2})
        lab.now(lambda view, socket: socket.assign_async(["org", "team"], load))
        await trio.sleep(2)
        lab.now(lambda view, socket: socket.assign_async(["org", "team"], load, reset=["team"]))
        await settled()
        assert lab.view.org.ok
        assert not lab.view.team.ok


async def test_cancel_by_the_result_fails_all_its_names_at_once() -> None:
    async with bench() as lab:
        lab.now(lambda view, socket: socket.assign_async(["org", "team"], value_after, 9, {}))
        await settled()

        def cancel(view: Lab, socket: Socket) -> None:
            socket.cancel_async(view.org)
            assert view.team == AsyncResult(failed=Exit(Shutdown("cancel")))

        lab.now(cancel)
        await trio.sleep(20)
        assert lab.view.org == AsyncResult(failed=Exit(Shutdown("cancel")))


async def test_cancel_by_name_fails_later() -> None:
    async with bench() as lab:
        lab.now(lambda view, socket: socket.assign_async("org", trio.sleep_forever))
        await settled()
        lab.now(lambda view, socket: socket.cancel_async("org", "enough"))
        await settled()
        assert lab.view.org == AsyncResult(failed=Exit("enough"))


async def test_an_idle_result_cancels_nothing() -> None:
    async with bench() as lab:
        lab.now(lambda view, socket: socket.cancel_async(view.org))
        await settled()
        assert lab.view.org == AsyncResult.idle()


async def test_extra_keys_go_into_declared_assigns_only(caplog: pytest.LogCaptureFixture) -> None:
    async with bench() as lab:
        both = {"org": 1, "team": 2, "plain": 3}
        lab.now(lambda view, socket: socket.assign_async(["org", "team"], value_after, 0, both))
        await trio.sleep(1)
        assert lab.view.plain == AsyncResult.of(3)
        lab.now(
            lambda view, socket: socket.assign_async(["org", "team"], value_after, 0, {**both, "orgs": 4})
        )
        await trio.sleep(1)
        assert lab.client.frames[-1][3] == "phx_error"
    assert 'Did you mean "org"' in caplog.text


async def test_an_undeclared_name_is_an_error_at_once() -> None:
    seen: list[Exception] = []

    def ask(view: Lab, socket: Socket) -> None:
        try:
            socket.assign_async("orgg", value_after, 0, 0)
        except AssignError as error:
            seen.append(error)

    async with bench() as lab:
        lab.now(ask)
        await settled()
    assert 'Did you mean "org"' in str(seen[0])


# -- stream_async --------------------------------------------------------------


async def test_the_items_go_into_the_stream_and_the_result_is_true() -> None:
    async with bench() as lab:
        lab.now(lambda view, socket: socket.stream_async("rows", value_after, 1, [Row(1), Row(2)]))
        await settled()
        assert lab.view.rows == Stream(loading=True)
        await trio.sleep(2)
        assert lab.view.rows == Stream(ok=True, result=True)
        stream = lab.client.pushes()[-1]["4"]
        assert [entry["1"] for key, entry in stream["k"].items() if key != "kc"] == ["1", "2"]


async def test_stream_options_come_with_the_result() -> None:
    async with bench() as lab:
        load = StreamResult([Row(3)], at=0, reset=True, limit=-5)
        lab.now(lambda view, socket: socket.stream_async("rows", value_after, 0, [Row(1)]))
        await trio.sleep(1)
        lab.now(lambda view, socket: socket.stream_async("rows", value_after, 0, load))
        await trio.sleep(1)
        assert lab.client.pushes()[-1]["4"]["stream"] == ["0", [["rows-3", 0, -5]], [], True]


@pytest.mark.parametrize("value", [3, None, "text", {"a": 1}])
async def test_what_is_no_list_of_items_fails_inside_the_task(value: Any) -> None:
    async with bench() as lab:
        lab.now(lambda view, socket: socket.stream_async("rows", value_after, 0, value))
        await trio.sleep(1)
        failed = lab.view.rows.failed
        assert isinstance(failed, Exit)
        assert isinstance(failed.reason, CallbackError)


async def test_a_failure_leaves_the_stream_alone() -> None:
    async with bench() as lab:
        lab.now(lambda view, socket: socket.stream_async("rows", value_after, 0, Error("no")))
        await trio.sleep(1)
        assert lab.view.rows == Stream(failed=Error("no"))
        assert all("4" not in diff for diff in lab.client.pushes())


async def test_repeatedly_and_cancelled_by_name() -> None:
    async with bench() as lab:
        for n in range(3):
            lab.now(lambda view, socket, n=n: socket.stream_async("rows", value_after, 1, [Row(n)]))
            await trio.sleep(2)
        lab.now(lambda view, socket: socket.stream_async("rows", trio.sleep_forever))
        await settled()
        lab.now(lambda view, socket: socket.cancel_async("rows"))
        await settled()
        assert lab.view.rows == Stream(ok=True, result=True, failed=Exit(Shutdown("cancel")))


# -- the dead render -----------------------------------------------------------


async def test_nothing_starts_in_the_dead_render() -> None:
    started: list[bool] = []

    async def work() -> None:
        started.append(True)

    class Dead(LiveView[RawEvent]):
        org: AsyncResult[Any] = AsyncResult.idle()
        rows: Stream[Any]
        template = heex("<p>{bool(@org.loading)} {bool(@rows.loading)}</p>")

        async def mount(self, params: Any, session: Any, socket: Socket) -> None:
            socket.assign_async("org", work)
            socket.stream_async("rows", work)
            socket.start_async("x", work)
            socket.subscribe("topic")
            socket.undoable("x", work)
            socket.send_after("late", 1.0)

    gate = Views({"/": Dead})
    route = gate.route_for("http://test/")
    assert route is not None
    page = await dead_render(
        Mount(route=route, dom_id="d", uri="http://test/", params={}, session={}, endpoint=gate)
    )
    await trio.sleep(10)
    assert isinstance(page, DeadPage)
    assert page.content == "<p>True True</p>"
    assert started == []
