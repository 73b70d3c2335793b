"""Where live components stand in a tree.

The problem: a message leads the client to those components that it changes, and of a loop over a thousand rows perhaps
one holds any, or none. To look at every row would take ten times as long as to render the one.

The rule: which rows hold what is found out once, and handed on from a loop to the one that comes out of it
(`Comprehension.places`). A row never changes (INV-11), so all that has to be looked at is a row that is not the object
that was there before; which ones those are, C finds out.
"""

from __future__ import annotations

from collections.abc import Iterable, Set as AbstractSet
from itertools import chain, compress
from operator import is_not

from actorlive.rendered.nodes import Comprehension, Dynamic, Dynamics, PlacedComponent, Rendered

__all__ = ["ComponentRows", "placed_in", "rows_with"]


def placed_in(trees: Iterable[Dynamic | None]) -> list[PlacedComponent]:
    """The components in trees, without those in theirs."""
    found: list[PlacedComponent] = []
    left = list(trees)
    while left:
        value = left.pop()
        if value.__class__ is str:  # nearly always
            continue
        if isinstance(value, Rendered):
            left += value.dynamics
        elif isinstance(value, Comprehension):
            left += chain.from_iterable(value.rows)
        elif isinstance(value, PlacedComponent):
            found.append(value)
    return found


def rows_with(cids: AbstractSet[int], loop: Comprehension) -> list[int]:
    """The indices of the rows that hold one of the components, in order."""
    if loop.places is None:
        loop.places = ComponentRows()
    return loop.places.of(cids, loop.rows)


class ComponentRows:
    """Which rows of a loop hold components, as they were when somebody last asked."""

    __slots__ = ("_cids", "_row_of", "_rows")

    def __init__(self) -> None:
        self._rows: list[Dynamics] = []
        self._cids: dict[int, list[int]] = {}
        self._row_of: dict[int, int] = {}

    def of(self, cids: AbstractSet[int], rows: list[Dynamics]) -> list[int]:
        """The indices of those among the rows that hold one of the components, in order."""
        if rows is not self._rows:
            self._follow(rows)
        return sorted({self._row_of[cid] for cid in cids & self._row_of.keys()})

    def _follow(self, rows: list[Dynamics]) -> None:
        """The loop has these rows now."""
        if len(rows) == len(self._rows):
            replaced = list(compress(range(len(rows)), map(is_not, rows, self._rows)))
        else:
            self._cids, self._row_of, replaced = {}, {}, list(range(len(rows)))
        self._rows = rows
        for number in replaced:
            for cid in self._cids.pop(number, ()):
                self._row_of.pop(cid, None)  # a loop that is not on the page may hold one twice
        for number in replaced:
            if held := [node.cid for node in placed_in(rows[number])]:
                self._cids[number] = held
                self._row_of.update(dict.fromkeys(held, number))
