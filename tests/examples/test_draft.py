"""/draft: a long form in parts, whose view may end at any time."""

from __future__ import annotations

import pytest
from quart_trio import QuartTrio

from actorlive.testing import View, live
from examples.draft.report import Report, Sighting


async def go(view: View, step: int) -> None:
    await view.element(f"#step-{step}").click()


async def add(view: View, bird: str, count: int = 1) -> None:
    await view.form("#bird", {"bird": bird, "count": count}).submit()


async def birds(view: View) -> list[str]:
    return await view.element("#birds span").texts()


async def end(view: View) -> None:
    """End the view by its button, and wait for the next one."""
    with pytest.raises(RuntimeError, match="what was entered comes back"):
        await view.element("button", text="End the view").click()
    await view.advance(2)


async def filled(view: View) -> None:
    await view.form("#where", {"place": "Cape Clear", "day": "2026-04-02", "weather": "fog"}).change()
    await go(view, 1)
    for bird, count in (("Curlew", 3), ("Gannet", 40), ("Wren", 1)):
        await add(view, bird, count)


async def test_parts_are_shown_one_after_the_other(app: QuartTrio) -> None:
    async with live(app, "/draft") as view:
        await filled(view)
        assert await birds(view) == ["3 × Curlew", "40 × Gannet", "1 × Wren"]
        await go(view, 0)
        assert await view.element("#place").value() == "Cape Clear"
        assert await view.element("#day").value() == "2026-04-02"


async def test_birds_are_put_in_order_and_removed(app: QuartTrio) -> None:
    async with live(app, "/draft") as view:
        await filled(view)
        await view.element("[aria-label='Wren one up']").click()
        await view.element("[aria-label='Remove Curlew']").click()
        assert await birds(view) == ["1 × Wren", "40 × Gannet"]


async def test_all_of_it_outlives_its_view_the_parts_that_are_not_shown_too(app: QuartTrio) -> None:
    async with live(app, "/draft") as view:
        await filled(view)
        await view.element("[aria-label='Wren one up']").click()
        for _ in range(2):
            before = view.pid
            await end(view)
            assert view.pid != before
        assert await view.element("[aria-current]").text() == "Birds"
        assert await birds(view) == ["3 × Curlew", "1 × Wren", "40 × Gannet"]
        await go(view, 0)
        assert await view.element("#place").value() == "Cape Clear"


async def test_a_long_text_is_there_although_it_was_written_quickly(app: QuartTrio) -> None:
    async with live(app, "/draft") as view:
        await go(view, 2)
        text = ""
        for _ in range(8):
            text += "the wind from the west, " * 50
            await view.form("#notes", {"notes": text}).change()
        await go(view, 3)
        await end(view)
        await go(view, 2)
        assert await view.element("#text").value() == text


async def test_it_says_what_is_missing_and_is_sent_once_nothing_is(app: QuartTrio) -> None:
    async with live(app, "/draft") as view:
        await go(view, 3)
        assert "Still missing: the place, the day, a bird that you saw." in await view.element("#send").text()
        assert await view.element("#send button").attribute("disabled") is not None
        await go(view, 0)
        await filled(view)
        await go(view, 3)
        await view.element("#send button").click()
        assert await view.element("#sent").text() == "Sent, with 3 kinds of birds. Thank you."
        assert await view.element("#place").value() == ""


async def test_what_was_sent_does_not_come_back(app: QuartTrio) -> None:
    async with live(app, "/draft") as view:
        await filled(view)
        await go(view, 3)
        await view.element("#send button").click()
        await end(view)
        await go(view, 1)
        assert await birds(view) == []


def test_a_sighting_at_the_top_stays_there_and_one_that_is_gone_changes_nothing() -> None:
    report = Report().seen("Curlew", 1).seen("Wren", 2)
    assert report.raised(0) == report
    assert report.raised(7) == report
    assert report.without(9) == report
    assert report.raised(1).sightings == (Sighting("Wren", 2), Sighting("Curlew", 1))
