from __future__ import annotations

from collections import deque

import pytest
from quart_trio import QuartTrio

from actorlive.testing import View, live
from examples.chat import room
from examples.chat.room import KEPT


@pytest.fixture(autouse=True)
def empty_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_history", deque[object](maxlen=KEPT))


async def say(view: View, name: str, text: str) -> None:
    await view.form("#say", {"name": name, "text": text}).change()
    await view.form("#say").submit()


async def heard(view: View) -> list[str]:
    return await view.element("#messages li").texts()


async def test_everybody_in_the_room_hears_it(app: QuartTrio) -> None:
    async with live(app, "/chat") as ada, live(app, "/chat") as joe:
        await say(ada, "Ada", "Hello, Joe")
        await say(joe, "Joe", "Hello, <Ada>")
        assert await heard(ada) == await heard(joe) == ["Ada Hello, Joe", "Joe Hello, <Ada>"]
    async with live(app, "/chat") as late:
        assert await heard(late) == ["Ada Hello, Joe", "Joe Hello, <Ada>"]


async def test_the_form_keeps_the_name_and_empties_the_message(app: QuartTrio) -> None:
    async with live(app, "/chat") as view:
        await say(view, "Ada", "Hello")
        assert await view.element("[name=name]").value() == "Ada"
        assert await view.element("[name=text]").value() == ""


async def test_nothing_is_said_by_blanks_or_at_too_great_length(app: QuartTrio) -> None:
    async with live(app, "/chat") as view:
        await view.submit("say", {"name": "Ada", "text": "   "})
        await view.submit("say", {"name": "Ada", "text": "x" * 501})
        assert await heard(view) == []


async def test_a_hundred_messages_are_kept(app: QuartTrio) -> None:
    async with live(app, "/chat") as view:
        for n in range(103):
            await view.submit("say", {"name": "Ada", "text": str(n)})
        assert await heard(view) == [f"Ada {n}" for n in range(3, 103)]
    assert len(room.history()) == KEPT


async def test_a_draft_survives_a_reconnect(app: QuartTrio) -> None:
    async with live(app, "/chat") as view:
        await view.form("#say", {"name": "Ada", "text": "half a sen"}).change()
        await view.disconnect()
        await view.reconnect()
        assert await view.element("[name=text]").value() == "half a sen"
        await view.form("#say").submit()
        assert await heard(view) == ["Ada half a sen"]


async def test_a_visitor_is_known_again_and_sees_what_is_theirs(app: QuartTrio) -> None:
    visitor = app.test_client()
    async with live(app, "/chat", client=visitor) as ada, live(app, "/chat") as joe:
        await say(ada, "Ada", "Hello")
        assert await ada.element("#messages .mine").texts() == ["Ada Hello"]
        assert not await joe.has_element("#messages .mine")
    async with live(app, "/chat", client=visitor) as again:
        assert await again.element("[name=name]").value() == "Ada"
        assert await again.has_element("#messages .mine")
