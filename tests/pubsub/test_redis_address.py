"""The URL of a Redis."""

from __future__ import annotations

import pytest

from actorlive.pubsub.redis_address import BrokerAddressError, RedisAddress, read_address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://", RedisAddress()),
        ("redis://cache", RedisAddress("cache")),
        ("redis://cache:7000/3", RedisAddress("cache", 7000, db=3)),
        ("redis://cache/?db=3", RedisAddress("cache", db=3)),
        ("redis://[::1]:7000", RedisAddress("::1", 7000)),
        ("redis://ada:p%40ss@cache", RedisAddress("cache", username="ada", password="p@ss")),
        ("redis://:secret@cache", RedisAddress("cache", password="secret")),
        ("rediss://cache?ca_certs=/etc/ca.pem", RedisAddress("cache", tls=True, ca_certs="/etc/ca.pem")),
        ("unix:///run/redis.sock?db=2", RedisAddress(path="/run/redis.sock", db=2)),
        ("unix://:secret@/run/a%20b.sock", RedisAddress(path="/run/a b.sock", password="secret")),
    ],
)
def test_a_url_is_read(url: str, address: RedisAddress) -> None:
    assert read_address(url) == address


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "begins with redis://, rediss:// or unix://, not with ''"),
        ("localhost:6379", "begins with redis://, rediss:// or unix://, not with 'localhost'"),
        ("http://cache", "not with 'http'"),
        ("redis://cache:port", "cannot be read"),
        ("redis://cache:99999", "cannot be read"),
        ("redis://[::1", "cannot be read"),
        ("redis://cache/zero", "the database of a Redis is a number, not 'zero'"),
        ("redis://cache/-1", "the database of a Redis is a number, not '-1'"),
        ("redis://cache/²", "the database of a Redis is a number"),
        ("redis://cache?database=1", "an option 'database', which is unknown."),
        ("redis://cache?ca_cert=x", 'which is unknown. Did you mean "ca_certs"?'),
        ("unix://", "has a path: unix:///run/redis.sock"),
    ],
)
def test_what_is_not_one_is_told(url: str, told: str) -> None:
    with pytest.raises(BrokerAddressError) as error:
        read_address(url)
    assert told in str(error.value)


def test_what_is_shown_has_no_password() -> None:
    shown = [
        str(read_address(url)) for url in ("redis://ada:secret@cache/1", "unix://:secret@/run/redis.sock")
    ]
    assert shown == ["redis at cache:6379, database 1", "redis at unix:/run/redis.sock, database 0"]
