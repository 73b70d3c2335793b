"""PubSub: messages to the subscribers of a topic (Phoenix's `PubSub`)."""

from actorlive.pubsub.local import Adapter, PubSub, broadcast, broadcast_from, subscribe, unsubscribe

__all__ = ["Adapter", "PubSub", "broadcast", "broadcast_from", "subscribe", "unsubscribe"]
