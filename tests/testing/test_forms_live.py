"""Forms through a view."""

from __future__ import annotations

import pytest
from quart import request
from quart_trio import QuartTrio

from actorlive import Event, LiveView, Socket, heex
from actorlive.testing import FormError, live, live_isolated


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
        with pytest.raises(FormError, match="is not a form"):
            await view.form("#seen", {"name": "Ada"}).change()


class Login(Event):
    name: str = ""


class LoginLive(LiveView[Login]):
    """A form that goes over HTTP when the server has found it to be good."""

    good: bool = False

    template = heex("""
      <.form id="login" action="/post" method="post" phx-submit="login" phx-trigger-action={@good}>
        <input name="name"><input type="checkbox" name="stay" value="yes"><button name="how" value="now">Go</button>
      </.form>
      <form id="search" action="/search"><input name="q"></form>
      <form id="nowhere" phx-submit="login"><input name="name"></form>
    """)

    async def handle_event(self, event: Login, socket: Socket) -> None:
        self.good = event.name == "Ada"


async def test_a_form_over_http(app: QuartTrio) -> None:
    app.extensions["actorlive"].route("/login", LoginLive)

    @app.get("/search")
    async def search() -> str:
        return f"searched for {request.args['q']}"

    async with live(app, "/login") as view:
        page = (
            await view.form("#login", {"name": "Ada & Bob", "stay": True})
            .put_submitter("button")
            .submit_form()
        )
        assert page.status == 200
        assert page.html == "[('how', 'now'), ('name', 'Ada & Bob'), ('stay', 'yes')]"
        assert (await view.form("#search", {"q": "a b"}).submit_form()).html == "searched for a b"
        with pytest.raises(FormError, match="no action to be sent to"):
            await view.form("#nowhere").submit_form()


async def test_a_form_is_sent_once_the_server_has_set_it_off(app: QuartTrio) -> None:
    app.extensions["actorlive"].route("/login", LoginLive)
    async with live(app, "/login") as view:
        form = view.form("#login", {"name": "Bob"})
        await form.submit()
        with pytest.raises(FormError, match="has no phx-trigger-action"):
            await form.follow_trigger_action()
        form = view.form("#login", {"name": "Ada"})
        await form.submit()
        page = await form.follow_trigger_action()
        assert page.html == "[('name', 'Ada')]"


async def test_typed_text_survives_a_reconnect(app: QuartTrio) -> None:
    async with live(app, "/form") as view:
        await view.form("#profile", {"name": "Ada"}).change()
        await view.disconnect()
        assert "phx-client-error" in await view.render()
        await view.reconnect()
        assert await view.element("#seen").text() == "Ada"
        assert await view.element("[name=name]").value() == "Ada"


class Tick(Event):
    value: str | None = None


class Fill(Event):
    agree: bool
    size: str = ""


class TickLive(LiveView[Tick | Fill]):
    heard: list[object] = []

    template = heex("""
      <input id="lone" type="checkbox" phx-click="tick" checked />
      <form id="fill" phx-change="fill">
        <input type="checkbox" name="agree" phx-click="tick" />
        <input type="radio" name="size" value="small" phx-click="tick" />
        <input type="radio" name="size" value="large" checked />
      </form>
      <p>{repr(@heard)}</p>
    """)

    async def handle_event(self, event: Tick | Fill, socket: Socket) -> None:
        match event:
            case Tick(value):
                self.heard = [*self.heard, value]
            case Fill(agree, size):
                self.heard = [*self.heard, (agree, size)]


@pytest.mark.parametrize(
    ("selector", "heard"),
    [
        ("#lone", [None, "on"]),
        ("[name=agree]", ["on", (True, "large"), None, (False, "large")]),
        ("[value=small]", ["small", (False, "small"), "small"]),
    ],
)
async def test_a_checkbox_is_switched_before_its_click_is_heard(selector: str, heard: list[object]) -> None:
    async with live_isolated(TickLive) as view:
        for _ in range(2):
            await view.element(selector).click()
        assert await view.element("p").text() == str(heard)
