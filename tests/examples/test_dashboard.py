from __future__ import annotations

from pathlib import Path

import pytest
from quart_trio import QuartTrio

from actorlive.testing import View, live
from examples.dashboard import bakery


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bakery, "PAUSE", 0.0)


async def busy(view: View) -> set[str]:
    cards = ["takings", "favourites", "flour", "ledger"]
    return {card for card in cards if await view.has_element(f"#{card}[aria-busy=true]")}


async def test_no_card_waits_for_another(app: QuartTrio) -> None:
    async with live(app, "/dashboard") as view:
        assert await busy(view) == {"favourites", "flour"}
        assert await view.has_element("#takings p", "in 240 orders")
        assert await view.has_element("#ledger p", "240 of 240 orders read")
        await view.advance(0.5)
        assert await busy(view) == {"favourites"}
        await view.advance(1.5)
        assert await busy(view) == set()
        assert len(await view.element("#favourites li").texts()) == 3


async def test_the_ledger_keeps_the_last_rows_only(app: QuartTrio) -> None:
    async with live(app, "/dashboard") as view:
        rows = await view.element("#orders li").texts()
        assert [row.partition(":")[0] for row in rows] == [f"No. {n}" for n in range(240, 234, -1)]


async def test_the_chart_shows_the_last_orders(app: QuartTrio) -> None:
    async with live(app, "/dashboard") as view:
        rows = await view.element("#taken tbody th").texts()
        assert rows == [f"No. {n}" for n in range(201, 241)]
        last = await view.element("#orders li:first-child").text()
        assert last.endswith(await view.element("#taken tbody:last-of-type tr:last-child td").text())
        assert len(await view.element("#taken rect").texts()) == 40


async def test_the_card_that_fails_can_be_tried_again(app: QuartTrio) -> None:
    async with live(app, "/dashboard") as view:
        await view.advance(0.5)
        assert await view.element("#flour [role=alert]").text() == "Could not load: the mill does not answer"
        await view.element("button", "Retry").click()
        assert await view.has_element("#flour[aria-busy=true]", "Asking the mill…")
        await view.advance(0.5)
        assert await view.has_element("#flour p", "€ 1.15 a kilogram")


def test_the_books_are_the_same_every_time(tmp_path: Path) -> None:
    first = bakery.build(tmp_path / "1.sqlite3").read_bytes()
    assert bakery.build(tmp_path / "2.sqlite3").read_bytes() == first
    assert bakery.takings() == bakery.Takings(bakery.ORDERS, bakery.takings().euros)
