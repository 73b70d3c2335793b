"""The room: what was said, and who hears it. All in memory; it is as old as the server."""

import secrets
from collections import deque

from actorlive import Message, pubsub

TOPIC = "chat:lobby"
KEPT = 100


class Said(Message, name="chat.said"):
    """What was said; `author` is the visitor who did, by the random name in the cookie."""

    id: str
    name: str
    text: str
    author: str = ""


_history: deque[Said] = deque([Said("0", "Room", "Say hello. Open a second tab to answer.")], maxlen=KEPT)


def history() -> list[Said]:
    """The last messages, oldest first."""
    return list(_history)


def name_of(author: str) -> str:
    """What a visitor was called last, "" for one who has said nothing that is still known."""
    return next((message.name for message in reversed(_history) if author and message.author == author), "")


def say(name: str, text: str, author: str = "") -> None:
    """Keep a message and tell everybody in the room, its author too."""
    message = Said(secrets.token_hex(8), name, text, author)
    _history.append(message)
    pubsub.broadcast(TOPIC, message)
