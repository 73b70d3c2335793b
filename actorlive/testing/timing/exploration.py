"""Disorder on demand: one scenario under many schedules.

What a test sees is one course of events of many. `explore` runs a scenario again and again, and each time another seed
decides which of the ready processes runs next, which of several results and timers of one moment comes first, how long
each frame of a client takes, and where websockets break. A course that fails is shrunk: choice by choice back to the
ordinary order, as long as it fails in the same way. What is left tells which disorder it needs; its seed or its choices
repeat it exactly.
"""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

import trio
import trio.testing

from actorlive.runtime.faults import unwrap
from actorlive.testing.errors import Failure, hide_frames
from actorlive.testing.timing.schedule import Cuts, Schedule, using
from actorlive.testing.timing.trio_run import seed_trio

__all__ = ["ExplorationFailure", "explore"]

__tracebackhide__ = hide_frames

Scenario = Callable[[], Awaitable[object]]

MAX_SHRINKS = 300


@dataclass(frozen=True, slots=True)
class _Course:
    """One run: the choices that were made, and what it ended with."""

    choices: tuple[int, ...]
    cuts: tuple[str, ...]
    error: BaseException | None

    @property
    def moved(self) -> int:
        """How many choices are not the ordinary one."""
        return sum(choice != 0 for choice in self.choices)


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What a course may meet with beside another order."""

    jitter: float
    cuts: int
    away: float

    def __str__(self) -> str:
        """As arguments of `explore`, those that are not its defaults."""
        jitter = f", jitter={self.jitter:g}" if self.jitter else ""
        return jitter + (f", cuts={self.cuts}, away={self.away:g}" if self.cuts else "")


class ExplorationFailure(Failure):
    """A schedule under which the scenario fails; `__cause__` is what it raised.

    `seed` found it, `choices` is the shrunk schedule: give either back to `explore` to see it again.
    """

    def __init__(self, name: str, seed: int, tried: int, course: _Course, trouble: _Trouble) -> None:
        choices = list(course.choices)
        while choices and choices[-1] == 0:
            choices.pop()
        raised = traceback.format_exception_only(course.error)[-1].strip() if course.error else ""
        super().__init__(
            f"{name} fails under seed {seed}, the {_ordinal(tried)} that was tried: {raised}\n"
            f"{_needs(course)} To repeat it:\n"
            f"    explore({name}, seed={seed}{trouble})  # as it was found\n"
            f"    explore({name}, seed={seed}, choices={choices}{trouble})  # shrunk"
        )
        self.seed = seed
        self.choices = choices


def explore(
    scenario: Scenario,
    seeds: int = 200,
    *,
    seed: int | None = None,
    choices: Sequence[int] | None = None,
    first: int = 0,
    jitter: float = 0.0,
    cuts: int = 0,
    away: float = 1.0,
) -> int:
    """Run a scenario under `seeds` different schedules; how many were run.

    `scenario` is an `async def` without arguments that opens what it needs itself (`live(…)`, `open_node()`); it runs
    in a Trio loop of its own each time, on virtual time, so call this from a plain `def test_…`. `first` is the first
    seed; `seed` runs just that one, and `choices` just that schedule. With `jitter` each frame of a client may be so
    many seconds late, so that it changes places with what happens in that time. With `cuts` each page of `live()` has a
    line, if its application has lines, and so many times in a course, before any frame of either side, a websocket
    breaks; the network is back `away` seconds later at most, and the page at its next try. Raises `ExplorationFailure`.
    """
    if trio.lowlevel.in_trio_run():
        raise Failure(
            "explore() runs scenarios in Trio loops of their own: call it from a plain `def test_…`"
        )
    trouble = _Trouble(jitter, cuts, away)
    if choices is not None:
        error = _run(scenario, seed or 0, Schedule(None, choices), trouble).error
        if error is not None:
            raise error
        return 1
    numbers = range(first, first + seeds) if seed is None else [seed]
    for tried, number in enumerate(numbers, 1):
        course = _run(scenario, number, Schedule(number), trouble)
        if course.error is not None:
            shrunk = _shrink(partial(_run, scenario, number, trouble=trouble), course)
            name = getattr(scenario, "__name__", "scenario")
            raise ExplorationFailure(name, number, tried, shrunk, trouble) from shrunk.error
    return len(numbers)


def _run(scenario: Scenario, seed: int, schedule: Schedule, trouble: _Trouble) -> _Course:
    error: BaseException | None = None
    cuts = Cuts(schedule.choose, trouble.cuts, trouble.away)
    seed_trio(seed)
    try:
        with using(schedule, trouble.jitter, cuts if trouble.cuts else None):
            trio.run(partial(_run_scenario, scenario), clock=trio.testing.MockClock(autojump_threshold=0))
    except KeyboardInterrupt:
        raise
    except BaseException as caught:
        error = unwrap(caught)
    return _Course(tuple(schedule.answers), tuple(cuts.made), error)


async def _run_scenario(scenario: Scenario) -> None:
    await scenario()


def _shrink(run: Callable[[Schedule], _Course], course: _Course) -> _Course:
    """Put choices back to the ordinary one, in halves, quarters, …, one by one, while it still fails alike."""
    budget = MAX_SHRINKS
    size = len(course.choices)
    while size and budget > 0:
        start = 0
        while start < len(course.choices) and budget > 0:
            stop = start + size
            if any(course.choices[start:stop]):
                budget -= 1
                calmer = [*course.choices[:start], *([0] * size), *course.choices[stop:]]
                candidate = run(Schedule(None, calmer))
                if _alike(candidate, course) and candidate.moved < course.moved:
                    course = candidate
            start = stop
        size //= 2
    return course


def _alike(candidate: _Course, course: _Course) -> bool:
    return candidate.error is not None and type(candidate.error) is type(course.error)


def _needs(course: _Course) -> str:
    if course.moved == 0:
        return "It takes no more than Trio's own order under this seed."
    cuts = "".join(f"\nA websocket breaks {cut}." for cut in course.cuts)
    return f"Shrunk to {course.moved} choice{'s' * (course.moved > 1)} out of order.{cuts}"


def _ordinal(number: int) -> str:
    suffix = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
