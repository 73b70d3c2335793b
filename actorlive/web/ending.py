"""How a server goes down, and how it is made to.

From the first SIGTERM or SIGINT on, `drain` seconds (`--drain`) are what is left. They are spent like this, by shares:

* 0: it is not ready any more, nothing new is accepted, and connections that wait for a request end;
* until 0.5: the websockets are closed with 1012, in batches and in no order, so that their clients come back to the
  next server one after another; each view handles what it holds, then it ends;
* at 0.6: lines whose views have not handled yet what they hold (`web.page_line`) are closed all the same;
* at 0.7: requests that still run are cancelled;
* at 0.85: views that still run, and have been told to end, are killed;
* at 1: the program ends by force, and the log says who was at work.

With nothing to wait for, each step is over at once. A second signal hurries: the same plan, in `HURRY` seconds.

A view ends only behind the close of its socket, and never tells its client: a `phx_close` would be the server's wish
that the client stay away. 1000 would have it load the page.

**The last resort is a thread**, because a handler that never awaits holds the loop that every orderly means needs, and
who waits inside a shield cannot be ended by Trio. The signal is taken by a plain handler of Python's, which runs
between two instructions of whatever runs; only a call into C that never returns withstands it. The end by force has
exit code 0 as well: it is what the signal asked for, in the time that was given.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from math import inf
from time import monotonic
from types import FrameType
from typing import NoReturn

import trio

from actorlive.runtime import Node
from actorlive.runtime.main_stack import ask
from actorlive.web.parking import Parking
from actorlive.web.sockets import Sockets, all_down

__all__ = [
    "HURRY",
    "KILLS",
    "REQUESTS",
    "Ending",
    "HardStop",
    "drain_sockets",
    "main_thread_stands_at",
    "taking_signals",
]

CLOSES = 0.5
FINISHES = 0.6
REQUESTS = 0.7
KILLS = 0.85
HURRY = 1.0
"""Seconds that are left after a second signal."""
LAST_ANSWER = 0.3
"""Seconds that the loop's thread has to say where it stands."""
LAST_LINE = 1.0
"""Seconds that the log has for the last line: whoever is at work may hold its lock."""
SIGNALS = (signal.SIGINT, signal.SIGTERM)

_log = logging.getLogger("actorlive.web")


class Ending:
    """The wish that a server end: `requested`, then perhaps again. `drain` are the seconds that it may take."""

    def __init__(self, drain: float = 10.0, requested: trio.Event | None = None) -> None:
        self.requested: trio.Event = trio.Event() if requested is None else requested
        self.accepted_last: trio.Event = trio.Event()
        """Set when nothing new is accepted any more: another server may listen in the same place."""
        self._drain = drain
        self._began: float | None = None
        self._waits: dict[trio.CancelScope, float] = {}

    def request(self) -> None:
        """The server is to end; within `HURRY` seconds, when that is said again."""
        if self._began is not None:
            _log.warning("told again to go down: hurrying")
            self._begin(min(self.left(1.0), HURRY))
        self.requested.set()

    async def begin(self) -> None:
        """Wait until the server is to end; the time runs from then on."""
        await self.requested.wait()
        self._begin(self._drain)

    def _begin(self, drain: float) -> None:
        """The plan starts here, or anew with less time."""
        self._began, self._drain = trio.current_time(), drain
        for scope, share in self._waits.items():
            scope.deadline = min(scope.deadline, self.at(share))

    def at(self, share: float) -> float:
        """When that share of the time has passed, on Trio's clock; never, while nobody has asked for the end."""
        return inf if self._began is None else self._began + share * self._drain

    def left(self, share: float) -> float:
        """Seconds until then."""
        return max(0.0, self.at(share) - trio.current_time())

    @contextmanager
    def until(self, share: float) -> Generator[None]:
        """Give up what the block waits for when that share has passed, however short the time becomes."""
        with trio.CancelScope(deadline=self.at(share)) as scope:
            self._waits[scope] = share
            try:
                yield
            finally:
                del self._waits[scope]


async def drain_sockets(sockets: Sockets, node: Node | None, ending: Ending, parking: Parking) -> None:
    """Accept no new websocket, close the open ones with 1012, and wait for their views, and for those that wait for
    the join of their page."""
    sockets.draining = True
    views = parking.close()
    with ending.until(CLOSES):
        await sockets.close_in_turn(views, ending.left(CLOSES))
    sockets.hurry(views)
    with ending.until(FINISHES):
        await sockets.all_closed()
    sockets.close_rest()
    if node is not None:
        with ending.until(REQUESTS):
            await sockets.all_closed()
            await all_down(node, views)


class HardStop(threading.Thread):
    """Ends the program `drain` seconds after `arm` was called first.

    `who` is called then, and what it returns at the end: it says who is still at work.
    """

    def __init__(self, drain: float, who: Callable[[], Callable[[], str]]) -> None:
        super().__init__(name="actorlive hard stop", daemon=True)
        self._drain = drain
        self._who = who
        self._armed: queue.SimpleQueue[float] = queue.SimpleQueue()  # which a signal's handler may put into

    def arm(self) -> None:
        """A signal has come, the first or another."""
        self._armed.put(monotonic())

    def run(self) -> None:
        """Wait, then end the program."""
        began = self._armed.get()
        deadline, who = began + self._drain, self._who()
        with contextlib.suppress(queue.Empty):
            while True:
                again = self._armed.get(timeout=max(0.0, deadline - monotonic()))
                deadline = min(deadline, again + HURRY)
        end_by_force(
            f"did not go down within {deadline - began:.1f} s, ended by force; still at work: {who()}"
        )


def end_by_force(why: str) -> NoReturn:
    """End the program now, whatever it does; its last line is in the log, if that can still be written."""
    line = threading.Thread(target=_log_at_last, args=(why,), daemon=True)
    line.start()
    line.join(LAST_LINE)
    os._exit(0)


def _log_at_last(why: str) -> None:
    _log.critical("%s", why)
    logging.shutdown()
    sys.stderr.flush()
    sys.stdout.flush()


def main_thread_stands_at() -> str:
    """The function, file and line that the loop's thread is in, as far as it can say so itself."""
    sample = ask().wait(LAST_ANSWER)
    if sample is None or not sample.calls:
        return "a call that has not come back to Python"
    code, line = sample.calls[0]
    return f"{code.co_name} ({code.co_filename}:{line})"


@contextmanager
def taking_signals(ending: Ending, stop: HardStop) -> Generator[None]:
    """SIGTERM and SIGINT ask for the end."""
    token = trio.lowlevel.current_trio_token()

    def take(number: int, frame: FrameType | None) -> None:
        stop.arm()
        with contextlib.suppress(trio.RunFinishedError):
            token.run_sync_soon(ending.request)

    before = {number: signal.signal(number, take) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
