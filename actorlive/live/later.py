"""Things that a view will do in a while, unless it thinks again: undoable actions, delayed removals.

Each is a message of the view to itself, so it waits its turn like any other. Taking one back marks the message,
not only the timer: one that is in the mailbox already does nothing when its turn comes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, Literal

from actorlive.live.keys import exact
from actorlive.runtime import Pid, Timer, cancel_timer, send_after

__all__ = ["Action", "Later", "OnExit", "Postponed"]

OnExit = Literal["commit", "drop"]
Action = Callable[[], Awaitable[Any] | Any]


@dataclass(slots=True, eq=False)
class Later:
    """The message: run `action` in a turn of its own."""

    key: Hashable
    action: Action
    on_exit: OnExit
    cid: int | None = None
    """Whose it is: the live component of that number, or the view."""
    timer: Timer | None = None
    taken_back: bool = False


class Postponed:
    """What a view, or one of its live components, has postponed, by key."""

    __slots__ = ("_by_key", "_cid", "_pid")

    def __init__(self, pid: Pid, cid: int | None = None) -> None:
        self._pid = pid
        self._cid = cid
        self._by_key: dict[Hashable, Later] = {}

    def postpone(self, key: Hashable, action: Action, delay: float, on_exit: OnExit) -> None:
        """Do it in `delay` seconds. What was postponed under that key is taken back."""
        self.take_back(key)
        later = self._by_key[exact(key)] = Later(key, action, on_exit, self._cid)
        later.timer = send_after(self._pid, later, delay)

    def take_back(self, key: Hashable) -> bool:
        """Don't do it after all; True when it was still postponed."""
        later = self._by_key.pop(exact(key), None)
        if later is None:
            return False
        later.taken_back = True
        if later.timer is not None:
            cancel_timer(later.timer)
        return True

    def is_due(self, later: Later) -> bool:
        """True when that message is to be acted on; it is then postponed no longer."""
        if later.taken_back:
            return False
        self._by_key.pop(exact(later.key), None)
        return True

    def on_exit(self) -> list[Action]:
        """What has to be done now because the view ends; nothing is postponed afterwards."""
        laters = list(self._by_key.values())
        for later in laters:
            self.take_back(later.key)
        return [later.action for later in laters if later.on_exit == "commit"]

    def __bool__(self) -> bool:
        return bool(self._by_key)

    def __contains__(self, key: Hashable) -> bool:
        return exact(key) in self._by_key
