"""`live` and `live_isolated`: what they take, and what they check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import trio
from quart_trio import QuartTrio

from actorlive import LiveComponent, LiveView, Socket, component, heex, send
from actorlive.template import Attrs, Slot, Template, TemplateError, render_slot
from actorlive.testing import (
    Failure,
    PageWarning,
    Redirected,
    RenderedError,
    live,
    live_isolated,
    render_component,
    rendered_to_string,
)
from actorlive.testing.browser.messages import Loaded
from actorlive.testing.worlds.base import NONE, World
from tests.support.narrow import untyped
from tests.testing.views import KitchenLive


class EchoLive(LiveView):
    """Shows what it was given."""

    shown: str = ""

    template = heex("<p>{@shown}</p>")

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        connect_params = socket.connect_params or {}
        self.shown = (
            f"{session.get('user', '-')} {connect_params.get('tz', '-')} {connect_params.get('_mounts', '-')}"
        )

    async def handle_info(self, message: Any, socket: Socket) -> None:
        if message == "leave":
            socket.redirect("/elsewhere")
        self.shown = f"got {message}"


class TwinsLive(LiveView):
    """Two elements with one id."""

    template = heex('<p id="twin">1</p><p id="twin">2</p>')


class NamelessLive(LiveView):
    """A form that cannot be recovered."""

    exempt: bool = False

    template = heex('<form phx-change="x" phx-ignore-missing-id={@exempt}></form>')

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        self.exempt = session.get("exempt", False)


async def test_isolated_views_get_session_and_params() -> None:
    async with live_isolated(EchoLive, session={"user": "ada"}, connect_params={"tz": "CET"}) as view:
        assert await view.element("p").text() == "ada CET 0"
        send(view.pid, "hello")
        assert await view.element("p").text() == "got hello"
        send(view.pid, "leave")
        assert (await view.assert_redirect("/elsewhere")).kind == "redirect"


async def test_an_isolated_view_has_nowhere_to_go() -> None:
    async with live_isolated(EchoLive) as view:
        send(view.pid, "leave")
        with pytest.raises(Failure, match="no application around it"):
            await view.follow_redirect()


class SearchLive(LiveView):
    """A form that may be sent without LiveView."""

    template = heex('<form id="search" action="/search"><input name="q"></form>')


@pytest.mark.parametrize("method", ["get", "post"])
async def test_an_isolated_view_has_nobody_to_send_a_form_to(method: str) -> None:
    async with live_isolated(SearchLive) as view:
        (form,) = view.page.document.select("#search")
        form.attrs["method"] = method
        with pytest.raises(
            Failure, match="no application around it, so nothing is at 'http://localhost/search'"
        ):
            await view.form("#search", {"q": "ada"}).submit_form()


def test_a_world_that_says_too_little_cannot_be_made() -> None:
    class Unreachable(World):
        async def load(self, url: str, cookies: Mapping[str, str] = NONE) -> Loaded:
            return Loaded("", 200, url, {})

    with pytest.raises(TypeError, match=r"'?connect'?, '?connect_line'?, '?send_form'?"):
        untyped(Unreachable)()


async def test_an_app_an_extension_and_what_is_neither(app: QuartTrio) -> None:
    async with live(app.extensions["actorlive"], "/other") as view:
        assert await view.has_element("h1", text="Other")
    with pytest.raises(Failure, match="live_isolated"):
        live(KitchenLive, "/")


async def test_the_cookies_of_a_client_count(app: QuartTrio) -> None:
    app.extensions["actorlive"].route("/echo", EchoLive)
    async with app.test_app():
        client = app.test_client()
        async with untyped(client).session_transaction() as session:
            session["user"] = "grace"
        async with live(app, "/echo", client=client) as view:
            assert (await view.text()).startswith("grace")


async def test_two_views_of_one_application(app: QuartTrio) -> None:
    async with live(app, "/kitchen") as one, live(app, "/kitchen") as other:
        await one.element("#inc").click()
        assert await one.element("#count").text() == "1"
        assert await other.element("#count").text() == "0"


async def test_duplicate_ids_are_raised_or_warned_of() -> None:
    with pytest.raises(Failure, match="the id 'twin' occurs 2 times"):
        async with live_isolated(TwinsLive):
            pass
    with pytest.warns(PageWarning, match="twin"):
        async with live_isolated(TwinsLive, on_error="warn"):
            pass


async def test_a_form_without_an_id_is_warned_of() -> None:
    with pytest.warns(PageWarning, match="has phx-change but no id"):
        async with live_isolated(NamelessLive):
            pass
    async with live_isolated(NamelessLive, session={"exempt": True}):
        pass


async def test_a_page_that_redirects_says_how_to_expect_it(app: QuartTrio) -> None:
    with pytest.raises(Redirected, match=r"pytest.raises\(Redirected\)"):
        async with live(app, "/guard"):
            pass


@component
def badge(*, label: str, inner_block: Slot = Slot.empty, rest: Attrs) -> Template:
    """For the test below."""
    return heex("<b {@rest}>{@label}{render_slot(@inner_block)}</b>")


def test_components_by_themselves() -> None:
    assert render_component(badge, label="<new>", id="n") == '<b id="n">&lt;new&gt;</b>'


class Greeting(LiveComponent):
    name: str
    loud: bool = False
    template = heex("<p id={@id}>{@name.upper() if @loud else @name}</p>")

    async def mount(self, socket: Socket) -> None:
        if self.id == "waits":
            await trio.sleep(1)


def test_a_live_component_is_rendered_by_itself() -> None:
    assert render_component(Greeting, id="g", name="Ann") == '<p id="g">Ann</p>'
    assert render_component(Greeting, id="g", name="Ann", loud=True) == '<p id="g">ANN</p>'
    with pytest.raises(TemplateError, match="missing attribute 'name' for <Greeting>"):
        render_component(Greeting, id="g")


async def test_one_that_waits_for_something_is_refused() -> None:
    with pytest.raises(RenderedError, match="Greeting waits for something in its mount or update"):
        render_component(Greeting, id="waits", name="Ann")
    assert rendered_to_string(heex("<.badge label={1 + 1}>!</.badge>")) == "<b>2!</b>"


_ = render_slot
