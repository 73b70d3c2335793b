"""Trouble on the way: latency, loss, a socket that goes, a view that crashes."""

from __future__ import annotations

import pytest
import trio
from quart_trio import QuartTrio

from actorlive import JS, LiveView, heex
from actorlive.testing import Network, live, live_isolated


async def test_latency_holds_each_way(app: QuartTrio) -> None:
    network = Network(latency=0.1)
    async with live(app, "/kitchen", network=network) as view:
        began = trio.current_time()
        await view.element("#inc").click(wait=False)
        await view.advance(0.19)
        assert await view.element("#count").text() == "0"
        await view.advance(0.01)
        assert await view.element("#count").text() == "1"
        await view.element("#inc").click()
        assert trio.current_time() - began == pytest.approx(0.4)


async def test_frames_on_their_way_do_not_wait_for_each_other(app: QuartTrio) -> None:
    async with live(app, "/kitchen", network=Network(latency=1.0)) as view:
        for number in range(5):
            await view.hook("ask", {"question": str(number)}, wait=False)
            await view.advance(0.1)
        await view.advance(1.4)
        assert len(view.client_view.replies) == 0
        await view.advance(0.11)
        assert len(view.client_view.replies) == 1
        await view.advance(0.4)
        assert len(view.client_view.replies) == 5


AWAY, BACK = JS.remove_attribute("hidden"), JS.set_attribute("hidden", "")


class BannerLive(LiveView):
    """Shows a banner while it is away."""

    template = heex("""<p id="banner" hidden phx-connected={BACK} phx-disconnected={AWAY}>No network</p>""")


async def test_a_view_that_is_away_runs_what_is_bound_to_it(app: QuartTrio) -> None:
    async with live_isolated(BannerLive) as view:
        banner = view.element("#banner")
        assert not await banner.is_visible()
        await view.disconnect()
        await view.advance(0.4)
        assert not await banner.is_visible()
        await view.advance(0.1)
        assert await banner.is_visible()
        await view.reconnect()
        assert not await banner.is_visible()
        await view.crash()
        await view.advance(0.6)
        assert await banner.is_visible()
        await view.advance(0.4)
        assert not await banner.is_visible()


async def test_jitter_never_changes_the_order(app: QuartTrio) -> None:
    async with live(app, "/kitchen", network=Network(jitter=1.0, seed=7)) as view:
        for number in range(20):
            await view.hook("ask", {"question": str(number)}, wait=False)
        await view.advance(60)
        answers = [await view.assert_reply() for _ in range(20)]
        assert answers == [{"answer": str(number)} for number in range(20)]


async def test_a_lost_frame_breaks_the_socket_and_the_client_comes_back(app: QuartTrio) -> None:
    network = Network()
    async with live(app, "/kitchen", network=network) as view:
        await view.element("#inc").click()
        network.loss = 1.0
        await view.element("#inc").click(wait=False)
        assert "phx-client-error" in await view.render()
        network.loss = 0.0
        await view.advance(1)
        assert await view.element("#count").text() == "0"
        assert "phx-client-error" not in await view.render()


async def test_disconnect_and_reconnect(app: QuartTrio) -> None:
    async with live(app, "/kitchen") as view:
        await view.element("#inc").click()
        first = view.pid
        await view.disconnect()
        assert first.entity is None
        await view.advance(60)
        assert "phx-client-error" in await view.render()
        await view.reconnect()
        assert await view.element("#count").text() == "0"
        assert view.pid is not first


async def test_crash(app: QuartTrio) -> None:
    async with live(app, "/kitchen") as view:
        await view.element("#inc").click()
        await view.crash()
        assert "phx-server-error" in await view.render()
        await view.advance(0.9)
        assert "phx-server-error" in await view.render()
        await view.advance(0.1)
        assert await view.element("#count").text() == "0"


async def test_the_server_closes_the_socket_of_a_user(app: QuartTrio) -> None:
    async with live(app, "/kitchen") as view:
        first = view.pid
        for socket in app.extensions["actorlive"].sockets:
            socket.close(1001)
        await view.advance(1)
        assert view.pid is not first
        assert await view.has_element("h1", text="Kitchen")
