"""What waits to be sent to a broker: in order, bounded by number and by bytes.

While the broker is away the oldest go: the newest say how things are now, and whoever comes back late reads the rest
anew anyway, see `Gap`.
"""

from __future__ import annotations

from collections import deque

import trio

__all__ = ["Outgoing", "Posted", "Waiting"]

Waiting = tuple[str, str, bytes]
"""The topic, name and body of a message that has no number yet."""

Posted = tuple[str, bytes]
"""A topic and an envelope."""


class Outgoing:
    """The queue between those who broadcast and the one task that sends."""

    def __init__(self, max_messages: int, max_bytes: int) -> None:
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._queue: deque[Waiting] = deque()
        self._bytes = 0
        self._filled = trio.Event()

    def __len__(self) -> int:
        return len(self._queue)

    def put(self, message: Waiting) -> list[str]:
        """Add one; returns the topics of those that had to go for it."""
        self._queue.append(message)
        self._bytes += len(message[2])
        self._filled.set()
        dropped: list[str] = []
        while len(self) > 1 and (len(self) > self._max_messages or self._bytes > self._max_bytes):
            topic, _, body = self._queue.popleft()
            self._bytes -= len(body)
            dropped.append(topic)
        return dropped

    async def take(self, most: int) -> list[Waiting]:
        """Wait for messages and take the oldest, at most so many."""
        while not self._queue:
            self._filled = trio.Event()
            await self._filled.wait()
        batch = [self._queue.popleft() for _ in range(min(most, len(self)))]
        self._bytes -= sum(len(body) for _, _, body in batch)
        return batch
