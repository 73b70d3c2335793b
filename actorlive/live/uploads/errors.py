"""UploadError: why a file is not taken, for a template to show. It is a value; nothing raises it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from actorlive.live.uploads.upload import Upload

__all__ = ["UploadError", "upload_error"]


class UploadError(msgspec.Struct, frozen=True):
    """Why a file, or a selection of files, is not taken: `{error.message}` says it to a person.

    `reason` is LiveView's name of it: "too_many_files", "too_large", "not_accepted", "external_client_failure",
    "external_metadata_failure", "writer_failure", or what a validator returned as `Error(reason)`. `detail` is what
    came along with it. `ref` is the entry's, or that of the upload where all of it is meant.
    """

    ref: str
    reason: Any
    message: str
    detail: Any = None

    @property
    def wire(self) -> str:
        """The reason, as the client is told."""
        return self.reason if isinstance(self.reason, str) else str(self.reason)


def upload_error(ref: str, reason: object, upload: Upload, detail: object = None) -> UploadError:
    """The error of that reason, in words that name the upload's own bounds."""
    return UploadError(ref, reason, _message(reason, upload), detail)


_MESSAGES = {
    "too_many_files": "Too many files: at most {count} can be uploaded.",
    "too_large": "The file is too large: at most {size} can be uploaded.",
    "not_accepted": "Files of this type are not accepted, only {accept}.",
    "writer_failure": "The file could not be stored.",
    "external_metadata_failure": "The upload could not be prepared.",
    "external_client_failure": "The upload failed.",
}


def _message(reason: object, upload: Upload) -> str:
    message = _MESSAGES.get(reason) if isinstance(reason, str) else None
    if message is None:
        return str(reason)
    size, accept = size_text(upload.max_file_size), ", ".join(upload.accept)
    return message.format(count=upload.max_entries, size=size, accept=accept)


def size_text(size: int) -> str:
    """A number of bytes as a person reads it, in steps of a thousand.

    >>> size_text(8_000_000), size_text(1_500), size_text(999)
    ('8 MB', '1.5 kB', '999 bytes')
    """
    units = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))
    unit, name = next(((unit, name) for unit, name in units if size >= unit), (1, "bytes"))
    return f"{size / unit:.3g} {name}" if unit > 1 else f"{size} {name}"
