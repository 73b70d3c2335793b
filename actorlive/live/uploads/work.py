"""The uploads of one view, or of one of its live components: what is allowed, selected, on its way, and here.

The values stand in the assign `uploads`. A `Transfer` is an entry whose bytes have a process.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import trio

from actorlive import telemetry
from actorlive.errors import CallbackError
from actorlive.live.assigns import assign_new
from actorlive.live.uploads.config import UploadConfig
from actorlive.live.uploads.entry import SelectedFile, UploadEntry
from actorlive.live.uploads.external import External, Postpone
from actorlive.live.uploads.messages import UploadEnded
from actorlive.live.uploads.upload import Upload
from actorlive.live.uploads.uploads import Uploads
from actorlive.runtime import Pid, Ref, demonitor, monitor, send
from actorlive.runtime.functions import check_function, run_function

if TYPE_CHECKING:
    from actorlive.live.stateful import Stateful

__all__ = ["Transfer", "UploadWork", "bind"]

EntryKey = tuple[str, str]
"""The ref of an upload and that of one of its entries."""


class _Unfinished:
    """Stands for the meta of what is not here yet."""


_UNFINISHED = _Unfinished()


@dataclass(slots=True, eq=False)
class Transfer:
    """One file on its way, or here: its process, and, when all of it is here, what its writer made of it."""

    key: EntryKey
    cid: int | None
    pid: Pid
    monitor: Ref
    meta: Any = field(default=_UNFINISHED)

    @property
    def is_finished(self) -> bool:
        """True when all bytes are here."""
        return self.meta is not _UNFINISHED


class UploadWork:
    """Everything that one owner has to do with uploads; made when the first is allowed."""

    __slots__ = ("_assigns", "_by_key", "_cid", "_externals", "_max_frame", "_running")

    def __init__(
        self, assigns: Stateful[Any], running: dict[Ref, Transfer], cid: int | None, max_frame: int
    ) -> None:
        self._max_frame = max_frame
        self._assigns = assigns
        self._running = running
        self._cid = cid
        self._by_key: dict[EntryKey, Transfer] = {}
        self._externals: dict[EntryKey, External] = {}
        assign_new(assigns, "uploads", Uploads({}))

    # -- what is allowed -------------------------------------------------------

    @property
    def shown(self) -> Uploads:
        """The assign `uploads`."""
        return cast("Uploads", self._assigns.__dict__["uploads"])

    def put(self, config: UploadConfig) -> UploadConfig:
        """This is the upload of its name from now on."""
        if self.shown.get(config.name) is not config:
            assign_new(self._assigns, "uploads", self.shown.replacing(config))
        return config

    def allow(self, name: str, options: Upload) -> None:
        """Let files be selected. Raises `CallbackError` while some are, and for chunks that the server refuses."""
        self._refuse_while_active(name, "allow_upload")
        misfit = options.misfit(f"the upload {name!r} of {type(self._assigns).__qualname__}", self._max_frame)
        if misfit is not None:
            raise CallbackError(misfit)
        ref = f"phx-{secrets.token_urlsafe(9)}"
        consumed = self.shown[name].consumed if name in self.shown else 0
        self.put(UploadConfig(name, ref, options, consumed=consumed))

    def disallow(self, name: str) -> None:
        """Let nothing be selected any more. Raises `CallbackError` while something is."""
        config = self.shown.named(name)
        self._refuse_while_active(name, "disallow_upload")
        self.put(config.disallow())

    def _refuse_while_active(self, name: str, what: str) -> None:
        config = self.shown.get(name)
        if config is not None and config.entries:
            count = len(config.entries)
            raise CallbackError(
                f"{what}({name!r}): {count} of its entries are active; consume or cancel them first"
            )

    def find(self, ref: object) -> UploadConfig | None:
        """The upload of that ref that is allowed; None when there is none (any more)."""
        return next((it for it in self.shown.values() if it.ref == ref and it.allowed), None)

    def entry(self, name: str, ref: str) -> UploadEntry:
        """An entry. Raises `CallbackError` when there is none."""
        entry = self.shown.named(name).entry(ref)
        if entry is None:
            raise CallbackError(f"the upload {name!r} has no entry {ref!r:.80}: it was consumed or cancelled")
        return entry

    # -- selecting -------------------------------------------------------------

    def select(self, config: UploadConfig, files: Sequence[SelectedFile]) -> UploadConfig:
        """The visitor has selected files."""
        sole = config.replaced_by(files)
        if sole is not None:
            config = self.drop(config, sole)
        return self.put(config.select(files, bind(self._assigns, config.options.validator)))

    def drop(self, config: UploadConfig, entry: UploadEntry, *, consumed: bool = False) -> UploadConfig:
        """The entry is gone, and so is its file."""
        key = (config.ref, entry.ref)
        self._externals.pop(key, None)
        transfer = self._by_key.pop(key, None)
        if transfer is not None:
            self._forget(transfer)
        return self.put(config.drop(entry.ref, consumed=consumed))

    def end(self) -> None:
        """The owner is gone: so are all its files."""
        for transfer in list(self._by_key.values()):
            self._forget(transfer)
        self._by_key = {}

    def _forget(self, transfer: Transfer) -> None:
        self._running.pop(transfer.monitor, None)
        demonitor(transfer.monitor)
        send(transfer.pid, UploadEnded())

    # -- on its way ------------------------------------------------------------

    def refusal(self, config: UploadConfig | None, entry_ref: str) -> str | None:
        """Why nobody may send an entry now; None when one may."""
        entry = None if config is None else config.entry(entry_ref)
        if config is None or entry is None or not (entry.preflighted and entry.valid) or config.is_external:
            return "disallowed"
        return "already_registered" if (config.ref, entry_ref) in self._by_key else None

    def register(self, config: UploadConfig, entry: UploadEntry, pid: Pid) -> Transfer:
        """The process `pid` takes its bytes."""
        transfer = Transfer((config.ref, entry.ref), self._cid, pid, monitor(pid))
        self._by_key[transfer.key] = self._running[transfer.monitor] = transfer
        return transfer

    def transfer(self, key: EntryKey) -> Transfer | None:
        """Where the bytes of an entry are."""
        return self._by_key.get(key)

    def unregister(self, transfer: Transfer) -> bool:
        """The process has ended; False when that is known already."""
        self._running.pop(transfer.monitor, None)
        demonitor(transfer.monitor)
        if self._by_key.get(transfer.key) is not transfer:
            return False
        del self._by_key[transfer.key]
        return True

    def is_here(self, config: UploadConfig, entry: UploadEntry) -> bool:
        """True when the file can be consumed."""
        if config.is_external:
            return (config.ref, entry.ref) in self._externals
        transfer = self._by_key.get((config.ref, entry.ref))
        return transfer is not None and transfer.is_finished

    def keep_external(self, config: UploadConfig, entry: UploadEntry, external: External) -> None:
        """What the client was told about an external upload is what consuming it hands over."""
        self._externals[config.ref, entry.ref] = external

    # -- here ------------------------------------------------------------------

    def entries(self, name: str) -> tuple[list[UploadEntry], list[UploadEntry]]:
        """The entries that are done, and those in progress (`uploaded_entries/2`)."""
        every = self.shown.named(name).entries
        return [entry for entry in every if entry.done], [entry for entry in every if not entry.done]

    async def consume_all(self, name: str, keep: Callable[..., Any]) -> list[Any]:
        """Hand over every file, in order. Raises `CallbackError` while one is in progress."""
        check_function(keep, f"consume_uploads({name!r}, …)")
        done, in_progress = self.entries(name)
        if in_progress:
            raise CallbackError(
                f"consume_uploads({name!r}, …): {len(in_progress)} of its entries are still in progress"
            )
        return [await self.consume(entry, keep) for entry in done]

    async def consume(self, entry: UploadEntry, keep: Callable[..., Any]) -> Any:
        """Hand over one file; it is gone afterwards, unless `keep` postpones that."""
        config = self.shown.named(entry.upload_config)
        current = config.entry(entry.ref)
        if current is None or not (current.done and self.is_here(config, current)):
            raise CallbackError(
                f"the entry {entry.ref} of the upload {config.name!r}, {entry.client_name!r}, cannot be consumed:"
                f" it is {'gone' if current is None else 'still in progress'}"
            )
        began = trio.current_time()
        value = await run_function(keep, (self._meta(config, current), current), {})
        telemetry.execute("upload.consumed", {"duration": trio.current_time() - began}, {"entry": current})
        if isinstance(value, Postpone):
            return cast("Postpone[Any]", value).value
        config = self.shown.named(config.name)
        if config.entry(current.ref) is not None:  # unless `keep` has cancelled it
            self.drop(config, current, consumed=True)
        return value

    def _meta(self, config: UploadConfig, entry: UploadEntry) -> Any:
        key = (config.ref, entry.ref)
        external = self._externals.get(key)
        return self._by_key[key].meta if external is None else external.wire()


def bind(handler: object, fn: Callable[..., Any] | None) -> Callable[..., Any] | None:
    """A function that is given to an upload: one that stands in the handler's class is its method."""
    if fn is None:
        return None
    name = getattr(fn, "__name__", "")
    is_method = any(vars(cls).get(name) is fn for cls in type(handler).__mro__)
    return cast("Callable[..., Any]", getattr(handler, name)) if is_method else fn
