from __future__ import annotations

import pytest
from quart_trio import QuartTrio

from actorlive.testing import View, live
from examples.desk import board as module
from examples.desk.board import FIRST, MOST, Board


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    board = Board(FIRST)
    monkeypatch.setattr(module, "board", board)
    monkeypatch.setattr("examples.desk.view.board", board)


async def titles(view: View, column: str) -> list[str]:
    return await view.element(f'[data-column="{column}"] .task p').texts()


async def step(view: View, id: int, side: str) -> None:
    await view.element(f'#card-{id} [phx-value-side="{side}"]').click()


async def drop(view: View, id: int, column: str, before: int | None, seen: int = 1) -> None:
    move = {"id": id, "seen": seen, "column": column, "before": before}
    await view.element("#board").hook("drop", move)


async def test_a_card_goes_on_by_buttons_in_both_tabs(app: QuartTrio) -> None:
    async with live(app, "/desk") as ada, live(app, "/desk") as bob:
        await step(ada, 2, "right")
        for view in (ada, bob):
            assert await titles(view, "todo") == [FIRST["todo"][0], FIRST["todo"][2]]
            assert await titles(view, "doing") == [FIRST["doing"][0], FIRST["todo"][1], FIRST["doing"][1]]


async def test_up_and_down_change_neighbours(app: QuartTrio) -> None:
    first, second, third = FIRST["todo"]
    async with live(app, "/desk") as view:
        await step(view, 1, "down")
        assert await titles(view, "todo") == [second, first, third]
        await step(view, 1, "down")
        assert await titles(view, "todo") == [second, third, first]
        await step(view, 3, "up")
        assert await titles(view, "todo") == [third, second, first]


async def test_undo_takes_back_the_last_change_and_no_other(app: QuartTrio) -> None:
    async with live(app, "/desk") as view:
        await step(view, 1, "right")
        await view.element("#card-2 [phx-click=remove]").click()
        await view.element("button", "Undo").click()
        assert await titles(view, "todo") == FIRST["todo"][1:]
        assert await view.has_element("button:disabled", "Undo")


async def test_the_later_of_two_moves_is_refused_and_says_why(app: QuartTrio) -> None:
    async with live(app, "/desk") as ada, live(app, "/desk") as bob:
        await drop(bob, 1, "done", None)
        await drop(ada, 1, "doing", None)
        assert await ada.has_element(".al-flash", "changed “Glaze the blue bowls” first")
        assert await titles(ada, "done") == [*FIRST["done"], "Glaze the blue bowls"]


async def test_an_undo_that_comes_too_late_is_refused(app: QuartTrio) -> None:
    async with live(app, "/desk") as ada, live(app, "/desk") as bob:
        await step(ada, 1, "right")
        await step(bob, 1, "right")
        await ada.element("button", "Undo").click()
        assert await ada.has_element(".al-flash", "first")
        assert await titles(ada, "done") == ["Glaze the blue bowls", *FIRST["done"]]


async def test_a_title_half_typed_moves_with_its_card(app: QuartTrio) -> None:
    async with live(app, "/desk") as ada, live(app, "/desk") as bob:
        await ada.element("#card-1 [phx-click=edit]").click()
        await ada.form("#title-1", {"title": "Glaze the red"}).change()
        await step(bob, 1, "right")
        assert await ada.has_element('[data-column="doing"] input[value="Glaze the red"]')
        await ada.form("#title-1", {"title": "Glaze the red bowls"}).submit()
        assert "Glaze the red bowls" in await titles(bob, "doing")


async def test_a_card_is_added_where_it_was_typed(app: QuartTrio) -> None:
    async with live(app, "/desk") as view:
        await view.form("#add-doing", {"title": "Sweep the floor"}).submit()
        assert (await titles(view, "doing"))[-1] == "Sweep the floor"
        assert await view.has_element('#add-doing input[value=""]')


@pytest.mark.parametrize("column", ["nowhere", ""])
async def test_what_names_no_column_changes_nothing(app: QuartTrio, column: str) -> None:
    async with live(app, "/desk") as view:
        await drop(view, 1, column, None)
        assert await titles(view, "todo") == FIRST["todo"]


async def test_a_board_does_not_wear_out(app: QuartTrio) -> None:
    async with live(app, "/desk"):
        for card in [card for column in module.board.columns() for card in column.cards]:
            module.board.remove(card.id, seen=card.version)
    async with live(app, "/desk") as view:
        assert await titles(view, "todo") == FIRST["todo"]
        for n in range(MOST + 5):
            await view.form("#add-done", {"title": f"No. {n}"}).submit()
        assert await view.has_element("[role=alert]", "The board is full")
    assert sum(len(column.cards) for column in module.board.columns()) == MOST
