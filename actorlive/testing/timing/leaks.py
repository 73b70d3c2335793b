"""What a view under test leaves behind: processes and timers that should have ended with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from actorlive.runtime import Node, Pid, ProcessStatistics, armed_timers, processes, statistics
from actorlive.testing.errors import Leak, hide_frames

__all__ = ["Baseline"]

__tracebackhide__ = hide_frames


class Baseline:
    """What was there before the view; `check` compares. `others` are the views of other blocks, now."""

    def __init__(self, node: Node, others: Callable[[], set[Pid]] = set[Pid]) -> None:
        self._node = node
        self._others = others
        self._pids = set(processes(node))
        self._timers = set(armed_timers(node))

    def ending(self) -> bool:
        """True while something new has been told to end and is still busy with that, as behind a shield."""
        return any(process.state == "exiting" for process in self._strays())

    def check(self) -> None:
        """Raises `Leak` with the names of what is new and still there."""
        others = self._others()
        left = [f"process {_describe(process)}" for process in self._strays()]
        left += [
            f"{timer!r} with the message {timer.message!r}"
            for timer in armed_timers(self._node)
            if timer not in self._timers and timer.dest not in others
        ]
        if left:
            raise Leak(
                "the view has ended, but this goes on:\n"
                + "".join(f"  {item}\n" for item in left)
                + "Start it with owner=socket.pid, or under a supervisor; or pass leaks=True if it is meant to stay."
            )

    def _strays(self) -> Iterable[ProcessStatistics]:
        known = self._pids | self._others()
        for pid in processes(self._node):
            if pid not in known and not _belongs(process := statistics(pid), known):
                yield process


def _belongs(process: ProcessStatistics, known: set[Pid]) -> bool:
    """True when it ends with something that is known: its owner, or a supervisor that it is linked to."""
    return process.owner in known or not known.isdisjoint(process.links)


def _describe(process: ProcessStatistics) -> str:
    return f"{process.name or process.function} {process.pid}, in {process.current_function}"
