"""The seam to a broker: what carries messages between nodes, and what it owes to whoever uses it.

A broker is asked for little, so that many can be one. It has connections; each has one life, which ends by an
exception. In a life topics are subscribed to and left, batches are published, and what comes is received in the order
of each sender. **Nothing is stored, nothing is found by a pattern, nothing is repeated**: what is published while
nobody is subscribed is lost, and so is what happens between two lives. A new life begins with nothing subscribed.

`Remote` makes of that what an application sees. A broker of your own is a class with these methods;
`actorlive.pubsub.redis` is ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from actorlive.errors import ActorLiveError
from actorlive.pubsub.outgoing import Posted

__all__ = ["Arrived", "Broker", "BrokerLife", "BrokerLost", "Delivery", "Subscribed"]


class BrokerLost(ActorLiveError):
    """A connection to a broker could not be made, or has ended."""


@dataclass(frozen=True, slots=True)
class Subscribed:
    """From here on the messages of a topic arrive."""

    topic: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message of a topic, still bytes."""

    topic: str
    data: bytes


Delivery = Subscribed | Arrived


class BrokerLife(Protocol):
    """One connection, from the end of its handshake until it breaks. Each method raises `BrokerLost` when it has."""

    def subscribe(self, topics: Sequence[str]) -> None:
        """Ask for topics; a `Subscribed` of each comes behind what the broker still sends of before."""
        ...

    def unsubscribe(self, topics: Sequence[str]) -> None:
        """Ask for topics no longer."""
        ...

    async def publish(self, batch: Sequence[Posted]) -> Sequence[str]:
        """Send a batch in order, and wait until the broker has it. Returns why it refused some: that they were too
        long, or not allowed; those are lost. Raises when nobody knows whether they have arrived."""
        ...

    async def receive(self) -> Sequence[Delivery]:
        """Wait for what comes next: one thing, or all that is there."""
        ...

    async def ping(self) -> None:
        """Ask for a sign of life and wait for it, for as long as it takes."""
        ...


class Broker(Protocol):
    """Where lives come from. `name` is for the log, without a password; `max_size` the longest envelope in bytes."""

    @property
    def name(self) -> str: ...

    @property
    def max_size(self) -> int: ...

    def connect(self) -> AbstractAsyncContextManager[BrokerLife]:
        """A connection for a block, which may take as long as it likes. Raises `BrokerLost`."""
        ...
