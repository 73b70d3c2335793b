"""Three stages and a supervisor: a reader feeds counters, counters feed a report, one of them crashes.

    python -m examples.pipeline.pipeline

The lines are read by one process and counted by three workers. A worker that meets a poisoned line dies. Its
supervisor starts another, which asks for work; the reader, which monitors who has which line, sets the
poisoned line aside and gives out the next. Nothing is counted twice and nothing is lost but the poison.
"""

from __future__ import annotations

import sys
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

import trio

from actorlive.runtime import (
    NO_REPLY,
    Caller,
    Down,
    Pid,
    Ref,
    Server,
    Stop,
    Supervisor,
    call,
    cast,
    child_spec,
    demonitor,
    monitor,
    open_node,
    receive,
    reply,
    self,
    send,
)

__all__ = ["Outcome", "Reader", "Report", "count_lines", "worker"]

WORKERS = 3


@dataclass(frozen=True)
class Outcome:
    """What the pipeline found: how often each word occurs, and the lines that no worker survived."""

    words: dict[str, int]
    poisoned: list[str]


@dataclass(frozen=True)
class Ready:
    """A worker asks for its next line; it has counted the one before."""

    worker: Pid


@dataclass(frozen=True)
class Counted:
    """The words of one line."""

    words: Counter[str]


@dataclass(frozen=True)
class Finished:
    """The reader has no line left, and no worker is busy with one."""

    poisoned: list[str]


class Reader(Server):
    """Gives out lines, one to each worker at a time, and knows who has which."""

    async def init(self, *args: object) -> None:
        self.lines: deque[str] = deque(str(line) for line in args)
        self.at_work: dict[Pid, tuple[Ref, str]] = {}
        self.poisoned: list[str] = []

    async def handle_cast(self, request: object) -> object:
        match request:
            case Ready(worker):
                self.take_back(worker)
                self.give_out(worker)
            case _:
                pass
        return self.finish_if_done()

    async def handle_info(self, message: object) -> object:
        match message:
            case Down(_, Pid() as worker) if worker in self.at_work:
                self.poisoned.append(self.at_work.pop(worker)[1])
            case _:
                pass
        return self.finish_if_done()

    def give_out(self, worker: Pid) -> None:
        """The next line, if there is one."""
        if self.lines:
            line = self.lines.popleft()
            self.at_work[worker] = (monitor(worker), line)
            send(worker, line)

    def take_back(self, worker: Pid) -> None:
        """The worker's last line is counted."""
        if worker in self.at_work:
            demonitor(self.at_work.pop(worker)[0], flush=True)

    def finish_if_done(self) -> object:
        """Tell the report and end, when everything is counted."""
        if self.lines or self.at_work:
            return None
        cast("report", Finished(self.poisoned))
        return Stop("normal")


class Report(Server):
    """Adds up, and answers "outcome" when everything has arrived."""

    async def init(self, *args: object) -> None:
        self.words: Counter[str] = Counter()
        self.outcome: Outcome | None = None
        self.waiting: list[Caller] = []

    async def handle_cast(self, request: object) -> None:
        match request:
            case Counted(words):
                self.words.update(words)
            case Finished(poisoned):
                self.outcome = Outcome(dict(self.words), poisoned)
                self.answer()
            case _:
                pass

    async def handle_call(self, request: object, caller: Caller) -> object:
        self.waiting.append(caller)
        self.answer()
        return NO_REPLY

    def answer(self) -> None:
        """Everybody who asked, once there is something to say."""
        if self.outcome is not None:
            for caller in self.waiting:
                reply(caller, self.outcome)
            self.waiting.clear()


async def worker() -> None:
    """Counts one line after the other; dies of a poisoned one."""
    cast("reader", Ready(self()))
    while True:
        line = await receive(str)
        await trio.sleep(0.01)  # counting is hard work
        if "poison" in line:
            raise ValueError(f"cannot stomach {line!r}")
        cast("report", Counted(Counter(line.split())))
        cast("reader", Ready(self()))


async def count_lines(lines: Sequence[str]) -> Outcome:
    """Run the pipeline over `lines`."""
    async with open_node() as node:
        workers = [child_spec(worker, id=f"worker {number}") for number in range(WORKERS)]
        await node.start_child(child_spec(Report, name="report"))
        await node.start_child(child_spec(Reader, *lines, name="reader", restart="transient"))
        await node.start_child(Supervisor.spec(workers, max_restarts=10, name="workers"))
        outcome = await call("report", "outcome", timeout=None)
        return as_outcome(outcome)


def as_outcome(answer: object) -> Outcome:
    """The report answers with an `Outcome`; say so to the type checker, and check it."""
    if not isinstance(answer, Outcome):
        raise TypeError(f"the report answered {answer!r}")
    return answer


def main() -> None:
    """Count a few lines, one of them poisoned."""
    lines = ["to be or not to be", "that is the question", "a cup of poison", "to sleep perchance to dream"]
    outcome = trio.run(count_lines, lines)
    sys.stdout.write(f"{outcome.words}\nset aside: {outcome.poisoned}\n")


if __name__ == "__main__":
    main()
