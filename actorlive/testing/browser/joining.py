"""The order in which a page's views join and are shown, which is the client's.

A page is shown when all of it has joined: a view that is joined for the first time joins the views within its new
HTML, and only when the last of them, and of those within them, is answered, the page shows the outermost, then the
others. What the server says of a view meanwhile waits. A view that joins again, or one within a page that is shown, is
shown at once. So a view that cannot join keeps the first paint of its page on the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from actorlive.testing.browser.dom import DomChild, DomNode
from actorlive.testing.errors import hide_frames

if TYPE_CHECKING:
    from actorlive.testing.browser.client_view import ClientView

__all__ = ["JoiningFamily"]

__tracebackhide__ = hide_frames


class JoiningFamily:
    """What one view waits for before it is shown: the views within it. A root's knows what is to be shown then."""

    def __init__(self, view: ClientView) -> None:
        self._view = view
        self.pending = True
        """True until the page shows the view."""
        self._waiting = 0
        self._to_show: list[tuple[ClientView, Callable[[], None]]] = []
        self._held: list[dict[str, Any]] = []

    def joined(self, html: list[DomChild], show: Callable[[], None]) -> None:
        """The view's join is answered, and `html` is what it renders: call `show()` when its time has come."""
        view, parent = self._view, self._view.parent
        self.pending, self._held, self._waiting = True, [], 0
        if view.joins > 1 or (parent is not None and not parent.joining.pending):
            show()
            return
        view.root.joining._to_show.append((view, show))
        for node in [node for child in html if isinstance(child, DomNode) for node in child.walk()]:
            if node.attrs.get("data-phx-parent-id") == view.id and view.page.join_child(view, node):
                self._waiting += 1
        if not self._waiting:
            self._all_joined()

    def _all_joined(self) -> None:
        """The view and all within it have joined."""
        parent = self._view.parent
        if parent is None:
            to_show, self._to_show = self._to_show, []
            for view, show in to_show:
                if not view.is_left:
                    show()
            return
        parent.joining._waiting -= 1
        if parent.joining._waiting == 0:
            parent.joining._all_joined()

    def holds(self, diff: dict[str, Any]) -> bool:
        """True while the view is not shown yet: the diff is kept."""
        if self.pending and self._view.tree is not None:
            self._held.append(diff)
        return self.pending

    def release(self) -> list[dict[str, Any]]:
        """The view is shown: what came meanwhile."""
        held, self._held, self.pending = self._held, [], False
        return held
