"""A crowd that comes at once begins a few at a time."""

from __future__ import annotations

import json
from typing import Any

import pytest
import trio
import trio.testing
from quart_trio import QuartTrio
from wsproto.events import TextMessage

from actorlive import ActorLive, LiveView, Socket, heex
from actorlive.live.process import turnstile
from actorlive.live.process.turnstile import WIDTH, Turnstile
from tests.web.visitor import connect, get, serving

begun: list[object] = []


class Heavy(LiveView):
    template = heex("<p></p>")

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        if socket.connected:
            begun.append(self)


async def most_in_a_round(until: int) -> int:
    """How many began between two looks of a task that looks in every round."""
    most = 0
    while len(begun) < until:
        before = len(begun)
        await trio.lowlevel.checkpoint()
        most = max(most, len(begun) - before)
    return most


async def enter(gate: Turnstile, number: int) -> None:
    await gate.enter()
    begun.append(number)


@pytest.mark.parametrize("width", [1, 3, 50])
async def test_so_many_pass_in_a_round_and_each_passes(width: int) -> None:
    begun.clear()
    gate = Turnstile(width)
    async with trio.open_nursery() as nursery:
        for number in range(100):
            nursery.start_soon(enter, gate, number)
        most = await most_in_a_round(100)
    assert most <= 2 * width
    assert set(begun) == set(range(100))


async def test_who_comes_alone_does_not_wait() -> None:
    gate = Turnstile(2)
    for _ in range(5):
        with trio.CancelScope() as scope:
            scope.cancel()
            await gate.enter()  # a checkpoint would be cancelled
        assert not scope.cancelled_caught
        await trio.testing.wait_all_tasks_blocked()


async def test_who_gives_up_while_waiting_holds_up_nobody() -> None:
    begun.clear()
    gate = Turnstile(1)
    async with trio.open_nursery() as nursery:
        await gate.enter()
        with trio.CancelScope() as scope:
            scope.cancel()
            await gate.enter()
        assert scope.cancelled_caught
        nursery.start_soon(enter, gate, 1)
    assert begun == [1]


async def joins_at_once(count: int) -> int:
    begun.clear()
    app = QuartTrio("crowd")
    ActorLive(app, secret_key="k" * 40).route("/", Heavy)
    async with serving(app) as url, connect(await get(url, "/")) as wire:
        burst = b""
        for _ in range(count):
            page = await get(url, "/", wire.page.cookie)
            payload: dict[str, Any] = {
                "url": url + "/",
                "params": {},
                "session": page.session,
                "static": page.static,
            }
            text = json.dumps(["4", "4", page.topic, "phx_join", payload])
            burst += wire.encoded(TextMessage(text))
        await wire.stream.send_all(burst)
        return await most_in_a_round(count)


@pytest.mark.real_clock
async def test_a_crowd_that_joins_at_once_leaves_the_others_their_rounds() -> None:
    assert await joins_at_once(60) <= 2 * WIDTH


@pytest.mark.real_clock
async def test_without_the_turnstile_it_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    monkeypatch.setattr(turnstile, "WIDTH", 1_000)
    assert await joins_at_once(60) > 2 * WIDTH
