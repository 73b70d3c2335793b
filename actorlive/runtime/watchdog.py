"""The watchdog of a node: a thread that sees who holds the loop."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from time import perf_counter
from types import FrameType
from typing import TYPE_CHECKING, cast

import trio

from actorlive.runtime.errors import RuntimeMisuse
from actorlive.runtime.process import Process

if TYPE_CHECKING:
    from actorlive.runtime.node import Node

__all__ = ["Watchdog"]

log = logging.getLogger("actorlive.runtime")


class Watchdog:
    """Warns, with a stack, when a process holds the loop: Trio does not preempt, so everybody waits.

    A thread looks at the loop's stack every fifth of `limit` seconds. When it finds a process running it
    asks the loop for a sign of life, and looks again after `limit`. A loop that has not answered by then, with
    the same process on its stack, is in the same step of it: within one round of Trio's loop a task runs
    once. An idle loop is never woken, and a busy one costs nothing but the look.
    """

    def __init__(self, node: Node, limit: float) -> None:
        if not limit > 0:
            raise RuntimeMisuse(f"slow_handler is in seconds and more than 0, or None, not {limit!r}")
        self.node = node
        self.limit = limit
        self.ended = threading.Event()
        self.answered = threading.Event()
        self.thread = threading.Thread(target=self.run, name="actorlive watchdog", daemon=True)
        self.suspect: Process | None = None
        self.since = 0.0
        self.told = False

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()

    def run(self) -> None:
        """The thread."""
        while not self.ended.wait(self.pause()):
            self.look()

    def pause(self) -> float:
        """Seconds until the next look: sooner when a suspect is about to have had its time."""
        usual = self.limit / 5
        if self.suspect is None or self.told:
            return usual
        left = self.since + self.limit - perf_counter()
        return min(usual, left) if left > 0 else usual

    def look(self) -> None:
        """One look at the loop's stack."""
        frame = sys._current_frames().get(self.node.thread)  # pyright: ignore[reportPrivateUsage]
        process = running_process(frame)
        if process is None:
            self.suspect = None
        elif process is not self.suspect or self.answered.is_set():
            self.begin(process)
        elif not self.told and perf_counter() - self.since >= self.limit:
            self.told = True
            self.warn(process, frame)

    def begin(self, process: Process) -> None:
        """A process runs: remember since when, and ask the loop to answer."""
        self.suspect = process
        self.since = perf_counter()
        self.told = False
        self.answered = threading.Event()
        try:
            self.node.token.run_sync_soon(self.answered.set)
        except trio.RunFinishedError:
            self.ended.set()

    def warn(self, process: Process, frame: FrameType | None) -> None:
        """Say who, how long, and where."""
        log.warning(
            "process %r has held the loop for %.0f ms; nothing else runs meanwhile. Move the work to a thread "
            "(trio.to_thread.run_sync) or await in between.\n%s",
            process,
            (perf_counter() - self.since) * 1000,
            "".join(traceback.format_stack(frame)),
        )


def running_process(frame: FrameType | None) -> Process | None:
    """The process whose step is on a stack."""
    while frame is not None:
        if frame.f_code is Process.run.__code__:
            return cast("Process", frame.f_locals.get("self"))
        frame = frame.f_back
    return None
