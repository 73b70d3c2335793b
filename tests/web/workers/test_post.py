"""Letters between workers: whole, in order, with what they bring along; and those that nobody fetches."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing

from actorlive.web.workers import post as post_module
from actorlive.web.workers.post import Desk, EndSockets, Letter, Post

pytestmark = pytest.mark.real_clock

Taken = list[tuple[Letter, int | None]]


@asynccontextmanager
async def posted(size: int = 2) -> AsyncGenerator[Post]:
    post = Post(size)
    try:
        with trio.fail_after(30):
            yield post
    finally:
        post.close()


async def until(taken: Taken, count: int) -> None:
    while len(taken) < count:
        await trio.sleep(0.001)


def running(nursery: trio.Nursery, desk: Desk) -> Taken:
    """What a desk gets while it runs."""
    taken: Taken = []

    def take(letter: Letter, descriptor: int | None) -> None:
        taken.append((letter, descriptor))

    nursery.start_soon(desk.run, take)
    return taken


async def test_letters_of_one_sender_come_whole_and_in_order_however_many() -> None:
    async with posted(3) as post, trio.open_nursery() as nursery:
        first, second = post.desk(1), post.desk(2)
        running(nursery, first)
        taken = running(nursery, second)
        await trio.testing.wait_all_tasks_blocked()
        letters = [EndSockets(f"user:{n}" * 50) for n in range(900)]  # the kernel keeps fewer
        assert all(first.send(2, letter) for letter in letters)
        await until(taken, 900)
        assert [letter for letter, _ in taken] == letters
        nursery.cancel_scope.cancel()


async def test_everybody_else_is_told() -> None:
    async with posted(3) as post, trio.open_nursery() as nursery:
        desks = [post.desk(number) for number in (1, 2, 3)]
        taken = [running(nursery, desk) for desk in desks]
        await trio.testing.wait_all_tasks_blocked()
        desks[1].send_to_all(EndSockets("user:7"))
        await until(taken[0], 1)
        await until(taken[2], 1)
        assert taken[0] == taken[2] == [(EndSockets("user:7"), None)]
        assert taken[1] == []
        nursery.cancel_scope.cancel()


async def test_an_open_connection_comes_along_and_goes_on() -> None:
    async with posted() as post, trio.open_nursery() as nursery:
        first = post.desk(1)
        running(nursery, first)
        taken = running(nursery, post.desk(2))
        await trio.testing.wait_all_tasks_blocked()
        ours, theirs = socket.socketpair()
        assert first.send(2, EndSockets("x"), theirs.detach())
        await until(taken, 1)
        descriptor = taken[0][1]
        assert descriptor is not None
        with ours, socket.socket(fileno=descriptor) as passed_on:
            passed_on.send(b"here I am")
            assert ours.recv(16) == b"here I am"
            passed_on.close()
            assert ours.recv(16) == b"", "the sender has kept nothing"
        nursery.cancel_scope.cancel()


async def test_a_box_outlives_its_worker() -> None:
    async with posted() as post, trio.open_nursery() as nursery:
        first = post.desk(1)
        running(nursery, first)
        await trio.testing.wait_all_tasks_blocked()
        assert first.send(2, EndSockets("x"))
        taken = running(nursery, post.desk(2))
        await until(taken, 1)
        nursery.cancel_scope.cancel()


async def test_what_is_not_a_letter_is_told_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async with posted() as post, trio.open_nursery() as nursery:
        first = post.desk(1)
        running(nursery, first)
        taken = running(nursery, post.desk(2))
        await trio.testing.wait_all_tasks_blocked()
        slot = first._slots[2]  # pyright: ignore[reportPrivateUsage]
        ours, theirs = socket.socketpair()
        with ours:
            for text in (b"", b"\x00", b"\x92\xa1x\x01", b"\xc1" * 100, b"\x91" * 10_000):
                socket.send_fds(slot, [text], [theirs.fileno()])
                await trio.sleep(0.001)
            theirs.close()
            assert first.send(2, EndSockets("x"))
            await until(taken, 1)
            assert ours.recv(1) == b"", "a connection that came with it is closed"
        assert "is not one" in caplog.text
        nursery.cancel_scope.cancel()


async def test_what_a_worker_does_not_fetch_is_dropped_after_a_while(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(post_module, "PATIENCE", 0.05)
    monkeypatch.setattr(post_module, "MAX_WAITING", 30)
    async with posted() as post, trio.open_nursery() as nursery:
        first = post.desk(1)
        running(nursery, first)
        await trio.testing.wait_all_tasks_blocked()
        ours, theirs = socket.socketpair()
        with ours:
            refused = False
            while "worker 2 does not fetch its letters: one is dropped" not in caplog.text:
                copy = os.dup(theirs.fileno())
                if not first.send(2, EndSockets("x"), copy):
                    os.close(copy)
                    refused = True
                    await trio.sleep(0.001)
            theirs.close()
            assert refused, "what waits has a bound as well"
            nursery.cancel_scope.cancel()


async def test_a_desk_that_does_not_run_takes_nothing() -> None:
    async with posted() as post:
        assert not post.desk(1).send(2, EndSockets("x"))
        assert not post.desk(1).send(3, EndSockets("x"))
