"""A connected view, frame by frame: callbacks, replies, navigation, hooks, ends."""

from __future__ import annotations

import gc
import json
import weakref
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast as cast_to

import pytest
import trio
from werkzeug.exceptions import Forbidden

from actorlive import (
    Cont,
    Event,
    Halt,
    LiveView,
    Ok,
    RawEvent,
    Shutdown,
    Slot,
    Socket,
    Stream,
    Template,
    component,
    heex,
    send,
    telemetry,
)
from actorlive.errors import CallbackError, NavigationError
from actorlive.forms import Misfit
from actorlive.live.endpoint import Mount
from actorlive.live.process.dead import DeadPage, dead_render
from actorlive.live.rejection import Rejected, Stale
from actorlive.runtime import NO_REPLY, Caller, alive, call, cast, open_node, reply
from tests.support.client import Client, Views, settled
from tests.support.narrow import untyped

Act = Callable[[Any, Socket], Any]


class Do(Event):
    """Does what `acts` says under that name."""

    what: str = ""


class Other(Event):
    n: int


acts: dict[str, Act] = {}
seen: list[Any] = []


@pytest.fixture(autouse=True)
def _fresh() -> None:
    acts.clear()
    seen.clear()


class Row:
    def __init__(self, id: int, title: str = "") -> None:
        self.id = id
        self.title = title


class Page(LiveView[Do | Other]):
    count: int = 0
    notes: list[str] = []
    rows: Stream[Row]
    template = heex("""
      <p>{@count}</p><p>{@flash.get("info")}</p><p>{",".join(@notes)}</p><p>{@live_action}</p>
      <ul id="rows" phx-update="stream"><li :for={dom_id, row in @streams.rows} id={dom_id}>{row.title}</li></ul>
    """)

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        await _act("mount", self, socket)

    async def handle_params(self, params: Any, uri: str, socket: Socket) -> None:
        seen.append(("params", dict(params), uri))
        await _act("handle_params", self, socket)

    async def handle_event(self, event: Do | Other, socket: Socket) -> Any:
        if isinstance(event, Do):
            return await _act(event.what, self, socket)
        self.count = event.n
        return None

    async def handle_info(self, message: Any, socket: Socket) -> None:
        seen.append(message)
        if callable(message):
            message(self, socket)

    async def terminate(self, reason: object, socket: Socket) -> None:
        seen.append(("terminate", reason))


async def _act(name: str, view: Any, socket: Socket) -> Any:
    act = acts.get(name)
    outcome: Any = act(view, socket) if act is not None else None
    return await outcome if hasattr(outcome, "__await__") else outcome


class Elsewhere(LiveView):
    template = heex("<p>elsewhere</p>")


@asynccontextmanager
async def joined(path: str = "/", **route: Any) -> AsyncGenerator[Client]:
    async with open_node() as node:
        client = Client(node, Views({"/": Page, "/other": Elsewhere}, **route))
        client.joined = await client.join(path)
        yield client


def when(name: str) -> Callable[[Act], Act]:
    """What the view does at that point."""

    def register(act: Act) -> Act:
        acts[name] = act
        return act

    return register


