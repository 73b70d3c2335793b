"""Presence on three programs and a real Redis, in which something else dies in each round.

python -m tests.pubsub.soak            # 50 rounds, about a quarter of an hour
python -m tests.pubsub.soak 200 7      # so many, drawn by that number

After each round all three list all three. Besides: who is killed is gone at the others within `GONE` seconds, while
there is a broker; nobody is ever listed twice, also not who returns before anybody has noticed; and nobody is told of a
broker that is away for a moment, or of a program that stands still for one. Fails with the round, and with what each
program has listed last.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from itertools import islice

import trio

from tests.pubsub.test_three_nodes import NAMES, NodeProcess, programs
from tests.support.redis import RedisServer, redis_server

ROUNDS = 50
GONE = 5.0
PATIENCE = 120.0
"""Seconds for what takes as long as it takes on a machine that is busy: a program starts, a broker comes back."""
QUIET = 6.0
"""Seconds in which whoever were to be told as gone would be: the patience of the nodes, a beat, and some."""
SHORT, LONG = 1.0, 8.0
"""Seconds that are a moment, and that are none: a node is taken for dead after 3.5."""


class Wrong(Exception):
    """What a round has found."""


class Cluster:
    """The three programs and their broker. `took` are the seconds until killed ones were gone at the others."""

    def __init__(
        self, redis: RedisServer, begin: Callable[[str, str], Awaitable[NodeProcess]], draw: random.Random
    ) -> None:
        self.redis = redis
        self.nodes: dict[str, NodeProcess] = {}
        self.took: list[float] = []
        self._begin = begin
        self._draw = draw
        self._seen: dict[NodeProcess, int] = {}

    # -- the rounds ------------------------------------------------------------

    async def killed_and_returned(self) -> None:
        """kill -9; it comes back when the others know."""
        name = self._anybody()
        self.nodes[name].process.kill()
        await self._is_gone(name, GONE)
        await self.start(name)

    async def replaced(self) -> None:
        """kill -9; the next is there before anybody has noticed."""
        name, told = self._anybody(), self._told()
        self.nodes[name].process.kill()
        await self.start(name)
        await self._hear_of_successor(name, told)

    async def two_killed(self) -> None:
        """Two at once; the third is alone, then they return."""
        left = self._anybody()
        gone = [name for name in NAMES if name != left]
        for name in gone:
            self.nodes[name].process.kill()
        self.took.append(await self._lists(left, [left], GONE))
        for name in gone:
            await self.start(name)

    async def broker_restarted(self) -> None:
        """The broker is away for a moment: nobody is told anything."""
        before = self._told()
        self.redis.kill()
        await trio.sleep(self._draw.uniform(0.05, SHORT))
        self.redis.start()
        await trio.sleep(QUIET)
        self._nothing_was_told(before, "of a broker that was away for a moment")

    async def broker_and_node_killed(self) -> None:
        """One dies while the broker is away: the others learn of it when that is back."""
        name = self._anybody()
        self.redis.kill()
        self.nodes[name].process.kill()
        await trio.sleep(self._draw.uniform(0.05, LONG))
        self.redis.start()
        await self._is_gone(name, PATIENCE)
        await self.start(name)

    async def replaced_without_a_broker(self) -> None:
        """One is killed and started again while there is no broker."""
        name, told = self._anybody(), self._told()
        self.redis.kill()
        self.nodes[name].process.kill()
        await self.start(name)
        await trio.sleep(self._draw.uniform(0.05, SHORT))
        self.redis.start()
        await self._hear_of_successor(name, told)

    async def stood_still(self) -> None:
        """SIGSTOP for a moment: nobody is told anything."""
        before = self._told()
        await self._hold(self._anybody(), self._draw.uniform(0.05, SHORT))
        await trio.sleep(QUIET)
        self._nothing_was_told(before, "of a program that stood still for a moment")

    async def stood_still_for_long(self) -> None:
        """SIGSTOP for longer than the others wait: it is gone, and back."""
        name = self._anybody()
        self.nodes[name].process.send_signal(signal.SIGSTOP)
        try:
            await self._is_gone(name, GONE)
        finally:
            self.nodes[name].process.send_signal(signal.SIGCONT)

    # -- what they are made of -------------------------------------------------

    async def start(self, name: str) -> None:
        """Start the program of that name."""
        self.nodes[name] = await self._begin(self.redis.url, name)

    async def is_whole(self) -> None:
        """Wait until all list all; nobody was listed twice meanwhile."""
        for name in NAMES:
            await self._lists(name, NAMES, PATIENCE)
        for name, node in self.nodes.items():
            for listed in node.lists[self._seen.get(node, 0) :]:
                if max(Counter(listed).values(), default=0) > 1:
                    raise Wrong(f"{name} listed {listed}")
            self._seen[node] = len(node.lists)

    def account(self) -> str:
        """What each program has listed last, and with which code it has ended, if it has."""
        return "; ".join(
            f"{name}: {node.lists[-6:]} {node.process.returncode}" for name, node in self.nodes.items()
        )

    def _anybody(self) -> str:
        return self._draw.choice(NAMES)

    async def _is_gone(self, name: str, patience: float) -> None:
        rest = [other for other in NAMES if other != name]
        took = [await self._lists(other, rest, patience) for other in rest]
        if patience == GONE:
            self.took.append(max(took))

    async def _hear_of_successor(self, name: str, told: dict[str, int]) -> None:
        for other in [other for other in NAMES if other != name]:
            try:
                await self.nodes[other].hears_of_successor(told[other], NAMES, PATIENCE)
            except trio.TooSlowError:
                raise Wrong(f"{other} does not hear of another {name} within {PATIENCE:g} s") from None

    async def _lists(self, name: str, names: list[str], patience: float) -> float:
        try:
            return await self.nodes[name].lists_now(names, patience)
        except trio.TooSlowError:
            raise Wrong(f"{name} does not list {names} within {patience:g} s") from None

    async def _hold(self, name: str, seconds: float) -> None:
        self.nodes[name].process.send_signal(signal.SIGSTOP)
        await trio.sleep(seconds)
        self.nodes[name].process.send_signal(signal.SIGCONT)

    def _told(self) -> dict[str, int]:
        return {name: len(node.lists) for name, node in self.nodes.items()}

    def _nothing_was_told(self, before: dict[str, int], what: str) -> None:
        if (after := self._told()) != before:
            raise Wrong(f"they were told {what}: {before} lists before, {after} after")


KINDS: list[Callable[[Cluster], Awaitable[None]]] = [
    Cluster.killed_and_returned,
    Cluster.replaced,
    Cluster.two_killed,
    Cluster.broker_restarted,
    Cluster.broker_and_node_killed,
    Cluster.replaced_without_a_broker,
    Cluster.stood_still,
    Cluster.stood_still_for_long,
]


def drawn(draw: random.Random) -> Iterator[Callable[[Cluster], Awaitable[None]]]:
    """Each kind as often as any other, in no order."""
    while True:
        yield from draw.sample(KINDS, len(KINDS))


async def soak(rounds: int, seed: int) -> str | None:
    """So many rounds; what went wrong."""
    draw = random.Random(seed)
    with redis_server() as redis, tempfile.TemporaryDirectory() as folder:
        os.environ["TMPDIR"] = folder  # whose slots nobody else takes
        await redis.command("PING")
        async with programs() as begin:
            cluster = Cluster(redis, begin, draw)
            for name in NAMES:
                await cluster.start(name)
            await cluster.is_whole()
            for number, kind in enumerate(islice(drawn(draw), rounds), 1):
                try:
                    await kind(cluster)
                    await cluster.is_whole()
                except Wrong as wrong:
                    return f"round {number}, {kind.__name__} ({seed=}): {wrong}\n{cluster.account()}"
                print(f"{number:4} {kind.__name__}", flush=True)  # noqa: T201 - for who waits
    print(f"who was killed was gone after {max(cluster.took):.1f} s at most, of {len(cluster.took)}")  # noqa: T201
    return None


def main() -> None:
    given = [int(number) for number in sys.argv[1:3]]
    rounds, seed = given + [ROUNDS, 0][len(given) :]
    sys.exit(trio.run(soak, rounds, seed))


if __name__ == "__main__":
    main()
