"""What Phoenix LiveView sends for a change, where that is certain: a model that shares no code with ours.

A row is what its dynamics hold: texts, or the dictionary of a nested node. Of a row that changed only the dynamics
whose value differs are sent, which is the most that its change tracking can do.
"""

from __future__ import annotations

from typing import Any

Rows = list[tuple[str, list[Any]]]
"""(key, dynamics) of each entry; the key is the index where the loop has none."""


def numbered(rows: list[list[Any]]) -> Rows:
    """The rows of a loop without `:key`."""
    return [(str(i), row) for i, row in enumerate(rows)]


def dynamics(values: list[Any]) -> dict[str, Any]:
    """All dynamics."""
    return {str(i): value for i, value in enumerate(values)}


def changed(old: list[Any], new: list[Any]) -> dict[str, Any]:
    """Those that differ; a nested node with the same statics is merged."""
    found: dict[str, Any] = {}
    for i, (was, now) in enumerate(zip(old, new, strict=True)):
        if was != now:
            found[str(i)] = _merged(was, now) if _are_one_node(was, now) else now
    return found


def _are_one_node(was: Any, now: Any) -> bool:
    return type(was) is type(now) is dict and was.get("s") == now.get("s")


def _merged(was: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in now.items() if was.get(key) != value}


def comprehension(old: Rows, new: Rows) -> dict[str, Any] | None:
    """The node of a loop that had rows before; None when nothing changed (docs/design/wire.md, "Rows")."""
    places = {key: (i, values) for i, (key, values) in enumerate(old)}
    entries: dict[str, Any] = {}
    moved = False
    for i, (key, values) in enumerate(new):
        if key not in places:
            entries[str(i)] = dynamics(values)
            continue
        source, before = places[key]
        change = changed(before, values)
        if source != i:
            moved = True
            entries[str(i)] = [source, change] if change else source
        elif change:
            entries[str(i)] = change
    if not entries and len(old) == len(new):
        return None
    entries["kc"] = len(new)
    if moved:
        entries["km"] = True
    return {"k": entries}


def stream(
    ref: str,
    inserts: list[tuple[str, list[Any]]],
    deletes: list[str],
    *,
    at: int = -1,
    limit: int | None = None,
    update_only: bool = False,
    reset: bool = False,
) -> dict[str, Any]:
    """The node of a stream that had items before (docs/design/wire.md, "Streams")."""
    entries: dict[str, Any] = {str(i): dynamics(values) for i, (_, values) in enumerate(inserts)}
    told = [[dom_id, at, limit, update_only] for dom_id, _ in reversed(inserts)]
    return {
        "k": {**entries, "kc": len(inserts)},
        "stream": [ref, told, deletes, *([True] if reset else [])],
    }
