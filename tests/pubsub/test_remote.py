"""PubSub over a broker that breaks: whoever subscribes has every message, in order and once, or is told of a gap."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import msgspec
import pytest
import trio
import trio.testing
from hypothesis import given, settings, strategies as st

from actorlive import telemetry
from actorlive.pubsub import BrokerLife, Gap, MessageError
from actorlive.pubsub.broker import Delivery, Subscribed
from actorlive.pubsub.envelope import seal
from actorlive.pubsub.message import pack
from actorlive.pubsub.remote import MAX_EXPECTED, MAX_MESSAGES, Remote
from actorlive.pubsub.sequence import Continuity
from actorlive.runtime import exit
from tests.support.broker import Colleague, MemoryBroker, Said, colleague
from tests.support.client import settled

GAP = Gap("t")


class Two(NamedTuple):
    broker: MemoryBroker
    ada: Colleague
    bo: Colleague


@asynccontextmanager
async def two_nodes(make: type[Remote] = Remote) -> AsyncGenerator[Two]:
    broker = MemoryBroker()
    async with colleague(broker, "ada", make) as ada, colleague(broker, "bo", make) as bo:
        await trio.sleep(0.01)
        yield Two(broker, ada, bo)


class Log:
    """What telemetry was told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Mapping[str, float], Mapping[str, object]]] = []

    def note(self, name: str, measured: Mapping[str, float], metadata: Mapping[str, object]) -> None:
        self.events.append((name, dict(measured), dict(metadata)))

    def of(self, name: str) -> list[tuple[Mapping[str, float], Mapping[str, object]]]:
        return [(measured, metadata) for told, measured, metadata in self.events if told == name]


@pytest.fixture
def told() -> Any:
    log = Log()
    telemetry.attach(log, log.note)
    yield log
    telemetry.detach(log)


# -- what holds ----------------------------------------------------------------


async def test_a_broadcast_reaches_other_nodes_in_order_and_its_own_once() -> None:
    async with two_nodes() as (_, ada, bo):
        here, there = ada.listen("t"), bo.listen("t")
        await trio.sleep(0.1)
        said = [ada.say() for _ in range(250)]
        await trio.sleep(0.1)
        assert here == [GAP, *said]
        assert there == [GAP, *said]


async def test_who_listens_to_another_topic_hears_nothing() -> None:
    async with two_nodes() as (broker, ada, bo):
        other = bo.listen("other")
        ada.say("t")
        await trio.sleep(0.1)
        assert other == [Gap("other")]
        assert len(broker.published) == 1


async def test_who_subscribes_where_the_topic_is_subscribed_already_has_missed_nothing() -> None:
    async with two_nodes() as (_, ada, bo):
        first = bo.listen("t")
        await trio.sleep(0.1)
        second = bo.listen("t")
        await settled()
        said = ada.say()
        await trio.sleep(0.1)
        assert first == [GAP, said]
        assert second == [said]


async def test_a_topic_that_was_expected_is_subscribed_when_somebody_comes() -> None:
    async with two_nodes() as (_, ada, bo):
        bo.remote.expect("t")
        await trio.sleep(0.1)
        heard = bo.listen("t")
        await settled()
        said = ada.say()
        await trio.sleep(0.1)
        assert heard == [said]


async def test_a_topic_stays_subscribed_for_a_while_after_its_last_listener() -> None:
    async with two_nodes() as (broker, ada, bo):
        pid = bo.listener([], "t")
        await trio.sleep(0.1)
        exit(pid, "kill")
        await trio.sleep(20)
        heard = bo.listen("t")
        await settled()
        said = ada.say()
        await trio.sleep(0.1)
        assert heard == [said]
        exit_all(bo)
        await trio.sleep(40)
        assert not any(life.topics for life in broker.lives)
        again = bo.listen("t")
        await trio.sleep(0.1)
        assert again == [GAP]


def exit_all(node: Colleague) -> None:
    for process in list(node.node.processes):
        exit(process.pid, "kill")


async def test_strangers_make_no_more_topics_than_are_bounded() -> None:
    async with two_nodes() as (broker, _, bo):
        for n in range(MAX_EXPECTED + 50):
            bo.remote.expect(f"room:{n}")
        assert sum(len(life.topics) for life in broker.lives) == MAX_EXPECTED
        bo.listen("t")
        await trio.sleep(0.1)
        assert any("t" in life.topics for life in broker.lives)
        await trio.sleep(40)
        assert sum(len(life.topics) for life in broker.lives) == 1


# -- breaks --------------------------------------------------------------------


