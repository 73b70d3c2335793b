"""Between live sessions nobody goes without a new mount: the `on_mount` hooks of each stand before its views."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, strategies as st
from quart_trio import QuartTrio

from actorlive import Event, Halt, LiveView, Socket, heex
from actorlive.errors import NavigationError
from actorlive.live.endpoint import Route
from actorlive.web import ActorLive
from tests.web.views import KEY, Counter, Other
from tests.web.visitor import Wire, connect, get, serving

pytestmark = [pytest.mark.real_clock, pytest.mark.usefixtures("way")]

PLACES = {
    "the same view elsewhere": "/posts/archive",
    "the same view, other query": "/posts?page=2",
    "another view": "/about",
    "the same view in another live session": "/admin/posts",
    "another view in another live session": "/admin/about",
    "an ordinary route": "/plain",
    "nowhere": "/nowhere",
}
WITHIN = {"the same view elsewhere", "the same view, other query"}


class Go(Event):
    to: str


class PostsLive(LiveView[Go]):
    """Shows drafts where its route says so."""

    shown: str = ""
    refused: str = ""
    template = heex("<p>{@shown}</p><i>{@refused}</i>")

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        self.shown = "SECRET DRAFTS" if self.live_action == "drafts" else f"posts {uri.rpartition('/')[2]}"

    async def handle_event(self, event: Go, socket: Socket) -> None:
        try:
            socket.push_patch(event.to)
        except NavigationError as error:
            self.refused = str(error)


class AboutLive(LiveView):
    template = heex("<h1>about</h1>")


async def need_admin(params: object, session: dict[str, Any], socket: Socket) -> Halt:
    socket.redirect("/about")
    return Halt()


def make_app() -> QuartTrio:
    app = QuartTrio("sessions")
    live = ActorLive(app, secret_key=KEY)
    live.route("/posts", PostsLive)
    live.route("/posts/archive", PostsLive)
    live.route("/about", AboutLive)
    admin = live.session("admin", on_mount=[need_admin])
    admin.route("/admin/posts", PostsLive, action="drafts")
    admin.route("/admin/about", AboutLive)

    @app.get("/plain")
    async def plain() -> str:
        return "plain"

    return app


async def patched(wire: Wire, url: str) -> dict[str, Any]:
    """What the client is told when it asks for a patch."""
    await wire.push("live_patch", {"url": url})
    reply = await wire.receive()
    assert "SECRET" not in str(reply)
    return reply[4]["response"]


async def test_a_client_patches_within_its_view_and_its_live_session_only() -> None:
    async with serving(make_app()) as url, connect(await get(url, "/posts")) as wire:
        await wire.join()
        for place, path in PLACES.items():
            response = await patched(wire, url + path)
            if place in WITHIN:
                assert response["diff"] == {"0": f"posts {path.rpartition('/')[2]}"}
            else:
                assert response == {"link_redirect": True}, place


async def test_a_view_that_patches_elsewhere_is_told_where_it_may() -> None:
    async with serving(make_app()) as url, connect(await get(url, "/posts")) as wire:
        await wire.join()
        for place, path in PLACES.items():
            if place in WITHIN:
                continue
            response = await wire.clicked("go", to=path)
            assert response["diff"]["1"] == (
                f"push_patch to &#39;{path}&#39;, which is not a route of PostsLive in the live session"
                " &#39;default&#39;; use push_navigate"
            )


async def test_a_navigation_to_another_live_session_is_refused_and_its_page_is_asked_for() -> None:
    """The client's way after `link_redirect`: a join with `redirect`, then a load of the page, which is guarded."""
    async with serving(make_app()) as url, connect(await get(url, "/posts")) as wire:
        for path in ("/admin/posts", "/admin/about"):
            reply = await wire.join(redirect=url + path)
            assert reply[4]["response"] == {"reason": "unauthorized"}
            page = await get(url, path)
            assert (page.status, page.headers["location"]) == (302, "/about")


async def test_a_refused_join_is_one_line_with_its_view_and_the_attempt(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", "actorlive.live")
    async with serving(make_app()) as url, connect(await get(url, "/posts")) as wire:
        await wire.join(redirect=url + "/admin/posts", params={"_mount_attempts": 2})
        await wire.join(session="forged")
    lines = [record.getMessage() for record in caplog.records if "refused" in record.getMessage()]
    assert len(lines) == 2
    assert re.fullmatch(r"refused a join of PostsLive, 'lv:phx-[^']+': unauthorized \(attempt 3\)", lines[0])
    assert re.fullmatch(r"refused a join of 'lv:phx-[^']+': stale \(attempt 1\)", lines[1])


ROUTES = st.builds(
    Route,
    st.sampled_from([Counter, Other]),
    st.sampled_from([None, "a"]),
    live_session=st.sampled_from(["default", "admin"]),
)


@given(ROUTES, ROUTES)
def test_a_patch_changes_neither_the_view_nor_the_live_session(here: Route, there: Route) -> None:
    same = (here.view, here.live_session) == (there.view, there.live_session)
    assert here.admits_patch(there) is same is there.admits_patch(here)
