from __future__ import annotations

import pytest
from quart_trio import QuartTrio

from actorlive.testing import live
from examples.parts.frame import PAGES

ORDER = {
    "name": "Ada",
    "email": "ada@example.org",
    "tea": "Assam",
    "cup": "xl",
    "pots": "2",
    "day": "2024-05-01",
}


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_says_where_it_is_and_is_rendered_every_second(app: QuartTrio, path: str) -> None:
    async with live(app, path) as view:
        assert await view.has_element(f'nav a[href="{path}"][aria-current="page"]', text=PAGES[path])
        assert await view.has_element("small", text="This page was rendered 0 times while you looked at it.")
        await view.advance(3.5)
        assert await view.has_element("small", text="This page was rendered 3 times while you looked at it.")


async def test_an_order_is_checked_before_it_is_taken(app: QuartTrio) -> None:
    async with live(app, "/parts") as view:
        await view.form("form", {"order": ORDER}).submit()
        assert await view.has_element("#order_terms-error", text="has to be checked")
        await view.form("form", {"order": {"terms": "true", "extras": ["milk", "lemon"]}}).submit()
        assert await view.has_element("[role=status]", text="Tea for Ada: 2 × Assam, on 2024-05-01.")
        await view.element("button", text="Order again").click()
        assert await view.has_element("#order_name:not([value])")


async def test_lighthouses_are_sorted_selected_and_visited(app: QuartTrio) -> None:
    async with live(app, "/parts/table") as view:
        await view.element("thead button", text="Height in m").click()
        assert (await view.element("tbody th").texts())[0] == "Lindesnes"
        await view.element("#lighthouses-5-select").click()
        assert await view.has_element("#picked", text="1 of 10 selected.")
        await view.element("button", text="Visit Fastnet").click()
        assert await view.has_element("#toasts-info", text="Fastnet expects you.")


async def test_a_recipe_is_renamed_in_a_modal(app: QuartTrio) -> None:
    async with live(app, "/parts/dialogs") as view:
        await view.element("button", text="Rename").click()
        await view.form("#rename-form", {"name": "Spelt bread"}).submit()
        assert await view.has_element("#recipe", text="Spelt bread")
        assert not await view.has_element("#rename[data-open]")


async def test_the_url_keeps_the_way(app: QuartTrio) -> None:
    async with live(app, "/parts/menus?by=ferry") as view:
        assert await view.has_element("#way-ferry[aria-selected=true]")
        await view.element("#way-foot").click()
        assert view.path == "/parts/menus?by=foot"
        assert await view.has_element("#way-foot-panel:not([hidden])", text="Along the coast.")


async def test_a_tour_that_is_closed_is_gone(app: QuartTrio) -> None:
    async with live(app, "/parts/toasts") as view:
        for _ in range(2):
            await view.element("button", text="Offer a tour").click()
        await view.element("#offer-1 button").click()
        assert await view.element("#toasts > div > span").texts() == ["Tour 2 begins at the harbour."]


async def test_charts_move_while_they_are_not_held(app: QuartTrio) -> None:
    async with live(app, "/parts/charts") as view:
        first = await view.element("#oven tbody:first-of-type tr:first-child th").text()
        await view.advance(5.5)
        moved = await view.element("#oven tbody:first-of-type tr:first-child th").text()
        assert (first, moved) == ("04:00:00", "04:00:05")
        await view.element("button", text="Hold").click()
        await view.advance(5)
        assert await view.element("#oven tbody:first-of-type tr:first-child th").text() == moved
        assert len(await view.element("#oven tbody tr").texts()) == 60


async def test_markdown_is_shown_as_it_is_typed_and_word_by_word(app: QuartTrio) -> None:
    async with live(app, "/parts/text") as view:
        assert await view.has_element("#shown h2", text="Rye bread")
        assert not await view.has_element("#shown script, #shown img")
        await view.form("#letter", {"text": "> *now*"}).change()
        assert await view.has_element("#shown blockquote em", text="now")
        await view.element("button", text="Tell it word by word").click()
        await view.advance(0.3)
        assert await view.has_element("#shown[aria-busy=true]")
        assert not await view.has_element("#shown pre")
        await view.advance(10)
        assert await view.has_element("#shown:not([aria-busy])")
        assert await view.has_element("#shown pre .al-k", text="def")


async def test_small_parts_say_how_it_stands(app: QuartTrio) -> None:
    async with live(app, "/parts/small") as view:
        await view.element("button", text="Next file").click()
        assert await view.element("#files").attribute("aria-valuetext") == "4 of 12 files"
        await view.element("nav[aria-label=Pages] a", text="20").click()
        assert await view.has_element("#where", text="Page 20 of 20")
        assert await view.has_element("[role=img][aria-label='Ada King']", text="AK")


@pytest.mark.parametrize("page", ["0", "x", "-3", "99999999999"])
async def test_a_page_of_the_small_parts_that_is_not_there_is_one_that_is(app: QuartTrio, page: str) -> None:
    async with live(app, f"/parts/small?page={page}") as view:
        assert await view.has_element("nav[aria-label=Pages] a[aria-current=page]")
