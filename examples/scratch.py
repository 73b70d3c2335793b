"""A place for the examples' files: made when the server starts, gone when it ends.

Several workers of one server share it: they are forks of the process that has made it, and leave it to that one.
"""

import atexit
import fcntl
import os
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import IO


@cache
def _directory() -> Path:
    folder, owner = Path(mkdtemp(prefix="actorlive-")), os.getpid()

    def remove() -> None:
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return folder


def scratch(name: str) -> Path:
    """The path of a file of that name."""
    return _directory() / name


class Turn:
    """Workers start at once; those that put the same things into the same files do so one after the other."""

    def __init__(self) -> None:
        self._lock: IO[bytes] | None = None

    async def take(self) -> None:
        """Wait until no other worker starts."""
        self._lock = scratch("starting.lock").open("wb")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    async def give_back(self) -> None:
        """Let the next one start."""
        if self._lock is not None:
            self._lock.close()
