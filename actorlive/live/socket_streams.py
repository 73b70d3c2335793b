"""The socket's part that fills streams, whose items live in the page alone."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import partial
from typing import Any

from actorlive.live.socket_core import SocketCore
from actorlive.live.streams import DomId

__all__ = ["StreamSocket"]


class StreamSocket(SocketCore):
    """`stream` and its like."""

    __slots__ = ()

    def stream(
        self,
        name: str,
        items: Iterable[Any],
        *,
        at: int = -1,
        reset: bool = False,
        limit: int | None = None,
        update_only: bool = False,
        dom_id: DomId | None = None,
    ) -> None:
        """Begin a stream, or insert many items (`stream/4`).

        `at` is -1 for the end, 0 for the front, n for a place. `limit` keeps that many from the front, or, if
        negative, from the end. `reset` empties the stream first. `dom_id` names the items of a new stream.
        """
        stream = self._writable.stream(name, create=True)
        first = not stream.streamed
        if dom_id is not None and first:
            stream.configure(dom_id)
        if reset:
            stream.reset()
        stream.insert_all(items, -1 if first else at, limit, None if first else update_only)

    def stream_configure(self, name: str, *, dom_id: DomId) -> None:
        """Say how the stream's items are named in the page, before the first item (`stream_configure/3`)."""
        self._writable.stream(name, create=True).configure(dom_id)

    def stream_insert(
        self, name: str, item: Any, *, at: int = -1, limit: int | None = None, update_only: bool = False
    ) -> None:
        """Insert an item, or update it in place when the page has one of that id (`stream_insert/4`)."""
        owner = self._writable
        stream = owner.stream(name)
        dom_id = stream.dom_id(item)
        if owner.has_postponed:
            owner.postponed.take_back(_departure(name, dom_id))
        stream.insert(item, at, limit, update_only, dom_id)

    def stream_delete(self, name: str, item: Any = None, *, id: object = None, after: float = 0.0) -> None:
        """Remove an item, named by itself or by its `id` (`stream_delete/3`).

        With `after`, in that many seconds, so that a transition can end first; inserting the item again before
        that keeps it.
        """
        stream = self._owner.assigns.streams[name]
        dom_id = stream.dom_id_by_id(id) if item is None else stream.dom_id(item)
        if after > 0 and self.connected:
            delete = partial(self.stream_delete_by_dom_id, name, dom_id)
            self._owner.postponed.postpone(_departure(name, dom_id), delete, after, "drop")
        else:
            self.stream_delete_by_dom_id(name, dom_id)

    def stream_delete_by_dom_id(self, name: str, dom_id: str) -> None:
        """Remove the item with that DOM id (`stream_delete_by_dom_id/3`)."""
        self._writable.stream(name).delete(dom_id)


def _departure(name: str, dom_id: str) -> Hashable:
    """The key of a removal that waits for its transition."""
    return ("stream_delete", name, dom_id)
