"""What concerns uploads in the turns of a view: files that are selected, preflighted, on their way, here, or lost.

Each is a message like any other (INV-1), and ends in a render. The client's word counts for little: a file is done when
its bytes are here, whatever progress is claimed; a ref that means nothing is told in the log and changes nothing
(docs/uploads.md has the answers). The bytes do not come through here (`upload_channel`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar, cast

import msgspec

from actorlive import runtime
from actorlive.errors import CallbackError
from actorlive.live.endpoint import ClientEvent
from actorlive.live.events import EventError
from actorlive.live.hooks import call
from actorlive.live.process.components import Components
from actorlive.live.process.cycle import Cycle
from actorlive.live.process.outbox import Outbox
from actorlive.live.process.targets import CallbackTarget, MountedComponent
from actorlive.live.state import ViewState
from actorlive.live.uploads.config import UploadConfig
from actorlive.live.uploads.entry import SelectedFile, UploadEntry
from actorlive.live.uploads.external import External
from actorlive.live.uploads.messages import (
    UploadAsked,
    UploadDenied,
    UploadFailed,
    UploadFinished,
    UploadGranted,
    UploadMessage,
    UploadTicket,
)
from actorlive.live.uploads.work import Transfer, UploadWork, bind
from actorlive.live.uploads.writer import TemporaryFile, UploadWriter
from actorlive.results import Error

__all__ = ["Uploading", "select_files"]

_log = logging.getLogger("actorlive.live")

T = TypeVar("T")


class _Preflight(msgspec.Struct):
    ref: str
    entries: list[SelectedFile]
    cid: int | None = None


class _ClientFailure(msgspec.Struct):
    error: str


class _Progress(msgspec.Struct):
    ref: str
    entry_ref: str
    progress: int | _ClientFailure
    cid: int | None = None


_selection = msgspec.json.Decoder(dict[str, list[SelectedFile]]).decode


def select_files(target: CallbackTarget, uploads: msgspec.Raw) -> None:
    """Take the files that come along with a form's event, before its handler. Raises `EventError`."""
    work = target.owner.uploads
    if work is None:
        return
    try:
        selected = _selection(uploads)
    except msgspec.MsgspecError as error:
        raise EventError(f"the files of a form's event: {error}") from error
    for ref, files in selected.items():
        config = work.find(ref)
        if config is None:
            _log.warning("%s has no upload %.80r for files of its client", target, ref)
        else:
            _select(target, work, config, files)


def _select(
    target: CallbackTarget, work: UploadWork, config: UploadConfig, files: list[SelectedFile]
) -> UploadConfig:
    config = work.select(config, files)
    dropped = sum(config.entry(file.ref) is None for file in files)
    if dropped:
        _log.warning("%s drops %d files that were selected beyond those it may be sent", target, dropped)
    for file in files:
        entry = config.entry(file.ref)
        if entry is not None and entry.client_name != file.name:
            _log.info("%s calls the file %.80r %.80r", target, file.name, entry.client_name)
    return config


