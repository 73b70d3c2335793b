"""One client's socket as a state machine, without the socket.

`Connection.receive(frame)` says what a frame means; it never waits, sends or looks at a clock. The rules:

* A topic is free or held by one channel, whose `join_ref` is the `ref` of the join that made it. `TRANSITIONS` says
  what changes that; a second join takes the topic over and the old channel is closed.
* A message whose `join_ref` is neither the topic's nor null is from an earlier life of the channel and is
  ignored; one for a topic without channel is answered with "unmatched topic".
* A channel that was left or replaced is forgotten at once, so its end later says nothing more to the client.
* A frame that is not a message at all raises `ProtocolError`: the peer does not speak the protocol, and the
  transport closes with the error's code. Everything else gets an answer or is ignored.

Mirrors `Phoenix.Socket`'s handling of incoming messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final, TypeAlias

import msgspec

from actorlive.wire.message import BinaryMessage, Message
from actorlive.wire.serializer import decode, encode_close, encode_error, encode_reply

__all__ = [
    "TRANSITIONS",
    "UPLOAD",
    "VIEW",
    "Answered",
    "Connection",
    "Ignored",
    "Join",
    "Leave",
    "Push",
    "Received",
    "Topic",
    "TopicEvent",
]


VIEW = "lv:"
"""How the topics of views begin."""

UPLOAD = "lvu:"
"""How those of files begin that are uploaded."""


class Topic(Enum):
    """Whether a topic has a channel."""

    FREE = "free"
    HELD = "held"


class TopicEvent(Enum):
    """What changes that. Whatever is from an earlier life of the topic, by its join ref, is not one of these."""

    JOIN = "phx_join"
    LEAVE = "phx_leave"
    REFUSED = "its join is refused"
    DOWN = "its channel ends"


TRANSITIONS: Final[Mapping[tuple[Topic, TopicEvent], Topic]] = {
    (Topic.FREE, TopicEvent.JOIN): Topic.HELD,
    (Topic.HELD, TopicEvent.JOIN): Topic.HELD,
    (Topic.HELD, TopicEvent.LEAVE): Topic.FREE,
    (Topic.HELD, TopicEvent.REFUSED): Topic.FREE,
    (Topic.HELD, TopicEvent.DOWN): Topic.FREE,
}
"""docs/design/states.md is drawn from this. What is not in it does not happen."""


class Join(msgspec.Struct, frozen=True):
    """A client wants a channel on `topic`; `replaces` is the join ref of the channel that it takes over."""

    topic: str
    join_ref: str
    ref: str
    payload: msgspec.Raw
    replaces: str | None = None


class Push(msgspec.Struct, frozen=True, gc=False):
    """A message for the channel on `topic`; the payload of a binary frame is bytes."""

    topic: str
    join_ref: str
    ref: str | None
    event: str
    payload: msgspec.Raw | bytes


class Leave(msgspec.Struct, frozen=True):
    """The client leaves `topic`: send `frame`, then have the channel answer `ref` and end."""

    topic: str
    join_ref: str
    ref: str | None
    frame: bytes


class Answered(msgspec.Struct, frozen=True):
    """Answered here already: a frame to send back. `is_refusal` is True when it says no for want of channels, of those
    for uploads where `is_upload` is, too."""

    frame: bytes
    is_refusal: bool = False
    is_upload: bool = False


class Ignored(msgspec.Struct, frozen=True):
    """Nothing to do; `why` is for the log."""

    why: str


Received: TypeAlias = Join | Push | Leave | Answered | Ignored


class Connection:
    """The channels of one client connection: of views, `lv:…`, and of files that are uploaded, `lvu:…`.

    `max_channels` bounds how many views it may have joined at once, `max_uploads` how many files.
    """

    __slots__ = ("_join_refs", "_max_channels", "_max_uploads", "_uploads")

    def __init__(self, max_channels: int = 100, max_uploads: int = 1_000) -> None:
        self._max_channels = max_channels
        self._max_uploads = max_uploads
        self._uploads = 0
        self._join_refs: dict[str, str] = {}

    def receive(self, frame: str | bytes) -> Received:
        """What one frame means: `str` is a text frame, `bytes` a binary one. Raises `ProtocolError`."""
        message = decode(frame)
        match message.event:
            case "heartbeat" if message.topic == "phoenix":
                return Answered(encode_reply(message.join_ref, message.ref, message.topic, "ok", {}))
            case "phx_join":
                return self._join(message)
            case "phx_leave":
                return self._leave(message)
            case _:
                return self._push(message)

    def topic(self, topic: str) -> Topic:
        """Whether a channel holds the topic."""
        return Topic.HELD if topic in self._join_refs else Topic.FREE

    def is_current(self, topic: str, join_ref: str) -> bool:
        """True while the channel that `join_ref` made holds the topic."""
        return self._join_refs.get(topic) == join_ref

    def refuse(self, topic: str, join_ref: str) -> None:
        """The join was answered with an error: the topic is free."""
        if self.is_current(topic, join_ref):
            self._move(topic, TopicEvent.REFUSED)

    def channel_down(self, topic: str, join_ref: str, *, crashed: bool) -> bytes | None:
        """A channel ended: the frame that tells the client, or None when it knows already."""
        if not self.is_current(topic, join_ref):
            return None
        self._move(topic, TopicEvent.DOWN)
        return encode_error(topic, join_ref) if crashed else encode_close(topic, join_ref)

    def _move(self, topic: str, event: TopicEvent, join_ref: str = "") -> None:
        """The only place where a topic gets or loses its channel."""
        before = self.topic(topic)
        after = TRANSITIONS[before, event]
        if after is Topic.HELD:
            self._join_refs[topic] = join_ref
        else:
            del self._join_refs[topic]
        if topic.startswith(UPLOAD):
            self._uploads += (after is Topic.HELD) - (before is Topic.HELD)

    def _is_full(self, *, uploads: bool) -> bool:
        if uploads:
            return self._uploads >= self._max_uploads
        return len(self._join_refs) - self._uploads >= self._max_channels

    def _join(self, message: Message | BinaryMessage) -> Received:
        topic, join_ref, ref = message.topic, message.join_ref, message.ref
        if isinstance(message, BinaryMessage) or join_ref is None or ref is None:
            return Ignored("a join without refs, or as a binary frame")
        if not topic.startswith((VIEW, UPLOAD)):
            return _unmatched(message)
        replaces, is_upload = self._join_refs.get(topic), topic.startswith(UPLOAD)
        if replaces is None and self._is_full(uploads=is_upload):
            return Answered(
                encode_reply(join_ref, ref, topic, "error", {"reason": "too many channels joined"}),
                is_refusal=True,
                is_upload=is_upload,
            )
        self._move(topic, TopicEvent.JOIN, join_ref)
        ref = join_ref if ref == join_ref else ref  # equal nearly always, and kept as long as the view lives
        return Join(topic, join_ref, ref, message.payload, replaces)

    def _leave(self, message: Message | BinaryMessage) -> Received:
        topic, current = message.topic, self._join_refs.get(message.topic)
        if current is None:
            return Answered(encode_reply(message.join_ref, message.ref, topic, "ok", {}))
        if message.join_ref not in (None, current):
            return Ignored("a leave from an earlier join")
        self._move(topic, TopicEvent.LEAVE)
        return Leave(topic, current, message.ref, encode_close(topic, current))

    def _push(self, message: Message | BinaryMessage) -> Received:
        current = self._join_refs.get(message.topic)
        if current is None:
            return _unmatched(message)
        if message.join_ref != current and message.join_ref is not None:
            return Ignored("a message from an earlier join")
        return Push(message.topic, current, message.ref, message.event, message.payload)


def _unmatched(message: Message | BinaryMessage) -> Answered:
    return Answered(encode_reply(None, message.ref, message.topic, "error", {"reason": "unmatched topic"}))
