"""Both drivers, over real sockets: whoever drives, the same happens."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
import trio
from hypothesis import given, settings, strategies as st

from actorlive.web.allowance import Allowance
from actorlive.web.direct import reactor
from actorlive.web.direct.reactor import BATCH, Reactor, TaskDriver
from actorlive.web.direct.socket import DirectSocket, State
from actorlive.web.limits import Limits
from actorlive.web.sockets import Sockets
from tests.web.direct.peers import CLOSE, TEXT, Connection, frame, frames_of

pytestmark = pytest.mark.real_clock

PATIENCE = 30


clients: list[trio.socket.SocketType] = []
"""Those of the running test."""


@asynccontextmanager
async def driven(kind: str) -> AsyncGenerator[Reactor | TaskDriver]:
    with trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            driver = Reactor() if kind == "reactor" else TaskDriver(nursery)
            nursery.start_soon(driver.run)
            yield driver
            nursery.cancel_scope.cancel()
    while clients:
        clients.pop().close()


@pytest.fixture(params=["reactor", "tasks"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


class Peer:
    """A client's end, and what is behind the server's."""

    def __init__(self, driver: Reactor | TaskDriver, early: bytes = b"", **limits: Any) -> None:
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        self.tcp = trio.socket.from_stdlib_socket(theirs)
        clients.append(self.tcp)
        self.behind = Connection()
        self.sockets = Sockets()
        bounds = Limits(**limits)
        self.direct = DirectSocket(driver, self.sockets, bounds, None, Allowance(bounds, "peer"))
        self.direct.connection = cast("Any", self.behind)
        self.direct.open(ours, early)

    async def say(self, data: bytes) -> None:
        while data:
            data = data[await self.tcp.send(data) :]

    async def handled(self, count: int) -> list[object]:
        while len(self.behind.handled) < count:
            await trio.sleep(0)
        return self.behind.handled

    async def hear(self) -> bytes:
        """Everything up to the server's end of the stream."""
        heard = b""
        while more := await self.tcp.recv(65536):
            heard += more
        return heard

    async def ended(self) -> None:
        while self.direct.state is not State.GONE:
            await trio.sleep(0)


async def test_messages_come_and_go_in_order(kind: str) -> None:
    async with driven(kind) as driver:
        peer = Peer(driver, frame(b"early"))
        texts = [f"message {number}" for number in range(1_000)]
        await peer.say(b"".join(frame(text.encode()) for text in texts))
        assert await peer.handled(1_001) == ["early", *texts]
        for text in texts:
            peer.direct.send(text.encode())
        peer.direct.close(1001)
        assert frames_of(await peer.hear()) == (
            [*((TEXT, text.encode()) for text in texts), (CLOSE, b"\x03\xe9")],
            b"",
        )
        peer.tcp.close()
        await peer.ended()


async def test_more_than_the_kernel_takes_goes_out_as_the_peer_reads(kind: str) -> None:
    async with driven(kind) as driver:
        peer = Peer(driver)
        frames = [bytes([65 + number]) * 100_000 for number in range(20)]
        for payload in frames:
            peer.direct.send(payload)
        assert peer.direct.wants_write
        peer.direct.close(1000)
        heard, rest = frames_of(await peer.hear())
        assert [payload for _, payload in heard[:-1]] == frames
        assert (heard[-1][0], rest) == (CLOSE, b"")


