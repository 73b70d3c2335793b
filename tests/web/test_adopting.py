"""One mount for a page: the view that rendered the response waits for the page's join (docs/adopting.md)."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
import trio
from quart_trio import QuartTrio
from werkzeug.exceptions import Forbidden

from actorlive import (
    ActorLive,
    Cont,
    Event,
    Halt,
    LiveComponent,
    LiveView,
    Ok,
    Pid,
    Shutdown,
    Slot,
    Socket,
    Stream,
    Template,
    component,
    exit,
    heex,
    send,
    telemetry,
)
from actorlive.live.process import parked
from actorlive.live.process.components import Components
from actorlive.live.process.connection import ConnectionInfo, LiveConnection
from actorlive.live.process.cycle import Cycle
from actorlive.live.process.outbox import Outbox
from actorlive.live.process.parked import ParkedChannel, ParkedCycle
from actorlive.runtime import alive, receive
from actorlive.runtime.faults import unwrap
from actorlive.testing import live as visit
from actorlive.web import Limits
from actorlive.web.parking import Parking
from tests.support.client import settled
from tests.support.narrow import present
from tests.web.views import KEY
from tests.web.visitor import connect, get, serving

NAVIGATION = {"Sec-Fetch-Dest": "document"}

happened: list[str] = []


def note(what: str, socket: Socket) -> None:
    happened.append(f"{what} {'connected' if socket.connected else 'dead'}")


async def guard(params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> Cont | Halt:
    note("on_mount", socket)
    return Cont()


@dataclass(frozen=True)
class Row:
    id: int


class Do(Event):
    what: str


class Part(LiveComponent[Do]):
    word: str = ""
    inner: str = "new"
    rows: Stream[Row]
    template = heex("""
      <section><b>{@word} {@inner}</b>
        <ul id={f"rows-{@id}"} phx-update="stream">
          <li :for={dom_id, row in @streams.rows} id={dom_id}>{row.id}</li>
        </ul>
        <button phx-click="do" phx-value-what="part" phx-target={@myself}>part</button>
      </section>
    """)
    mounts: ClassVar[int] = 0

    async def mount(self, socket: Socket) -> None:
        Part.mounts += 1
        socket.stream("rows", [Row(100)])

    async def handle_event(self, event: Do, socket: Socket) -> None:
        self.inner = event.what


class Shell(LiveComponent):
    """Holds another component, and acts by itself."""

    word: str = "asleep"
    template = heex("""<div>{@word} <.live_component module={Part} id="deep" word={@word} /></div>""")

    async def mount(self, socket: Socket) -> None:
        socket.start_async("wake", trio.sleep, 1.0)

    async def handle_async(self, name: str, result: Any, socket: Socket) -> None:
        self.word = "woke"


class Shelled(LiveView):
    adopt = 5.0
    template = heex("<main><.live_component module={Shell} id='shell' /></main>")


class Inner(LiveView):
    template = heex("<i>inner {'connected' if @is_connected else 'dead'}</i>")
    is_connected: bool = False

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        self.is_connected = socket.connected


class Adopted(LiveView[Do]):
    adopt = 5.0
    on_mount = (guard,)
    n: int = 0
    said: str = ""
    rows: Stream[Row]
    page_title: str | None = "first"
    template = heex("""
      <p>{@n} {@said}</p><em>{@doubled}</em><q>{@flash.get("info")}</q>
      <ul id="rows" phx-update="stream"><li :for={dom_id, row in @streams.rows} id={dom_id}>{row.id}</li></ul>
      <.live_component module={Part} id="part" word={@said} />
      <.live_render view={Inner} id="inner" />
    """)
    last: ClassVar[Pid | None] = None

    @property
    def doubled(self) -> int:
        return self.n * 2

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        note("mount", socket)
        Adopted.last = socket.pid
        match params.get("do"):
            case "raise":
                raise ValueError("no luck")
            case "forbid":
                raise Forbidden
            case "redirect":
                socket.redirect("/elsewhere")
            case "wait":
                await trio.sleep_forever()
            case _:
                pass
        socket.stream("rows", [Row(1), Row(2)])
        socket.start_async("slow", trio.sleep, 1.0)

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        note(f"handle_params {params.get('page', '')}".strip(), socket)

    async def handle_async(self, name: str, result: Any, socket: Socket) -> None:
        assert isinstance(result, Ok)
        self.said = "slept"
        self.page_title = "second"
        socket.stream_insert("rows", Row(3))
        socket.push_event("slept", {"by": 1})

    async def handle_info(self, message: Any, socket: Socket) -> None:
        match message:
            case ("go", to):
                socket.push_navigate(to)
            case ("patch", to):
                socket.push_patch(to)
            case "raise":
                raise ValueError("later")
            case "flash":
                socket.put_flash("info", "told")
            case _:
                self.n += 1

    async def handle_event(self, event: Do, socket: Socket) -> None:
        self.n += 10

    async def terminate(self, reason: object, socket: Socket) -> None:
        happened.append(f"terminate {reason.detail if isinstance(reason, Shutdown) else reason}")


@component
def broken(*, inner_block: Slot) -> Template:
    return heex("<html><body>{1 / 0}{@inner_block}</body></html>")


class Elsewhere(LiveView):
    template = heex("<p>elsewhere</p>")


class Visitor:
    """A browser, as far as it matters here: pages with its cookie, and joins, frame by frame."""

    def __init__(self, live: ActorLive) -> None:
        self.live = live
        self._http: Any = live.app.test_client()
        self.frames: list[list[Any]] = []
        self.connection: LiveConnection | None = None
        self.topic = ""
        self.status = 0
        self.html = ""
        self._session: dict[str, Any] = {}

    async def get(
        self,
        path: str,
        headers: Mapping[str, str] | None = None,
        method: str = "GET",
        client: str = "127.0.0.1",
    ) -> str:
        """Load a page; its HTML."""
        response = await self._http.open(
            path, method=method, headers={**NAVIGATION, **(headers or {})}, scope_base={"client": (client, 1)}
        )
        self.html = str(await response.get_data(as_text=True))
        self.status = response.status_code
        await self.edit()
        return self.html

    def tokens(self) -> dict[str, str]:
        found = {
            name: present(re.search(rf'data-phx-{name}="([^"]*)"', self.html))[1]
            for name in ("session", "static")
        }
        self.topic = "lv:" + present(re.search(r'id="([^"]*)" data-phx-main', self.html))[1]
        return found

    async def join(self, url: str | None = "http://localhost/", **payload: Any) -> dict[str, Any]:
        """Join the page's view; the answer's payload."""
        self.connect()
        self.send_join(url, **payload)
        await settled()
        return next(frame[4] for frame in self.frames if frame[1] == "4")

    def connect(self) -> None:
        info = ConnectionInfo(self._session, {"uri": "ws://localhost/live/websocket"})
        self.connection = LiveConnection(self.live.current_node, self.live.endpoint, self._arrived, info)

    def send_join(self, url: str | None = "http://localhost/", **payload: Any) -> None:
        sent = {"url": url, "params": {"_mounts": 0}, "sticky": False, **self.tokens(), **payload}
        present(self.connection).receive(json.dumps(["4", "4", self.topic, "phx_join", sent]))

    def push(self, ref: str, value: Any) -> None:
        payload = {"type": "click", "event": "do", "value": value}
        present(self.connection).receive(json.dumps(["4", ref, self.topic, "event", payload]))

    async def edit(self, **values: object) -> None:
        """Change what the session holds."""
        async with self._http.session_transaction() as kept:
            kept.update(values)
            self._session = dict(kept)

    def copy(self) -> Visitor:
        """Another tab with the same page."""
        other = Visitor(self.live)
        other._http, other._session, other.html = self._http, self._session, self.html
        return other

    def _arrived(self, frame: bytes) -> None:
        self.frames.append(json.loads(frame))


def make_app(**options: Any) -> tuple[QuartTrio, ActorLive]:
    app = QuartTrio(__name__)
    live = ActorLive(app, secret_key=KEY, **options)
    live.route("/", Adopted)
    live.route("/elsewhere", Elsewhere)
    live.route("/shell", Shelled)
    return app, live


@asynccontextmanager
async def visiting(**options: Any) -> AsyncGenerator[Visitor]:
    happened.clear()
    Part.mounts = 0
    Adopted.last = None
    _, live = make_app(**options)
    async with live.node():
        yield Visitor(live)


def pid() -> Pid:
    return present(Adopted.last)


def events(response: Mapping[str, Any]) -> list[Any]:
    return response["rendered"].get("e", [])


# -- one mount -----------------------------------------------------------------


async def test_the_page_is_that_of_the_one_mount_and_the_join_is_answered_by_it() -> None:
    async with visiting() as visitor:
        html = await visitor.get("/")
        assert happened == ["on_mount connected", "mount connected", "handle_params connected"]
        assert "<p>0 </p>" in html
        assert '<li id="rows-1">1</li>' in html
        assert "<title" in html
        assert "first" in html
        before = pid()
        answer = await visitor.join()
        assert answer["status"] == "ok"
        assert pid() == before
        assert present(visitor.connection).views == [before]
        assert len(happened) == 3
        assert Part.mounts == 1


async def test_what_happened_while_it_waited_comes_with_the_join() -> None:
    async with visiting() as visitor:
        await visitor.get("/")
        send(pid(), "count")
        await trio.sleep(2)
        answer = (await visitor.join())["response"]
        rendered = answer["rendered"]
        assert (rendered["0"], rendered["1"], rendered["2"]) == ("1", "slept", "2")
        assert rendered["t"] == "second"
        assert events(answer) == [["slept", {"by": 1}]]
        stream = json.dumps(rendered)
        assert all(f"rows-{n}" in stream for n in (1, 2, 3))
        assert "slept" in json.dumps(rendered["c"])
        assert "rows-100" in json.dumps(rendered["c"])


async def test_a_task_of_the_mount_goes_on_over_the_join() -> None:
    async with visiting() as visitor:
        await visitor.get("/")
        await trio.sleep(0.5)
        await visitor.join()
        await trio.sleep(0.6)
        await settled()
        [diff] = [frame[4] for frame in visitor.frames if frame[3] == "diff"]
        assert diff["t"] == "second"
        assert '"rows-3"' in json.dumps(diff)
        assert '"rows-1"' not in json.dumps(diff)


async def test_afterwards_it_is_a_view_like_any_other() -> None:
    async with visiting() as visitor:
        await visitor.get("/")
        await visitor.join()
        visitor.push("5", {"what": "x"})
        send(pid(), "count")
        await settled()
        [reply] = [frame[4] for frame in visitor.frames if frame[1] == "5"]
        assert reply["response"]["diff"]["0"] == "10"
        present(visitor.connection).close()
        await settled()
        assert not alive(pid())
        assert happened[-1] == "terminate closed"


async def test_a_component_acts_before_and_after() -> None:
    async with visiting() as visitor:
        await visitor.get("/")
        await visitor.join()
        payload = {"type": "click", "event": "do", "value": {"what": "acted"}, "cid": 1}
        present(visitor.connection).receive(json.dumps(["4", "6", visitor.topic, "event", payload]))
        await settled()
        [reply] = [frame[4] for frame in visitor.frames if frame[1] == "6"]
        assert "acted" in json.dumps(reply)


async def test_a_component_that_acted_meanwhile_comes_whole_with_what_it_holds() -> None:
    async with visiting() as visitor:
        await visitor.get("/shell")
        await trio.sleep(1.5)
        answer = await visitor.join(url="http://localhost/shell")
        assert answer["status"] == "ok", answer
        components = answer["response"]["rendered"]["c"]
        assert set(components) == {"1", "2"}
        assert all("s" in component for component in components.values())
        assert "woke" in json.dumps(components)


async def test_the_views_within_have_their_two_lives() -> None:
    async with visiting() as visitor:
        assert "<i>inner dead</i>" in await visitor.get("/")
        answer = (await visitor.join())["response"]
        assert 'id=\\"inner\\"' in json.dumps(answer["rendered"])


async def test_a_flash_of_the_request_is_in_the_page_and_in_the_session_no_more() -> None:
    async with visiting() as visitor:
        await visitor.edit(_live_flash={"info": "Saved"})
        assert "<q>Saved</q>" in await visitor.get("/")
        before = pid()
        answer = (await visitor.join())["response"]
        assert pid() == before
        assert "Saved" in json.dumps(answer["rendered"])


async def test_flash_of_a_message_meanwhile_is_shown() -> None:
    async with visiting() as visitor:
        await visitor.get("/")
        send(pid(), "flash")
        await settled()
        assert "told" in json.dumps((await visitor.join())["response"]["rendered"])


# -- ways elsewhere ------------------------------------------------------------


async def test_a_patch_meanwhile_is_told_with_the_join() -> None:
    async with visiting() as visitor:
        await visitor.get("/")
        send(pid(), ("patch", "/?page=2"))
        await settled()
        assert happened[-1] == "handle_params 2 connected"
        answer = (await visitor.join())["response"]
        assert answer["live_patch"] == {"to": "/?page=2", "kind": "push"}


async def test_a_navigation_meanwhile_waits_and_so_does_all_behind_it() -> None:
    async with visiting() as visitor:
        await visitor.get("/")
        before = pid()
        send(before, ("go", "/elsewhere"))
        send(before, ("go", "/elsewhere"))
        await settled()
        answer = await visitor.join()
        assert answer["status"] == "error"
        assert answer["response"]["live_redirect"] == {"to": "/elsewhere", "kind": "push"}
        assert not alive(before)


@pytest.mark.parametrize(("do", "status"), [("raise", 500), ("forbid", 403), ("redirect", 302)])
async def test_what_the_first_callbacks_do_is_the_requests_answer(do: str, status: int) -> None:
    async with visiting(debug=False) as visitor:
        await visitor.get(f"/?do={do}")
        assert visitor.status == status
        await settled()
        assert not alive(pid())
        assert len(visitor.live.parking) == 0


async def test_a_view_that_is_killed_in_its_mount_is_a_500() -> None:
    async with visiting(debug=False) as visitor, trio.open_nursery() as nursery:
        nursery.start_soon(visitor.get, "/?do=wait")
        while Adopted.last is None:
            await trio.sleep(0.1)
        exit(pid(), "kill")
        while not visitor.status:
            await trio.sleep(0.1)
        assert visitor.status == 500


# -- who adopts ----------------------------------------------------------------


async def adopts(visitor: Visitor, **join: Any) -> bool:
    """Whether the join is answered by the view that waits."""
    before = pid()
    answer = await visitor.join(**join)
    assert answer["status"] == "ok", answer
    return pid() == before


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/?a=1&b=2",
        "https://localhost/?a=1&b=2",
        "http://localhost/?a=1&b=2#part",
        "http://other.example/?a=1&b=2",
    ],
)
async def test_scheme_host_and_fragment_do_not_matter(url: str) -> None:
    async with visiting() as visitor:
        await visitor.get("/?a=1&b=2")
        assert await adopts(visitor, url=url)


@pytest.mark.parametrize("url", ["http://localhost/", "http://localhost/?a=1", "http://localhost/?b=2&a=1"])
async def test_path_and_query_do(url: str) -> None:
    async with visiting() as visitor:
        await visitor.get("/?a=1&b=2")
        assert not await adopts(visitor, url=url)


async def test_a_copy_of_the_page_mounts_for_itself() -> None:
    async with visiting() as visitor:
        await visitor.get("/")
        copy = visitor.copy()
        assert await adopts(visitor)
        first = pid()
        assert not await adopts(copy)
        assert alive(first)


@pytest.mark.parametrize("params", [{"_mounts": 1}, {"_mounts": 7}])
async def test_a_rejoin_mounts_afresh(params: dict[str, Any]) -> None:
    async with visiting() as visitor:
        await visitor.get("/")
        assert not await adopts(visitor, params=params)


async def test_a_live_navigation_mounts_afresh() -> None:
    async with visiting() as visitor:
        await visitor.get("/")
        assert not await adopts(visitor, url=None, redirect="http://localhost/")


async def test_a_session_that_has_changed_mounts_afresh() -> None:
    async with visiting() as visitor:
        await visitor.get("/")
        await visitor.edit(user="ada")
        assert not await adopts(visitor)


async def test_a_stranger_with_the_page_is_refused_and_the_view_still_waits() -> None:
    async with visiting() as visitor:
        await visitor.get("/")
        stranger = Visitor(visitor.live)
        await stranger.get("/elsewhere")
        stranger.html = visitor.html
        before = pid()
        assert (await stranger.join())["status"] == "error"
        assert alive(before)
        assert await adopts(visitor)


async def test_a_session_that_was_disconnected_adopts_nothing() -> None:
    async with visiting() as visitor:
        await visitor.edit(live_socket_id="users:1")
        await visitor.get("/")
        waiting = pid()
        visitor.live.disconnect("users:1")
        await settled()
        assert not alive(waiting)
        assert not await adopts(visitor)


async def test_one_that_crashed_meanwhile_is_not_adopted() -> None:
    async with visiting() as visitor:
        await visitor.get("/")
        send(pid(), "raise")
        await settled()
        assert len(visitor.live.parking) == 0
        assert not await adopts(visitor)


async def test_one_that_crashes_behind_its_adoption_is_a_crash_like_any_other() -> None:
    async with visiting() as visitor:
        await visitor.get("/")
        await visitor.join()
        send(pid(), "raise")
        await settled()
        assert [frame[3] for frame in visitor.frames][-1] == "phx_error"


async def test_one_that_crashes_between_the_join_and_its_answer_has_the_page_join_again() -> None:
    async with visiting() as visitor:
        await visitor.get("/")
        send(pid(), "raise")
        visitor.connect()
        visitor.send_join()
        await settled()
        assert [frame[3] for frame in visitor.frames] == ["phx_error"]
        before = pid()
        visitor.send_join()
        await settled()
        assert visitor.frames[-1][4]["status"] == "ok"
        assert pid() != before


async def test_a_socket_that_is_gone_before_the_answer_takes_the_view_along() -> None:
    async with visiting() as visitor:
        await visitor.get("/")
        visitor.connect()
        visitor.send_join()
        present(visitor.connection).close()
        await settled()
        assert not alive(pid())
        assert happened[-1] == "terminate closed"


# -- which pages ---------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Dest": "empty"},
        {"Sec-Fetch-Dest": "iframe"},
        {"Sec-Fetch-Dest": ""},
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Moz": "Prefetch"},
    ],
)
async def test_only_a_page_that_a_person_loads_has_its_view_parked(headers: dict[str, str]) -> None:
    async with visiting() as visitor:
        await visitor.get("/", headers)
        assert happened == ["on_mount dead", "mount dead", "handle_params dead"]
        assert len(visitor.live.parking) == 0
        assert (await visitor.join())["status"] == "ok"
        assert happened[3:] == ["on_mount connected", "mount connected", "handle_params connected"]


async def test_a_head_request_parks_nothing() -> None:
    async with visiting() as visitor:
        await visitor.get("/", method="HEAD")
        assert len(visitor.live.parking) == 0


async def test_beyond_the_bound_a_page_is_made_as_any_other(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    reached: list[object] = []
    telemetry.attach("parked", lambda name, _, about: reached.append((name, about.get("limit"))))
    try:
        async with visiting(limits=Limits(max_parked=2)) as visitor:
            for _ in range(4):
                await visitor.get("/")
            assert len(visitor.live.parking) == 2
            assert happened.count("mount connected") == 2
            assert happened.count("mount dead") == 2
            await trio.sleep(6)
            assert len(visitor.live.parking) == 0
            await visitor.get("/")
            assert happened.count("mount connected") == 3
    finally:
        telemetry.detach("parked")
    assert reached.count(("limit.reached", "max_parked")) == 2
    assert caplog.text.count("see Limits.max_parked") == 1


async def test_an_address_has_a_bound_of_its_own() -> None:
    async with visiting(limits=Limits(max_peer_parked=1)) as visitor:
        waiting: list[int] = []
        for address in ("203.0.113.1", "203.0.113.1", "203.0.113.2", "127.0.0.1", "127.0.0.1"):
            await visitor.get("/", client=address)
            waiting.append(len(visitor.live.parking))
        assert waiting == [1, 1, 2, 3, 4]
        await trio.sleep(6)
        await visitor.get("/", client="203.0.113.1")
        assert len(visitor.live.parking) == 1


# -- the end of the waiting ----------------------------------------------------


async def test_it_waits_as_long_as_its_class_says_then_it_ends_in_order() -> None:
    told: list[tuple[str, float, object]] = []
    telemetry.attach(
        "waited",
        lambda name, measured, about: (
            told.append((name, round(measured["waited"], 1), about.get("reason")))
            if "adopted" in name
            else None
        ),
    )
    try:
        async with visiting() as visitor:
            await visitor.get("/")
            await trio.sleep(4.9)
            assert alive(pid())
            await trio.sleep(0.2)
            await settled()
            assert not alive(pid())
            assert happened[-1] == "terminate expired"
            assert not await adopts(visitor)
            await visitor.get("/")
            await trio.sleep(1.5)
            assert await adopts(visitor)
    finally:
        telemetry.detach("waited")
    assert told == [("live_view.unadopted", 5.0, "expired"), ("live_view.adopted", 1.5, None)]


async def test_a_join_at_the_last_moment_and_the_clock_do_not_both_have_it() -> None:
    async with visiting() as visitor:
        await visitor.get("/")
        await trio.sleep(4.999)
        assert await adopts(visitor)
        await trio.sleep(10)
        assert alive(pid())


async def test_a_server_that_goes_down_ends_those_that_wait() -> None:
    async with visiting() as visitor:
        await visitor.get("/")
        await visitor.live.drain(1.0)
        assert not alive(pid())
        assert happened[-1] == "terminate the server goes down"
        await visitor.get("/")
        assert happened[-1] == "handle_params dead"


async def test_a_node_that_closes_leaves_nobody() -> None:
    _, live = make_app()
    async with live.node():
        await Visitor(live).get("/")
        waiting = pid()
    assert not alive(waiting)
    async with live.node():
        await Visitor(live).get("/")
        assert len(live.parking) == 1


async def test_a_layout_that_fails_ends_the_view() -> None:
    async with visiting(debug=False, root_layout=broken) as visitor:
        await visitor.get("/")
        assert visitor.status == 500
        await settled()
        assert not alive(pid())
        assert happened[-1] == "terminate no page"
        assert len(visitor.live.parking) == 0


# -- on a real server ----------------------------------------------------------


async def test_both_ways_of_a_page_and_of_a_socket_adopt(way: str) -> None:
    happened.clear()
    app, live = make_app()
    async with serving(app) as url:
        page = await get(url, "/?a=1", **NAVIGATION)
        assert happened == ["on_mount connected", "mount connected", "handle_params connected"]
        before = pid()
        async with connect(page) as wire:
            _, ref, *_, answer = await wire.join()
            assert ref == wire.join_ref
            assert answer["status"] == "ok"
            assert [view.pid for view in live.list_views()] == [before]
            assert (await wire.clicked("do", what="x"))["diff"]["0"] == "10"
        await get(url, "/", page.cookie, **NAVIGATION)
        waiting = pid()
        assert waiting != before
    assert not alive(waiting)


# -- controls ------------------------------------------------------------------


def whoever_has_the_page(parking: Parking, dom_id: str, uri: str, session: Mapping[str, Any]) -> Pid | None:
    parked = parking._parked.pop(dom_id, None)  # pyright: ignore[reportPrivateUsage]
    return None if parked is None else parked.pid


def let_go_with_the_paint(outbox: Any) -> str:
    html = painted(outbox)
    outbox._end_render()
    return html


async def rendered_for_nobody(cycle: Any, *given: Any) -> None:
    await Cycle.end(cycle, *given)


def nothing_is_forgotten(*given: object) -> None:
    pass


def nobody_is_ended(parking: Parking) -> list[Pid]:
    return []


async def handled_all_the_same(channel: Any) -> Any:
    while not isinstance(message := await receive(), parked.Adoption | parked.Unadopted):
        await channel._handle(message)
    return message


painted = Outbox.painted
CONTROLS: list[tuple[object, str, object, Callable[[], Awaitable[None]]]] = [
    (Parking, "take", whoever_has_the_page, test_a_session_that_has_changed_mounts_afresh),
    (Parking, "_forget", nothing_is_forgotten, test_a_copy_of_the_page_mounts_for_itself),
    (Parking, "close", nobody_is_ended, test_a_server_that_goes_down_ends_those_that_wait),
    (Parking, "disconnect", nothing_is_forgotten, test_a_session_that_was_disconnected_adopts_nothing),
    (Outbox, "painted", let_go_with_the_paint, test_what_happened_while_it_waited_comes_with_the_join),
    (ParkedCycle, "end", rendered_for_nobody, test_what_happened_while_it_waited_comes_with_the_join),
    (
        Components,
        "start_over",
        nothing_is_forgotten,
        test_a_component_that_acted_meanwhile_comes_whole_with_what_it_holds,
    ),
    (
        ParkedChannel,
        "_wait",
        handled_all_the_same,
        test_a_navigation_meanwhile_waits_and_so_does_all_behind_it,
    ),
]


@pytest.mark.parametrize(("of", "name", "broken", "test"), CONTROLS)
async def test_control_a_broken_rule_is_seen(
    of: object,
    name: str,
    broken: object,
    test: Callable[[], Awaitable[None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(of, name, broken)
    with pytest.raises((AssertionError, RuntimeError, BaseExceptionGroup)) as seen:
        await test()
    assert isinstance(unwrap(seen.value), AssertionError | RuntimeError)


# -- through the kit -----------------------------------------------------------


async def test_the_kit_loads_a_page_as_a_person_does() -> None:
    happened.clear()
    app, _ = make_app()
    async with visit(app, "/") as view:
        assert happened == ["on_mount connected", "mount connected", "handle_params connected"]
        assert view.pid == Adopted.last
        await view.advance(1)
        assert await view.element("p").text() == "0 slept"
        assert await view.element("#rows").text() == "1 2 3"
        assert await view.element("section").text() == "slept new 100 part"
        await view.element("section button").click()
        assert await view.element("section").text() == "slept part 100 part"
        await view.crash()
        await view.advance(2)
        assert happened.count("mount connected") == 2
    assert happened[-1] == "terminate closed"
