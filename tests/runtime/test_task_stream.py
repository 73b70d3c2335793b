"""A task for each of many items: order, bound, time-outs, and that nothing is left."""

from __future__ import annotations

import itertools
import logging
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from unittest import mock

import pytest
import trio
from hypothesis import given, settings, strategies as st
from trio.testing import MockClock

from actorlive.runtime import (
    CallError,
    Down,
    Exit,
    Ok,
    RuntimeMisuse,
    Task,
    TaskSupervisor,
    alive,
    open_node,
    process_flag,
    receive,
    self,
    send,
    spawn_link,
    spawn_monitor,
)
from actorlive.runtime.otp import task_stream
from actorlive.runtime.otp.task_stream import StreamedTask, TaskStream
from tests.runtime.helpers import in_process
from tests.support.narrow import entity_of, untyped


@dataclass(frozen=True)
class Job:
    """An item: how long it takes, how long its clean-up takes, and whether it fails in the end."""

    seconds: int
    cleanup: int = 0
    fails: bool = False


@dataclass
class Crowd:
    """How many run, and how many ran at a time at most."""

    now: int = 0
    most: int = 0

    async def run(self, job: Job) -> int:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await trio.sleep(job.seconds)
            if job.fails:
                raise ValueError(job.seconds)
            return job.seconds
        finally:
            with trio.CancelScope(shield=True):
                await trio.sleep(job.cleanup)
            self.now -= 1


def told(outcome: Ok[int] | Exit) -> object:
    """An outcome that can be compared: of an exception its type."""
    match outcome:
        case Exit(Exception() as error):
            return type(error).__name__
        case Exit(reason):
            return reason
        case Ok(value):
            return value


# -- against a model -----------------------------------------------------------


@dataclass(frozen=True)
class StreamProgram:
    jobs: tuple[Job, ...]
    at_a_time: int
    ordered: bool
    limit: int | None

    def outcome(self, job: Job) -> object:
        """What the job comes to, whenever it runs."""
        if self.limit is not None and job.seconds + job.cleanup > self.limit:
            return "timeout"
        return "ValueError" if job.fails else job.seconds

    def ends(self) -> list[tuple[float, int]]:
        """When each job has ended, clean-up included, and its number: a machine with `at_a_time` places."""
        places = [0.0] * self.at_a_time
        ends: list[tuple[float, int]] = []
        for number, job in enumerate(self.jobs):
            place = min(range(self.at_a_time), key=places.__getitem__)
            seconds = job.seconds if self.limit is None else min(job.seconds, self.limit)
            places[place] += seconds + job.cleanup
            ends.append((places[place], number))
        return sorted(ends)


jobs = st.builds(Job, st.integers(1, 9).map(lambda n: 2 * n), st.sampled_from([0, 2]), st.booleans())
stream_programs = st.builds(
    StreamProgram,
    st.lists(jobs, max_size=8).map(tuple),
    st.integers(1, 4),
    st.booleans(),
    st.none() | st.integers(0, 9).map(lambda n: 2 * n + 1),
)


def play(program: StreamProgram, seed: int) -> tuple[list[object], int, float, int]:
    """The outcomes, how many ran at a time at most, when it was over, and how many messages are left."""

    async def body() -> tuple[list[object], int, float, int]:
        process_flag(trap_exit=True)
        send(self(), "kept")
        crowd, begun = Crowd(), trio.current_time()
        stream = Task.async_stream(
            program.jobs,
            crowd.run,
            max_concurrency=program.at_a_time,
            ordered=program.ordered,
            timeout=program.limit,
            on_timeout="kill_task",
        )
        outcomes = [told(outcome) async for outcome in stream]
        over = trio.current_time() - begun
        await trio.sleep(100)
        return outcomes, crowd.most, over, len(entity_of(self()).messages())

    async def main() -> tuple[list[object], int, float, int]:
        choose = random.Random(seed).randrange if seed % 2 else None
        async with open_node(slow_handler=None, choose=choose) as node:
            return await in_process(node, body)

    logging.disable(logging.CRITICAL)
    try:
        return trio.run(main, clock=MockClock(autojump_threshold=0))
    finally:
        logging.disable(logging.NOTSET)


