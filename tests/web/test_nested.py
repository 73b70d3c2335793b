"""Views within views, frame by frame: their markup in both lives, their tokens, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from quart_trio import QuartTrio

from actorlive import (
    ActorLive,
    Cont,
    Event,
    Halt,
    LiveView,
    Pid,
    Shutdown,
    Slot,
    Socket,
    Stream,
    Template,
    component,
    heex,
    link,
    render_slot,
)
from actorlive.errors import ActorLiveError, CallbackError
from actorlive.runtime import NO_REPLY, Caller, alive, call, reply
from actorlive.template import TemplateError
from actorlive.testing import live, live_isolated
from actorlive.web.tokens import Kin, Tokens
from tests.support.narrow import untyped
from tests.support.tab import Tab, containers, load, visiting
from tests.web.views import KEY

HOME = 'id="{id}" data-phx-session="{session}" data-phx-static="{static}"'


class Go(Event):
    how: str = ""


happened: list[Any] = []
"""What the views saw: it outlives them."""


@dataclass(frozen=True)
class Place:
    id: int
    name: str


class Clock(LiveView[Go]):
    zone: str = ""
    ticks: int = 0

    template = heex("<b>{@zone} {@ticks}</b>")

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.zone = session["zone"]
        happened.append((socket.connected, session.get("owner"), socket.parent_pid, socket.root_pid))

    async def handle_event(self, event: Go, socket: Socket) -> None:
        self.ticks += 1
        match event.how:
            case "patch":
                socket.put_flash("info", "patched")
                socket.push_patch("/?page=2")
            case "away":
                socket.push_patch("/elsewhere")
            case "navigate":
                socket.push_navigate("/elsewhere")
            case "raise":
                raise ValueError("boom")
            case "link":
                assert socket.parent_pid is not None
                link(socket.parent_pid)
            case _:
                pass

    async def terminate(self, reason: object, socket: Socket) -> None:
        happened.append(reason)


class Page(LiveView[Go]):
    shown: bool = True
    zone: str = "UTC"
    page: str = "1"
    me: Pid | None = None

    template = heex("""
      <h1>{@page}</h1>
      <i>{@flash.get("info")}</i>
      <.live_render :if={@shown} view={Clock} id="clock" session={{"zone": @zone, "owner": @me}} />
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.me = socket.pid

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        self.page = params.get("page", "1")

    async def handle_event(self, event: Go, socket: Socket) -> None:
        match event.how:
            case "hide":
                self.shown = False
            case "zone":
                self.zone = "CET"
            case "navigate":
                socket.push_navigate("/elsewhere")
            case "redirect":
                socket.redirect("/elsewhere")
            case "raise":
                raise ValueError("boom")
            case _:
                pass


class Elsewhere(LiveView):
    template = heex("<h1>elsewhere</h1>")


def make_app(page: type[LiveView[Any]] = Page, **options: Any) -> QuartTrio:
    happened.clear()
    app = QuartTrio("nested")
    live = ActorLive(app, secret_key=KEY, **options)
    live.route("/", page)
    live.route("/elsewhere", Elsewhere)
    return app


# -- markup --------------------------------------------------------------------


async def test_the_dead_render_has_the_child_in_its_place_with_no_session_and_its_parents_id() -> None:
    async with visiting(make_app()) as tab:
        static = tab.tokens["clock"]["data-phx-static"]
        home = HOME.format(id="clock", session="", static=static)
        assert f'<div {home} data-phx-parent-id="{tab.main}"><b>UTC 0</b></div>' in tab.html
        assert Tokens(KEY).static.read(static) is not None
        assert tab.html.count("data-phx-main") == 1


