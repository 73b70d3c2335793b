"""The numbers by which a node sees that a message of another was lost, or came twice.

The problem: a broker that forgets nothing said of it loses messages without a sign, and a sender that does not know
whether its last batch arrived has to choose between sending it twice and not at all. Rule: **each sender numbers what
it sends per topic, from 1 and without a hole; whoever receives it takes only a number that is higher than the last of
that sender, and knows that something was lost where it is not the next.** So a batch may be sent again after a break,
in order and before anything newer, and nobody sees a message twice or out of its order.

What is lost is lost in one of two places. *On this side*, while the receiver was away: that it was told when it came
back, so the first hole of each sender behind that is no news. *On the other side*, where a sender had more than it
could keep: the receiver cannot have been told. So a sender that drops messages counts on under a new and higher epoch,
beginning with 2, and a 2 without its 1 is always news. A sender that has forgotten a topic, because it counts many,
begins with 1, also under a new epoch: nothing is missing there.

Of a sender that is new to it, the receiver does not know what went before; that it may have missed something it was
told when it subscribed.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Literal

__all__ = ["Continuity", "Numbering", "Standing"]

MAX_TOPICS = 100_000
"""The topics that a sender counts at the same time."""

MAX_SENDERS = 1_000
"""The senders of one topic that a receiver remembers."""

Standing = Literal["next", "late", "hole"]
"""How a message stands to the last of its sender: behind it, before it (or the same), or behind something lost."""


class Numbering:
    """A sender's numbers."""

    def __init__(self, limit: int = MAX_TOPICS) -> None:
        self._limit = limit
        self._epoch = 0
        self._topics: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def take(self, topic: str) -> tuple[int, int]:
        """The epoch and the number of the next message on a topic."""
        known = self._topics.get(topic) or self._begin(topic, 0)
        taken = self._topics[topic] = (known[0], known[1] + 1)
        self._topics.move_to_end(topic)
        return taken

    def skip(self, topic: str) -> None:
        """A message on the topic will never be sent."""
        self._begin(topic, 1)

    def _begin(self, topic: str, last: int) -> tuple[int, int]:
        """Count a topic in a new epoch, as if its last number had been that."""
        if topic not in self._topics and len(self._topics) >= self._limit:
            self._topics.popitem(last=False)
        self._epoch += 1
        begun = self._topics[topic] = (self._epoch, last)
        return begun


class Continuity:
    """What one topic's senders have said so far."""

    __slots__ = ("_limit", "_places", "_sure")

    def __init__(self, limit: int = MAX_SENDERS) -> None:
        self._limit = limit
        self._places: dict[bytes, tuple[int, int]] = {}
        self._sure: set[bytes] = set()

    def judge(self, node: bytes, epoch: int, number: int) -> Standing:
        """Where a message stands; unless it is late, it is the sender's last from now on."""
        last = self._places.pop(node, None)
        if last is not None and (epoch, number) <= last:
            self._places[node] = last
            return "late"
        sure = node in self._sure
        self._remember(node, (epoch, number))
        if last is None:
            return "next"
        if epoch != last[0]:
            return "next" if number == 1 else "hole"
        return "next" if number == last[1] + 1 or not sure else "hole"

    def _remember(self, node: bytes, place: tuple[int, int]) -> None:
        if len(self._places) >= self._limit:
            oldest = next(iter(self._places))
            del self._places[oldest]
            self._sure.discard(oldest)
        self._places[node] = place
        self._sure.add(node)

    def excuse(self) -> None:
        """Whoever listens has been told that something may be missing: what was lost until now is no news."""
        self._sure.clear()
