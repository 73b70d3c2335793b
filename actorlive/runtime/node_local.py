"""NodeLocal: a value per node, as `contextvars` has one per context and Trio's `RunVar` one per run.

The node itself holds the values. A `WeakKeyDictionary` by node, which looks like it does the same, keeps every node for
good whose value leads back to it, as everything does that has a port or a process: the dictionary holds the value, and
the value its key. Here the two are a circle like any other, and go together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from actorlive.runtime.context import current_node

__all__ = ["NodeLocal"]

T = TypeVar("T")


class NodeLocal(Generic[T]):
    """What `make` returns, once per node. Made where a module keeps it."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make

    def get(self) -> T:
        """The current node's, made at its first use. Raises `NodeClosed` where there is no node."""
        values = current_node().values
        if self not in values:
            values[self] = self._make()
        return values[self]
