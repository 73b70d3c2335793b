"""Where the bytes of a file go: an `UploadWriter`, by default a temporary file.

A writer runs in the process of its upload and of no other, one call at a time; the client sends the next chunk when
the last is written, so a slow one holds up its own file only. Temporary files are written in threads of their own,
`THREADS` of them, so that a slow disk holds up nobody else who needs one, and no file is kept open between two chunks,
so that many uploads do not use up the descriptors.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, TypeVar

import trio
from trio.lowlevel import RunVar

from actorlive.results import Error

__all__ = ["CloseReason", "TemporaryFile", "UploadWriter", "UploadedFile"]

CloseReason = Literal["done", "cancel"] | Error[Any]
"""Why a writer is closed: all is there, the file is not wanted any more, or the writer has failed."""

THREADS = 8
"""So many chunks are written to temporary files at once."""

PREFIX = "actorlive-upload-"

T = TypeVar("T")

_limiter: RunVar[trio.CapacityLimiter] = RunVar("uploads")


class UploadWriter:
    """Takes the bytes of one file (mirrors `Phoenix.LiveView.UploadWriter`).

    `open` comes first, then a `write` for each chunk, then one `close`, and at last `release`, when the entry has been
    consumed, was cancelled, or its view has ended. What `open`, `write` or `close` raises is the entry's error
    "writer_failure"; the view goes on. They are awaited in the upload's own process: blocking work belongs into
    `trio.to_thread.run_sync`.
    """

    async def open(self) -> None:
        """Get ready; before the first chunk."""

    async def write(self, chunk: bytes) -> None:
        """Take some bytes."""
        raise NotImplementedError

    async def close(self, reason: CloseReason) -> None:
        """There are no more bytes."""

    async def release(self) -> None:
        """Nobody needs the writer any more: remove what was only lent."""

    @property
    def meta(self) -> Any:
        """What `consume_uploads` hands over as the file, once it is closed with "done"."""
        return None


class UploadedFile:
    """A file that has come in, in the temporary folder. It is gone as soon as it is consumed: read it, or `move` it."""

    __slots__ = ("path", "size")

    def __init__(self, path: Path, size: int) -> None:
        self.path: Path = path
        self.size: int = size
        """In bytes."""

    def __repr__(self) -> str:
        return f"UploadedFile({str(self.path)!r}, {self.size})"

    async def read_bytes(self) -> bytes:
        """All that is in it, read off the loop."""
        return await in_thread(self.path.read_bytes)

    async def move(self, to: str | os.PathLike[str]) -> Path:
        """Move it to that path, off the loop; into another file system it is copied. Returns the path."""
        return Path(await in_thread(lambda: shutil.move(self.path, os.fspath(to))))


class TemporaryFile(UploadWriter):
    """The default: a file in the temporary folder, readable by this user only, removed at the end."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._size = 0

    async def open(self) -> None:
        """Make the file."""
        await in_thread(self._make)

    async def write(self, chunk: bytes) -> None:
        """Append to it."""
        await in_thread(lambda: self._append(chunk))

    async def release(self) -> None:
        """Remove it, if it is still where it was."""
        if self._path is not None:
            await in_thread(self._remove)

    @property
    def meta(self) -> UploadedFile:
        """The file."""
        assert self._path is not None
        return UploadedFile(self._path, self._size)

    def _make(self) -> None:
        handle, name = tempfile.mkstemp(prefix=PREFIX)
        self._path = Path(name)  # known before anything else can fail
        os.close(handle)

    def _append(self, chunk: bytes) -> None:
        assert self._path is not None
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND)  # not kept: a view may have a thousand
        try:
            rest = memoryview(chunk)
            while rest:
                rest = rest[os.write(file, rest) :]
        finally:
            os.close(file)
        self._size += len(chunk)

    def _remove(self) -> None:
        assert self._path is not None
        with suppress(FileNotFoundError):
            self._path.unlink()


async def in_thread(fn: Callable[[], T]) -> T:
    """Call a function that works on a file, in one of the threads for that; a cancellation waits for it."""
    try:
        limiter = _limiter.get()
    except LookupError:
        limiter = trio.CapacityLimiter(THREADS)
        _limiter.set(limiter)
    return await trio.to_thread.run_sync(fn, limiter=limiter)