async def test_the_connected_render_is_an_empty_container_with_a_token_and_the_child_joins_by_itself() -> (
    None
):
    async with visiting(make_app()) as tab:
        rendered = (await tab.join_main())["rendered"]
        token = tab.tokens["clock"]["data-phx-session"]
        home = HOME.format(id="clock", session=token, static="")
        shown = rendered["2"]
        while not isinstance(shown, str):
            shown = shown["0"]
        assert shown == f'<div {home} data-phx-parent-id="{tab.main}"></div>'
        answer = await tab.join("clock")
        assert answer == {
            "status": "ok",
            "response": {
                "rendered": {"s": ["<b>", " ", "</b>"], "0": "UTC", "1": "0"},
                "liveview_version": "1.2.12",
            },
        }
        assert await tab.click("clock", "go") == {"diff": {"1": "1"}}


async def test_a_child_is_a_process_of_its_own_that_knows_its_parent_and_its_root() -> None:
    async with visiting(make_app()) as tab:
        await tab.join_main()
        await tab.join("clock")
        dead, connected = happened
        main = tab.pid(tab.main)
        assert tab.pid("clock") is not main
        assert connected == (True, main, main, main)
        assert dead[0] is False
        assert not any(map(alive, dead[1:]))


async def test_a_changed_session_is_a_new_token_and_no_new_child() -> None:
    async with visiting(make_app()) as tab:
        await tab.join_main()
        await tab.join("clock")
        child, token = tab.pid("clock"), tab.tokens["clock"]["data-phx-session"]
        response = await tab.click(tab.main, "go", how="zone")
        tab.read(response)
        assert tab.tokens["clock"]["data-phx-session"] != token
        assert await tab.click(tab.main, "go") == {}
        assert tab.pid("clock") is child


async def test_a_child_has_no_layout_no_hooks_of_the_live_session_and_its_own() -> None:
    class Own(LiveView):
        template = heex("<b>own</b>")

        @staticmethod
        async def hook(params: Any, session: Any, socket: Socket) -> Cont:
            happened.append("own hook")
            return Cont()

        on_mount = (hook,)

    class Holder(LiveView):
        template = heex("""<.live_render view={@own} id="own" />""", own=Own)

    async def of_session(params: Any, session: Any, socket: Socket) -> Cont | Halt:
        happened.append("hook of the session")
        return Cont()

    @component
    def layout(*, inner_block: Slot) -> Template:
        return heex("<main>{@content}</main>", content=render_slot(inner_block))

    happened.clear()
    app = QuartTrio("nested")
    live = ActorLive(app, secret_key=KEY)
    live.session("all", on_mount=[of_session], layout=layout).route("/", Holder)
    async with visiting(app) as tab:
        assert tab.html.count("<main>") == 1
        await tab.join_main()
        answer = await tab.join("own")
        assert answer["response"]["rendered"] == {"s": ["<b>own</b>"]}
    assert happened == ["hook of the session", "own hook"] * 2


async def test_children_have_children() -> None:
    class Inner(LiveView):
        template = heex("<i>inner</i>")

        async def mount(self, params: Any, session: Any, socket: Socket) -> None:
            happened.append((socket.parent_pid, socket.root_pid))

    class Middle(LiveView):
        template = heex("""<.live_render view={@inner} id="inner" />""", inner=Inner)

    class Outer(LiveView):
        template = heex("""<.live_render view={@middle} id="middle" />""", middle=Middle)

    async with visiting(make_app(Outer)) as tab:
        assert tab.tokens["middle"]["data-phx-parent-id"] == tab.main
        assert tab.tokens["inner"]["data-phx-parent-id"] == "middle"
        assert tab.html.index('id="middle"') < tab.html.index('id="inner"') < tab.html.index("<i>inner</i>")
        await tab.join_main()
        tab.read((await tab.join("middle"))["response"]["rendered"])
        await tab.join("inner")
        assert happened[-1] == (tab.pid("middle"), tab.pid(tab.main))


class Room(LiveView):
    name: str = ""
    template = heex("<b>{@name}</b>")

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.name = session["name"]


@component
def card(*, inner_block: Slot) -> Template:
    return heex("<section>{@content}</section>", content=render_slot(inner_block))


