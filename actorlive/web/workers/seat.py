"""What a worker is given by its parent, and what the two say to each other.

Over one socket the worker says that it serves, then that it leaves; the end of the stream is the parent's death. What
the parent has to say are signals, because a handler that holds the loop has to be ended as well: SIGTERM to end,
SIGUSR1 to hurry. A second SIGTERM is not a hurry: whoever stops a group of processes sends it to every one of them, the
parent too, which passes it on. For the same reason a worker does not hear Ctrl+C.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import trio

from actorlive.web.ending import Ending, HardStop
from actorlive.web.listeners import Listener
from actorlive.web.workers.post import Desk

__all__ = ["LEAVES", "SERVES", "Seat"]

SERVES = b"+"
LEAVES = b"-"

_log = logging.getLogger("actorlive.web")


@dataclass(frozen=True, slots=True)
class Seat:
    """The place of one worker: which of how many it is, where it accepts connections, the line to its parent, and the
    desk from which it writes to the others."""

    number: int
    size: int
    listeners: Sequence[Listener]
    line: socket.socket
    desk: Desk

    def say_that_it_serves(self) -> None:
        """The worker is ready for visitors."""
        self._say(SERVES)

    def say_that_it_leaves(self) -> None:
        """It accepts nothing more."""
        self._say(LEAVES)

    async def look_after(self, ending: Ending, stop: HardStop) -> None:
        """Tell the parent when nothing is accepted any more; have the worker end when the parent has died."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._tell_of_leaving, ending)
            await trio.lowlevel.wait_readable(self.line)
            _log.warning("the parent of worker %d has died: going down", self.number)
            stop.arm()
            ending.request()

    async def _tell_of_leaving(self, ending: Ending) -> None:
        await ending.accepted_last.wait()
        self.say_that_it_leaves()

    def _say(self, word: bytes) -> None:
        with contextlib.suppress(OSError):
            self.line.send(word)

    @contextmanager
    def taking_orders(self, ending: Ending, stop: HardStop) -> Generator[None]:
        """The parent's signals ask for the end."""
        token = trio.lowlevel.current_trio_token()
        has_been_told = False

        def take(number: int, frame: FrameType | None) -> None:
            nonlocal has_been_told
            if number == signal.SIGTERM and has_been_told:
                return
            has_been_told = True
            stop.arm()
            with contextlib.suppress(trio.RunFinishedError):
                token.run_sync_soon(ending.request)

        handlers: dict[int, Callable[[int, FrameType | None], None] | signal.Handlers] = {
            signal.SIGTERM: take,
            signal.SIGUSR1: take,
            signal.SIGINT: signal.SIG_IGN,
        }
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
