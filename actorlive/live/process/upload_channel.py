"""UploadChannel: the process of one file on its way (LiveView's `Phoenix.LiveView.UploadChannel`).

It stands between a topic `lvu:<entry>` and a writer. The rules:

* A chunk is answered when it is written, and the client sends the next one then: that is the back-pressure. Nothing
  here holds up the view, which is told of a file three times at most: that it begins, that it is here, that it failed.
* It ends with its view, whatever that ends of, and with a client that leaves. The end of the socket ends it while bytes
  are missing; a whole file waits for its view, which may have the submit before it still.
* No chunk within `chunk_timeout` ends it. A page that may be away and come back has that time besides: until it is
  back, nothing tells a broken line from a slow client.
* However it ends, a kill included, its writer is closed and released, once each, and a temporary file is gone.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Generator
from contextlib import contextmanager
from typing import Any

import msgspec
import trio

from actorlive import runtime, telemetry
from actorlive.live.endpoint import ClientEvent, ClientLeft, JoinAddress, Transport
from actorlive.live.intake import Intake
from actorlive.live.uploads.messages import (
    UploadAsked,
    UploadDenied,
    UploadEnded,
    UploadFailed,
    UploadFinished,
    UploadGranted,
    UploadTicket,
)
from actorlive.live.uploads.writer import UploadWriter
from actorlive.results import Error
from actorlive.runtime import Down, Node, Pid, ReceiveTimeout, Shutdown
from actorlive.wire.serializer import encode_reply

__all__ = ["UploadChunk", "start_upload"]

GRACE = 5.0
"""Seconds that a writer has to clean up."""

_log = logging.getLogger("actorlive.live")


class UploadChunk(msgspec.Struct, frozen=True, gc=False):
    """Bytes of the client; they count with `size` in `intake` until they are written."""

    ref: str | None
    data: bytes
    size: int
    intake: Intake


def start_upload(node: Node, ticket: UploadTicket, address: JoinAddress, transport: Transport) -> Pid:
    """Begin to take a file, as a process of the node. It answers the join itself."""
    return node.spawn(_run, ticket, address, transport)


async def _run(ticket: UploadTicket, address: JoinAddress, transport: Transport) -> None:
    runtime.set_label(f"upload {ticket.entry_ref}")
    channel = _UploadChannel(ticket, address, transport)
    granted = await channel.ask()
    if granted is None:
        return
    file = _IncomingFile(granted)
    try:
        with _told_of(file):
            await channel.take(file)
    finally:
        with trio.move_on_after(GRACE, shield=True):
            await file.dispose()


@contextmanager
def _told_of(file: _IncomingFile) -> Generator[None]:
    """Telemetry hears of a file that is gone before all of it was here; of the others when they are."""
    try:
        yield
    finally:
        if not file.is_told:
            telemetry.execute("upload.dropped", file.measured(), {"entry": file.entry})


class _WriterFailed(Exception):
    """The writer has raised `cause`."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(cause)
        self.cause = cause


class _IncomingFile:
    """A file and its writer, which is closed and released once, and only if it was opened."""

    def __init__(self, granted: UploadGranted) -> None:
        self.entry = granted.entry
        self.size: int = granted.entry.client_size
        self.chunk_timeout = granted.chunk_timeout
        self.received = 0
        self._writer: UploadWriter = granted.writer
        self._is_open = False
        self._is_touched = False
        self._began = trio.current_time()
        self.is_told: bool = False

    def measured(self) -> dict[str, float]:
        """What telemetry is told of it."""
        self.is_told = True
        return {"duration": trio.current_time() - self._began, "bytes": self.received}

    @property
    def is_whole(self) -> bool:
        """True when all announced bytes are here."""
        return self.received == self.size

    @property
    def meta(self) -> Any:
        """What the writer made of it."""
        return self._writer.meta

    async def open(self) -> None:
        """Raises `_WriterFailed`, as the others do."""
        self._is_touched = True
        await _writing(self._writer.open())
        self._is_open = True

    async def write(self, data: bytes) -> None:
        """Take some bytes; the last of them close the writer."""
        await _writing(self._writer.write(data))
        self.received += len(data)
        if self.is_whole:
            self._is_open = False
            await _writing(self._writer.close("done"))

    async def fail(self, error: Exception) -> None:
        """The writer has raised: it is told so."""
        if self._is_open:
            self._is_open = False
            await _told(self._writer.close(Error(error)), "close")

    async def dispose(self) -> None:
        """Nobody needs it any more."""
        if self._is_open:
            self._is_open = False
            await _told(self._writer.close("cancel"), "close")
        if self._is_touched:
            await _told(self._writer.release(), "release")


