"""The HTTP half, in memory through Quart's own test client."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from quart.sessions import SecureCookieSessionInterface
from quart.typing import TestClientProtocol as Visitor

from actorlive import LiveView, Socket, heex
from actorlive.web import ActorLive
from actorlive.web.csrf import valid
from actorlive.web.tokens import Tokens
from tests.web.views import KEY, make_app


class Guarded(LiveView):
    """Sends everybody to the counter, with a word."""

    template = heex("<p>secret</p>")

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.put_flash("error", "Log in <first>")
        socket.redirect("/shown", status=303)


class Shown(LiveView):
    """Shows its flash and its params, and has a title."""

    info: str = ""
    template = heex("<p>{@info}</p><b>{@flash.get('error')}</b>")

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.info = repr(params)
        self.page_title = "A & B"


def client() -> tuple[Visitor, ActorLive]:
    app, live = make_app()
    live.route("/guarded", Guarded)
    live.route("/shown", Shown)
    live.route("/shown/<int:number>", Shown)
    return app.test_client(), live


async def body(visitor: Visitor, path: str, status: int = 200) -> str:
    response = await visitor.get(path)
    assert response.status_code == status
    return await response.get_data(as_text=True)


async def test_the_page_is_complete_without_a_node() -> None:
    visitor, live = client()
    page = await body(visitor, "/counter/ada")
    assert page.startswith("<!DOCTYPE html>")
    assert '<html lang="en">' in page
    assert '<meta name="viewport"' in page
    assert "<p>0</p><i>ada</i>" in page
    assert live.assets.url("actorlive.js") in page
    assert live.assets.url("actorlive.css") in page
    assert page.count('role="status"') == 1


async def test_the_container_holds_tokens_of_its_own() -> None:
    visitor, _ = client()
    pages = [await body(visitor, "/counter") for _ in range(2)]
    container = (
        r'<div id="(phx-[\w-]{16})" data-phx-main data-phx-session="([^"]+)" data-phx-static="([^"]+)">'
    )
    (first, *tokens), (second, *_) = (re.search(container, page).groups() for page in pages)  # pyright: ignore[reportOptionalMemberAccess]
    assert first != second
    session, static = Tokens(KEY).session.read(tokens[0]), Tokens(KEY).static.read(tokens[1])
    assert session is not None
    assert static is not None
    assert (session.id, session.view, session.live_session) == (first, "tests.web.views:Counter", "default")
    assert static.id == first


async def test_the_cookie_and_the_csrf_token_belong_together() -> None:
    visitor, live = client()
    response = await visitor.get("/counter")
    cookie = response.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    token = re.search(r'name="csrf-token" content="([^"]+)"', await response.get_data(as_text=True))
    assert token is not None
    interface = live.app.session_interface
    assert isinstance(interface, SecureCookieSessionInterface)
    signer = interface.get_signing_serializer(live.app)
    assert signer is not None
    assert valid(signer.loads(cookie.split("=", 1)[1].split(";")[0]), token[1])


async def test_the_headers_of_a_page() -> None:
    visitor, _ = client()
    headers = (await visitor.get("/counter")).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["cache-control"] == "private, max-age=0, must-revalidate"
    assert "set-cookie" not in (await visitor.get("/counter")).headers, (
        "a page that changes nothing sets no cookie"
    )


async def test_params_of_path_and_query_and_a_title() -> None:
    visitor, _ = client()
    page = await body(visitor, "/shown/7?a[]=1&a[]=%3Cb%3E&number=8")
    assert "{&#39;a&#39;: [&#39;1&#39;, &#39;&lt;b&gt;&#39;], &#39;number&#39;: 7}" in page
    assert "<title>A &amp; B</title>" in page


async def test_a_query_that_cannot_be_read_is_a_bad_request() -> None:
    visitor, _ = client()
    await body(visitor, "/shown?" + "a" + "[x]" * 50, status=400)


async def test_a_redirect_carries_its_flash_to_the_next_page_only() -> None:
    visitor, _ = client()
    response = await visitor.get("/guarded")
    assert (response.status_code, response.headers["location"]) == (303, "/shown")
    assert "<b>Log in &lt;first&gt;</b>" in await body(visitor, "/shown")
    assert "<b></b>" in await body(visitor, "/shown")


async def test_the_flash_of_a_redirect_over_the_socket_comes_by_cookie() -> None:
    visitor, live = client()
    visitor.set_cookie("localhost", "__phoenix_flash__", live.endpoint.sign_flash({"error": "Saved"}))
    response = await visitor.get("/shown")
    assert "<b>Saved</b>" in await response.get_data(as_text=True)
    assert any(cookie.startswith("__phoenix_flash__=;") for cookie in response.headers.getlist("set-cookie"))
    assert "<b></b>" in await body(visitor, "/shown")


async def test_a_forged_flash_cookie_is_dropped() -> None:
    visitor, _ = client()
    visitor.set_cookie("localhost", "__phoenix_flash__", "garbage")
    assert "<b></b>" in await body(visitor, "/shown")


async def test_the_status_of_a_join_that_failed_is_that_of_the_next_page() -> None:
    visitor, live = client()
    visitor.set_cookie("localhost", "__phoenix_reload_status__", live.endpoint.sign_reload(404))
    await body(visitor, "/counter", status=404)
    await body(visitor, "/counter", status=200)


async def test_a_forged_status_is_dropped() -> None:
    visitor, _ = client()
    visitor.set_cookie("localhost", "__phoenix_reload_status__", "404")
    await body(visitor, "/counter", status=200)


async def test_an_asset_is_kept_for_ever_and_compressed_on_demand() -> None:
    visitor, live = client()
    url = live.assets.url("actorlive.js")
    plain = await visitor.get(url)
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "content-encoding" not in plain.headers
    packed = await visitor.get(url, headers={"accept-encoding": "gzip, br"})
    assert packed.headers["content-encoding"] == "gzip"
    await body(visitor, "/live/assets/actorlive-0.js", status=404)


@pytest.mark.parametrize("path", ["/nowhere", "/shown/x"])
async def test_what_is_not_routed(path: str) -> None:
    visitor, _ = client()
    await body(visitor, path, status=404)
