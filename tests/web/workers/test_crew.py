"""The parent's decisions, on a clock of its own: whatever happens to whichever worker, in any order.

`World` stands for the system: it does what the crew says, and knows who lives. The rules are checked after each step;
each has a crew beside that breaks it, which the same histories must find out.
"""

from __future__ import annotations

import signal
from collections import Counter
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings, strategies as st

from actorlive.web.ending import HURRY
from actorlive.web.workers.crew import (
    DEATHS,
    LATE,
    WINDOW,
    Act,
    CloseListeners,
    Crew,
    Fork,
    Member,
    Order,
    Quit,
    Say,
    TellAllServe,
    Verdict,
)

SIZE = 3
DRAIN = 8.0

WHO = st.integers(0, SIZE)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("serves"), WHO),
        st.tuples(st.just("leaves"), WHO),
        st.tuples(st.just("dies"), WHO, st.sampled_from([-9, -9, -11, 0, 1])),
        st.tuples(st.just("time"), st.sampled_from([0.001, 1.0, 2.5, 9.0, 60.0])),
        st.just(("end",)),
    ),
    max_size=30,
)


class World:
    """Workers that start, serve, leave and die, signals, and time."""

    def __init__(self, crew: Crew) -> None:
        self.crew = crew
        self.now = 0.0
        self.number_of: dict[int, int] = {}
        self.stage: dict[int, str] = {}
        self.told: dict[int, list[Verdict]] = {}
        self.deaths: list[float] = []
        self.requests = 0
        self.has_given_up = False
        self.anybody_served = False
        self.announced = 0
        self.closed = 0
        self.stopped: Quit | None = None

    @property
    def is_ending(self) -> bool:
        return bool(self.requests) or self.has_given_up

    def play(self, steps: list[Any]) -> None:
        """Do all of it, as far as there is anybody to do it to."""
        self.do(self.crew.start())
        self.check()
        for step in steps:
            match step:
                case ("serves", who) if self.stage:
                    self.serve(self.pick(who))
                case ("leaves", who) if self.stage:
                    self.leave(self.pick(who))
                case ("dies", who, code) if self.stage:
                    self.bury(self.pick(who), code)
                case ("time", seconds) if self.stopped is None:
                    self.wait(seconds)
                case ("end",) if self.stopped is None:
                    self.end()
                case _:
                    continue
            self.check()

    def pick(self, who: int) -> int:
        pids = sorted(self.stage)
        return pids[who % len(pids)]

    def do(self, acts: list[Act]) -> None:
        for act in acts:
            assert self.stopped is None, "nothing follows the end"
            match act:
                case Fork(number):
                    assert not self.is_ending, "nobody is forked any more"
                    self.fork(number)
                case Order(pid, verdict):
                    self.told[pid].append(verdict)
                case TellAllServe():
                    self.announced += 1
                case CloseListeners():
                    self.closed += 1
                case Quit():
                    self.stopped = act
                case Say(text):
                    assert text

    def fork(self, number: int) -> None:
        pid = 100 + len(self.told)
        self.number_of[pid], self.stage[pid], self.told[pid] = number, "starting", []
        self.do(self.crew.forked(number, pid))

    # -- what may happen -------------------------------------------------------

    def serve(self, pid: int) -> None:
        if self.stage[pid] == "starting":
            self.stage[pid] = "serving"
            self.anybody_served = True
        self.do(self.crew.serves(pid))

    def leave(self, pid: int) -> None:
        was, self.stage[pid] = self.stage[pid], "leaving"
        if was == "starting" and not self.is_ending:
            self.note_death()
        before = len(self.told)
        self.do(self.crew.leaves(pid, self.now))
        assert (len(self.told) > before) == (was != "leaving" and not self.is_ending)

    def bury(self, pid: int, code: int) -> None:
        if self.stage.pop(pid) != "leaving" and not self.is_ending:
            if code >= 0 and not self.anybody_served:
                self.has_given_up = True
            else:
                self.note_death()
        self.do(self.crew.died(pid, code, self.now))

    def note_death(self) -> None:
        self.deaths.append(self.now)
        recent = [death for death in self.deaths if self.now - death < WINDOW]
        self.has_given_up = len(recent) >= DEATHS

    def end(self) -> None:
        verdict = Verdict.HURRY if self.is_ending else Verdict.END
        self.requests += 1
        self.do(self.crew.told_to_end(self.now))
        assert all(self.told[pid][-1] is verdict for pid in self.stage)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        is_due = self.crew.kill_at <= self.now
        self.do(self.crew.tick(self.now))
        assert not is_due or all(self.told[pid][-1] is Verdict.KILL for pid in self.stage)

    # -- what always holds -----------------------------------------------------

    def check(self) -> None:
        """There is one worker for each number until the end, of which all are told; the parent ends behind the last."""
        numbers = Counter(self.number_of[pid] for pid, stage in self.stage.items() if stage != "leaving")
        assert max(numbers.values(), default=0) <= 1
        assert (self.stopped is not None) == (self.is_ending and not self.stage)
        if self.is_ending:
            assert all(self.told[pid] for pid in self.stage)
            assert self.closed == 1 or not self.stage
            if self.stage and not any(Verdict.KILL in self.told[pid] for pid in self.stage):
                patience = HURRY if self.requests + self.has_given_up > 1 else DRAIN
                assert self.crew.kill_at <= self.now + patience + LATE
        else:
            assert numbers == dict.fromkeys(range(1, SIZE + 1), 1)
            assert not any(self.told.values())
        if self.stopped is not None:
            assert (self.stopped.failure is not None) == self.has_given_up
        serving = [pid for pid, stage in self.stage.items() if stage == "serving"]
        assert self.announced == 1 or (self.announced == 0 and len(serving) < SIZE)


