"""What the runtime's tests share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
import trio

from actorlive.runtime import Node, Server, receive

__all__ = ["Unsteady", "collect", "in_process", "until_told"]


async def in_process(node: Node, body: Callable[[], Awaitable[object]]) -> object:
    """Run `body` in a process of its own; its value, or its error as it is."""
    done = trio.Event()
    values: list[object] = []
    errors: list[BaseException] = []

    async def run() -> None:
        try:
            values.append(await body())
        except (Exception, pytest.fail.Exception) as error:
            errors.append(error)
        finally:
            done.set()

    node.spawn(run)
    await done.wait()
    if errors:
        raise errors[0]
    return values[0] if values else None


async def until_told(*_: object) -> None:
    """A process that ends when it gets any message; an exception or a callable is raised or called."""
    message = await receive()
    if isinstance(message, BaseException):
        raise message
    if callable(message):
        message()


async def collect(to: list[object]) -> None:
    """A process that keeps every message."""
    while True:
        to.append(await receive())


class Unsteady(Server):
    """Takes a second to start, notes when, and fails at its second try."""

    async def init(self, *args: object) -> None:
        [tries] = args
        assert isinstance(tries, list)
        await trio.sleep(1)
        tries.append(trio.current_time())
        if len(tries) == 2:
            raise ValueError("second try")
