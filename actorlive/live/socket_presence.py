"""The socket's part that says who is there: the view's own presences, which end with it."""

from __future__ import annotations

from typing import TypeVar

from actorlive.live.socket_core import SocketCore
from actorlive.pubsub import Message, Presence

__all__ = ["PresenceSocket"]

Meta = TypeVar("Meta", bound=Message)


class PresenceSocket(SocketCore):
    """`track` and its like."""

    __slots__ = ()

    def track(self, presence: Presence[Meta], topic: str, key: str, meta: Meta) -> None:
        """Say that somebody is at a topic, for as long as this view lives (`Presence.track/4`).

        The subscribers of the topic get a `PresenceDiff`, this view too if it is one. Nobody is there in the dead
        render. Raises `PresenceError` where this view tracks that key there already.
        """
        if self._acts("track"):
            presence.track(topic, key, meta)

    def update_presence(self, presence: Presence[Meta], topic: str, key: str, meta: Meta) -> None:
        """Change what is known of somebody whom this view tracks (`Presence.update/4`). Raises `PresenceError`."""
        if self._acts("update_presence"):
            presence.update(topic, key, meta)

    def untrack(self, presence: Presence[Meta], topic: str, key: str) -> None:
        """Say that somebody is gone; the end of the view does so by itself (`Presence.untrack/3`)."""
        if self._acts("untrack"):
            presence.untrack(topic, key)
