"""Where the main thread stands, told by itself.

**The problem**: whoever walks another thread's frames reads what that thread changes meanwhile. The GIL is no
protection, because it changes hands in the middle of the walk, and CPython 3.11 has crashed on a frame that was half
made. **The rule**: a thread's frames are read by that thread. A signal asks it to: Python runs a signal's handler in
the main thread, between two of its bytecodes, and also in the middle of a blocking call of Python's own, which goes on
afterwards (PEP 475). What is computed outside of Python answers when it comes back.

The signal is SIGURG, which Go's runtime takes for the same reasons: it is ignored where nobody handles it, and hardly
anything else uses it. An application that handles it keeps it, and nobody is asked then.
"""

from __future__ import annotations

import signal
import threading
import traceback
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from time import perf_counter
from types import CodeType, FrameType
from typing import TYPE_CHECKING

import trio

from actorlive.runtime.context import calling_process

if TYPE_CHECKING:
    from actorlive.runtime.process import Process

__all__ = ["Question", "Sample", "answering", "ask"]

SIGNAL: int | None = getattr(signal, "SIGURG", None) if hasattr(signal, "pthread_kill") else None

_questions: deque[Question] = deque()
_blocks: set[object] = set()
"""A mark of each block in which the main thread answers."""


class Sample:
    """Who runs, and where: the task and the process of the calling thread, None for none, and its `calls`, the
    innermost first."""

    def __init__(
        self, task: trio.lowlevel.Task | None, process: Process | None, frame: FrameType | None
    ) -> None:
        self.task = task
        self.process = process
        self.calls: list[tuple[CodeType, int]] = []
        while frame is not None:
            self.calls.append((frame.f_code, frame.f_lineno or 0))
            frame = frame.f_back

    def stack(self) -> str:
        """As Python writes it, the innermost call last."""
        summary = [(code.co_filename, line, code.co_name, None) for code, line in reversed(self.calls)]
        return "".join(traceback.StackSummary.from_list(summary).format())


class Question:
    """What a thread has asked; `sample` is the answer, taken at `answered`."""

    def __init__(self) -> None:
        self.asked = perf_counter()
        self.answered = 0.0
        self.sample: Sample | None = None
        self._has_come = threading.Event()

    def answer(self, sample: Sample) -> None:
        """Answer it."""
        self.answered = perf_counter()
        self.sample = sample
        self._has_come.set()

    def wait(self, timeout: float) -> Sample | None:
        """The answer; None when it takes more than `timeout` seconds."""
        self._has_come.wait(timeout)
        return self.sample


@contextmanager
def answering() -> Generator[bool]:
    """Have the main thread, which this is called by, answer for the block. False where it cannot: in another thread,
    where signals are not had, or where the application has its own use for this one."""
    if SIGNAL is None or threading.current_thread() is not threading.main_thread():
        yield False
        return
    if signal.getsignal(SIGNAL) not in (signal.SIG_DFL, signal.SIG_IGN, _answer):
        yield False
        return
    signal.signal(SIGNAL, _answer)
    mark = object()
    _blocks.add(mark)
    try:
        yield True
    finally:
        _blocks.discard(mark)
        if not _blocks and signal.getsignal(SIGNAL) is _answer:
            signal.signal(SIGNAL, signal.SIG_DFL)


def ask() -> Question:
    """Ask the main thread, from any other; it answers within a block of `answering`."""
    question = Question()
    if SIGNAL is not None and _blocks:
        _questions.append(question)
        signal.pthread_kill(threading.main_thread().ident or 0, SIGNAL)
    return question


def _answer(number: int, frame: FrameType | None) -> None:
    """The handler: it must not raise, since whatever runs there would have raised it."""
    while _questions:
        task = trio.lowlevel.current_task() if trio.lowlevel.in_trio_task() else None
        _questions.popleft().answer(Sample(task, calling_process(), frame))
