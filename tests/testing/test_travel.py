"""Going from view to view with the kit: the same in memory and over a real socket."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
import trio
from quart_trio import QuartTrio

from actorlive import ActorLive, Event, LiveView, Socket, heex, pubsub
from actorlive.testing import UnexpectedStatus, View, connect, live, live_isolated
from actorlive.web.server import serve_async
from tests.web.views import KEY

pytestmark = pytest.mark.real_clock


class Absent(LookupError):
    code = 404


class Say(Event):
    text: str


class RoomLive(LiveView[Say]):
    """Says where it is, who is there, and what was said."""

    place: str = ""
    user: str = ""
    said: str = ""
    template = heex("""
      <p id="place">{@place}</p><p id="user">{@user}</p><p id="said">{@said}</p><p id="flash">{@flash.get("info")}</p>
      <.link id="patch" patch="/room/2?a=b">two</.link>
      <.link id="elsewhere" patch="/hall">the hall, by a patch</.link>
      <.link id="navigate" navigate="/hall">the hall</.link>
      <.link id="border" navigate="/closed">over the border</.link>
      <.link id="plain" href="/plain">plain</.link>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.user = session.get("_live_visitor", "")
        if socket.connected:
            socket.subscribe("rooms")
            if "absent" in params:
                raise Absent

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        self.place = f"{params['number']} {params.get('a', '')}".strip()
        if params["number"] == "9":
            socket.put_flash("info", "moved")
            socket.push_patch("/room/10")

    async def handle_event(self, event: Say, socket: Socket) -> None:
        match event.text:
            case "redirect":
                socket.put_flash("info", "by a page load")
                socket.redirect("/room/3")
            case "navigate":
                socket.put_flash("info", "by navigation")
                socket.push_navigate("/hall")
            case "patch":
                socket.put_flash("info", "by a patch")
                socket.push_patch("/room/4")
            case text:
                pubsub.broadcast("rooms", text)

    async def handle_info(self, message: Any, socket: Socket) -> None:
        self.said = message


class HallLive(LiveView):
    """Is in the same live session."""

    template = heex("""<h1>hall</h1><p id="flash">{@flash.get("info")}</p>""")


class ClosedLive(LiveView):
    """Is in another one."""

    template = heex("<h1>closed</h1>")


def make_app() -> QuartTrio:
    app = QuartTrio("travel")
    extension = ActorLive(app, secret_key=KEY)
    extension.route("/room/<number>", RoomLive)
    extension.route("/hall", HallLive)
    extension.session("closed").route("/closed", ClosedLive)

    @app.get("/plain")
    async def plain() -> str:
        return "<p>plain</p>"

    return app


@asynccontextmanager
async def served(app: QuartTrio) -> AsyncGenerator[str]:
    stop = trio.Event()
    async with trio.open_nursery() as nursery:

        async def serve(task_status: trio.TaskStatus[list[str]]) -> None:
            await serve_async(app, port=0, shutdown=stop, task_status=task_status)

        urls: list[str] = await nursery.start(serve)
        try:
            yield urls[0]
        finally:
            stop.set()


Visit = Callable[[str], AbstractAsyncContextManager[View]]


@pytest.fixture(params=["memory", "socket"])
async def visit(request: pytest.FixtureRequest) -> AsyncGenerator[Visit]:
    app = make_app()
    if request.param == "memory":
        yield lambda path: live(app, path)
    else:
        async with served(app) as url:
            yield lambda path: connect(url + path)


async def test_links_patch_and_navigate(visit: Visit) -> None:
    async with visit("/room/1") as view:
        await view.element("#patch").click()
        assert (view.path, await view.element("#place").text()) == ("/room/2?a=b", "2 b")
        assert await view.assert_patch() == "/room/2?a=b"
        await view.element("#navigate").click()
        hall = await view.follow_redirect("/hall")
        assert await hall.element("h1").text() == "hall"
        assert hall.page is view.page


async def test_a_patch_that_leads_to_another_view_is_a_navigation(visit: Visit) -> None:
    async with visit("/room/1") as view:
        await view.element("#elsewhere").click()
        hall = await view.follow_redirect()
        assert (hall.path, hall.page is view.page) == ("/hall", True)


async def test_over_the_border_the_page_is_loaded(visit: Visit) -> None:
    async with visit("/room/1") as view:
        await view.element("#border").click()
        closed = await view.follow_redirect("/closed")
        assert await closed.element("h1").text() == "closed"
        assert closed.page is not view.page


@pytest.mark.parametrize(
    ("how", "to", "message", "same_page"),
    [("redirect", "/room/3", "by a page load", False), ("navigate", "/hall", "by navigation", True)],
)
async def test_flash_goes_along_once(visit: Visit, how: str, to: str, message: str, same_page: bool) -> None:
    async with visit("/room/1") as view:
        await view.click("say", {"text": how})
        there = await view.follow_redirect(to)
        assert await there.element("#flash").text() == message
        assert (there.page is view.page) == same_page
        await there.disconnect()
        await there.reconnect()
        assert await there.element("#flash").text() == ""


async def test_flash_of_a_patch_stays_for_that_patch(visit: Visit) -> None:
    async with visit("/room/1") as view:
        await view.click("say", {"text": "patch"})
        assert (await view.assert_patch(), await view.element("#flash").text()) == ("/room/4", "by a patch")
        await view.element("#patch").click()
        assert await view.element("#flash").text() == ""


async def test_a_patch_in_the_first_handle_params_is_the_joins(visit: Visit) -> None:
    async with visit("/room/1") as view:
        await view.patch("/room/9")
        assert (view.path, await view.element("#place").text()) == ("/room/10", "10")
        assert await view.element("#flash").text() == "moved"


async def test_a_page_load_leaves_the_visitor_who_they_are(visit: Visit) -> None:
    async with visit("/room/1") as view:
        before = await view.element("#user").text()
        await view.click("say", {"text": "redirect"})
        there = await view.follow_redirect()
        assert await there.element("#user").text() == before != ""


async def test_a_link_leaves_the_live_views(visit: Visit) -> None:
    async with visit("/room/1") as view:
        await view.element("#plain").click()
        page = await view.follow_to_page("/plain")
        assert (page.status, page.html) == (200, "<p>plain</p>")


async def test_a_4xx_in_the_connected_mount_is_a_page_with_that_status(visit: Visit) -> None:
    with pytest.raises(UnexpectedStatus, match="absent=1 answered with status 404") as raised:
        async with visit("/room/1?absent=1"):
            pass
    assert raised.value.status == 404


async def test_so_it_is_where_a_navigation_leads(visit: Visit) -> None:
    async with visit("/hall") as view:
        with pytest.raises(UnexpectedStatus, match="answered with status 404"):
            await view.live_redirect("/room/1?absent=1")


async def test_two_visitors_of_one_application(visit: Visit) -> None:
    async with visit("/room/1") as one, visit("/room/2") as two:
        assert await one.element("#user").text() != await two.element("#user").text()
        await one.click("say", {"text": "hello"})
        await two.until(lambda: "hello" in two.client_view.container.text())
        assert await one.element("#said").text() == "hello"


async def test_a_4xx_of_a_view_without_an_application() -> None:
    class Never(LiveView):
        template = heex("<p></p>")

        async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
            if socket.connected:
                raise Absent

    with pytest.raises(UnexpectedStatus) as raised:
        async with live_isolated(Never):
            pass
    assert raised.value.status == 404
