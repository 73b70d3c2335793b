"""What waits for the broker: in order, and within bounds."""

from __future__ import annotations

import trio

from actorlive.pubsub.outgoing import Outgoing
from tests.support.client import settled


def put(queue: Outgoing, *bodies: bytes) -> list[str]:
    """Add messages whose topics are their bodies; returns what had to go."""
    return [topic for body in bodies for topic in queue.put((body.decode(), "said", body))]


async def taken(queue: Outgoing, most: int = 9) -> list[bytes]:
    return [body for _, _, body in await queue.take(most)]


async def test_batches_are_taken_in_order() -> None:
    queue = Outgoing(100, 1000)
    put(queue, b"0", b"1", b"2", b"3", b"4")
    assert await taken(queue, 3) == [b"0", b"1", b"2"]
    assert await taken(queue, 3) == [b"3", b"4"]
    assert len(queue) == 0


async def test_beyond_the_bounds_the_oldest_go() -> None:
    by_number = Outgoing(3, 1000)
    assert put(by_number, b"1", b"2", b"3", b"4", b"5") == ["1", "2"]
    assert await taken(by_number) == [b"3", b"4", b"5"]
    by_size = Outgoing(100, 10)
    assert put(by_size, b"x" * 6, b"y" * 4) == []
    assert put(by_size, b"z") == ["xxxxxx"]
    assert await taken(by_size) == [b"yyyy", b"z"]


async def test_what_was_taken_counts_no_more() -> None:
    queue = Outgoing(100, 10)
    put(queue, b"x" * 10)
    await taken(queue)
    assert put(queue, b"y" * 5, b"z" * 5) == []


async def test_one_that_is_larger_than_the_bound_is_kept_while_it_is_the_only_one() -> None:
    queue = Outgoing(3, 10)
    assert put(queue, b"x" * 11) == []
    assert put(queue, b"y") == ["x" * 11]


async def test_who_waits_for_messages_gets_the_next() -> None:
    queue = Outgoing(3, 1000)
    seen: list[bytes] = []

    async def send() -> None:
        while True:
            seen.extend(await taken(queue, 2))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(send)
        await settled()
        put(queue, b"1", b"2", b"3")
        await settled()
        put(queue, b"4")
        await settled()
        assert seen == [b"1", b"2", b"3", b"4"]
        nursery.cancel_scope.cancel()
