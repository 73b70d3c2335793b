"""Few: a mapping that has one entry, if any, nearly always.

A view and its connection watch each other, and a crowd of views mostly waits. A dict of one entry has 224 bytes; this
has 64, and keeps a second entry, and all that come while there is one, in a dict. The order is that of a dict.
"""

from __future__ import annotations

from typing import Final, Generic, TypeVar

__all__ = ["Few"]

K = TypeVar("K")
V = TypeVar("V")


class _Free:
    """Where no entry is."""


_FREE: Final = _Free()


class Few(Generic[K, V]):
    """The first entry, and a dict for others."""

    __slots__ = ("_key", "_others", "_value")

    def __init__(self, key: K, value: V) -> None:
        self._key: K | _Free = key
        self._value: V | _Free = value
        self._others: dict[K, V] | None = None

    def __len__(self) -> int:
        return (self._key is not _FREE) + len(self._others or ())

    def __setitem__(self, key: K, value: V) -> None:
        if self._key == key or (self._key is _FREE and not self._others):
            self._key, self._value = key, value
        elif self._others is None:
            self._others = {key: value}
        else:
            self._others[key] = value

    def pop(self, key: K) -> V | None:
        """Remove an entry; its value, None when there is no such entry."""
        value = self._value
        if self._key == key and not isinstance(value, _Free):
            self._key = self._value = _FREE
            return value
        return None if self._others is None else self._others.pop(key, None)

    def items(self) -> list[tuple[K, V]]:
        """The entries as they are now, oldest first."""
        others = list(self._others.items()) if self._others else []
        key, value = self._key, self._value
        if isinstance(key, _Free) or isinstance(value, _Free):
            return others
        return [(key, value), *others]
