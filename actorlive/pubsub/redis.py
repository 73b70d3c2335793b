"""Redis (or Valkey) as a broker, through coredis's connection.

One connection per life carries both directions: RESP3 lets a connection that has subscribed publish too, so a node
hears exactly while it is heard, and one ping looks after both.

What coredis has above its connection is not used. Its pool loses a place for each connection that dies while leased;
its `PubSub` ends without an error after a reconnect, drops handlers, and gives up after two time-outs; its commands are
repeated, so that a message could arrive twice. So a life is a fresh connection, `remote` begins the next, and numbers
say what came twice.

Redis keeps no channels per database, and people use databases to keep applications apart. So the database's number is
a part of a channel's name: `actorlive:0:room:7`.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import trio

from actorlive.pubsub.broker import Arrived, BrokerLife, BrokerLost, Delivery, Subscribed
from actorlive.pubsub.outgoing import Posted
from actorlive.pubsub.redis_address import BrokerAddressError, read_address
from actorlive.runtime.faults import gravest

if TYPE_CHECKING:
    from actorlive.pubsub.redis_line import RedisLine

__all__ = ["RedisBroker", "RedisLife"]

CONNECT_WITHIN = 5.0
"""Seconds for a connection, with TLS and login."""

MAX_SIZE = 1024 * 1024
"""The longest envelope, in bytes. Redis takes 512 MB, but a message is news, not cargo."""

MAX_BACKLOG = 50_000
"""So many messages that were read from the socket and not handled end a life: what comes is more than this node can
take, and nothing else would bound the memory that they need."""

CHANNELS_AT_ONCE = 500
"""How many channels one SUBSCRIBE names."""


class RedisBroker:
    """A Redis to connect to, by its URL (see `read_address`). Raises `BrokerAddressError`, also without coredis."""

    def __init__(self, url: str) -> None:
        self._address = read_address(url)
        self._tls = self._context()
        self._prefix = f"actorlive:{self._address.db}:".encode()
        try:
            from actorlive.pubsub import redis_line
        except ModuleNotFoundError as error:
            raise BrokerAddressError(
                f'{error.msg}, which pubsub over Redis needs: pip install "actorlive[redis]"'
            ) from None
        self._open_line = redis_line.open_line

    @property
    def name(self) -> str:
        """Where it is."""
        return str(self._address)

    @property
    def max_size(self) -> int:
        """The longest envelope in bytes."""
        return MAX_SIZE

    def _context(self) -> ssl.SSLContext | None:
        if not self._address.tls:
            return None
        try:
            return ssl.create_default_context(cafile=self._address.ca_certs)
        except OSError as error:
            raise BrokerAddressError(f"ca_certs={self._address.ca_certs!r} cannot be read: {error}") from None

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[BrokerLife]:
        """A connection, logged in. Raises `BrokerLost`."""
        line = self._open_line(self._address, self._tls)
        try:
            async with trio.open_nursery() as nursery:
                await self._start(nursery, line)
                yield RedisLife(line, self._prefix)
                nursery.cancel_scope.cancel()
        except BaseExceptionGroup as group:
            raise gravest(group) from None
        finally:
            line.discard()

    async def _start(self, nursery: trio.Nursery, line: RedisLine) -> None:
        try:
            with trio.fail_after(CONNECT_WITHIN):
                await nursery.start(line.run)
        except trio.TooSlowError:
            raise BrokerLost(f"no answer within {CONNECT_WITHIN:.0f} s") from None
        except Exception as error:
            raise BrokerLost(_told(error)) from error


def _told(error: BaseException) -> str:
    """What a connection failed of; coredis wraps what the system said."""
    cause = error.__cause__
    return str(error) if cause is None else f"{error}: {cause}"


class RedisLife:
    """One connection."""

    def __init__(self, line: RedisLine, prefix: bytes) -> None:
        self._line = line
        self._prefix = prefix

    def _channel(self, topic: str) -> bytes:
        return self._prefix + topic.encode("utf-8", "surrogatepass")

    def _topic(self, channel: bytes) -> str:
        return channel[len(self._prefix) :].decode("utf-8", "surrogatepass")

    def subscribe(self, topics: Sequence[str]) -> None:
        """Ask for topics. Raises `BrokerLost`."""
        self._ask(b"SUBSCRIBE", topics)

    def unsubscribe(self, topics: Sequence[str]) -> None:
        """Ask for topics no longer. Raises `BrokerLost`."""
        self._ask(b"UNSUBSCRIBE", topics)

    def _ask(self, command: bytes, topics: Sequence[str]) -> None:
        for start in range(0, len(topics), CHANNELS_AT_ONCE):
            self._line.command(command, [self._channel(t) for t in topics[start : start + CHANNELS_AT_ONCE]])

    async def publish(self, batch: Sequence[Posted]) -> Sequence[str]:
        """Send a batch in one piece and wait for its answers. Raises `BrokerLost`."""
        return await self._line.publish([(self._channel(topic), envelope) for topic, envelope in batch])

    async def receive(self) -> Sequence[Delivery]:
        """All that is there, at least one. Raises `BrokerLost`."""
        while True:
            deliveries = [
                delivery
                for kind, channel, value in await self._line.pushes(MAX_BACKLOG)
                if (delivery := self._delivery(kind, channel, value)) is not None
            ]
            if deliveries:
                return deliveries

    def _delivery(self, kind: object, channel: object, value: object) -> Delivery | None:
        match kind, channel, value:
            case b"message", bytes(), bytes():
                return Arrived(self._topic(channel), value)
            case b"subscribe", bytes(), _:
                return Subscribed(self._topic(channel))
            case _:
                return None

    async def ping(self) -> None:
        """Ask for a sign of life. Raises `BrokerLost`."""
        await self._line.ping()
