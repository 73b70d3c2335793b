"""The presences of all nodes, as each knows them: whatever breaks, they agree, and nobody is told a tale."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from actorlive.pubsub.presence.replica import AT_ONCE, BEAT, MAX_NODES, PATIENCE, TICK, Replica
from actorlive.pubsub.presence.shares import PresenceShare
from actorlive.pubsub.presence.words import (
    PresenceAsked,
    PresenceBeat,
    PresenceChanged,
    PresenceEntry,
    PresenceSnapshot,
    PresenceWord,
)
from tests.pubsub.presence_world import STEP, Step, Visitor, World, history_faults, read_visitor

NODES = 3


def settled_world(slots: int = NODES, visitors: int = 2) -> World:
    """Nodes that know each other, with visitors each."""
    world = World(slots)
    world.run(2)
    for program in world.programs:
        for _ in range(visitors):
            program.join()
    world.run(2)
    world.check_agreement()
    assert world.faults == []
    return world


def told_in(world: World, seconds: float) -> list[int]:
    """How often each was told something in so many seconds."""
    before = [program.told for program in world.programs]
    world.run(seconds)
    return [program.told - told for program, told in zip(world.programs, before, strict=True)]


# -- one after the other -------------------------------------------------------


def test_who_comes_and_goes_is_known_everywhere_at_once() -> None:
    world = settled_world()
    world.programs[0].join("room")
    assert told_in(world, 2 * STEP) == [1, 1, 1]
    world.programs[0].update()
    world.programs[0].leave()
    world.run(2 * STEP)
    world.check_agreement()
    assert world.faults == []


def test_a_node_that_starts_later_knows_all_within_a_moment() -> None:
    world = settled_world()
    world.by_slot.append(world.begin(3))
    world.run(0.3)
    world.check_agreement()
    assert world.faults == []


def test_who_is_killed_is_gone_within_four_and_a_half_seconds_and_not_before() -> None:
    world = settled_world()
    world.kill(1)
    assert told_in(world, PATIENCE - BEAT - TICK) == [0, 0]
    world.run(2 * BEAT + TICK)
    assert world.now <= 4 + PATIENCE + BEAT + TICK
    world.check_agreement()
    assert world.faults == []


def test_who_comes_back_is_counted_once_all_the_while() -> None:
    world = settled_world()
    world.kill(1)
    world.run(0.5)
    world.replace(1)
    world.by_slot[1].join()
    for _ in range(200):
        world.run(STEP)
        for program in world.programs:
            starts = {visitor.start for _, _, visitor in program.listed() if visitor.slot == 1}
            assert len(starts) <= 1
    world.check_agreement()
    assert world.faults == []


@pytest.mark.parametrize("away", [0.2, 1.0, 3.0, 30.0])
def test_a_restart_of_the_broker_tells_nobody_anything(away: float) -> None:
    world = settled_world()
    before = [program.told for program in world.programs]
    world.restart_broker(away)
    world.run(10)
    assert [program.told for program in world.programs] == before
    world.check_agreement()
    assert world.faults == []


@pytest.mark.parametrize("seconds", [2.2, 5.0, 60.0])
def test_who_stood_still_is_told_nothing_of_it(seconds: float) -> None:
    world = settled_world()
    world.stall(0, seconds)
    before = world.programs[0].told
    world.run(seconds + 10)
    assert world.programs[0].told == before
    world.check_agreement()
    assert world.faults == []


def test_a_deaf_node_judges_nobody() -> None:
    world = settled_world()
    world.programs[0].cut("in")
    before = world.programs[0].told
    world.run(20)
    world.programs[0].mend()
    world.run(10)
    assert world.programs[0].told == before


def lists_the_successor_all_the_while(replica: type[Replica]) -> bool:
    """Whether the visitor of a program stays listed when the one that it has replaced wakes up and goes on."""
    world = World(NODES, replica)
    world.run(2)
    world.by_slot[1].join()
    world.stall(1, 8)
    old = world.by_slot[1]
    world.replace(1)
    world.by_slot[1].join()
    (visitor,) = world.by_slot[1].visitors.values()
    world.run(1)
    seen = True
    for _ in range(round(20 / STEP)):
        world.run(STEP)
        seen = seen and visitor in world.programs[0].listed()
    assert old.replica.own.slot != world.by_slot[1].replica.own.slot
    world.check_agreement()
    return seen and world.faults == []


def test_one_that_stood_still_and_was_replaced_takes_a_place_of_its_own() -> None:
    assert lists_the_successor_all_the_while(Replica)


def test_who_goes_in_order_is_gone_at_once() -> None:
    world = settled_world()
    world.programs[2].replica.end()
    world.run(STEP)
    world.kill(2)
    world.run(STEP)
    world.check_agreement()
    assert world.faults == []


def test_ten_thousand_are_told_in_pieces() -> None:
    world = settled_world(2, 0)
    for _ in range(10_000):
        world.programs[0].join()
    world.run(2 * STEP)
    world.replace(1)
    world.run(1)
    world.check_agreement()
    assert world.faults == []


# -- single words --------------------------------------------------------------


def make_replica(now: float = 0.0) -> Replica:
    replica = Replica("me", 5, read_visitor, now)
    replica.take_said()
    return replica


def entry(ref: int, n: int = 0, topic: str = "t") -> PresenceEntry:
    return PresenceEntry(ref, topic, "key", msgspec.Raw(msgspec.msgpack.encode(Visitor(0, 0, n))))


def known(replica: Replica) -> list[tuple[str, int, bool]]:
    return [(node.slot, node.start, node.known) for node in replica.nodes.values()]


def test_nothing_is_said_to_ones_own_echo_and_a_lower_start_at_ones_place() -> None:
    replica = make_replica()
    for start in (4, 5):
        replica.receive(PresenceBeat("me", start, 9), 0)
    assert (known(replica), replica.take_said(), replica.is_replaced) == ([], [], False)
    replica.receive(PresenceBeat("me", 6, 0), 0)
    assert replica.is_replaced


def test_one_answer_does_for_all_who_ask_in_the_same_moment() -> None:
    replica = make_replica()
    for n in range(9):
        replica.receive(PresenceAsked(f"node {n}", 1, "me"), 0.01 * n)
        replica.answer(0.01 * n)
    replica.answer(0.1)
    replica.answer(0.2)
    assert [type(word) for word in replica.take_said()] == [PresenceSnapshot]
    replica.receive(PresenceAsked("node 1", 1, "somebody else"), 1)
    assert replica.answer_at is None


def test_a_snapshot_with_a_part_missing_is_asked_for_again() -> None:
    replica = make_replica()
    replica.receive(PresenceSnapshot("a", 1, 3, 0, 2, [entry(1)]), 0)
    assert replica.shares.list("t") == {}
    replica.receive(PresenceSnapshot("a", 1, 4, 1, 2, [entry(2)]), 0)
    assert known(replica) == [("a", 1, False)]
    replica.receive(PresenceBeat("a", 1, 4), 1)
    assert replica.take_said() == [PresenceAsked("me", 5, "a")]
    replica.receive(PresenceSnapshot("a", 1, 4, 0, 2, [entry(1)]), 1)
    assert known(replica) == [("a", 1, True)]
    assert len(replica.shares.list("t")["key"]) == 2


def test_an_old_snapshot_takes_nothing_back() -> None:
    replica = make_replica()
    replica.receive(PresenceSnapshot("a", 1, 3, 0, 1, [entry(1)]), 0)
    replica.receive(PresenceChanged("a", 1, 4, [entry(2)], [1]), 0)
    replica.receive(PresenceSnapshot("a", 1, 3, 0, 1, [entry(1)]), 0)
    replica.receive(PresenceChanged("a", 1, 4, [entry(2)], [1]), 0)
    assert [len(diff.joins) + len(diff.leaves) for diff in replica.take_told()] == [1, 2]


def test_what_does_not_fit_changes_nothing() -> None:
    replica = make_replica()
    bad = PresenceEntry(2, "t", "key", msgspec.Raw(b"\x80"))
    with pytest.raises(msgspec.ValidationError):
        replica.receive(PresenceSnapshot("a", 1, 3, 0, 1, [entry(1), bad]), 0)
    assert (known(replica), replica.take_told()) == ([], [])


def test_strangers_are_as_many_as_are_bounded() -> None:
    replica = make_replica()
    for n in range(MAX_NODES + 10):
        replica.receive(PresenceBeat(f"stranger {n}", 1, 0), 0)
    assert len(replica.nodes) == MAX_NODES
    for n in range(20):
        replica.tick(n * TICK, connected=True)
    assert replica.nodes == {}


def test_a_list_has_one_order_everywhere() -> None:
    one, two = make_replica(), make_replica()
    words: list[PresenceWord] = [
        PresenceSnapshot(slot, 1, 1, 0, 1, [entry(n, n) for n in range(4)]) for slot in "abc"
    ]
    for word in words:
        one.receive(word, 0)
    for word in reversed(words):
        two.receive(word, 0)
    assert one.shares.list("t") == two.shares.list("t")
    assert len(one.shares.list("t")["key"]) == 12


def test_no_message_holds_more_than_some_hundred() -> None:
    replica = make_replica()
    for n in range(2 * AT_ONCE + 1):
        replica.track("t", "key", Visitor(0, 0, n))
    replica.flush()
    changes = [word for word in replica.take_said() if isinstance(word, PresenceChanged)]
    assert [(word.version, len(word.joins)) for word in changes] == [(1, AT_ONCE), (2, AT_ONCE), (3, 1)]


# -- any history ---------------------------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            "join join join leave update cut_in cut_out mend kill return replace restart stall wait".split()
        ).map(lambda what: what.replace("_", " ")),
        st.integers(0, NODES - 1),
        st.sampled_from([0.0, 0.1, 0.7, 2.0, 5.0]),
    ),
    max_size=25,
)


@settings(max_examples=60)
@given(STEPS)
def test_whatever_befalls_them_what_is_told_is_what_is_listed_and_in_the_end_all_agree(
    steps: Sequence[Step],
) -> None:
    assert history_faults(steps) == []


@pytest.mark.soak
@given(STEPS)
def test_the_same_for_long(steps: Sequence[Step]) -> None:
    assert history_faults(steps) == []


class AsksOnce(Replica):
    def _compare(self, node: PresenceShare, version: int, now: float) -> None:
        if node.asked_at is None:
            super()._compare(node, version, now)


class AsksNobodyNew(Replica):
    def _ask(self, node: PresenceShare, now: float) -> None:
        if node.known:
            super()._ask(node, now)


class JudgesAfterABreak(Replica):
    def missed(self, now: float) -> None:
        """Nothing is missed."""

    def tick(self, now: float, *, connected: bool) -> None:
        super().tick(now, connected=True)


class JudgesAfterAStall(Replica):
    def tick(self, now: float, *, connected: bool) -> None:
        self._ticked_at = now
        super().tick(now, connected=connected)


class LastHeardWins(Replica):
    def _node(self, word: PresenceWord, now: float) -> PresenceShare | None:
        known = self.nodes.get(word.slot)
        if known is not None and word.start < known.start:
            self._end(known)
        return super()._node(word, now)


class NeverGivesWay(Replica):
    def receive(self, word: PresenceWord, now: float) -> None:
        if word.slot != self.own.slot:
            super().receive(word, now)


class BeatsWithoutCount(Replica):
    def _compare(self, node: PresenceShare, version: int, now: float) -> None:
        super()._compare(node, node.version, now)


class KeepsTheLower(Replica):
    def _end(self, node: PresenceShare) -> None:
        if self.nodes.pop(node.slot).known and not node.heard_at:
            super()._end(node)


class NeverJudges(Replica):
    def tick(self, now: float, *, connected: bool) -> None:
        super().tick(now, connected=False)
        super().tick(now, connected=connected)


MUTANTS: list[tuple[type[Replica], list[Step]]] = [
    (
        AsksOnce,
        [
            ("join", 0, 1),
            ("cut out", 0, 0.1),
            ("join", 0, 0.3),
            ("mend", 0, 0),
            ("cut in", 0, 1.6),
            ("mend", 0, 5),
        ],
    ),
    (AsksNobodyNew, [("join", 0, 2), ("return", 1, 0), ("cut out", 1, 0.1), ("mend", 1, 5)]),
    (NeverGivesWay, [("join", 0, 2), ("stall", 0, 1), ("replace", 0, 0), ("join", 0, 5)]),
    (BeatsWithoutCount, [("join", 0, 2), ("cut out", 0, 0.1), ("join", 0, 0.2), ("mend", 0, 2)]),
    (KeepsTheLower, [("join", 0, 2), ("return", 0, 2)]),
    (NeverJudges, [("join", 0, 2), ("kill", 0, 5)]),
]


@pytest.mark.parametrize(("mutant", "steps"), MUTANTS, ids=lambda it: getattr(it, "__name__", ""))
def test_control_a_mutant_that_breaks_a_rule_is_found(mutant: type[Replica], steps: Sequence[Step]) -> None:
    assert history_faults(steps) == []
    assert history_faults(steps, mutant) != []


def test_control_if_the_last_that_was_heard_won_late_words_would_drop_a_successor() -> None:
    assert not lists_the_successor_all_the_while(LastHeardWins)


@pytest.mark.parametrize("mutant", [JudgesAfterABreak, JudgesAfterAStall])
def test_control_who_judges_at_once_tells_a_tale(mutant: type[Replica]) -> None:
    world = World(NODES, mutant)
    for program in world.programs:
        program.join()
    world.run(3)
    before = [program.told for program in world.programs]
    if mutant is JudgesAfterABreak:
        world.restart_broker(4)
    else:
        world.stall(0, 5)
    world.run(10)
    assert [program.told for program in world.programs] != before
    assert world.programs[0].told != before[0]
