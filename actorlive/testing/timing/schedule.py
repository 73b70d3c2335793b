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
from functools import partial

from actorlive.runtime.turns import Choose, default_choose

__all__ = ["Schedule", "late_frames", "using"]

_jitter: ContextVar[float] = ContextVar("actorlive frame jitter", default=0.0)


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


@contextmanager
def using(schedule: Schedule, jitter: float = 0.0) -> Generator[None]:
    """Every node that is opened inside asks this schedule; and each frame of a client whether to be `jitter` late."""
    choose, late = default_choose.set(schedule.choose), _jitter.set(jitter)
    try:
        yield
    finally:
        default_choose.reset(choose)
        _jitter.reset(late)


def late_frames() -> Callable[[], float]:
    """How many seconds the next frame of a client is late, as the schedule of this run decides."""
    choose, jitter = default_choose.get(), _jitter.get()
    return _never_late if choose is None or not jitter else partial(_perhaps_late, choose, jitter)


def _never_late() -> float:
    return 0.0


def _perhaps_late(choose: Choose, jitter: float) -> float:
    return jitter * choose(2)