@given(STEPS)
@settings(max_examples=200)
def test_whatever_happens_the_rules_hold(steps: list[Any]) -> None:
    World(Crew(SIZE, DRAIN)).play(steps)


# -- crews that break a rule ---------------------------------------------------


class Careless(Crew):
    """Puts nobody in the place of one that dies."""

    def died(self, pid: int, code: int, now: float) -> list[Act]:
        return [act for act in super().died(pid, code, now) if not isinstance(act, Fork)]


class Patient(Crew):
    """Never gives up."""

    def died(self, pid: int, code: int, now: float) -> list[Act]:
        self._deaths.clear()
        return super().died(pid, code, now)


class Forgetful(Crew):
    """Counts deaths however long ago they were."""

    def died(self, pid: int, code: int, now: float) -> list[Act]:
        return super().died(pid, code, 0.0)


class Greedy(Crew):
    """Puts two in the place of one that left and then dies."""

    def died(self, pid: int, code: int, now: float) -> list[Act]:
        self._members[pid] = Member(self._members[pid].number)
        return super().died(pid, code, now)


class Deaf(Crew):
    """Does not hear a second request."""

    def told_to_end(self, now: float) -> list[Act]:
        return [] if self._is_ending else super().told_to_end(now)


class Mild(Crew):
    """Kills nobody."""

    def tick(self, now: float) -> list[Act]:
        return []


class Hasty(Crew):
    """Ends before its last worker."""

    def told_to_end(self, now: float) -> list[Act]:
        return [*super().told_to_end(now), Quit()]


@pytest.mark.parametrize("broken", [Careless, Patient, Forgetful, Greedy, Deaf, Mild, Hasty])
def test_a_crew_that_breaks_a_rule_is_found_out(broken: type[Crew]) -> None:
    @given(STEPS)
    @example([("serves", 0), *[("dies", 0, -9)] * DEATHS])
    @example([("serves", 0), *[("dies", 0, -9), ("time", 9.0)] * DEATHS])
    @settings(
        max_examples=500, phases=[Phase.explicit, Phase.generate], database=None, report_multiple_bugs=False
    )
    def play(steps: list[Any]) -> None:
        World(broken(SIZE, DRAIN)).play(steps)

    with pytest.raises(AssertionError):
        play()


# -- what is said --------------------------------------------------------------


def crew_of(size: int) -> Crew:
    """A crew whose workers, 101 and so on, serve."""
    crew = Crew(size, DRAIN)
    for number in range(1, size + 1):
        assert Fork(number) in crew.start()
        assert crew.forked(number, 100 + number) == []
    for number in range(1, size + 1):
        crew.serves(100 + number)
    return crew


