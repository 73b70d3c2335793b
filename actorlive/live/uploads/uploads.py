"""Uploads: what a template sees of an owner's uploads, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from actorlive.errors import CallbackError, did_you_mean
from actorlive.live.uploads.config import UploadConfig

__all__ = ["Uploads"]


class Uploads(Mapping[str, UploadConfig]):
    """The uploads of a view or a live component: `@uploads.photos`, or `@uploads["photos"]`. It never changes."""

    __slots__ = ("_by_name",)

    def __init__(self, by_name: Mapping[str, UploadConfig]) -> None:
        self._by_name = dict(by_name)

    def __getitem__(self, name: str) -> UploadConfig:
        return self._by_name[name]

    def __getattr__(self, name: str) -> UploadConfig:
        try:
            return self._by_name[name]
        except KeyError:
            raise AttributeError(no_upload(name, self._by_name)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def __repr__(self) -> str:
        return f"Uploads({', '.join(self._by_name)})"

    def named(self, name: str) -> UploadConfig:
        """The upload of that name. Raises `CallbackError` when there is none."""
        config = self._by_name.get(name)
        if config is None:
            raise CallbackError(no_upload(name, self._by_name))
        return config

    def replacing(self, config: UploadConfig) -> Uploads:
        """The same with this one in place of that of its name."""
        return Uploads({**self._by_name, config.name: config})


def no_upload(name: str, known: Mapping[str, object]) -> str:
    """What to say of an upload that does not exist."""
    return (
        f"there is no upload {name!r}.{did_you_mean(name, known)} Declare it, `{name}: Upload = Upload(accept=[…])`, or"
        f" allow it in mount: `socket.allow_upload({name!r}, accept=[…])`"
    )
