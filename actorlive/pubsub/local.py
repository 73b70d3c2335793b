"""PubSub within one node, and the seam for an adapter that carries it to others.

A subscription is a place in a topic's list; it ends with its process. A broadcast puts the message into every
subscriber's mailbox at once, in the order of subscription, so two subscribers of one topic see broadcasts in the
same order. Subscribing twice delivers twice, as in Phoenix. Nothing is stored: later subscribers
do not get it.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from actorlive import runtime, telemetry
from actorlive.errors import ActorLiveError
from actorlive.pubsub.slot import NodeSlot
from actorlive.runtime import Down, NodeClosed, NodeLocal, Pid, Port, Ref, RuntimeMisuse, send

__all__ = ["Adapter", "Gap", "PubSub", "broadcast", "broadcast_from", "expect", "subscribe", "unsubscribe"]


@dataclass(frozen=True, slots=True)
class Gap:
    """A message to the subscribers of a topic: some of other nodes may have been lost. Read anew what they told of.

    It comes once per break, before the first message behind it, and never without a broker.
    """

    topic: str


class Adapter(Protocol):
    """Carries broadcasts to other nodes. What arrives from them it hands to `PubSub.deliver`."""

    @property
    def identity(self) -> NodeSlot | None:
        """Which of the nodes this one is; None for an adapter that reaches no others."""
        ...

    @property
    def hears(self) -> bool:
        """True while the others can be heard."""
        ...

    def publish(self, topic: str, message: object) -> None:
        """Send a message to the other nodes, without waiting. Raises for what cannot leave this one; what is lost on
        the way is the adapter's to report."""
        ...

    def begin(self, topic: str) -> None:
        """A topic has its first subscriber here."""
        ...

    def end(self, topic: str) -> None:
        """A topic's last subscriber here is gone."""
        ...

    def expect(self, topic: str) -> None:
        """A topic may have a subscriber here soon."""
        ...


class NoBroker(ActorLiveError):
    """A process subscribes where it would miss what other workers say."""

    def __init__(self, topic: str, workers: int) -> None:
        super().__init__(
            f"the topic {topic!r} is subscribed to, and this server has {workers} workers, which do not hear one"
            ' another: give them a broker, as ActorLive(pubsub="redis://…") or ACTORLIVE_PUBSUB, or serve with one'
            " worker"
        )


class PubSub:
    """The topics of one node."""

    def __init__(self, adapter: Adapter | None = None) -> None:
        self.adapter = adapter
        self.workers: int = 1
        """How many processes serve the same pages. Only an adapter carries messages from one to another."""
        self._topics: dict[str, list[Pid]] = {}
        self._topics_of: dict[Pid, list[str]] = {}
        self._monitors: dict[Pid, Ref] = {}
        self._port: Port = runtime.open_port(self._hear)

    def subscribe(self, topic: str, pid: Pid) -> None:
        """Deliver the topic's messages to the process from now on. Raises `NoBroker`."""
        check_topic(topic)
        self.demand_broker(topic)
        if pid not in self._topics_of:
            self._topics_of[pid] = []
            self._monitors[pid] = self._port.monitor(pid)
        self._topics_of[pid].append(topic)
        subscribers = self._topics.get(topic)
        if subscribers is not None:
            subscribers.append(pid)
            return
        self._topics[topic] = [pid]
        if self.adapter is not None:
            self.adapter.begin(topic)

    def demand_broker(self, topic: str) -> None:
        """Raises `NoBroker` where other workers could not be heard."""
        if self.workers > 1 and self.adapter is None:
            raise NoBroker(topic, self.workers)

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
        subscribers = self.subscribers(topic)
        if not subscribers:
            check_topic(topic)  # nobody can hear what is not one, and nobody would ever know
        for pid in subscribers:
            if pid is not skip:
                send(pid, message)

    def deliver_gap(self, topic: str) -> None:
        """Tell this node's subscribers, each once, that they may have missed something."""
        subscribers = dict.fromkeys(self.subscribers(topic))
        if subscribers:
            telemetry.execute("pubsub.gap", {"subscribers": len(subscribers)}, {"topic": topic})
        for pid in subscribers:
            send(pid, Gap(topic))

    def broadcast(self, topic: str, message: object, *, skip: Pid | None = None) -> None:
        """Deliver here, and on every other node. What the adapter refuses reaches nobody."""
        if self.adapter is not None:
            self.adapter.publish(topic, message)
        self.deliver(topic, message, skip=skip)

    def topics(self) -> Iterable[str]:
        """The topics that have subscribers here."""
        return tuple(self._topics)

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
            return
        del self._topics[topic]
        if self.adapter is not None:
            self.adapter.end(topic)


_of_node = NodeLocal(PubSub)


def pubsub() -> PubSub:
    """The current node's PubSub."""
    return _of_node.get()


def check_topic(topic: object) -> None:
    """Raise `RuntimeMisuse` for what is not a topic."""
    if not isinstance(topic, str):
        raise RuntimeMisuse(
            f'a topic is a text, such as "room:7", not {topic!r:.80}; several take a call each'
        )


def subscribe(topic: str) -> None:
    """Deliver the topic's messages to the calling process (`Phoenix.PubSub.subscribe/2`).

    The subscription ends with the process. Subscribing twice delivers twice.
    """
    pubsub().subscribe(topic, runtime.self())


def expect(topic: str) -> None:
    """Say that a process here will soon subscribe to the topic, so that it misses nothing of what other nodes say.

    Without a broker, or a node, there is nothing to be said.
    """
    check_topic(topic)
    with suppress(NodeClosed):
        adapter = pubsub().adapter
        if adapter is not None:
            adapter.expect(topic)


def unsubscribe(topic: str) -> None:
    """End the calling process's subscriptions to the topic (`Phoenix.PubSub.unsubscribe/2`)."""
    pubsub().unsubscribe(topic, runtime.self())


def broadcast(topic: str, message: object) -> None:
    """Send a message to every subscriber, the caller included (`Phoenix.PubSub.broadcast/3`). Never blocks.

    With a broker those of other nodes are among them. Raises `MessageError` then for what is not a `Message`.
    """
    pubsub().broadcast(topic, message)


def broadcast_from(pid: Pid, topic: str, message: object) -> None:
    """Send a message to every subscriber but `pid` (`Phoenix.PubSub.broadcast_from/4`). Never blocks."""
    pubsub().broadcast(topic, message, skip=pid)
