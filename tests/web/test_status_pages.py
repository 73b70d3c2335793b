"""What a visitor reads where there is no page: in words, without the code, and replaceable."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from quart import Quart, abort
from quart_trio import QuartTrio
from werkzeug.exceptions import HTTPException

from actorlive.web import ActorLive
from tests.web.views import KEY

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def make_app(prepare: Callable[[Quart], None] = lambda app: None) -> QuartTrio:
    app = QuartTrio("lost")
    prepare(app)
    ActorLive(app, secret_key=KEY)

    @app.get("/fails")
    async def fails() -> str:
        raise ValueError("a secret of the code")

    @app.get("/refuses/<int:status>")
    async def refuses(status: int) -> str:
        abort(status, "Only for members.") if status == 403 else abort(status)

    return app


async def text(app: QuartTrio, path: str, status: int) -> str:
    response = await app.test_client().get(path, headers=HTML)
    assert response.status_code == status
    return str(await response.get_data(as_text=True))


async def test_there_is_no_page() -> None:
    body = await text(make_app(), "/exampels<b>", 404)
    assert "<h1>There is no page here</h1>" in body
    assert "GET /exampels&lt;b&gt;" in body
    assert "Try again" not in body


async def test_something_went_wrong_and_nothing_is_told_of_it() -> None:
    app = make_app()
    body = await text(app, "/fails", 500)
    assert "<h1>Something went wrong</h1>" in body
    assert "Try again" in body
    for leaked in ("secret of the code", "ValueError", "Traceback", "fails()"):
        assert leaked not in body


async def test_a_refusal_keeps_its_own_word() -> None:
    assert "<p>Only for members.</p>" in await text(make_app(), "/refuses/403", 403)
    assert "<h1>Gone</h1>" in await text(make_app(), "/refuses/410", 410)


@pytest.mark.parametrize("accept", ["application/json", "text/plain", "*/*", ""])
async def test_a_program_gets_the_short_answer(accept: str) -> None:
    response = await make_app().test_client().get("/nowhere", headers={"Accept": accept})
    assert response.status_code == 404
    assert "There is no page here" not in await response.get_data(as_text=True)


async def test_its_stylesheet_is_served_and_the_policy_holds() -> None:
    app = make_app()
    body = await text(app, "/nowhere", 404)
    sheet = re.search(r'href="(/live/assets/pages-[^"]+\.css)"', body)
    assert sheet is not None
    assert (await app.test_client().get(sheet[1])).status_code == 200
    assert not re.search(r"<script|<style|style=", body)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("what", [404, HTTPException])
async def test_an_application_replaces_them(when: str, what: int | type[HTTPException]) -> None:
    async def own(error: HTTPException) -> tuple[str, int]:
        return "our own", 404

    def register(app: Quart) -> None:
        app.register_error_handler(what, own)

    app = make_app(register) if when == "before" else make_app()
    if when == "after":
        register(app)
    assert await text(app, "/nowhere", 404) == "our own"


async def test_a_redirect_is_left_alone() -> None:
    app = make_app()

    @app.get("/folder/")
    async def folder() -> str:
        return "folder"

    response = await app.test_client().get("/folder", headers=HTML)
    assert response.status_code == 308
