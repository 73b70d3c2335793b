"""What is refused of that which comes from other nodes: why, and how loudly that is said.

Each refusal is counted and told to telemetry. The log has the first of a kind at once, and then one line in ten
seconds with how many there were: who floods a channel must not flood the log as well.
"""

from __future__ import annotations

import logging
from typing import Literal

from actorlive import telemetry
from actorlive.errors import ActorLiveError

__all__ = ["MessageRefused", "RefusalReason", "Refusals"]

_log = logging.getLogger("actorlive.pubsub")

RefusalReason = Literal["too large", "malformed", "version", "unknown", "misfit"]
"""Larger than what is sent; not an envelope; an envelope of another version; a name that no class has; fields that do
not fit their class."""

QUIET = 10.0
"""Seconds between two lines of one kind."""


class MessageRefused(ActorLiveError):
    """What came from another node is not what it should be; `reason` is the kind."""

    def __init__(self, reason: RefusalReason, detail: str) -> None:
        super().__init__(detail)
        self.reason: RefusalReason = reason


class Refusals:
    """The refused messages of one node."""

    def __init__(self) -> None:
        self.count: int = 0
        self._silent_until: dict[RefusalReason, float] = {}
        self._unsaid: dict[RefusalReason, int] = {}

    def note(self, refused: MessageRefused, topic: str, now: float) -> None:
        """Count it, tell telemetry, and write it to the log if there was none of its kind lately."""
        reason = refused.reason
        self.count += 1
        telemetry.execute("pubsub.refused", {}, {"reason": reason, "topic": topic})
        if now < self._silent_until.get(reason, now):
            self._unsaid[reason] = self._unsaid.get(reason, 0) + 1
            return
        self._silent_until[reason] = now + QUIET
        others = self._unsaid.pop(reason, 0)
        _log.warning(
            "a message from another node on topic %.80r was refused (%s): %.300s%s",
            topic,
            reason,
            str(refused),
            f"; {others} more since the last line" if others else "",
        )