class Uploading:
    """The uploads of one view at work. It keeps nothing: one is made for each message."""

    def __init__(
        self,
        state: ViewState,
        outbox: Outbox,
        cycle: Cycle,
        find: Callable[[int | None], CallbackTarget | None],
    ) -> None:
        self._state = state
        self._outbox = outbox
        self._cycle = cycle
        self._components: Components = outbox.components
        self._find = find

    # -- frames of the client --------------------------------------------------

    async def allow(self, frame: ClientEvent) -> None:
        """The client asks whether it may send what is selected (`allow_upload`)."""
        asked = self._decoded(frame, _Preflight)
        if asked is None:
            return
        target, work, config = self._upload(asked.cid, asked.ref)
        if target is None or work is None or config is None:
            _log.warning("refused to take files for %.80r, which is no upload of the view", asked.ref)
            self._outbox.reply(frame.ref, {"ref": asked.ref, "error": [[asked.ref, "disallowed"]]})
            return
        config = _select(target, work, config, asked.entries)
        if config.errors and not config.auto_upload:
            response = _refusal(config)
        else:
            response = await self._preflight(target, work, config, {file.ref for file in asked.entries})
        self._note(target)
        await self._cycle.end(frame.ref, response=response)

    async def _preflight(
        self, target: CallbackTarget, work: UploadWork, config: UploadConfig, refs: set[str]
    ) -> dict[str, Any]:
        before = config
        config, entries = config.preflight(refs)
        work.put(config)
        allowed: dict[str, Any] = {}
        for entry in entries:
            if not entry.valid:
                continue
            if not config.is_external:
                ticket = UploadTicket(self._state.pid, target.owner.cid, config.ref, entry.ref)
                allowed[entry.ref] = self._state.endpoint.sign_upload(ticket)
                continue
            external = await self._external(target, config, entry)
            if isinstance(external, External):
                work.keep_external(config, entry, external)
                allowed[entry.ref] = external.wire()
                continue
            failed = config if config.auto_upload else before
            config = work.put(failed.fail(entry.ref, "external_metadata_failure", external.reason))
            if not config.auto_upload:
                return _refusal(config)
        options, transport = config.options, self._state.transport
        linger = 0.0 if transport is None else transport.linger  # the client waits as long as the server does
        return {
            "ref": config.ref,
            "config": {
                "max_file_size": options.max_file_size,
                "max_entries": options.max_entries,
                "chunk_size": options.chunk_size,
                "chunk_timeout": round((options.chunk_timeout + linger) * 1000),
            },
            "entries": allowed,
            "errors": {
                entry.ref: [error.wire for error in config.errors_of(entry)]
                for entry in entries
                if entry.ref not in allowed
            },
        }

    async def _external(
        self, target: CallbackTarget, config: UploadConfig, entry: UploadEntry
    ) -> External | Error[Any]:
        made = await self._call(target, config.options.external, entry)
        if isinstance(made, External):
            return made
        if isinstance(made, Error):
            return cast("Error[Any]", made)
        raise CallbackError(
            f"the external function of the upload {config.name!r} returned {made!r:.80}; return an External, or"
            " Error(meta)"
        )

    async def progress(self, frame: ClientEvent) -> None:
        """The client tells how far a file is."""
        told = self._decoded(frame, _Progress)
        if told is None:
            return
        target, work, config = self._upload(told.cid, told.ref)
        entry = None if config is None else config.entry(told.entry_ref)
        if target is None or work is None or config is None or entry is None:
            _log.debug("progress of an entry %.80r that is gone", told.entry_ref)
            self._outbox.reply(frame.ref, {})
            return
        match told.progress:
            case _ClientFailure(error=reason):
                if config.is_external:
                    work.put(config.fail(entry.ref, "external_client_failure", reason))
                _log.warning("%s: the client could not send an entry %s: %.80r", target, entry.ref, reason)
            case percent:
                self._advance(target, work, config, entry, percent)
        await self._tell(target, work, config.name, entry.ref)
        self._note(target)
        await self._cycle.end(frame.ref)

    def _advance(
        self,
        target: CallbackTarget,
        work: UploadWork,
        config: UploadConfig,
        entry: UploadEntry,
        percent: int,
    ) -> None:
        is_known = config.is_external or work.transfer((config.ref, entry.ref)) is not None
        if not (0 <= percent <= 100 and is_known and entry.preflighted and entry.valid) or entry.done:
            _log.warning("%s ignores a progress of %d %% of an entry %s", target, percent, entry.ref)
            return
        if percent == 100 and not work.is_here(config, entry):
            _log.warning("%s: the client says that the entry %s is here, and it is not", target, entry.ref)
            percent = 99
        work.put(config.progress(entry.ref, percent))

    # -- messages of the uploads' processes ------------------------------------

    async def message(self, message: UploadMessage) -> None:
        """A file begins, is here, or its writer has failed."""
        ticket = message.ticket
        target, work, config = self._upload(ticket.cid, ticket.upload_ref)
        match message:
            case UploadAsked(pid=pid):
                await self._register(message, target, work, config)
                return
            case UploadFinished(pid=pid, meta=meta) if work is not None:
                transfer = work.transfer((ticket.upload_ref, ticket.entry_ref))
                if transfer is not None and transfer.pid is pid:
                    transfer.meta = meta
            case UploadFailed(pid=pid, error=error) if target is not None and work is not None:
                transfer = work.transfer((ticket.upload_ref, ticket.entry_ref))
                if config is None or transfer is None or transfer.pid is not pid:
                    return
                work.unregister(transfer)
                work.put(config.fail(ticket.entry_ref, "writer_failure", error))
                await self._tell(target, work, config.name, ticket.entry_ref)
                self._note(target)
                await self._cycle.end()
            case _:
                pass

    async def _register(
        self,
        asked: UploadAsked,
        target: CallbackTarget | None,
        work: UploadWork | None,
        config: UploadConfig | None,
    ) -> None:
        if not runtime.alive(asked.pid):
            return  # the client has thought better of it
        ref = asked.ticket.entry_ref
        why = "disallowed" if work is None else work.refusal(config, ref)
        entry = None if config is None else config.entry(ref)
        if target is None or work is None or config is None or entry is None or why is not None:
            runtime.send(asked.pid, UploadDenied(why or "disallowed"))
            return
        options = config.options
        writer = TemporaryFile() if options.writer is None else await self._writer(target, config, entry)
        work.register(config, entry, asked.pid)
        runtime.send(asked.pid, UploadGranted(entry, options.chunk_timeout, writer))
        if options.writer is not None:
            await self._cycle.end()

    async def _writer(self, target: CallbackTarget, config: UploadConfig, entry: UploadEntry) -> UploadWriter:
        made = await self._call(target, config.options.writer, entry)
        if not isinstance(made, UploadWriter):
            raise CallbackError(
                f"the writer function of the upload {config.name!r} returned {made!r:.80}; return an UploadWriter"
            )
        return made

    async def ended(self, transfer: Transfer) -> None:
        """The process of a file has ended by itself: the client has gone, or was too slow, or has broken a rule."""
        target = self._find(transfer.cid)
        work = None if target is None else target.owner.uploads
        if target is None or work is None or not work.unregister(transfer):
            return
        upload_ref, entry_ref = transfer.key
        config = work.find(upload_ref)
        entry = None if config is None else config.entry(entry_ref)
        if config is not None and entry is not None:
            work.drop(config, entry)
            self._note(target)
            await self._cycle.end()

    # -- helpers ---------------------------------------------------------------

    def _decoded(self, frame: ClientEvent, type: type[T]) -> T | None:
        """The payload of a frame; one that is malformed is told in the log, and answered."""
        try:
            return msgspec.json.decode(frame.payload, type=type)
        except msgspec.MsgspecError as error:
            _log.warning("%s ignores a frame %r: %s", type_name(self._state), frame.event, error)
            self._outbox.reply(frame.ref, {"error": []} if frame.event == "allow_upload" else {})
            return None

    def _upload(
        self, cid: int | None, ref: str
    ) -> tuple[CallbackTarget | None, UploadWork | None, UploadConfig | None]:
        target = self._find(cid)
        work = None if target is None else target.owner.uploads
        return target, work, None if work is None else work.find(ref)

    async def _tell(self, target: CallbackTarget, work: UploadWork, name: str, ref: str) -> None:
        """Run the `progress` function, if there is one, for the entry as it is now."""
        config = work.shown[name]
        entry = config.entry(ref)
        if entry is not None and config.options.progress is not None:
            await self._call(target, config.options.progress, entry)

    async def _call(self, target: CallbackTarget, fn: Callable[..., Any] | None, entry: UploadEntry) -> Any:
        assert fn is not None
        calling = call(bind(target.handler, fn) or fn, entry, target.socket)
        if isinstance(target, MountedComponent):
            return await self._components.act(target, calling)
        return await calling

    def _note(self, target: CallbackTarget) -> None:
        if isinstance(target, MountedComponent):
            self._components.note(target)


def _refusal(config: UploadConfig) -> dict[str, Any]:
    return {"ref": config.ref, "error": [[error.ref, error.wire] for error in config.errors]}


def type_name(state: ViewState) -> str:
    return type(state.view).__qualname__
