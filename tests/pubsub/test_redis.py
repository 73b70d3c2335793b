"""PubSub over a real Redis, which is killed, halted and started again under it."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from actorlive.pubsub import BrokerLost, Gap
from actorlive.pubsub.redis import MAX_SIZE, RedisBroker
from actorlive.pubsub.redis_address import BrokerAddressError, read_address
from actorlive.pubsub.redis_line import open_line
from tests.support.broker import Colleague, colleague
from tests.support.redis import RedisServer, redis_server

pytestmark = pytest.mark.real_clock

GAP = Gap("t")


@pytest.fixture(scope="module")
def redis() -> Generator[RedisServer]:
    with redis_server() as server:
        yield server


async def holds(condition: Callable[[], bool], patience: float = 15.0) -> None:
    """Wait until it does."""
    with trio.fail_after(patience):
        while not condition():
            await trio.sleep(0.005)


@asynccontextmanager
async def two_nodes(server: RedisServer) -> AsyncGenerator[tuple[Colleague, Colleague]]:
    await server.command("PING")
    async with (
        colleague(RedisBroker(server.url), "ada") as ada,
        colleague(RedisBroker(server.url), "bo") as bo,
    ):
        await holds(lambda: ada.remote.connected and bo.remote.connected)
        yield ada, bo


async def listening(*nodes: Colleague) -> list[list[object]]:
    """What a listener of each hears; all of them have been told that they are subscribed."""
    heard = [node.listen("t") for node in nodes]
    await holds(lambda: all(each == [GAP] for each in heard))
    return heard


async def test_messages_arrive_in_order_and_one_hears_ones_own_once(redis: RedisServer) -> None:
    async with two_nodes(redis) as (ada, bo):
        here, there = await listening(ada, bo)
        said = [ada.say(text="é" * (n % 300)) for n in range(2_000)]
        await holds(lambda: there[-1] == said[-1])
        said.append(bo.say())
        await holds(lambda: here[-1] == said[-1])
        assert here == there == [GAP, *said]


async def test_a_broker_that_is_killed_and_comes_back_is_one_gap_and_loses_nothing_of_after(
    redis: RedisServer,
) -> None:
    async with two_nodes(redis) as (ada, bo):
        here, there = await listening(ada, bo)
        redis.kill()
        await holds(lambda: not ada.remote.connected and not bo.remote.connected)
        said = [ada.say()]
        redis.start()
        await holds(lambda: ada.remote.connected and bo.remote.connected)
        await holds(lambda: there.count(GAP) == here.count(GAP) == 2)
        said += [ada.say() for _ in range(3)]
        await holds(lambda: there[-1] == said[-1])
        assert there[:2] == [GAP, GAP]
        assert there[2:] in (said, said[1:])
        assert here == [GAP, said[0], GAP, *said[1:]]


async def test_a_broker_that_stands_still_is_noticed_and_left(redis: RedisServer) -> None:
    async with two_nodes(redis) as (ada, bo):
        _, there = await listening(ada, bo)
        redis.halt()
        try:
            await holds(lambda: not ada.remote.connected and not bo.remote.connected, patience=8)
        finally:
            redis.go_on()
        await holds(lambda: there.count(GAP) >= 2)
        said = ada.say()
        await holds(lambda: there[-1] == said)


async def test_a_connection_that_is_closed_from_the_other_side_is_made_anew(redis: RedisServer) -> None:
    async with two_nodes(redis) as (ada, bo):
        here, there = await listening(ada, bo)
        for n in range(1, 5):
            await redis.command("CLIENT", "KILL", "TYPE", "pubsub")
            await holds(lambda: here.count(GAP) == there.count(GAP) == n + 1)  # noqa: B023 - awaited in its round
            said = ada.say()
            await holds(lambda: said in here and said in there)  # noqa: B023


async def test_topics_are_subscribed_and_left_by_their_own_names(redis: RedisServer) -> None:
    topics = [f"räume:{n} \ud800" for n in range(1_200)]
    async with two_nodes(redis) as (ada, bo):
        heard = bo.listen(*topics)
        await holds(lambda: len(heard) == len(topics))
        assert heard == [Gap(topic) for topic in topics]
        said = ada.say(topics[-1])
        await holds(lambda: heard[-1] == said)


async def test_databases_are_apart(redis: RedisServer) -> None:
    await redis.command("PING")
    async with (
        colleague(RedisBroker(redis.url), "ada") as ada,
        colleague(RedisBroker(redis.url), "bo") as bo,
        colleague(RedisBroker(redis.url.replace("/0", "/1")), "cleo") as cleo,
    ):
        _, there, elsewhere = await listening(ada, bo, cleo)
        said = ada.say()
        await holds(lambda: there == [GAP, said])
        await trio.sleep(0.05)
        assert elsewhere == [GAP]


async def test_what_a_stranger_publishes_is_refused(redis: RedisServer) -> None:
    async with two_nodes(redis) as (ada, bo):
        _, there = await listening(ada, bo)
        for data in ("hello", "", "x" * (MAX_SIZE + 1), "[" * 100_000):
            await redis.command("PUBLISH", "actorlive:0:t", data)
        said = ada.say()
        await holds(lambda: there == [GAP, said])
        assert bo.remote.refused == 4


async def test_a_password_a_unix_socket_and_a_wrong_password(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    path = tmp_path / "redis.sock"
    with redis_server("--unixsocket", str(path), "--requirepass", "s3cret") as server:
        await server.command("PING")
        over_unix, over_tcp = (
            RedisBroker(f"unix://:s3cret@{path}"),
            RedisBroker(server.url.replace("//", "//:s3cret@")),
        )
        async with colleague(over_unix, "ada") as ada, colleague(over_tcp, "bo") as bo:
            _, there = await listening(ada, bo)
            said = ada.say()
            await holds(lambda: there == [GAP, said])
        async with colleague(RedisBroker(server.url.replace("//", "//:wrong@")), "cleo") as cleo:
            await holds(lambda: "invalid username-password pair" in caplog.text)
            assert not cleo.remote.connected
    shown = "".join(record.getMessage() for record in caplog.records if record.name == "actorlive.pubsub")
    assert "s3cret" not in shown
    assert "wrong@" not in shown


async def test_who_reads_more_slowly_than_others_write_is_cut_off_and_not_drowned(redis: RedisServer) -> None:
    await redis.command("PING")
    address = read_address(redis.url)
    line = open_line(address, None)
    async with trio.open_nursery() as nursery:
        await nursery.start(line.run)
        line.command(b"SUBSCRIBE", [b"flood"])
        assert await line.pushes(10) == [(b"subscribe", b"flood", 1)]
        await line.publish([(b"flood", b"x")] * 10)
        assert len(await line.pushes(10)) == 10
        await line.publish([(b"flood", b"x")] * 12)
        with pytest.raises(BrokerLost, match="11 messages wait to be handled"):
            await line.pushes(10)
        nursery.cancel_scope.cancel()


async def test_nobody_there_is_a_broker_that_is_lost(redis: RedisServer) -> None:
    with pytest.raises(BrokerLost):
        async with RedisBroker("redis://127.0.0.1:1").connect():
            pass


def test_a_certificate_that_is_not_there_is_told() -> None:
    with pytest.raises(BrokerAddressError, match=r"cannot be read: .*No such file"):
        RedisBroker("rediss://cache?ca_certs=/no/such.pem")
