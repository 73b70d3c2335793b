"""PubSub: messages to the subscribers of a topic, here and on other machines, and who is there (Phoenix's `PubSub` and
`Presence`)."""

from actorlive.pubsub.broker import Arrived, Broker, BrokerLife, BrokerLost, Subscribed
from actorlive.pubsub.local import (
    Adapter,
    Gap,
    PubSub,
    broadcast,
    broadcast_from,
    expect,
    subscribe,
    unsubscribe,
)
from actorlive.pubsub.message import Message, MessageError
from actorlive.pubsub.presence.diff import PresenceDiff
from actorlive.pubsub.presence.presence import Presence, PresenceError
from actorlive.pubsub.slot import NodeSlot

__all__ = [
    "Adapter",
    "Arrived",
    "Broker",
    "BrokerLife",
    "BrokerLost",
    "Gap",
    "Message",
    "MessageError",
    "NodeSlot",
    "Presence",
    "PresenceDiff",
    "PresenceError",
    "PubSub",
    "Subscribed",
    "broadcast",
    "broadcast_from",
    "expect",
    "subscribe",
    "unsubscribe",
]
