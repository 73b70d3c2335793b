"""Who is there, as one node knows it: the shares of all nodes, and what changes when a share does.

A share is what one start of one node tracks. Whatever is put into one or taken out is listed, or no longer, at that
moment, and becomes a part of the `PresenceDiff` of its topic: so what is told is what is listed, and each coming and
each going is told once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from actorlive.pubsub.message import Message
from actorlive.pubsub.presence.diff import PresenceDiff

__all__ = ["PresenceShare", "Shares", "TrackedPresence"]


@dataclass(frozen=True, slots=True)
class TrackedPresence:
    """One presence: somebody by the name of `key`, on a topic, and what is known of them."""

    topic: str
    key: str
    meta: Message


@dataclass(slots=True, eq=False)
class PresenceShare:
    """What one start of one node tracks, as far as it is known here.

    `heard_at` is when it was last heard of, `known` whether all of it is here, `asked_at` when it was last asked for.
    """

    slot: str
    start: int
    version: int = 0
    heard_at: float = 0.0
    known: bool = False
    asked_at: float | None = None
    entries: dict[int, TrackedPresence] = field(default_factory=dict[int, TrackedPresence])
    parts: dict[int, Mapping[int, TrackedPresence]] = field(
        default_factory=dict[int, Mapping[int, TrackedPresence]]
    )
    """Of the snapshot that is coming in, those that are here; `parts_of` is its version."""
    parts_of: int = -1


ListOrder = tuple[str, str, int, int]


class Shares:
    """The presences of all shares, by topic."""

    def __init__(self) -> None:
        self._by_topic: dict[str, dict[tuple[PresenceShare, int], TrackedPresence]] = {}

    def topics(self) -> Collection[str]:
        """Where somebody is."""
        return self._by_topic.keys()

    def list(self, topic: str) -> dict[str, list[Message]]:
        """Who is at a topic, in an order that is the same on all nodes."""
        found: dict[str, list[Message]] = {}
        present = self._by_topic.get(topic, {})
        for _, tracked in sorted((_order(at, tracked), tracked) for at, tracked in present.items()):
            found.setdefault(tracked.key, []).append(tracked.meta)
        return found

    def change(
        self, share: PresenceShare, joins: Mapping[int, TrackedPresence], leaves: Collection[int]
    ) -> list[PresenceDiff]:
        """Put presences into a share and take others out; returns who has to be told what."""
        diffs: dict[str, tuple[dict[str, list[Message]], dict[str, list[Message]]]] = {}
        for ref in leaves:
            gone = share.entries.pop(ref, None)
            if gone is not None:
                self._unlist(share, ref, gone.topic)
                diffs.setdefault(gone.topic, ({}, {}))[1].setdefault(gone.key, []).append(gone.meta)
        for ref, new in joins.items():
            if ref not in share.entries:
                share.entries[ref] = new
                self._by_topic.setdefault(new.topic, {})[share, ref] = new
                diffs.setdefault(new.topic, ({}, {}))[0].setdefault(new.key, []).append(new.meta)
        return [PresenceDiff(topic, joined, left) for topic, (joined, left) in diffs.items()]

    def replace(self, share: PresenceShare, entries: Mapping[int, TrackedPresence]) -> list[PresenceDiff]:
        """Let a share have exactly these."""
        return self.change(share, entries, [ref for ref in share.entries if ref not in entries])

    def _unlist(self, share: PresenceShare, ref: int, topic: str) -> None:
        present = self._by_topic[topic]
        del present[share, ref]
        if not present:
            del self._by_topic[topic]


def _order(at: tuple[PresenceShare, int], tracked: TrackedPresence) -> ListOrder:
    share, ref = at
    return tracked.key, share.slot, share.start, ref
