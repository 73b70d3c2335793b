"""How the rows of a comprehension that moved are written in the fewest bytes (docs/design/wire.md, "Rows").

An entry may go on from any old row: from the one that its item had (a move), or from the one at its own index, which
is written over. Writing over is shorter where the two rows have much in common or the list is short, and when all
moves together save no more than `km` costs, there are none. A new row is written over whatever is there. Two things
are kept:

* The client's marks stay unique: a row with marked nodes is either moved or written over, never both, so that
  nothing is written over such a row while there are moves.
* Rows with a `:key` keep their elements: the client finds an element without an id by its mark, so keyed rows with
  marked nodes always move.
"""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from actorlive.rendered.nodes import Comprehension, Dynamic, Dynamics, Rendered

__all__ = ["Moves", "RowWriter"]


_JSON = msgspec.json.Encoder()
_KM = len(',"km":1')
_LOOKED_AT = 100
"""So many rows that moved are looked at; in a longer list the rest moves."""


class RowWriter(Protocol):
    """What writes rows, here only to measure them."""

    def dynamics(self, dynamics: Dynamics) -> dict[int | str, Any]: ...

    def changed_dynamics(self, old: Dynamics, new: Dynamics) -> dict[int | str, Any]: ...


class Moves:
    """Decides for each new row which old one it is written over."""

    __slots__ = ("_keyed", "_made_again", "_new", "_old", "_saved", "_unchanged", "_writer")

    def __init__(self, writer: RowWriter, old: list[Dynamics], new: list[Dynamics], *, keyed: bool) -> None:
        self._writer = writer
        self._old = old
        self._new = new
        self._keyed = keyed
        self._saved = 0
        self._made_again: list[int] = []  # rows that are not what they were, and are not written over
        self._unchanged: list[int] = []  # rows that only moved

    def plan(self, sources: list[int]) -> list[int] | None:
        """`sources` as they are best written: the old index that row i goes on from, -1 for none.

        None when each row is best written over the old one at its index.
        """
        plan = sources[:]
        left = _LOOKED_AT
        for i, source in enumerate(sources):
            if source == i:
                continue
            if source < 0:
                if self._is_free(i):
                    plan[i] = i
                elif i < len(self._old):
                    self._made_again.append(i)
            elif left:
                left -= 1
                if self._stays(i, source):
                    plan[i] = i
        return plan if left == 0 or self._are_worth_it(sources) else None

    def _stays(self, i: int, source: int) -> bool:
        """True when a row that moved is better written at its index."""
        old, row = self._old, self._new[i]
        if row is old[source]:
            if i < len(old) and old[i] == row and self._may_stay(i, source):
                return True
            self._unchanged.append(i)
        elif self._may_stay(i, source):
            saved = self._measure(i, source)
            self._saved += max(saved, 0)
            return saved < 0
        else:
            self._made_again.append(i)
        return False

    def _is_free(self, i: int) -> bool:
        """True when there is an old row at the index that may be written over, even if it moves elsewhere."""
        return i < len(self._old) and not any(map(_is_marked, self._old[i]))

    def _may_stay(self, i: int, source: int) -> bool:
        return self._is_free(i) and not self._must_move(source)

    def _must_move(self, source: int) -> bool:
        return self._keyed and any(map(_is_marked, self._old[source]))

    def _measure(self, i: int, source: int) -> int:
        """What is saved by not writing a row over the old one at its index."""
        writer, old, row = self._writer, self._old, self._new[i]
        if source < 0:
            entry: object = writer.dynamics(row)
        else:
            change = writer.changed_dynamics(old[source], row)
            entry = [source, change] if change else source
        if i >= len(old):
            return _size(writer.dynamics(row)) - _size(entry)
        stay = writer.changed_dynamics(old[i], row)
        return (_size(stay) if stay else -len(f'"{i}":,')) - _size(entry)

    def _are_worth_it(self, sources: list[int]) -> bool:
        """True when the moves save more than their `km` costs; most often the first few tell."""
        if any(self._must_move(sources[i]) for i in self._made_again if sources[i] >= 0):
            return True
        self._saved += sum(self._measure(i, sources[i]) for i in self._made_again)
        for i in self._unchanged:  # each of these saves something
            if self._saved > _KM or self._must_move(sources[i]):
                return True
            self._saved += self._measure(i, sources[i])
        return self._saved > _KM


def _size(entry: object) -> int:
    return len(_JSON.encode(entry))


def _is_marked(value: Dynamic) -> bool:
    """True when the client marks a node in it (wire: `r`)."""
    if value.__class__ is str:
        return False
    if isinstance(value, Rendered):
        return value.statics.root or any(map(_is_marked, value.dynamics))
    return isinstance(value, Comprehension) and any(any(map(_is_marked, row)) for row in value.rows)
