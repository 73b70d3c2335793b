"""The rows of a loop, going on from those before.

The problem: of a page with a list of a thousand rows one row changes. Rendering all of them takes 350 µs; finding the
one, rendering it and sending it has to take a tenth of that, and must never keep what looks different.

The rule: a loop compares its items with those before, from both ends; `matching` draws what happens in between. What
was changed in place has no value before (`TOUCHED`): no two items are compared then, and every row is rendered again
over itself.

Rejected, with figures in docs/design/change-tracking.md: a dict of the old rows and a lookup for each (42 µs where
slices compared in C take 8.5), lists that log their changes, hashes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from actorlive.rendered import Comprehension, Delta, Dynamic, Dynamics, Statics, StreamItems
from actorlive.rendered.equality import are_plain, equal_ends, looks_equal
from actorlive.template.rendering.matching import KeysOf, sources_of
from actorlive.template.rendering.placing import numberer
from actorlive.template.rendering.updating import TOUCHED, Changed, is_stream, let

__all__ = ["RowPlan", "items_of", "stream"]

RowScope = tuple[Any, ...]
"""What rows read beside their item: the assigns, and the locals around the loop."""


def items_of(iterable: Iterable[object]) -> list[object] | StreamItems:
    """A snapshot of what a loop goes over, to compare the next one with; a stream stays itself."""
    if iterable.__class__ is list:
        return list(iterable)  # a copy: the view may go on changing its own
    return iterable if is_stream(iterable) else list(iterable)


def stream(
    statics: Statics, items: StreamItems, rows: list[Dynamics], previous: Dynamic | None
) -> Comprehension:
    """The comprehension over a stream: the new rows, and the instructions for the client."""
    instructions = items.wire()
    sent = False
    if isinstance(previous, Comprehension):
        if not rows and not (instructions[1] or instructions[2] or len(instructions) > 3):
            return previous
        sent = previous.sent
    if rows and (numbering := numberer.get()) is not None:
        numbering.note_streamed(rows)
    return Comprehension(statics, [], rows, sent=sent, keeps=False, stream=instructions)


@dataclass(frozen=True, slots=True)
class RowPlan:
    """One loop of a template, as it is the same in every render. All its functions take the scope behind the rest.

    `row(changed, previous dynamics or None, item)` renders a row, `again(changed, previous rows, their items, items)`
    many of them in place, where only the items changed. `names(item)` are the values that an item gives the
    loop's locals (None: itself), `keys` the names that these have in the change record. `key(items)` are the `:key`s,
    `outer(changed)` is true when something else changed that the rows read, `source` what the items are read from.
    """

    row: Callable[..., Dynamics]
    again: Callable[..., list[Dynamics]]
    keys: tuple[str, ...]
    names: Callable[[object], tuple[object, ...]] | None
    key: Callable[..., list[object]] | None
    outer: Callable[..., bool] | None
    source: tuple[str, ...]

    def update(
        self, previous: Comprehension, items: list[object], changed: Changed, scope: RowScope
    ) -> Comprehension:
        """The loop over `items`, going on from its previous rows."""
        body = self.outer is not None and self.outer(changed, *scope)
        touched = any(changed.get(key) is TOUCHED for key in self.source)
        old, plain = previous.items, False
        if items is old and not touched:
            if not body:
                return previous
            head, tail = len(items), 0
        else:
            plain = not touched and _is_plain(previous)
            head, tail = (0, 0) if touched else equal_ends(old, items, plain=plain)
            if head == len(old) == len(items) and not body:
                return previous
        rows = _Update(self, previous, items, changed, scope, body, touched).rows(head, tail)
        if plain:  # what equals plain rows was found plain, too
            rows.plain = are_plain(items[head : len(items) - tail])
        elif head or tail:
            rows.plain = previous.plain
        return rows


def _is_plain(rows: Comprehension) -> bool:
    if rows.plain is None and rows.items:
        rows.plain = type(rows.items[0]) is tuple and are_plain(rows.items)
    return bool(rows.plain)


@dataclass(slots=True)
class _Update:
    """One render of a loop. `body` says that something else changed that the rows read; `touched`, that items may have
    been changed in place."""

    plan: RowPlan
    previous: Comprehension
    items: list[object]
    changed: Changed
    scope: RowScope
    body: bool
    touched: bool

    def rows(self, head: int, tail: int) -> Comprehension:
        """The rows, of which so many have equal items at the front and at the back."""
        sources = sources_of(self.previous.items, self.items, head, tail, self._key())
        if sources is None:
            return self._in_place(head, tail)
        rows: list[Dynamics] = []
        shift = len(self.items) - tail
        for i, source in enumerate(sources):
            if source < 0:
                rows.append(self._new(self.items[i]))
            elif i < head or i >= shift or self._is_kept(source, i):
                rows.append(self._kept(source, i))
            else:
                rows.append(self._again(source, i))
        return self._continuation(rows, sources, range(len(rows)))

    def _key(self) -> KeysOf:
        key, scope = self.plan.key, self.scope
        return None if key is None else lambda items: key(items, *scope)

    def _is_kept(self, source: int, i: int) -> bool:
        return not self.touched and looks_equal(self.previous.items[source], self.items[i])

    def _new(self, item: object) -> Dynamics:
        return self.plan.row(self.changed, None, item, *self.scope)

    def _kept(self, source: int, i: int) -> Dynamics:
        """A row whose item looks as it did."""
        before = self.previous.rows[source]
        return self.plan.row(self.changed, before, self.items[i], *self.scope) if self.body else before

    def _again_as_they_are(self, before: list[Dynamics], items: list[object]) -> list[Dynamics]:
        """Rows whose items look as they did, all of them: something else that they read changed."""
        row, changed, scope = self.plan.row, self.changed, self.scope
        return [row(changed, dynamics, item, *scope) for dynamics, item in zip(before, items, strict=True)]

    def _again_in_place(self, start: int, stop: int) -> list[Dynamics]:
        """Rows that stay where they are, and most of which have another item."""
        if self.body or self.touched:
            return [self._again(i, i) for i in range(start, stop)]
        before, old, new = self.previous.rows, self.previous.items, self.items
        rows = before[start:stop], old[start:stop], new[start:stop]
        return self.plan.again(self.changed, *rows, *self.scope)

    def _again(self, source: int, i: int) -> Dynamics:
        """A row with another item."""
        if not self.touched and self.previous.items[source] is self.items[i]:
            return self._kept(source, i)
        changed = self._item_changes(self.previous.items[source], self.items[i])
        return self.plan.row(changed, self.previous.rows[source], self.items[i], *self.scope)

    def _item_changes(self, old: object, new: object) -> Changed:
        plan = self.plan
        if self.touched:
            return {**self.changed, **dict.fromkeys(plan.keys, TOUCHED)}
        if plan.names is None:
            return {**self.changed, plan.keys[0]: old}
        return let(self.changed, plan.keys, plan.names(old), plan.names(new))

    def _in_place(self, head: int, tail: int) -> Comprehension:
        """As many rows as before between the equal ends, or only some more or fewer at the end."""
        before, count = self.previous.rows, len(self.items)
        stop, stop_before = count - tail, len(before) - tail
        if self.body:
            rows = self._again_as_they_are(before[:head], self.items[:head])
            rows += self._between(head, stop)
            rows += self._again_as_they_are(before[stop_before:], self.items[stop:])
            return self._continuation(rows, None, range(count))
        rows = before.copy()  # in one piece: to put three together takes twice the time
        rows[head:stop_before] = self._between(head, stop)
        return self._continuation(rows, None, range(head, stop))

    def _between(self, start: int, stop: int) -> list[Dynamics]:
        """The rows between the equal ends, each over the one in its place as far as there were any."""
        common = min(len(self.previous.rows), len(self.items))
        rows = self._again_in_place(start, min(stop, common))
        return rows + [self._new(item) for item in self.items[max(start, common) : stop]]

    def _continuation(
        self, rows: list[Dynamics], sources: list[int] | None, rendered: range
    ) -> Comprehension:
        keyed = sources is not None and self.plan.key is not None
        delta = Delta(self.previous, sources, rendered, keyed=keyed)
        new = Comprehension(self.previous.statics, self.items, rows, sent=self.previous.sent, delta=delta)
        new.places = self.previous.places
        return new
