"""Threads that an application starts when it is imported, which a fork would leave behind.

The child of a fork has the thread that forked and no other, and the locks of all of them as they were: what a thread
was to do is never done, and a lock that it held is never released.
"""

from __future__ import annotations

import sys
import sysconfig
import threading
from types import FrameType

from actorlive.errors import ActorLiveError

__all__ = ["ThreadsRun", "refuse_threads"]

STDLIB = sysconfig.get_path("stdlib")


class ThreadsRun(ActorLiveError):
    """The application runs threads where it is to be forked."""


def refuse_threads(size: int) -> None:
    """Raises `ThreadsRun` where more than this thread runs, with the name of each and where it stands."""
    names = {thread.ident: repr(thread.name) for thread in threading.enumerate()}
    stacks = sys._current_frames()  # pyright: ignore[reportPrivateUsage]
    others = [
        f"{names.get(ident, 'a thread without a name')} in {_place(frame)}"
        for ident, frame in stacks.items()
        if ident != threading.get_ident()
    ]
    if others:
        raise ThreadsRun(
            f"{size} workers are forks, and a fork has no threads: the application runs {', '.join(others)}."
            " Start what needs a thread in `@app.before_serving`, which each worker does for itself,"
            " or serve with one worker"
        )


def _place(frame: FrameType) -> str:
    """The innermost function of whoever made the thread: most wait in the standard library."""
    found: FrameType | None = frame
    while found is not None and _is_of_python(found.f_code.co_filename):
        found = found.f_back
    where = found or frame
    return f"{where.f_code.co_qualname} ({where.f_code.co_filename}:{where.f_lineno})"


def _is_of_python(filename: str) -> bool:
    return filename.startswith(("<", STDLIB)) and "site-packages" not in filename
