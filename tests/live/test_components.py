"""Live components in their view, frame by frame: callbacks, events, tasks, updates, ends."""

from __future__ import annotations

import inspect
import json
import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio

from actorlive import (
    AsyncResult,
    Cont,
    Event,
    Exit,
    Halt,
    LiveComponent,
    LiveView,
    Ok,
    RawEvent,
    Rejected,
    Shutdown,
    Slot,
    Socket,
    Stale,
    Stream,
    cancel_timer,
    heex,
    send,
    send_update,
    send_update_after,
    telemetry,
)
from actorlive.errors import AssignError, CallbackError, NavigationError
from actorlive.live.endpoint import Mount
from actorlive.live.process.dead import DeadPage, dead_render
from actorlive.runtime import alive, open_node
from actorlive.template import TemplateError
from tests.support.client import Client, Views, settled


class Do(Event):
    """Does what `acts` says under that name, in the component that gets it."""

    what: str = ""


acts: dict[str, Callable[[Any, Socket], Any]] = {}
seen: list[Any] = []


@pytest.fixture(autouse=True)
def _fresh() -> None:
    acts.clear()
    seen.clear()


async def act(name: str, it: Any, socket: Socket) -> Any:
    result = acts[name](it, socket) if name in acts else None
    return await result if inspect.isawaitable(result) else result


class Item:
    def __init__(self, id: int, title: str) -> None:
        self.id, self.title = id, title


class Row(LiveComponent[Do]):
    title: str
    count: int = 0
    summary: AsyncResult[str] = AsyncResult.idle()
    items: Stream[Item]
    item: Item | None = None

    template = heex("""
      <li id={f"row-{@id}"} phx-click="do" phx-target={@myself}>
        {@title}:{@count}:{@summary.result}:{@flash.get("info")}:{@item and @item.title}
        <ul id={f"items-{@id}"} phx-update="stream">
          <li :for={dom_id, item in @streams.items} id={dom_id}>{item.title}</li>
        </ul>
      </li>
    """)

    async def mount(self, socket: Socket) -> None:
        seen.append(("mount", self.id))
        await act("mount", self, socket)

    async def update(self, assigns: Mapping[str, Any], socket: Socket) -> None:
        seen.append(("update", dict(assigns)))
        await act("update", self, socket)
        await super().update(assigns, socket)

    async def handle_event(self, event: Do, socket: Socket) -> Mapping[str, Any] | None:
        return await act(event.what, self, socket)

    async def handle_async(self, name: Any, result: Any, socket: Socket) -> None:
        seen.append((name, result))
        await act("async", self, socket)

    async def unmount(self, socket: Socket) -> None:
        seen.append(("unmount", self.id))
        await act("unmount", self, socket)


class Page(LiveView[Do]):
    rows: dict[str, str] = {"a": "A", "b": "B"}
    note: str = ""
    template = heex("""
      <p>{@note}{@flash.get("info")}{@flash.get("error")}</p>
      <ul><.live_component :for={id, title in @rows.items()} module={Row} id={id} title={title} /></ul>
    """)

    async def handle_event(self, event: Do, socket: Socket) -> Mapping[str, Any] | None:
        return await act(event.what, self, socket)

    async def handle_info(self, message: Any, socket: Socket) -> None:
        seen.append(("info", message))


@asynccontextmanager
async def opened(*views: type[LiveView[Any]]) -> AsyncGenerator[Client]:
    async with open_node() as node:
        client = Client(node, {f"/{view.__name__.lower()}": view for view in views})
        client.joined = await client.join(f"/{views[0].__name__.lower()}")
        yield client


async def dead(view: type[LiveView[Any]]) -> DeadPage:
    """The first, dead render of a view."""
    views = Views({"/": view})
    route = views.route_for("/")
    assert route is not None
    page = await dead_render(Mount(route, "phx-1", "http://test/", {}, {}, views))
    assert isinstance(page, DeadPage)
    return page


def halt(event: RawEvent, socket: Socket) -> Halt:
    return Halt({"halted": event.name})


def rendered(socket: Socket) -> None:
    seen.append(("rendered", socket.myself))


def go_on(message: Any, socket: Socket) -> Cont:
    return Cont()


def to(client: Client, cid: int, what: str) -> str:
    return client.push("event", {"type": "click", "event": "do", "value": {"what": what}, "cid": cid})


