"""So that the client meets each live component that a message changes (docs/design/wire.md, "Components").

The client shows a message by rendering its tree from the outside in. What it finds unchanged it leaves as it is in the
page, and does not look inside: an element that it has marked (`r`) and into which nothing of the message was merged,
and a component that the message does not name. A live component in such a place has changed nevertheless where a
message has it in `c`, by an event of its own or by what it was given, and would stay as it was, for good.

So whatever stands around it in the same message is named, too: a component by an empty body, the way through marked
elements by the places on it, down to the number of the component. What was merged already needs nothing, and what is
sent in full is rendered as a whole. A component's body is merged by another rule: the client then renders all that is
in it, but for the rows that stayed as they were in a loop that changed.

Of a loop only those rows are looked at that hold one of the components (`rendered.places`).
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any, cast

from actorlive.rendered import Comprehension, Diff, Dynamics, PlacedComponent, Rendered, rows_with

__all__ = ["lead_to"]


def lead_to(cids: AbstractSet[int], tree: Rendered, body: Diff, *, in_component: bool) -> None:
    """Add to `body`, which changes `tree` in the client, the way to those components that it would not meet."""
    if "s" not in body:
        _Way(cids).through(tree.dynamics, body, barred=False, renders_all=in_component)


class _Way:
    """The way to some components. `barred` says that the client would not come here, `renders_all` that it renders what
    is unchanged, too."""

    def __init__(self, cids: AbstractSet[int]) -> None:
        self._cids = cids

    def through(self, dynamics: Dynamics, body: Diff, *, barred: bool, renders_all: bool) -> bool:
        """Add what is missing; True where something was."""
        added = False
        for i, value in enumerate(dynamics):
            if value.__class__ is str:
                continue
            if isinstance(value, PlacedComponent):
                if barred and value.cid in self._cids:
                    body[i] = value.cid
                    added = True
            elif isinstance(value, Rendered):
                added |= self._through_node(value, i, body, barred, renders_all)
            elif isinstance(value, Comprehension) and value.rows:
                added |= self._through_rows(value, i, body, barred, renders_all)
        return added

    def _through_node(self, node: Rendered, i: int, body: Diff, barred: bool, renders_all: bool) -> bool:
        merged = cast("Diff | None", body.get(i))
        if merged is not None:
            return "s" not in merged and self.through(
                node.dynamics, merged, barred=False, renders_all=renders_all
            )
        way: Diff = {}
        barred = barred or (node.statics.root and not renders_all)
        if not self.through(node.dynamics, way, barred=barred, renders_all=renders_all):
            return False
        body[i] = way
        return True

    def _through_rows(self, node: Comprehension, i: int, body: Diff, barred: bool, renders_all: bool) -> bool:
        merged = cast("Diff | None", body.get(i))
        if merged is not None and "s" in merged:
            return False
        entries: dict[Any, Any] = {} if merged is None else merged.get("k", {})
        renders_all = renders_all and merged is None
        added = False
        for number in rows_with(self._cids, node):
            added |= self._through_row(node.rows[number], number, entries, barred, renders_all)
        if added and merged is None:
            body[i] = {"k": {**entries, "kc": len(node.rows)}}
        return added

    def _through_row(
        self, row: Dynamics, number: int, entries: dict[Any, Any], barred: bool, renders_all: bool
    ) -> bool:
        entry = entries.get(number)
        if isinstance(entry, list):  # moved, with changes
            return self.through(row, cast("list[Diff]", entry)[1], barred=False, renders_all=False)
        if isinstance(entry, dict):
            return self.through(row, cast("Diff", entry), barred=False, renders_all=False)
        way: Diff = {}
        if not self.through(row, way, barred=barred, renders_all=renders_all):
            return False
        entries[number] = way if entry is None else [entry, way]
        return True
