"""Which old row each new one goes on from.

Rows keep their place as far as the items are equal from the front and from the back. Only what lies between is matched
one by one:

    old   a b c d e f            the equal front: rows kept, or rendered again over themselves if something else
    new   a b D x e f            changed that they read; the equal back likewise, from its place in the old list;
          └front┘   └back┘       between them each item goes on from the old row with its key, or with its value where
                                 there is no key, else from the old row at its index if it is not taken, else from none
"""

from __future__ import annotations

from collections.abc import Callable

from actorlive.errors import ActorLiveError
from actorlive.template.rendering.updating import SCALARS

__all__ = ["DuplicateKeyError", "KeysOf", "sources_of", "unique"]

KeysOf = Callable[[list[object]], list[object]] | None
"""Gives the `:key` of each item; None for a loop without."""


class DuplicateKeyError(ActorLiveError):
    """Two items of one comprehension have the same `:key`."""


def unique(keys: list[object]) -> list[object]:
    """The keys again; raises `DuplicateKeyError` when two are equal."""
    if len(set(keys)) == len(keys):
        return keys
    seen: set[object] = set()
    for key in keys:
        if key in seen:
            raise DuplicateKeyError(
                f"found duplicate key {key!r} in comprehension; keys tell its items apart"
            )
        seen.add(key)
    return keys


def sources_of(old: list[object], new: list[object], head: int, tail: int, key: KeysOf) -> list[int] | None:
    """The old index that each new row goes on from (-1: none), or None when every row keeps its place."""
    stop_old, stop = len(old) - tail, len(new) - tail
    middle_old, middle = old[head:stop_old], new[head:stop]
    if key is None:
        of_old, of_new = _tokens(middle_old), _tokens(middle)
        if len(of_old) == len(of_new) and set(of_old).isdisjoint(of_new):
            return None
    else:
        of_old, of_new = key(middle_old), unique(key(middle))
        if of_old == of_new:
            return None
        if not set(of_new) <= set(of_old):
            unique(key(new))
    if not tail and (not of_old or not of_new):
        return None  # some more, or some fewer, at the end
    return _match(of_old, of_new, head, len(old), len(new), tail)


def _match(
    of_old: list[object], of_new: list[object], head: int, count_old: int, count: int, tail: int
) -> list[int] | None:
    places: dict[object, int] = {}
    for i, token in enumerate(of_old):
        places.setdefault(token, head + i)
    middle = [places.pop(token, -1) for token in of_new]  # popped: no two rows go on from one
    taken = {source for source in middle if source >= 0}
    # what is new goes on from the old row in its place, if that is free: what they share need not be sent
    free = range(head, count_old - tail)
    for i, source in enumerate(middle):
        if source < 0 and head + i in free and head + i not in taken:
            middle[i] = head + i
    sources = [*range(head), *middle, *range(count_old - tail, count_old)]
    # every row in its place and none behind them: no move is written, and the client drops the rest by itself
    return None if sources == list(range(count)) and count <= count_old else sources


def _tokens(items: list[object]) -> list[object]:
    """What items without keys are known by: themselves if they are plain, else their identities."""
    return items if all(map(SCALARS.__contains__, map(type, items))) else list(map(id, items))