async def sent(client: Client, cid: int, what: str) -> dict[str, Any]:
    return (await client.reply(to(client, cid, what)))["response"]


# -- placing, updating ---------------------------------------------------------


async def test_a_component_is_mounted_once_and_updated_in_each_render_that_places_it() -> None:
    async with opened(Page) as client:
        assert seen == [
            ("mount", "a"),
            ("mount", "b"),
            ("update", {"id": "a", "title": "A"}),
            ("update", {"id": "b", "title": "B"}),
        ]
        seen.clear()
        acts["change"] = lambda page, _: page.__setattr__("rows", {"a": "A", "b": "new"})
        response = await client.clicked("do", what="change")
        assert seen == [("update", {"id": "b", "title": "new"})]
        assert list(response["diff"]["c"]) == ["2"]


async def test_an_event_goes_to_its_component_alone_and_its_reply_carries_only_that() -> None:
    async with opened(Page) as client:

        def count(row: Any, _: Socket) -> dict[str, Any]:
            row.count += 1
            return {"now": row.count}

        acts["count"] = count
        response = await sent(client, 2, "count")
        assert response == {"diff": {"r": {"now": 1}, "c": {"2": {"3": "1"}}}}
        assert (await sent(client, 1, "count"))["diff"]["c"] == {"1": {"3": "1"}}


async def test_an_event_for_a_component_that_is_gone_is_acknowledged_and_dropped(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with opened(Page) as client:
        caplog.clear()
        for cid in (99, 0, -1):
            assert await sent(client, cid, "count") == {}
        assert not caplog.records
        assert await client.clicked("do") == {}


async def test_the_dead_render_mounts_and_updates_and_starts_nothing() -> None:
    acts["mount"] = lambda row, socket: socket.start_async("x", seen.append, "ran")
    page = await dead(Page)
    assert "A:0:" in page.content
    assert "B:0:" in page.content
    assert "ran" not in seen


async def test_the_same_component_twice_in_one_render_raises() -> None:
    class Twice(LiveView):
        template = heex("""<p>
          <.live_component module={Row} id="x" title="1" />
          <.live_component module={Row} id="x" title="2" />
        </p>""")

    with pytest.raises(TemplateError, match="duplicate id 'x' for the component Row"):
        await dead(Twice)


class Tally(LiveComponent):
    n: int
    loaded: str = ""
    template = heex(
        "<b>{@n}{@loaded}<.live_component :if={@n > 1} module={Tally} id={@n - 1} n={@n - 1} /></b>"
    )

    @classmethod
    async def update_many(cls, updates: Sequence[tuple[Tally, Mapping[str, Any]]], socket: Socket) -> None:
        seen.append([assigns["n"] for _, assigns in updates])
        for component, assigns in updates:
            component.n = assigns["n"]
            component.loaded = f"#{socket.of(component).myself}"


class Tallies(LiveView):
    template = heex("""<p>
      <.live_component module={Tally} id="x" n={3} /><.live_component module={Tally} id="y" n={1} />
    </p>""")


async def test_update_many_is_called_once_for_a_class_and_pass_breadth_first() -> None:
    async with opened(Tallies) as client:
        assert seen == [[3, 1], [2], [1]]
        assert "#4" in json.dumps(client.joined)


class Meddler(LiveComponent):
    template = heex("<i></i>")

    @classmethod
    async def update_many(cls, updates: Sequence[tuple[Any, Mapping[str, Any]]], socket: Socket) -> None:
        acts["meddle"](None, socket)


class Meddled(LiveView):
    note: str = ""
    items: Stream[Item]
    result: AsyncResult[str] = AsyncResult.idle()
    template = heex("""<p>{@note}<.live_component module={Meddler} id="m" /></p>""")


def _load() -> str:
    return ""


MEDDLING: list[Callable[[Socket], None]] = [
    lambda socket: socket.assign(note="lost"),
    lambda socket: socket.touch("note"),
    lambda socket: socket.put_flash("info", "lost"),
    lambda socket: socket.clear_flash(),
    lambda socket: socket.temporary_assigns(note=""),
    lambda socket: socket.stream("items", []),
    lambda socket: socket.stream_insert("items", Item(1, "lost")),
    lambda socket: socket.stream_delete("items", id=1),
    lambda socket: socket.stream_configure("items", dom_id=str),
    lambda socket: socket.assign_async("result", _load),
    lambda socket: socket.stream_async("items", _load),
]


@pytest.mark.parametrize("meddle", MEDDLING)
async def test_update_many_cannot_change_what_the_view_has_rendered_already(
    meddle: Callable[[Socket], None],
) -> None:
    acts["meddle"] = lambda _, socket: meddle(socket)
    with pytest.raises(CallbackError, match=r"Meddler\.update_many changes what Meddled shows") as caught:
        await dead(Meddled)
    assert "socket.of(component)" in str(caught.value)


async def test_update_many_may_send_the_view_what_it_found() -> None:
    acts["meddle"] = lambda _, socket: (socket.push_event("found", {}), send(socket.pid, "found"))
    async with opened(Meddled) as client:
        assert client.joined["rendered"]["e"] == [["found", {}]]


# -- send_update ---------------------------------------------------------------


async def test_send_update_reaches_a_component_from_anywhere() -> None:
    async with opened(Page) as client:
        [view] = client.views
        seen.clear()
        send_update(view, Row, "a", title="sent")
        await settled()
        assert seen == [("update", {"id": "a", "title": "sent"})]
        [diff] = client.pushes()
        assert diff == {"c": {"1": {"2": "sent"}}}


async def test_send_update_to_nobody_is_a_line_in_the_debug_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "actorlive.live")
    async with opened(Page) as client:
        send_update(client.views[0], Row, "nobody", title="x")
        await settled()
        assert "Page has no Row with the id 'nobody' to update" in caplog.text
        assert client.pushes() == []


