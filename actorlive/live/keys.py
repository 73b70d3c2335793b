"""Keys that applications choose for what a view has running: tasks, things that can be undone."""

from __future__ import annotations

from collections.abc import Hashable
from typing import cast

__all__ = ["exact"]


def exact(key: Hashable) -> Hashable:
    """`key` so that 1, True and 1.0, which Python holds for equal, are three; inside tuples and frozensets too."""
    if isinstance(key, str):
        return key
    kind: type[Hashable] = type(key)
    if isinstance(key, tuple):
        return (kind, *map(exact, cast("tuple[Hashable, ...]", key)))
    if isinstance(key, frozenset):
        return (kind, frozenset(map(exact, cast("frozenset[Hashable]", key))))
    return (kind, key)
