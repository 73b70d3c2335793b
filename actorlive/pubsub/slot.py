"""The place that a program has among the nodes of a cluster.

The problem: a program that is killed and started again is, for a few seconds, there twice: as the one that nobody knows
to be dead yet, and as the one that has come. Rule: **a slot has one program at a time, and the later has the higher
start.** Whoever hears of a higher start knows at once that the lower is dead.

A slot is a lock on a file of the machine: the first that is free, so that a program that comes back takes the slot of
the one that was killed, whose lock the system has let go. Nobody has to name anything. Where there are no such locks,
or no folder for them, a slot is a random name, and a dead program is counted until the patience of the others ends.
Rejected: the process id (another one each time), the port (workers share it), a name by hand (one too many, and two
programs end each other).
"""

from __future__ import annotations

import os
import secrets
import socket
import stat
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

if sys.platform != "win32":
    import fcntl

__all__ = ["NodeSlot", "claimed_slot", "random_slot"]

MOST = 1024
"""The programs of one machine that have slots."""


def random_slot() -> str:
    """The name of a slot that nobody else has."""
    return f"{socket.gethostname()[:200]}/{secrets.token_hex(8)}"


@dataclass(frozen=True, slots=True)
class NodeSlot:
    """A place, and since when this program has it."""

    name: str = field(default_factory=random_slot)
    start: int = field(default_factory=time.time_ns)


@contextmanager
def claimed_slot(folder: Path | None = None) -> Generator[NodeSlot]:
    """A slot for a block: the first of this machine, and of this user, that is free."""
    held = _lock_first(folder or Path(tempfile.gettempdir()) / f"actorlive-{_user()}")
    if held is None:
        yield NodeSlot()
        return
    number, descriptor = held
    try:
        yield NodeSlot(f"{socket.gethostname()[:200]}/{number}")
    finally:
        os.close(descriptor)


def _user() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0


def _lock_first(folder: Path) -> tuple[int, int] | None:
    """The first slot that is free, and the descriptor that holds it."""
    if sys.platform == "win32":
        return None
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        known = folder.lstat()
    except OSError:
        return None
    if not stat.S_ISDIR(known.st_mode) or known.st_uid != _user():
        return None  # somebody else's folder, who could take our slots
    for number in range(MOST):
        descriptor = _lock(folder / str(number))
        if descriptor is not None:
            return number, descriptor
    return None


def _lock(path: Path) -> int | None:
    if sys.platform == "win32":
        return None
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
