"""The parent of several workers, as a process: it forks, hears of signals and of ends, and does what `crew` says.

It waits for two things: for signals, whose numbers Python writes into a descriptor, and for what workers say. What
follows from one thing is done before the next is looked at.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import selectors
import signal
import socket
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import chain
from math import inf
from time import monotonic

from actorlive.web.listeners import Listener
from actorlive.web.workers.crew import Act, CloseListeners, Crew, Fork, Order, Quit, Say, TellAllServe
from actorlive.web.workers.post import Post
from actorlive.web.workers.seat import LEAVES, SERVES, Seat

__all__ = ["Parent"]

_log = logging.getLogger("actorlive.web")


class Parent:
    """Keeps `size` workers, which have `drain` seconds to go down.

    `listeners` are each worker's, by its number - 1; `announce` is called when all of them serve.
    """

    def __init__(
        self,
        size: int,
        drain: float,
        listeners: Sequence[Sequence[Listener]],
        announce: Callable[[], None],
    ) -> None:
        self._size = size
        self._crew = Crew(size, drain)
        self._listeners = listeners
        self._announce = announce
        self._post = Post(size)
        self._lines: dict[int, socket.socket] = {}

    def run(self) -> Seat | str | None:
        """In each worker its seat; in this process, when all have ended, why the server had to, or None."""
        gc.collect()
        gc.freeze()  # so that a fork shares with us what is there already
        with closing(HeardSignals()) as signals, selectors.PollSelector() as waiting:
            for happening in self._what_happens(signals, waiting):
                acts = deque(happening)
                while acts:
                    match acts.popleft():
                        case Fork(number):
                            outcome = self._fork(number, signals, waiting)
                            if isinstance(outcome, Seat):
                                return outcome
                            acts.extendleft(reversed(outcome))
                        case Quit(failure):
                            self._close_listeners()
                            return failure
                        case act:
                            self._do(act)
        return None

    # -- what happens ----------------------------------------------------------

    def _what_happens(self, signals: HeardSignals, waiting: selectors.BaseSelector) -> Iterator[list[Act]]:
        """What follows from each thing that happens, without an end."""
        waiting.register(signals, selectors.EVENT_READ)
        yield self._crew.start()
        while True:
            left = self._crew.kill_at - monotonic()
            for key, _ in waiting.select(None if left == inf else max(0.0, left)):
                if isinstance(key.data, int):
                    yield from self._what_is_said(key.data, waiting)
                    continue
                for number in signals.read():
                    if number == signal.SIGCHLD:
                        yield from self._who_died(waiting)
                    else:
                        yield self._crew.told_to_end(monotonic())
            yield self._crew.tick(monotonic())

    def _what_is_said(self, pid: int, waiting: selectors.BaseSelector) -> Iterator[list[Act]]:
        line = self._lines.get(pid)
        if line is None:  # it has died meanwhile
            return
        try:
            words = line.recv(16)
        except BlockingIOError:
            return
        except OSError:
            words = b""
        if not words and line in waiting.get_map():
            waiting.unregister(line)
        for word in words:
            if word == SERVES[0]:
                yield self._crew.serves(pid)
            elif word == LEAVES[0]:
                yield self._crew.leaves(pid, monotonic())

    def _who_died(self, waiting: selectors.BaseSelector) -> Iterator[list[Act]]:
        """One look may find several: signals of one number are not counted."""
        for pid in list(self._lines):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                yield from self._what_is_said(pid, waiting)  # before it died
                line = self._lines.pop(pid)
                if line in waiting.get_map():
                    waiting.unregister(line)
                line.close()
                yield self._crew.died(pid, os.waitstatus_to_exitcode(status), monotonic())

    # -- what is done ----------------------------------------------------------

    def _do(self, act: Order | Say | TellAllServe | CloseListeners) -> None:
        match act:
            case Order(pid, verdict):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, verdict.value)
            case Say(text):
                _log.warning("%s", text)
            case TellAllServe():
                self._announce()
            case CloseListeners():
                self._close_listeners()

    def _close_listeners(self) -> None:
        for listener in chain.from_iterable(self._listeners):
            listener.close()

    def _fork(self, number: int, signals: HeardSignals, waiting: selectors.BaseSelector) -> Seat | list[Act]:
        """The seat in the child; in this process what follows from there being one, or none."""
        ours, theirs = socket.socketpair()
        with signals.held_back():
            try:
                pid = os.fork()
            except OSError as error:
                ours.close()
                theirs.close()
                return self._crew.not_forked(number, error.strerror or str(error), monotonic())
            if not pid:
                signals.leave_to_child()
                ours.close()
                return self._be_seated(number, theirs)
        theirs.close()
        ours.setblocking(False)
        self._lines[pid] = ours
        waiting.register(ours, selectors.EVENT_READ, pid)
        return self._crew.forked(number, pid)

    def _be_seated(self, number: int, line: socket.socket) -> Seat:
        """In the child: close what the parent has open and is not ours."""
        for other in self._lines.values():
            other.close()
        own = [listener.lent() for listener in self._listeners[number - 1]]
        for listener in chain.from_iterable(self._listeners):
            listener.socket.close()
        self._post.close_others(number)
        return Seat(number, self._size, own, line, self._post.desk(number))


class HeardSignals:
    """SIGTERM, SIGINT and SIGCHLD, which can be waited for, and read, from now until `close`."""

    NUMBERS = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)

    def __init__(self) -> None:
        self._woken, self._wake = socket.socketpair()
        self._woken.setblocking(False)
        self._wake.setblocking(False)
        self._descriptor_before = signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, _wakes) for number in self.NUMBERS}

    def close(self) -> None:
        """Hear of them no more."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self._before:
            signal.set_wakeup_fd(self._descriptor_before)
        self._woken.close()
        self._wake.close()

    def fileno(self) -> int:
        """What can be read when a signal has come."""
        return self._woken.fileno()

    def read(self) -> bytes:
        """The numbers of the signals that have come."""
        try:
            return self._woken.recv(1024)
        except BlockingIOError:
            return b""

    @contextmanager
    def held_back(self) -> Generator[None]:
        """Signals that come within the block come behind it: a child must not take ours for its own."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, self.NUMBERS)
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def leave_to_child(self) -> None:
        """In the child: signals are its own. Ctrl+C, which reaches it too, is the parent's."""
        signal.set_wakeup_fd(-1)
        for number in self.NUMBERS:
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._before = {}


def _wakes(number: int, frame: object) -> None:
    """A signal that has a handler writes into the descriptor; there is nothing more to do."""
