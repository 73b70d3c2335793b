"""Iterators: what can be iterated over only once, and so is empty the second time that a page reads it.

They are refused wherever a value is kept to be read again: as assigns, defaults and component attributes.
"""

from __future__ import annotations

from actorlive.rendered.equality import ATOMS

__all__ = ["is_iterator", "rewrite"]


def is_iterator(value: object) -> bool:
    """True for a generator, `map`, `zip`, `reversed`, an open file, an async generator."""
    kind: type = type(value)
    return kind not in ATOMS and (hasattr(kind, "__next__") or hasattr(kind, "__anext__"))


def rewrite(value: object) -> str:
    """What to write around an iterator."""
    return "[x async for x in …]" if hasattr(value.__class__, "__anext__") else "list(…)"
