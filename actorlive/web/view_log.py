"""The log of views: one short line for each join and each message, with its parameters and its time.

It is fed by telemetry, so a view is not slower without it. What stands under a secret name is not shown (`redaction`).
A class of views may say a level of its own, `log_level = "debug"`, or None for no lines at all. Mirrors the logger
of LiveView, and Phoenix's `filter_parameters`.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager

from actorlive import telemetry
from actorlive.live.socket import Socket
from actorlive.live.view import LiveView
from actorlive.live.view_settings import LogLevel
from actorlive.redaction import Redactor

__all__ = ["ViewLog", "logging_views", "milliseconds", "view_logger"]

LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}

view_logger = logging.getLogger("actorlive.views")


class ViewLog:
    """Writes the lines to `logger`, at `level` where a view says nothing else; a handler of telemetry."""

    def __init__(
        self, redactor: Redactor, level: LogLevel = "info", logger: logging.Logger = view_logger
    ) -> None:
        self._redactor = redactor
        self._level = level
        self._logger = logger

    def note(self, name: str, measurements: Mapping[str, float], metadata: Mapping[str, object]) -> None:
        """Take one event of telemetry."""
        view = metadata.get("view")
        cls = type(view)
        if not issubclass(cls, LiveView) or not name.startswith("live_view."):
            return
        said = cls.log_level
        level = LEVELS.get(self._level if said == "default" else said or "", 0)
        if not level or not self._logger.isEnabledFor(level):
            return
        line = self._line(name.removeprefix("live_view."), metadata)
        if line is not None:
            took = milliseconds(measurements["duration"])
            self._logger.log(level, "%s %s  in %s", cls.__qualname__, line, took)

    def _line(self, name: str, metadata: Mapping[str, object]) -> str | None:
        show = self._redactor.show
        match name:
            case "mount.stop" if metadata["connected"]:
                return f"joined at {self._path(metadata['socket'])}"
            case "handle_event.stop":
                return f"event {show(metadata['params'])}"
            case "handle_info.stop":
                return f"message {show(metadata['message'])}"
            case "handle_async.stop":
                return f"task {show(metadata['name'])} ended"
            case _:
                return None

    def _path(self, socket: object) -> str:
        if not isinstance(socket, Socket) or not socket.is_routed:
            return "no route"
        path, _, query = socket.path().partition("?")
        return self._redactor.show_url(path, query)


@contextmanager
def logging_views(level: LogLevel | None, secret_words: Sequence[str]) -> Generator[None]:
    """Write the log of views while the block runs; None for no log."""
    if level is None:
        yield
        return
    log = ViewLog(Redactor(secret_words), level)
    telemetry.attach(log, log.note)
    try:
        yield
    finally:
        telemetry.detach(log)


def milliseconds(seconds: float) -> str:
    """A duration with as many digits as anybody reads."""
    value = seconds * 1000
    return f"{value:.2g} ms" if value < 10 else f"{value:.0f} ms"