async def test_after_a_restart_each_listener_is_told_once_before_the_first_message() -> None:
    async with two_nodes() as (broker, ada, bo):
        one, two = bo.listen("t"), bo.listen("t", "t")
        await trio.sleep(0.1)
        del one[:], two[:]
        broker.down()
        await trio.sleep(5)
        broker.up()
        await trio.sleep(3)
        said = [ada.say(), ada.say()]
        await trio.sleep(0.1)
        assert one == [GAP, *said]
        assert two == [GAP, said[0], said[0], said[1], said[1]]


async def test_what_is_said_during_a_break_goes_out_behind_it_and_is_no_second_gap() -> None:
    async with two_nodes() as (broker, ada, bo):
        here, there = ada.listen("t"), bo.listen("t")
        await trio.sleep(0.1)
        del here[:], there[:]
        broker.down()
        await trio.sleep(1)
        said = [ada.say() for _ in range(3)]
        await settled()
        assert here == said
        broker.up()
        await trio.sleep(5)
        later = ada.say()
        await trio.sleep(1)
        assert there[0] == GAP
        assert there.count(GAP) == 1
        assert [message for message in there if message != GAP] in ([*said, later], [later])
        assert here == [*said, GAP, later]


async def test_one_broken_connection_is_told_where_it_broke_only() -> None:
    async with two_nodes() as (broker, ada, bo):
        here, there = ada.listen("t"), bo.listen("t")
        await trio.sleep(0.1)
        del here[:], there[:]
        broker.lives[0].cut()
        await trio.sleep(2)
        assert sorted([len(here), len(there)]) == [0, 1]


async def test_a_batch_that_nobody_answered_for_is_sent_again_and_heard_once() -> None:
    async with two_nodes() as (broker, ada, bo):
        heard = bo.listen("t")
        await trio.sleep(0.1)
        broker.unanswered = 1
        said = [ada.say() for _ in range(3)]
        await trio.sleep(2)
        said.append(ada.say())
        await trio.sleep(1)
        assert heard == [GAP, *said]
        assert len(broker.published) == 7


async def test_a_message_that_is_lost_on_the_way_is_a_gap_before_the_next() -> None:
    async with two_nodes() as (broker, ada, bo):
        heard = bo.listen("t")
        await trio.sleep(0.1)
        first = ada.say()
        await trio.sleep(0.1)
        broker.loses = lambda _: True
        ada.say()
        await trio.sleep(0.1)
        broker.loses = lambda _: False
        await trio.sleep(60)
        said = [ada.say(), ada.say()]
        await trio.sleep(0.1)
        assert heard == [GAP, first, GAP, *said]


async def test_what_is_too_much_for_the_queue_is_dropped_and_told_on_both_sides(told: Log) -> None:
    async with two_nodes() as (broker, ada, bo):
        heard = bo.listen("t")
        await trio.sleep(0.1)
        first = ada.say()
        await trio.sleep(0.1)
        broker.is_up = False
        next(life for life in broker.lives if "t" not in life.topics).cut()  # ada's; bo hears on
        said = [ada.say() for _ in range(MAX_MESSAGES + 5)]
        broker.up()
        await trio.sleep(5)
        assert heard == [GAP, first, GAP, *said[5:]]
        assert sum(measured["messages"] for measured, _ in told.of("pubsub.dropped")) == 5


@pytest.mark.parametrize("what", ["halted", "deaf"])
async def test_silence_is_a_break(what: str) -> None:
    async with two_nodes() as (broker, ada, bo):
        heard = bo.listen("t")
        await trio.sleep(0.1)
        broker.halted = what == "halted"
        for life in broker.lives:
            life.deaf = what == "deaf"
        await trio.sleep(4.5)
        assert (ada.remote.connected, bo.remote.connected) == (
            (False, False) if what == "halted" else (True, True)
        )
        broker.halted = False
        await trio.sleep(2)
        said = ada.say()
        await trio.sleep(0.1)
        assert heard == [GAP, GAP, said]


async def test_a_loop_that_stood_still_is_no_break() -> None:
    async with two_nodes() as (broker, ada, bo):
        heard = bo.listen("t")
        await trio.sleep(0.1)
        clock = trio.lowlevel.current_clock()
        assert isinstance(clock, trio.testing.MockClock)
        clock.jump(60)
        await trio.sleep(5)
        said = ada.say()
        await trio.sleep(0.1)
        assert heard == [GAP, said]
        assert broker.attempts == 2


async def test_what_is_subscribed_during_a_break_is_not_forgotten() -> None:
    async with two_nodes() as (broker, ada, bo):
        broker.lives[0].cut()
        broker.lives[1].cut()  # not noticed yet
        heard = bo.listen("t")
        await trio.sleep(2)
        said = ada.say()
        await trio.sleep(0.1)
        assert heard == [GAP, said]


