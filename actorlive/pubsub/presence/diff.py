"""What the subscribers of a topic are told of presence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from actorlive.pubsub.message import Message

__all__ = ["Metas", "PresenceDiff"]

Metas = Mapping[str, Sequence[Message]]
"""By key what is known of each of its presences."""


@dataclass(frozen=True, slots=True)
class PresenceDiff:
    """A message to the subscribers of a topic: who has come and who has gone, by key (Phoenix: `presence_diff`).

    A presence that was updated leaves as it was, and joins as it is. A visitor who had two windows open and closes
    one leaves once, and is still listed.
    """

    topic: str
    joins: Metas = field(default_factory=dict[str, "list[Message]"])
    leaves: Metas = field(default_factory=dict[str, "list[Message]"])
