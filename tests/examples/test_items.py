from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from quart_trio import QuartTrio

from actorlive.testing import View, live
from examples.items import view as items
from examples.items.store import TITLES, Store


@pytest.fixture(autouse=True)
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path / "items.sqlite3")) as fresh:
        monkeypatch.setattr(items, "store", fresh)
        yield fresh


async def titles(view: View) -> list[str]:
    return await view.element("#items .title").texts()


def stored(store: Store) -> list[str]:
    return [item.title for item in store.all()]


async def press(view: View, row: int, name: str) -> None:
    await view.element(f"#items-{row} button", name).click()


async def add(view: View, title: str) -> None:
    await view.form("#new-item", {"title": title}).change()
    await view.form("#new-item").submit()


async def says(view: View, message: str) -> None:
    await view.assert_push_event("al:announce", {"message": message})


# -- adding --------------------------------------------------------------------


async def test_a_placeholder_stands_in_until_the_item_is_there(app: QuartTrio, store: Store) -> None:
    async with live(app, "/items") as view:
        await add(view, "Oil the hinges")
        assert await view.element(".item.pending[aria-busy=true] .title").text() == "Oil the hinges"
        assert not await view.has_element(".item.pending button")
        assert await view.element("[name=title]").value() == ""
        assert stored(store) == TITLES
        await view.advance(0.8)
        assert not await view.has_element(".pending")
        assert await titles(view) == stored(store) == [*TITLES, "Oil the hinges"]
        assert await view.element("#items-6 button").texts() == ["More info", "Edit", "Archive", "Delete"]
        await says(view, "Oil the hinges added")


async def test_what_was_added_before_the_connection_broke_is_there_afterwards(
    app: QuartTrio, store: Store
) -> None:
    async with live(app, "/items") as view:
        await add(view, "Oil the hinges")
        await view.disconnect()
        await view.reconnect()
        assert await titles(view) == TITLES
        await view.advance(0.8)
        assert await titles(view) == stored(store) == [*TITLES, "Oil the hinges"]


async def test_adds_do_not_wait_for_each_other_and_one_fails_alone(app: QuartTrio, store: Store) -> None:
    async with live(app, "/items") as view:
        for title in ["one", "certain to fail", "three"]:
            await add(view, title)
            await view.advance(0.2)
        assert len(await view.element(".pending").texts()) == 3
        await view.advance(0.6)
        assert await view.has_element("[role=alert]", "Could not create item")
        assert await titles(view) == stored(store) == [*TITLES, "one", "three"]


async def test_blanks_are_no_title(app: QuartTrio) -> None:
    async with live(app, "/items") as view:
        await add(view, "  ")
        assert await titles(view) == TITLES


# -- archiving -----------------------------------------------------------------


async def test_every_third_archive_is_taken_back(app: QuartTrio, store: Store) -> None:
    async with live(app, "/items") as view:
        for row in (1, 2):
            await press(view, row, "Archive")
        await says(view, f"{TITLES[1]} archived")
        assert await titles(view) == stored(store) == TITLES[2:]
        await press(view, 3, "Archive")
        assert await view.has_element("[role=alert]", "Archive failed")
        assert not await view.element("#items-3").has_class("archiving")
        await view.element(".al-flash button").click()
        assert not await view.has_element("[role=alert]")
        assert await titles(view) == stored(store) == TITLES[2:]


# -- deleting ------------------------------------------------------------------


async def test_a_deleted_item_leaves_the_page_soon_and_the_store_later(app: QuartTrio, store: Store) -> None:
    async with live(app, "/items") as view:
        await press(view, 1, "Delete")
        assert await view.element("#items-1").has_class("leaving")
        await view.advance(items.FADE)
        assert await titles(view) == TITLES[1:]
        assert await view.has_element("#undo", "Item will be deleted. Undo?")
        await view.advance(4.9 - items.FADE)
        assert stored(store) == TITLES
        await view.advance(0.2)
        assert stored(store) == TITLES[1:]
        assert not await view.has_element("#undo button")
        await says(view, f"{TITLES[0]} deleted")


@pytest.mark.parametrize("later", [0.1, 3.0])
async def test_undo_puts_it_back_in_its_place(app: QuartTrio, store: Store, later: float) -> None:
    async with live(app, "/items") as view:
        await press(view, 3, "Delete")
        await view.advance(later)
        await view.element("#undo button").click()
        assert await titles(view) == TITLES
        assert not await view.element("#items-3").has_class("leaving")
        await says(view, f"{TITLES[2]} restored")
        await view.advance(60)
        assert await titles(view) == stored(store) == TITLES


async def test_the_timer_of_a_delete_that_was_undone_is_void(app: QuartTrio, store: Store) -> None:
    async with live(app, "/items") as view:
        await press(view, 1, "Delete")
        await view.advance(4)
        await view.element("#undo button").click()
        await press(view, 1, "Delete")
        await view.advance(4)
        assert stored(store) == TITLES
        await view.advance(1)
        assert stored(store) == TITLES[1:]


async def test_two_deletes_can_be_undone_one_by_one(app: QuartTrio, store: Store) -> None:
    async with live(app, "/items") as view:
        await press(view, 1, "Delete")
        await press(view, 2, "Delete")
        await view.advance(1)
        await view.element("#undo button").click()
        assert await titles(view) == TITLES[1:]
        await view.element("#undo button").click()
        assert await titles(view) == TITLES


async def test_locked_items_stay(app: QuartTrio, store: Store) -> None:
    async with live(app, "/items") as view:
        await press(view, 5, "Delete")
        assert await view.has_element("[role=alert]", "Delete failed")
        assert not await view.element("#items-5").has_class("leaving")
        assert not await view.has_element("#undo button")


