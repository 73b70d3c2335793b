"""The view's functions, each with its failures."""

from __future__ import annotations

import re

import pytest
from quart_trio import QuartTrio

from actorlive import JS, LiveView, heex
from actorlive.testing import (
    ElementError,
    Failure,
    NotIdle,
    Redirected,
    UnexpectedStatus,
    ViewGone,
    live,
    live_isolated,
)
from tests.testing.views import BoomError


async def test_click_by_element_and_by_name(app: QuartTrio) -> None:
    async with live(app, "/kitchen") as view:
        await view.element("#inc").click()
        await view.element("#inc-5").click()
        await view.element("#inc-js").click()
        await view.element("#inc").click({"by": 10})
        await view.click("inc", {"by": 1000})
        assert await view.element("#count").text() == "1019"
        assert await view.element("#inc-js").has_class("clicked")


async def test_a_click_gives_the_inner_html(app: QuartTrio) -> None:
    async with live(app, "/kitchen") as view:
        html = await view.element("#inc").click()
        assert html.strip().startswith("<h1>Kitchen</h1>")
        assert '<output id="count">1</output>' in html
        assert (await view.render()).startswith('<div id="phx-')


async def test_what_cannot_be_clicked_says_so(app: QuartTrio) -> None:
    async with live(app, "/kitchen") as view:
        with pytest.raises(ElementError, match="disabled"):
            await view.element("#off").click()
        with pytest.raises(ElementError, match="nothing happens"):
            await view.element("#idle").click()


async def test_exactly_one_element(app: QuartTrio) -> None:
    async with live(app, "/kitchen") as view:
        with pytest.raises(ElementError, match=r"elements match button, where one is wanted"):
            await view.element("button").click()
        assert await view.element("button", text="Inc 5").text() == "Inc 5"
        assert await view.element("button", text=re.compile(r"^Inc$")).attribute("id") == "inc"
        assert await view.has_element("button")
        assert not await view.has_element("button", text="Nope")


async def test_keys_and_focus(app: QuartTrio) -> None:
    async with live(app, "/kitchen") as view:
        keys = view.element("#keys")
        await keys.keydown("a")
        assert await view.element("#count").text() == "0"
        await keys.keydown("Enter", {"by": 2})
        await keys.focus()
        assert await keys.is_focused()
        await keys.blur()
        assert await view.element("#count").text() == "4"
        with pytest.raises(ElementError, match="nothing hears a keyup"):
            await keys.keyup("Enter")


async def test_hooks_replies_and_events(app: QuartTrio) -> None:
    async with live(app, "/kitchen") as view:
        await view.element("#hooked").hook("ask", {"question": "why"})
        assert await view.assert_reply() == {"answer": "WHY"}
        assert await view.assert_push_event("asked", {"question": "why"}) == {"question": "why", "n": 1}
        await view.refute_push_event("asked")
        assert await view.page_title() == "Asked"
        await view.element("#hooked").render_hook("ask", {"question": "when"})
        await view.render_hook("ask", {"question": "who"})
        await view.refute_push_event("asked", {"question": "why"})
        with pytest.raises(Failure, match="unexpected push_event 'asked'"):
            await view.refute_push_event("asked", {"question": "who"})
        with pytest.raises(Failure, match=r"no push_event 'askd'.*Did you mean \"asked\""):
            await view.assert_push_event("askd")
        with pytest.raises(ElementError, match="no phx-hook"):
            await view.element("#idle").hook("ask")


async def test_the_title_of_the_dead_render(app: QuartTrio) -> None:
    async with live(app, "/kitchen") as view:
        assert await view.page_title() == "Kitchen"


