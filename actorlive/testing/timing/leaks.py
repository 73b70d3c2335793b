"""What a view under test leaves behind: processes and timers that should have ended with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from actorlive.errors import ActorLiveError
from actorlive.runtime import Node, Pid, statistics
from actorlive.runtime.signals import Entity
from actorlive.runtime.timers import Timer
from actorlive.testing.errors import Leak, hide_frames

__all__ = ["Baseline"]

__tracebackhide__ = hide_frames


class Baseline:
    """What was there before the view; `check` compares. `others` are the views of other blocks, now."""

    def __init__(self, node: Node, others: Callable[[], set[Pid]] = set[Pid]) -> None:
        self._node = node
        self._others = others
        self._pids = {process.pid for process in node.processes}
        self._timers = set(self._armed())

    def ending(self) -> bool:
        """True while something new has been told to end and is still busy with that, as behind a shield."""
        return any(process.doomed for process in self._strays())

    def check(self) -> None:
        """Raises `Leak` with the names of what is new and still there."""
        others = self._others()
        left = [f"process {_describe(process.pid)}" for process in self._strays()]
        left += [
            f"{timer!r} with the message {timer.message!r}"
            for timer in self._armed()
            if timer not in self._timers and timer.dest not in others
        ]
        if left:
            raise Leak(
                "the view has ended, but this goes on:\n"
                + "".join(f"  {item}\n" for item in left)
                + "Start it with owner=socket.pid, or under a supervisor; or pass leaks=True if it is meant to stay."
            )

    def _strays(self) -> Iterable[Entity]:
        known = self._pids | self._others()
        for process in self._node.processes:
            if process.pid not in known and not _belongs(process, known):
                yield process

    def _armed(self) -> list[Timer]:
        entries = [entry for _, _, entry in self._node.timers.entries]
        return [entry for entry in entries if isinstance(entry, Timer) and entry.heap is not None]


def _belongs(process: Entity, known: set[Pid]) -> bool:
    """True when it ends with something that is known: its owner, or a supervisor that it is linked to."""
    ties = [process.owner, *(process.links or ())]
    return any(tie is not None and tie.pid in known for tie in ties)


def _describe(pid: Pid) -> str:
    try:
        figures = statistics(pid)
    except ActorLiveError:
        return str(pid)
    return f"{figures.name or figures.function} {pid}, in {figures.current_function}"
