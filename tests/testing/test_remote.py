"""The same view over a real websocket."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import trio
from quart_trio import QuartTrio

from actorlive.testing import Failure, Redirected, connect
from actorlive.web.server import serve_async

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
        await view.until(lambda: view.joined.joins == 2, timeout=10)
        assert await view.element("#count").text() == "0"
        with pytest.raises(Failure, match="other side of a real socket"):
            await view.crash()


async def test_a_page_that_redirects(app: QuartTrio) -> None:
    async with served(app) as url:
        with pytest.raises(Redirected) as caught:
            async with connect(f"{url}/guard"):
                pass
        assert caught.value.to == "/other"


async def test_nobody_answers() -> None:
    with pytest.raises(OSError, match="refused"):
        async with connect("http://127.0.0.1:9/"):
            pass
