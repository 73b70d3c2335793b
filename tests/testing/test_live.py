"""`live()` on the examples: the shortest tests."""

from __future__ import annotations

import pytest
from quart_trio import QuartTrio

from actorlive import ActorLive
from actorlive.testing import live, live_isolated
from examples.async_start.view import AsyncStartLive
from examples.counter.view import CounterLive
from examples.undo.view import UndoLive


@pytest.fixture
def app() -> QuartTrio:
    app = QuartTrio(__name__)
    extension = ActorLive(app, secret_key="x" * 40)
    extension.route("/counter", CounterLive)
    extension.route("/lorem", AsyncStartLive)
    extension.route("/undo", UndoLive)
    return app


async def test_counter(app: QuartTrio) -> None:
    async with live(app, "/counter") as view:
        await view.element("button", text="+").click()
        await view.element("button", text="+").click()
        await view.element("button", text="−").click()
        assert await view.element("#count").text() == "1"


async def test_words_stream_and_stop(app: QuartTrio) -> None:
    async with live(app, "/lorem") as view:
        await view.element("button", text="Go!").click()
        await view.advance(0.45)
        assert len((await view.element("#lorem").text()).split()) == 3
        await view.element("button", text="Cancel").click()
        assert await view.has_element("button", text="Go!")


async def test_undo(app: QuartTrio) -> None:
    async with live(app, "/undo") as view:
        await view.element("#item-1 button").click()
        await view.advance(4.9)
        assert await view.element("li").count() == 4
        await view.advance(0.1)
        assert await view.element("li").count() == 3


async def test_isolated() -> None:
    async with live_isolated(CounterLive) as view:
        await view.element("button", text="+").click()
        assert await view.element("#count").text() == "1"