def test_a_death_is_told_with_its_signal_or_code() -> None:
    crew = crew_of(2)
    assert crew.died(101, -signal.SIGKILL, 1.0) == [
        Say("worker 1 (process 101) was ended by SIGKILL; another takes its place"),
        Fork(1),
    ]
    assert crew.died(102, 3, 1.0) == [
        Say("worker 2 (process 102) has ended with code 3; another takes its place"),
        Fork(2),
    ]


def test_five_deaths_within_ten_seconds_end_everything_with_one_line() -> None:
    crew = crew_of(2)
    pid = 101
    for at in range(DEATHS - 1):
        assert Fork(1) in crew.died(pid, -signal.SIGSEGV, float(at))
        pid = 200 + at
        crew.forked(1, pid)
    assert crew.died(pid, -signal.SIGSEGV, 4.0) == [
        Say("worker 1 (process 203) was ended by SIGSEGV"),
        CloseListeners(),
        Order(102, Verdict.END),
    ]
    assert crew.died(102, 0, 5.0) == [Quit("5 workers have died within 10 s: the server ends")]


@given(st.lists(st.floats(0.0, 4.0), min_size=1, max_size=30))
def test_the_window_moves_with_the_deaths(pauses: list[float]) -> None:
    crew, pid, now = crew_of(1), 101, 0.0
    deaths: list[float] = []
    for index, pause in enumerate(pauses):
        now += pause
        deaths.append(now)
        acts = crew.died(pid, -signal.SIGKILL, now)
        if len(deaths) >= DEATHS and now - deaths[-DEATHS] < WINDOW:
            assert isinstance(acts[-1], Quit)
            return
        assert acts[-1] == Fork(1)
        pid = 200 + index
        crew.forked(1, pid)


def test_an_application_that_cannot_start_ends_the_server_at_once() -> None:
    crew = Crew(2, DRAIN)
    crew.start()
    crew.forked(1, 101)
    crew.forked(2, 102)
    assert crew.died(101, 1, 0.5) == [CloseListeners(), Order(102, Verdict.END)]
    assert crew.died(102, 1, 0.6) == [
        Quit(
            "worker 1 (process 101) has ended with code 1 before anybody was served: the server does not start"
        )
    ]


def test_a_worker_that_is_killed_before_it_serves_is_replaced() -> None:
    crew = Crew(1, DRAIN)
    crew.start()
    crew.forked(1, 101)
    assert crew.died(101, -signal.SIGKILL, 0.5)[-1] == Fork(1)


def test_a_worker_that_leaves_before_it_served_is_a_death() -> None:
    crew = Crew(1, DRAIN)
    crew.start()
    crew.forked(1, 101)
    assert crew.leaves(101, 0.0) == [
        Say("worker 1 (process 101) left before it served; another takes its place"),
        Fork(1),
    ]
    assert crew.died(101, 0, 0.0) == []


def test_a_system_that_forks_no_more_is_a_death_each_time() -> None:
    crew = Crew(2, DRAIN)
    crew.start()
    crew.forked(1, 101)
    for _ in range(DEATHS - 1):
        assert crew.not_forked(2, "Cannot allocate memory", 0.0) == [
            Say("worker 2 could not be forked (Cannot allocate memory); another takes its place"),
            Fork(2),
        ]
    assert crew.not_forked(2, "Cannot allocate memory", 0.0)[1:] == [
        CloseListeners(),
        Order(101, Verdict.END),
    ]
    assert crew.forked(2, 102) == [Order(102, Verdict.END)], "who is forked all the same, ends"


def test_who_is_late_is_killed_and_named() -> None:
    crew = crew_of(2)
    crew.told_to_end(100.0)
    crew.died(101, 0, 101.0)
    assert crew.tick(100.0 + DRAIN + LATE - 0.1) == []
    assert crew.tick(100.0 + DRAIN + LATE) == [
        Say("did not go down in time, and killed: worker 2 (process 102)"),
        Order(102, Verdict.KILL),
    ]
    assert crew.tick(200.0) == []
    assert crew.died(102, -signal.SIGKILL, 200.0) == [Quit()]
