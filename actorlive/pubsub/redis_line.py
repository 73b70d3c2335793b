"""coredis's connection with what a life needs of it. Importing this imports coredis, which takes 17 MiB and half a
second: only `redis` does, and only where a broker is wanted.

coredis hands out what the server pushes one message per turn of the loop, and puts no bound on those that wait. So a
line takes all that are there at once, and says how many are left.
"""

from __future__ import annotations

import ssl
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

import anyio
from coredis.connection import (
    BaseConnection,
    TCPConnection,
    TCPLocation,
    UnixDomainSocketConnection,
    UnixDomainSocketLocation,
)
from coredis.exceptions import ConnectionError as RedisConnectionError, RedisError

from actorlive.pubsub.broker import BrokerLost
from actorlive.pubsub.redis_address import RedisAddress

__all__ = ["RedisLine", "ServerPush", "open_line"]

AT_ONCE = 200
"""The pushes that are handed out in one turn of the loop."""

ServerPush = tuple[object, object, object]
"""What the server sends unasked: its kind, the channel, and a value."""


class RedisLine(BaseConnection):
    """A connection to Redis, either way."""

    def discard(self) -> None:
        """Close the streams that are left over when a connection was never made."""
        for stream in (
            self._push_message_buffer_in,
            self._push_message_buffer_out,
            self._streamed_message_buffer_in,
            self._streamed_message_buffer_out,
            self._write_buffer_in,
            self._write_buffer_out,
        ):
            stream.close()

    def command(self, name: bytes, arguments: Sequence[bytes]) -> None:
        """Send a command whose answers are pushes. Raises `BrokerLost`."""
        with _losing():
            self.send_command(name, *arguments)

    async def publish(self, batch: Sequence[tuple[bytes, bytes]]) -> list[str]:
        """Publish; returns the errors of those that the server refused. Raises `BrokerLost`."""
        refused: list[str] = []
        with _losing():
            requests = [self.create_request(b"PUBLISH", channel, data) for channel, data in batch]
            for request in requests:
                try:
                    await request
                except RedisConnectionError:
                    raise
                except RedisError as error:
                    refused.append(str(error))
        return refused

    async def ping(self) -> None:
        """Wait for an answer. Raises `BrokerLost`."""
        with _losing():
            await self.create_request(b"PING")

    async def pushes(self, most_waiting: int) -> list[ServerPush]:
        """Wait for what the server pushes; returns all that is there, up to some hundred. Raises `BrokerLost`, also
        when more than `most_waiting` are left behind."""
        source = self._push_message_buffer_out
        with _losing():
            found: list[Any] = [await source.receive()]
            waiting = source.statistics().current_buffer_used
            if waiting > most_waiting:
                raise BrokerLost(f"{waiting:,} messages wait to be handled, more than this node can take")
            found += [source.receive_nowait() for _ in range(min(waiting, AT_ONCE - 1))]
        return [(push[0], push[1], push[2]) for push in found if len(push) == 3]


class TCPLine(TCPConnection, RedisLine):
    """Over TCP, with TLS or without."""


class UnixLine(UnixDomainSocketConnection, RedisLine):
    """Over a Unix socket."""


@contextmanager
def _losing() -> Generator[None]:
    """Whatever coredis and anyio say of a connection that is gone is a `BrokerLost`."""
    try:
        yield
    except (
        RedisError,
        OSError,
        anyio.EndOfStream,
        anyio.ClosedResourceError,
        anyio.BrokenResourceError,
    ) as error:
        raise BrokerLost(str(error) or "the connection has ended") from error


def open_line(address: RedisAddress, tls: ssl.SSLContext | None) -> RedisLine:
    """A connection to that place, which its `run` makes."""
    if address.path is not None:
        return UnixLine(
            UnixDomainSocketLocation(address.path),
            username=address.username,
            password=address.password,
        )
    return TCPLine(
        TCPLocation(address.host, address.port),
        username=address.username,
        password=address.password,
        ssl_context=tls,
    )
