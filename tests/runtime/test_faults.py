"""Nothing that a process raises ends anything but that process."""

from __future__ import annotations

import asyncio
import gc
import logging
import traceback
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NoReturn, cast

import pytest
import trio
from hypothesis import given, strategies as st

from actorlive.runtime import (
    Down,
    ProcessExit,
    exit,
    open_node,
    receive,
    register,
    self,
    send,
    spawn,
    spawn_monitor,
)
from actorlive.runtime.faults import HINT, flatten, is_fault, unwrap
from actorlive.runtime.process import Process
from tests.runtime.helpers import in_process


class OwnBase(BaseException):
    """What some libraries raise to get through `except Exception`."""


def kept_cancellation() -> BaseException:
    """A `Cancelled` that somebody has kept: there is no scope any more that it belongs to."""
    return trio.Cancelled._create(source="explicit")  # pyright: ignore[reportPrivateUsage]


RAISED: list[Callable[[], BaseException]] = [
    lambda: SystemExit(3),
    lambda: KeyboardInterrupt("by code"),
    GeneratorExit,
    MemoryError,
    RecursionError,
    StopIteration,
    StopAsyncIteration,
    OwnBase,
    kept_cancellation,
    lambda: BaseExceptionGroup("two", [SystemExit(1), KeyboardInterrupt()]),
    lambda: BaseExceptionGroup("nested", [BaseExceptionGroup("in", [GeneratorExit(), ValueError()])]),
    lambda: BaseExceptionGroup("mixed", [SystemExit(1), kept_cancellation()]),
]


async def plainly(error: BaseException) -> None:
    raise error


async def in_a_nursery(error: BaseException) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.sleep_forever)
        nursery.start_soon(plainly, error)


async def in_a_thread(error: BaseException) -> None:
    def work() -> NoReturn:
        raise error

    await trio.to_thread.run_sync(work)


async def when_it_is_cleaned_up(error: BaseException) -> None:
    try:
        await receive()
    finally:
        raise error


@pytest.mark.parametrize("place", [plainly, in_a_nursery, in_a_thread])
@pytest.mark.parametrize("make", RAISED)
async def test_whatever_a_process_raises_is_its_own_end_and_its_reason(
    place: Callable[[BaseException], Awaitable[None]],
    make: Callable[[], BaseException],
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def witness() -> None:
        send("watcher", await receive())

    async def watch() -> tuple[object, object]:
        register("watcher", self())
        pid = spawn(witness)
        _, ref = spawn_monitor(place, make())
        down = await receive(Down)
        assert down.ref is ref
        send(pid, "still there")
        return down.reason, await receive(str)

    async with open_node() as node:
        reason, heard = await in_process(node, watch)
    assert heard == "still there"
    if (place, make) == (in_a_nursery, kept_cancellation):
        assert reason == "normal"  # a nursery takes it for the end that it had asked for itself
    else:
        assert isinstance(reason, BaseException)
        assert "crashed" in caplog.text


@pytest.mark.parametrize("make", RAISED)
async def test_what_the_clean_up_raises_is_logged_and_changes_no_reason(
    make: Callable[[], BaseException], caplog: pytest.LogCaptureFixture
) -> None:
    async def watcher() -> object:
        pid, _ = spawn_monitor(when_it_is_cleaned_up, make())
        await trio.sleep(1)
        exit(pid, "asked")
        return (await receive(Down)).reason

    async with open_node() as node:
        assert await in_process(node, watcher) == "asked"
    assert ("raised while it was ending" in caplog.text) is (
        make is not kept_cancellation
    )  # which there means what it says


async def test_with_the_old_rule_one_system_exit_ends_the_node(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a process that lets something out takes the node along."""

    def lets_out(self: Process, error: BaseException) -> object:
        self.finish(error)
        raise error

    monkeypatch.setattr(Process, "caught", lets_out)
    with pytest.raises(SystemExit):  # noqa: PT012
        async with open_node() as node:
            node.spawn(plainly, SystemExit())
            await trio.sleep(1)


async def test_a_coroutine_that_is_thrown_away_is_closed_without_a_word(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with open_node() as node:
        process = Process(node, "forgotten")
        coroutine = process.run(trio.sleep_forever, ())
        coroutine.close()
        del coroutine, process
        gc.collect()
    assert not caplog.records


async def test_an_asyncio_call_says_what_to_write_on_trio(caplog: pytest.LogCaptureFixture) -> None:
    async def mistaken() -> None:
        await asyncio.sleep(1)

    async def mistaken_in_a_nursery() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(mistaken)
            nursery.start_soon(mistaken)

    async def other() -> None:
        raise RuntimeError("anything else")

    caplog.set_level(logging.ERROR)
    for work, count in ((mistaken, 1), (mistaken_in_a_nursery, 2), (other, 0)):
        caplog.clear()
        async with open_node() as node:
            node.spawn(work)
            await trio.sleep(1)
        assert caplog.records[0].exc_info is not None
        assert "".join(traceback.format_exception(caplog.records[0].exc_info[1])).count(HINT) == count


async def test_a_fault_is_what_was_not_asked_for() -> None:
    assert is_fault(SystemExit())
    assert is_fault(BaseExceptionGroup("", [SystemExit(), ProcessExit("x")]))
    assert not is_fault(ProcessExit("x"))
    with trio.CancelScope() as scope:
        assert is_fault(OSError())
        scope.cancel()
        with pytest.raises(trio.Cancelled):
            await trio.lowlevel.checkpoint()
        assert not is_fault(OSError())


leaves = st.sampled_from([ValueError, ProcessExit, OSError]).map(lambda kind: kind("x"))
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, min_size=1, max_size=3).map(partial(BaseExceptionGroup, ""))
)


def groups_of_one(error: BaseException, depth: int) -> BaseException:
    for _ in range(depth):
        error = BaseExceptionGroup("", [error])
    return error


@given(error=trees, depth=st.integers(0, 3))
def test_what_nurseries_wrap_around_an_error_does_not_change_what_it_is(
    error: BaseException, depth: int
) -> None:
    found = unwrap(groups_of_one(error, depth))
    assert found is unwrap(error)
    assert found is unwrap(found)
    if isinstance(found, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", found)
        assert len(group.exceptions) > 1
        assert flatten(group) == flatten(error)


@given(
    exits=st.lists(st.integers(), min_size=1, max_size=4).map(
        lambda reasons: [ProcessExit(r) for r in reasons]
    )
)
def test_of_several_exits_the_first_is_the_one(exits: list[ProcessExit]) -> None:
    assert unwrap(BaseExceptionGroup("", exits)) is exits[0]
    assert unwrap(BaseExceptionGroup("", [BaseExceptionGroup("", exits)])) is exits[0]
