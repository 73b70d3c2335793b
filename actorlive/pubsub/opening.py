"""Opening the way to other nodes: for as long as a program serves, around the node that its processes live in.

The adapter is opened before the node and closed after it, so that what processes say in their last moment still goes
out. Under test nothing is connected: tests have a clock of their own, on which a socket has no place. What would be
refused is refused there too.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import trio

from actorlive.pubsub.broker import Broker
from actorlive.pubsub.local import PubSub
from actorlive.pubsub.message import pack
from actorlive.pubsub.redis import RedisBroker
from actorlive.pubsub.remote import Remote, check_size
from actorlive.pubsub.slot import NodeSlot, claimed_slot
from actorlive.runtime.faults import gravest

__all__ = ["CheckingAdapter", "broker_at", "open_adapter"]


def broker_at(url: str) -> Broker:
    """The broker at a URL. Raises `BrokerAddressError`."""
    return RedisBroker(url)


class CheckingAdapter:
    """What stands for a broker under test: it refuses what one would, and sends nothing."""

    identity = None
    hears = False

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def attach(self, pubsub: PubSub) -> None:
        """Look at what a node broadcasts."""
        pubsub.adapter = self

    def publish(self, topic: str, message: object) -> None:
        """Refuse what cannot travel. Raises `MessageError`."""
        check_size(self._broker, *pack(message))

    def begin(self, topic: str) -> None:
        """Nothing to do."""

    end = expect = begin


Attach = Callable[[PubSub], None]


@asynccontextmanager
async def open_adapter(broker: Broker | None, *, connect: bool = True) -> AsyncGenerator[Attach]:
    """What attaches an adapter to the node that the block opens, which does nothing without a broker.

    Leaving the block sends what is left. Without `connect` the adapter is a `CheckingAdapter`.
    """
    if broker is None:
        yield _leave_alone
    elif not connect:
        yield CheckingAdapter(broker).attach
    else:
        with claimed_slot() as slot:
            async with _connecting(broker, slot) as remote:
                yield remote.attach


def _leave_alone(_: PubSub) -> None:
    """Topics of one node."""


@asynccontextmanager
async def _connecting(broker: Broker, slot: NodeSlot) -> AsyncGenerator[Remote]:
    try:
        async with trio.open_nursery() as nursery:
            remote = Remote(broker, slot=slot)
            nursery.start_soon(remote.run, name=f"pubsub over {broker.name}")
            try:
                yield remote
            finally:
                with trio.CancelScope(shield=True):
                    await remote.finish()
                nursery.cancel_scope.cancel()
    except BaseExceptionGroup as group:
        raise gravest(group) from None
