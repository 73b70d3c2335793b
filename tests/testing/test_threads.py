"""Virtual time and the time that worker threads take."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest
import trio
import trio.testing
from quart_trio import QuartTrio

from actorlive import ActorLive, LiveView, heex
from actorlive.testing import live
from actorlive.testing.timing import threads
from actorlive.testing.timing.threads import threads_hold_time

A_MOMENT = 0.03
"""Real seconds."""


async def work() -> str:
    return await trio.to_thread.run_sync(lambda: time.sleep(A_MOMENT) or "worked")


@pytest.fixture
async def before() -> AsyncIterator[str]:
    with trio.fail_after(0.01):
        yield await work()


async def test_a_time_out_does_not_pass_while_a_thread_works_in_a_fixture_or_a_test(before: str) -> None:
    began = trio.current_time()
    with trio.fail_after(0.01):
        assert before == await work() == "worked"
    assert trio.current_time() == began


async def test_time_goes_on_when_the_last_of_several_threads_has_ended() -> None:
    began = trio.current_time()
    async with trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(work)
        await trio.sleep(5)
        assert trio.testing.active_thread_count() == 0
    assert trio.current_time() == began + 5


async def test_a_thread_that_never_ends_does_not_stop_what_would_cancel_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(threads, "PATIENCE", A_MOMENT / 2)
    with trio.move_on_after(60) as scope:
        await trio.to_thread.run_sync(time.sleep, 4 * A_MOMENT, abandon_on_cancel=True)
    assert scope.cancelled_caught


class Ready(LiveView):
    template = heex("<p>ready</p>")


async def at_work() -> None:
    await work()


async def open_after_work() -> None:
    app = QuartTrio(__name__)
    ActorLive(app, secret_key="a secret key that is for tests only").route("/", Ready)
    app.before_serving(at_work)
    app.after_serving(at_work)
    async with live(app, "/") as view:
        assert await view.text() == "ready"


async def test_an_application_may_work_in_threads_while_it_starts_and_ends() -> None:
    await open_after_work()


def test_so_it_may_under_another_plugins_clock() -> None:
    trio.run(open_after_work, clock=trio.testing.MockClock(autojump_threshold=0))


def test_control_without_that_a_time_out_is_over_before_the_thread_is() -> None:
    async def main() -> None:
        with trio.fail_after(0.01):
            await trio.to_thread.run_sync(time.sleep, A_MOMENT, abandon_on_cancel=True)

    with pytest.raises(trio.TooSlowError):
        trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def test_the_clock_is_as_it_was_afterwards_and_the_real_one_is_left_alone() -> None:
    async def main() -> float | None:
        clock = trio.lowlevel.current_clock()
        with threads_hold_time():
            with threads_hold_time():  # no further effect
                await work()
        return clock.autojump_threshold if isinstance(clock, trio.testing.MockClock) else None

    assert trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0.5)) == 0.5
    assert trio.run(main) is None
