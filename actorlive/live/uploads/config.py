"""UploadConfig: an upload and what is selected in it, as a value (`Phoenix.LiveView.UploadConfig`).

Nothing here waits, sends or looks at a clock. Each method returns what the upload is afterwards. The rules:

* A file is looked at once, when its ref is first seen: its size, then what it is, then the validator; the first that
  refuses it gives its one error. What a client says of it later is not believed any more.
* More files than allowed are an error of the upload as a whole; it is gone when enough of them are.
* A file can be preflighted when it is valid and among the first that are allowed, and only once.
* At most `SPARE` files beyond those that are allowed are remembered, for the visitor to see and to choose among; those
  beyond are dropped, so that no client fills the server's memory.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, cast

import msgspec
from msgspec.structs import replace

from actorlive.errors import CallbackError
from actorlive.live.uploads.accept import Accept
from actorlive.live.uploads.entry import SelectedFile, UploadEntry, new_entry
from actorlive.live.uploads.errors import UploadError, upload_error
from actorlive.live.uploads.upload import Upload
from actorlive.results import Error, Ok

__all__ = ["SPARE", "UploadConfig"]

SPARE = 100
"""So many files more than may be uploaded are remembered."""

Validator = Callable[[UploadEntry], Any]


class UploadConfig(msgspec.Struct, frozen=True):
    """One upload of a view: `@uploads.photos`. `entries` are the selected files, `errors` what is wrong with them."""

    name: str
    ref: str
    """The id of the file input: where `phx-drop-target` leads."""
    options: Upload
    entries: tuple[UploadEntry, ...] = ()
    errors: tuple[UploadError, ...] = ()
    consumed: int = 0
    """How many were consumed so far."""
    allowed: bool = True
    """False once it was disallowed."""

    # -- reading ---------------------------------------------------------------

    @property
    def accept(self) -> str | None:
        """The input's `accept`; None for every file."""
        return Accept(self.options.accept).attribute

    @property
    def max_entries(self) -> int:
        """How many files may be uploaded."""
        return self.options.max_entries

    @property
    def max_file_size(self) -> int:
        """Bytes of the largest file."""
        return self.options.max_file_size

    @property
    def auto_upload(self) -> bool:
        """True when the upload begins with the selection."""
        return self.options.auto_upload

    @property
    def is_external(self) -> bool:
        """True when the files do not come through this server."""
        return self.options.external is not None

    def entry(self, ref: str) -> UploadEntry | None:
        """The entry of that ref."""
        return next((entry for entry in self.entries if entry.ref == ref), None)

    def errors_of(self, entry: UploadEntry | None = None) -> list[UploadError]:
        """The errors of an entry; without one, those of the upload as a whole (`upload_errors/1,2`)."""
        ref = self.ref if entry is None else entry.ref
        return [error for error in self.errors if error.ref == ref]

    # -- selecting -------------------------------------------------------------

    def replaced_by(self, files: Sequence[SelectedFile]) -> UploadEntry | None:
        """The sole entry of an upload of one, if another file is selected in its place."""
        if self.max_entries != 1 or len(self.entries) != 1 or len(files) != 1:
            return None
        return self.entries[0] if files[0].ref != self.entries[0].ref else None

    def select(self, files: Iterable[SelectedFile], validator: Validator | None = None) -> UploadConfig:
        """The visitor has selected these; those that are known already stay what they are."""
        known = {entry.ref for entry in self.entries}
        entries, errors = list(self.entries), list(self.errors)
        accept = Accept(self.options.accept)
        for file in files:
            if file.ref in known or len(entries) >= self.max_entries + SPARE:
                continue
            known.add(file.ref)
            entry = new_entry(file, self.name, self.ref)
            error = self._fault(entry, accept, validator)
            if error is not None:
                errors.append(error)
                entry = replace(entry, valid=False)
            entries.append(entry)
        return self._with(entries, errors)

    def _fault(self, entry: UploadEntry, accept: Accept, validator: Validator | None) -> UploadError | None:
        if entry.client_size > self.max_file_size:
            return upload_error(entry.ref, "too_large", self.options)
        if not accept.admits(entry.client_name, entry.client_type):
            return upload_error(entry.ref, "not_accepted", self.options)
        verdict = None if validator is None else validator(entry)
        match verdict:
            case None | Ok():
                return None
            case Error():
                refused = cast("Error[Any]", verdict)
                return upload_error(entry.ref, refused.reason, self.options)
            case other:
                raise CallbackError(
                    f"the validator of the upload {self.name!r} returned {other!r:.80}; return None, or Error(reason)"
                )

    def _with(
        self, entries: Sequence[UploadEntry], errors: Sequence[UploadError], consumed: int = 0
    ) -> UploadConfig:
        """With these entries; whether they are too many is found anew."""
        consumed += self.consumed
        refs = {entry.ref for entry in entries}
        kept = [error for error in errors if error.ref in refs]
        if len(entries) > self._room(consumed):
            kept.append(upload_error(self.ref, "too_many_files", self.options))
        return replace(self, entries=tuple(entries), errors=tuple(kept), consumed=consumed)

    def _room(self, consumed: int) -> int:
        counted = consumed if self.options.max_entries_mode == "total" else 0
        return max(0, self.max_entries - counted)

    # -- uploading -------------------------------------------------------------

    def preflight(self, refs: Collection[str]) -> tuple[UploadConfig, list[UploadEntry]]:
        """Allow the client to send these, as far as it may: the upload, and the entries of which it may not yet know
        whether it may send them."""
        asked = [
            entry
            for entry in self.entries[: self._room(self.consumed)]
            if entry.ref in refs and not entry.preflighted
        ]
        changed = {entry.ref: replace(entry, preflighted=entry.valid) for entry in asked}
        return self._replacing(changed), list(changed.values())

    def progress(self, ref: str, percent: int) -> UploadConfig:
        """So much of the entry is here."""
        entry = self.entry(ref)
        if entry is None:
            return self
        return self._replacing({ref: replace(entry, progress=percent, done=percent == 100)})

    def fail(self, ref: str, reason: object, detail: object = None) -> UploadConfig:
        """The entry stays, and shows what is wrong with it."""
        entry = self.entry(ref)
        if entry is None:
            return self
        errors = [error for error in self.errors if error.ref != ref]
        errors.append(upload_error(ref, reason, self.options, detail))
        return replace(self._replacing({ref: replace(entry, valid=False)}), errors=tuple(errors))

    def drop(self, ref: str, *, consumed: bool = False) -> UploadConfig:
        """The entry is gone: cancelled, or consumed."""
        entries = [entry for entry in self.entries if entry.ref != ref]
        if len(entries) == len(self.entries):
            return self
        return self._with(entries, self.errors, int(consumed))

    def disallow(self) -> UploadConfig:
        """Nothing can be selected any more."""
        return replace(self, allowed=False)

    def _replacing(self, changed: dict[str, UploadEntry]) -> UploadConfig:
        return replace(self, entries=tuple(changed.get(entry.ref, entry) for entry in self.entries))
