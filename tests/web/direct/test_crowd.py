"""A crowd is written to in a row; whoever is alone, at once; and either way in the order of what was sent."""

from __future__ import annotations

import socket
from collections.abc import Generator
from contextlib import closing, contextmanager

import pytest
import trio
import trio.testing
from hypothesis import Phase, given, settings, strategies as st

from actorlive.web.allowance import Allowance
from actorlive.web.direct.crowd import CROWD, MOMENT, Crowding
from actorlive.web.direct.reactor import BATCH, Reactor
from actorlive.web.direct.socket import GATHERED, DirectSocket
from actorlive.web.limits import Limits
from actorlive.web.sockets import Sockets
from tests.web.direct.peers import TEXT, frame, frames_of


class Crowded:
    """Sockets of a reactor that has its turns when the test says so."""

    def __init__(self, count: int, kind: type[DirectSocket] = DirectSocket) -> None:
        self.reactor = Reactor()
        self.sent: list[list[bytes]] = [[] for _ in range(count)]
        self._heard: list[list[bytes]] = [[] for _ in range(count)]
        self._peers: list[socket.socket] = []
        self._directs: list[DirectSocket] = []
        limits, sockets = Limits(), Sockets()
        for _ in range(count):
            ours, theirs = socket.socketpair()
            theirs.setblocking(False)
            direct = kind(self.reactor, sockets, limits, None, Allowance(limits, "peer"))
            direct.open(ours, b"")
            self._peers.append(theirs)
            self._directs.append(direct)

    def close(self) -> None:
        for direct, peer in zip(self._directs, self._peers, strict=True):
            direct.abort()
            peer.close()

    def click(self, which: int) -> None:
        """A client's frame arrives, and is read in the next turn."""
        self._peers[which].send(frame(b"click"))

    def send(self, which: int, text: bytes = b"") -> None:
        """A view sends a frame."""
        self.sent[which].append(text or b"%d" % len(self.sent[which]))
        self._directs[which].send(self.sent[which][-1])

    def turn(self) -> None:
        self.reactor._turn()  # pyright: ignore[reportPrivateUsage]

    def heard(self, which: int) -> list[bytes]:
        """The frames that the client has got until now."""
        data = b""
        while True:
            try:
                data += self._peers[which].recv(1 << 16)
            except BlockingIOError:
                break
        found, rest = frames_of(data)
        assert not rest
        assert all(opcode == TEXT for opcode, _ in found)
        self._heard[which] += [text for _, text in found]
        return self._heard[which]

    def waits(self, which: int) -> int:
        """How many of the frames that were sent are not written yet."""
        return len(self.sent[which]) - len(self.heard(which))


@contextmanager
def crowded(count: int, kind: type[DirectSocket] = DirectSocket) -> Generator[Crowded]:
    with closing(Crowded(count, kind)) as world:
        yield world


# -- who is one of a crowd -----------------------------------------------------


async def test_what_is_broadcast_is_written_in_a_row_from_the_ninth_socket_on() -> None:
    with crowded(3 * CROWD) as world:
        for which in range(3 * CROWD):
            world.send(which)
        assert [world.waits(which) for which in range(3 * CROWD)] == [0] * CROWD + [1] * (2 * CROWD)
        world.turn()
        assert not any(world.waits(which) for which in range(3 * CROWD))


async def test_a_second_frame_goes_with_the_first_of_its_socket() -> None:
    with crowded(2 * CROWD) as world:
        for which in (*range(2 * CROWD), *range(2 * CROWD)):
            world.send(which)
        assert world.waits(0) == 1, "it is one of a crowd by now"
        assert world.waits(2 * CROWD - 1) == 2
        world.turn()
        assert world.heard(2 * CROWD - 1) == [b"0", b"1"]


async def test_who_is_alone_is_written_to_at_once_however_much_it_is_sent() -> None:
    with crowded(1) as world:
        for _ in range(10 * CROWD):
            world.send(0)
            assert world.waits(0) == 0


async def test_sockets_that_are_written_to_one_now_one_then_are_not_a_crowd() -> None:
    """Nobody clicks, so there is no turn between them: a page that shows the time."""
    with crowded(5 * CROWD) as world:
        for which in range(5 * CROWD):
            await trio.sleep(MOMENT)
            world.send(which)
            assert world.waits(which) == 0


async def test_a_crowd_is_over_with_the_turn() -> None:
    with crowded(2 * CROWD) as world:
        for which in range(2 * CROWD):
            world.send(which)
        world.turn()
        world.send(0)
        assert world.waits(0) == 0


