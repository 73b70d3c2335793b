"""PubSub within one node."""

from typing import Any

import pytest
import trio

from actorlive.pubsub import Gap, broadcast, broadcast_from, expect, subscribe, unsubscribe
from actorlive.pubsub.local import NoBroker, PubSub, pubsub
from actorlive.runtime import Pid, exit, open_node, receive, self, send, spawn
from tests.support.client import settled


async def listen(topics: list[str], heard: list[Any]) -> None:
    """A process that subscribes, and then writes down what it receives or does what it is told."""
    for topic in topics:
        subscribe(topic)
    while True:
        message = await receive()
        if callable(message):
            message()
        else:
            heard.append(message)


async def listener(*topics: str) -> tuple[Pid, list[Any]]:
    heard: list[Any] = []
    pid = spawn(listen, list(topics), heard)
    await settled()
    return pid, heard


async def test_a_broadcast_reaches_every_subscriber_of_its_topic() -> None:
    async with open_node():
        _, one = await listener("a")
        _, two = await listener("a", "b")
        broadcast("a", 1)
        broadcast("b", 2)
        broadcast("nobody", 3)
        await settled()
        assert (one, two) == ([1], [1, 2])


async def test_broadcast_from_leaves_one_out() -> None:
    async with open_node():
        pid, one = await listener("a")
        _, two = await listener("a")
        broadcast_from(pid, "a", 1)
        await settled()
        assert (one, two) == ([], [1])


async def test_subscribing_twice_delivers_twice_and_one_unsubscribe_ends_both() -> None:
    async with open_node():
        pid, heard = await listener("a", "a", "b")
        broadcast("a", 1)
        await settled()
        assert heard == [1, 1]
        send(pid, lambda: unsubscribe("a"))
        send(pid, lambda: unsubscribe("never"))
        await settled()
        broadcast("a", 2)
        broadcast("b", 3)
        await settled()
        assert heard == [1, 1, 3]


async def test_who_subscribes_where_other_workers_would_not_be_heard_is_told() -> None:
    async with open_node():
        service = pubsub()
        service.workers = 4
        pid = spawn(receive)
        with pytest.raises(NoBroker) as refused:
            service.subscribe("room:7", pid)
        assert str(refused.value) == (
            "the topic 'room:7' is subscribed to, and this server has 4 workers, which do not hear one another:"
            ' give them a broker, as ActorLive(pubsub="redis://…") or ACTORLIVE_PUBSUB, or serve with one worker'
        )
        assert kept_by(service) == {}
        service.adapter = Begun()
        service.subscribe("room:7", pid)
        exit(pid, "kill")


class Begun:
    """An adapter that carries nothing."""

    identity = None
    hears = True

    def publish(self, topic: str, message: object) -> None: ...

    def begin(self, topic: str) -> None: ...

    def end(self, topic: str) -> None: ...

    def expect(self, topic: str) -> None: ...


def kept_by(service: PubSub) -> dict[object, object]:
    """Whatever it keeps, of topics, of processes and of monitors."""
    return {**service._topics, **service._topics_of, **service._monitors}  # pyright: ignore[reportPrivateUsage]


async def test_subscriptions_end_with_the_process_and_leave_nothing() -> None:
    async with open_node():
        pid, heard = await listener("a", "b")
        _, other = await listener("a")
        exit(pid, "kill")
        await settled()
        broadcast("a", 1)
        await settled()
        assert (heard, other) == ([], [1])
        assert list(pubsub().subscribers("b")) == []
        assert pid not in kept_by(pubsub())


async def test_after_the_last_unsubscribe_nothing_is_kept() -> None:
    async with open_node():
        pid, _ = await listener("a")
        send(pid, lambda: unsubscribe("a"))
        await settled()
        assert kept_by(pubsub()) == {}


async def test_a_broadcast_from_within_is_a_message_like_any_other() -> None:
    async with open_node():
        order: list[Any] = []

        async def talker() -> None:
            subscribe("a")
            send(self(), "first")
            broadcast("a", "second")
            order.extend([await receive(), await receive()])

        spawn(talker)
        await settled()
        assert order == ["first", "second"]


class Wire:
    """An adapter that writes down what it is told."""

    identity = None
    hears = False

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []

    def publish(self, topic: str, message: object) -> None:
        if message == "refuse this":
            raise ValueError(message)
        self.told.append(("publish", topic, str(message)))

    def begin(self, topic: str) -> None:
        self.told.append(("begin", topic))

    def end(self, topic: str) -> None:
        self.told.append(("end", topic))

    def expect(self, topic: str) -> None:
        self.told.append(("expect", topic))


def wired() -> Wire:
    wire = pubsub().adapter = Wire()
    return wire


async def test_an_adapter_hears_every_broadcast_and_hands_in_those_of_others() -> None:
    async with open_node():
        _, heard = await listener("a")
        wire = wired()
        broadcast("a", 1)
        pubsub().deliver("a", "from another node")
        await settled()
        assert wire.told == [("publish", "a", "1")]
        assert heard == [1, "from another node"]


async def test_what_an_adapter_refuses_reaches_nobody() -> None:
    async with open_node():
        _, heard = await listener("a")
        wired()
        with pytest.raises(ValueError, match="refuse this"):
            broadcast("a", "refuse this")
        await settled()
        assert heard == []


async def test_an_adapter_is_told_of_the_first_and_the_last_subscriber_of_a_topic() -> None:
    async with open_node():
        wire = wired()
        expect("a")
        one, _ = await listener("a", "a")
        two, _ = await listener("a", "b")
        send(one, lambda: unsubscribe("a"))
        await settled()
        assert wire.told == [("expect", "a"), ("begin", "a"), ("begin", "b")]
        exit(two, "kill")
        await settled()
        assert sorted(wire.told[3:]) == [("end", "a"), ("end", "b")]
        await listener("a")
        assert wire.told[-1] == ("begin", "a")


async def test_a_gap_reaches_each_subscriber_of_its_topic_once() -> None:
    async with open_node():
        _, one = await listener("a", "a")
        _, two = await listener("b")
        pubsub().deliver_gap("a")
        await settled()
        assert (one, two) == ([Gap("a")], [])


async def test_two_nodes_do_not_hear_each_other() -> None:
    async with open_node() as one:
        _, heard = await listener("a")
        async with open_node() as two:
            two.spawn(_broadcast, "a", 1)
            await settled()
        assert heard == []
        one.spawn(_broadcast, "a", 2)
        await settled()
        assert heard == [2]
        await trio.sleep(0)


async def _broadcast(topic: str, message: object) -> None:
    broadcast(topic, message)
