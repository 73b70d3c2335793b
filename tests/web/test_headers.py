"""What every answer of the application says to the browser, on the real server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from quart import Response
from quart_trio import QuartTrio

from actorlive import LiveView, Socket, heex
from actorlive.web import ActorLive, csrf
from actorlive.web.headers import SECURITY_HEADERS
from actorlive.web.policy import DEFAULT_POLICY
from tests.web.views import make_app as counters
from tests.web.visitor import connect, get, serving

pytestmark = pytest.mark.real_clock

PLACES = ["/café", "/a b", "/\u2028x", "/日本?q=ü&r=%20#ß"]

SPELLED = ["/caf%C3%A9", "/a%20b", "/%E2%80%A8x", "/%E6%97%A5%E6%9C%AC?q=%C3%BC&r=%20#%C3%9F"]


class Teapot(Exception):
    code = 499


class Moody(LiveView):
    """Mounts in the first life only."""

    template = heex("<p>moody</p>")

    async def mount(self, params: object, session: object, socket: Socket) -> None:
        if socket.connected:
            raise Teapot


class Elsewhere(LiveView):
    """Sends its visitor to one of `PLACES`."""

    template = heex("")

    async def mount(self, params: Mapping[str, Any], session: object, socket: Socket) -> None:
        socket.redirect(PLACES[int(params["place"])])


def make_app() -> tuple[QuartTrio, ActorLive]:
    app, live = counters()
    live.route("/moody", Moody)
    live.route("/elsewhere/<place>", Elsewhere)

    @app.get("/plain")
    async def plain() -> str:
        return "plain"

    @app.get("/broken")
    async def broken() -> str:
        raise ValueError("broken")

    @app.get("/framed")
    async def framed() -> Response:
        return Response("framed", headers={"X-Frame-Options": "DENY", "Content-Security-Policy": "sandbox"})

    @app.get("/gone")
    async def gone() -> Response:
        return Response("gone", 410, headers={"Cache-Control": "max-age=60"})

    @app.get("/for-good")
    async def for_good() -> Response:
        return Response("", 301, headers={"Location": "/plain"})

    return app, live


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/counter", 200),
        ("/elsewhere/0", 302),
        ("/plain", 200),
        ("/nowhere", 404),
        ("/broken", 500),
        ("/live/assets/nothing.js", 404),
        ("/live/assets/colocated.json", 200),
        ("/static/nothing.css", 404),
        ("/static/nothing.css?v=0123456789abcdef", 404),
        ("/live/websocket", 400),
    ],
)
async def test_every_answer_has_the_headers_that_make_browsers_careful(path: str, status: int) -> None:
    app, _ = make_app()
    async with serving(app) as url:
        answer = await get(url, path)
        assert answer.status == status
        assert ("no-store" in answer.headers.get("cache-control", "")) is (status != 200)
        for name, value in {**SECURITY_HEADERS, "Content-Security-Policy": DEFAULT_POLICY}.items():
            assert answer.headers[name.lower()] == value


async def test_an_asset_is_not_sniffed() -> None:
    app, live = make_app()
    async with serving(app) as url:
        assert (await get(url, live.assets.url("actorlive.css"))).headers[
            "x-content-type-options"
        ] == "nosniff"


async def test_what_the_application_says_itself_stays() -> None:
    app, _ = make_app()
    async with serving(app) as url:
        headers = (await get(url, "/framed")).headers
        assert (headers["x-frame-options"], headers["content-security-policy"]) == ("DENY", "sandbox")
        assert headers["x-content-type-options"] == "nosniff"


async def test_how_long_a_refusal_or_a_redirect_is_kept_may_be_said() -> None:
    app, _ = make_app()
    async with serving(app) as url:
        assert (await get(url, "/gone")).headers["cache-control"] == "max-age=60"
        assert "cache-control" not in (await get(url, "/for-good")).headers


@pytest.mark.usefixtures("way")
async def test_what_is_refused_before_the_application_is_not_kept() -> None:
    app, _ = counters(hosts=["x"], https=True)
    app.debug = False
    async with serving(app) as url:
        for host, status in (("y", 421), ("x", 308), ("x y", 400)):
            answer = await get(url, "/counter", Host=host)
            assert (answer.status, answer.headers["cache-control"]) == (status, "no-store")


@pytest.mark.usefixtures("way")
async def test_a_handshake_that_is_refused_is_not_kept() -> None:
    app, _ = make_app()
    handshake = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": "A" * 22 + "=="}
    async with serving(app) as url:
        for version, status in (("13", 403), ("8", 426)):
            headers = {**handshake, "Sec-WebSocket-Version": version, "Origin": "http://evil.example"}
            answer = await get(url, "/live/websocket?vsn=2.0.0", **headers)
            assert (answer.status, answer.headers["cache-control"]) == (status, "no-store")


@pytest.mark.parametrize("place", range(len(PLACES)))
async def test_a_redirect_goes_out_in_ascii_to_where_it_was_meant(place: int) -> None:
    app, _ = make_app()
    async with serving(app) as url:
        location = (await get(url, f"/elsewhere/{place}")).headers["location"]
        assert location.isascii()
        assert location == SPELLED[place]


async def test_a_status_without_a_name_is_answered_as_it_is() -> None:
    app, _ = make_app()
    async with serving(app) as url:
        page = await get(url, "/moody")
        async with connect(page) as wire:
            refusal = (await wire.join())[4]["response"]
            assert (refusal["reason"], refusal["status"]) == ("reload", 499)
        reload = f"{page.cookie}; __phoenix_reload_status__={refusal['token']}"
        answer = await get(url, "/moody", reload)
        assert answer.status == 499
        assert "Traceback" not in answer.body
        assert (await get(url, "/moody", page.cookie)).status == 200


@pytest.mark.parametrize(
    ("url", "left"),
    [
        ("http://x/live/websocket?_csrf_token=abc&vsn=2.0.0", "http://x/live/websocket?vsn=2.0.0"),
        (
            "http://x/live/websocket?vsn=2.0.0&%5Fcsrf_token=abc&_csrf_token=d",
            "http://x/live/websocket?vsn=2.0.0",
        ),
        ("http://x/live/websocket?a=_csrf_token", "http://x/live/websocket?a=_csrf_token"),
        ("http://x/live/websocket", "http://x/live/websocket"),
    ],
)
def test_a_url_without_its_csrf_token(url: str, left: str) -> None:
    assert csrf.without_token(url) == left


async def test_what_a_view_knows_of_its_connection_has_no_csrf_token() -> None:
    known: list[str] = []

    class Curious(LiveView):
        template = heex("")

        async def mount(self, params: object, session: object, socket: Socket) -> None:
            known.append(repr(socket.connect_info))

    app, live = make_app()
    live.route("/curious", Curious)
    async with serving(app) as url:
        async with connect(await get(url, "/curious")) as wire:
            assert (await wire.join())[4]["status"] == "ok"
    assert len(known) == 2
    assert "_csrf_token" not in "".join(known)
    assert "/live/websocket?vsn=2.0.0" in known[1]
