from __future__ import annotations

from quart_trio import QuartTrio

from actorlive.testing import live

TEXT = "Well that took a long time!"


async def test_the_value_comes_after_two_seconds(app: QuartTrio) -> None:
    async with live(app, "/async/assign") as view:
        assert not await view.has_element("#output p")
        await view.element("button", "Async output!").click()
        await view.advance(1.9)
        assert not await view.has_element("#output p")
        await view.advance(0.2)
        assert await view.element("#output p").text() == TEXT


async def test_the_earlier_value_stays_while_it_is_loaded_again(app: QuartTrio) -> None:
    async with live(app, "/async/assign") as view:
        await view.element("button").click()
        await view.advance(2)
        await view.element("button").click()
        assert await view.element("#output").attribute("aria-busy") == "true"
        assert await view.element("#output p").text() == TEXT
        await view.advance(2)
        assert await view.element("#output").attribute("aria-busy") is None
        assert (await view.text()).count(TEXT) == 1
