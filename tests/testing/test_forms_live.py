"""Forms through a view."""

from __future__ import annotations

import pytest
from quart_trio import QuartTrio

from actorlive.testing import FormError, live


async def test_change_and_submit(app: QuartTrio) -> None:
    async with live(app, "/form") as view:
        await view.form("#profile", {"name": "Ada"}).change()
        assert await view.element("#seen").text() == "Ada"
        await view.form("#profile", {"color": "blue", "agree": True}).put_submitter("[value=quick]").submit()
        assert await view.element("#saved").text() == "Ada blue True"


async def test_a_button_submits_and_a_control_changes(app: QuartTrio) -> None:
    async with live(app, "/form") as view:
        await view.element("[name=name]").change("Bob")
        assert await view.element("#seen").text() == "Bob"
        await view.element("button", text="Quick").click()
        assert await view.element("#saved").text() == "Bob red False"


async def test_only_what_a_visitor_could_enter(app: QuartTrio) -> None:
    async with live(app, "/form") as view:
        with pytest.raises(FormError, match=r"no field 'nme'.*Did you mean \"name\""):
            await view.form("#profile", {"nme": "Ada"}).change()
        with pytest.raises(FormError, match="does not offer 'green'"):
            await view.form("#profile", {"color": "green"}).change()
        with pytest.raises(FormError, match="is disabled or has no name"):
            await view.form("#profile").put_submitter("[value=slow]").submit()
        with pytest.raises(FormError, match="is no form"):
            await view.form("#seen", {"name": "Ada"}).change()


async def test_typed_text_survives_a_reconnect(app: QuartTrio) -> None:
    async with live(app, "/form") as view:
        await view.form("#profile", {"name": "Ada"}).change()
        await view.disconnect()
        assert "phx-client-error" in await view.render()
        await view.reconnect()
        assert await view.element("#seen").text() == "Ada"
        assert await view.element("[name=name]").value() == "Ada"