async def test_patches(app: QuartTrio) -> None:
    async with live(app, "/kitchen?page=1") as view:
        assert await view.element("#page").text() == "1"
        await view.element("#patch").click()
        assert await view.element("#page").text() == "2"
        assert view.path == "/kitchen?page=2"
        await view.element("#js-patch").click()
        await view.patch("/kitchen?page=4")
        assert await view.element("#page").text() == "4"
        assert [await view.assert_patch() for _ in range(3)] == [f"/kitchen?page={n}" for n in (2, 3, 4)]
        await view.refute_patched()
        await view.click("go", {"to": "/kitchen?page=5", "how": "patch"})
        assert await view.assert_patch("/kitchen?page=5") == "/kitchen?page=5"
        with pytest.raises(Failure, match="no patch to '/nowhere'"):
            await view.assert_patch("/nowhere")


@pytest.mark.parametrize("how", ["navigate", "redirect"])
async def test_redirects_and_their_flash(app: QuartTrio, how: str) -> None:
    async with live(app, "/kitchen") as view:
        await view.refute_redirected()
        await view.click("go", {"to": "/other", "how": how})
        redirect = await view.assert_redirect("/other")
        assert redirect.flash == {"info": f"Gone by {how}"}
        with pytest.raises(ViewGone, match="follow_redirect"):
            await view.click("inc")
        other = await view.follow_redirect("/other")
        assert await other.element("#flash").text() == f"Gone by {how}"
        assert other.path == "/other"


async def test_links_lead_elsewhere(app: QuartTrio) -> None:
    async with live(app, "/kitchen") as view:
        await view.element("#navigate").click()
        other = await view.follow_redirect("/other")
        assert await other.has_element("h1", text="Other")
    async with live(app, "/kitchen") as view:
        await view.element("#js-navigate").click()
        assert (await view.assert_redirect()).kind == "live_redirect"
    async with live(app, "/kitchen") as view:
        await view.element("#href").click()
        page = await view.follow_to_page("/plain")
        assert (page.status, page.html) == (200, "<p>plain</p>")


async def test_a_navigation_into_another_live_session_loads_the_page(app: QuartTrio) -> None:
    async with live(app, "/kitchen") as view:
        other = await view.live_redirect("/admin")
        assert await other.has_element("h1", text="Other")
        assert other.path == "/admin"


async def test_a_redirect_where_none_is_or_another_is_wanted(app: QuartTrio) -> None:
    async with live(app, "/kitchen") as view:
        with pytest.raises(Failure, match="no redirect to '/other'"):
            await view.assert_redirect("/other")
        await view.click("go", {"to": "/other", "how": "navigate"})
        with pytest.raises(Failure, match="redirected to '/other', not to '/kitchen'"):
            await view.follow_redirect("/kitchen")


@pytest.mark.parametrize("path", ["/guard", "/guard?late"])
async def test_a_mount_that_redirects(app: QuartTrio, path: str) -> None:
    with pytest.raises(Redirected) as caught:
        async with live(app, path):
            pass
    assert caught.value.to == "/other"
    assert caught.value.flash == {"error": "Please sign in"}


async def test_no_such_page(app: QuartTrio) -> None:
    with pytest.raises(UnexpectedStatus, match="404"):
        async with live(app, "/nowhere"):
            pass
    with pytest.raises(Failure, match="no live view"):
        async with live(app, "/plain"):
            pass


@pytest.mark.parametrize("when", ["dead", "connected"])
async def test_a_mount_that_raises_raises_here(app: QuartTrio, when: str) -> None:
    with pytest.raises(BoomError, match="mount"):
        async with live(app, f"/faulty?when={when}"):
            pass


async def test_a_crash_raises_where_it_was_caused_and_the_view_comes_back(app: QuartTrio) -> None:
    async with live(app, "/kitchen") as view:
        await view.element("#inc").click()
        with pytest.raises(BoomError, match="boom"):
            await view.element("#boom").click()
        assert "phx-error" in await view.render()
        await view.advance(1.0)
        assert await view.element("#count").text() == "0"
        assert "phx-error" not in await view.render()


async def test_an_exception_of_the_test_leaves_the_block_as_it_is(app: QuartTrio) -> None:
    with pytest.raises(KeyError, match="mine"):
        async with live(app, "/kitchen"):
            raise KeyError("mine")


