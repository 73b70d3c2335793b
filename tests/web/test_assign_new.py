"""What a view does not load again: assigns shared with the request and with the views within it.

Besides: hooks with an argument, what has changed since the last render, and what a page was made with.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import trio
from hypothesis import given, settings, strategies as st
from quart import g
from quart_trio import QuartTrio
from trio.testing import MockClock

from actorlive import (
    ActorLive,
    Cont,
    Event,
    Halt,
    LiveComponent,
    LiveView,
    Slot,
    Socket,
    Template,
    component,
    heex,
    send,
)
from actorlive.errors import AssignError, CallbackError
from actorlive.live.process import dispatch
from actorlive.testing import Redirected, live, live_isolated
from tests.web.views import KEY

# -- assign_new ----------------------------------------------------------------

loaded: list[str] = []
"""Who has loaded the user, in this order."""


async def load(who: str, life: str) -> str:
    await trio.sleep(0)
    loaded.append(f"{who} {life}")
    return f"loaded by {who}"


def life_of(socket: Socket) -> str:
    return "connected" if socket.connected else "dead"


class InnerLive(LiveView):
    user: str
    template = heex("<i>{@user}</i>")

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        await socket.assign_new("user", load, "inner", life_of(socket))


class OuterLive(LiveView):
    """Sets the user by itself, by `assign_new`, or does not have one; has a view within, sticky or not."""

    user: str
    how: str = ""
    sticky: bool = False
    template = heex("""<main><.live_render view={InnerLive} id="inner" sticky={@sticky} /></main>""")

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        self.how, self.sticky = params["how"], "sticky" in params
        match self.how:
            case "sets":
                self.user = "set by outer"
            case "new":
                await socket.assign_new("user", load, "outer", life_of(socket))
            case _:
                pass


def shared_app(*, kept: bool = False) -> QuartTrio:
    app = QuartTrio(__name__)
    site = ActorLive(app, secret_key=KEY)
    site.route("/", OuterLive)
    site.route("/inner", InnerLive)

    @app.before_request
    async def keep() -> None:
        if kept:
            g.user = "kept by the request"

    return app


def expected(how: str, *, sticky: bool, kept: bool) -> tuple[list[str], str]:
    """Who loads the user, and what the inner view shows once it is connected."""
    who: list[str] = []
    for life in ("dead", "connected"):
        outer = how != "none"
        if how == "new" and not (kept and life == "dead"):
            who.append(f"outer {life}")
        if sticky or not outer:
            who.append(f"inner {life}")
    shown = (
        "loaded by inner" if sticky or how == "none" else {"sets": "set by outer"}.get(how, "loaded by outer")
    )
    return who, shown


def check(how: str, *, sticky: bool, kept: bool) -> None:
    async def main() -> None:
        loaded.clear()
        who, text = expected(how, sticky=sticky, kept=kept)
        async with live(shared_app(kept=kept), f"/?how={how}{'&sticky=' if sticky else ''}") as view:
            await view.settle()
            # A sticky view is a root of its own: it joins beside the page's view, and either may be first.
            assert (sorted(loaded), sticky or loaded) == (sorted(who), sticky or who)
            if not sticky:
                assert await (await view.find_live_child("inner")).element("i").text() == text

    trio.run(main, clock=MockClock(autojump_threshold=0))


@settings(max_examples=20)
@given(how=st.sampled_from(["sets", "new", "none"]), sticky=st.booleans(), kept=st.booleans())
def test_nobody_loads_what_the_request_or_the_parent_has(how: str, sticky: bool, kept: bool) -> None:
    check(how, sticky=sticky, kept=kept)


def nothing(_: object) -> dict[str, object]:
    return {}


def something(_: object) -> dict[str, object]:
    return {"user": "x"}


@pytest.mark.parametrize("shares", ["nothing", "what there is not"])
def test_control_a_broken_rule_of_sharing_is_seen(shares: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if shares == "nothing":
        monkeypatch.setattr(dispatch, "shared_assigns", nothing)
        with pytest.raises((AssertionError, BaseExceptionGroup)):
            check("sets", sticky=False, kept=False)
    else:
        monkeypatch.setattr("actorlive.live.process.nests.shared_assigns", something)
        with pytest.raises((AssertionError, BaseExceptionGroup)):
            check("none", sticky=False, kept=False)


async def test_the_request_shares_with_the_first_paint_only() -> None:
    loaded.clear()
    app = shared_app(kept=True)
    async with app.test_app():
        page = await (await app.test_client().get("/inner")).get_data(as_text=True)
    assert "<i>kept by the request</i>" in page
    async with live(app, "/inner") as view:
        assert await view.element("i").text() == "loaded by inner"
    assert loaded == ["inner connected"]


async def test_a_value_that_is_there_is_kept_and_a_plain_function_will_do() -> None:
    class TwiceLive(LiveView):
        user: str
        template = heex("<i>{@user}</i>")

        async def mount(self, params: Any, session: Any, socket: Socket) -> None:
            await socket.assign_new("user", lambda: "first")
            await socket.assign_new("user", lambda: "second")

    async with live_isolated(TwiceLive) as view:
        assert await view.element("i").text() == "first"


async def test_a_hook_may_bring_what_it_loads_once() -> None:
    class WithUser:
        user: str

        @staticmethod
        async def on_mount(params: Any, session: Any, socket: Socket) -> Cont:
            await socket.assign_new("user", load, "hook", life_of(socket))
            return Cont()

    class BehindLive(LiveView):
        on_mount = (WithUser,)
        template = heex("<i>{@user}</i>")

    loaded.clear()
    async with live_isolated(BehindLive) as view:
        assert await view.element("i").text() == "loaded by hook"
    assert loaded == ["hook dead", "hook connected"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("count", "has a default, so it is never new"),
        ("usre", "declares no assign"),
        ("flash", "belongs to the"),
    ],
)
async def test_what_can_never_be_new_is_refused(name: str, message: str) -> None:
    class CountLive(LiveView):
        count: int = 0
        user: str = ""
        template = heex("<i>{@count}</i>")

        async def mount(self, params: Any, session: Any, socket: Socket) -> None:
            await socket.assign_new(name, lambda: 1)

    with pytest.raises(AssignError, match=message):
        async with live_isolated(CountLive):
            pass


class RowComponent(LiveComponent):
    own: str
    template = heex("<i>{@own}</i>")

    async def mount(self, socket: Socket) -> None:
        await socket.assign_new("own", lambda: "its own")


class HasRowLive(LiveView):
    own: str = "the view's"
    template = heex("""<div><.live_component module={RowComponent} id="1" own={@own} /></div>""")


async def test_a_live_component_shares_nothing_and_is_given_what_it_is_given_afterwards() -> None:
    async with live_isolated(HasRowLive) as view:
        assert await view.element("i").text() == "the view's"


# -- changed -------------------------------------------------------------------


class Set(Event):
    count: int


async def test_changed_says_what_was_set_since_the_last_render() -> None:
    seen: list[bool] = []

    class ChangedLive(LiveView[Set]):
        count: int = 0
        template = heex("<i>{@count}</i>")

        async def handle_event(self, event: Set, socket: Socket) -> None:
            seen.append(socket.changed("count"))
            self.count = event.count
            seen.append(socket.changed("count"))
            with pytest.raises(AssignError, match=r"has no assign .cuont."):
                socket.changed("cuont")

    async with live_isolated(ChangedLive) as view:
        await view.click("set", {"count": 1})
        await view.click("set", {"count": 1})
    assert seen == [False, True, False, False]


# -- hooks with an argument ----------------------------------------------------


asked: list[str] = []


async def need(role: str, params: Any, session: Any, socket: Socket) -> Cont | Halt:
    asked.append(role)
    if role in params:
        return Cont()
    socket.redirect(f"/no/{role}")
    return Halt()


@component
def frame(*, inner_block: Slot) -> Template:
    return heex("<main>{render_slot(@inner_block)}</main>")


class Named:
    name: str

    @staticmethod
    async def on_mount(name: str, params: Any, session: Any, socket: Socket) -> Cont:
        socket.assign(name=name)
        socket.temporary_assigns(name="")
        socket.put_layout(frame)
        return Cont()


class StaffLive(LiveView):
    on_mount = ((need, "admin"), (Named, "Ada"))
    template = heex("<i>{@name}</i>")


async def test_a_hook_receives_its_argument_and_runs_once_for_each() -> None:
    app = QuartTrio(__name__)
    site = ActorLive(app, secret_key=KEY)
    group = site.session("staff", on_mount=[(need, "guest"), (need, "admin")])
    group.route("/staff", StaffLive)
    asked.clear()
    async with live(app, "/staff?guest=&admin=") as view:
        assert await view.element("main i").text() == "Ada"
    assert asked == ["guest", "admin"] * 2
    with pytest.raises(Redirected) as caught:
        async with live(app, "/staff?guest="):
            pass
    assert caught.value.to == "/no/admin"


# -- what a page was made with -------------------------------------------------


class StaticLive(LiveView):
    stale: bool = False
    template = heex("<i>{str(@stale)}</i>")

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        self.stale = socket.static_changed

    async def handle_info(self, message: object, socket: Socket) -> None:
        self.stale = socket.static_changed


def static_app(folder: Path) -> tuple[QuartTrio, ActorLive]:
    app = QuartTrio(__name__, static_folder=str(folder), static_url_path="/static")
    site = ActorLive(app, secret_key=KEY, stylesheets=["/static/shop.css", "https://cdn.example/x.css"])
    site.route("/", StaticLive)
    return app, site


async def test_a_page_that_was_made_with_other_styles_is_told_when_it_comes_back(tmp_path: Path) -> None:
    (tmp_path / "shop.css").write_text("a {}")
    app, _ = static_app(tmp_path)
    async with live(app, "/") as view:
        assert await view.element("i").text() == "False"
        await view.disconnect()
        await view.reconnect()
        assert await view.element("i").text() == "False"
        (tmp_path / "shop.css").write_text("a { color: red }")
        await view.disconnect()
        await view.reconnect()
        assert await view.element("i").text() == "True"


async def test_a_page_of_another_client_is_stale(tmp_path: Path) -> None:
    app, site = static_app(tmp_path)
    async with live(app, "/") as view:
        site.assets.add("actorlive.js", b"another client")
        await view.disconnect()
        await view.reconnect()
        assert await view.element("i").text() == "True"


@pytest.mark.parametrize(
    ("url", "is_current"),
    [
        ("/live/assets/actorlive-0000.js", False),
        ("http://test/live/assets/actorlive-0000.js?x=1", False),
        ("/static/shop.css", True),
        ("/static/shop.css?v=0000", False),
        ("/static/gone.css?v=0000", False),
        ("/static/%2e%2e/secret?v=0000", False),
        ("https://cdn.example/x.css?v=1", True),
        ("http://[", True),
        ("", True),
    ],
)
async def test_what_a_page_says_that_it_links_to_is_compared_if_it_can_be(
    url: str, is_current: bool, tmp_path: Path
) -> None:
    (tmp_path / "shop.css").write_text("a {}")
    app, site = static_app(tmp_path)
    assert site.endpoint.is_current(url) is is_current
    tracked: Mapping[str, Any] = {"_track_static": [url, 7, None]}
    async with live(app, "/", connect_params=tracked) as view:
        assert view.pid


async def test_static_changed_is_for_mount() -> None:
    async with live_isolated(StaticLive) as view:
        send(view.pid, "ask")
        with pytest.raises(CallbackError, match="works in mount only"):
            await view.settle()
