"""What each view was told of late: the last messages, as text. Fed by telemetry, so a view is not slower without it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from actorlive.dev.faults import Told
from actorlive.live.socket import Socket
from actorlive.redaction import Redactor
from actorlive.runtime import Pid

__all__ = ["Journal", "KnownView"]

KEPT = 12
"""Messages of one view."""

_KINDS = {
    "mount": "mount",
    "handle_params": "params",
    "handle_event": "event",
    "handle_info": "message",
    "handle_async": "task",
    "handle_call": "call",
    "handle_cast": "cast",
}

_ENDS = ("stop", "exception")
"""How a callback's span ends: with these all of its metadata is there."""


class _Entry(NamedTuple):
    at: float
    kind: str
    text: str


class KnownView(NamedTuple):
    """A connected view: its process and the id of its container."""

    pid: Pid
    dom_id: str


class Journal:
    """The last messages of every view that lives, and where each is."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._told: WeakKeyDictionary[object, deque[_Entry]] = WeakKeyDictionary()
        self._known: WeakKeyDictionary[object, KnownView] = WeakKeyDictionary()

    def note(self, name: str, metadata: Mapping[str, object]) -> None:
        """Take one event of telemetry; what no callback was told, such as an event that was refused, is not noted."""
        callback, _, end = name.removeprefix("live_view.").partition(".")
        kind = _KINDS.get(callback)
        view = metadata.get("view")
        if kind is None or view is None or end not in _ENDS:
            return
        socket = metadata.get("socket")
        if isinstance(socket, Socket) and socket.connected:
            self._known[view] = KnownView(socket.pid, socket.id)
        text = self._text(callback, metadata)
        self._told.setdefault(view, deque(maxlen=KEPT)).append(_Entry(time.monotonic(), kind, text))

    def last(self, view: object) -> list[Told]:
        """The last messages of a view, the newest first."""
        now = time.monotonic()
        return [Told(now - at, kind, text) for at, kind, text in reversed(self._told.get(view, ()))]

    def views(self) -> list[KnownView]:
        """The connected views that were mounted and are still there."""
        return list(self._known.values())

    def page_of(self, pid: Pid) -> str | None:
        """The id of the container of a view's process."""
        return next((known.dom_id for known in self._known.values() if known.pid is pid), None)

    def _text(self, callback: str, metadata: Mapping[str, object]) -> str:
        show = self._redactor.show
        match callback:
            case "mount":
                return self._where(metadata.get("socket"))
            case "handle_params":
                parts = urlsplit(str(metadata["uri"]))
                return self._redactor.show_url(parts.path, parts.query)
            case "handle_event":
                return show(metadata["params"])
            case "handle_info":
                return show(metadata["message"])
            case "handle_async":
                return f"{show(metadata['name'])} {show(metadata['result'])}"
            case _:
                return show(metadata["request"])

    def _where(self, socket: object) -> str:
        if not isinstance(socket, Socket):
            return ""
        life = "" if socket.connected else " (the first paint)"
        if not socket.is_routed:
            return f"no route{life}"
        path, _, query = socket.path().partition("?")
        return self._redactor.show_url(path, query) + life