def check(program: StreamProgram, seed: int) -> None:
    outcomes, most, over, left = play(program, seed)
    expected = [program.outcome(job) for job in program.jobs]
    ends = program.ends()
    if program.ordered:
        assert outcomes == expected
    else:
        assert sorted(map(str, outcomes)) == sorted(map(str, expected))
        times = {when for when, _ in ends}
        if len(times) == len(ends):  # with ties any order is right
            assert outcomes == [expected[number] for _, number in ends]
    assert most == min(len(program.jobs), program.at_a_time)
    assert over == pytest.approx(max((when for when, _ in ends), default=0.0))
    assert left == 1, "only the message that was there before"


def check_all(programs: list[StreamProgram]) -> None:
    for program, seed in itertools.product(programs, range(4)):
        check(program, seed)


@settings(max_examples=120)
@given(program=stream_programs, seed=st.integers(0, 1 << 20))
def test_a_stream_of_tasks_is_a_machine_with_so_many_places(program: StreamProgram, seed: int) -> None:
    check(program, seed)


MANY = [
    StreamProgram((Job(6, 2), Job(2, 2), Job(4, 0, fails=True), Job(10, 2), Job(2)), 2, ordered, limit)
    for ordered in (True, False)
    for limit in (None, 5)
]

begin_tasks = TaskStream[Any].begin_tasks


async def one_too_many(stream: TaskStream[Any]) -> None:
    stream.max_concurrency += 1
    await begin_tasks(stream)
    stream.max_concurrency -= 1


async def a_place_is_free_before_its_task_is_gone(stream: TaskStream[Any]) -> None:
    late = sum(task.is_late for task in stream.running.values())
    stream.max_concurrency += late
    await begin_tasks(stream)
    stream.max_concurrency -= late


def order_of_completion(stream: TaskStream[Any], task: StreamedTask, outcome: Any) -> None:
    stream.ready.append(outcome)


def only_unlinked(ref: object, pid: Any) -> None:
    pass


@pytest.mark.parametrize(
    ("owner", "name", "broken"),
    [
        (TaskStream, "begin_tasks", one_too_many),
        (TaskStream, "begin_tasks", a_place_is_free_before_its_task_is_gone),
        (TaskStream, "finish", order_of_completion),
        (task_stream, "forget", only_unlinked),
    ],
)
def test_control_a_broken_rule_of_streams_is_seen(
    owner: object, name: str, broken: Callable[..., Any]
) -> None:
    with (
        mock.patch.object(owner, name, broken),
        pytest.raises((AssertionError, BaseExceptionGroup, KeyError)),
    ):
        check_all(MANY)


# -- one by one ----------------------------------------------------------------


async def doubled(number: int) -> int:
    await trio.sleep(number)
    return 2 * number


async def test_items_are_taken_when_there_is_room_so_a_source_may_be_endless() -> None:
    taken: list[int] = []

    def source() -> Iterator[int]:
        for number in itertools.count():
            taken.append(number)
            yield 1

    async def body() -> None:
        async with Task.async_stream(source(), doubled, max_concurrency=3) as results:
            firsts = [await anext(results) for _ in range(5)]
        assert firsts == [Ok(2)] * 5
        assert len(taken) <= 5 + 2 * 3  # handed over, running, and ended meanwhile
        await trio.sleep(10)
        assert not entity_of(self()).messages()

    async with open_node() as node:
        await in_process(node, body)


async def test_leaving_the_block_kills_what_still_runs() -> None:
    crowd = Crowd()

    async def body() -> None:
        async with Task.async_stream([Job(1), Job(50), Job(60)], crowd.run, timeout=None) as results:
            assert await anext(results) == Ok(1)
            assert crowd.now == 2
        await trio.sleep(0.1)
        assert crowd.now == 0
        await trio.sleep(100)
        assert not entity_of(self()).messages()

    async with open_node() as node:
        await in_process(node, body)


async def test_by_default_a_time_out_ends_the_iteration_and_the_other_tasks() -> None:
    crowd = Crowd()

    async def body() -> None:
        seen: list[object] = []
        stream = Task.async_stream([Job(1), Job(6), Job(4)], crowd.run)
        seen.append(await anext(stream))
        with pytest.raises(CallError) as caught:
            await anext(stream)
        assert caught.value.reason == "timeout"
        assert trio.current_time() - begun == 5
        assert seen == [Ok(1)]
        await trio.sleep(0.1)
        assert crowd.now == 0
        assert not entity_of(self()).messages()

    begun = trio.current_time()
    async with open_node() as node:
        await in_process(node, body)


