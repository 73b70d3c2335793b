from __future__ import annotations

from quart_trio import QuartTrio

from actorlive.testing import View, live
from examples.lorem import LOREM


async def words(view: View) -> list[str]:
    return (await view.element("#lorem").text()).split()


async def press(view: View, name: str) -> None:
    await view.element("button", name).click()


async def test_a_word_every_150_ms_until_cancelled_and_on_behind_them(app: QuartTrio) -> None:
    async with live(app, "/async/start") as view:
        assert await view.element("button").texts() == ["Go!", "Reset"]
        await press(view, "Go!")
        assert await view.element("button").texts() == ["Cancel"]
        await view.advance(0.5)
        seen = await words(view)
        assert len(seen) == 3
        assert set(seen) <= set(LOREM)
        await press(view, "Cancel")
        await view.advance(60)
        assert await words(view) == seen
        assert await view.element("button").texts() == ["Go!", "Reset"]
        await press(view, "Go!")
        await view.advance(0.2)
        assert (await words(view))[:-1] == seen
        await press(view, "Cancel")
        await press(view, "Reset")
        assert await words(view) == []


async def test_five_quick_rounds_and_a_double_click_are_one_stream(app: QuartTrio) -> None:
    async with live(app, "/async/start") as view:
        for _ in range(5):
            await view.click("go", wait=False)
            await view.click("cancel", wait=False)
        await view.click("go", wait=False)
        await view.click("go")
        before = len(await words(view))
        await view.advance(1.6)
        assert len(await words(view)) - before == 10
        await press(view, "Cancel")
