"""One client that polls: whatever it does and whatever is lost, what reaches it is what was sent, in order."""

from __future__ import annotations

from base64 import b64encode
from contextlib import nullcontext
from dataclasses import dataclass, field

import pytest
import trio
import trio.testing
from hypothesis import given, strategies as st

from actorlive.errors import ProtocolError
from actorlive.web.allowance import Allowance
from actorlive.web.limits import Limits
from actorlive.web.longpoll.body import PostedFrames, UnreadBody
from actorlive.web.longpoll.socket import Batch, PolledSocket
from actorlive.web.pace import check_size
from tests.support.narrow import untyped


def polled_socket(**limits: float) -> PolledSocket:
    made = untyped(Limits)(**limits)
    return PolledSocket(made, None, Allowance(made, "peer"), lambda: None)


# -- polls ---------------------------------------------------------------------

Step = tuple[str, int]

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["send", "poll", "lose the answer", "break off", "poll twice"]), st.integers(1, 3)
    ),
    max_size=40,
)


@dataclass
class Browser:
    """Takes batches, and sends the number of the last one that reached it."""

    socket: PolledSocket
    number: int = 0
    arrived: list[bytes] = field(default_factory=list[bytes])

    async def poll(self) -> None:
        self.take(await self.socket.poll(self.number))

    async def lose_an_answer(self) -> None:
        await self.socket.poll(self.number)

    async def break_off(self) -> None:
        with trio.move_on_after(0.5):
            self.take(await self.socket.poll(self.number))

    async def poll_twice(self) -> None:
        """As a proxy does that lost patience with the first: of which the client hears nothing."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.lose_an_answer)
            await trio.testing.wait_all_tasks_blocked()
            nursery.start_soon(self.poll)

    def take(self, batch: Batch | None) -> None:
        assert batch is not None
        self.arrived += batch.frames
        self.number = batch.number


@given(STEPS)
async def test_frames_arrive_once_and_in_their_order(steps: list[Step]) -> None:
    assert await run(polled_socket(), steps)


async def run(socket: PolledSocket, steps: list[Step]) -> bool:
    """True when the client got all that was sent, as it was sent."""
    browser, sent = Browser(socket), 0
    async with trio.open_nursery() as nursery:
        for what, count in steps:
            match what:
                case "send":
                    for _ in range(count):
                        nursery.start_soon(send_later, socket, sent := sent + 1)
                        await trio.testing.wait_all_tasks_blocked()
                case "poll":
                    await browser.poll()
                case "lose the answer":
                    await browser.lose_an_answer()
                case "break off":
                    await browser.break_off()
                case _:
                    await browser.poll_twice()
        await trio.sleep(1)
    await browser.poll()
    await browser.poll()
    return browser.arrived == [b"%d" % number for number in range(1, sent + 1)]


async def send_later(socket: PolledSocket, number: int) -> None:
    """Every third frame is sent while a poll waits."""
    if number % 3 == 0:
        await trio.sleep(0)
    socket.send(b"%d" % number)


async def test_a_control_a_socket_that_keeps_nothing_loses_frames() -> None:
    class Forgetful(PolledSocket):
        async def poll(self, number: int) -> Batch | None:
            return await super().poll(self._number)

    limits = Limits()
    steps: list[Step] = [("send", 1), ("lose the answer", 1), ("send", 1), ("poll", 1)]
    assert await run(polled_socket(), steps)
    assert not await run(Forgetful(limits, None, Allowance(limits, "peer"), lambda: None), steps)


async def test_the_end_wakes_a_poll_that_waits() -> None:
    socket = polled_socket()
    with trio.fail_after(1):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ends_with_nothing, socket)
            await trio.testing.wait_all_tasks_blocked()
            socket.close(1001)


async def ends_with_nothing(socket: PolledSocket) -> None:
    assert await socket.poll(0) is None


# -- posts ---------------------------------------------------------------------


def body(*pieces: bytes) -> UnreadBody:
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    waiting = iter([*messages, {"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> object:
        await trio.lowlevel.checkpoint()
        return next(waiting)

    return UnreadBody(receive)


async def frames_of(*pieces: bytes, max_frame: int = 1_000) -> list[str | bytes]:
    frames, found = PostedFrames(body(*pieces), max_frame, 1.0), list[str | bytes]()
    while (frame := await frames.next()) is not None:
        found.append(frame)
    return found


@given(
    st.lists(
        st.text(st.characters(exclude_characters="\n", codec="utf-8")) | st.binary(min_size=1), max_size=8
    ),
    st.lists(st.integers(0, 200), max_size=8),
)
async def test_a_post_is_the_same_however_it_is_cut(frames: list[str | bytes], cuts: list[int]) -> None:
    sent = [f"[{frame}" if isinstance(frame, str) else frame for frame in frames]
    lines = [frame.encode() if isinstance(frame, str) else b64encode(frame) for frame in sent]
    text, places = b"\n".join(lines), sorted(cuts)
    pieces = [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]
    assert await frames_of(*pieces) == sent


@pytest.mark.parametrize(("size", "ok"), [(1_000, True), (1_001, False), (1_200, False)])
async def test_a_binary_frame_may_be_as_long_as_one_of_a_websocket(size: int, ok: bool) -> None:
    """What base64 adds does not count, but for what it leaves open of the length."""
    with nullcontext() if ok else pytest.raises(ProtocolError, match="bytes"):
        for frame in await frames_of(b64encode(bytes(size))):
            check_size(frame, Limits(max_frame=1_000))
