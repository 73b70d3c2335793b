from __future__ import annotations

import pytest
import trio
import trio.testing
from quart import Quart
from quart_trio import QuartTrio

from actorlive.runtime import current_node, receive, register, self, send
from actorlive.web import ActorLive, ConfigurationError
from tests.web.views import KEY, Counter, Other, make_app


def test_an_application_on_asyncio_is_refused() -> None:
    with pytest.raises(
        ConfigurationError, match=r"make the application with `from quart_trio import QuartTrio`"
    ):
        ActorLive(Quart("shop"))


def test_without_an_application() -> None:
    with pytest.raises(ConfigurationError, match="no application yet"):
        _ = ActorLive(secret_key=KEY).endpoint


def test_routes_declared_before_the_application_is_given() -> None:
    live = ActorLive(secret_key=KEY)
    live.route("/counter", Counter, action="index", name="counter")
    app = QuartTrio("shop")
    live.init_app(app)
    route = live.endpoint.route_for("/counter?x=1")
    assert route is not None
    assert (route.view, route.action, route.params, route.live_session) == (
        Counter,
        "index",
        {"x": "1"},
        "default",
    )
    assert app.secret_key == KEY


def test_a_route_as_a_decorator() -> None:
    live = make_app()[1]
    assert live.route("/again")(Other) is Other
    assert live.endpoint.route_for("/again") is not None


def test_ordinary_routes_are_no_live_routes() -> None:
    app, live = make_app()
    app.add_url_rule("/plain", "plain", lambda: "plain")
    assert live.endpoint.route_for("/plain") is None
    assert live.endpoint.route_for("/live/websocket") is None


def test_a_live_session_has_one_name() -> None:
    live = make_app()[1]
    with pytest.raises(ConfigurationError, match="a live session 'admin' already"):
        live.session("admin")


async def test_without_a_node_it_says_where_nodes_come_from() -> None:
    with pytest.raises(ConfigurationError, match=r"async with live\.node\(\)"):
        _ = make_app()[1].current_node


async def test_a_node_for_a_block() -> None:
    live = make_app()[1]
    async with live.node() as node:
        assert live.current_node is node
        async with live.node() as inner:
            assert inner is node
        assert live.current_node is node
    with pytest.raises(ConfigurationError):
        _ = live.current_node


async def test_the_node_is_open_while_the_application_is_served() -> None:
    app, live = make_app()
    async with app.test_app():
        node = live.current_node
        assert node.statistics().processes == 0
    with pytest.raises(ConfigurationError):
        _ = live.current_node


async def test_a_missing_key_stops_the_start() -> None:
    app = QuartTrio("shop")
    live = ActorLive(app)
    with pytest.raises(ConfigurationError, match="no secret key"):
        await live._start()  # pyright: ignore[reportPrivateUsage]


async def test_handlers_speak_to_processes_by_name() -> None:
    app, live = make_app()
    heard: list[object] = []

    async def listener() -> None:
        register("listener", self())
        heard.append(await receive())

    @app.get("/tell")
    async def tell() -> str:
        assert current_node() is live.current_node
        send("listener", "hello")
        return ""

    async with live.node() as node:
        node.spawn(listener)
        await trio.testing.wait_all_tasks_blocked()
        assert (await app.test_client().get("/tell")).status_code == 200
        await trio.testing.wait_all_tasks_blocked()
    assert heard == ["hello"]
