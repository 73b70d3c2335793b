"""`url_for`: the way back from a view or a name to its path, wherever the application's code runs."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import Context
from typing import Any

import pytest
from hypothesis import given, strategies as st
from quart_trio import QuartTrio

from actorlive import Event, LiveView, Socket, heex, url_for
from actorlive.errors import NavigationError
from actorlive.testing import live, live_isolated
from actorlive.web import ActorLive
from tests.web.views import KEY


class Ask(Event):
    pass


class ItemsLive(LiveView[Ask]):
    """Shows the paths that its template and its callbacks ask for."""

    mounted: str = ""
    event: str = ""
    task: str = ""
    template = heex("""
      <a id="template" href={url_for("item", id=3)}></a>
      <a id="view" href={url_for(ItemsLive, id=4, action="edit")}></a>
      <.link id="link" navigate={url_for("plain", q="a b")}>plain</.link>
      <p>{@mounted} {@event} {@task}</p>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.mounted = url_for(ItemsLive)
        socket.start_async("path", path_of_a_task)

    async def handle_event(self, event: Ask, socket: Socket) -> None:
        self.event = url_for(ItemsLive, id=5)

    async def handle_async(self, name: Any, result: Any, socket: Socket) -> None:
        self.task = result.value


async def path_of_a_task() -> str:
    return url_for("plain")


def make_app() -> tuple[QuartTrio, ActorLive]:
    app = QuartTrio("paths")
    extension = ActorLive(app, secret_key=KEY)
    extension.route("/items", ItemsLive)
    extension.route("/items/<int:id>", ItemsLive, name="item")
    extension.route("/items/<int:id>/edit", ItemsLive, action="edit")

    @app.get("/plain")
    async def plain() -> str:
        return url_for(ItemsLive, id=6)

    return app, extension


async def test_templates_callbacks_and_tasks_know_the_paths_in_both_lives() -> None:
    app, extension = make_app()
    page = await (await app.test_client().get("/items")).get_data(as_text=True)
    async with live(extension, "/items") as view:
        for html in (page, await view.render()):
            assert '<a id="template" href="/items/3">' in html
            assert '<a id="view" href="/items/4/edit">' in html
            assert 'href="/plain?q=a+b"' in html
        await view.click("ask")
        await view.render_async()
        assert await view.element("p").text() == "/items /items/5 /plain"


async def test_a_plain_route_knows_them_too() -> None:
    app, _ = make_app()
    assert await (await app.test_client().get("/plain")).get_data(as_text=True) == "/items/6"


async def test_an_isolated_view_has_no_routes() -> None:
    with pytest.raises(NavigationError, match="an isolated view has no application around it"):
        async with live_isolated(ItemsLive):
            pass


def test_elsewhere_there_is_no_application() -> None:
    with pytest.raises(RuntimeError, match="there is no view and no request here"):
        Context().run(url_for, "item", id=1)  # this test's own may have been another's before


@pytest.mark.parametrize(
    ("to", "values", "message"),
    [
        ("itme", {"id": 3}, 'there is no route itme(id=3). Did you mean "item"?'),
        ("item", {"id": "three"}, "there is no route item(id='three')."),
        ("item", {}, "there is no route item()."),
        (
            ItemsLive,
            {"action": "new"},
            "there is no route ItemsLive(action='new'): its routes are /items, /items/<int:id>, /items/<int:id>/edit",
        ),
        (Ask, {}, "there is no route Ask(): it has none"),
    ],
)
def test_what_leads_nowhere_is_refused(to: str | type, values: dict[str, Any], message: str) -> None:
    with pytest.raises(NavigationError) as error:
        make_app()[1].endpoint.url_for(to, values)
    assert str(error.value) == message


@given(
    st.integers(0, 10**6),
    st.sampled_from([None, "edit"]),
    st.dictionaries(
        st.text("abcxyz", min_size=1).filter(lambda name: name not in ("id", "action")), st.text("a&=+ ü/?#%")
    ),
)
def test_the_router_leads_back_to_where_the_path_came_from(
    number: int, action: str | None, query: dict[str, str]
) -> None:
    endpoint = make_app()[1].endpoint
    route = endpoint.route_for(endpoint.url_for(ItemsLive, {"id": number, "action": action, **query}))
    assert route is not None
    assert (route.view, route.action, route.params) == (ItemsLive, action, {"id": number, **query})
