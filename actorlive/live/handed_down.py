"""What a view hands down to the views within it: plain values, and pids.

Problem: a view within a view joins by itself, with a signed token that says what it was given. What stands in a token
has been text in a browser for a while, and a `Pid` is itself on its own node only. Yet a pid is what a child wants
most: its parent's, a room's, that of a shared editor.

Rule: in a token stands, for a pid, the number of a place in a book that the application keeps while the process lives.
On this node the number leads back to the very same pid. Once the process has ended, after a restart and on another node
it leads to the pid of no process, which is what a pid means there: sending to it does nothing, monitoring it says
"noproc". Everything else must come back as it went, so it is what JSON has: text, numbers, true, false, None, lists and
dicts with text for keys (a tuple comes back as a list). Both lives of a view get what has been through this, so that a
value that would not survive is found in the first.

Rejected: keeping the session in the parent's process, under its own number. It would hold any object, but a sticky view
outlives its parent, and a view that is mounted again after a restart would have lost its session and not its page.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping
from typing import Any, cast

from actorlive import runtime
from actorlive.errors import CallbackError
from actorlive.runtime import Down, Pid, Port, Ref

__all__ = ["HandedDown"]

PID = "$pid"
"""The key of a pid in a token. A key of a session that begins with `$` has another one in front."""


class HandedDown:
    """The book of the pids that stand in tokens of one application."""

    def __init__(self) -> None:
        self._era = secrets.token_urlsafe(6)
        self._pids: dict[str, Pid] = {}
        self._watched: dict[Ref, str] = {}
        self._port: Port | None = None

    def __len__(self) -> int:
        return len(self._pids)

    # -- pids ------------------------------------------------------------------

    def key(self, pid: Pid) -> str:
        """The pid's place in the book; "" for one that is no process's (any more)."""
        if not runtime.alive(pid):
            return ""
        key = f"{self._era}.{pid.id}"
        if key not in self._pids:
            watch = self._watch()
            self._pids[key] = pid
            self._watched[watch.monitor(pid)] = key
        return key

    def find(self, key: str) -> Pid | None:
        """The living pid of that place, or None."""
        pid = self._pids.get(key)
        return pid if pid is not None and runtime.alive(pid) else None

    def _watch(self) -> Port:
        if self._port is None or self._port.closed:
            self._pids.clear()
            self._watched.clear()
            self._port = runtime.open_port(self._on_message, label="pids in tokens")
        return self._port

    def _on_message(self, message: object) -> None:
        if isinstance(message, Down):
            self._pids.pop(self._watched.pop(message.ref, ""), None)

    # -- sessions --------------------------------------------------------------

    def write(self, session: Mapping[str, object], what: str) -> dict[str, Any]:
        """The session as it stands in a token. Raises `CallbackError`, which names `what`, for what cannot."""
        return self._mapping(session, f"the session of {what}")

    def read(self, written: Mapping[str, Any]) -> dict[str, Any]:
        """The session of a token."""
        return {_unmarked(key): self._read(value) for key, value in written.items()}

    def _written(self, value: object, where: str) -> object:
        match value:
            case None | bool() | int() | str():
                return value
            case float() if math.isfinite(value):
                return value
            case Pid():
                return {PID: self.key(value)}
            case list() | tuple():
                items = enumerate(cast("list[object]", value))
                return [self._written(item, f"{where}[{index}]") for index, item in items]
            case Mapping():
                return self._mapping(cast("Mapping[object, object]", value), where)
            case _:
                raise CallbackError(
                    f"{where} is {value!r:.60} ({type(value).__qualname__}), which cannot travel in a token:"
                    " hand down what JSON has, or a pid; or an id, by which the view finds the rest"
                )

    def _mapping(self, value: Mapping[Any, object], where: str) -> dict[str, Any]:
        for key in value:
            if not isinstance(key, str):
                raise CallbackError(f"{where} has the key {key!r:.80}; the keys of a session are text")
        return {_marked(key): self._written(item, f"{where}[{key!r}]") for key, item in value.items()}

    def _read(self, value: Any) -> Any:
        match value:
            case {"$pid": str(key)}:
                return self.find(key) or runtime.dead_pid()
            case dict():
                return self.read(cast("dict[str, Any]", value))
            case list():
                return [self._read(item) for item in cast("list[Any]", value)]
            case _:
                return value


def _marked(key: str) -> str:
    return f"${key}" if key.startswith("$") else key


def _unmarked(key: str) -> str:
    return key.removeprefix("$")
