"""PubSub within one node, and the seam for an adapter that carries it to others.

A subscription is a place in a topic's list; it ends with its process. A broadcast puts the message into every
subscriber's mailbox at once, in the order of subscription, so two subscribers of one topic see broadcasts in the
same order. Subscribing twice delivers twice, as in Phoenix. Nothing is stored: later subscribers
do not get it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol
from weakref import WeakKeyDictionary

from actorlive import runtime
from actorlive.runtime import Down, Node, Pid, Port, Ref, current_node, send

__all__ = ["Adapter", "PubSub", "broadcast", "broadcast_from", "subscribe", "unsubscribe"]


class Adapter(Protocol):
    """Carries broadcasts to other nodes. What arrives from them it hands to `PubSub.deliver`."""

    def publish(self, topic: str, message: object) -> None:
        """Send a message to the other nodes. Must not block or raise; what can't be sent is the adapter's to report."""
        ...


class PubSub:
    """The topics of one node."""

    def __init__(self, adapter: Adapter | None = None) -> None:
        self.adapter = adapter
        self._topics: dict[str, list[Pid]] = {}
        self._topics_of: dict[Pid, list[str]] = {}
        self._monitors: dict[Pid, Ref] = {}
        self._port: Port = runtime.open_port(self._hear)

    def subscribe(self, topic: str, pid: Pid) -> None:
        """Deliver the topic's messages to the process from now on."""
        if pid not in self._topics_of:
            self._topics_of[pid] = []
            self._monitors[pid] = self._port.monitor(pid)
        self._topics_of[pid].append(topic)
        self._topics.setdefault(topic, []).append(pid)

    def unsubscribe(self, topic: str, pid: Pid) -> None:
        """End all of the process's subscriptions to the topic."""
        topics = self._topics_of.get(pid)
        if topics is None or topic not in topics:
            return
        self._leave(topic, pid)
        topics[:] = [name for name in topics if name != topic]
        if not topics:
            del self._topics_of[pid]
            self._port.demonitor(self._monitors.pop(pid))

    def deliver(self, topic: str, message: object, *, skip: Pid | None = None) -> None:
        """Put a message into the mailboxes of this node's subscribers (Phoenix's `local_broadcast`)."""
        for pid in self.subscribers(topic):
            if pid is not skip:
                send(pid, message)

    def broadcast(self, topic: str, message: object, *, skip: Pid | None = None) -> None:
        """Deliver here, and on every other node."""
        self.deliver(topic, message, skip=skip)
        if self.adapter is not None:
            self.adapter.publish(topic, message)

    def subscribers(self, topic: str) -> Iterable[Pid]:
        """The subscribers of a topic, in the order of subscription."""
        return tuple(self._topics.get(topic, ()))

    def _hear(self, message: object) -> None:
        if isinstance(message, Down) and isinstance(message.process, Pid):
            pid = message.process
            self._monitors.pop(pid, None)
            for topic in set(self._topics_of.pop(pid, ())):
                self._leave(topic, pid)

    def _leave(self, topic: str, pid: Pid) -> None:
        remaining = [other for other in self._topics[topic] if other is not pid]
        if remaining:
            self._topics[topic] = remaining
        else:
            del self._topics[topic]


_of_node: WeakKeyDictionary[Node, PubSub] = WeakKeyDictionary()


def pubsub() -> PubSub:
    """The current node's PubSub."""
    node = current_node()
    found = _of_node.get(node)
    if found is None:
        found = _of_node[node] = PubSub()
    return found


def subscribe(topic: str) -> None:
    """Deliver the topic's messages to the calling process (`Phoenix.PubSub.subscribe/2`).

    The subscription ends with the process. Subscribing twice delivers twice.
    """
    pubsub().subscribe(topic, runtime.self())


def unsubscribe(topic: str) -> None:
    """End the calling process's subscriptions to the topic (`Phoenix.PubSub.unsubscribe/2`)."""
    pubsub().unsubscribe(topic, runtime.self())


def broadcast(topic: str, message: object) -> None:
    """Send a message to every subscriber, the caller included (`Phoenix.PubSub.broadcast/3`). Never blocks."""
    pubsub().broadcast(topic, message)


def broadcast_from(pid: Pid, topic: str, message: object) -> None:
    """Send a message to every subscriber but `pid` (`Phoenix.PubSub.broadcast_from/4`). Never blocks."""
    pubsub().broadcast(topic, message, skip=pid)