class Rooms(LiveView[Go]):
    names: list[str] = ["a"]
    rooms: Stream[Place]
    template = heex("""
      {% for name in @names %}
        <.live_render view={Room} id={f"row-{name}"} session={{"name": name}} />
      {% endfor %}
      <div id="rooms" phx-update="stream">
        <div :for={dom_id, place in @streams.rooms} id={dom_id}>
          <.live_render view={Room} id={f"in-{dom_id}"} session={{"name": place.name}} />
        </div>
      </div>
      <.card><.live_render view={Room} id="in-slot" session={{"name": "slot"}} /></.card>
      <.portal id="p" target="body">
        <.live_render view={Room} id="in-portal" session={{"name": "portal"}} />
      </.portal>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.stream("rooms", [Place(1, "streamed")])

    async def handle_event(self, event: Go, socket: Socket) -> None:
        self.names = ["b", *self.names]
        socket.stream_insert("rooms", Place(2, "later"))


async def test_a_child_stands_in_rows_in_streams_in_slots_and_in_portals() -> None:
    async with visiting(make_app(Rooms)) as tab:
        shown = {"row-a": "a", "in-rooms-1": "streamed", "in-slot": "slot", "in-portal": "portal"}
        assert [dom_id for dom_id in tab.tokens if dom_id != tab.main] == list(shown)
        for dom_id, name in shown.items():
            container = tab.html[tab.html.index(f'id="{dom_id}"') :]
            assert f'data-phx-parent-id="{tab.main}"><b>{name}</b></div>' in container, dom_id
        await tab.join_main()
        for dom_id, name in shown.items():
            assert (await tab.join(dom_id))["response"]["rendered"]["0"] == name
        before = {dom_id: tab.pid(dom_id) for dom_id in shown}
        response = await tab.click(tab.main, "go")
        assert set(containers(str(response))) == {"row-b", "in-rooms-2"}
        tab.read(response)
        assert (await tab.join("row-b"))["response"]["rendered"]["0"] == "b"
        assert (await tab.join("in-rooms-2"))["response"]["rendered"]["0"] == "later"
        assert {dom_id: tab.pid(dom_id) for dom_id in shown} == before


# -- life ----------------------------------------------------------------------


async def test_the_end_of_the_parent_is_the_end_of_its_children_with_liveviews_reason() -> None:
    async with visiting(make_app()) as tab:
        await tab.join_main()
        await tab.join("clock")
        await tab.heard()
        tab.push(tab.main, "phx_leave", {})
        frames = await tab.heard()
        assert happened[-1] == Shutdown("parent_exited")
        assert frames[-1] == ["clock", "phx_close", {}]


async def test_a_crash_of_the_parent_is_told_before_the_end_of_its_children() -> None:
    async with visiting(make_app()) as tab:
        await tab.join_main()
        await tab.join("clock")
        await tab.heard()
        tab.push(tab.main, "event", {"type": "click", "event": "go", "value": {"how": "raise"}})
        assert [frame[:2] for frame in await tab.heard()] == [[tab.main, "phx_error"], ["clock", "phx_close"]]
        assert happened[-1] == Shutdown("parent_exited")


async def test_a_child_that_is_left_ends_alone() -> None:
    async with visiting(make_app()) as tab:
        await tab.join_main()
        await tab.join("clock")
        child = tab.pid("clock")
        tab.push("clock", "phx_leave", {})
        await tab.heard()
        assert happened[-1] == Shutdown("left")
        assert not alive(child)
        assert alive(tab.pid(tab.main))


async def test_a_child_that_crashes_joins_again_alone_with_the_same_token() -> None:
    async with visiting(make_app()) as tab:
        await tab.join_main()
        await tab.join("clock")
        main = tab.pid(tab.main)
        await tab.heard()
        tab.push("clock", "event", {"type": "click", "event": "go", "value": {"how": "raise"}})
        assert await tab.heard() == [["clock", "phx_error", {}]]
        assert (await tab.join("clock"))["status"] == "ok"
        assert tab.pid(tab.main) is main


async def test_a_linked_child_takes_its_parent_along() -> None:
    async with visiting(make_app()) as tab:
        await tab.join_main()
        await tab.join("clock")
        main = tab.pid(tab.main)
        await tab.click("clock", "go", how="link")
        tab.push("clock", "event", {"type": "click", "event": "go", "value": {"how": "raise"}})
        assert {frame[0] for frame in await tab.heard() if frame[1] == "phx_error"} == {tab.main, "clock"}
        assert not alive(main)


# -- navigation ----------------------------------------------------------------


async def test_a_patch_of_a_child_is_the_roots() -> None:
    async with visiting(make_app()) as tab:
        await tab.join_main()
        await tab.join("clock")
        await tab.heard()
        response = await tab.click("clock", "go", how="patch")
        assert response == {"diff": {"1": "1"}}
        frames = [frame for frame in await tab.heard() if frame[1] != "phx_reply"]
        assert frames == [
            [tab.main, "live_patch", {"to": "/?page=2", "kind": "push"}],
            [tab.main, "diff", {"0": "2", "1": "patched"}],
        ]


async def test_a_patch_of_a_child_that_leads_to_another_view_is_refused_in_the_child() -> None:
    async with visiting(make_app()) as tab:
        await tab.join_main()
        await tab.join("clock")
        await tab.heard()
        tab.push("clock", "event", {"type": "click", "event": "go", "value": {"how": "away"}})
        assert [frame[:2] for frame in await tab.heard()] == [["clock", "phx_error"]]
        assert alive(tab.pid(tab.main))


async def test_a_child_sends_its_visitor_elsewhere_and_ends() -> None:
    async with visiting(make_app()) as tab:
        await tab.join_main()
        await tab.join("clock")
        assert await tab.click("clock", "go", how="navigate") == {
            "live_redirect": {"to": "/elsewhere", "kind": "push"}
        }
        assert (await tab.heard())[-1][:2] == ["clock", "phx_close"]


async def test_a_redirect_of_a_child_in_the_dead_render_is_the_pages() -> None:
    class Guard(LiveView):
        template = heex("<p>never</p>")

        async def mount(self, params: Any, session: Any, socket: Socket) -> None:
            socket.put_flash("error", "of the child")
            socket.redirect("/elsewhere", status=303)

    class Holder(LiveView):
        template = heex("""<.live_render view={@guard} id="guard" />""", guard=Guard)

        async def mount(self, params: Any, session: Any, socket: Socket) -> None:
            socket.put_flash("info", "of the parent")

    app = make_app(Holder)
    async with app.test_app():
        client: Any = app.test_client()
        response = await client.get("/")
        assert (response.status_code, response.headers["location"]) == (303, "/elsewhere")
        async with untyped(client).session_transaction() as session:
            assert session["_live_flash"] == {"error": "of the child"}


# -- mounts that wait ----------------------------------------------------------


class Ask(Event): ...


class Waiting(LiveView):
    """Asks its parent for something while it is mounted."""

    answer: str = ""
    template = heex("<b>{@answer}</b>")

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        if socket.parent_pid is not None and socket.connected:
            self.answer = str(await call(socket.parent_pid, "how?", timeout=None))


class Answering(LiveView[Go]):
    held: Caller | None = None
    template = heex("""<h1>{@held is not None}</h1><.live_render view={Waiting} id="waiting" />""")

    async def handle_call(self, request: object, caller: Caller, socket: Socket) -> object:
        self.held = caller
        return NO_REPLY

    async def handle_event(self, event: Go, socket: Socket) -> None:
        match event.how:
            case "answer":
                assert self.held is not None
                reply(self.held, "so")
            case "navigate":
                socket.push_navigate("/elsewhere")
            case "raise":
                raise ValueError("boom")
            case _:
                pass


async def test_a_child_that_waits_for_its_parent_in_mount_holds_nobody_up() -> None:
    async with visiting(make_app(Answering)) as tab:
        await tab.join_main()
        ref = tab.begin_join("waiting")
        assert [frame[:2] for frame in await tab.heard()][-1] == [
            tab.main,
            "diff",
        ]  # it was asked, and shows it
        await tab.click(tab.main, "go", how="answer")
        assert (await tab.answer(ref))["response"]["rendered"]["0"] == "so"


@pytest.mark.parametrize(("how", "reason"), [("navigate", "parent_redirect"), ("raise", "stale")])
async def test_a_parent_may_leave_while_its_child_is_mounted(how: str, reason: str) -> None:
    async with visiting(make_app(Answering)) as tab:
        await tab.join_main()
        ref = tab.begin_join("waiting")
        await tab.heard()
        child = tab.pid("waiting")
        tab.push(tab.main, "event", {"type": "click", "event": "go", "value": {"how": how}})
        answer = await tab.answer(ref)
        assert answer == {"status": "error", "response": {"reason": reason}}
        await tab.heard()
        assert not alive(child)


# -- tokens --------------------------------------------------------------------


async def joined_with(tab: Tab, token: str) -> str:
    """The reason with which a join of #clock with that token is refused; "ok" when it is not."""
    tab.tokens["clock"] = {**tab.tokens["clock"], "data-phx-session": token}
    answer = await tab.join("clock")
    return answer["response"].get("reason", "ok")


async def test_a_token_that_is_forged_foreign_or_of_a_parent_that_is_gone_is_stale() -> None:
    async with visiting(make_app()) as tab:
        await tab.join_main()
        good = tab.tokens["clock"]["data-phx-session"]
        content = Tokens(KEY).session.read(good)
        assert content is not None
        assert content.kin is not None

        def signed(**change: Any) -> str:
            return Tokens(KEY).session.sign(msgspec.structs.replace(content, **change))

        gone = Kin("nobody.1", content.kin.root, content.kin.root_view)
        assert await joined_with(tab, good[:-2] + "xx") == "stale"
        assert await joined_with(tab, "") == "stale"
        assert await joined_with(tab, signed(id="other")) == "stale"
        assert await joined_with(tab, signed(visitor="somebody else")) == "stale"
        assert await joined_with(tab, signed(view="tests.web.test_nested:Missing")) == "stale"
        assert await joined_with(tab, signed(view="tests.web.test_nested:make_app")) == "stale"
        assert await joined_with(tab, signed(kin=gone)) == "stale"
        assert (await tab.join("clock", static="x"))["response"] == {"reason": "stale"}
        assert await joined_with(tab, good) == "ok"


async def test_a_child_cannot_be_navigated_to() -> None:
    async with visiting(make_app()) as tab:
        await tab.join_main()
        answer = await tab.join("clock", redirect="http://localhost/elsewhere")
        assert answer == {"status": "error", "response": {"reason": "unauthorized"}}


async def test_the_child_of_a_page_that_has_left_is_stale() -> None:
    async with visiting(make_app()) as tab:
        await tab.join_main()
        tab.push(tab.main, "phx_leave", {})
        await tab.heard()
        assert (await tab.join("clock"))["response"] == {"reason": "stale"}


async def test_another_visitor_cannot_join_a_child() -> None:
    app = make_app()
    async with visiting(app) as tab:
        await tab.join_main()
        other = await load(app)
        other.tokens["clock"] = tab.tokens["clock"]
        assert (await other.join("clock"))["response"] == {"reason": "stale"}
        other.connection.close()


# -- what is wrong -------------------------------------------------------------


class WithParams(LiveView):
    template = heex("<p></p>")

    async def handle_params(self, params: Any, uri: str, socket: Socket) -> None: ...


def test_a_view_that_is_named_plainly_is_checked_at_import() -> None:
    with pytest.raises(
        TemplateError, match=r"WithParams has a handle_params, which is called for views at routes"
    ):
        heex("""<.live_render view={WithParams} id="a" />""")
    with pytest.raises(TemplateError, match=r"make_app is not a live view"):
        heex("""<.live_render view={make_app} id="a" />""")
    with pytest.raises(TemplateError, match=r"'Clock' is not a live view"):
        heex("""<.live_render view="Clock" id="a" />""")
    with pytest.raises(TemplateError, match=r"<\.live_render> needs the attribute id"):
        heex("""<.live_render view={Clock} />""")
    with pytest.raises(TemplateError, match=r'has no attribute stiky(.|\n)*Did you mean "sticky"'):
        heex("""<.live_render view={Clock} id="a" stiky />""")


class TwoOfOne(LiveView):
    template = heex("""
      <.live_render view={Clock} id="clock" session={{"zone": "a"}} />
      <.live_render view={Clock} id="clock" session={{"zone": "b"}} />
    """)


class Nameless(LiveView):
    name: str | None = None
    template = heex("""<.live_render view={Clock} id={@name} session={{"zone": "a"}} />""")


class Computed(LiveView):
    view: type = WithParams
    template = heex("""<.live_render view={@view} id="x" />""")


class Untravelled(LiveView):
    template = heex("""<.live_render view={Clock} id="clock" session={{"zone": "a", "when": [{1, 2}]}} />""")


@pytest.mark.parametrize(
    ("page", "message"),
    [
        (TwoOfOne, "found duplicate id 'clock' for a view within a view"),
        (Nameless, "<.live_render> needs an id"),
        (Computed, "WithParams has a handle_params, which is called for views at routes only"),
        (
            Untravelled,
            "the session of Clock #clock['when'][0] is {1, 2} (set), which cannot travel in a token",
        ),
    ],
)
async def test_what_is_wrong_is_said_clearly(page: type[LiveView[Any]], message: str) -> None:
    with pytest.raises(ActorLiveError) as raised:
        async with live_isolated(page):
            pass
    assert message in str(raised.value)


# -- at an ordinary route ------------------------------------------------------


async def test_a_view_answers_an_ordinary_route() -> None:
    app = make_app()
    live: ActorLive = app.extensions["actorlive"]

    @app.get("/clock")
    async def clock() -> Any:
        return await live.render(Clock, session={"zone": "CET"})

    async with visiting(app, "/clock") as tab:
        (dom_id,) = tab.tokens
        assert tab.main == ""
        assert "<b>CET 0</b>" in tab.html
        answer = await tab.join(dom_id, url="http://localhost/clock")
        assert answer["response"]["rendered"]["0"] == "CET"
        assert happened[-1] == (True, None, None, tab.pid(dom_id))
        tab.push(dom_id, "event", {"type": "click", "event": "go", "value": {"how": "patch"}})
        assert (await tab.heard())[-1][:2] == [dom_id, "phx_error"]


async def test_a_view_with_handle_params_answers_no_ordinary_route() -> None:
    app = make_app()
    live: ActorLive = app.extensions["actorlive"]

    @app.get("/page")
    async def page() -> Any:
        with pytest.raises(CallbackError, match="Page has a handle_params"):
            await live.render(Page)
        return "refused"

    async with app.test_app():
        response = await app.test_client().get("/page")
        assert await response.get_data(as_text=True) == "refused"


# -- sticky --------------------------------------------------------------------


class Player(LiveView[Go]):
    song: int = 0
    template = heex("<b>song {@song}</b>")

    async def handle_event(self, event: Go, socket: Socket) -> None:
        self.song += 1
        if event.how == "navigate":
            socket.push_navigate("/elsewhere")
        if event.how == "redirect":
            socket.redirect("/elsewhere")


class WithPlayer(LiveView):
    template = heex("""<.live_render view={Player} id="player" sticky />""")


async def test_a_sticky_view_is_a_root_with_its_token_in_the_dead_render_already() -> None:
    async with visiting(make_app(WithPlayer)) as tab:
        found = tab.tokens["player"]
        assert "data-phx-parent-id" not in found
        home = HOME.format(id="player", session=found["data-phx-session"], static=found["data-phx-static"])
        assert f"<div {home} data-phx-sticky><b>song 0</b></div>" in tab.html
        assert (await tab.join("player"))["status"] == "ok"


async def test_a_sticky_view_outlives_the_page_that_it_was_in() -> None:
    async with visiting(make_app(WithPlayer)) as tab:
        await tab.join("player")
        rendered = await tab.join_main()
        assert 'data-phx-static="" data-phx-sticky></div>' in str(rendered)
        player = tab.pid("player")
        tab.push(tab.main, "phx_leave", {})
        await tab.heard()
        assert alive(player)
        assert await tab.click("player", "go") == {"diff": {"0": "1"}}


@component
def around(*, inner_block: Slot, document: Mapping[str, Any]) -> Template:
    return heex("""<.root_layout {@document}>
      <nav><.live_render view={Player} id="player" /></nav>{render_slot(@inner_block)}
    </.root_layout>""")


@component
def plain(*, title: str) -> Template:
    return heex("""<h1>{@title}</h1><.live_render view={Clock} id="clock" session={{"zone": "CET"}} />""")


async def test_a_view_in_the_root_layout_is_a_root_beside_the_page() -> None:
    async with visiting(make_app(root_layout=around)) as tab:
        found = tab.tokens["player"]
        home = HOME.format(id="player", session=found["data-phx-session"], static=found["data-phx-static"])
        assert f"<nav><div {home}><b>song 0</b></div></nav>" in tab.html
        assert (await tab.join("player"))["status"] == "ok"
        player = tab.pid("player")
        await tab.join_main()
        response = await tab.click("player", "go", how="navigate")
        assert response == {"live_redirect": {"to": "/elsewhere", "kind": "push"}}
        tab.push(tab.main, "phx_leave", {})
        await tab.heard()
        assert await tab.click("player", "go") == {"diff": {"0": "2"}}
        assert tab.pid("player") is player


async def test_a_view_in_the_root_layout_may_lead_elsewhere_and_its_id_is_its_own() -> None:
    class Leaving(LiveView):
        template = heex("")

        async def mount(self, params: object, session: object, socket: Socket) -> None:
            socket.put_flash("info", "not here")
            socket.redirect("/elsewhere")

    @component
    def leaving(*, inner_block: Slot) -> Template:
        return heex("""<.live_render view={@view} id="x" />""", view=Leaving)

    @component
    def doubled(*, inner_block: Slot) -> Template:
        return heex("""<.live_render view={Player} id="clock" />{render_slot(@inner_block)}""")

    answer = await make_app(root_layout=leaving).test_client().get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/elsewhere")
    with pytest.raises(TemplateError, match="duplicate id 'clock'"):
        async with live(make_app(root_layout=doubled), "/"):
            pass


async def test_a_plain_page_and_its_root_layout_may_hold_views() -> None:
    app = make_app(root_layout=around)
    live = app.extensions["actorlive"]

    @app.get("/about")
    async def about() -> Any:
        return await live.render(plain, title="About")

    async with visiting(app, "/about") as tab:
        assert {*tab.tokens} == {"clock", "player"}
        for dom_id in ("player", "clock"):
            assert "data-phx-parent-id" not in tab.tokens[dom_id]
            assert (await tab.join(dom_id))["status"] == "ok"
        assert await tab.click("clock", "go") == {"diff": {"1": "1"}}


async def test_a_sticky_view_navigates_and_lives_on() -> None:
    async with visiting(make_app(WithPlayer)) as tab:
        await tab.join("player")
        player = tab.pid("player")
        response = await tab.click("player", "go", how="navigate")
        assert response == {"live_redirect": {"to": "/elsewhere", "kind": "push"}}
        assert ["player", "diff", {"0": "1"}] in await tab.heard()
        assert await tab.click("player", "go") == {"diff": {"0": "2"}}
        assert tab.pid("player") is player
        await tab.click("player", "go", how="redirect")
        assert (await tab.heard())[-1] == ["player", "phx_close", {}]
        assert not alive(player)
