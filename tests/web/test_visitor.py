"""A page's tokens are its visitor's alone, until the visitor becomes another one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st
from quart import session
from quart_trio import QuartTrio

from actorlive.web import ActorLive
from actorlive.web.csrf import CSRF_KEY
from actorlive.web.visitor import VISITOR_KEY, is_visitor, renew, visitor_id
from tests.web.views import make_app
from tests.web.visitor import Page, connect, get, serving


def site() -> tuple[QuartTrio, ActorLive]:
    app, live = make_app()

    @app.get("/visit")
    async def visit() -> str:
        session["visits"] = session.get("visits", 0) + 1
        return ""

    @app.get("/login")
    async def login() -> str:
        session["user"] = "ada"
        live.renew_session()
        return ""

    @app.get("/logout")
    async def logout() -> str:
        session.clear()
        return ""

    return app, live


async def joined(page: Page, tokens: Page) -> Any:
    """The reply's status to a join with `page`'s cookie and CSRF token, and the other page's signed tokens."""
    async with connect(page) as wire:
        wire.page = tokens
        reply = (await wire.join(url=page.url + tokens.path))[4]
        return reply["response"].get("reason", reply["status"])


@pytest.mark.real_clock
async def test_a_stolen_page_does_not_join_under_another_cookie() -> None:
    async with serving(site()[0]) as url:
        mine, stolen = await get(url, "/counter"), await get(url, "/counter")
        assert await joined(mine, mine) == "ok"
        assert await joined(mine, stolen) == "stale"
        assert await joined(stolen, stolen) == "ok"


@pytest.mark.real_clock
@pytest.mark.parametrize(("path", "outcome"), [("/visit", "ok"), ("/login", "stale"), ("/logout", "stale")])
async def test_a_page_lasts_until_its_visitor_logs_in_or_out(path: str, outcome: str) -> None:
    async with serving(site()[0]) as url:
        before = await get(url, "/counter")
        changed = await get(url, path, before.cookie)
        after = await get(url, "/counter", "" if path == "/logout" else changed.cookie)
        assert await joined(after, before) == outcome
        assert await joined(after, after) == "ok"


@pytest.mark.real_clock
async def test_the_csrf_token_of_before_a_login_is_not_good_after_it() -> None:
    async with serving(site()[0]) as url:
        before = await get(url, "/counter")
        after = await get(url, "/login", before.cookie)
        async with connect(before, cookie=after.cookie) as wire:
            assert (await wire.join())[4]["response"]["reason"] == "stale"


def test_renewing_leaves_the_rest_of_the_session() -> None:
    kept: dict[str, Any] = {"user": "ada", CSRF_KEY: "x"}
    first = visitor_id(kept)
    renew(kept)
    assert visitor_id(kept) == kept[VISITOR_KEY] != first
    assert {key: value for key, value in kept.items() if key != VISITOR_KEY} == {"user": "ada"}


@given(st.none() | st.integers() | st.text())
def test_whatever_a_session_holds_it_is_no_other_visitors(found: object) -> None:
    assert is_visitor({VISITOR_KEY: found}, "ada") is (found == "ada")
    assert is_visitor({}, "") is False