async def test_a_fault_in_a_broker_ends_a_life_and_is_logged(
    caplog: pytest.LogCaptureFixture, told: Log
) -> None:
    async with two_nodes() as (broker, ada, bo):
        heard = bo.listen("t")
        await trio.sleep(0.1)
        broker.faults = [RuntimeError("a fault")] * 2
        broker.down()
        broker.up()
        await trio.sleep(5)
        said = ada.say()
        await trio.sleep(0.1)
        assert heard == [GAP, GAP, said]
        assert "ended by a fault" in caplog.text
        assert len(told.of("pubsub.disconnected")) == 4


async def test_it_is_told_when_the_broker_is_there_and_not(told: Log) -> None:
    async with two_nodes() as (broker, ada, _):
        assert ada.remote.connected
        broker.down()
        await trio.sleep(10)
        assert not ada.remote.connected
        broker.up()
        await trio.sleep(2)
        away = [measured["away"] for measured, _ in told.of("pubsub.connected")]
        assert away[:2] == [0, 0]
        assert all(10 <= seconds <= 11 for seconds in away[2:])
        assert len(away) == 4


async def test_what_was_said_last_goes_out_before_the_end() -> None:
    broker = MemoryBroker()
    async with colleague(broker, "bo") as bo:
        heard = bo.listen("t")
        async with colleague(broker, "ada") as ada:
            await trio.sleep(0.1)
            said = [ada.say() for _ in range(500)]
        await settled()
        assert heard == [GAP, *said]


async def test_the_end_waits_for_a_broker_that_is_away_no_longer_than_a_second() -> None:
    broker = MemoryBroker()
    began = trio.current_time()
    async with colleague(broker, "ada") as ada:
        await trio.sleep(0.1)
        broker.halted = True
        ada.say()
    assert trio.current_time() - began < 1.5


async def test_another_thread_may_broadcast() -> None:
    async with two_nodes() as (_, ada, bo):
        heard = bo.listen("t")
        await trio.sleep(0.1)
        said = await trio.to_thread.run_sync(lambda: [ada.say() for _ in range(20)])
        await trio.sleep(0.1)
        assert heard == [GAP, *said]


# -- what cannot be sent, and what should not come -----------------------------


async def test_what_cannot_travel_is_refused_before_anybody_has_seen_it() -> None:
    async with two_nodes() as (broker, ada, _):
        here = ada.listen("t")
        await trio.sleep(0.1)
        with pytest.raises(MessageError, match="is not a Message"):
            ada.pubsub.broadcast("t", "changed")
        with pytest.raises(MessageError, match=r"of 9,\d+ bytes is too long for the broker \(memory\)"):
            ada.say(text="x" * 9_800)
        await trio.sleep(0.1)
        assert here == [GAP]
        assert broker.published == []


STRANGER = b"stranger"
MINE = pack(Said("stranger", 1))


def hostile(number: int) -> Sequence[tuple[str, bytes]]:
    """What a stranger puts on the channel, and why it is refused."""
    name, body = MINE
    return [
        ("malformed", b"hello"),
        ("malformed", b"\x91" * 9_999),
        ("version", msgspec.msgpack.encode([2])),
        ("too large", b"x" * 10_001),
        ("unknown", seal(STRANGER, 1, number, "no.such", body)),
        ("misfit", seal(STRANGER, 1, number + 1, name, b"\x80")),
    ]


async def test_what_is_hostile_is_refused_counted_told_and_nothing_else_happens(
    told: Log, caplog: pytest.LogCaptureFixture
) -> None:
    async with two_nodes() as (broker, ada, bo):
        heard = bo.listen("t")
        await trio.sleep(0.1)
        for n in range(100):
            for _, data in hostile(1 + 2 * n):
                broker.carry("t", data)
        said = ada.say()
        await trio.sleep(0.1)
        assert heard == [GAP, said]
        assert bo.remote.refused == 600
        reasons = [metadata["reason"] for _, metadata in told.of("pubsub.refused")]
        assert reasons == [reason for reason, _ in hostile(1)] * 100
        assert len([record for record in caplog.records if "was refused" in record.message]) == 5
        await trio.sleep(11)
        caplog.clear()
        broker.carry("t", b"hello")
        await trio.sleep(0.1)
        assert [record.levelno for record in caplog.records] == [logging.WARNING]
        assert "on topic 't' was refused (malformed): not an envelope" in caplog.text
        assert "199 more since the last line" in caplog.text


async def test_one_that_pretends_to_be_this_node_is_its_own_echo() -> None:
    async with two_nodes() as (broker, _, bo):
        heard = bo.listen("t")
        await trio.sleep(0.1)
        broker.carry("t", seal(bo.remote.node, 1, 1, *MINE))
        await trio.sleep(0.1)
        assert heard == [GAP]


