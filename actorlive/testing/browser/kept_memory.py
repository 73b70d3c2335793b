"""What a page remembers for its views: kept values, as tokens by name, by the rules of client/src/kept.ts.

A view is the same one as before if it joins with the same element, or if the view around it is the same and has joined
again. Anything else begins with nothing, though its id may be the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from actorlive.testing.browser.dom import DomNode

__all__ = ["KEEP", "KeptMemory"]

KEEP = "al:keep"
"""The server's event that says what to remember."""


@dataclass(slots=True)
class _Place:
    """What is remembered for one view. It `moves` when the view around it has joined again since."""

    container: DomNode
    around: str | None
    moves: bool = False
    values: dict[str, str] = field(default_factory=dict[str, str])


class KeptMemory:
    """The memory of one page; it ends with the page."""

    def __init__(self) -> None:
        self._places: dict[str, _Place] = {}

    def of(self, container: DomNode) -> dict[str, str]:
        """What is kept for the view of an element that is about to join."""
        before = self._places.get(container.id)
        same = before is not None and (before.container is container or before.moves)
        place = _Place(container, container.attrs.get("data-phx-parent-id"))
        if before is not None and same:
            place.values = before.values
        self._places[container.id] = place
        for within in self._places.values():
            if within.around == container.id:
                within.moves = same
        return place.values

    def keep(self, told: dict[str, Any]) -> None:
        """Do what the server's event says."""
        place = self._places.get(told["id"])
        if place is None:
            return
        if told.get("all"):
            place.values.clear()
        for name, token in told["values"].items():
            if token is None:
                place.values.pop(name, None)
            else:
                place.values[name] = token

    def forget(self, container: DomNode) -> None:
        """Another view is about to take the element's place."""
        self._places.pop(container.id, None)