async def test_send_update_after_waits_and_can_be_cancelled() -> None:
    async with opened(Page) as client:
        [view] = client.views
        cancelled = send_update_after(view, Row, "a", delay=1, title="never")
        send_update_after(view, Row, "b", delay=2, title="late")
        cancel_timer(cancelled)
        await trio.sleep(3)
        assert client.pushes() == [{"c": {"2": {"2": "late"}}}]


class Strict(LiveComponent):
    title: str
    template = heex("<p>{@title}</p>")


async def test_send_update_of_what_is_not_declared_raises_where_it_is_written() -> None:
    async with opened(Page) as client:
        with pytest.raises(AssignError, match=r"'titel', which Strict does not declare"):
            send_update(client.views[0], Strict, "a", titel="x")
        with pytest.raises(CallbackError, match="takes a class of live components"):
            send_update(client.views[0], Page, "a")  # pyright: ignore[reportArgumentType]


# -- what a component's socket does --------------------------------------------


async def test_streams_have_refs_of_their_own() -> None:
    async with opened(Page) as client:
        acts["stream"] = lambda row, socket: socket.stream("items", [Item(1, "one")])
        [body] = (await sent(client, 2, "stream"))["diff"]["c"].values()
        assert '"2-0"' in json.dumps(body)
        assert await sent(client, 2, "nothing") == {}


async def test_async_work_comes_back_to_its_component() -> None:
    async with opened(Page) as client:

        async def load() -> str:
            return "loaded"

        acts["load"] = lambda row, socket: socket.assign_async("summary", load)
        acts["start"] = lambda row, socket: socket.start_async(("x", row.id), load)
        await sent(client, 2, "load")
        await settled()
        assert client.pushes()[-1] == {"c": {"2": {"4": "loaded"}}}
        seen.clear()
        await sent(client, 1, "start")
        await settled()
        assert seen == [(("x", "a"), Ok("loaded"))]


async def test_async_work_may_start_in_update_with_reset() -> None:
    started = 0

    async def load() -> str:
        nonlocal started
        started += 1
        return f"load {started}"

    acts["update"] = lambda row, socket: socket.assign_async("summary", load, reset=True)
    async with opened(Page) as client:
        await settled()
        shown = [diff["c"] for diff in client.pushes()]
        assert shown == [{"1": {"4": "load 1"}}, {"2": {"4": "load 2"}}]
        client.frames.clear()
        send_update(client.views[0], Row, "a", title="A")
        await settled()
        assert [diff["c"] for diff in client.pushes()] == [{"1": {"4": ""}}, {"1": {"4": "load 3"}}]


