"""Components as the answers of ordinary routes, and the token that their forms carry."""

from __future__ import annotations

import re
from typing import Any

import pytest
from quart import render_template_string, session
from quart_trio import QuartTrio

from actorlive import ActorLive, LiveView, Template, component, csrf_token, heex
from actorlive.web import csrf
from actorlive.web.dead import FLASH_KEY
from tests.support.narrow import untyped
from tests.web.views import KEY


@component
def login(*, name: str) -> Template:
    return heex("""<.form action="/login" method="post"><input name="name" value={@name}></.form>""")


@component
def notice(*, page_title: str, flash: dict[str, str]) -> Template:
    return heex("""<h1>{@page_title}</h1><p>{@flash.get("info")}</p>""")


class OwnForm(LiveView):
    template = heex("""<form><input name="_csrf_token" value={csrf_token()}></form>""")


def make_app() -> QuartTrio:
    app = QuartTrio("plain")
    live = ActorLive(app, secret_key=KEY)
    live.route("/own", OwnForm)

    @app.get("/login")
    async def form() -> Any:
        return await live.render(login, name="<ada>", page_title="Log in")

    @app.post("/login")
    async def log_in() -> str:
        return "in"

    @app.get("/notice")
    async def say() -> Any:
        session[FLASH_KEY] = {"info": "saved"}
        return await live.render(notice, page_title="Notice")

    @app.get("/token")
    async def token() -> str:
        return csrf_token()

    @app.get("/jinja")
    async def jinja() -> str:
        return await render_template_string("""<input name="_csrf_token" value="{{ csrf_token() }}">""")

    @app.post("/webhook")
    @live.csrf_exempt
    async def webhook() -> str:
        return "taken"

    return app


async def body(client: Any, path: str) -> str:
    text: str = await (await client.get(path)).get_data(as_text=True)
    return text


async def test_a_component_stands_in_the_root_layout() -> None:
    page = await body(make_app().test_client(), "/login")
    assert page.startswith("<!DOCTYPE html>")
    assert "<title>Log in</title>" in page
    assert 'value="&lt;ada&gt;"' in page
    assert "data-phx-main" not in page


async def test_title_and_flash_are_the_layouts_and_the_components_that_take_them() -> None:
    client = make_app().test_client()
    assert "<h1>Notice</h1><p>saved</p>" in await body(client, "/notice")
    async with untyped(client).session_transaction() as kept:
        assert FLASH_KEY not in kept


async def test_a_page_that_is_its_visitors_is_kept_by_nobody_else() -> None:
    answer = await make_app().test_client().get("/login")
    assert answer.headers["cache-control"] == "private, max-age=0, must-revalidate"


@pytest.mark.parametrize("path", ["/login", "/own", "/jinja"])
async def test_its_forms_are_accepted_and_nobody_elses(path: str) -> None:
    app = make_app()
    client, other = app.test_client(), app.test_client()
    found = re.search(r'name="_csrf_token" value="([^"]+)"', await body(client, path))
    assert found
    await body(other, path)
    form = {"_csrf_token": found[1]}
    assert (await client.post("/login", form=form)).status_code == 200
    assert (await client.post("/login")).status_code == 403
    assert (await other.post("/login", form=form)).status_code == 403


async def test_a_script_has_the_token_as_a_header() -> None:
    client = make_app().test_client()
    token = await body(client, "/token")
    assert (await client.post("/login", json={}, headers={"X-CSRF-Token": token})).status_code == 200
    assert (await client.post("/login", json={"_csrf_token": token})).status_code == 403


async def test_a_route_is_exempt_that_says_so() -> None:
    assert (await make_app().test_client().post("/webhook")).status_code == 200


async def test_where_there_is_no_session_there_is_no_token() -> None:
    with pytest.raises(RuntimeError, match="no page and no request"):
        csrf_token()


def test_the_token_is_masked_afresh_each_time() -> None:
    kept: dict[str, Any] = {}
    assert csrf.masked_token(kept) != csrf.masked_token(kept)