async def test_those_who_are_read_in_one_turn_are_a_crowd_from_the_first_answer_on() -> None:
    with crowded(CROWD) as world:
        for which in range(CROWD):
            world.click(which)
        world.turn()
        world.send(0)
        assert world.waits(0) == 1


async def test_a_turn_writes_to_a_batch_and_leaves_the_rest_for_the_next() -> None:
    count = CROWD + BATCH + 3
    with crowded(count) as world:
        for which in range(count):
            world.send(which)
        assert sum(world.waits(which) for which in range(count)) == BATCH + 3
        world.turn()
        assert sum(world.waits(which) for which in range(count)) == 3
        world.turn()
        assert sum(world.waits(which) for which in range(count)) == 0


async def test_more_than_may_be_kept_is_written_at_once() -> None:
    with crowded(2 * CROWD) as world:
        for which in range(2 * CROWD):
            world.send(which, b"x" * 10_000)
        last = 2 * CROWD - 1
        assert world.waits(last) == 1
        world.send(last, b"y" * (GATHERED - 10_000))
        assert world.heard(last) == world.sent[last]


async def test_a_socket_that_has_gone_is_not_kept_as_the_last_that_was_written_to() -> None:
    crowd, one = Crowding(), object()
    assert not crowd.takes(one)
    crowd.forget(one)
    for _ in range(CROWD - 1):
        assert not crowd.takes(object())
    assert crowd.takes(object())


# -- the order, whoever is a crowd ---------------------------------------------

PEERS = CROWD + 2
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.integers(0, PEERS - 1)),
        st.tuples(st.just("broadcast"), st.integers(1, PEERS)),
        st.tuples(st.just("clicks"), st.integers(1, PEERS)),
        st.tuples(st.just("large"), st.integers(0, PEERS - 1)),
        st.tuples(st.just("turn"), st.just(0)),
    ),
    max_size=20,
)


def take(world: Crowded, step: str, value: int) -> None:
    match step:
        case "send":
            world.send(value)
        case "large":
            for _ in range(3):  # the third is more than may be kept
                world.send(value, b"%d " % len(world.sent[value]) + b"x" * (GATHERED // 3))
        case "broadcast":
            for which in range(value):
                world.send(which)
        case "clicks":
            for which in range(value):
                world.click(which)
            world.turn()
        case _:
            world.turn()


def hear_in_order(steps: list[tuple[str, int]], kind: type[DirectSocket] = DirectSocket) -> None:
    """Each client has at any time the beginning of what was sent to it, and all of it after a turn that finds nothing
    to read."""
    with crowded(PEERS, kind) as world:
        for step, value in steps:
            take(world, step, value)
            for which in range(PEERS):
                heard = world.heard(which)
                assert heard == world.sent[which][: len(heard)]
        world.turn()
        assert [world.heard(which) for which in range(PEERS)] == world.sent


@settings(max_examples=100)
@given(STEPS)
async def test_whatever_is_a_crowd_each_client_hears_all_in_order(steps: list[tuple[str, int]]) -> None:
    hear_in_order(steps)


class Overtakes(DirectSocket):
    """What is written at once goes before what is gathered."""

    __slots__ = ()

    def _write(self, data: bytes) -> None:
        gathered, self._gathered = (self._gathered, b"") if data else (b"", self._gathered)
        super()._write(data)
        self._gathered = gathered


class Forgets(DirectSocket):
    """A second frame takes the place of the first that was gathered."""

    __slots__ = ()

    def _gather(self, data: bytes) -> None:
        self._gathered = b""
        super()._gather(data)


@pytest.mark.parametrize("mutant", [Overtakes, Forgets])
async def test_a_socket_that_gathers_out_of_order_is_found(mutant: type[DirectSocket]) -> None:
    """The control."""

    @settings(max_examples=300, phases=[Phase.generate], database=None, report_multiple_bugs=False)
    @given(STEPS)
    def lives(steps: list[tuple[str, int]]) -> None:
        hear_in_order(steps, mutant)

    with pytest.raises(AssertionError):
        lives()


async def test_a_crowd_that_sleeps_is_rung_for() -> None:
    """A broadcast comes from a timer, say, while the reactor waits for the kernel."""
    with crowded(2 * CROWD) as world:
        with trio.fail_after(30):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(world.reactor.run)
                await trio.testing.wait_all_tasks_blocked()
                for which in range(2 * CROWD):
                    world.send(which)
                while any(world.waits(which) for which in range(2 * CROWD)):
                    await trio.lowlevel.checkpoint()
                nursery.cancel_scope.cancel()