async def test_a_peer_that_hangs_up_unread_keeps_nobody_busy(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Level-triggered readiness would be reported again and again for a socket that is not read."""
    turns = 0
    turn = Reactor._turn  # pyright: ignore[reportPrivateUsage]

    def counted(self: Reactor) -> None:
        nonlocal turns
        turns += 1
        turn(self)

    monkeypatch.setattr(Reactor, "_turn", counted)
    async with driven(kind) as driver:
        peer = Peer(driver)
        peer.behind.fill()
        await peer.say(frame(b"one"))
        await peer.handled(1)
        await peer.say(frame(b"two"))
        peer.tcp.close()
        before = turns
        await trio.sleep(0.05)
        assert turns - before <= 2
        assert peer.direct.state is State.OPEN
        peer.behind.catch_up()
        assert await peer.handled(2) == ["one", "two"]
        await peer.ended()
        assert peer.behind.closed == 1


async def test_a_reset_while_much_is_unsent_ends_the_socket(kind: str) -> None:
    async with driven(kind) as driver:
        peer = Peer(driver)
        await peer.say(frame(b"one"))
        await peer.handled(1)
        while not peer.direct.wants_write or peer.direct.wants_read:
            peer.direct.send(b"x" * int(Limits().max_unsent))
        peer.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.tcp.close()
        await peer.ended()
        assert peer.behind.closed == 1


async def test_a_fault_of_one_socket_is_its_own(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    async with driven(kind) as driver:
        broken, neighbour = Peer(driver), Peer(driver)
        cast("Any", broken.behind).receive = None
        await broken.say(frame(b"one"))
        await broken.ended()
        await neighbour.say(frame(b"one"))
        assert await neighbour.handled(1) == ["one"]
    assert "a websocket is given up" in caplog.text


async def test_a_flood_of_one_socket_leaves_turns_to_all_others(kind: str) -> None:
    async with driven(kind) as driver:
        noisy, others = Peer(driver), [Peer(driver) for _ in range(BATCH + 10)]
        async with trio.open_nursery() as nursery:
            nursery.start_soon(noisy.say, frame(b"") * 200_000)
            await noisy.handled(1)
            for other in others:
                await other.say(frame(b"one"))
            for other in others:
                await other.handled(1)
            assert len(noisy.behind.handled) < 200_000
            nursery.cancel_scope.cancel()


async def test_descriptors_are_used_again_and_nothing_is_left(kind: str) -> None:
    probe = os.dup(0)
    async with driven(kind) as driver:
        for _ in range(50):
            peer = Peer(driver)
            await peer.say(frame(b"one") + frame(b"", CLOSE))
            assert frames_of(await peer.hear()) == ([(CLOSE, b"")], b"")
            assert peer.behind.handled == ["one"]
            peer.tcp.close()
            await peer.ended()
        await driver.sockets.all_gone()
    os.close(probe)
    again = os.dup(0)
    os.close(again)
    assert again == probe, "a descriptor was left open"


async def test_silence_is_noticed(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reactor, "TICK", 0.01)
    async with driven(kind) as driver:
        peer = Peer(driver, heartbeat_timeout=0.05)
        assert frames_of(await peer.hear()) == ([(CLOSE, b"\x03\xe9")], b"")


async def test_the_end_of_the_driver_ends_its_sockets(kind: str) -> None:
    async with driven(kind) as driver:
        peer, full = Peer(driver), Peer(driver)
        full.behind.fill()
        await full.say(frame(b"one"))
        await full.handled(1)
    assert peer.direct.state is full.direct.state is State.GONE
    assert peer.behind.closed == full.behind.closed == 1
    full.behind.catch_up()  # a view that outlives the driver
    full.direct.send(b"too late")


@settings(max_examples=15)
@given(st.lists(st.binary(max_size=300).map(lambda raw: raw.hex()), max_size=20), st.data())
async def test_however_the_bytes_are_split_and_the_peer_ends_all_is_handled(
    texts: list[str], data: st.DataObject
) -> None:
    stream = b"".join(frame(text.encode()) for text in texts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    goodbye = data.draw(st.booleans())
    for kind in ("reactor", "tasks"):
        async with driven(kind) as driver:
            peer = Peer(driver)
            for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
                await peer.say(stream[start:end])
                await trio.sleep(0)
            if goodbye:
                await peer.say(frame(b"", CLOSE))
            peer.tcp.close()
            await peer.ended()
            assert peer.behind.handled == texts
            assert peer.behind.closed == 1
