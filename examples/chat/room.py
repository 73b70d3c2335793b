"""The room: what was said, and who hears it. All in memory; it is as old as the server."""

from collections import deque
from dataclasses import dataclass
from itertools import count

from actorlive import pubsub

TOPIC = "chat:lobby"
KEPT = 100


@dataclass(frozen=True)
class Message:
    """What was said; `author` is the visitor who did, by the random name in the cookie."""

    id: int
    name: str
    text: str
    author: str = ""


_ids = count(1)
_history: deque[Message] = deque([Message(0, "Room", "Say hello. Open a second tab to answer.")], maxlen=KEPT)


def history() -> list[Message]:
    """The last messages, oldest first."""
    return list(_history)


def name_of(author: str) -> str:
    """What a visitor was called last, "" for one who has said nothing that is still known."""
    return next((message.name for message in reversed(_history) if author and message.author == author), "")


def say(name: str, text: str, author: str = "") -> None:
    """Keep a message and tell everybody in the room, its author too."""
    message = Message(next(_ids), name, text, author)
    _history.append(message)
    pubsub.broadcast(TOPIC, message)
