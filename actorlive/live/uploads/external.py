"""What the functions of an application return about an upload."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

__all__ = ["External", "Postpone"]

T = TypeVar("T")


class External:
    """What an `external=` function returns: the name of the uploader in the page's script, and what it needs to know.

    `External("S3", url=…, fields=…)` is `entry.meta` of the uploader, and what `consume_uploads` hands over.
    """

    __slots__ = ("meta", "uploader")

    def __init__(self, uploader: str, /, **meta: Any) -> None:
        self.uploader: str = uploader
        self.meta: dict[str, Any] = meta

    def __repr__(self) -> str:
        return f"External({self.uploader!r}, …)"

    def wire(self) -> dict[str, Any]:
        """As the client gets it."""
        return {**self.meta, "uploader": self.uploader}


@dataclass(frozen=True, slots=True)
class Postpone(Generic[T]):
    """Returned by what `consume_uploads` calls: `value` is its result, and the file stays (`{:postpone, value}`)."""

    value: T