async def test_flash_is_the_components_own_until_it_navigates() -> None:
    async with opened(Page, Elsewhere) as client:
        acts["flash"] = lambda row, socket: socket.put_flash("info", "hello")
        assert (await sent(client, 2, "flash"))["diff"] == {"c": {"2": {"5": "hello"}}}
        cleared = client.push("event", {"type": "click", "event": "lv:clear-flash", "value": {}, "cid": 2})
        assert (await client.reply(cleared))["response"]["diff"] == {"c": {"2": {"5": ""}}}

        def go(row: Any, socket: Socket) -> None:
            socket.put_flash("info", "bye")
            socket.push_navigate("/elsewhere")

        acts["go"] = go
        response = await sent(client, 2, "go")
        assert response["live_redirect"]["flash"] == 'flash:{"info": "bye"}'


def _navigate(socket: Socket) -> None:
    socket.push_navigate("/elsewhere")


def _redirect(socket: Socket) -> None:
    socket.redirect("/elsewhere")


@pytest.mark.parametrize(("go", "kind"), [(_navigate, "live_redirect"), (_redirect, "redirect")])
async def test_what_a_component_shows_goes_before_it_leads_away(
    go: Callable[[Socket], None], kind: str
) -> None:
    async with opened(Page, Elsewhere) as client:

        def leave(row: Any, socket: Socket) -> None:
            row.count = 5
            socket.push_event("bye", {"to": 1})
            go(socket)

        acts["leave"] = leave
        before = len(client.frames)
        assert (await sent(client, 1, "leave")).keys() == {kind}
        frames = [(frame[3], frame[4]) for frame in client.frames[before:]]
        assert frames[0] == ("diff", {"c": {"1": {"3": "5"}}, "e": [["bye", {"to": 1}]]})
        assert [name for name, _ in frames].count("diff") == 1


async def test_a_view_that_leads_away_shows_nothing_of_itself_before() -> None:
    async with opened(Page, Elsewhere) as client:

        def leave(page: Any, socket: Socket) -> None:
            page.note = "never seen"
            _navigate(socket)

        acts["leave"] = leave
        assert (await client.clicked("do", what="leave")).keys() == {"live_redirect"}
        assert client.pushes() == []


class Elsewhere(LiveView):
    template = heex("<p></p>")


async def test_a_patch_of_a_component_is_the_views() -> None:
    async with opened(Page) as client:

        def go(row: Any, socket: Socket) -> None:
            row.count = 5
            socket.put_flash("info", "patched")
            socket.push_patch("/page?x=1")

        acts["go"] = go
        diff = (await sent(client, 1, "go"))["diff"]
        pushed = [frame[3:] for frame in client.frames if frame[3] in ("live_patch", "diff")]
        assert pushed == [
            ["diff", {"c": {"1": {"3": "5", "5": "patched"}}}],
            ["live_patch", {"to": "/page?x=1", "kind": "push"}],
        ]
        assert "c" not in diff
        assert "patched" in json.dumps(diff)


@pytest.mark.parametrize("when", ["mount", "update"])
async def test_a_redirect_while_it_is_updated_raises(when: str) -> None:
    acts[when] = lambda row, socket: socket.push_navigate("/elsewhere")
    with pytest.raises(NavigationError, match="while it is mounted or updated") as caught:
        await dead(Page)
    assert "in the live component Row with the id 'a'" in caught.value.__notes__


async def test_hooks_stand_before_a_components_own_callbacks() -> None:
    def attach(row: Any, socket: Socket) -> None:
        socket.attach_hook("handle_event", "h", halt)
        socket.attach_hook("after_render", "r", rendered)
        with pytest.raises(CallbackError, match="a live component has no handle_info"):
            socket.attach_hook("handle_info", "i", go_on)
        row.count = 1

    async with opened(Page) as client:
        acts["attach"] = attach
        await sent(client, 1, "attach")
        assert seen[-1] == ("rendered", 1)
        assert await sent(client, 1, "attach") == {"diff": {"r": {"halted": "do"}}}
        assert await sent(client, 2, "nothing") == {}


async def test_pushed_events_and_the_views_pid() -> None:
    async with opened(Page) as client:

        def push(row: Any, socket: Socket) -> None:
            socket.push_event("ev", {"from": row.id})
            assert socket.pid == client.views[0]

        acts["push"] = push
        assert (await sent(client, 2, "push"))["diff"] == {"e": [["ev", {"from": "b"}]]}


