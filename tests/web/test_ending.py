"""The plan of a server's end on the mock clock; the end of real processes is in test_server.py and test_drain.py."""

from __future__ import annotations

import pytest
import trio
from hypothesis import given, strategies as st

from actorlive.runtime import Pid
from actorlive.web.allowance import Allowance
from actorlive.web.client_socket import ClientSocket
from actorlive.web.ending import HURRY, Ending
from actorlive.web.limits import Limits
from actorlive.web.sockets import CLOSES_PER_SECOND, Sockets


async def test_nothing_is_due_until_the_end_is_asked_for() -> None:
    ending = Ending(10.0)
    with ending.until(0.0):
        await trio.sleep(1_000)
        ending.request()
        await ending.begin()
        await trio.sleep_forever()
    assert ending.left(1.0) == 10.0


async def test_a_wait_is_given_up_when_its_share_of_the_time_has_passed() -> None:
    ending = Ending(10.0)
    ending.request()
    await ending.begin()
    began = trio.current_time()
    with ending.until(0.5):
        await trio.sleep_forever()
    assert trio.current_time() - began == pytest.approx(5.0)
    assert ending.left(0.7) == pytest.approx(2.0)


async def test_who_is_told_twice_has_the_same_plan_in_a_second() -> None:
    ending = Ending(100.0)
    ending.request()
    async with trio.open_nursery() as nursery:
        await ending.begin()
        began = trio.current_time()

        @nursery.start_soon
        async def _() -> None:
            await trio.sleep(3)
            ending.request()

        with ending.until(0.5):
            await trio.sleep_forever()
        assert trio.current_time() - began == pytest.approx(3 + 0.5 * HURRY)
        assert ending.left(1.0) == pytest.approx(0.5 * HURRY)


async def test_a_hurry_never_gives_more_time() -> None:
    ending = Ending(10.0)
    ending.request()
    await ending.begin()
    await trio.sleep(9.9)
    ending.request()
    assert ending.left(1.0) == pytest.approx(0.1)


def open_sockets(count: int) -> Sockets:
    limits, sockets = Limits(), Sockets()
    for _ in range(count):
        sockets.add(ClientSocket(limits, None, Allowance(limits, "peer")))
    return sockets


@given(count=st.integers(0, 3_000), seconds=st.sampled_from([0.0, 0.05, 1.0, 5.0, 30.0]))
async def test_sockets_are_closed_in_batches_within_the_time(count: int, seconds: float) -> None:
    sockets = open_sockets(count)
    views: list[Pid] = []
    began = trio.current_time()
    await sockets.close_in_turn(views, seconds)
    took = trio.current_time() - began
    assert took <= seconds + 1e-6
    assert took <= count / CLOSES_PER_SECOND + 0.1
    closed = [one.close_code for one in sockets if isinstance(one, ClientSocket)]
    assert closed == [1012] * count


class Noting(ClientSocket):
    """Notes when it is closed, among others."""

    def __init__(self, number: int, order: list[int]) -> None:
        limits = Limits()
        super().__init__(limits, None, Allowance(limits, "peer"))
        self.number = number
        self.order = order

    def close(self, code: int | None) -> None:
        self.order.append(self.number)
        super().close(code)


async def test_the_order_is_not_the_one_in_which_they_came() -> None:
    orders: set[tuple[int, ...]] = set()
    for _ in range(5):
        sockets, order = Sockets(), list[int]()
        for number in range(50):
            sockets.add(Noting(number, order))
        await sockets.close_in_turn([], 5.0)
        assert sorted(order) == list(range(50))
        orders.add(tuple(order))
    assert len(orders) == 5


async def test_one_that_comes_meanwhile_is_closed_at_once() -> None:
    sockets = open_sockets(1_000)
    sockets.draining = True
    limits = Limits()
    late = ClientSocket(limits, None, Allowance(limits, "peer"))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(sockets.close_in_turn, list[Pid](), 5.0)
        await trio.sleep(1)
        sockets.add(late)
        assert late.close_code == 1012
