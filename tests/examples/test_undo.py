from __future__ import annotations

from quart_trio import QuartTrio

from actorlive.testing import View, live
from examples.undo.view import ITEMS

TITLES = [item.title for item in ITEMS]


async def titles(view: View) -> list[str]:
    return await view.element("li span").texts()


async def delete(view: View, row: int) -> None:
    await view.element(f"#item-{row} button").click()


async def test_a_deleted_item_stays_for_five_seconds(app: QuartTrio) -> None:
    async with live(app, "/undo") as view:
        await delete(view, 1)
        assert await view.has_element("#undo", "Item will be deleted. Undo?")
        await view.advance(4.9)
        assert await titles(view) == TITLES
        await view.advance(0.1)
        assert await titles(view) == TITLES[1:]
        assert not await view.has_element("#undo button")


async def test_undo_keeps_it_and_voids_the_timer(app: QuartTrio) -> None:
    async with live(app, "/undo") as view:
        await delete(view, 1)
        await view.advance(4)
        await view.element("button", "Undo").click()
        assert not await view.has_element("#undo button")
        await delete(view, 1)
        await view.advance(4)
        assert await titles(view) == TITLES
        await view.advance(1)
        assert await titles(view) == TITLES[1:]


async def test_a_second_delete_supersedes_the_first(app: QuartTrio) -> None:
    async with live(app, "/undo") as view:
        await delete(view, 1)
        await view.advance(3)
        await delete(view, 2)
        await view.advance(4)
        assert await titles(view) == TITLES
        await view.advance(60)
        assert await titles(view) == [TITLES[0], *TITLES[2:]]
