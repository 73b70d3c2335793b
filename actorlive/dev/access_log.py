"""The event log of development: one short line for each page, join and event, with its parameters and its time."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

from actorlive.dev.redaction import Redactor
from actorlive.live.socket import Socket
from actorlive.web.entrance import Asgi

__all__ = ["AccessLog", "EventLog", "log"]

log = logging.getLogger("actorlive.dev")

QUIET = "/live/"
"""Requests below it are the client's own: its files, its sockets."""


class AccessLog:
    """An ASGI layer that writes a line for each request."""

    def __init__(self, asgi: Asgi, redactor: Redactor) -> None:
        self._asgi = asgi
        self._redactor = redactor

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"].startswith(QUIET):
            await self._asgi(scope, receive, send)
            return
        began = time.perf_counter()

        async def note(message: Any) -> None:
            if message["type"] == "http.response.start":
                took = milliseconds(time.perf_counter() - began)
                where = self._redactor.show_url(
                    scope["path"], scope.get("query_string", b"").decode("latin-1")
                )
                log.info("%s %s  %d in %s", scope["method"], where, message["status"], took)
            await send(message)

        await self._asgi(scope, receive, note)


class EventLog:
    """Writes a line for each join and each message of a view; a handler of telemetry."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def note(self, name: str, measurements: Mapping[str, float], metadata: Mapping[str, object]) -> None:
        """Take one event of telemetry."""
        line = self._line(name.removeprefix("live_view."), metadata)
        if line is not None:
            view = type(metadata["view"]).__qualname__
            log.info("%s %s  in %s", view, line, milliseconds(measurements["duration"]))

    def _line(self, name: str, metadata: Mapping[str, object]) -> str | None:
        show = self._redactor.show
        match name:
            case "mount.stop" if metadata["connected"]:
                socket = metadata["socket"]
                return f"joined at {self._path(socket)}"
            case "handle_event.stop":
                return f"event {show(metadata['params'])}"
            case "handle_info.stop":
                return f"message {show(metadata['message'])}"
            case "handle_async.stop":
                return f"task {show(metadata['name'])} ended"
            case _:
                return None

    def _path(self, socket: object) -> str:
        assert isinstance(socket, Socket)
        path, _, query = socket.path().partition("?")
        return self._redactor.show_url(path, query)


def milliseconds(seconds: float) -> str:
    """A duration with as many digits as anybody reads."""
    value = seconds * 1000
    return f"{value:.2g} ms" if value < 10 else f"{value:.0f} ms"