async def test_a_refusal_is_told_in_the_pages_flash_and_a_stale_row_goes_into_the_component() -> None:
    async with opened(Page) as client:

        def refuse(row: Any, socket: Socket) -> None:
            raise Rejected("not now")

        def stale(row: Any, socket: Socket) -> None:
            raise Stale(Item(1, "fresh"), "stale")

        acts["refuse"], acts["stale"] = refuse, stale
        assert "not now" in json.dumps((await sent(client, 2, "refuse"))["diff"])
        diff = (await sent(client, 2, "stale"))["diff"]
        assert "fresh" in json.dumps(diff["c"])
        assert "stale" in json.dumps(diff)


async def test_a_component_that_raises_ends_its_view_and_the_log_names_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with opened(Page) as client:
        [view] = client.views

        def fail(row: Any, socket: Socket) -> None:
            raise ValueError("no")

        acts["fail"] = fail
        to(client, 2, "fail")
        await settled()
        assert not alive(view)
        assert "in the live component Row with the id 'b'" in caplog.text
        assert client.pushes("phx_error")


# -- the end -------------------------------------------------------------------


async def removed(client: Client, *cids: int) -> list[int]:
    await client.reply(client.push("cids_will_destroy", {"cids": list(cids)}))
    response = await client.reply(client.push("cids_destroyed", {"cids": list(cids)}))
    return response["response"]["cids"]


async def test_a_component_ends_when_the_client_has_removed_it() -> None:
    events: list[Any] = []
    telemetry.attach("t", lambda name, _, data: events.append((name, data)))
    async with opened(Page) as client:

        async def forever() -> None:
            try:
                await trio.sleep_forever()
            finally:
                seen.append("cancelled")

        acts["work"] = lambda row, socket: socket.start_async("w", forever)
        acts["drop"] = lambda page, _: page.__setattr__("rows", {"a": "A"})
        await sent(client, 2, "work")
        await client.clicked("do", what="drop")
        assert ("unmount", "b") not in seen
        acts["unmount"] = lambda row, socket: socket.push_event("gone", {"id": row.id})
        assert await removed(client, 2, 77) == [2]
        await settled()
        assert seen[-2:] in ([("unmount", "b"), "cancelled"], ["cancelled", ("unmount", "b")])
        assert client.pushes() == [{"e": [["gone", {"id": "b"}]]}]
        assert [data["component"].id for name, data in events if name == "live_component.destroyed"] == ["b"]
        assert await sent(client, 2, "work") == {}
    telemetry.detach("t")


async def test_a_component_that_is_placed_again_in_between_survives_and_is_sent_whole() -> None:
    async with opened(Page) as client:

        def count(row: Any, _: Socket) -> None:
            row.count = 7

        acts["count"] = count
        acts["drop"] = lambda page, _: page.__setattr__("rows", {"a": "A"})
        acts["back"] = lambda page, _: page.__setattr__("rows", {"a": "A", "b": "B"})
        await sent(client, 2, "count")
        await client.clicked("do", what="drop")
        await client.reply(client.push("cids_will_destroy", {"cids": [2]}))
        diff = (await client.clicked("do", what="back"))["diff"]
        assert diff["c"]["2"]["3"] == "7"
        assert "s" in diff["c"]["2"]
        response = await client.reply(client.push("cids_destroyed", {"cids": [2]}))
        assert response["response"] == {"cids": []}
        assert ("unmount", "b") not in seen
        assert [one for one in seen if one[0] == "mount"] == [("mount", "a"), ("mount", "b")]


