"""The socket's part that takes files: what may be uploaded, what is on its way, what is here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar, overload

from actorlive.errors import CallbackError
from actorlive.live.socket_core import SocketCore
from actorlive.live.uploads.entry import UploadEntry
from actorlive.live.uploads.external import Postpone
from actorlive.live.uploads.upload import Upload
from actorlive.live.uploads.uploads import no_upload
from actorlive.live.uploads.work import UploadWork

__all__ = ["UploadSocket"]

T = TypeVar("T")


class UploadSocket(SocketCore):
    """`allow_upload` and its like."""

    __slots__ = ()

    def allow_upload(self, name: str, *, accept: str | Iterable[str], **options: Any) -> None:
        """Let the visitor select files, shown as `@uploads[name]`; its options are those of `Upload`.

        In place of what was allowed under that name; what a class declares is allowed already. Raises `CallbackError`
        for options that cannot be, and while entries of that name are active. (`allow_upload/3`)
        """
        unknown = options.keys() - set(Upload.option_names())
        if unknown:
            known = ", ".join(Upload.option_names())
            raise CallbackError(
                f"allow_upload has no option {min(unknown)!r}; it takes those of Upload: {known}"
            )
        self._owner.open_uploads(self._state).allow(name, Upload(accept, **options))

    def disallow_upload(self, name: str) -> None:
        """Let nothing be selected under that name any more (`disallow_upload/2`).

        Raises `CallbackError` while entries are active: consume or cancel them first.
        """
        self._uploads(name).disallow(name)

    def cancel_upload(self, name: str, ref: str) -> None:
        """Drop an entry, on its way or here; its file is removed (`cancel_upload/3`).

        Raises `CallbackError` when there is no such entry.
        """
        work = self._uploads(name)
        entry = work.entry(name, ref)
        work.drop(work.shown.named(name), entry)

    def uploaded_entries(self, name: str) -> tuple[list[UploadEntry], list[UploadEntry]]:
        """The entries that are done, and those that are in progress (`uploaded_entries/2`)."""
        return self._uploads(name).entries(name)

    @overload
    async def consume_uploads(
        self, name: str, keep: Callable[[Any, UploadEntry], Awaitable[T | Postpone[T]]]
    ) -> list[T]: ...
    @overload
    async def consume_uploads(
        self, name: str, keep: Callable[[Any, UploadEntry], T | Postpone[T]]
    ) -> list[T]: ...
    async def consume_uploads(self, name: str, keep: Callable[[Any, UploadEntry], Any]) -> list[Any]:
        """Hand over every file that is here, in the order of the page; the list of what `keep` returned.

        `keep(file, entry)` receives an `UploadedFile` (or the `meta` of a writer, or what an `External` said) and the
        `UploadEntry`. A plain function runs in a worker thread, an async one here. The file is removed when it returns,
        so it reads, copies or moves it; with `Postpone(value)` it stays. Raises `CallbackError` while an entry is in
        progress. (`consume_uploaded_entries/3`)
        """
        return await self._uploads(name).consume_all(name, keep)

    @overload
    async def consume_upload(
        self, entry: UploadEntry, keep: Callable[[Any, UploadEntry], Awaitable[T | Postpone[T]]]
    ) -> T: ...
    @overload
    async def consume_upload(
        self, entry: UploadEntry, keep: Callable[[Any, UploadEntry], T | Postpone[T]]
    ) -> T: ...
    async def consume_upload(self, entry: UploadEntry, keep: Callable[[Any, UploadEntry], Any]) -> Any:
        """Hand over one file, as in a `progress` function; what `keep` returned (`consume_uploaded_entry/3`)."""
        return await self._uploads(entry.upload_config).consume(entry, keep)

    def _uploads(self, name: str) -> UploadWork:
        work = self._owner.uploads
        if work is None:
            raise CallbackError(no_upload(name, {}))
        return work
