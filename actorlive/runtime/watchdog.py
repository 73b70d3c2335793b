"""The watchdog of a node: a thread that notices who holds the loop."""

from __future__ import annotations

import logging
import threading
from contextlib import ExitStack, suppress
from time import perf_counter
from typing import TYPE_CHECKING

import trio

from actorlive.runtime.context import process_variable
from actorlive.runtime.errors import RuntimeMisuse
from actorlive.runtime.main_stack import Question, Sample, answering, ask

if TYPE_CHECKING:
    from actorlive.runtime.node import Node

__all__ = ["Watchdog"]

log = logging.getLogger("actorlive.runtime")

NO_STACK = "(its stack is known where the loop runs in the main thread, and SIGURG is not in use)\n"


class Rounds(trio.abc.Instrument):
    """Counts the rounds of a loop: the number is odd while its tasks run, and even while it waits."""

    def __init__(self) -> None:
        self.count = 1

    def before_io_wait(self, timeout: float) -> None:
        """All tasks of a round have run."""
        self.count += 1

    def after_io_wait(self, timeout: float) -> None:
        """The next ones are about to."""
        self.count += 1


class Steps(Rounds):
    """Notes the task that runs as well: a call for each step, for loops that cannot be asked."""

    task: trio.lowlevel.Task | None = None

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        """It runs from now on."""
        self.task = task


class Watchdog:
    """Warns, with a stack, when a process holds the loop: Trio does not preempt, so everybody waits.

    A thread looks every fifth of `limit` seconds whether the loop is still in the round that it was in, and reads
    nothing else of it. In a round that lasts it asks the loop's thread who runs (`main_stack`), and asks again after
    `limit`. The same task both times is in the same step of it: within one round of Trio's loop a task runs once. An
    idle loop is never woken, and one whose rounds are short is never asked.
    """

    def __init__(self, node: Node, limit: float) -> None:
        if not limit > 0:
            raise RuntimeMisuse(f"slow_handler is in seconds and more than 0, or None, not {limit!r}")
        self.node = node
        self.limit = limit
        self.rounds = Rounds()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run, name="actorlive watchdog", daemon=True)
        self.around = ExitStack()
        self.begin(0)

    def __enter__(self) -> None:
        if not self.around.enter_context(answering()):
            self.rounds = Steps()
        trio.lowlevel.add_instrument(self.rounds)
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()
        with suppress(KeyError):  # Trio removes one that was interrupted
            trio.lowlevel.remove_instrument(self.rounds)
        self.around.close()

    def run(self) -> None:
        """The thread."""
        while not self.ended.wait(self.pause()):
            self.look()

    def pause(self) -> float:
        """Seconds until the next look: fewer where an answer is due, or a suspect is about to have had its time."""
        usual = self.limit / 5
        if self.told or self.question is None:
            return usual
        if self.question.sample is None:
            return usual / 10
        left = self.since + self.limit - perf_counter()
        return min(usual, left) if left > 0 else usual / 10

    def begin(self, number: int) -> None:
        """The loop is in another round, and nobody is suspected."""
        self.round = number
        self.question: Question | None = None
        self.suspect: trio.lowlevel.Task | None = None
        self.since = 0.0
        self.told = False

    def look(self) -> None:
        """One look at the loop. Its round is read behind the answer, which is of this round then."""
        question = self.question
        sample = None if question is None else question.sample
        number = self.rounds.count
        if number != self.round or number % 2 == 0:
            self.begin(number)
        elif self.told:
            return
        elif question is None:
            self.question = self.ask()
        elif sample is not None:
            self.weigh(question, sample)

    def weigh(self, question: Question, sample: Sample) -> None:
        """Somebody runs: now and not before, for too long, or not for long enough to be asked again."""
        if self.suspect is None or sample.task is not self.suspect:
            self.suspect, self.since = sample.task, question.asked
        if question.answered - self.since >= self.limit:
            self.told = True
            self.warn(sample)
        elif perf_counter() - self.since >= self.limit:
            self.question = self.ask()

    def ask(self) -> Question:
        """Who runs: the loop's own thread answers, or what was noted of it does."""
        if not isinstance(self.rounds, Steps):
            return ask()
        question, task = Question(), self.rounds.task
        question.answer(Sample(task, None if task is None else task.context.get(process_variable), None))
        return question

    def warn(self, sample: Sample) -> None:
        """Say who, how long, and where; a task that is not a process's is nobody's handler."""
        if sample.process is not None:
            log.warning(
                "process %r has held the loop for %.0f ms; nothing else runs meanwhile. Move the work to a thread "
                "(trio.to_thread.run_sync) or await in between.\n%s",
                sample.process,
                (perf_counter() - self.since) * 1000,
                sample.stack() or NO_STACK,
            )
