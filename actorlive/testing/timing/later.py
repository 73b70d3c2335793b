"""What a page does later, as by `setTimeout`: functions that are called after a time, while a nursery is open."""

from __future__ import annotations

from collections.abc import Callable

import trio

__all__ = ["schedule_in"]


def schedule_in(nursery: trio.Nursery) -> Callable[[float, Callable[[], None]], None]:
    """A function that calls another one after so many seconds, unless the nursery's block has ended by then."""

    def schedule(delay: float, fn: Callable[[], None]) -> None:
        async def later() -> None:
            await trio.sleep(delay)
            fn()

        nursery.start_soon(later)

    return schedule
