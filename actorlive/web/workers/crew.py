"""What the parent of several workers does, decided without I/O: events and the time go in, orders come out.

A worker is *starting* from its fork on, *serving* when it says so, *leaving* when it accepts nothing more.

* There is one worker for each number that starts or serves, from the beginning until the end is asked for. In the
  place of one that leaves or dies another is forked at once.
* `DEATHS` within `WINDOW` seconds end everything. So does a worker that gives up by itself before any has served: what
  keeps it from starting would keep the next one, too. A worker that has served and leaves does not count as dead.
* The first request to end is passed on to all, the second hurries them. Those that are left `LATE` seconds after the
  time that they had are killed. When all have ended, the parent does, with 0 unless it had to give up.
"""

from __future__ import annotations

import signal
from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from math import inf
from typing import TypeAlias

from actorlive.web.ending import HURRY

__all__ = ["Act", "CloseListeners", "Crew", "Fork", "Order", "Quit", "Say", "TellAllServe", "Verdict"]

DEATHS = 5
WINDOW = 10.0
LATE = 2.0
"""Seconds beyond its time in which a worker ends itself by force (`web.ending`), before the parent kills it."""


class Verdict(Enum):
    """What a worker is told."""

    END = signal.SIGTERM
    HURRY = signal.SIGUSR1
    KILL = signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Fork:
    """Make a worker of that number, and tell `Crew.forked`."""

    number: int


@dataclass(frozen=True, slots=True)
class Order:
    """Tell a worker something."""

    pid: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Say:
    """Write a line into the log."""

    text: str


@dataclass(frozen=True, slots=True)
class TellAllServe:
    """All workers serve for the first time: tell whoever has started this."""


@dataclass(frozen=True, slots=True)
class CloseListeners:
    """Nothing new comes in any more: the last to listen are the workers."""


@dataclass(frozen=True, slots=True)
class Quit:
    """Nobody is left: end, with 0 where nothing has gone wrong, else with 1 and this line."""

    failure: str | None = None


Act: TypeAlias = "Fork | Order | Say | TellAllServe | CloseListeners | Quit"


class WorkerStage(Enum):
    """Where a worker stands."""

    STARTING = auto()
    SERVING = auto()
    LEAVING = auto()


@dataclass(slots=True)
class Member:
    """One worker."""

    number: int
    stage: WorkerStage = WorkerStage.STARTING


class Crew:
    """`size` workers, which have `drain` seconds to go down. Times are those of any one clock, in seconds.

    Each method returns what is to be done, in order.
    """

    def __init__(self, size: int, drain: float) -> None:
        self.kill_at: float = inf
        """When `tick` has something to do."""
        self._numbers = range(1, size + 1)
        self._drain = drain
        self._members: dict[int, Member] = {}
        self._deaths: deque[float] = deque(maxlen=DEATHS)
        self._all_served = False
        self._anybody_served = False
        self._is_ending = False
        self._failure: str | None = None

    # -- what happens ----------------------------------------------------------

    def start(self) -> list[Act]:
        """Everything begins."""
        return [Fork(number) for number in self._numbers]

    def forked(self, number: int, pid: int) -> list[Act]:
        """There is a worker of that number."""
        self._members[pid] = Member(number)
        return [Order(pid, Verdict.END)] if self._is_ending else []

    def serves(self, pid: int) -> list[Act]:
        """A worker says that it serves."""
        member = self._members[pid]
        if member.stage is not WorkerStage.STARTING:
            return []
        member.stage = WorkerStage.SERVING
        self._anybody_served = True
        serving = [one for one in self._members.values() if one.stage is WorkerStage.SERVING]
        if self._all_served or len(serving) < len(self._numbers):
            return []
        self._all_served = True
        return [TellAllServe()]

    def leaves(self, pid: int, now: float) -> list[Act]:
        """A worker says that it accepts nothing more."""
        member = self._members[pid]
        was, member.stage = member.stage, WorkerStage.LEAVING
        if self._is_ending or was is WorkerStage.LEAVING:
            return []
        if was is WorkerStage.STARTING:
            return self._replace(member.number, f"{_name(pid, member)} left before it served", now)
        return [Fork(member.number)]

    def died(self, pid: int, code: int, now: float) -> list[Act]:
        """A worker has ended with this exit code; -9 is SIGKILL."""
        member = self._members.pop(pid)
        if self._is_ending:
            return [] if self._members else [Quit(self._failure)]
        if member.stage is WorkerStage.LEAVING:
            return []
        who = f"{_name(pid, member)} {_ended(code)}"
        if not self._anybody_served and code >= 0:
            return self._give_up(f"{who} before anybody was served: the server does not start", now)
        return self._replace(member.number, who, now)

    def not_forked(self, number: int, why: str, now: float) -> list[Act]:
        """The system has refused a worker."""
        return self._replace(number, f"worker {number} could not be forked ({why})", now)

    def told_to_end(self, now: float) -> list[Act]:
        """The end is asked for, or asked for again."""
        if not self._is_ending:
            return self._end(Verdict.END, now, self._drain)
        return self._end(Verdict.HURRY, now, HURRY)

    def tick(self, now: float) -> list[Act]:
        """The time is this."""
        if now < self.kill_at:
            return []
        self.kill_at = inf
        late = [_name(pid, member) for pid, member in self._members.items()]
        return [Say(f"did not go down in time, and killed: {', '.join(late)}"), *self._tell_all(Verdict.KILL)]

    # -- what follows ----------------------------------------------------------

    def _replace(self, number: int, what: str, now: float) -> list[Act]:
        self._deaths.append(now)
        if len(self._deaths) < DEATHS or now - self._deaths[0] >= WINDOW:
            return [Say(f"{what}; another takes its place"), Fork(number)]
        why = f"{DEATHS} workers have died within {WINDOW:g} s: the server ends"
        return [Say(what), *self._give_up(why, now)]

    def _give_up(self, why: str, now: float) -> list[Act]:
        self._failure = why
        return self._end(Verdict.END, now, self._drain) if self._members else [Quit(why)]

    def _end(self, verdict: Verdict, now: float, seconds: float) -> list[Act]:
        closing: list[Act] = [] if self._is_ending else [CloseListeners()]
        self._is_ending = True
        self.kill_at = min(self.kill_at, now + seconds + LATE)
        return [*closing, *self._tell_all(verdict)]

    def _tell_all(self, verdict: Verdict) -> list[Act]:
        return [Order(pid, verdict) for pid in self._members]


def _name(pid: int, member: Member) -> str:
    return f"worker {member.number} (process {pid})"


def _ended(code: int) -> str:
    if code >= 0:
        return f"has ended with code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
