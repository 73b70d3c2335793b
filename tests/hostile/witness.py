"""A normal visitor beside the attack, who clicks, and whose answers stay right."""

from __future__ import annotations

import trio

from tests.web.visitor import Wire

__all__ = ["Witness"]

AT_ONCE = 20
"""Clicks without a pause, while the attack begins."""
PAUSE = 5.0


class Witness:
    """Counts, and knows what the count must be."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.count = 0

    async def click(self) -> None:
        """One click. Raises `AssertionError` for another answer than the next number."""
        self.count += 1
        answer = await self._wire.clicked("inc")
        assert answer == {"diff": {"0": str(self.count)}}, answer

    async def click_until(self, over: trio.Event) -> None:
        """Click on; never leave an answer unread."""
        for _ in range(AT_ONCE):
            await self.click()
        while not over.is_set():
            with trio.move_on_after(PAUSE):
                await over.wait()
            await self.click()
