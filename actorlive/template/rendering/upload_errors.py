"""`upload_errors`: what is wrong with an upload, for a template to show."""

from __future__ import annotations

from typing import Any, Protocol

__all__ = ["upload_errors"]


class _Faulty(Protocol):
    def errors_of(self, entry: Any = None, /) -> list[Any]: ...


def upload_errors(upload: _Faulty, entry: Any = None, /) -> list[Any]:
    """The `UploadError`s of an entry; without one, those of the upload as a whole (`upload_errors/1,2`).

    `<p :for={error in upload_errors(@uploads.photos, entry)}>{error.message}</p>`
    """
    return upload.errors_of(entry)
