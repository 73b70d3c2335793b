"""The address of a Redis: a URL, read before anything is connected."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from actorlive.errors import ActorLiveError, did_you_mean

__all__ = ["BrokerAddressError", "RedisAddress", "read_address"]

QUERY = ("db", "ca_certs")


class BrokerAddressError(ActorLiveError):
    """The address of a broker is not one, or what speaks to it is not installed."""


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """Where a Redis is: at `host` and `port`, or at the Unix socket `path`."""

    host: str = "127.0.0.1"
    port: int = 6379
    path: str | None = None
    db: int = 0
    username: str | None = None
    password: str | None = None
    tls: bool = False
    ca_certs: str | None = None

    def __str__(self) -> str:
        """For the log: without the password."""
        place = f"unix:{self.path}" if self.path else f"{self.host}:{self.port}"
        return f"redis at {place}, database {self.db}"


def read_address(url: str) -> RedisAddress:
    """What a URL says: `redis://[user:password@]host[:port][/db]`, `rediss://…` over TLS, `unix:///path?db=0`.

    `?ca_certs=FILE` names who has signed the certificate, where the system does not know. Raises `BrokerAddressError`.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or 6379
    except ValueError as error:
        raise BrokerAddressError(f"the address of the broker cannot be read: {error}") from None
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise BrokerAddressError(
            f"the address of a broker begins with redis://, rediss:// or unix://, not with {parts.scheme[:20]!r}"
        )
    options = dict(parse_qsl(parts.query))
    for name in options:
        if name not in QUERY:
            raise BrokerAddressError(
                f"the broker's address has an option {name!r:.40}, which is unknown.{did_you_mean(name, QUERY)}"
            )
    unix = parts.scheme == "unix"
    if unix and not parts.path.strip("/"):
        raise BrokerAddressError("a broker at unix:// has a path: unix:///run/redis.sock")
    return RedisAddress(
        host=parts.hostname or "127.0.0.1",
        port=port,
        path=unquote(parts.path) if unix else None,
        db=_database(options.get("db", "0" if unix else parts.path.strip("/") or "0")),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=parts.scheme == "rediss",
        ca_certs=options.get("ca_certs"),
    )


def _database(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise BrokerAddressError(f"the database of a Redis is a number, not {text[:40]!r}")
    return int(text)
