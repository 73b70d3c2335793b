"""The time-out that a server's callback returns: what it waits for, and what ends the wait."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
import trio
from hypothesis import given, settings, strategies as st
from trio.testing import MockClock

from actorlive.runtime import (
    Caller,
    Continue,
    IdleTimeout,
    RuntimeMisuse,
    Server,
    alive,
    call,
    cast,
    open_node,
    receive,
    send,
    send_after,
    stop,
)
from actorlive.runtime.otp import server as server_module
from tests.runtime.helpers import in_process


class Waiting(Server):
    """Returns what it is asked to return; notes when `handle_info` was called, and with what."""

    seen: list[tuple[float, object]]

    async def init(self, *args: Any) -> object:
        self.seen, returned = args
        return returned

    async def handle_call(self, request: object, caller: Caller) -> object:
        return request

    async def handle_cast(self, request: object) -> object:
        return request

    async def handle_continue(self, argument: object) -> object:
        return argument

    async def handle_info(self, message: object) -> object:
        self.seen.append((trio.current_time(), message))
        return None


IN_TWO = IdleTimeout(2)


@pytest.mark.parametrize("how", ["init", "call", "cast", "continue"])
async def test_a_server_that_waits_is_told_once_when_nothing_came(how: str) -> None:
    async def body() -> None:
        seen: list[tuple[float, object]] = []
        pid = await Waiting.start(seen, IN_TWO if how == "init" else None)
        begun = trio.current_time()
        match how:
            case "call":
                assert await call(pid, IdleTimeout(2, reply="at once")) == "at once"
                assert trio.current_time() == begun
            case "cast":
                cast(pid, IN_TWO)
            case "continue":
                cast(pid, Continue(IN_TWO))
            case _:
                pass
        await trio.sleep(10)
        assert [(when - begun, type(message)) for when, message in seen] == [(2, IdleTimeout)]

    async with open_node() as node:
        await in_process(node, body)


async def test_any_message_ends_the_wait_of_a_server() -> None:
    async def body() -> None:
        seen: list[tuple[float, object]] = []
        pid = await Waiting.start(seen, IN_TWO)
        await trio.sleep(1)
        assert await call(pid, "answered") == "answered"
        await trio.sleep(10)
        assert seen == []
        cast(pid, IN_TWO)
        await trio.sleep(1)
        cast(pid, IN_TWO)
        await trio.sleep(10)
        assert [when for when, _ in seen] == [14]

    async with open_node() as node:
        await in_process(node, body)


async def test_a_wait_of_no_time_is_over_unless_a_message_waits() -> None:
    async def body() -> None:
        seen: list[tuple[float, object]] = []
        pid = await Waiting.start(seen, None)
        cast(pid, IdleTimeout(0))
        send(pid, "first")
        await trio.sleep(1)
        assert [message for _, message in seen] == ["first"]
        cast(pid, IdleTimeout(0))
        await trio.sleep(1)
        assert [message for _, message in seen] == ["first", IdleTimeout(0)]
        assert trio.current_time() == 2

    async with open_node() as node:
        await in_process(node, body)


async def test_a_server_that_waits_ends_as_any_other() -> None:
    async def body() -> None:
        pid = await Waiting.start([], IdleTimeout(5))
        await trio.sleep(1)
        await stop(pid)
        assert not alive(pid)
        with pytest.raises(RuntimeMisuse, match="seconds and not negative"):
            IdleTimeout(-1)

    async with open_node() as node:
        await in_process(node, body)


# -- against a model -----------------------------------------------------------

Waits = list[tuple[int, int | None]]
"""Casts: after how many seconds each comes, and the time-out that handling it returns."""

waits = st.lists(
    st.tuples(st.integers(1, 5).map(lambda n: 2 * n), st.none() | st.integers(0, 11)), max_size=8
)


def told_at(program: Waits) -> list[int]:
    """When `handle_info` is told that nothing came. (Messages come at even seconds, and at odd ones time is up, or a
    message of the same second is there first.)"""
    now, when, idle = 0, list[int](), None
    for pause, returned in program:
        if idle is not None and idle < pause:
            when.append(now + idle)
        now, idle = now + pause, returned
    return [*when, now + idle] if idle is not None else when


async def wait_as_told(program: Waits) -> list[int]:
    seen: list[tuple[float, object]] = []
    pid = await Waiting.start(seen, None)
    now, begun = 0, trio.current_time()
    for pause, returned in program:
        now += pause
        send_after(pid, server_module.CastRequest(None if returned is None else IdleTimeout(returned)), now)
    await trio.sleep(200)
    assert all(isinstance(message, IdleTimeout) for _, message in seen)
    return [round(when - begun) for when, _ in seen]


def check(program: Waits, seed: int) -> None:
    async def main() -> list[int]:
        choose = random.Random(seed).randrange if seed % 2 else None
        async with open_node(slow_handler=None, choose=choose) as node:
            return await in_process(node, lambda: wait_as_told(program))

    assert trio.run(main, clock=MockClock(autojump_threshold=0)) == told_at(program)


def without_ties(program: Waits) -> bool:
    """Where time is up in the second of a message, either may be first."""
    pauses = [pause for pause, _ in program[1:]]
    return all(returned != pause for pause, (_, returned) in zip(pauses, program, strict=False))


@settings(max_examples=150)
@given(program=waits.filter(without_ties), seed=st.integers(0, 1 << 20))
def test_a_server_is_told_exactly_when_nothing_came_in_time(program: Waits, seed: int) -> None:
    check(program, seed)


async def wait_forever(_: IdleTimeout) -> object:
    return await receive()


async def wait_in_any_case(idle: IdleTimeout) -> object:
    await trio.sleep(idle.seconds)
    return idle


follow_up = server_module.follow_up


async def wait_again(server: Server, result: object) -> object:
    return (await follow_up(server, result)) or IdleTimeout(3)


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("receive_within", wait_forever),
        ("receive_within", wait_in_any_case),
        ("follow_up", wait_again),
    ],
)
def test_control_a_broken_wait_is_seen(name: str, broken: Callable[..., Any]) -> None:
    with mock.patch.object(server_module, name, broken), pytest.raises((AssertionError, BaseExceptionGroup)):
        check([(2, 5), (4, 5), (8, None)], 1)
