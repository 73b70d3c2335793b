"""PubSub over a broker: what a node says to the others, and what it hears of them.

The problem: a broker loses messages without a sign, its connections break in ways that nobody is told of, and what
arrives may be anything. Rules:

* **Whoever subscribes has every message from then on, or a `Gap`.** When the broker says that a topic is subscribed,
  at first, later or in a new life, all who listen by then are told that they may have missed something; so are they
  when a number of a sender is missing (`sequence`). A `Gap` stands in the mailbox before the first message that came
  after what was lost. A second subscriber of a topic is told nothing, and has missed nothing.
* **Nobody waits.** A broadcast is written, checked and queued; one task sends what there is, in batches, and what a
  broken life may not have sent is sent again in the next, before anything newer.
* **Silence is a break.** A life in which nothing at all is heard for two pings ends.
* **Nothing that comes in can raise.** What is not a message of a known name with fields that fit is refused, counted,
  and told (`refusals`).

A page subscribes in `mount`, which runs twice. The first of them, the dead render, is taken as a word that the topic
will be wanted: it is subscribed then, so that the second finds it so. A topic that nobody listens to any more stays
subscribed for a while, because a page that is loaded again leaves and comes back.

Rejected: one channel for all topics (Phoenix's way): no race between subscribing and reading, but each node reads each
message of the cluster, and a broker's client takes 20 µs for one. Waiting in `subscribe` for the broker: it would make
a page's mount as slow as the broker, and hang with it.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from threading import get_ident

import trio

from actorlive import telemetry
from actorlive.pubsub.broker import Arrived, Broker, BrokerLife, BrokerLost, Delivery, Subscribed
from actorlive.pubsub.envelope import open_envelope, seal
from actorlive.pubsub.local import PubSub
from actorlive.pubsub.message import MessageError, pack, unpack
from actorlive.pubsub.outage import Outage
from actorlive.pubsub.outgoing import Outgoing, Posted
from actorlive.pubsub.refusals import MessageRefused, Refusals
from actorlive.pubsub.sequence import Continuity, Numbering
from actorlive.pubsub.slot import NodeSlot
from actorlive.runtime.faults import gravest

__all__ = ["Remote", "check_size"]

_log = logging.getLogger("actorlive.pubsub")

BATCH = 100
"""The most messages that are sent at once."""

MAX_MESSAGES = 10_000
MAX_BYTES = 16 * 1024 * 1024
"""What waits for the broker at most."""

MAX_EXPECTED = 10_000
"""The topics that are subscribed without anybody who listens. A page's topic may come from its URL, so a stranger
makes as many as they like."""

LINGER = 30.0
"""Seconds for which a topic stays subscribed that nobody listens to."""

PING_EVERY = 1.0
ANSWER_WITHIN = 1.0
"""Seconds; two pings without an answer or anything else end a life."""

DOUBT_AFTER = 2.0
"""Seconds of silence after which it is doubtful whether others are heard."""

FLUSH_WITHIN = 1.0
"""Seconds that the last broadcasts get at the end."""


AROUND = 300
"""Bytes of an envelope beside the body, at most."""


def check_size(broker: Broker, name: str, body: bytes) -> None:
    """Raises `MessageError` for a message that is too long for the broker."""
    if len(body) + AROUND > broker.max_size:
        raise MessageError(
            f"a message {name!r} of {len(body):,} bytes is too long for the broker ({broker.name}), which takes"
            f" {broker.max_size - AROUND:,}: send where it can be read, not the thing itself"
        )


class Remote:
    """The adapter of one node. It lives on the loop that it was made on; `run` is its one task."""

    def __init__(self, broker: Broker, *, slot: NodeSlot | None = None, outage: Outage | None = None) -> None:
        self.identity: NodeSlot = slot or NodeSlot()
        self.node: bytes = secrets.token_bytes(8)
        self._broker = broker
        self._outage = outage or Outage(broker.name)
        self._pubsub: PubSub | None = None
        self._numbers = Numbering()
        self._outgoing = Outgoing(MAX_MESSAGES, MAX_BYTES)
        self._under_way: list[Posted] = []
        self._topics: dict[str, Continuity] = {}
        self._idle: dict[str, float] = {}
        self._refusals = Refusals()
        self._life: BrokerLife | None = None
        self._heard_at = 0.0
        self._thread = get_ident()
        self._token = trio.lowlevel.current_trio_token()

    def attach(self, pubsub: PubSub) -> None:
        """Carry the topics of a node from now on."""
        self._pubsub = pubsub
        pubsub.adapter = self
        for topic in pubsub.topics():
            self.begin(topic)

    @property
    def connected(self) -> bool:
        """True while the broker is there."""
        return self._life is not None

    @property
    def hears(self) -> bool:
        """True while the broker is there, and was heard of lately: before its silence ends a life, it is known here."""
        return self.connected and trio.current_time() - self._heard_at < DOUBT_AFTER

    @property
    def refused(self) -> int:
        """How many messages of others were refused."""
        return self._refusals.count

    # -- what the node wants ---------------------------------------------------

    def publish(self, topic: str, message: object) -> None:
        """Send a message to the other nodes, as soon as the broker takes it. Raises `MessageError` for what is not a
        `Message`, or cannot travel."""
        name, body = pack(message)
        check_size(self._broker, name, body)
        if get_ident() == self._thread:
            self._post(topic, name, body)
        else:
            with suppress(trio.RunFinishedError):
                self._token.run_sync_soon(self._post, topic, name, body)

    def _post(self, topic: str, name: str, body: bytes) -> None:
        dropped = self._outgoing.put((topic, name, body))
        for lost in dropped:
            self._numbers.skip(lost)
        self._count_dropped(len(dropped))

    def begin(self, topic: str) -> None:
        """Somebody listens to a topic that nobody did."""
        self._idle.pop(topic, None)
        self._want(topic)

    def end(self, topic: str) -> None:
        """Nobody listens to the topic any more."""
        self._idle[topic] = trio.current_time()

    def expect(self, topic: str) -> None:
        """Somebody will soon listen to the topic, or nobody."""
        if topic not in self._topics and len(self._idle) < MAX_EXPECTED:
            self._idle[topic] = trio.current_time()
            self._want(topic)
        elif self._idle.pop(topic, None) is not None:
            self._idle[topic] = trio.current_time()  # behind those that have been idle for longer

    def _want(self, topic: str) -> None:
        if topic in self._topics:
            return
        self._topics[topic] = Continuity()
        self._tell(lambda life: life.subscribe([topic]))

    def _tell(self, ask: Callable[[BrokerLife], None]) -> None:
        """Ask something of the life that there is. After one that has broken the next is asked for all."""
        if self._life is not None:
            with suppress(BrokerLost):
                ask(self._life)

    def _leave_idle(self, now: float) -> None:
        """Unsubscribe what nobody has listened to for long."""
        left: list[str] = []
        for topic, since in self._idle.items():  # in the order of `since`
            if now - since < LINGER:
                break
            left.append(topic)
        for topic in left:
            del self._idle[topic], self._topics[topic]
        if left:
            self._tell(lambda life: life.unsubscribe(left))

    # -- lives -----------------------------------------------------------------

    async def run(self) -> None:
        """Live with the broker, again and again, until cancelled. Whatever goes wrong ends a life and no more."""
        while True:
            error = await self._live()
            if not isinstance(error, BrokerLost):
                _log.error("a life with the broker %s ended by a fault", self._broker.name, exc_info=error)
            telemetry.execute("pubsub.disconnected", {}, {"error": error})
            await trio.sleep(self._outage.failed(error, trio.current_time()))

    async def _live(self) -> BaseException:
        """One life; returns what ended it."""
        try:
            async with self._broker.connect() as life:
                self._life, self._heard_at = life, trio.current_time()
                life.subscribe(list(self._topics))
                away = self._outage.ended(self._heard_at)
                telemetry.execute("pubsub.connected", {"away": away}, {})
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._hear, life)
                    nursery.start_soon(self._send, life)
                    nursery.start_soon(self._keep, life)
        except Exception as error:
            return gravest(error)
        finally:
            self._life = None
        return BrokerLost("the connection has ended")

    async def finish(self) -> None:
        """Send what waits, within a second, if the broker is there."""
        with trio.move_on_after(FLUSH_WITHIN):
            while self.connected and (self._under_way or len(self._outgoing)):
                await trio.sleep(0.01)

    async def _send(self, life: BrokerLife) -> None:
        """Send what waits, first what nobody has answered for in the life before."""
        while True:
            if not self._under_way:
                self._under_way = [self._seal(*waiting) for waiting in await self._outgoing.take(BATCH)]
            refused = await life.publish(self._under_way)
            self._under_way = []
            self._heard_at = trio.current_time()
            if refused:
                _log.error(
                    "the broker %s refused %d messages: %s", self._broker.name, len(refused), refused[0]
                )
                self._count_dropped(len(refused))

    def _seal(self, topic: str, name: str, body: bytes) -> Posted:
        return topic, seal(self.node, *self._numbers.take(topic), name, body)

    def _count_dropped(self, messages: int) -> None:
        if messages:
            telemetry.execute("pubsub.dropped", {"messages": messages}, {})

    async def _keep(self, life: BrokerLife) -> None:
        """Look for signs of life, and for topics that nobody wants."""
        silent = 0
        while silent < 2:
            await trio.sleep(PING_EVERY)
            asked = trio.current_time()
            with trio.move_on_after(ANSWER_WITHIN) as patience:
                await life.ping()
                self._heard_at = trio.current_time()
            silent = silent + 1 if patience.cancelled_caught and self._heard_at < asked else 0
            self._leave_idle(trio.current_time())
        raise BrokerLost("it does not answer")

    # -- what comes ------------------------------------------------------------

    async def _hear(self, life: BrokerLife) -> None:
        while True:
            deliveries = await life.receive()
            self._heard_at = trio.current_time()
            for delivery in deliveries:
                self._take(delivery)

    def _take(self, delivery: Delivery) -> None:
        continuity = self._topics.get(delivery.topic)
        if continuity is None or self._pubsub is None:
            return  # it was left meanwhile
        match delivery:
            case Subscribed(topic):
                continuity.excuse()
                self._pubsub.deliver_gap(topic)
            case Arrived(topic, data):
                try:
                    self._accept(self._pubsub, topic, data, continuity)
                except MessageRefused as refused:
                    self._refusals.note(refused, topic, self._heard_at)

    def _accept(self, pubsub: PubSub, topic: str, data: bytes, continuity: Continuity) -> None:
        """One message of another node, to those who listen. Raises `MessageRefused`."""
        if len(data) > self._broker.max_size:
            raise MessageRefused("too large", f"{len(data):,} bytes")
        envelope = open_envelope(data)
        if envelope.node == self.node:
            return
        place = continuity.judge(envelope.node, envelope.epoch, envelope.number)
        if place == "late":
            return
        if place == "hole":
            pubsub.deliver_gap(topic)
        if topic not in self._idle:
            pubsub.deliver(topic, unpack(envelope.name, envelope.body))