def do(view: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(view, name, value)


# -- join ----------------------------------------------------------------------


async def test_the_join_is_answered_with_the_tree_the_title_and_the_events() -> None:
    @when("mount")
    def _(view: Page, socket: Socket) -> None:
        view.page_title = "Title"
        view.count = 3
        socket.push_event("hello", {"a": 1})

    async with joined() as client:
        response = client.joined
        assert response["liveview_version"] == "1.2.12"
        assert response["rendered"]["0"] == "3"
        assert response["rendered"]["t"] == "Title"
        assert response["rendered"]["e"] == [["hello", {"a": 1}]]


async def test_a_crash_in_mount_answers_and_says_nothing_more(caplog: pytest.LogCaptureFixture) -> None:
    @when("mount")
    def _(view: Page, socket: Socket) -> None:
        raise RuntimeError("boom")

    async with joined() as client:
        await settled()
        assert [frame[4] for frame in client.frames] == [
            {"status": "error", "response": {"reason": "join crashed"}}
        ]
    [line] = [record.getMessage() for record in caplog.records if "boom" in record.getMessage()]
    assert line == "Page was not mounted (attempt 1): RuntimeError: boom"


async def test_a_4xx_in_mount_becomes_a_page_load_with_that_status() -> None:
    @when("mount")
    def _(view: Page, socket: Socket) -> None:
        raise Forbidden

    async with joined() as client:
        assert client.joined == {"reason": "reload", "status": 403, "token": "status:403"}


async def test_connect_params_are_known_in_mount_only() -> None:
    @when("mount")
    def _(view: Page, socket: Socket) -> None:
        seen.append(socket.connect_params)

    @when("late")
    def _(view: Page, socket: Socket) -> None:
        with pytest.raises(CallbackError, match="in mount only"):
            _ = socket.connect_params

    async with joined() as client:
        assert seen[0] == {}
        assert await client.clicked("do", what="late") == {}


async def test_a_redirect_in_mount_refuses_the_join_with_its_events() -> None:
    @when("mount")
    def _(view: Page, socket: Socket) -> None:
        socket.put_flash("info", "Hi")
        socket.push_event("bye")
        socket.push_navigate("/other")

    async with joined() as client:
        await settled()
        assert client.frames[-1][4] == {
            "status": "error",
            "response": {
                "live_redirect": {"to": "/other", "kind": "push", "flash": 'flash:{"info": "Hi"}'},
                "events": [["bye", {}]],
            },
        }


async def test_a_patch_in_mount_is_an_error_but_in_handle_params_it_is_followed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @when("mount")
    def _(view: Page, socket: Socket) -> None:
        socket.push_patch("/?a=1")

    async with joined() as client:
        assert client.joined == {"reason": "join crashed"}
    assert "cannot push_patch in mount" in caplog.text
    acts.clear()
    seen.clear()

    @when("handle_params")
    def _(view: Page, socket: Socket) -> None:
        if "a" not in socket.uri:
            socket.push_patch("/?a=1", replace=True)

    async with joined() as client:
        assert client.joined["live_patch"] == {"to": "/?a=1", "kind": "replace"}
        assert [entry[1] for entry in seen] == [{}, {"a": "1"}]


# -- events and replies --------------------------------------------------------


async def test_nothing_changed_is_an_empty_answer() -> None:
    async with joined() as client:
        assert await client.clicked("do") == {}
        assert await client.clicked("other", n=0) == {}


async def test_a_change_is_in_the_reply() -> None:
    async with joined() as client:
        assert await client.clicked("other", n=4) == {"diff": {"0": "4"}}


async def test_a_mapping_is_the_reply_with_and_without_a_render() -> None:
    acts["reply"] = lambda view, socket: {"ok": True}
    acts["both"] = lambda view, socket: do(view, count=9) or {"n": 9}
    async with joined() as client:
        assert await client.clicked("do", what="reply") == {"diff": {"r": {"ok": True}}}
        assert await client.clicked("do", what="both") == {"diff": {"0": "9", "r": {"n": 9}}}


async def test_any_other_return_value_ends_the_view(caplog: pytest.LogCaptureFixture) -> None:
    acts["bad"] = lambda view, socket: [1]
    async with joined() as client:
        client.click("do", what="bad")
        await settled()
        assert client.frames[-1][3] == "phx_error"
    assert "return a mapping to reply" in caplog.text


async def test_pushed_events_keep_their_order_and_say_when() -> None:
    @when("push")
    def _(view: Page, socket: Socket) -> None:
        socket.push_event("after", {"n": 1})
        socket.push_event("before", dispatch="before")

    async with joined() as client:
        assert await client.clicked("do", what="push") == {
            "diff": {"e": [["after", {"n": 1}], ["before", {}, True]]}
        }
        assert await client.clicked("do") == {}


async def test_the_title_is_sent_when_it_changes() -> None:
    acts["title"] = lambda view, socket: do(view, page_title="New")
    async with joined() as client:
        assert await client.clicked("do", what="title") == {"diff": {"t": "New"}}
        assert await client.clicked("do", what="title") == {}


async def test_what_does_not_fit_is_acknowledged_logged_and_not_handled(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with joined() as client:
        assert await client.clicked("other", n="many") == {}
        assert alive(client.views[0])
    assert "$.n" in caplog.text


async def test_telemetry_hears_which_field_did_not_fit() -> None:
    heard: list[Mapping[str, object]] = []
    telemetry.attach("test", lambda name, _, metadata: heard.append({"name": name, **metadata}))
    try:
        async with joined() as client:
            await client.clicked("other", n="many")
    finally:
        telemetry.detach("test")
    (rejected,) = [event for event in heard if event["name"] == "live_view.handle_event.rejected"]
    (misfit,) = cast_to("tuple[Misfit, ...]", rejected["misfits"])
    assert (rejected["event"], misfit.path, misfit.sent, misfit.declared) == ("other", "n", "'many'", "int")


async def test_an_event_with_half_an_emoji_is_handled_and_the_others_are_kept() -> None:
    async with joined() as client:
        assert await client.clicked("other", n=1, text="\ud800") != {}
        assert await client.clicked("other", n="\ud800") == {}
        assert await client.clicked("other", n=2) != {}
        assert alive(client.views[0])


async def test_a_name_without_end_is_acknowledged_even_in_development(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with joined() as client:
        assert await client.clicked("x" * 500_000) == {}
        assert (await client.reply(client.push("y" * 500_000, {})))["response"] == {}
        assert alive(client.views[0])
    assert len(caplog.text) < 2_000


async def test_an_unknown_event_crashes_in_development(caplog: pytest.LogCaptureFixture) -> None:
    async with joined() as client:
        client.click("otter")
        await settled()
        assert client.frames[-1][3] == "phx_error"
    assert 'Did you mean "other"' in caplog.text


async def test_an_unknown_event_is_acknowledged_in_production(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Views, "debug", False)
    async with joined() as client:
        assert await client.clicked("otter") == {}
        assert alive(client.views[0])


async def test_an_event_for_a_component_that_is_gone_is_acknowledged() -> None:
    async with joined() as client:
        ref = client.push("event", {"type": "click", "event": "other", "value": {"n": 3}, "cid": 7})
        assert (await client.reply(ref))["response"] == {}


@pytest.mark.parametrize(
    "payload", [None, [], "x", {"type": 1}, {"event": None}, {"event": "lv:else", "value": {}}]
)
async def test_malformed_events_are_acknowledged(payload: object, caplog: pytest.LogCaptureFixture) -> None:
    async with joined() as client:
        assert (await client.reply(client.push("event", payload)))["response"] == {}
        assert alive(client.views[0])


async def test_messages_without_a_handler_are_dropped() -> None:
    async with open_node() as node:
        client = Client(node, {"/": Elsewhere})
        await client.join("/")
        send(client.views[0], "hello")
        await settled()
        assert alive(client.views[0])


# -- flash ---------------------------------------------------------------------


async def test_flash_is_put_and_cleared_by_the_server_and_by_the_client() -> None:
    acts["flash"] = lambda view, socket: socket.put_flash("info", "Saved")
    acts["clear"] = lambda view, socket: socket.clear_flash()
    async with joined() as client:
        assert await client.clicked("do", what="flash") == {"diff": {"1": "Saved"}}
        assert await client.clicked("do", what="clear") == {"diff": {"1": ""}}
        await client.clicked("do", what="flash")
        assert await client.clicked("lv:clear-flash", key="error") == {}
        assert await client.clicked("lv:clear-flash", key="info") == {"diff": {"1": ""}}
        await client.clicked("do", what="flash")
        assert await client.clicked("lv:clear-flash") == {"diff": {"1": ""}}


async def test_a_patch_keeps_only_the_flash_of_its_own_callback() -> None:
    acts["old"] = lambda view, socket: socket.put_flash("info", "old")
    acts["patch"] = lambda view, socket: socket.push_patch("/?b=2")

    @when("both")
    def _(view: Page, socket: Socket) -> None:
        socket.put_flash("info", "new")
        socket.push_patch("/?c=3")

    async with joined() as client:
        await client.clicked("do", what="old")
        assert await client.clicked("do", what="patch") == {"diff": {"1": ""}}
        assert await client.clicked("do", what="both") == {"diff": {"1": "new"}}


# -- assigns -------------------------------------------------------------------


async def test_temporary_assigns_are_reset_without_a_render() -> None:
    @when("mount")
    def _(view: Page, socket: Socket) -> None:
        view.notes = ["first"]
        socket.temporary_assigns(notes=[])

    acts["note"] = lambda view, socket: do(view, notes=["second"])
    acts["look"] = lambda view, socket: {"notes": view.notes}
    async with joined() as client:
        assert client.joined["rendered"]["2"] == "first"
        assert await client.clicked("do", what="look") == {"diff": {"r": {"notes": []}}}
        assert await client.clicked("do", what="note") == {"diff": {"2": "second"}}
        assert await client.clicked("do", what="look") == {"diff": {"r": {"notes": []}}}


async def test_what_was_changed_in_place_is_rendered_when_touched() -> None:
    @when("touch")
    def _(view: Page, socket: Socket) -> None:
        view.notes.append("x")
        socket.touch("notes")

    async with joined() as client:
        assert await client.clicked("do", what="touch") == {"diff": {"2": "x"}}


# -- navigation ----------------------------------------------------------------


async def test_a_patch_is_pushed_before_the_reply_with_its_diff() -> None:
    acts["patch"] = lambda view, socket: socket.push_patch("/?q=x")
    acts["handle_params"] = lambda view, socket: do(view, count=len(socket.uri))
    async with joined() as client:
        before = len(client.frames)
        assert await client.clicked("do", what="patch") == {"diff": {"0": "16"}}
        assert [frame[3] for frame in client.frames[before:]] == ["live_patch", "phx_reply"]
        assert client.pushes("live_patch") == [{"to": "/?q=x", "kind": "push"}]


async def test_a_patch_that_patches_for_ever_ends_the_view(caplog: pytest.LogCaptureFixture) -> None:
    acts["patch"] = lambda view, socket: socket.push_patch("/?q=x")
    async with joined() as client:
        acts["handle_params"] = acts["patch"]
        client.click("do", what="patch")
        await settled()
        assert client.frames[-1][3] == "phx_error"
    assert "again and again" in caplog.text


async def test_what_may_not_be_patched_or_navigated_to() -> None:
    @when("go")
    def _(view: Page, socket: Socket) -> None:
        with pytest.raises(NavigationError, match="not a route of"):
            socket.push_patch("/other")
        with pytest.raises(NavigationError, match="unsafe path"):
            socket.push_navigate("//evil.example")
        with pytest.raises(NavigationError, match="not both"):
            socket.redirect()
        socket.redirect("/a")
        with pytest.raises(NavigationError, match="only one redirect"):
            socket.redirect("/b")

    async with joined() as client:
        assert await client.clicked("do", what="go") == {"redirect": {"to": "/a", "status": 302}}


REDIRECTS: list[tuple[Act, dict[str, Any], str]] = [
    (
        lambda view, socket: socket.push_navigate("/other", replace=True),
        {"live_redirect": {"to": "/other", "kind": "replace"}},
        "live_redirect",
    ),
    (
        lambda view, socket: socket.redirect(external="https://example.org"),
        {"redirect": {"to": "https://example.org", "status": 302}},
        "redirect",
    ),
]


@pytest.mark.parametrize(("go", "body", "reason"), REDIRECTS)
async def test_a_redirect_answers_and_ends_the_view(go: Act, body: dict[str, Any], reason: str) -> None:
    @when("go")
    def _(view: Page, socket: Socket) -> None:
        view.count = 5
        socket.push_event("last")
        go(view, socket)

    async with joined() as client:
        before = len(client.frames)
        assert await client.clicked("do", what="go") == body
        await settled()
        assert [frame[3] for frame in client.frames[before:]] == ["diff", "phx_reply", "phx_close"]
        assert client.pushes() == [{"e": [["last", {}]]}]
        assert seen[-1] == ("terminate", Shutdown((reason, body[reason])))


async def test_a_redirect_outside_an_event_is_pushed() -> None:
    def leave(view: Page, socket: Socket) -> None:
        socket.push_navigate("/other")

    async with joined() as client:
        send(client.views[0], leave)
        await settled()
        assert client.pushes("live_redirect") == [{"to": "/other", "kind": "push"}]


async def test_the_client_patches_and_the_flash_goes() -> None:
    acts["flash"] = lambda view, socket: socket.put_flash("info", "x")
    async with joined() as client:
        await client.clicked("do", what="flash")
        reply = await client.reply(client.push("live_patch", {"url": "http://test/?page=2"}))
        assert reply["response"] == {"diff": {"1": ""}}
        assert seen[-1] == ("params", {"page": "2"}, "http://test/?page=2")


@pytest.mark.parametrize("url", ["http://test/other", "http://test/nowhere", ""])
async def test_a_patch_to_another_view_is_a_link(url: str) -> None:
    async with joined() as client:
        reply = await client.reply(client.push("live_patch", {"url": url}))
        assert reply["response"] == {"link_redirect": True}


# -- hooks ---------------------------------------------------------------------


async def test_on_mount_hooks_run_in_order_and_may_halt_with_a_redirect() -> None:
    async def first(params: Any, session: Any, socket: Socket) -> Cont:
        seen.append("first")
        return Cont()

    async def second(params: Any, session: Any, socket: Socket) -> Halt:
        seen.append("second")
        socket.redirect("/login")
        return Halt()

    acts["mount"] = lambda view, socket: seen.append("mount")
    async with joined(on_mount=(first, second)) as client:
        assert client.joined["redirect"] == {"to": "/login", "status": 302}
        assert seen == ["first", "second"]


@pytest.mark.parametrize(
    ("outcome", "redirect", "why"),
    [(Halt(), False, "without a redirect"), (Cont(), True, "return Halt"), (None, False, "return Cont")],
)
async def test_what_an_on_mount_hook_may_not_do(
    outcome: Any, redirect: bool, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    def hook(params: Any, session: Any, socket: Socket) -> Any:
        if redirect:
            socket.redirect("/")
        return outcome

    async with joined(on_mount=(hook,)) as client:
        assert client.joined == {"reason": "join crashed"}
    assert why in caplog.text


async def test_event_hooks_see_the_raw_event_and_may_answer_it() -> None:
    async def guard(event: RawEvent, socket: Socket) -> Cont | Halt:
        seen.append(event)
        return Halt({"no": event.name}) if event.params.get("n") == "bad" else Cont()

    acts["mount"] = lambda view, socket: socket.attach_hook("handle_event", "guard", guard)
    acts["detach"] = lambda view, socket: socket.detach_hook("handle_event", "guard")
    async with joined() as client:
        assert await client.clicked("other", n="bad") == {"diff": {"r": {"no": "other"}}}
        assert await client.clicked("other", n=2) == {"diff": {"0": "2"}}
        assert seen[-1] == RawEvent("other", {"n": 2}, "click")
        await client.clicked("do", what="detach")
        assert await client.clicked("other", n="bad") == {}


async def test_info_and_params_hooks_may_halt() -> None:
    def stopped(message: object, socket: Socket) -> Cont | Halt:
        return Halt() if message == "stop" else Cont()

    def halted(params: object, uri: str, socket: Socket) -> Halt:
        return Halt()

    @when("mount")
    def _(view: Page, socket: Socket) -> None:
        socket.attach_hook("handle_info", "a", stopped)
        socket.attach_hook("handle_params", "a", halted)

    async with joined() as client:
        send(client.views[0], "stop")
        send(client.views[0], "go")
        await settled()
        assert seen == ["go"]


async def test_hooks_may_start_tasks_and_hear_of_their_ends_first() -> None:
    async def hook(params: Any, session: Any, socket: Socket) -> Cont:
        socket.attach_hook("handle_async", "a", heard)
        socket.start_async("work", trio.sleep, 1)
        return Cont()

    def heard(name: object, result: object, socket: Socket) -> Halt:
        seen.append((name, result))
        socket.assign(count=8)
        return Halt()

    async with joined(on_mount=(hook,)) as client:
        await trio.sleep(2)
        assert seen[-1] == ("work", Ok(None))
        assert client.pushes() == [{"0": "8"}]


async def test_after_render_hooks_do_not_render_again() -> None:
    def after(socket: Socket) -> None:
        seen.append("rendered")
        socket.assign(count=99)

    acts["mount"] = lambda view, socket: socket.attach_hook("after_render", "a", after)
    async with joined() as client:
        assert seen == [("params", {}, "http://test/"), "rendered"]
        assert client.joined["rendered"]["0"] == "0"


async def test_hooks_are_checked() -> None:
    def passed(message: object, socket: Socket) -> Cont:
        return Cont()

    @when("mount")
    def _(view: Page, socket: Socket) -> None:
        socket.attach_hook("handle_info", "a", passed)
        with pytest.raises(CallbackError, match="already"):
            socket.attach_hook("handle_info", "a", passed)
        with pytest.raises(CallbackError, match='Did you mean "handle_event"'):
            socket.attach_hook(untyped("handle_evnt"), "a", passed)

    async with joined() as client:
        assert "rendered" in client.joined


# -- calls and casts -----------------------------------------------------------


class Desk(LiveView):
    asked: int = 0
    template = heex("<p>{@asked}</p>")

    async def handle_call(self, request: Any, caller: Caller, socket: Socket) -> Any:
        self.asked += 1
        if request == "later":
            socket.private["caller"] = caller
            return NO_REPLY
        return self.asked

    async def handle_cast(self, request: Any, socket: Socket) -> None:
        reply(socket.private["caller"], request)


async def test_a_view_can_be_called_and_cast_and_answers_after_its_render() -> None:
    async with open_node() as node:
        client = Client(node, {"/": Desk})
        await client.join("/")
        view = client.views[0]
        assert await call(view, "now") == 1
        assert client.pushes() == [{"0": "1"}]
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_expect, view, "later", "done")
            await settled()
            cast(view, "done")


async def _expect(view: Any, request: object, answer: object) -> None:
    assert await call(view, request) == answer


# -- live layouts --------------------------------------------------------------


@component
def framed_page(*, flash: Mapping[str, str], count: int = 0, inner_block: Slot) -> Template:
    """A layout that shows the flash and one assign of the view."""
    return heex("""<main><b>{@flash.get("info", "")}</b><i>{@count}</i>{render_slot(@inner_block)}</main>""")


async def test_a_live_layout_is_part_of_the_tree_and_sends_only_what_changed() -> None:
    acts["flash"] = lambda view, socket: socket.put_flash("error", "x")
    acts["info"] = lambda view, socket: socket.put_flash("info", "hello")
    acts["note"] = lambda view, socket: do(view, notes=["n"])
    async with joined(layout=framed_page) as client:
        await client.clicked("other", n=3)
        assert [json.dumps(reply).count('"3"') for _, reply in client.replies()[1:]] == [2]
        assert await client.clicked("do", what="flash") == {}
        assert json.dumps(await client.clicked("do", what="info")).count("hello") == 2
        assert await client.clicked("do", what="note") == {"diff": {"0": {"2": {"2": "n"}}}}


async def test_a_live_layout_frames_the_dead_render() -> None:
    gate = Views({"/": Desk}, layout=framed_page)
    route = gate.route_for("http://test/")
    assert route is not None
    page = await dead_render(
        Mount(route=route, dom_id="d", uri="http://test/", params={}, session={}, endpoint=gate)
    )
    assert isinstance(page, DeadPage)
    assert page.content == "<main><b></b><i>0</i><p>0</p></main>"


# -- ends ----------------------------------------------------------------------


async def test_leaving_is_answered_and_terminates() -> None:
    async with joined() as client:
        reply = await client.reply(client.push("phx_leave", {}))
        await settled()
        assert reply == {"status": "ok", "response": {}}
        assert seen[-1] == ("terminate", Shutdown("left"))


async def test_a_crash_ends_this_view_alone(caplog: pytest.LogCaptureFixture) -> None:
    boom = RuntimeError("boom")

    @when("crash")
    def _(view: Page, socket: Socket) -> None:
        raise boom

    async with open_node() as node:
        one, two = Client(node, {"/": Page}), Client(node, {"/": Page})
        await one.join("/")
        await two.join("/")
        one.click("do", what="crash")
        await settled()
        assert one.frames[-1][3] == "phx_error"
        assert seen[-1] == ("terminate", boom)
        assert await two.clicked("other", n=3) == {"diff": {"0": "3"}}
    assert "Page crashed: RuntimeError: boom" in caplog.text


# -- saying no, thinking again -------------------------------------------------


async def test_rejected_takes_back_what_the_browser_showed_and_says_why() -> None:
    @when("no")
    def _(view: Page, socket: Socket) -> None:
        view.count = 7
        raise Rejected("Not today", kind="info")

    async with joined() as client:
        assert await client.clicked("do", what="no", _al="12") == {
            "diff": {
                "0": "7",
                "1": "Not today",
                "e": [["al:reject", {"id": "12", "reason": "Not today"}, True]],
            }
        }
        assert await client.clicked("do", what="no") == {}
        assert alive(client.views[0])


async def test_stale_puts_the_fresh_row_where_it_is_shown() -> None:
    @when("save")
    def _(view: Page, socket: Socket) -> None:
        raise Stale(Row(1, "theirs"), kind="info")

    async with joined() as client:
        diff = (await client.clicked("do", what="save"))["diff"]
        assert diff["1"] == "Updated by someone else. Your changes were not saved."
        assert diff["4"]["k"]["0"] == {"0": "rows-1", "1": "theirs"}


class Refusing(LiveView[Do]):
    template = heex('<p>{@flash.get("error")}</p>')

    async def handle_event(self, event: Do, socket: Socket) -> None:
        match event.what:
            case "info":
                send(socket.pid, "message")
            case "async":
                socket.start_async("task", trio.sleep, 0)
            case _:
                socket.undoable("key", self.refuse, delay=1.0)

    async def handle_info(self, message: object, socket: Socket) -> None:
        self.refuse()

    async def handle_async(self, name: object, result: object, socket: Socket) -> None:
        self.refuse()

    def refuse(self) -> None:
        raise Rejected("No")


@pytest.mark.parametrize("where", ["info", "async", "undoable"])
async def test_rejected_out_of_turn_is_a_flash_and_no_crash(where: str) -> None:
    async with open_node() as node:
        client = Client(node, Views({"/": Refusing}))
        await client.join("/")
        assert await client.clicked("do", what=where) == {}
        await trio.sleep(1.1)
        assert client.pushes() == [{"0": "No"}]
        assert alive(client.views[0])


async def test_undoable_commits_after_its_delay_unless_undone() -> None:
    def put_off(name: str, **options: Any) -> Act:
        return lambda view, socket: socket.undoable(
            "key", lambda: do(view, notes=[*view.notes, name]), **options
        )

    acts["one"], acts["two"] = put_off("one"), put_off("two", delay=1.0)
    acts["undo"] = lambda view, socket: {"undone": socket.undo("key")}
    async with joined() as client:
        await client.clicked("do", what="one")
        await trio.sleep(4.9)
        assert client.pushes() == []
        await trio.sleep(0.2)
        assert client.pushes() == [{"2": "one"}]
        assert await client.clicked("do", what="undo") == {"diff": {"r": {"undone": False}}}
        await client.clicked("do", what="one")
        await client.clicked("do", what="two")
        await trio.sleep(10)
        assert client.pushes() == [{"2": "one"}, {"2": "one,two"}]
        await client.clicked("do", what="one")
        assert await client.clicked("do", what="undo") == {"diff": {"r": {"undone": True}}}
        await trio.sleep(10)
        assert len(client.pushes()) == 2


@pytest.mark.parametrize(("on_exit", "done"), [("commit", ["commit"]), ("drop", [])])
async def test_what_is_put_off_is_committed_or_dropped_when_the_view_ends(
    on_exit: Any, done: list[str]
) -> None:
    committed: list[str] = []

    async def commit() -> None:
        await trio.sleep(0)
        committed.append("commit")

    acts["later"] = lambda view, socket: socket.undoable("key", commit, on_exit=on_exit)
    async with joined() as client:
        await client.clicked("do", what="later")
        client.connection.close()
        await trio.sleep(1)
        assert committed == done


async def test_a_commit_that_fails_at_the_end_does_not_keep_the_others_from_running(
    caplog: pytest.LogCaptureFixture,
) -> None:
    committed: list[str] = []

    def fail() -> None:
        raise RuntimeError("disk full")

    @when("later")
    def _(view: Page, socket: Socket) -> None:
        socket.undoable("one", fail)
        socket.undoable("two", lambda: committed.append("two"))

    async with joined() as client:
        await client.clicked("do", what="later")
        client.connection.close()
        await trio.sleep(1)
    assert committed == ["two"]
    assert "disk full" in caplog.text


async def test_a_delayed_delete_waits_for_its_transition_and_yields_to_an_insert() -> None:
    acts["delete"] = lambda view, socket: socket.stream_delete("rows", id=1, after=0.3)
    acts["insert"] = lambda view, socket: socket.stream_insert("rows", Row(1))
    async with joined() as client:
        await client.clicked("do", what="insert")
        assert await client.clicked("do", what="delete") == {}
        await trio.sleep(0.29)
        assert client.pushes() == []
        await trio.sleep(0.02)
        assert client.pushes()[-1]["4"]["stream"] == ["0", [], ["rows-1"]]
        await client.clicked("do", what="delete")
        await client.clicked("do", what="insert")
        await trio.sleep(1)
        assert len(client.pushes()) == 1


async def test_nothing_of_a_streamed_item_is_kept_after_its_render() -> None:
    kept: list[weakref.ref[Row]] = []

    @when("stream")
    def _(view: Page, socket: Socket) -> None:
        rows = [Row(n, f"row {n}") for n in range(100)]
        kept.extend(map(weakref.ref, rows))
        socket.stream("rows", rows)

    async with joined() as client:
        assert (await client.clicked("do", what="stream"))["diff"]["4"]["k"]["kc"] == 100
        await client.clicked("other", n=1)
        gc.collect()
        assert [ref for ref in kept if ref() is not None] == []


async def test_announcements_are_events() -> None:
    acts["say"] = lambda view, socket: socket.announce("Saved")
    async with joined() as client:
        assert await client.clicked("do", what="say") == {
            "diff": {"e": [["al:announce", {"message": "Saved"}]]}
        }
