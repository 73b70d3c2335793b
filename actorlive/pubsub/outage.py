"""How long to wait before the next attempt at a broker that is away, and how often to say so.

The first attempt comes after some 50 ms, each further one after twice as long, up to a second; all of them are spread
by chance, so that the nodes of a broker that comes back do not come at the same moment. A life that was as short as the
wait before it was no success: a broker that accepts and closes again is away. The log has the break, one line per
minute while it lasts, and the return.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable

__all__ = ["Outage", "Spread"]

_log = logging.getLogger("actorlive.pubsub")

FIRST_WAIT = 0.05
LONGEST_WAIT = 1.0
REMIND_EVERY = 60.0
"""Seconds between two lines of one outage."""

Spread = Callable[[float, float], float]
"""Draws a number between two."""


class Outage:
    """The time without a broker, from the beginning or a break until one answers."""

    def __init__(self, broker: str, spread: Spread = random.uniform) -> None:
        self._broker = broker
        self._spread = spread
        self._attempts = 0
        self._since: float | None = None
        self._up_since: float | None = None
        self._remind_at = 0.0

    def failed(self, error: BaseException, now: float) -> float:
        """A life or an attempt has ended; returns the seconds to wait."""
        if self._up_since is not None and now - self._up_since >= LONGEST_WAIT:
            self._attempts, self._remind_at = 0, now
        self._up_since = None
        if self._since is None:
            self._since = now
        self._attempts += 1
        self._say(error, now)
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(self._attempts - 1, 10))
        return self._spread(longest / 2, longest)

    def _say(self, error: BaseException, now: float) -> None:
        if now < self._remind_at:
            return
        self._remind_at = now + REMIND_EVERY
        _log.warning(
            "no connection to the broker %s, attempt %d: %s. Broadcasts reach this node's own processes meanwhile, and"
            " the latest of them the others later",
            self._broker,
            self._attempts,
            str(error).rstrip("."),
        )

    def ended(self, now: float) -> float:
        """The broker is there; returns how many seconds it was away, 0 at the beginning."""
        away = 0.0 if self._since is None else now - self._since
        self._up_since, self._since = now, None
        if away:
            _log.warning("the broker %s is back after %.1f s", self._broker, away)
        else:
            _log.info("connected to the broker %s", self._broker)
        return away
