"""The room: what was said, and who hears it. All in memory; it is as old as the server."""

from collections import deque
from dataclasses import dataclass
from itertools import count

from actorlive import pubsub

TOPIC = "chat:lobby"
KEPT = 100


@dataclass(frozen=True)
class Message:
    id: int
    name: str
    text: str


_ids = count(1)
_history: deque[Message] = deque([Message(0, "Room", "Say hello. Open a second tab to answer.")], maxlen=KEPT)


def history() -> list[Message]:
    """The last messages, oldest first."""
    return list(_history)


def say(name: str, text: str) -> None:
    """Keep a message and tell everybody in the room, its author too."""
    message = Message(next(_ids), name, text)
    _history.append(message)
    pubsub.broadcast(TOPIC, message)
