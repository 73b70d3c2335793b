"""Optimistic changes (`JS.push(…, optimistic=…)`), as actorlive's own client script shows and undoes them.

A change is laid over the page before the push leaves. When the server answers, it becomes the page's until the next
patch of that element; when the server rejects it (`al:reject`), or the push is lost, exactly that change is undone.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from actorlive.testing.browser import commands
from actorlive.testing.browser.dom import DomNode

if TYPE_CHECKING:
    from actorlive.testing.browser.gestures import Gesture
    from actorlive.testing.browser.messages import ClientPush
    from actorlive.testing.browser.page import Page

__all__ = ["Overlay"]


@dataclass(slots=True)
class _Change:
    """One optimistic chain in flight: the attributes of each element before it and with it."""

    id: str
    gesture: Gesture
    nodes: list[tuple[DomNode, dict[str, str]]] = field(default_factory=list[tuple[DomNode, dict[str, str]]])
    ops: list[commands.Command] = field(default_factory=list[commands.Command])
    source: DomNode | None = None


class Overlay:
    """The optimistic changes of one page that the server has not answered."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._ids = map(str, itertools.count(1))
        self._shown: dict[str, _Change] = {}

    def show(self, gesture: Gesture, ops: list[Any], source: DomNode) -> None:
        """Show a change at once."""
        change = _Change(next(self._ids), gesture, source=source, ops=[(op[0], op[1]) for op in ops])
        self._shown[change.id] = change
        self._apply(change)

    def stamp(self, gesture: Gesture, payload: dict[str, Any]) -> None:
        """Give the push behind a change the change's name."""
        for change in self._shown.values():
            if change.gesture is gesture:
                place = payload["meta"] if payload["type"] == "form" else payload["value"]
                place["_al"] = change.id

    def _apply(self, change: _Change) -> None:
        assert change.source is not None
        for name, arguments in change.ops:
            for target in commands.targets(self._page.document, change.source, arguments.get("to")):
                change.nodes.append((target, dict(target.attrs)))
                self._write(name, target, arguments)
        self._page.document.touch()

    def _write(self, name: str, target: DomNode, arguments: dict[str, Any]) -> None:
        """The command's effect on the attributes, without its stickiness."""
        state, target.state = target.state, None
        try:
            commands.change_dom(name, target, arguments)
        finally:
            target.state = state

    def after_patch(self) -> None:
        """What the server rendered is the new base; show over it what is still in flight."""
        for change in self._shown.values():
            change.nodes.clear()
            self._apply(change)

    def end(self, push: ClientPush, events: list[list[Any]]) -> None:
        """End the change of a push that was answered: it stands, unless the answer rejects it."""
        for change in [change for change in self._shown.values() if push in change.gesture.sent]:
            rejected = any(
                name == "al:reject" and detail.get("id") == change.id for name, detail, *_ in events
            )
            self._end(change, undo=rejected)

    def roll_back(self, push: ClientPush) -> None:
        """Undo the change of a push that got lost, or did not get away."""
        stamp = _stamp(push)
        for change in [*self._shown.values()]:
            if change.id == stamp or push in change.gesture.sent:
                self._end(change, undo=True)

    def _end(self, change: _Change, *, undo: bool) -> None:
        del self._shown[change.id]
        if undo:
            for node, before in reversed(change.nodes):
                node.attrs = before
            self._page.document.touch()
            self.after_patch()


def _stamp(push: ClientPush) -> object:
    """The name of the change that a push is behind."""
    match push.payload:
        case {"value": {"_al": stamp}} | {"meta": {"_al": stamp}}:
            return stamp
        case _:
            return None
