"""What the process of a view and those of its uploads say to one another.

An upload's process asks the view to be registered (`UploadAsked`), and is told `UploadGranted` or `UploadDenied`. The
view monitors it from then on. `UploadFinished` stands in the view's mailbox before the client can say that it has sent
everything, since the last chunk is answered after it. `UploadEnded` tells the process that nobody needs its file any
more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from actorlive.live.uploads.entry import UploadEntry
from actorlive.live.uploads.writer import UploadWriter
from actorlive.runtime import Pid

__all__ = [
    "UploadAsked",
    "UploadDenied",
    "UploadEnded",
    "UploadFailed",
    "UploadFinished",
    "UploadGranted",
    "UploadMessage",
    "UploadTicket",
]


@dataclass(frozen=True, slots=True)
class UploadTicket:
    """What a client brings to send one file: whose it is (`cid` is the live component's, if it has one), and which."""

    view: Pid
    cid: int | None
    upload_ref: str
    entry_ref: str


@dataclass(frozen=True, slots=True)
class UploadAsked:
    """To the view: `pid` would take the bytes of an entry."""

    pid: Pid
    ticket: UploadTicket


@dataclass(frozen=True, slots=True)
class UploadGranted:
    """To the upload: it may; the entry's bytes are to come, each chunk within so many seconds."""

    entry: UploadEntry
    chunk_timeout: float
    writer: UploadWriter


@dataclass(frozen=True, slots=True)
class UploadDenied:
    """To the upload: it may not. The client is told the reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class UploadFinished:
    """To the view: all bytes are there; `meta` is what the writer made of them."""

    pid: Pid
    ticket: UploadTicket
    meta: Any


@dataclass(frozen=True, slots=True)
class UploadFailed:
    """To the view: the writer raised."""

    pid: Pid
    ticket: UploadTicket
    error: Exception


@dataclass(frozen=True, slots=True)
class UploadEnded:
    """To the upload: the entry is gone, consumed or cancelled."""


UploadMessage = UploadAsked | UploadFinished | UploadFailed
"""What a view is told of its uploads."""
