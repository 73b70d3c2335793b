"""A broker in memory that breaks as a real one does, on a clock that jumps; and nodes around it."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager

import trio

from actorlive.pubsub import Arrived, Broker, BrokerLost, Message, Subscribed, subscribe
from actorlive.pubsub.broker import Delivery
from actorlive.pubsub.local import PubSub, pubsub
from actorlive.pubsub.outage import Outage
from actorlive.pubsub.outgoing import Posted
from actorlive.pubsub.remote import Remote
from actorlive.runtime import Node, Pid, entering, open_node, receive

__all__ = ["Colleague", "MemoryBroker", "MemoryLife", "Said", "colleague"]


class Said(Message, name="support.said"):
    """What nodes say to each other."""

    by: str
    n: int
    text: str = ""


class MemoryBroker:
    """What Redis is to `Remote`: nothing is kept, connections break, and only some of that is told."""

    name = "memory"
    max_size = 10_000

    def __init__(self) -> None:
        self.lives: list[MemoryLife] = []
        self.is_up = True
        self.halted = False
        self.loses: Callable[[str], bool] = lambda _: False
        self.unanswered = 0
        self.attempts = 0
        self.refuses: str | None = None
        self.faults: list[Exception] = []
        self.published: list[Posted] = []

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[MemoryLife]:
        self.attempts += 1
        if self.faults:
            raise self.faults.pop()
        await self.works()
        name = trio.lowlevel.current_task().name
        if not self.is_up or name == self.refuses:
            raise BrokerLost("refused")
        life = MemoryLife(self, name)
        self.lives.append(life)
        try:
            yield life
        finally:
            self.lives.remove(life)

    async def works(self) -> None:
        """Wait while it stands still."""
        while self.halted:
            await trio.sleep(0.1)

    def carry(self, topic: str, data: bytes) -> None:
        """One PUBLISH."""
        self.published.append((topic, data))
        if not self.loses(topic):
            for life in self.lives:
                if topic in life.topics:
                    life.deliver(Arrived(topic, data))

    def down(self) -> None:
        """It ends, and with it each connection."""
        self.is_up = False
        for life in self.lives:
            life.cut()

    def up(self) -> None:
        """It is there again, and knows nothing."""
        self.is_up = True


class MemoryLife:
    """One connection."""

    def __init__(self, broker: MemoryBroker, name: str) -> None:
        self.broker = broker
        self.name = name
        self.topics: set[str] = set()
        self.lost = False
        self.deaf = False
        self._incoming: deque[Delivery] = deque()
        self._news = trio.Event()

    def cut(self) -> None:
        """It breaks, and both ends see it."""
        self.lost = True
        self._news.set()

    def deliver(self, delivery: Delivery) -> None:
        """What the broker sends; a deaf one hears nothing of it, and nobody knows."""
        if not self.deaf:
            self._incoming.append(delivery)
            self._news.set()

    def check(self) -> None:
        if self.lost:
            raise BrokerLost("the connection has ended")

    def subscribe(self, topics: Sequence[str]) -> None:
        self.check()
        if not self.deaf:
            self.topics |= set(topics)
            for topic in topics:
                self.deliver(Subscribed(topic))

    def unsubscribe(self, topics: Sequence[str]) -> None:
        self.check()
        self.topics -= set(topics)

    async def publish(self, batch: Sequence[Posted]) -> Sequence[str]:
        await self._reach()
        for topic, data in batch:
            self.broker.carry(topic, data)
        if self.broker.unanswered:
            self.broker.unanswered -= 1
            self.cut()
        await self._reach()
        return []

    async def receive(self) -> Sequence[Delivery]:
        while True:
            await trio.lowlevel.checkpoint()
            self.check()
            if self._incoming and not self.broker.halted:
                deliveries = list(self._incoming)
                self._incoming.clear()
                return deliveries
            self._news = trio.Event()
            with trio.move_on_after(0.1):
                await self._news.wait()

    async def ping(self) -> None:
        await self._reach()

    async def _reach(self) -> None:
        """Wait for the other end."""
        while self.deaf or self.broker.halted:
            self.check()
            await trio.sleep(0.1)
        await trio.lowlevel.checkpoint()
        self.check()


class Colleague:
    """A node that works with others over a broker."""

    def __init__(self, name: str, node: Node, remote: Remote, topics: PubSub) -> None:
        self.name = name
        self.node = node
        self.remote = remote
        self.pubsub = topics
        self.said = 0

    def listen(self, *topics: str) -> list[object]:
        """What a new process of this node hears, from when it is first let run on."""
        heard: list[object] = []
        self.listener(heard, *topics)
        return heard

    def listener(self, heard: list[object], *topics: str) -> Pid:
        async def listen() -> None:
            for topic in topics:
                subscribe(topic)
            while True:
                heard.append(await receive())

        return self.node.spawn(listen)

    def say(self, topic: str = "t", text: str = "") -> Said:
        """Broadcast the next message of this node."""
        self.said += 1
        said = Said(self.name, self.said, text)
        self.pubsub.broadcast(topic, said)
        return said


@asynccontextmanager
async def colleague(
    broker: Broker, name: str, make: type[Remote] = Remote, patience: float = 0.5
) -> AsyncGenerator[Colleague]:
    """A node for a block; `patience` says where between the shortest and the longest its waits for a broker are."""
    async with trio.open_nursery() as nursery:
        remote = make(broker, outage=Outage(broker.name, lambda low, high: low + patience * (high - low)))
        async with open_node(slow_handler=None) as node:
            with entering(node):
                topics = pubsub()
            remote.attach(topics)
            nursery.start_soon(remote.run, name=name)
            yield Colleague(name, node, remote, topics)
        await remote.finish()
        nursery.cancel_scope.cancel()