async def test_a_visitor_who_leaves_has_decided(app: QuartTrio, store: Store) -> None:
    async with live(app, "/items") as view:
        await press(view, 1, "Delete")
    assert stored(store) == TITLES[1:]


# -- searching -----------------------------------------------------------------


async def test_a_newer_search_supersedes_a_slow_one(app: QuartTrio) -> None:
    async with live(app, "/items") as view:
        await view.element("[name=q]").change("slow")
        await view.element("[name=q]").change("THE ")
        assert await view.element("#results").attribute("aria-busy") == "true"
        await view.advance(0.2)
        assert await view.element("#results p").text() == "Results for: THE"
        assert await view.element("#results li").texts() == TITLES[:4]
        await view.advance(60)
        assert await view.element("#results p").text() == "Results for: THE"
        await view.element("[name=q]").change("slow motion")
        await view.advance(1.5)
        assert await view.element("#results p").text() == "Results for: slow motion"
        assert await view.element("#results").attribute("aria-busy") == "false"


# -- editing -------------------------------------------------------------------


async def test_a_save_is_seen_by_everybody(app: QuartTrio, store: Store) -> None:
    async with live(app, "/items") as view, live(app, "/items") as other:
        await press(view, 1, "Edit")
        await press(view, 2, "Edit")
        assert await view.element("#items [name=title]").value() == TITLES[1]
        await view.form("#edit", {"title": "Mend both kites"}).submit()
        expected = [TITLES[0], "Mend both kites", *TITLES[2:]]
        assert await titles(view) == await titles(other) == stored(store) == expected
        assert not await view.has_element("#items [name=title]")
        await says(view, "Mend both kites saved")


async def test_a_save_that_comes_too_late_can_be_repeated(app: QuartTrio, store: Store) -> None:
    async with live(app, "/items") as view, live(app, "/items") as other:
        await press(view, 1, "Edit")
        await press(other, 1, "Edit")
        await other.form("#edit", {"title": "theirs"}).submit()
        await view.form("#edit", {"title": "mine"}).submit()
        assert await view.has_element("[role=alert]", "Updated by someone else. Your changes were not saved.")
        assert (await titles(view))[0] == stored(store)[0] == "theirs"
        assert await view.element("#items [name=title]").value() == "mine"
        await view.form("#edit").submit()
        assert (await titles(view))[0] == (await titles(other))[0] == stored(store)[0] == "mine"


# -- what others do ------------------------------------------------------------


async def test_what_one_deletes_while_another_edits_it_is_gone(app: QuartTrio, store: Store) -> None:
    async with live(app, "/items") as view, live(app, "/items") as other:
        await press(other, 1, "Edit")
        await press(view, 1, "Delete")
        await view.advance(5)
        assert await titles(other) == stored(store) == TITLES[1:]
        await other.submit("save", {"item": "1", "version": "1", "title": "too late"})
        assert await titles(other) == stored(store) == TITLES[1:]


async def test_a_row_that_fades_is_not_brought_back_by_a_save_elsewhere(app: QuartTrio, store: Store) -> None:
    async with live(app, "/items") as view, live(app, "/items") as other:
        await press(other, 1, "Edit")
        await press(view, 1, "Delete")
        await view.advance(0.1)
        await other.form("#edit", {"title": "still here"}).submit()
        await view.advance(1)
        assert await titles(view) == TITLES[1:]
        await view.element("#undo button").click()
        assert (await titles(view))[0] == "still here"


async def test_a_crash_costs_nothing_but_the_view(app: QuartTrio, store: Store) -> None:
    async with live(app, "/items") as view:
        with pytest.raises(RuntimeError, match="the button said so"):
            await view.element("button", "Crash").click()
        await view.advance(1)
        assert await titles(view) == stored(store) == TITLES


# -- moving --------------------------------------------------------------------


async def test_a_moved_row_moves_for_everybody(app: QuartTrio, store: Store) -> None:
    async with live(app, "/items") as view, live(app, "/items") as other:
        await view.element("#items").hook("move", {"id": "4", "before": "2"})
        expected = [TITLES[0], TITLES[3], TITLES[1], TITLES[2], TITLES[4]]
        assert await titles(view) == await titles(other) == stored(store) == expected
        await view.element("#items").hook("move", {"id": "4", "before": None})
        expected = [TITLES[0], TITLES[1], TITLES[2], TITLES[4], TITLES[3]]
        assert await titles(view) == await titles(other) == stored(store) == expected


async def test_a_row_that_another_moves_while_it_fades_does_not_come_back(
    app: QuartTrio, store: Store
) -> None:
    async with live(app, "/items") as view, live(app, "/items") as other:
        await view.element("#items-1 button", "Delete").click()
        await other.element("#items").hook("move", {"id": "1", "before": None})
        await view.advance(1)
        assert await titles(view) == TITLES[1:]
        await view.element("#undo button").click()
        assert await titles(view) == stored(store) == [*TITLES[1:], TITLES[0]]


# -- a demo that everybody may use ---------------------------------------------


async def test_the_list_does_not_wear_out(
    app: QuartTrio, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("examples.items.store.MOST", len(TITLES))
    async with live(app, "/items") as view:
        await add(view, "One too many")
        await view.advance(2)
        assert await view.has_element("[role=alert]", "The list is full")
        assert await titles(view) == TITLES
        for item in store.all():
            store.remove(item, view.pid)
    async with live(app, "/items") as view:
        assert await titles(view) == TITLES
