"""Lesser things than a fault: whatever actorlive or Python warn about goes into the page as well.

Every warning of the framework is a record of the log `actorlive`: an event that does not fit its type, a message that
nobody handled, an assign that was changed in place, a held loop, a text input without value. Python's own warnings
(`coroutine … was never awaited`) come as records of `py.warnings`. So this is a handler of logging, and what is new
there is new here.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from actorlive.dev.frames import own_frames
from actorlive.runtime import Pid, calling_pid

__all__ = ["NoteHandler", "places_in"]

SOURCES = ("actorlive", "py.warnings")

PLACE = re.compile(r"(?P<file>(?:/|[A-Za-z]:\\)?[^\s:\"'<>]+\.(?:py|heex)):(?P<line>\d+)")
TRACED = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)')

Places = list[tuple[str, int]]


class NoteHandler(logging.Handler):
    """Passes warnings on: `add(process or None, text, places, what was raised or None)`."""

    def __init__(self, add: Callable[[Pid | None, str, Places, BaseException | None], None]) -> None:
        super().__init__(logging.WARNING)
        self._add = add

    def attach(self) -> None:
        """Listen to the log from now on."""
        logging.captureWarnings(True)
        for name in SOURCES:
            logging.getLogger(name).addHandler(self)

    def detach(self) -> None:
        """Listen no more."""
        logging.captureWarnings(False)
        for name in SOURCES:
            logging.getLogger(name).removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Take one record, on whatever thread it was made."""
        try:
            text = record.getMessage().strip()
            error = record.exc_info[1] if record.exc_info else None
            places = places_in(text)
            if error is not None:
                places += [(frame.file, frame.line) for frame in own_frames(error)[:1]]
            self._add(_process(record), text, places, error)
        except Exception:
            self.handleError(record)


def places_in(text: str) -> Places:
    """The files with lines that a text names, each once: in a stack of Python only the innermost of the application."""
    traced = [(found["file"], int(found["line"])) for found in TRACED.finditer(text)]
    own = [place for place in traced if "/actorlive/" not in place[0] and "/lib/python" not in place[0]]
    named = [(found["file"], int(found["line"])) for found in PLACE.finditer(TRACED.sub("", text))]
    return list(dict.fromkeys([*named, *own[-1:]]))


def _process(record: logging.LogRecord) -> Pid | None:
    """Whose record it is: that of the process that runs, or of the one that it is about."""
    for arg in record.args if isinstance(record.args, tuple) else ():
        pid = getattr(arg, "pid", None)
        if isinstance(pid, Pid):
            return pid
    try:
        return calling_pid()
    except RuntimeError:
        return None  # not on the loop's thread
