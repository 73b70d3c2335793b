"""A line over a network that is cut after any byte: each end sees the other's frames as one unbroken sequence.

The network is a `Tcp` per websocket, with two streams of bytes. A cut loses what is under way, wholly or in part; the
server may learn of it late or never, and what its kernel has may still be read then. A reader has frames *in hand* for
a while, before they are in a mailbox, as one has that awaits in between.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings, strategies as st

from actorlive.errors import ProtocolError
from actorlive.wire.line import (
    CONFIRM_BYTES,
    CONFIRM_FRAMES,
    CannotResume,
    Drained,
    Gone,
    Goodbye,
    Handle,
    LineControl,
    LineCount,
    LineEnd,
    LineFrame,
    LinePing,
    New,
    PageEnd,
    PageState,
    Resume,
    is_control,
    parse_control,
)

HANDLE = "w1." + "h" * 22

Step = tuple[str, int]
FEW, SOME, ALL = st.integers(1, 4), st.integers(1, 60), st.just(1000)
SIZES: dict[str, st.SearchStrategy[int]] = {
    "page sends": st.integers(1, 20),
    "host sends": st.integers(1, 20),
    "up": SOME | ALL,
    "hand over": FEW,
    "down": SOME | ALL,
    "cut": SOME | ALL,
    "late": SOME | ALL,
    "connect": FEW,
    "mend": FEW,
    "host notices": FEW,
}


def steps_of(kinds: list[str]) -> st.SearchStrategy[list[Step]]:
    """Some steps of these kinds in any order."""
    return st.lists(st.one_of(*(st.tuples(st.just(kind), SIZES[kind]) for kind in kinds)), max_size=40)


# -- the network ---------------------------------------------------------------


def packed(frame: LineFrame) -> bytes:
    text = type(frame) is str
    body = frame.encode() if isinstance(frame, str) else frame
    return bytes([text]) + len(body).to_bytes(4, "big") + body


@dataclass
class Stream:
    """Bytes one way: `under_way` are sent and not read, `read` are a piece of a frame."""

    under_way: bytes = b""
    read: bytes = b""

    def send(self, frames: list[LineFrame]) -> None:
        self.under_way += b"".join(map(packed, frames))

    def arrive(self, size: int) -> list[LineFrame]:
        self.read += self.under_way[:size]
        self.under_way = self.under_way[size:]
        found: list[LineFrame] = []
        while len(self.read) >= 5 and len(self.read) >= (end := 5 + int.from_bytes(self.read[1:5], "big")):
            body = self.read[5:end]
            found.append(body.decode() if self.read[0] else body)
            self.read = self.read[end:]
        return found


@dataclass
class Tcp:
    """One websocket, as the host has it."""

    up: Stream = field(default_factory=Stream)
    down: Stream = field(default_factory=Stream)
    in_hand: list[LineFrame] = field(default_factory=list[LineFrame])
    is_read: bool = True


# -- the server's end, and what a wrong one would do ---------------------------


class Host:
    """The server: one line, the websocket that it is on, and what its views got."""

    def __init__(self) -> None:
        self.end = LineEnd(float("inf"))
        self.socket: Tcp | None = None
        self.mailbox: list[LineFrame] = []

    def send(self, frame: LineFrame) -> None:
        self.end.give(frame)
        if self.socket is not None:
            self.socket.down.send([frame])

    def read(self, tcp: Tcp, size: int) -> None:
        """The reader of a websocket."""
        if tcp.is_read:
            tcp.in_hand += tcp.up.arrive(size)

    def hand_over(self, tcp: Tcp, frames: int) -> None:
        """What the reader has goes to whom it is for."""
        for frame in tcp.in_hand[:frames]:
            if not tcp.is_read:
                return
            del tcp.in_hand[0]
            if isinstance(frame, str) and is_control(frame):
                self.control(tcp, parse_control(frame))
            else:
                self.deliver(tcp, frame)

    def deliver(self, tcp: Tcp, frame: LineFrame) -> None:
        self.mailbox.append(frame)
        if self.end.take(frame):
            tcp.down.send([self.end.count().encode()])

    def control(self, tcp: Tcp, control: LineControl) -> None:
        match control:
            case New():
                self.socket = tcp
                tcp.down.send([Handle(HANDLE, 20.0).encode(), *self.end.rewind(0)])
            case Resume(_, count):
                self.supersede()
                self.socket = tcp
                tcp.down.send([self.end.count().encode(), *self.rewind(count)])
            case LineCount(count):
                self.end.confirm(count)
            case _:
                raise AssertionError(control)

    def supersede(self) -> None:
        if self.socket is not None:
            self.socket.is_read = False

    def rewind(self, count: int) -> list[LineFrame]:
        return self.end.rewind(count)

    def notice(self, tcp: Tcp) -> None:
        """The websocket has ended."""
        tcp.is_read = False
        if self.socket is tcp:
            self.socket = None


class NoRewind(Host):
    """Says its count, and begins with what comes next."""

    def rewind(self, count: int) -> list[LineFrame]:
        self.end.rewind(count)
        return []


class CountsBeforeTheMailbox(Host):
    """Counts a frame when it is read."""

    def read(self, tcp: Tcp, size: int) -> None:
        before = len(tcp.in_hand)
        super().read(tcp, size)
        for frame in tcp.in_hand[before:]:
            if not is_control(frame):
                self.end.take(frame)

    def deliver(self, tcp: Tcp, frame: LineFrame) -> None:
        self.mailbox.append(frame)


class PrunesWhenSent(Host):
    """Keeps only what nobody could be sent."""

    def send(self, frame: LineFrame) -> None:
        super().send(frame)
        if self.socket is not None:
            self.end.confirm(self.end.given)

    def rewind(self, count: int) -> list[LineFrame]:
        try:
            return self.end.rewind(count)
        except CannotResume:
            return self.end.rewind(self.end.given)

    def control(self, tcp: Tcp, control: LineControl) -> None:
        if not isinstance(control, LineCount):
            super().control(tcp, control)


class ReadsOn(Host):
    """Does not stop the reader of the socket before."""

    def supersede(self) -> None:
        pass


# -- a life --------------------------------------------------------------------


class Life:
    """A page and a host, step by step."""

    def __init__(self, kind: type[Host]) -> None:
        self.page = PageEnd()
        self.host = kind()
        self.seen: list[LineFrame] = []
        self.page_sent: list[LineFrame] = []
        self.host_sent: list[LineFrame] = []
        self.tcp: Tcp | None = None
        self.old: list[Tcp] = []

    def live(self, steps: list[Step]) -> None:
        """Take all the steps, mend the line, and let everything arrive."""
        self.mend()
        for step, size in steps:
            self.do(step, size)
        for _ in range(3):  # what arrives may be answered
            self.mend()

    def mend(self, _: int = 0) -> None:
        """All that is under way arrives, over a websocket that works."""
        self.do("connect", 0)
        for step in ("up", "hand over", "down"):
            self.do(step, 1 << 20)

    def do(self, step: str, size: int) -> None:
        getattr(self, step.replace(" ", "_"))(size)
        self.flush()

    def flush(self) -> None:
        outgoing, self.page.outgoing = self.page.outgoing, []
        if self.tcp is not None:
            self.tcp.up.send(outgoing)

    def page_sends(self, size: int) -> None:
        frame = f"[{len(self.page_sent)}]" if size % 2 else f"{len(self.page_sent)}".encode() * size
        self.page_sent.append(frame)
        self.page.send(frame)

    def host_sends(self, size: int) -> None:
        frame = f"[{len(self.host_sent)}{' ' * size}]"
        self.host_sent.append(frame)
        self.host.send(frame)

    def up(self, size: int) -> None:
        if self.tcp is not None:
            self.host.read(self.tcp, size)

    def hand_over(self, frames: int) -> None:
        if self.tcp is not None:
            self.host.hand_over(self.tcp, frames)

    def late(self, size: int) -> None:
        """A socket that broke long ago still has something for its reader, and its reader for the views."""
        if self.old:
            self.host.read(self.old[-1], size)
            self.host.hand_over(self.old[-1], 4)

    def down(self, size: int) -> None:
        if self.tcp is None:
            return
        for frame in self.tcp.down.arrive(size):
            if (mine := self.page.receive(frame)) is not None:
                self.seen.append(mine)
                self.page.handled(mine)

    def cut(self, arrives: int) -> None:
        """The page's websocket ends; so many bytes of what is under way still reach the host's kernel."""
        if self.tcp is None:
            return
        self.tcp.up.under_way = self.tcp.up.under_way[:arrives]
        self.old.append(self.tcp)
        self.tcp = None
        assert self.page.broke()

    def connect(self, _: int) -> None:
        if self.tcp is None:
            self.tcp = Tcp()
            self.page.connected()

    def host_notices(self, _: int) -> None:
        for tcp in self.old:
            self.host.notice(tcp)


def is_broken(kind: type[Host], steps: list[Step]) -> bool:
    """True when a frame is missing, doubled or out of order, or a count is impossible."""
    life = Life(kind)
    try:
        life.live(steps)
    except (ProtocolError, CannotResume):
        return True
    return life.host.mailbox != life.page_sent or life.seen != life.host_sent


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps_of(list(SIZES)))
def test_each_end_sees_the_others_frames_as_one_unbroken_sequence(steps: list[Step]) -> None:
    assert not is_broken(Host, steps)


@pytest.mark.parametrize(
    ("mutant", "kinds"),
    [
        (NoRewind, "host sends, cut, mend"),
        (CountsBeforeTheMailbox, "page sends, up, cut, mend"),
        (PrunesWhenSent, "host sends, cut, mend"),
        (ReadsOn, "page sends, cut, mend, late"),
    ],
)
def test_an_end_that_breaks_a_rule_loses_or_doubles_frames(mutant: type[Host], kinds: str) -> None:
    quick = settings(
        max_examples=3_000, phases=[Phase.generate], deadline=None, database=None, derandomize=True
    )
    broken = find(steps_of(kinds.split(", ")), lambda steps: is_broken(mutant, steps), settings=quick)
    assert not is_broken(Host, broken), "the rule holds where the mutant fails"


def test_after_everything_is_confirmed_nothing_is_kept() -> None:
    life = Life(Host)
    for _ in range(10 * CONFIRM_FRAMES):
        life.do("page sends", 1)
        life.do("host sends", 1)
        life.mend()
    assert life.page.size < 100
    life.page.outgoing.append(life.page.count().encode())
    life.flush()
    life.mend()
    assert life.host.end.size == 0


# -- the server goes down ------------------------------------------------------


class Draining(Host):
    """A host that goes down in order after the first steps."""

    more = 0
    """Frames that it says beside those that it has taken."""

    def drain(self) -> None:
        """Stop reading, then say the last word, if there is anybody to hear it."""
        if self.socket is not None:
            self.socket.is_read = False
            self.socket.down.send([Drained(self.end.taken + self.more).encode()])


class OneTooMany(Draining):
    more = 1


class OneTooFew(Draining):
    more = -1


class ReadsAfterItsLastWord(Draining):
    """Says the count, and reads on."""

    def drain(self) -> None:
        super().drain()
        if self.socket is not None:
            self.socket.is_read = True


class Killed(Draining):
    """Says nothing."""

    def drain(self) -> None:
        if self.socket is not None:
            self.notice(self.socket)


def is_told_wrong(kind: type[Draining], before: list[Step], after: list[Step]) -> bool:
    """True when something is called not handled and was, or the other way round; or uncertain though all was told."""
    life = Life(kind)
    life.mend()
    for step, size in before:
        life.do(step, size)
    assert isinstance(life.host, Draining)
    life.host.drain()
    for step, size in after:
        life.do(step, size)
    try:
        for step in ("up", "hand over", "down"):
            life.do(step, 1 << 20)
    except ProtocolError:
        return True
    life.page.broke()
    left = life.page.leftover()
    handled = life.host.mailbox
    if life.page.state is PageState.DRAINED:
        return bool(left.uncertain) or handled + left.not_handled != life.page_sent
    return any(frame in handled for frame in left.not_handled) or not all(
        frame in handled or frame in left.uncertain or frame in left.not_handled for frame in life.page_sent
    )


BEFORE = steps_of(["page sends", "host sends", "up", "hand over", "down", "cut", "mend", "connect"])
AFTER = steps_of(["page sends", "up", "hand over"])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([Draining, Killed]), BEFORE, AFTER)
def test_what_a_page_calls_not_handled_was_not(
    kind: type[Draining], before: list[Step], after: list[Step]
) -> None:
    assert not is_told_wrong(kind, before, after)


@pytest.mark.parametrize("mutant", [OneTooMany, OneTooFew, ReadsAfterItsLastWord])
def test_a_last_count_that_is_not_true_is_seen(mutant: type[Draining]) -> None:
    before: list[Step] = [("page sends", 1), ("up", 1000), ("hand over", 4), ("page sends", 1)]
    assert is_told_wrong(mutant, before, [])
    assert not is_told_wrong(Draining, before, [])


# -- accounts ------------------------------------------------------------------


def test_a_count_is_due_after_some_frames_or_many_bytes() -> None:
    end = LineEnd(float("inf"))
    assert [end.take("[]") for _ in range(CONFIRM_FRAMES)] == [False] * (CONFIRM_FRAMES - 1) + [True]
    assert end.count() == LineCount(CONFIRM_FRAMES)
    assert not end.take("[]")
    assert end.take(bytes(CONFIRM_BYTES))


def test_what_is_confirmed_is_let_go() -> None:
    end = LineEnd(float("inf"))
    for number in range(5):
        end.give(f"[{number}]")
    end.confirm(3)
    assert end.size == 6
    assert end.rewind(4) == ["[4]"]


@pytest.mark.parametrize("count", [1, 6])
def test_nobody_takes_a_frame_back_or_one_that_was_never_sent(count: int) -> None:
    end = LineEnd(float("inf"))
    for number in range(5):
        end.give(f"[{number}]")
    end.confirm(2)
    with pytest.raises(ProtocolError, match=f"a count of {count}, of 5 frames"):
        end.confirm(count)
    with pytest.raises(CannotResume):
        end.rewind(count)


def test_beyond_the_bound_the_oldest_go_and_only_who_has_them_comes_back() -> None:
    end = LineEnd(9)
    assert [end.give(f"[{number}]") for number in range(5)] == [True] * 3 + [False] * 2
    assert end.size == 9
    with pytest.raises(CannotResume):
        end.rewind(1)
    assert end.rewind(2) == ["[2]", "[3]", "[4]"]


def test_a_frame_beyond_the_bound_by_itself_is_not_kept() -> None:
    end = LineEnd(9)
    assert not end.give("[" + "x" * 20 + "]")
    assert end.size == 0
    assert end.rewind(1) == []


# -- frames of the line --------------------------------------------------------

NAMES = st.from_regex(r"[A-Za-z0-9_.~-]{22,200}", fullmatch=True)
COUNTS = st.integers(0, 10**15 - 1)
CONTROLS: st.SearchStrategy[LineControl] = st.one_of(
    st.builds(New, st.none() | NAMES),
    st.builds(Resume, NAMES, COUNTS),
    st.builds(Handle, NAMES, st.integers(0, 10**9).map(lambda ms: ms / 1000)),
    st.builds(LineCount, COUNTS),
    st.just(Gone()),
    st.builds(Drained, COUNTS),
    st.just(LinePing()),
    st.just(Goodbye()),
)


@given(CONTROLS)
def test_what_is_written_is_read(control: LineControl) -> None:
    text = control.encode()
    assert is_control(text)
    assert parse_control(text) == control


@given(
    st.text(max_size=60).map(lambda text: "#" + text)
    | CONTROLS.flatmap(lambda c: st.text(min_size=1, max_size=3).map(lambda tail: c.encode() + tail))
)
def test_what_is_read_is_what_would_be_written_or_an_error(text: str) -> None:
    try:
        control = parse_control(text)
    except ProtocolError as error:
        fault = error
    else:
        assert control.encode() == text
        return
    assert fault.code == 1002
    assert len(str(fault)) < 500


@pytest.mark.parametrize(
    "text",
    [
        "#",
        "#count",
        "#count -1",
        "#count 01",
        "#count ١",
        "#count 1\n",
        "#count 1 2",
        "#count 1e3",
        "#drained",
        "#drained -1",
        "#drained 1 2",
        "#count 9999999999999999999999",
        "#new ",
        "#new short",
        f"#new {HANDLE} {HANDLE}",
        f"#resume {HANDLE}",
        f"#resume {HANDLE[:-4]}ü 1",
        f"#resume {'h' * 201} 1",
        f"#RESUME {HANDLE} 1",
        "#goodbye now",
    ],
)
def test_a_misfit_is_an_error_that_shows_it(text: str) -> None:
    with pytest.raises(ProtocolError, match="not a frame of a line"):
        parse_control(text)


def test_frames_of_phoenix_are_no_control_frames() -> None:
    assert not is_control("[null,null,null,null,{}]")
    assert not is_control(b"#new")


# -- the page's part -----------------------------------------------------------


def page_with_a_line() -> PageEnd:
    page = PageEnd()
    page.connected()
    page.receive(Handle(HANDLE, 20.0).encode())
    page.outgoing.clear()
    return page


def test_a_page_asks_for_a_line_and_sends_at_once() -> None:
    page = PageEnd(old=HANDLE)
    page.connected()
    page.send("[1]")
    assert page.outgoing == [f"#new {HANDLE}", "[1]"]
    page.receive(Handle(HANDLE, 2.5).encode())
    assert (page.handle, page.linger) == (HANDLE, 2.5)


def test_without_a_line_frames_go_as_they_are_and_nothing_is_kept() -> None:
    page = PageEnd()
    page.connected()
    page.send("[1]")
    page.receive("#gone")
    page.send("[2]")
    assert page.outgoing == ["#new", "[1]", "[2]"]
    assert page.size == 0
    for _ in range(2 * CONFIRM_FRAMES):
        page.handled("[]")
    page.leave()
    assert page.outgoing == ["#new", "[1]", "[2]"]
    assert not page.broke()


def test_what_is_sent_before_the_answer_waits_for_the_count() -> None:
    page = page_with_a_line()
    page.send("[1]")
    assert page.broke()
    page.send("[2]")
    page.connected()
    page.send("[3]")
    assert page.outgoing == [f"#resume {HANDLE} 0"]
    page.receive("#count 1")
    assert page.outgoing == [f"#resume {HANDLE} 0", "[2]", "[3]"]


def test_a_line_that_has_ended_is_not_resumed() -> None:
    page = page_with_a_line()
    page.receive("#gone")
    assert not page.broke()
    page.send("[1]")
    assert page.outgoing == []


def test_a_page_that_is_left_says_so_where_somebody_hears_it() -> None:
    page = page_with_a_line()
    page.leave()
    assert page.outgoing == ["#goodbye"]
    away = page_with_a_line()
    away.broke()
    away.leave()
    assert away.outgoing == []


def test_after_the_last_word_what_is_kept_was_not_handled() -> None:
    page = page_with_a_line()
    for number in range(3):
        page.send(f"[{number}]")
    page.receive("#drained 1")
    page.send("[3]")
    assert not page.broke()
    assert page.state is PageState.DRAINED
    left = page.leftover()
    assert left.not_handled == ["[1]", "[2]", "[3]"]
    assert left.uncertain == []


def test_without_one_only_what_was_never_sent_was_not_handled() -> None:
    page = page_with_a_line()
    page.send("[0]")
    page.send("[1]")
    page.receive("#count 1")
    page.broke()
    page.send("[2]")
    page.connected()
    page.receive("#gone")
    left = page.leftover()
    assert left.not_handled == ["[2]"]
    assert left.uncertain == ["[1]"]


@pytest.mark.parametrize(
    "frame", [Handle(HANDLE, 1.0).encode(), "#count 1", "#drained 1", f"#resume {HANDLE} 1"]
)
def test_a_server_that_is_out_of_step_is_an_error(frame: str) -> None:
    with pytest.raises(ProtocolError):
        page_with_a_line().receive(frame)


@pytest.mark.parametrize("frame", [Handle(HANDLE, 1.0).encode(), "#count 5", "#drained 0"])
def test_so_is_one_that_does_not_answer_the_question(frame: str) -> None:
    page = page_with_a_line()
    page.broke()
    page.connected()
    with pytest.raises(ProtocolError):
        page.receive(frame)
