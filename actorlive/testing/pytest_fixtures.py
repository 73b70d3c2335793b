"""Async fixtures: pytest makes placeholders of them, and the test's own Trio loop opens and closes what they stand for.

They have function scope, because each test has a loop of its own. They are opened in pytest's order, before the test,
and closed in reverse, in the test's task; so a fixture may hold a nursery, or a view, open around its `yield`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

__all__ = ["AsyncFixture", "OpenFixtures", "is_async"]


def is_async(fn: Callable[..., object]) -> bool:
    """True for `async def`, with or without a `yield`."""
    return inspect.iscoroutinefunction(fn) or inspect.isasyncgenfunction(fn)


class AsyncFixture:
    """What pytest hands around until the test's loop runs."""

    def __init__(self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.fn = fn
        self.args = args
        self.kwargs = kwargs


class OpenFixtures(AsyncExitStack):
    """The async fixtures of one run of a test; leaving the block closes them."""

    def __init__(self) -> None:
        super().__init__()
        self._values: dict[AsyncFixture, Any] = {}

    async def open_all(self, fixtures: Iterable[AsyncFixture]) -> None:
        """Open them one after the other, each after those that it takes itself."""
        for fixture in fixtures:
            await self._open(fixture)

    async def fill(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments, with values in place of fixtures."""
        return {
            name: await self._open(value) if isinstance(value, AsyncFixture) else value
            for name, value in arguments.items()
        }

    async def _open(self, fixture: AsyncFixture) -> Any:
        if fixture not in self._values:
            kwargs = await self.fill(fixture.kwargs)
            if inspect.isasyncgenfunction(fixture.fn):
                context = asynccontextmanager(fixture.fn)(*fixture.args, **kwargs)
                self._values[fixture] = await self.enter_async_context(context)
            else:
                self._values[fixture] = await fixture.fn(*fixture.args, **kwargs)
        return self._values[fixture]
