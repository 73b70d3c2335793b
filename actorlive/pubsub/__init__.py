"""PubSub: messages to the subscribers of a topic, here and on other machines (Phoenix's `PubSub`)."""

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

__all__ = [
    "Adapter",
    "Arrived",
    "Broker",
    "BrokerLife",
    "BrokerLost",
    "Gap",
    "Message",
    "MessageError",
    "PubSub",
    "Subscribed",
    "broadcast",
    "broadcast_from",
    "expect",
    "subscribe",
    "unsubscribe",
]
