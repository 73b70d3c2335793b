"""A view sees one URL in both of its lives: the browser's location, decoded once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, strategies as st
from quart_trio import QuartTrio

from actorlive import LiveView, Socket, heex
from actorlive.live.navigation import location
from actorlive.testing import live
from actorlive.web import ActorLive
from tests.web.views import KEY
from tests.web.visitor import connect, get, serving

Seen = tuple[str, Mapping[str, Any], str]

seen: list[Seen] = []


class Files(LiveView):
    """Keeps what it was told of its URL."""

    template = heex("<p>files</p>")

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        seen.append((uri, params, socket.path()))


def make_app() -> QuartTrio:
    seen.clear()
    app = QuartTrio("files")
    live_ = ActorLive(app, secret_key=KEY)
    live_.route("/files/<name>", Files)
    live_.route("/tree/<path:name>", Files)
    return app


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("/files/%252e%252e", "%2e%2e"),
        ("/files/%252F", "%2F"),
        ("/files/caf%C3%A9", "café"),
        ("/files/a%20b+c", "a b+c"),
        ("/files/100%25", "100%"),
        ("/files/%7Eada?q=%25&r=a+b&l[]=%C3%A9", "~ada"),
        ("/tree/a%2Fb/c%3Fd%23e", "a/b/c?d#e"),
        ("/files/%ff", "\ufffd"),
        ("/files/a:b;c=d,e", "a:b;c=d,e"),
        ("/files/a?", "a"),
        ("//files/a", "a"),
    ],
)
async def test_a_real_request_and_its_join_see_the_same(target: str, name: str) -> None:
    async with serving(make_app()) as url:
        page = await get(url, target)
        assert page.status == 200
        async with connect(page) as wire:
            joined = await wire.join()
            assert joined[4]["status"] == "ok", joined
    dead, connected = seen
    assert dead == connected
    assert dead[0] == f"{url}{target}".removesuffix("?")
    assert dead[1]["name"] == name


async def test_a_fragment_is_the_browsers_own() -> None:
    async with serving(make_app()) as url:
        page = await get(url, "/files/a?b=c")
        async with connect(page) as wire:
            await wire.join(url=f"{url}/files/a?b=c#top")
            await wire.push("live_patch", {"url": f"{url}/files/b#top"})
            await wire.receive()
    assert [uri.removeprefix(url) for uri, *_ in seen] == ["/files/a?b=c", "/files/a?b=c", "/files/b"]


segments = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/"), min_size=1, max_size=8)
queries = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(segments | st.text("%25efF.2~é ", min_size=1), queries)
async def test_any_path_and_query_in_the_kit(segment: str, query: str) -> None:
    """What stands in the address bar: typed as it is, encoded by the browser, `%` and all."""
    typed = f"/files/{segment.replace('?', '%3F')}?{query}"
    app = make_app()
    where = location(f"http://localhost{typed}")
    if app.extensions["actorlive"].endpoint.route_for(where) is None:
        return
    async with live(app, typed) as view:
        assert view.url == where
    dead, connected = seen
    assert dead == connected
    assert dead[0] == where


@given(st.text())
def test_a_location_is_a_fixed_point(url: str) -> None:
    try:
        once = location(url)
    except ValueError:
        return
    assert once.isascii() or "://" in once or once.startswith("//")  # a host is left as it is
    assert location(once) == once


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("http://h", "http://h/"),
        ("http://h/a/./b/../c", "http://h/a/c"),
        ("http://h/a/%2e%2E/b/.", "http://h/b/"),
        ("http://h/..", "http://h/"),
        ("http://h/%252e", "http://h/%252e"),
        ("http://h/é`{}|?é'\"<>`#f", "http://h/%C3%A9%60%7B%7D|?%C3%A9%27%22%3C%3E`"),
        ("/a b?c d", "/a%20b?c%20d"),
        ("http://h//x/...", "http://h//x/..."),
    ],
)
def test_a_location_is_what_a_browser_makes_of_it(given: str, shown: str) -> None:
    assert location(given) == shown


async def test_a_patch_arrives_at_the_location_that_a_reload_would_have() -> None:
    async with live(make_app(), "/files/a") as view:
        await view.patch("/files/café?q=é")
        patched = seen[-1]
    async with live(make_app(), "/files/café?q=é"):
        assert seen == [patched, patched]
    assert json.dumps(patched[0]) == '"http://localhost/files/caf%C3%A9?q=%C3%A9"'