async def test_a_slow_handler_is_waited_for_or_not(app: QuartTrio) -> None:
    async with live(app, "/kitchen") as view:
        await view.element("#slow").click(wait=False)
        assert await view.element("#count").text() == "0"
        await view.element("#slow").click(wait=False)  # ignored by the client: still locked
        await view.advance(0.8)
        assert await view.element("#count").text() == "100"
        await view.element("#slow").click()
        assert await view.element("#count").text() == "200"


async def test_a_handler_that_does_not_return_is_told_where_it_stands(app: QuartTrio) -> None:
    async with live(app, "/kitchen") as view:
        told = r"no answer to the click event 'slow' within 30 s: .*, in KitchenLive\.handle_event \(.*views.py:\d+\)\."
        with pytest.raises(NotIdle, match=told):
            await view.click("slow", {"seconds": 40})


async def test_a_join_that_does_not_return_is_told_where_it_stands(app: QuartTrio) -> None:
    with pytest.raises(
        NotIdle, match=r"not answered within 10 s: its callbacks are still at work, in FaultyLive\.mount \("
    ):
        async with live(app, "/faulty?when=never"):
            pass


async def test_dispatched_events_are_known_and_heard_by_nobody() -> None:
    async with live_isolated(DispatchLive) as view:
        await view.element("button").click()
        assert await view.assert_dispatched("app:copy") == {"text": "hello"}
        with pytest.raises(Failure, match=r"no DOM event 'app:copy' was dispatched; so far: \['app:other'\]"):
            await view.assert_dispatched("app:copy")


COPY = JS.dispatch("app:copy", detail={"text": "hello"}).dispatch("app:other")


class DispatchLive(LiveView):
    """A button that talks to scripts."""

    template = heex("<button phx-click={COPY}>Copy</button>")


async def test_streams(app: QuartTrio) -> None:
    async with live(app, "/songs") as view:
        songs = view.element("li")
        await view.click("add", {"title": "last"})
        await view.click("add", {"title": "first", "at": 0})
        assert await songs.texts() == ["first", "one", "two", "last"]
        await view.click("drop", {"id": 1})
        assert await songs.texts() == ["first", "two", "last"]
        await view.click("reset")
        assert await songs.texts() == ["two again", "one again"]


async def test_render_async_waits_for_tasks_and_threads(app: QuartTrio) -> None:
    async with live(app, "/load") as view:
        assert await view.element("#threaded").text() == "from a thread"
        assert await view.element("#slow").text() == "loading"
        await view.render_async()
        assert await view.element("#slow").text() == "slept"
        assert await view.element("#named").text() == "slept"


async def test_render_async_gives_up(app: QuartTrio) -> None:
    async with live(app, "/load") as view:
        with pytest.raises(NotIdle, match=r"async tasks still run after 1 s: .*_slowly"):
            await view.render_async(timeout=1)


async def test_optimistic_changes_are_shown_and_undone(app: QuartTrio) -> None:
    async with live(app, "/optimistic") as view:
        row = view.element("#row")
        await view.element("#no").click(wait=False)
        assert await row.has_class("dim")
        await view.advance(0.5)
        assert not await row.has_class("dim")
        assert await view.element("#flash").text() == "Archive failed"
        await view.element("#yes").click(wait=False)
        assert await row.has_class("dim")
        await view.advance(0.5)
        assert await row.text() == "archived"


async def test_an_optimistic_change_that_gets_lost_is_undone(app: QuartTrio) -> None:
    async with live(app, "/optimistic") as view:
        await view.element("#yes").click(wait=False)
        await view.disconnect()
        assert not await view.element("#row").has_class("dim")
        await view.reconnect()
        assert await view.element("#row").text() == "there"


async def test_open_browser(app: QuartTrio) -> None:
    shown: list[str] = []
    async with live(app, "/kitchen") as view:
        path = await view.open_browser(shown.append)
    assert shown == [path.as_uri()]
    assert "<h1>Kitchen</h1>" in path.read_text(encoding="utf-8")
    path.unlink()