@pytest.mark.parametrize("payload", [{}, {"cids": "x"}, {"cids": ["2"]}, []])
async def test_a_misfit_of_the_client_is_refused_and_answered(
    payload: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(Page) as client:
        for event in ("cids_will_destroy", "cids_destroyed"):
            assert (await client.reply(client.push(event, payload)))["response"] == {}
        assert "did not handle an event of its client" in caplog.text
        assert alive(client.views[0])


async def test_a_replaced_task_and_one_of_a_gone_component_are_not_heard() -> None:
    async with opened(Page) as client:
        gate = trio.Event()

        async def wait() -> str:
            await gate.wait()
            return "late"

        acts["start"] = lambda row, socket: socket.start_async("w", wait)
        acts["again"] = lambda row, socket: socket.start_async("w", wait, supersede=True)
        await sent(client, 1, "start")
        await sent(client, 1, "again")
        gate.set()
        await settled()
        assert [one for one in seen if one[0] == "w"] == [("w", Ok("late"))]


async def test_cancel_async_in_a_component() -> None:
    async with opened(Page) as client:
        acts["start"] = lambda row, socket: socket.start_async("w", trio.sleep_forever)
        acts["cancel"] = lambda row, socket: socket.cancel_async("w")
        await sent(client, 1, "start")
        await sent(client, 2, "cancel")
        await settled()
        assert not [one for one in seen if one[0] == "w"]
        await sent(client, 1, "cancel")
        await settled()
        assert [one for one in seen if one[0] == "w"] == [("w", Exit(Shutdown("cancel")))]


# -- slots ---------------------------------------------------------------------


class Frame(LiveComponent[Do]):
    open: bool = True
    inner_block: Slot
    template = heex("<section>{% if @open %}{render_slot(@inner_block)}{% endif %}</section>")

    async def handle_event(self, event: Do, socket: Socket) -> None:
        await act(event.what, self, socket)


class Framed(LiveView[Do]):
    n: int = 0
    m: int = 0
    template = heex(
        """<main>{@m}<.live_component module={Frame} id="f"><i>{@n}</i></.live_component></main>"""
    )

    async def handle_event(self, event: Do, socket: Socket) -> None:
        await act(event.what, self, socket)


async def test_the_content_of_a_slot_is_its_callers() -> None:
    async with opened(Framed) as client:
        acts["n"] = lambda view, _: view.__setattr__("n", view.n + 1)
        acts["m"] = lambda view, _: view.__setattr__("m", view.m + 1)
        acts["toggle"] = lambda frame, _: frame.__setattr__("open", not frame.open)
        assert (await client.clicked("do", what="n"))["diff"] == {"c": {"1": {"0": {"0": {"0": "1"}}}}}
        await sent(client, 1, "toggle")
        await client.clicked("do", what="n")
        assert (await client.clicked("do", what="m"))["diff"] == {"0": "1"}
        shown = (await sent(client, 1, "toggle"))["diff"]
        assert '"2"' in json.dumps(shown)


class StreamedId:
    def __init__(self, id: int) -> None:
        self.id = id


class StreamedRow(LiveComponent[RawEvent]):
    dom_id: str
    template = heex("<li id={@dom_id}>{@id}</li>")


class Streaming(LiveView[RawEvent]):
    rows: Stream[StreamedId]
    template = heex("""<ul id="rows" phx-update="stream"><.live_component
      :for={dom_id, row in @streams.rows} module={StreamedRow} id={row.id} dom_id={dom_id}
    /></ul>""")

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.stream("rows", [StreamedId(1), StreamedId(2)])

    async def handle_event(self, event: RawEvent, socket: Socket) -> None:
        socket.stream_insert("rows", StreamedId(3))


async def test_a_component_that_is_a_streams_item_comes_with_the_join() -> None:
    async with open_node() as node:
        client = Client(node, {"/": Streaming})
        joined = await client.join("/")
        assert joined["rendered"]["c"].keys() == {"1", "2"}
        diff = (await client.clicked("more"))["diff"]
        assert diff["c"].keys() == {"3"}


heard: list[object] = []


class Hooked(LiveComponent):
    template = heex("<li>{@id}</li>")

    async def mount(self, socket: Socket) -> None:
        socket.attach_hook("handle_async", "a", self.hear)
        socket.start_async(("work", self.id), trio.sleep, 1)

    async def hear(self, name: object, result: object, socket: Socket) -> Halt:
        heard.append((self.id, name, result))
        return Halt()


class HookedPage(LiveView):
    rows: list[str] = ["a", "b"]
    template = heex("<ul><.live_component :for={id in @rows} module={Hooked} id={id} /></ul>")


async def test_a_components_hooks_hear_of_its_own_tasks_alone() -> None:
    heard.clear()
    async with opened(HookedPage):
        await trio.sleep(2)
    assert sorted(heard, key=repr) == [("a", ("work", "a"), Ok(None)), ("b", ("work", "b"), Ok(None))]
