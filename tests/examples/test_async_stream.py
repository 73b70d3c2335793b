from __future__ import annotations

import re

from quart_trio import QuartTrio

from actorlive.testing import View, live
from examples.lorem import LOREM


async def words(view: View) -> list[str]:
    """The words of the ten rows, whose numbers are checked on the way."""
    found: list[str] = []
    for n, text in enumerate(await view.element("#words li").texts()):
        row = re.fullmatch(rf"ID: async_output-{n} - {n} - (\S+)", text)
        assert row, text
        found.append(row[1])
    return found


async def test_ten_rows_come_after_a_second(app: QuartTrio) -> None:
    async with live(app, "/async/stream") as view:
        assert await view.has_element("p", "Loading output...")
        await view.advance(1)
        assert not await view.has_element("p", "Loading output...")
        seen = await words(view)
        assert len(seen) == 10
        assert set(seen) <= set(LOREM)


async def test_a_reconnect_brings_ten_others(app: QuartTrio) -> None:
    async with live(app, "/async/stream") as view:
        await view.advance(1)
        seen = await words(view)
        await view.disconnect()
        await view.reconnect()
        await view.advance(1)
        again = await words(view)
        assert len(again) == 10
        assert again != seen


async def test_a_failure_says_so(app: QuartTrio) -> None:
    async with live(app, "/async/stream?fail=1") as view:
        assert await view.has_element("p", "Loading output...")
        await view.advance(1)
        assert await view.has_element("p", "there was an error loading the output")
        assert not await view.has_element("#words")
