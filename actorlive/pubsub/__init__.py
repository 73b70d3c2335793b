"""PubSub: messages to whoever listens to a topic (Phoenix's `PubSub`)."""

from actorlive.pubsub.local import Adapter, PubSub, broadcast, broadcast_from, subscribe, unsubscribe

__all__ = ["Adapter", "PubSub", "broadcast", "broadcast_from", "subscribe", "unsubscribe"]
