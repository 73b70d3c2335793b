from __future__ import annotations

from typing import Any

import pytest
from quart_trio import QuartTrio

from actorlive.testing import View, live
from examples.room.people import hue_of


async def here(view: View) -> list[str]:
    await view.settle()
    return await view.element('ul[aria-label="People"] li').texts()


async def call_oneself(view: View, name: str) -> None:
    await view.form("#rename", {"name": name}).change()


async def test_who_comes_is_seen_and_who_goes_is_gone(app: QuartTrio) -> None:
    async with live(app, "/room") as ada:
        await call_oneself(ada, "Ada")
        assert await here(ada) == ["A Ada (you)"]
        assert await ada.element("h1").text() == "You are alone here"
        async with live(app, "/room") as bo:
            await call_oneself(bo, "Bo")
            assert await here(ada) == ["A Ada (you)", "B Bo"]
            assert await here(bo) == ["A Ada", "B Bo (you)"]
            assert await ada.element("h1").text() == "2 are here"
        assert await here(ada) == ["A Ada (you)"]


async def test_whose_connection_breaks_is_there_for_as_long_as_they_may_come_back(app: QuartTrio) -> None:
    async with live(app, "/room", line=True) as ada, live(app, "/room") as bo:
        await call_oneself(ada, "Ada")
        await call_oneself(bo, "Bo")
        await ada.cut()
        await bo.advance(19.9)
        assert await here(bo) == ["A Ada", "B Bo (you)"]
        await bo.advance(0.1)
        assert await here(bo) == ["B Bo (you)"]
        await ada.mend()
        assert len(await here(bo)) == 2  # mounted afresh


async def test_two_windows_are_one_person(app: QuartTrio) -> None:
    visitor: Any = app.test_client()
    async with live(app, "/room") as bo, live(app, "/room", client=visitor) as one:
        await call_oneself(bo, "Bo")
        await call_oneself(one, "Ada")
        async with live(app, "/room", client=visitor) as two:
            assert await two.element("[name=name]").value() == "Ada"
            assert await here(bo) == ["A Ada 2 windows", "B Bo (you)"]
        assert await here(bo) == ["A Ada", "B Bo (you)"]


async def test_who_writes_is_seen_and_what_is_said(app: QuartTrio) -> None:
    async with live(app, "/room") as ada, live(app, "/room") as bo:
        await call_oneself(ada, "Ada")
        await call_oneself(bo, "Bo")
        await ada.form("#write", {"line": "Is the kiln"}).change()
        assert (await here(bo))[0] == "A Ada writes…"
        await ada.form("#write", {"line": "Is the kiln free?"}).submit()
        assert (await here(bo))[0] == "A Ada Is the kiln free?"
        assert await ada.element("[name=line]").value() == ""


async def test_pointers_are_told_to_the_others_and_kept_nowhere(app: QuartTrio) -> None:
    async with live(app, "/room") as ada, live(app, "/room") as bo:
        await call_oneself(ada, "Ada")
        await ada.element("#floor").hook("point", {"x": 25, "y": 50.5})
        me = await ada.element("#floor").attribute("data-me")
        assert me is not None
        moved = {"id": me, "name": "Ada", "hue": hue_of(me), "x": 25.0, "y": 50.5}
        await bo.assert_push_event("moved", moved)
        await ada.element("#floor").hook("rest", {})
        await bo.assert_push_event("rested", {"id": me})


@pytest.mark.parametrize("place", [{"x": -1, "y": 0}, {"x": 0, "y": 101}, {"x": "far"}, {}])
async def test_a_pointer_is_on_the_floor(app: QuartTrio, place: dict[str, object]) -> None:
    async with live(app, "/room") as ada, live(app, "/room") as bo:
        await ada.element("#floor").hook("point", place)
        await bo.settle()
        await bo.refute_push_event("moved")


async def test_a_pointer_goes_with_its_window(app: QuartTrio) -> None:
    async with live(app, "/room") as bo:
        async with live(app, "/room") as ada:
            me = await ada.element("#floor").attribute("data-me")
        await bo.settle()
        await bo.assert_push_event("rested", {"id": me})
