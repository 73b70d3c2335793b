"""Alive and ready: what a load balancer is told, and when."""

from __future__ import annotations

import pytest

from actorlive.web import ConfigurationError
from tests.web.views import make_app
from tests.web.visitor import get, serving


async def test_a_server_is_alive_before_it_is_ready_and_while_it_goes_down() -> None:
    app, live = make_app()
    client = app.test_client()

    async def ask() -> list[tuple[int, str]]:
        answers = [await client.get(path) for path in ("/live/alive", "/live/ready")]
        return [(answer.status_code, await answer.get_data(as_text=True)) for answer in answers]

    assert await ask() == [(200, "yes\n"), (503, "no\n")]
    async with live.node():
        assert await ask() == [(200, "yes\n"), (200, "yes\n")]
        await live.drain()
        assert await ask() == [(200, "yes\n"), (503, "no\n")]


async def test_whoever_asks_needs_neither_our_host_nor_https_nor_a_cookie() -> None:
    app, live = make_app(hosts=["example.com"], https=True, secret_key="k" * 48)
    async with live.node():
        for path, status in (("/live/ready", 200), ("/counter", 421)):
            answer = await app.test_client().get(path, headers={"Host": "10.0.0.7:4000"})
            assert answer.status_code == status
        ready = await app.test_client().get("/live/ready", headers={"Host": ""})
    assert "Set-Cookie" not in ready.headers
    assert ready.headers["Cache-Control"] == "no-store"


async def test_head_is_answered_without_a_body_and_nothing_else_is_answered_here() -> None:
    app, live = make_app()
    async with live.node():
        head = await app.test_client().head("/live/ready")
        assert (head.status_code, await head.get_data()) == (200, b"")
        assert (await app.test_client().post("/live/ready")).status_code != 200


async def test_the_paths_are_what_the_application_says_and_none_for_none() -> None:
    app, live = make_app(alive=None, ready="/up")
    async with live.node():
        statuses = [
            (await app.test_client().get(path)).status_code for path in ("/live/alive", "/live/ready", "/up")
        ]
    assert statuses == [404, 404, 200]
    with pytest.raises(ConfigurationError, match="is 'up', and not a path"):
        make_app(ready="up")


@pytest.mark.real_clock
@pytest.mark.usefixtures("way")
async def test_the_real_server_answers_both() -> None:
    app, _ = make_app(hosts=["example.com"])
    async with serving(app) as url:
        assert [(await get(url, path)).body for path in ("/live/alive", "/live/ready")] == ["yes\n"] * 2