# -- any history ---------------------------------------------------------------


Step = tuple[str, int]

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["say", "say", "say", "cut", "down", "halt", "deaf", "unanswered", "flood", "wait"]),
        st.integers(0, 2),
    ),
    max_size=25,
)


async def play(steps: Sequence[Step], make: type[Remote]) -> list[list[object]]:
    """Three nodes that talk while things break; returns what a listener of each has heard."""
    broker = MemoryBroker()
    async with (
        colleague(broker, "0", make, patience=0) as a,
        colleague(broker, "1", make, patience=0.5) as b,
        colleague(broker, "2", make, patience=1) as c,
    ):
        nodes = [a, b, c]
        heard = [node.listen("t") for node in nodes]
        await trio.sleep(0.01)
        for step, which in steps:
            await take_step(broker, nodes, step, which)
        broker.up()
        broker.halted = False
        broker.unanswered = 0
        await trio.sleep(10)
        for node in nodes:
            node.say()
        await trio.sleep(5)
        return heard


async def take_step(broker: MemoryBroker, nodes: Sequence[Colleague], step: str, which: int) -> None:
    some = broker.lives[which % len(broker.lives)] if broker.lives else None
    match step, some:
        case "say", _:
            nodes[which].say()
            await trio.sleep(0.001 * which)
        case "cut", life if life is not None:
            life.cut()
        case "deaf", life if life is not None:
            life.deaf = True
        case "down", _:
            broker.down()
            await trio.sleep(which / 2)
            broker.up()
        case "halt", _:
            broker.halted = True
            await trio.sleep(which * 2)
            broker.halted = False
        case "flood", _:
            for _ in range(MAX_MESSAGES // 1000):
                nodes[which].say()
        case "unanswered", _:
            broker.unanswered = 1
        case _:
            await trio.sleep(which)


def broken_promise(heard: Sequence[object], own: str) -> str | None:
    """What of the promise does not hold for what one listener has heard."""
    last: dict[str, int] = {}
    unsure: set[str] = set()
    for message in heard:
        if message == GAP:
            unsure = {"0", "1", "2"}
            continue
        assert isinstance(message, Said)
        before = last.get(message.by, 0)
        if message.n <= before:
            return f"{message} twice or late"
        if message.n != before + 1 and (message.by == own or message.by not in unsure):
            return f"something of {message.by} is missing before {message}, and nobody was told"
        last[message.by] = message.n
        unsure.discard(message.by)
    return None if len(last) == 3 else f"heard of {sorted(last)} only"


def faults_in(steps: Sequence[Step], make: type[Remote]) -> list[str]:
    heard = trio.run(play, steps, make, clock=trio.testing.MockClock(autojump_threshold=0))
    return [fault for n, each in enumerate(heard) if (fault := broken_promise(each, str(n)))]


@settings(max_examples=30)
@given(STEPS)
def test_whatever_breaks_each_has_all_in_order_and_once_or_a_gap(steps: Sequence[Step]) -> None:
    assert faults_in(steps, Remote) == []


class TellsNobodyOfNewLives(Remote):
    def _take(self, delivery: Delivery) -> None:
        if isinstance(delivery, Subscribed):
            self._topics[delivery.topic].excuse()
        else:
            super()._take(delivery)


class HasNoNumbers(Remote):
    def _accept(self, pubsub: Any, topic: str, data: bytes, continuity: Continuity) -> None:
        super()._accept(pubsub, topic, data, Continuity())


class SubscribesOnce(Remote):
    """Forgets its topics with the life in which it asked for them."""

    async def _live(self) -> BaseException:
        ended = await super()._live()
        self._topics.clear()
        return ended


class WaitsForever(Remote):
    async def _keep(self, life: BrokerLife) -> None:
        await trio.sleep_forever()


MUTANTS: list[tuple[type[Remote], list[Step]]] = [
    (TellsNobodyOfNewLives, [("say", 0), ("wait", 1), ("down", 0), ("say", 0), ("wait", 2)]),
    (HasNoNumbers, [("say", 0), ("wait", 1), ("unanswered", 0), ("say", 0), ("wait", 2)]),
    (SubscribesOnce, [("say", 0), ("wait", 1), ("down", 1), ("wait", 2)]),
    (WaitsForever, [("say", 0), ("wait", 1), ("deaf", 0), ("deaf", 1), ("deaf", 2)]),
]


@pytest.mark.parametrize(("mutant", "steps"), MUTANTS, ids=lambda it: getattr(it, "__name__", ""))
def test_control_a_mutant_that_breaks_a_rule_is_found(mutant: type[Remote], steps: Sequence[Step]) -> None:
    assert faults_in(steps, Remote) == []
    assert faults_in(steps, mutant) != []
