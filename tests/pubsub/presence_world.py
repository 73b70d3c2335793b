"""Nodes with presences in a world without time of its own: broken links, stalls, deaths, clocks that disagree."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Sequence

import msgspec

from actorlive.pubsub import Message
from actorlive.pubsub.presence.replica import TICK, Replica
from actorlive.pubsub.presence.words import PresenceWord

__all__ = ["Program", "Step", "Visitor", "World", "history_faults"]

STEP = 0.05
"""Seconds of the world in one step."""

NOTICES_AFTER = 2.0
"""Seconds after which a node knows that its link is cut on one half."""


class Visitor(Message, name="presence_world.visitor"):
    """Who is there: which start of which slot they are at, and what it has called them."""

    slot: int
    start: int
    n: int


Shown = Counter[tuple[str, str, Visitor]]


class Program:
    """One start of a program, with its own clock and its own link."""

    def __init__(self, world: World, slot: int, start: int, replica: type[Replica]) -> None:
        spread = random.Random(f"{slot}/{start}")
        self.world = world
        self.slot = slot
        self.start = start
        self.offset = spread.uniform(0, 20_000)
        self.rate = spread.uniform(0.99, 1.01)
        self.replica = replica(f"slot {slot}", start, read_visitor, self.now, spread.uniform)
        self.visitors: dict[int, tuple[str, str, Visitor]] = {}
        self.shown: Shown = Counter()
        self.told = 0
        self.inbox: deque[PresenceWord] = deque()
        self.stalled_until = 0.0
        self.sends = self.hears = True
        self.cut_at: float | None = None
        self.away_until = 0.0
        self.tick_at = self.now

    @property
    def now(self) -> float:
        """What its own clock says."""
        return self.offset + self.world.now * self.rate

    # -- its link --------------------------------------------------------------

    @property
    def is_linked(self) -> bool:
        """True while it believes so."""
        if not self.world.broker_is_up or self.world.now < self.away_until:
            return False
        return self.cut_at is None or self.world.now - self.cut_at < NOTICES_AFTER

    def cut(self, half: str) -> None:
        """Its link breaks on one half, which it does not see."""
        self.cut_at = self.world.now
        self.sends, self.hears = half != "out", half != "in"

    def mend(self, after: float = 0.0) -> None:
        """It has a new link, and knows that it may have missed something."""
        self.sends = self.hears = True
        self.cut_at, self.away_until = None, self.world.now + after
        self.replica.missed(self.now + after)

    # -- what it does ----------------------------------------------------------

    def step(self) -> None:
        """One step of the world, if it does not stand still."""
        if self.world.now < self.stalled_until:
            return
        if self.now >= self.tick_at:
            self.tick_at = self.now + TICK
            self.replica.tick(self.now, connected=self.is_linked)
        while self.inbox:
            self.replica.receive(self.inbox.popleft(), self.now)
        if self.replica.is_replaced:
            self.replica.move(f"a place of its own {self.slot}/{self.start}", self.start, self.now)
        self.replica.answer(self.now)
        self.replica.flush()
        self.show()
        for word in self.replica.take_said():
            if self.is_linked:
                self.world.carry(self, word)

    def show(self) -> None:
        """Tell its pages; what they were told has to be what is listed."""
        for diff in self.replica.take_told():
            self.told += 1
            for key, metas in diff.leaves.items():
                self.count(diff.topic, key, metas, -1)
            for key, metas in diff.joins.items():
                self.count(diff.topic, key, metas, 1)
        listed = self.listed()
        if +self.shown != listed or any(count != 1 for count in listed.values()):
            self.world.faults.append(f"{self.slot}/{self.start} was told {+self.shown} and lists {listed}")

    def count(self, topic: str, key: str, metas: Sequence[Message], by: int) -> None:
        for meta in metas:
            assert isinstance(meta, Visitor)
            self.shown[topic, key, meta] += by
            if self.shown[topic, key, meta] not in {0, 1}:
                self.world.faults.append(f"{meta} came or went twice")

    def listed(self) -> Shown:
        """Who it lists, of all topics."""
        return Counter(
            (topic, key, meta)
            for topic in self.replica.shares.topics()
            for key, metas in self.replica.shares.list(topic).items()
            for meta in metas
            if isinstance(meta, Visitor)
        )

    # -- its visitors ----------------------------------------------------------

    def join(self, topic: str = "t") -> None:
        self.world.visits += 1
        visitor = Visitor(self.slot, self.start, self.world.visits)
        key = f"key {self.world.visits % 3}"
        self.visitors[self.replica.track(topic, key, visitor)] = (topic, key, visitor)

    def leave(self) -> None:
        if self.visitors:
            ref = next(iter(self.visitors))
            del self.visitors[ref]
            self.replica.untrack(ref)

    def update(self) -> None:
        if self.visitors:
            ref, (topic, key, _) = self.visitors.popitem()
            self.world.visits += 1
            visitor = Visitor(self.slot, self.start, self.world.visits)
            self.visitors[self.replica.update(ref, visitor)] = (topic, key, visitor)


def read_visitor(raw: msgspec.Raw) -> Message:
    return msgspec.msgpack.decode(raw, type=Visitor)


class World:
    """All of them, with a broker between."""

    def __init__(self, slots: int, replica: type[Replica] = Replica) -> None:
        self.now = 0.0
        self.replica = replica
        self.broker_is_up = True
        self.starts = 0
        self.visits = 0
        self.faults: list[str] = []
        self.programs: list[Program] = []
        self.by_slot = [self.begin(slot) for slot in range(slots)]

    def begin(self, slot: int) -> Program:
        """A program starts at a slot; its start is higher than all before it."""
        self.starts += 1
        program = Program(self, slot, self.starts, self.replica)
        self.programs.append(program)
        return program

    def carry(self, sender: Program, word: PresenceWord) -> None:
        if self.broker_is_up and sender.sends:
            for program in self.programs:
                if program is not sender and program.hears and program.away_until <= self.now:
                    program.inbox.append(word)

    def run(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(round(seconds / STEP)):
            self.now += STEP
            for program in list(self.programs):
                program.step()

    # -- what befalls it -------------------------------------------------------

    def kill(self, slot: int) -> None:
        """The program at the slot is gone at once."""
        if self.by_slot[slot] in self.programs:
            self.programs.remove(self.by_slot[slot])

    def replace(self, slot: int) -> None:
        """Another takes the slot, whether or not the one before it is gone."""
        self.by_slot[slot] = self.begin(slot)

    def restart_broker(self, seconds: float) -> None:
        """It is away; each comes back when it happens to look."""
        self.broker_is_up = False
        self.run(seconds)
        self.broker_is_up = True
        for program in self.programs:
            program.mend(after=random.Random(program.start).uniform(0, 1))

    def stall(self, slot: int, seconds: float) -> None:
        self.by_slot[slot].stalled_until = self.now + seconds

    def calm_down(self) -> None:
        """Everything is as it should be, for long enough."""
        self.run(max(0.0, max(program.stalled_until for program in self.programs) - self.now))
        for program in self.programs:
            if program.cut_at is not None:
                program.mend()
        self.run(10)

    @property
    def truth(self) -> Shown:
        """Who is there."""
        return Counter(visitor for program in self.programs for visitor in program.visitors.values())

    def check_agreement(self) -> None:
        """Who does not list the truth."""
        for program in self.programs:
            if program.listed() != self.truth:
                self.faults.append(
                    f"{program.slot}/{program.start} lists {program.listed()}, and there are {self.truth}"
                )


Step = tuple[str, int, float]
"""What befalls whom, and the seconds until the next."""


def take(world: World, what: str, slot: int, seconds: float) -> None:
    program = world.by_slot[slot]
    match what:
        case "join" | "leave" | "update" if program in world.programs:
            getattr(program, what)()
        case "cut in" | "cut out" if program in world.programs:
            program.cut(what.removeprefix("cut "))
        case "mend" if program in world.programs:
            program.mend()
        case "kill":
            world.kill(slot)
        case "return":
            world.kill(slot)
            world.replace(slot)
        case "replace":
            world.replace(slot)
        case "restart":
            world.restart_broker(seconds)
        case "stall":
            world.stall(slot, seconds * 3)
        case _:
            pass


def history_faults(steps: Sequence[Step], replica: type[Replica] = Replica, slots: int = 3) -> list[str]:
    """What does not hold in a history: at each moment, and when all is calm behind it."""
    world = World(slots, replica)
    for what, slot, seconds in steps:
        take(world, what, slot, seconds)
        world.run(seconds)
    if not world.programs:
        world.replace(0)
    world.calm_down()
    world.check_agreement()
    return world.faults
