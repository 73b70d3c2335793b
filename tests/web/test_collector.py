"""When the garbage collector looks at what: a cycle that came of age is found, but in no visitor's way."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import trio

from actorlive.web import collector
from actorlive.web.collector import Collector


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(collector, "LEAST", 6 * collector.OLD)
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


@dataclass
class Knot:
    """What refers to itself, as a view does whose callback is one of its own methods."""

    tied: list[object] = field(default_factory=list[object])


def knot_of_age() -> weakref.ref[Knot]:
    """One that no look at the young finds any more, and nobody knows."""
    knot = Knot()
    knot.tied.append(knot)
    age()
    age()
    return weakref.ref(knot)


def age(containers: int = 1) -> None:
    """So many containers, at most, come of age."""
    for _ in range(-(-containers // collector.OLD)):
        gc.collect(1)


def idle() -> float:
    return 0.0


async def gone_after(
    seconds: float, *, aged: int = collector.LEAST, processor_time: Callable[[], float] = idle
) -> bool:
    """Whether a knot is gone so long after so much has come of age."""
    collecting = Collector(processor_time)
    collecting.begin()
    knot = knot_of_age()
    assert knot() is not None
    age(aged - collecting.come_of_age())
    async with trio.open_nursery() as nursery:
        nursery.start_soon(collecting.run)
        await trio.sleep(seconds)
        nursery.cancel_scope.cancel()
    return knot() is None


async def test_what_came_of_age_is_looked_at_in_a_quiet_second() -> None:
    assert await gone_after(1.5)


async def test_what_is_little_is_left_alone() -> None:
    assert not await gone_after(100, aged=collector.LEAST // 2)


async def test_nobody_waits_for_a_look_at_all_while_the_server_works() -> None:
    assert not await gone_after(collector.PATIENCE - 2, processor_time=trio.current_time)


async def test_a_server_that_others_keep_from_working_is_not_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    async def wake_late(seconds: float) -> None:
        await wake_in_time(seconds * 1.5)

    wake_in_time = trio.sleep
    monkeypatch.setattr(collector.trio, "sleep", wake_late)
    assert not await gone_after(collector.PATIENCE / 2)


async def test_a_server_that_is_never_quiet_looks_all_the_same() -> None:
    assert await gone_after(collector.PATIENCE + 2, processor_time=trio.current_time)


async def test_the_next_look_at_all_is_due_when_as_much_has_been_added_as_there_is() -> None:
    collecting = Collector(idle)
    collecting.begin()
    kept: list[list[int]] = [[n] for n in range(2 * collector.LEAST)]
    age(collector.LEAST)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(collecting.run)
        await trio.sleep(2)
        assert collecting.come_of_age() == 0
        age(len(kept) - collector.OLD)
        await trio.sleep(100)
        assert collecting.come_of_age() > 0
        age(2 * collector.OLD)
        await trio.sleep(2)
        assert collecting.come_of_age() == 0
        nursery.cancel_scope.cancel()


def test_what_was_there_at_the_start_is_never_looked_at() -> None:
    there = [Knot()]
    Collector().begin()
    assert not any(found is there for found in gc.get_objects())
    there.append(Knot())
    assert any(found is there[1] for found in gc.get_objects())


def test_a_look_at_the_young_is_at_few() -> None:
    """What a look comes upon is what has been made since: more than that is what stops a server."""
    Collector().begin()
    sizes: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            sizes.append(sum(len(gc.get_objects(young)) for young in range(info["generation"] + 1)))

    gc.callbacks.append(note)
    try:
        kept = [[n] for n in range(3 * collector.OLD)]
    finally:
        gc.callbacks.remove(note)
    assert len(kept) > max(sizes) > collector.YOUNG
    assert max(sizes) <= collector.OLD + 100
