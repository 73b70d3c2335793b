"""What the runtime's tests share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
import trio

from actorlive.runtime import Node, Server, receive

__all__ = ["Unsteady", "collect", "in_process", "until_told"]

T = TypeVar("T")


async def in_process(node: Node, body: Callable[[], Awaitable[T]]) -> T:
    """Run `body` in a process of its own; its value, or its error as it is. It does not exit on its own."""
    done = trio.Event()
    values: list[T] = []
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
    return values[0]


async def until_told(*_: object) -> None:
    """A process that ends when it gets any message; an exception or a callable is raised or called."""
    message = await receive()
    if isinstance(message, BaseException):
        raise message
    if callable(message):
        message()


async def collect(to: list[Any]) -> None:
    """A process that keeps every message."""
    while True:
        to.append(await receive())


class Unsteady(Server):
    """Takes a second to start, notes when, and fails at its second try."""

    async def init(self, *args: Any) -> None:
        tries: list[float]
        [tries] = args
        await trio.sleep(1)
        tries.append(trio.current_time())
        if len(tries) == 2:
            raise ValueError("second try")