async def _writing(call: Awaitable[None]) -> None:
    try:
        await call
    except Exception as error:
        raise _WriterFailed(error) from error


async def _told(call: Awaitable[None], what: str) -> None:
    """What comes too late to be anybody's error is told in the log."""
    try:
        await call
    except Exception:
        _log.exception("the %s of an upload's writer raised", what)


class _UploadChannel:
    """One entry's topic."""

    def __init__(self, ticket: UploadTicket, address: JoinAddress, transport: Transport) -> None:
        self._ticket = ticket
        self._address = address
        self._send = transport.send
        self._linger = transport.linger
        self._transport = runtime.monitor(transport.pid)
        self._view = runtime.monitor(ticket.view)

    # -- joining ---------------------------------------------------------------

    async def ask(self) -> UploadGranted | None:
        """Ask the view, and answer the client where it says no, or is gone."""
        runtime.send(self._ticket.view, UploadAsked(runtime.self(), self._ticket))
        match await runtime.receive(self._is_answer):
            case UploadGranted() as granted:
                return granted
            case UploadDenied(reason):
                self._refuse(reason)
            case Down(ref=ref) if ref is self._view:
                self._refuse("invalid_token")
            case _:
                pass  # the client, or its socket, is gone
        return None

    def _is_answer(self, message: object) -> bool:
        return isinstance(message, UploadGranted | UploadDenied | UploadEnded | ClientLeft | Down)

    def _refuse(self, reason: str) -> None:
        _log.warning("refused the upload of an entry %s: %s", self._ticket.entry_ref, reason)
        self._reply(self._address.ref, {"reason": reason}, "error")

    def _reply(self, ref: str | None, response: dict[str, Any], status: str = "ok") -> None:
        if ref is not None:
            self._send(encode_reply(self._address.join_ref, ref, self._address.topic, status, response))

    # -- taking ----------------------------------------------------------------

    async def take(self, file: _IncomingFile) -> None:
        """Take the file, and keep it for as long as it is wanted."""
        try:
            await file.open()
            if file.is_whole:
                await file.write(b"")
                self._tell_finished(file)
        except _WriterFailed as failed:
            await self._fail(file, failed.cause, self._address.ref)
        self._reply(self._address.ref, {})
        while await self._next(file):
            pass

    async def _next(self, file: _IncomingFile) -> bool:
        """Handle one message; False at the end."""
        try:
            message = await runtime.receive(timeout=None if file.is_whole else self._patience(file))
        except ReceiveTimeout:
            seconds = self._patience(file)
            _log.warning("no chunk of the entry %s came for %g s: dropped", self._ticket.entry_ref, seconds)
            return False
        match message:
            case UploadChunk():
                await self._chunk(file, message)
                message.intake.handled(message.size)
            case ClientEvent():
                _log.warning("an upload ignores a frame %.80r of its client", message.event)
                self._reply(message.ref, {"reason": "unknown_event"}, "error")
                message.intake.handled(message.size)
            case ClientLeft():
                self._reply(message.ref, {})
                return False
            case UploadEnded():
                return False
            case Down(ref=ref):
                return not (ref is self._view or (ref is self._transport and not file.is_whole))
            case _:
                pass
        return True

    def _patience(self, file: _IncomingFile) -> float:
        return file.chunk_timeout + self._linger

    async def _chunk(self, file: _IncomingFile, chunk: UploadChunk) -> None:
        if file.received + len(chunk.data) > file.size:
            _log.warning(
                "the client sends more than the %d bytes that it announced for the entry %s: dropped",
                file.size,
                self._ticket.entry_ref,
            )
            self._reply(chunk.ref, {"reason": "file_size_limit_exceeded", "limit": file.size}, "error")
            runtime.exit(Shutdown("file_size_limit_exceeded"))
        try:
            await file.write(chunk.data)
        except _WriterFailed as failed:
            await self._fail(file, failed.cause, chunk.ref)
        if file.is_whole:
            self._tell_finished(file)
        self._reply(chunk.ref, {})

    def _tell_finished(self, file: _IncomingFile) -> None:
        telemetry.execute("upload.stop", file.measured(), {"entry": file.entry})
        runtime.send(self._ticket.view, UploadFinished(runtime.self(), self._ticket, file.meta))

    async def _fail(self, file: _IncomingFile, error: Exception, ref: str | None) -> None:
        """The writer has failed: the entry says so, and this process ends."""
        _log.error("the writer of the entry %s failed: %s", self._ticket.entry_ref, error, exc_info=error)
        await file.fail(error)
        runtime.send(self._ticket.view, UploadFailed(runtime.self(), self._ticket, error))
        self._reply(ref, {"reason": "writer_error"}, "error")
        runtime.exit(Shutdown("writer_error"))
