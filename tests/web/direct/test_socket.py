"""A direct socket as a state machine: whatever comes in whichever order, nothing is lost, doubled or said too late."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
import trio
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from actorlive.web.direct.socket import GATHERED, TURN, DirectSocket, State
from actorlive.web.limits import Limits
from tests.web.direct.peers import CLOSE, PING, PONG, TEXT, World, frame, frames_of

DEFAULT = Limits()
PATIENCE, STALL, UNSENT = DEFAULT.close_timeout, DEFAULT.stall_timeout, int(DEFAULT.max_unsent)

Step = tuple[str, Any]

STEPS: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("arrives"), st.sampled_from([1, 2, 3, 100])),
    st.tuples(st.just("half"), st.integers(1, 20)),
    st.tuples(st.just("readable"), st.none()),
    st.tuples(st.just("writable"), st.integers(0, 60)),
    st.tuples(st.just("room"), st.integers(1, 60)),
    st.tuples(st.just("turn"), st.none()),
    st.tuples(st.just("send"), st.sampled_from([0, 1, 50, 200])),
    st.tuples(st.just("send in a crowd"), st.sampled_from([1, 200])),
    st.tuples(st.just("choke"), st.none()),
    st.tuples(st.just("fill"), st.none()),
    st.tuples(st.just("catch up"), st.none()),
    st.tuples(st.just("tick"), st.sampled_from([0.5, 3.0])),
)
ENDS: st.SearchStrategy[Step] = st.sampled_from(
    [
        ("nothing", None),
        ("eof", None),
        ("reset", None),
        ("close", 1012),
        ("close frame", None),
        ("nonsense", None),
    ]
)
LIVES = st.tuples(st.lists(STEPS, max_size=20), ENDS, st.lists(STEPS, max_size=10))


class Life:
    """What one socket went through, and what must be true of it afterwards."""

    def __init__(self, kind: type[DirectSocket]) -> None:
        self.world = World(kind, max_queue=600)
        self.texts: list[str] = []
        self.stream = b""
        self.sent: list[bytes] = []
        self.before_the_end: int | None = None

    def do(self, step: str, value: Any) -> None:
        """Take one step, and look."""
        getattr(self, "do_" + step.replace(" ", "_"))(value)
        self.check_always()

    def do_arrives(self, count: int) -> None:
        for _ in range(count):
            self.texts.append(f"message {len(self.texts)}")
            self.stream += frame(self.texts[-1].encode())
        self._deliver(len(self.stream))

    def do_half(self, size: int) -> None:
        """The next message comes in pieces; the rest of it comes with what comes next."""
        self.texts.append(f"message {len(self.texts)}")
        self.stream += frame(self.texts[-1].encode())
        self._deliver(min(size, len(self.stream)))

    def _deliver(self, size: int) -> None:
        if not self.world.tcp.eof:
            self.world.tcp.arrived += self.stream[:size]
            self.stream = self.stream[size:]

    def do_readable(self, _: None) -> None:
        self.world.readable()

    def do_writable(self, room: int) -> None:
        self.world.writable(room)

    def do_room(self, room: int) -> None:
        """There is room again, and nobody has said so yet."""
        self.world.tcp.room += room

    def do_turn(self, _: None) -> None:
        self.world.turn()

    def do_send(self, size: int) -> None:
        text = f"{len(self.sent)} ".encode() + b"x" * size
        if self.world.direct.state is State.OPEN:
            self.sent.append(text)
        self.world.direct.send(text)

    def do_send_in_a_crowd(self, size: int) -> None:
        """While the driver has many sockets, what is sent is gathered until its turn."""
        self.world.driver.is_crowded = True
        self.do_send(size)
        self.world.driver.is_crowded = False

    def do_choke(self, _: None) -> None:
        self.world.tcp.room = 0

    def do_fill(self, _: None) -> None:
        self.world.behind.fill()

    def do_catch_up(self, _: None) -> None:
        self.world.behind.catch_up()

    def do_tick(self, seconds: float) -> None:
        self.world.direct.tick(trio.current_time() + seconds)

    def do_nothing(self, _: None) -> None:
        pass

    def do_eof(self, _: None) -> None:
        self._deliver(len(self.stream))
        self.before_the_end = len(self.texts)
        self.world.tcp.eof = True

    def do_reset(self, _: None) -> None:
        self.world.tcp.reset = True

    def do_close(self, code: int) -> None:
        self.world.direct.close(code)

    def do_close_frame(self, _: None) -> None:
        self.stream += frame(b"\x03\xe8", CLOSE)
        self._deliver(len(self.stream))
        self.before_the_end = len(self.texts)

    def do_nonsense(self, _: None) -> None:
        self.stream += b"\xff\xff"
        self._deliver(len(self.stream))
        self.before_the_end = len(self.texts)

    def check_always(self) -> None:
        world = self.world
        frames, rest = frames_of(bytes(world.tcp.sent))
        kinds = [kind for kind, _ in frames]
        assert CLOSE not in kinds[:-1], "something was said behind the goodbye"
        if kinds[-1:] == [CLOSE]:
            assert not rest
        texts = [payload for kind, payload in frames if kind == TEXT]
        assert texts == self.sent[: len(texts)], "out of order, or with a gap"
        assert world.behind.handled == self.texts[: len(world.behind.handled)]
        over = world.direct.state in {State.LINGERING, State.GONE}
        assert world.behind.closed == over
        assert (len(world.sockets) == 0) is over
        assert world.tcp.closed is (world.direct.state is State.GONE)
        if world.tcp.shut:
            assert not rest, "half a frame, and then the end"

    def finish(self) -> None:
        """The network recovers, the views catch up, and the peer goes: then everything has ended as it should."""
        world = self.world
        closed_by_us = world.direct.state is not State.OPEN
        for _ in range(3):
            world.behind.catch_up()
            world.tcp.room = 1 << 30
            world.settle()
            self.check_always()
        if self.before_the_end is not None and not closed_by_us and not world.tcp.reset:
            assert world.behind.handled == self.texts[: self.before_the_end], "lost before the end"
        if world.direct.state is State.OPEN and not world.tcp.reset:
            texts = [payload for kind, payload in world.sent if kind == TEXT]
            assert texts == self.sent, "something was said and never sent"
        world.tcp.eof = True
        world.settle()
        self.check_always()
        assert world.direct.state is State.GONE
        assert world.driver.forgotten == 1


def live(life: tuple[list[Step], Step, list[Step]], kind: type[DirectSocket]) -> None:
    """Inside of a run of Trio, whose clock the socket reads."""
    before, end, after = life
    one = Life(kind)
    for step in (*before, end, *after):
        one.do(*step)
    one.finish()


async def test_nothing_is_lost_doubled_torn_or_said_behind_the_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "actorlive.web")

    @settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
    @given(LIVES)
    def lives(life: tuple[list[Step], Step, list[Step]]) -> None:
        live(life, DirectSocket)

    lives()


class ReadsOnWhileItIsBehind(DirectSocket):
    """So it sees the end of the stream before it has come to what arrived before."""

    __slots__ = ()

    def readable(self) -> None:
        self._behind = False
        super().readable()


class TearsFrames(DirectSocket):
    __slots__ = ()

    def _shut(self) -> None:
        self._unsent.clear()
        super()._shut()

    def go_on(self) -> None:
        if self.state is State.CLOSING:
            self._shut()
        else:
            super().go_on()


class OvertakesTheQueue(DirectSocket):
    __slots__ = ()

    def send(self, frame: bytes) -> None:
        waiting, self._unsent = self._unsent, []
        super().send(frame)
        self._unsent[:0] = waiting


class OvertakesWhatIsGathered(DirectSocket):
    __slots__ = ()

    def _write(self, data: bytes) -> None:
        gathered, self._gathered = self._gathered, b""
        super()._write(data)
        self._gathered = gathered


class SpeaksBehindTheGoodbye(DirectSocket):
    __slots__ = ()

    def send(self, frame: bytes) -> None:
        state, self.state = self.state, State.OPEN if self.state is State.CLOSING else self.state
        super().send(frame)
        self.state = state


class EndsTwice(DirectSocket):
    __slots__ = ()

    def _end_views(self) -> None:
        if self.connection is not None:
            self.connection.close()
        super()._end_views()


@pytest.mark.parametrize(
    "mutant",
    [
        ReadsOnWhileItIsBehind,
        TearsFrames,
        OvertakesTheQueue,
        OvertakesWhatIsGathered,
        SpeaksBehindTheGoodbye,
        EndsTwice,
    ],
)
async def test_a_socket_that_breaks_a_rule_is_found(
    mutant: type[DirectSocket], caplog: pytest.LogCaptureFixture
) -> None:
    """The control."""
    caplog.set_level(logging.CRITICAL, "actorlive.web")

    @settings(max_examples=2_000, phases=[Phase.generate], database=None, report_multiple_bugs=False)
    @given(LIVES)
    def lives(life: tuple[list[Step], Step, list[Step]]) -> None:
        live(life, mutant)

    with pytest.raises(AssertionError):
        lives()


# -- single rules --------------------------------------------------------------


async def test_in_a_crowd_frames_go_out_together_in_the_next_turn() -> None:
    world = World()
    world.driver.is_crowded = True
    for text in (b"one", b"two"):
        world.direct.send(text)
    assert not world.tcp.sent
    assert world.driver.gathering == [world.direct]
    assert not world.direct.wants_write, "the kernel is not asked about what it was not offered"
    world.turn()
    assert world.sent == [(TEXT, b"one"), (TEXT, b"two")]


async def test_in_a_crowd_nothing_overtakes_what_is_gathered() -> None:
    world = World()
    world.driver.is_crowded = True
    world.direct.send(b"gathered")
    world.driver.is_crowded = False
    world.direct.send(b"at once")
    world.tcp.arrived += frame(b"here?", PING)
    world.settle()
    world.driver.is_crowded = True
    world.direct.send(b"last")
    world.direct.close(1012)
    assert world.sent == [
        (TEXT, b"gathered"),
        (TEXT, b"at once"),
        (PONG, b"here?"),
        (TEXT, b"last"),
        (CLOSE, b"\x03\xf4"),
    ]


async def test_in_a_crowd_what_is_large_goes_out_at_once() -> None:
    world = World()
    world.driver.is_crowded = True
    world.direct.send(b"small")
    world.direct.send(b"x" * (GATHERED + 1))
    assert frames_of(bytes(world.tcp.sent))[0] == [(TEXT, b"small"), (TEXT, b"x" * (GATHERED + 1))]


@pytest.mark.parametrize("code", [None, 1001])
async def test_what_is_gathered_goes_out_before_the_end(code: int | None) -> None:
    world = World()
    world.driver.is_crowded = True
    world.direct.send(b"last words")
    world.direct.close(code)
    world.settle()
    assert world.sent[0] == (TEXT, b"last words")
    assert world.tcp.shut


async def test_frames_in_the_packet_of_the_handshake_are_handled() -> None:
    world = World(early=frame(b"one") + frame(b"two"))
    world.settle()
    assert world.behind.handled == ["one", "two"]


async def test_a_peer_with_much_waits_for_its_next_turn_and_is_not_read_meanwhile() -> None:
    world = World()
    world.tcp.arrived += frame(b"") * 100_000
    for _ in range(20):
        world.readable()
        world.turn()
    assert len(world.behind.handled) <= 21 * TURN
    assert len(world.tcp.arrived) >= 500_000
    world.settle()
    assert len(world.behind.handled) > 21 * TURN


async def test_a_ping_is_answered_and_a_pong_is_not() -> None:
    world = World()
    world.tcp.arrived += frame(b"here?", PING) + frame(b"", PONG) + frame(b"text")
    world.settle()
    assert world.sent == [(PONG, b"here?")]
    assert world.behind.handled == ["text"]


@pytest.mark.parametrize(
    ("said", "answer"), [(b"\x03\xe8", b"\x03\xe8"), (b"", b""), (b"\x0f\xa0bye", b"\x0f\xa0")]
)
async def test_a_goodbye_is_returned_then_comes_the_end_of_the_stream(said: bytes, answer: bytes) -> None:
    world = World()
    world.tcp.arrived += frame(said, CLOSE) + frame(b"too late")
    world.settle()
    assert world.sent == [(CLOSE, answer)]
    assert world.tcp.shut
    assert not world.tcp.closed
    assert world.behind.handled == []


@pytest.mark.parametrize("size", [3, 300], ids=["on the short cut", "in the reader"])
async def test_a_message_beyond_the_limit_closes_with_1009(size: int) -> None:
    world = World(max_frame=size - 1)
    world.tcp.arrived += frame(b"x" * size)
    world.settle()
    assert world.sent == [(CLOSE, b"\x03\xf1")]


async def test_who_reads_nothing_is_not_read() -> None:
    world = World()
    world.tcp.room = 0
    while world.direct.wants_read:
        world.direct.send(b"x" * 10_000)
    assert world.direct.wants_write
    world.tcp.arrived += frame(b"later")
    world.settle()
    assert world.behind.handled == []
    world.writable(2 * UNSENT)
    world.settle()
    assert world.behind.handled == ["later"]


async def test_what_a_peer_has_not_begun_to_get_is_dropped_beyond_the_limit() -> None:
    world = World(max_queue=1_000)
    world.tcp.room = 10
    world.direct.send(b"a" * 100)
    for _ in range(10):
        world.direct.send(b"b" * 100)
    world.writable(1 << 20)
    world.settle()
    assert world.sent == [(TEXT, b"a" * 100), (CLOSE, (1013).to_bytes(2, "big"))]


async def test_one_frame_beyond_the_limit_of_all_is_sent_before_the_goodbye() -> None:
    world = World(max_queue=1_000)
    world.tcp.room = 10
    world.direct.send(b"a" * 5_000)
    assert world.direct.state is State.CLOSING
    world.writable(1 << 20)
    world.settle()
    assert world.sent == [(TEXT, b"a" * 5_000), (CLOSE, (1013).to_bytes(2, "big"))]


async def test_behind_full_views_nothing_is_read_until_they_have_caught_up() -> None:
    world = World()
    world.behind.fill()
    world.tcp.arrived += frame(b"one")
    world.settle()
    world.tcp.arrived += frame(b"two")
    world.settle()
    assert world.behind.handled == ["one"]
    assert not world.direct.wants_read
    world.behind.catch_up()
    world.settle()
    assert world.behind.handled == ["one", "two"]


async def test_a_pause_too_long_costs_the_view_that_is_furthest_behind() -> None:
    world = World(max_pause=20.0)
    world.behind.fill()
    world.tcp.arrived += frame(b"one")
    world.settle()
    now = trio.current_time()
    world.direct.tick(now + 19)
    assert not world.behind.given_up
    world.direct.tick(now + 21)
    world.direct.tick(now + 22)
    assert world.behind.given_up == 1


Ends = Callable[[World], None]


def silence(world: World) -> None:
    pass


def half_a_frame(world: World) -> None:
    world.tcp.arrived += frame(b"message")[:-1]


@pytest.mark.parametrize(("last", "patience"), [(silence, 60.0), (half_a_frame, STALL)])
async def test_a_peer_may_be_silent_so_long_and_within_a_frame_not_even_that(
    last: Ends, patience: float
) -> None:
    world = World()
    last(world)
    world.settle()
    now = trio.current_time()
    for second in range(1, int(patience)):
        world.direct.tick(now + second)
    assert world.direct.state is State.OPEN
    world.direct.tick(now + patience + 2)
    world.settle()
    assert world.sent == [(CLOSE, (1001).to_bytes(2, "big"))]


@pytest.mark.parametrize("is_in_time", [True, False])
async def test_a_socket_of_age_is_closed_when_what_is_behind_it_has_finished_or_after_a_pause(
    is_in_time: bool,
) -> None:
    world = World(join_timeout=1.0, max_age=100.0, max_pause=10.0, heartbeat_timeout=1_000.0)
    now = trio.current_time()
    for second in (2, 50, 90):
        world.direct.tick(now + second)
        assert not world.behind.finishing
    world.direct.tick(now + 103)
    (then,) = world.behind.finishing
    world.direct.tick(now + 112)
    world.settle()
    assert world.direct.state is State.OPEN
    assert not world.sent
    then() if is_in_time else world.direct.tick(now + 114)
    world.settle()
    assert world.sent == [(CLOSE, (1012).to_bytes(2, "big"))]
    assert len(world.behind.finishing) == 1


async def test_who_is_not_read_is_not_silent() -> None:
    world = World(heartbeat_timeout=10.0, send_timeout=1_000.0)
    world.tcp.room = 0
    world.direct.send(b"x" * (UNSENT + 1))
    for second in range(1, 100):
        world.direct.tick(trio.current_time() + second)
    assert world.direct.state is State.OPEN


async def test_who_takes_nothing_is_dropped(caplog: pytest.LogCaptureFixture) -> None:
    world = World(send_timeout=3.0)
    world.tcp.room = 0
    world.direct.send(b"text")
    world.direct.tick(trio.current_time() + 2)
    assert world.direct.state is State.OPEN
    world.direct.tick(trio.current_time() + 4)
    assert world.direct.state is State.GONE
    assert "dropped a connection that accepted nothing for 3.0 s" in caplog.text


async def test_who_does_not_close_after_us_is_closed() -> None:
    world = World()
    world.direct.close(1001)
    world.settle()
    assert world.direct.state is State.LINGERING
    world.tcp.arrived += b"whatever" * 1_000
    world.settle()
    assert not world.tcp.arrived
    world.direct.tick(trio.current_time() + PATIENCE + 1)
    assert world.tcp.closed


async def test_sending_in_a_views_stack_ends_nothing_there() -> None:
    """A broken connection, an overflow: found by who drives the socket."""
    world = World(max_queue=10)
    world.tcp.room = 0
    world.direct.send(b"x" * 100)
    world.tcp.reset = True
    world.direct.send(b"x")
    assert not world.behind.closed
    world.writable(0)
    world.settle()
    assert world.direct.state is State.GONE
    assert world.behind.closed == 1
    world.direct.send(b"too late")
    world.direct.close(1001)
    world.direct.abort()
    assert world.behind.closed == 1
