"""How long a connection waits for its next request, on a clock that stands still until a test sets it."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actorlive.web.direct.connection import DirectConnection
from tests.web.direct.test_handshake import streams
from tests.web.direct.test_pages import PAGE, page, way_to

PATIENCE = 5.0

Scenario = Callable[[trio.SocketStream, MockClock], Awaitable[None]]


def visit(scenario: Scenario, clock: MockClock, kind: type[DirectConnection] = DirectConnection) -> bool:
    """Let a visitor do that on a connection; True when nothing was left to do on it."""

    async def main() -> bool:
        ours, theirs = await streams()
        is_done: list[bool] = []

        async def serve() -> None:
            async with ours:
                is_done.append(await kind(way_to(page, keep_alive_timeout=PATIENCE), ours).run())

        async with theirs, trio.open_nursery() as nursery:
            nursery.start_soon(serve)
            await scenario(theirs, clock)
        return is_done == [True]

    return trio.run(main, clock=clock)


async def ask(visitor: trio.SocketStream) -> None:
    """Ask for a page, and have it."""
    await visitor.send_all(PAGE)
    assert (await visitor.receive_some()).endswith(b"a page")
    await wait_all_tasks_blocked()


async def is_closed(visitor: trio.SocketStream) -> bool:
    """True when the connection has been closed by now."""
    await wait_all_tasks_blocked()
    try:
        return os.read(visitor.socket.fileno(), 1) == b""
    except BlockingIOError:
        return False


def test_who_asks_for_nothing_more_is_closed_on_time_and_not_before() -> None:
    async def scenario(visitor: trio.SocketStream, clock: MockClock) -> None:
        for _ in range(3):  # each request has all of the time behind it
            await ask(visitor)
            clock.jump(PATIENCE - 0.1)
            assert not await is_closed(visitor)
        clock.jump(0.2)
        assert await is_closed(visitor)

    assert visit(scenario, MockClock())


def test_a_clock_that_jumps_by_itself_stands_still_once_the_connection_is_closed() -> None:
    async def scenario(visitor: trio.SocketStream, clock: MockClock) -> None:
        began = trio.current_time()
        await visitor.send_all(PAGE)
        heard = b"".join([chunk async for chunk in visitor])
        assert heard.endswith(b"a page")
        assert trio.current_time() - began == pytest.approx(PATIENCE)

    assert visit(scenario, MockClock(autojump_threshold=0.1))


def in_the_last_moment(heard: list[bytes]) -> Scenario:
    """A visitor whose second request is there when the time is up: the server finds out about both at once."""

    async def scenario(visitor: trio.SocketStream, clock: MockClock) -> None:
        await ask(visitor)
        os.write(visitor.socket.fileno(), PAGE)  # and nothing runs before the clock is set
        clock.jump(PATIENCE)
        heard.append(bytes(await visitor.receive_some()))
        if not heard[0]:
            return
        await wait_all_tasks_blocked()
        clock.jump(PATIENCE - 0.1)
        assert not await is_closed(visitor)
        clock.jump(0.2)
        assert await is_closed(visitor)

    return scenario


class OneClockForAll(DirectConnection):
    """The control: goes on under a clock that has gone off."""

    async def run(self) -> bool:
        with trio.CancelScope() as clock:
            while (is_done := await self._run_on(clock)) is None:
                pass
            return is_done
        return True


def test_a_request_that_comes_in_the_last_moment_is_answered() -> None:
    heard: list[bytes] = []
    assert visit(in_the_last_moment(heard), MockClock())
    assert heard[0].endswith(b"a page")


def test_the_control_of_it_leaves_the_request_unanswered() -> None:
    heard: list[bytes] = []
    assert visit(in_the_last_moment(heard), MockClock(), OneClockForAll)
    assert heard == [b""]
