"""Schedules: who runs next, chosen by a seed, recorded, repeated.

Two things decide the order in which an application's tasks run: the node, which asks `choose(n)` for the next of `n`
ready processes, or of `n` timers of one moment, and Trio, which shuffles the tasks that are ready at once.
`Schedule` answers the first from a seed, or from a record of earlier answers; `seed_trio` fixes the second.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial

import trio

from actorlive.runtime.turns import Choose, default_choose

__all__ = ["Cut", "Cuts", "Schedule", "cuts_of_this_run", "late_frames", "using"]

CHANCES = 16
"""One of so many frames finds its websocket broken in a way that the server notices, and one in the other."""

_jitter: ContextVar[float] = ContextVar("actorlive frame jitter", default=0.0)
_cuts: ContextVar[Cuts | None] = ContextVar("actorlive cuts", default=None)


class Schedule:
    """Answers `choose(n)` and keeps the answers.

    The first answers are those of `record`; then `seed` decides, or, without one, the order in which things became
    ready (0).
    """

    def __init__(self, seed: int | None = None, record: Sequence[int] = ()) -> None:
        self.answers: list[int] = []
        self.widths: list[int] = []
        self._record = record
        self._random = None if seed is None else random.Random(seed)  # noqa: S311 - a schedule, no secret

    def choose(self, count: int) -> int:
        """Which of `count` goes next."""
        position = len(self.answers)
        if position < len(self._record):
            answer = self._record[position] % count
        else:
            answer = self._random.randrange(count) if self._random is not None else 0
        self.answers.append(answer)
        self.widths.append(count)
        return answer


@dataclass(frozen=True, slots=True)
class Cut:
    """A websocket breaks, for at least so many seconds; `noticed` says whether the server learns of it."""

    noticed: bool
    seconds: float


class Cuts:
    """The websockets that break in one run: at most `most`, each for at most `away` seconds."""

    def __init__(self, choose: Choose, most: int, away: float) -> None:
        self.made: list[str] = []
        """What was cut where, for who reads of it."""
        self._choose = choose
        self._most = most
        self._away = away

    def before(self, frame: str) -> Cut | None:
        """The cut before the next frame, of which it is said where it goes; None for none, most of the time."""
        if len(self.made) == self._most:
            return None
        answer = self._choose(CHANCES)
        if answer not in (1, 2):
            return None
        cut = Cut(answer == 1, self._away * self._choose(3) / 2)
        how = "" if cut.noticed else ", which the server does not notice"
        self.made.append(f"at {trio.current_time():g} s, before a frame {frame}, for {cut.seconds:g} s{how}")
        return cut


@contextmanager
def using(schedule: Schedule, jitter: float = 0.0, cuts: Cuts | None = None) -> Generator[None]:
    """Every node that is opened inside asks this schedule, each frame of a client whether to be `jitter` late, and each
    page with a line whether its websocket breaks."""
    choose, late, cut = default_choose.set(schedule.choose), _jitter.set(jitter), _cuts.set(cuts)
    try:
        yield
    finally:
        default_choose.reset(choose)
        _jitter.reset(late)
        _cuts.reset(cut)


def cuts_of_this_run() -> Cuts | None:
    """What breaks the websockets of this run; None where nothing does."""
    return _cuts.get()


def late_frames() -> Callable[[], float]:
    """How many seconds the next frame of a client is late, as the schedule of this run decides."""
    choose, jitter = default_choose.get(), _jitter.get()
    return _never_late if choose is None or not jitter else partial(_perhaps_late, choose, jitter)


def _never_late() -> float:
    return 0.0


def _perhaps_late(choose: Choose, jitter: float) -> float:
    return jitter * choose(2)
