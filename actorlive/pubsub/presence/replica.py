"""The presences of all nodes, as one node knows them: a state machine without a clock, a socket or a task.

The problem: nodes come, die, stand still and come back; what they say to each other is lost whenever a broker or a
connection breaks; and yet each node must list who is there, report each arrival and departure once, and keep nobody
who is gone. Rule: **each node owns what it tracks and tells the others; nothing is stored anywhere else.** It follows:

* A node counts its changes, and its beat, once a second, carries the count. A node that has counted fewer has
  lost something, and asks for everything: at each beat until it comes, since question and answer can be lost as well.
* A node that has been silent for `PATIENCE` is gone, with all its presences. But a node that was cut off itself, or
  stood still, has heard nobody: it judges nobody until one patience after it hears again. So the restart of a broker
  reports nobody as gone and back.
* A place (`slot`) has one program at a time, and the later one has the higher `start`. The higher ends the lower at
  once, so that a program which comes back is not counted twice; what the lower still says is ignored. A program that
  stood still, was replaced, and goes on, learns of its successor and takes a place of its own (`move`).
* After a break all nodes ask at once. A node that is asked waits a moment, and one answer serves all.

Rejected: a hash in Redis, each node's presences under a lease: a list takes a round trip, something has to clean up
after a node that died, and a restart of Redis empties every room. Each presence refreshed within a TTL: 400 writes a
second for 10,000 people who do nothing.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping, Sequence

import msgspec

from actorlive.pubsub.message import Message
from actorlive.pubsub.outage import Spread
from actorlive.pubsub.presence.diff import PresenceDiff
from actorlive.pubsub.presence.shares import PresenceShare, Shares, TrackedPresence
from actorlive.pubsub.presence.words import (
    PresenceAsked,
    PresenceBeat,
    PresenceChanged,
    PresenceEnded,
    PresenceEntry,
    PresenceSnapshot,
    PresenceWord,
)

__all__ = ["BEAT", "PATIENCE", "TICK", "ReadMeta", "Replica"]

TICK = 0.5
"""Seconds between two looks at the clock."""

BEAT = 1.0
"""Seconds between two signs of life."""

PATIENCE = 3.5
"""Seconds of silence after which a node is gone."""

STOOD_STILL = 2.0
"""Seconds between two looks at the clock after which a node knows that it stood still."""

ANSWER_AFTER = 0.1
"""Seconds for which a question waits for others that want the same answer."""

AT_ONCE = 500
"""The presences of one message."""

MAX_NODES = 1_000
"""The nodes that are listened to at the same time."""

ReadMeta = Callable[[msgspec.Raw], Message]
"""Bytes to what they say of somebody. Raises for what does not fit."""

_encode = msgspec.msgpack.Encoder().encode


class Replica:
    """One node's view of one presence. Its driver takes what it has to say and to tell after each call."""

    def __init__(
        self, slot: str, start: int, read: ReadMeta, now: float, spread: Spread = random.uniform
    ) -> None:
        self.own = PresenceShare(slot, start, known=True)
        self.shares = Shares()
        self.nodes: dict[str, PresenceShare] = {}
        self.is_replaced = False
        """True when somebody else has this node's place; it has to `move`."""
        self._read = read
        self._spread = spread
        self._refs = itertools.count(1)
        self._joins: dict[int, TrackedPresence] = {}
        self._leaves: list[int] = []
        self._said: list[PresenceWord] = [PresenceAsked(slot, start)]
        self._told: list[PresenceDiff] = []
        self._ticked_at = now
        self._beat_at = now
        self._answer_at: float | None = None
        self._judge_at = now + PATIENCE

    # -- what this node tracks -------------------------------------------------

    def track(self, topic: str, key: str, meta: Message) -> int:
        """Somebody is here; returns the number under which they are."""
        ref = next(self._refs)
        self._joins[ref] = tracked = TrackedPresence(topic, key, meta)
        self._told += self.shares.change(self.own, {ref: tracked}, ())
        return ref

    def update(self, ref: int, meta: Message) -> int:
        """Something else is known of them; returns their new number."""
        old, new = self.own.entries[ref], next(self._refs)
        self._joins[new] = tracked = TrackedPresence(old.topic, old.key, meta)
        self._forget(ref)
        self._told += self.shares.change(self.own, {new: tracked}, (ref,))
        return new

    def untrack(self, *refs: int) -> None:
        """They are gone."""
        for ref in refs:
            self._forget(ref)
        self._told += self.shares.change(self.own, {}, refs)

    def _forget(self, ref: int) -> None:
        if self._joins.pop(ref, None) is None:
            self._leaves.append(ref)

    def flush(self) -> None:
        """Say what has changed since the last time."""
        joins, leaves = list(self._joins.items()), self._leaves
        self._joins, self._leaves = {}, []
        for at in range(0, max(len(joins), len(leaves)), AT_ONCE):
            self.own.version += 1
            entries = _written(dict(joins[at : at + AT_ONCE]))
            self._say(
                PresenceChanged, joins=entries, leaves=leaves[at : at + AT_ONCE], version=self.own.version
            )

    def keep_quiet(self) -> None:
        """Say nothing: there is nobody to hear it."""
        self._joins, self._leaves, self._said = {}, [], []

    @property
    def has_changed(self) -> bool:
        """True when there is something to flush."""
        return bool(self._joins or self._leaves)

    def end(self) -> None:
        """Say that this node goes."""
        self._say(PresenceEnded)

    def move(self, slot: str, start: int, now: float) -> None:
        """Take another place, with all that is tracked here."""
        self.is_replaced = False
        self.own.slot, self.own.start, self._beat_at = slot, start, now

    # -- time ------------------------------------------------------------------

    def tick(self, now: float, *, connected: bool) -> None:
        """Look at the clock, which is this node's own. `connected` is whether others can be heard."""
        if not connected or now - self._ticked_at > STOOD_STILL:
            self._judge_at = now + PATIENCE
        self._ticked_at = now
        if connected and now >= self._beat_at:
            self._beat_at = now + BEAT
            self._say(PresenceBeat, version=self.own.version)
        self.answer(now)
        if now >= self._judge_at:
            for node in [each for each in self.nodes.values() if now - each.heard_at > PATIENCE]:
                self._end(node)

    def missed(self, now: float) -> None:
        """Something of the others may have been lost, and something of this node's."""
        self._judge_at = now + PATIENCE
        self._beat_at = now + self._spread(0, TICK)
        if not self.nodes:
            self._say(PresenceAsked)

    @property
    def answer_at(self) -> float | None:
        """When somebody waits for `answer`, at what time."""
        return self._answer_at

    def answer(self, now: float) -> None:
        """Say all that is tracked here, if somebody has asked long enough ago."""
        if self._answer_at is None or now < self._answer_at:
            return
        self._answer_at = None
        self.flush()
        entries = list(self.own.entries.items())
        pieces = [entries[at : at + AT_ONCE] for at in range(0, len(entries), AT_ONCE)] or [[]]
        for part, piece in enumerate(pieces):
            self._say(
                PresenceSnapshot,
                version=self.own.version,
                part=part,
                parts=len(pieces),
                entries=_written(dict(piece)),
            )

    # -- what others say -------------------------------------------------------

    def receive(self, word: PresenceWord, now: float) -> None:
        """Hear what another node says. What its metas raise gets out, and nothing has happened then."""
        if word.slot == self.own.slot:
            self.is_replaced = self.is_replaced or word.start > self.own.start
            return
        joins = self._read_entries(word)
        node = self._node(word, now)
        if node is None:
            return
        node.heard_at = now
        match word:
            case PresenceBeat(version=version):
                self._compare(node, version, now)
            case PresenceChanged():
                self._follow(node, word, joins, now)
            case PresenceAsked(of=of):
                self._be_asked(of, now)
            case PresenceSnapshot():
                self._collect(node, word, joins)
            case PresenceEnded():
                self._end(node)

    def _read_entries(self, word: PresenceWord) -> dict[int, TrackedPresence]:
        match word:
            case PresenceChanged(joins=entries) | PresenceSnapshot(entries=entries):
                return {
                    each.ref: TrackedPresence(each.topic, each.key, self._read(each.meta)) for each in entries
                }
            case _:
                return {}

    def _node(self, word: PresenceWord, now: float) -> PresenceShare | None:
        """Who says it; None for one that is not listened to."""
        known = self.nodes.get(word.slot)
        if known is not None and word.start < known.start:
            return None
        if known is not None and word.start == known.start:
            return known
        if known is not None:
            self._end(known)
        if len(self.nodes) >= MAX_NODES:
            return None
        node = self.nodes[word.slot] = PresenceShare(word.slot, word.start)
        return node

    def _compare(self, node: PresenceShare, version: int, now: float) -> None:
        """A beat says how many changes there were; ask again at each until nothing is missing."""
        if not node.known or version != node.version:
            node.asked_at = None
            self._ask(node, now)

    def _follow(
        self, node: PresenceShare, word: PresenceChanged, joins: Mapping[int, TrackedPresence], now: float
    ) -> None:
        """Change with a node, unless something before that is missing."""
        if node.known and word.version == node.version + 1:
            node.version = word.version
            self._told += self.shares.change(node, joins, word.leaves)
        elif word.version > node.version:
            self._ask(node, now)

    def _be_asked(self, of: str | None, now: float) -> None:
        """Somebody wants to know all; the first question sets the time for the answer."""
        if of in {None, self.own.slot} and self._answer_at is None:
            self._answer_at = now + ANSWER_AFTER

    def _ask(self, node: PresenceShare, now: float) -> None:
        if node.asked_at is None or now - node.asked_at >= BEAT:
            node.asked_at = now
            self._say(PresenceAsked, of=node.slot)

    def _collect(
        self, node: PresenceShare, word: PresenceSnapshot, entries: Mapping[int, TrackedPresence]
    ) -> None:
        """One part of a snapshot; the last makes it whole. An old one is no news."""
        if node.known and word.version <= node.version:
            return
        if node.parts_of != word.version:
            node.parts_of, node.parts = word.version, {}
        node.parts[word.part] = entries
        if len(node.parts) < word.parts:
            return
        whole = {ref: tracked for part in node.parts.values() for ref, tracked in part.items()}
        node.parts_of, node.parts = -1, {}
        node.known, node.version, node.asked_at = True, word.version, None
        self._told += self.shares.replace(node, whole)

    def _end(self, node: PresenceShare) -> None:
        del self.nodes[node.slot]
        self._told += self.shares.replace(node, {})

    # -- what there is to say and to tell --------------------------------------

    def _say(self, word: Callable[..., PresenceWord], **fields: object) -> None:
        self._said.append(word(slot=self.own.slot, start=self.own.start, **fields))

    def take_said(self) -> Sequence[PresenceWord]:
        """What to say to the other nodes, since the last call."""
        said, self._said = self._said, []
        return said

    def take_told(self) -> Sequence[PresenceDiff]:
        """What to tell the subscribers of topics, since the last call."""
        told, self._told = self._told, []
        return told


def _written(entries: Mapping[int, TrackedPresence]) -> list[PresenceEntry]:
    return [
        PresenceEntry(ref, each.topic, each.key, msgspec.Raw(_encode(each.meta)))
        for ref, each in entries.items()
    ]
