"""The same view over a real websocket."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from quart_trio import QuartTrio

from actorlive import ActorLive, LiveView, Socket, heex
from actorlive.testing import Failure, Redirected, connect
from actorlive.testing.worlds import remote
from actorlive.testing.worlds.refusals import NO_LINE, NOT_FROM_HERE
from actorlive.web.server import serve_async
from actorlive.wire.line import LinePing
from tests.testing.phoenix import Recording, app_of

pytestmark = pytest.mark.real_clock


@asynccontextmanager
async def served(app: QuartTrio) -> AsyncGenerator[str]:
    stop = trio.Event()
    async with trio.open_nursery() as nursery:

        async def serve(task_status: trio.TaskStatus[list[str]]) -> None:
            await serve_async(app, port=0, shutdown=stop, task_status=task_status)

        urls: list[str] = await nursery.start(serve)
        yield urls[0]
        stop.set()


async def test_clicks_patches_forms_and_redirects(app: QuartTrio) -> None:
    async with served(app) as url, connect(f"{url}/kitchen") as view:
        await view.element("#inc").click()
        await view.element("#inc-5").click()
        assert await view.element("#count").text() == "6"
        await view.patch("/kitchen?page=2")
        assert await view.element("#page").text() == "2"
        await view.click("go", {"to": "/other", "how": "navigate"})
        other = await view.follow_redirect("/other")
        assert await other.element("#flash").text() == "Gone by navigate"
        await other.live_redirect("/form")


async def test_a_redirect_with_flash_goes_over_http(app: QuartTrio) -> None:
    async with served(app) as url, connect(f"{url}/kitchen") as view:
        await view.click("go", {"to": "/other", "how": "redirect"})
        other = await view.follow_redirect("/other")
        assert await other.element("#flash").text() == "Gone by redirect"


async def test_disconnect_and_reconnect(app: QuartTrio) -> None:
    async with served(app) as url, connect(f"{url}/form") as view:
        await view.form("#profile", {"name": "Ada"}).change()
        await view.disconnect()
        await view.reconnect()
        assert await view.element("#seen").text() == "Ada"


async def test_a_crash_is_seen_as_the_browser_sees_it(app: QuartTrio) -> None:
    async with served(app) as url, connect(f"{url}/kitchen") as view:
        await view.element("#inc").click()
        await view.element("#boom").click(wait=False)
        await view.until(lambda: view.client_view.joins == 2, timeout=10)
        assert await view.element("#count").text() == "0"
        with pytest.raises(Failure, match="other side of a real socket"):
            await view.crash()


async def test_a_page_that_redirects(app: QuartTrio) -> None:
    async with served(app) as url:
        with pytest.raises(Redirected) as caught:
            async with connect(f"{url}/guard"):
                pass
        assert caught.value.to == "/other"


async def test_what_phoenix_says_is_understood() -> None:
    recording = Recording("wire")
    async with served(app_of(recording)) as url, connect(f"{url}/wire?q=first") as view:
        assert await view.page_title() == "Wire"
        rows = view.element("#rows li")
        for event, wanted in [
            ("reverse", "4 3 2 1"),
            ("prepend", "100 4 3 2 1"),
            ("append", "100 4 3 2 1 200"),
            ("remove_first", "4 3 2 1 200"),
            ("swap_change", "3 4 2 1 200"),
            ("clear", ""),
            ("refill", "1 2"),
        ]:
            await view.click(event, {"k": 1})
            ids = [str(node.id).removeprefix("r") for node in rows.matches()]
            assert " ".join(ids) == wanted, event
        await view.click("matrix", {"k": 1})
        assert await view.element("#unkeyed > li").texts() == ["19", "34", "5"]
        await view.click("title", {"k": 1})
        assert await view.page_title() == "New <title>"
        await view.click("push", {"k": 1})
        assert await view.assert_push_event("ev2") == {"b": [1, None]}
        await view.click("reply", {"k": 1})
        assert await view.assert_reply() == {"echo": {"k": 1}}
        await view.click("add_card", {"k": 1})
        assert await view.element(".card b").texts() == ["A", "B", "C"]
        await view.click("del_card", {"k": 1})
        assert await view.element(".card b").texts() == ["B", "C"]
    assert [message[3] for message in recording.heard[-2:]] == ["cids_will_destroy", "cids_destroyed"]


async def test_phoenix_sends_the_visitor_elsewhere() -> None:
    async with served(app_of(Recording("wire_navigate"))) as url, connect(f"{url}/wire") as view:
        await view.click("navigate")
        assert (await view.assert_redirect("/counter")).kind == "live_redirect"


async def test_phoenix_crashes_and_is_joined_again() -> None:
    async with served(app_of(Recording("wire_crash"))) as url, connect(f"{url}/wire") as view:
        await view.click("crash", wait=False)
        await view.until(lambda: view.client_view.joins == 2, timeout=10)
        assert await view.element("#q").text() == "first"


async def test_phoenix_validates_a_form() -> None:
    recording = Recording("form")
    async with served(app_of(recording)) as url, connect(f"{url}/form") as view:
        await view.form("#form", {"user": {"name": "a"}}).change()
        assert await view.element("#error").text() == "should be at least 3 character(s)"
        await view.form("#form", {"user": {"name": "ab&<i>"}}).change()
        assert await view.element("#echo").text() == "ab&<i>"


async def test_a_page_that_never_rests_is_looked_at_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "PATIENCE", 0.1)
    app = QuartTrio(__name__)
    ActorLive(app, secret_key="x" * 40).route("/", TickingLive)
    async with served(app) as url, connect(url) as view:
        before = int(await view.element("p").text())
        assert int(await view.element("p").text()) > before


class TickingLive(LiveView):
    """Ticks faster than anybody looks."""

    ticks: int = 0

    template = heex("<p>{@ticks}</p>")

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        if socket.connected:
            socket.send_after("tick", 0.005)

    async def handle_info(self, message: object, socket: Socket) -> None:
        self.ticks += 1
        socket.send_after("tick", 0.005)


async def test_signs_of_life_are_sent_and_missed() -> None:
    recording = Recording("wire")
    async with served(app_of(recording)) as url, connect(f"{url}/wire", heartbeat=0.4) as view:
        await view.until(lambda: _beats(recording) >= 2)
        assert view.client_view.joins == 1
        recording.deaf = True
        await view.until(lambda: view.client_view.joins == 2)


def _beats(recording: Recording) -> int:
    return sum(message[2:4] == ["phoenix", "heartbeat"] for message in recording.heard)


async def test_nobody_answers() -> None:
    with pytest.raises(OSError, match="refused"):
        async with connect("http://127.0.0.1:9/"):
            pass


# -- a line --------------------------------------------------------------------


@pytest.mark.parametrize("noticed", [True, False])
async def test_a_websocket_may_be_cut_beneath_a_line(app: QuartTrio, noticed: bool) -> None:
    async with served(app) as url, connect(f"{url}/kitchen", line=True) as view:
        await view.cut(noticed=noticed)
        await view.element("#inc").click(wait=False)
        assert await view.element("#count").text() == "0"
        await view.mend()
        await view.element("#inc-5").click()
        assert await view.element("#count").text() == "6"
        assert view.client_view.joins == 1
        lines = app.extensions["actorlive"].lines
        assert len(lines) == 1
        await view.disconnect()
        await view.until(lambda: len(lines) == 0)


async def test_a_line_gives_signs_of_life_of_its_own(app: QuartTrio, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[LinePing] = []

    def note() -> LinePing:
        given.append(LinePing())
        return given[-1]

    monkeypatch.setattr(remote, "LinePing", note)
    async with served(app) as url, connect(f"{url}/kitchen", line=True, heartbeat=0.5) as view:
        await view.until(lambda: len(given) >= 2)  # for the first was answered
        await view.cut()
        await view.mend()
        await view.element("#inc").click()
        assert view.client_view.joins == 1


async def test_a_server_without_lines_is_named(app: QuartTrio) -> None:
    app.extensions["actorlive"].lines.linger = 0.0
    async with served(app) as url:
        with pytest.raises(Failure) as caught:
            async with connect(f"{url}/kitchen", line=True):
                pass
    assert str(caught.value) == NO_LINE


async def test_a_page_finds_the_next_server_by_itself(app: QuartTrio) -> None:
    async with trio.open_nursery() as nursery:
        stop, urls = trio.Event(), list[str]()
        ended = trio.Event()

        async def serve(task_status: trio.TaskStatus[list[str]]) -> None:
            port = int(urls[0].rpartition(":")[2]) if urls else 0
            await serve_async(app, port=port, shutdown=stop, task_status=task_status)
            ended.set()

        urls = await nursery.start(serve)
        async with connect(f"{urls[0]}/kitchen", line=True) as view:
            with pytest.raises(Failure) as caught:
                await view.restart()
            assert str(caught.value) == NOT_FROM_HERE
            stop.set()
            await ended.wait()
            await trio.sleep(0.1)
            stop = trio.Event()
            await nursery.start(serve)
            await view.until(lambda: view.client_view.joins == 2, timeout=10)
            await view.element("#inc").click()
        stop.set()
