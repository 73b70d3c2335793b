"""Upload: what a view, or a live component, lets its visitor upload. The declaration of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any, Literal

from actorlive.errors import CallbackError
from actorlive.live.uploads.accept import Accept

__all__ = ["EntriesMode", "Upload"]

CHUNK_HEAD = 5 + 4 * 255
"""Bytes that a chunk's frame has beside the chunk, at most: five of them, and four names with a length of one byte."""

EntriesMode = Literal["selected", "total"]


@dataclass(frozen=True, slots=True)
class Upload:
    """Files that a visitor may upload: `photos: Upload = Upload(accept=[".jpg", "image/webp"], max_entries=5)`.

    Declared in the class of a view or a live component it is allowed from the first render on; what is known only at
    run time goes into `socket.allow_upload`. The template shows it as `@uploads.photos`, an `UploadConfig`.

    `accept` are extensions and media types, or "any". With `max_entries_mode="total"` the files that were consumed
    count, too. `max_file_size` and `chunk_size` are in bytes, `chunk_timeout` in seconds. `auto_upload` begins when
    files are selected, otherwise the submit of the form does.

    Functions, of which those that stand in the class are called as its methods: `validator(entry)` returns None, or
    `Error(reason)`; `progress(entry, socket)` runs for each step; `writer(entry, socket)` returns the `UploadWriter`
    that takes the bytes, by default a temporary file; `external(entry, socket)` returns an `External`, or
    `Error(meta)`, for a file that does not come through this server. All but the validator may be async.

    Raises `CallbackError` for options that cannot be. Mirrors `allow_upload/3`.
    """

    accept: str | Iterable[str]
    max_entries: int = 1
    max_entries_mode: EntriesMode = "selected"
    max_file_size: int = 8_000_000
    chunk_size: int = 64_000
    chunk_timeout: float = 10.0
    auto_upload: bool = False
    validator: Callable[..., Any] | None = None
    progress: Callable[..., Any] | None = None
    writer: Callable[..., Any] | None = None
    external: Callable[..., Any] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.accept, str):
            object.__setattr__(self, "accept", tuple(self.accept))
        Accept(self.accept)
        for name in ("max_entries", "max_file_size", "chunk_size"):
            _check_count(name, getattr(self, name))
        if not 0 < self.chunk_timeout < math.inf:
            raise CallbackError(f"chunk_timeout={self.chunk_timeout!r}: it is a number of seconds")
        if self.max_entries_mode not in ("selected", "total"):
            raise CallbackError(
                f'max_entries_mode={self.max_entries_mode!r}: what counts is "selected", or the "total"'
            )
        for name in ("validator", "progress", "writer", "external"):
            if getattr(self, name) is not None and not callable(getattr(self, name)):
                raise CallbackError(f"{name}={getattr(self, name)!r:.80}: it is a function")
        if self.writer is not None and self.external is not None:
            raise CallbackError("an external upload has no writer: its bytes do not come through this server")

    def misfit(self, name: str, max_frame: int) -> str | None:
        """What is wrong with it where a message may have `max_frame` bytes; None when a chunk fits."""
        room = max_frame - CHUNK_HEAD
        if self.external is not None or self.chunk_size <= room:
            return None
        return (
            f"{name}: its chunk_size={self.chunk_size} does not fit Limits.max_frame={max_frame}, of which a chunk's"
            f" head takes up to {CHUNK_HEAD}: a client that sends one is closed. Make chunk_size {max(room, 1)} at"
            f" most, or max_frame {self.chunk_size + CHUNK_HEAD} at least"
        )

    @staticmethod
    def option_names() -> list[str]:
        """The names of the options."""
        return [field.name for field in fields(Upload)]


def _check_count(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise CallbackError(f"{name}={value!r}: it is a whole number from 1 on")
