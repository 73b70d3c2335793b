"""Schedules: a planted race that plain tests miss, found, shrunk and repeated."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from actorlive import Event, LiveView, Socket, heex
from actorlive.runtime import Pid, current_node, open_node, receive, self as own_pid, send, spawn
from actorlive.testing import ExplorationFailure, Failure, explore, live, live_isolated
from actorlive.testing.timing.clock import settle
from actorlive.testing.timing.schedule import Schedule
from tests.testing.views import kitchen_app

STATIONS = 4


class SoldTwiceError(Exception):
    """The reservation came after the cancellation."""


async def relay(target: Pid) -> None:
    while True:
        send(target, await receive())


async def shop(log: list[object]) -> None:
    """Believes that a reservation, made first, arrives before its cancellation, which takes the longer way."""
    while True:
        log.append(await receive())


async def order(log: list[object]) -> None:
    """Reserve directly; cancel by way of billing, audit, …: so many stations later."""
    stock = spawn(shop, log)
    way = stock
    for _ in range(STATIONS):
        way = spawn(relay, way)
    counter = spawn(relay, stock)
    await settle()
    send(counter, "reserve")
    send(way, "cancel")
    await settle()
    if log != ["reserve", "cancel"]:
        raise SoldTwiceError(log)


async def scenario() -> None:
    async with open_node():
        await order([])


def test_plain_runs_miss_the_race() -> None:
    """A thousand here, ten thousand in the soak run."""
    plain_runs(1_000)


@pytest.mark.soak
def test_ten_thousand_plain_runs_miss_the_race() -> None:
    plain_runs(10_000)


def plain_runs(count: int) -> None:
    async def many() -> None:
        for _ in range(count):
            await scenario()

    trio.run(many, clock=trio.testing.MockClock(autojump_threshold=0))


def test_the_race_is_found_shrunk_and_repeated() -> None:
    with pytest.raises(ExplorationFailure, match="fails under seed") as caught:
        explore(scenario)
    failure = caught.value
    assert isinstance(failure.__cause__, SoldTwiceError)
    assert f"explore(scenario, seed={failure.seed}" in str(failure)
    with pytest.raises(ExplorationFailure) as again:
        explore(scenario, seed=failure.seed)
    assert again.value.choices == failure.choices
    with pytest.raises(SoldTwiceError):
        explore(scenario, seed=failure.seed, choices=failure.choices)
    assert "Shrunk to 3 choices out of order." in str(failure)
    assert sum(choice != 0 for choice in failure.choices) == STATIONS - 1, (
        "each but the last station comes first"
    )


@pytest.mark.parametrize("first", range(0, 1_000, 200))
def test_any_two_hundred_seeds_find_the_race_and_shrink_to_the_same(first: int) -> None:
    with pytest.raises(ExplorationFailure) as caught:
        explore(scenario, first=first)
    assert caught.value.choices == [0, 0, 0, 0, 0, 0, 0, 1, 1, 1]


def test_a_sound_scenario_passes_under_every_seed() -> None:
    async def sound() -> None:
        async with open_node():
            log: list[object] = []
            stock = spawn(shop, log)
            counter = spawn(relay, stock)
            for number in range(5):
                send(counter, number)
            await settle()
            assert log == [0, 1, 2, 3, 4]

    assert explore(sound, seeds=50) == 50


def test_one_seed_is_one_course() -> None:
    def course(seed: int) -> list[object]:
        seen: list[object] = []

        async def several() -> None:
            async with open_node():
                for name in "abcdef":
                    spawn(report, name, seen)
                await settle()

        explore(several, seed=seed)
        return seen

    assert course(3) == course(3)
    assert len({tuple(course(seed)) for seed in range(20)}) > 5


async def report(name: str, seen: list[object]) -> None:
    seen.append(name)
    assert own_pid() in [process.pid for process in current_node().processes]


def test_views_are_explored_like_everything_else() -> None:
    async def clicks() -> None:
        async with live(kitchen_app(), "/kitchen") as view:
            await view.element("#inc").click()
            assert await view.element("#count").text() == "1"

    assert explore(clicks, seeds=5) == 5


class Begin(Event): ...


class MeetingLive(LiveView[Begin]):
    """Writes down in which order things of one moment come."""

    seen: str = ""

    template = heex("""<button phx-click="begin">Begin</button> <p>{@seen}</p>""")

    async def handle_event(self, event: Begin, socket: Socket) -> None:
        socket.send_after("x", 1.0)
        socket.send_after("y", 1.0)
        socket.start_async("a", trio.sleep, 1.0)
        socket.start_async("b", trio.sleep, 1.0)

    async def handle_info(self, message: object, socket: Socket) -> None:
        self.seen += str(message)

    async def handle_async(self, name: object, result: object, socket: Socket) -> None:
        self.seen += str(name)


def test_timers_and_results_of_one_moment_come_in_every_order() -> None:
    seen: set[str] = set()

    async def meeting() -> None:
        async with live_isolated(MeetingLive) as view:
            await view.element("button").click()
            await view.advance(1)
            seen.add(await view.element("p").text())

    explore(meeting, seeds=100)
    pairs = {
        "".join(name for name in order if name in pair) for order in seen for pair in ("xy", "ab", "xa", "yb")
    }
    assert {*map(len, seen)} == {4}
    assert pairs == {"xy", "yx", "ab", "ba", "xa", "ax", "yb", "by"}


async def test_inside_of_a_loop_explore_says_where_it_belongs() -> None:
    with pytest.raises(Failure, match="plain `def test_"):
        explore(scenario)


def test_late_frames_change_places_with_what_happens_meanwhile() -> None:
    async def slow_then_look() -> None:
        async with live(kitchen_app(), "/load") as view:
            await view.advance(2.99)
            await view.patch("/load")
            assert await view.element("#slow").text() == "loading"

    explore(slow_then_look, seeds=5)
    with pytest.raises(ExplorationFailure, match="AssertionError"):
        explore(slow_then_look, seeds=20, jitter=0.02)


def test_a_schedule_answers_from_its_record_then_from_its_seed() -> None:
    schedule = Schedule(None, [2, 7])
    assert [schedule.choose(3) for _ in range(4)] == [2, 1, 0, 0]
    assert schedule.answers == [2, 1, 0, 0]
    assert schedule.widths == [3, 3, 3, 3]
