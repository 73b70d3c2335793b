"""What nodes say to each other of presence: five messages, on a topic per presence.

Each names its node: the `slot`, a place that one program has at a time, and the `start`, a number that is higher for
whoever has the place later. `version` counts the changes of what that node tracks.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from actorlive.pubsub.message import Message

__all__ = [
    "PresenceAsked",
    "PresenceBeat",
    "PresenceChanged",
    "PresenceEnded",
    "PresenceEntry",
    "PresenceSnapshot",
    "PresenceWord",
]

SlotName = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class PresenceEntry(msgspec.Struct, array_like=True, frozen=True):
    """One presence, under the number that its node has given it."""

    ref: Number
    topic: str
    key: str
    meta: msgspec.Raw


class PresenceBeat(Message, name="actorlive.presence.beat"):
    """I am here, and have come to this version."""

    slot: SlotName
    start: Number
    version: Number


class PresenceChanged(Message, name="actorlive.presence.changed"):
    """What came and what went, with which I have come to this version from the one before."""

    slot: SlotName
    start: Number
    version: Number
    joins: list[PresenceEntry]
    leaves: list[Number]


class PresenceAsked(Message, name="actorlive.presence.asked"):
    """Let the node at the slot `of` say all that it has; None for every node."""

    slot: SlotName
    start: Number
    of: SlotName | None = None


class PresenceSnapshot(Message, name="actorlive.presence.snapshot"):
    """All that I have at this version, or one of its `parts`."""

    slot: SlotName
    start: Number
    version: Number
    part: Number
    parts: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    entries: list[PresenceEntry]


class PresenceEnded(Message, name="actorlive.presence.ended"):
    """I go, and what I have goes with me."""

    slot: SlotName
    start: Number


PresenceWord = PresenceBeat | PresenceChanged | PresenceAsked | PresenceSnapshot | PresenceEnded
