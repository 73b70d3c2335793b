from __future__ import annotations

from quart_trio import QuartTrio

from actorlive.testing import live


async def test_each_visitor_counts_for_himself(app: QuartTrio) -> None:
    async with live(app, "/counter") as view, live(app, "/counter") as other:
        for name in ["+", "+", "−", "+"]:
            await view.element("button", name).click()
        assert await view.element("#count").text() == "2"
        assert await other.element("#count").text() == "0"