async def test_a_value_that_comes_after_the_time_out_is_not_the_result() -> None:
    async def stubborn(_: object) -> str:
        try:
            await trio.sleep(10)
        except trio.Cancelled:
            return "too late"
        return "never"

    async def body() -> None:
        stream = Task.async_stream([1], stubborn, timeout=2, on_timeout="kill_task")
        assert [outcome async for outcome in stream] == [Exit("timeout")]
        await trio.sleep(20)
        assert not entity_of(self()).messages()

    async with open_node() as node:
        await in_process(node, body)


async def test_a_crash_takes_a_linked_caller_along_and_not_one_of_nolink(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def linked() -> None:
        async for _ in Task.async_stream([Job(1, fails=True)], Crowd().run):
            pass

    async def body() -> None:
        spawn_monitor(linked)
        assert isinstance((await receive(Down)).reason, ValueError)
        supervisor = await TaskSupervisor.start_link()
        crowd = [Job(3), Job(1, fails=True), Job(2)]
        stream = TaskSupervisor.async_stream_nolink(supervisor, crowd, Crowd().run)
        assert [told(outcome) async for outcome in stream] == [3, "ValueError", 2]
        linked_ones = TaskSupervisor.async_stream(supervisor, [Job(1), Job(2)], Crowd().run, ordered=False)
        assert [told(outcome) async for outcome in linked_ones] == [1, 2]
        assert await TaskSupervisor.children(supervisor) == []

    async with open_node() as node:
        await in_process(node, body)


async def test_what_the_items_raise_ends_the_tasks_and_is_raised() -> None:
    crowd = Crowd()

    def source() -> Iterator[Job]:
        yield Job(50)
        raise LookupError("no more")

    async def body() -> None:
        with pytest.raises(LookupError):
            await anext(Task.async_stream(source(), crowd.run))
        await trio.sleep(0.1)
        assert crowd.now == 0

    async with open_node() as node:
        await in_process(node, body)


async def test_a_cancelled_iteration_leaves_no_task_behind() -> None:
    crowd = Crowd()

    async def body() -> None:
        stream = Task.async_stream([Job(50)], crowd.run, timeout=None)
        with trio.move_on_after(1):
            await anext(stream)
        await trio.sleep(0.1)
        assert crowd.now == 0
        assert [outcome async for outcome in stream] == []

    async with open_node() as node:
        await in_process(node, body)


async def test_without_a_block_a_task_outlives_who_stops_early_and_ends_normally() -> None:
    crowd = Crowd()

    async def iterates() -> None:
        async for _ in Task.async_stream([Job(2), Job(50)], crowd.run, timeout=None, ordered=False):
            return

    async def body() -> None:
        pid = spawn_link(iterates)
        await trio.sleep(3)
        assert not alive(pid)
        assert crowd.now == 1  # it ended normally, and a link tells nobody of that: hence the block

    async with open_node() as node:
        await in_process(node, body)


@pytest.mark.real_clock
async def test_plain_functions_run_in_threads() -> None:
    async def body() -> None:
        stream = Task.async_stream([1, 2], lambda _: threading.get_ident())
        here = threading.get_ident()
        assert all(outcome != Ok(here) for outcome in [outcome async for outcome in stream])

    async with open_node() as node:
        await in_process(node, body)


@pytest.mark.parametrize(
    "options",
    [{"max_concurrency": 0}, {"timeout": -1}, {"timeout": float("nan")}, {"on_timeout": "ignore"}],
)
async def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    async def body() -> None:
        with pytest.raises(RuntimeMisuse):
            Task.async_stream([1], doubled, **untyped(options))

    async with open_node() as node:
        await in_process(node, body)


async def test_only_its_owner_may_iterate() -> None:
    async def thief(stream: TaskStream[int]) -> None:
        with pytest.raises(RuntimeMisuse, match="only the process"):
            await anext(stream)

    async def body() -> None:
        spawn_monitor(thief, Task.async_stream([1], doubled))
        assert (await receive(Down)).reason == "normal"

    async with open_node() as node:
        await in_process(node, body)
