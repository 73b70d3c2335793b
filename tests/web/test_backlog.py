"""What a busy view has not handled: bounded, in order, and nobody else's trouble."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
import trio.testing
from hypothesis import given, strategies as st
from quart_trio import QuartTrio

from actorlive import Event, LiveView, Socket, heex, telemetry
from actorlive.live.intake import Backlog, Intake
from actorlive.runtime import Shutdown
from actorlive.web import ActorLive, Limits
from tests.web.test_limits import closed, websocket
from tests.web.views import KEY, Counter
from tests.web.visitor import PATIENCE, Page, Wire, connect, get, serving

seen: list[object] = []
"""What `Busy` views handled, and why they ended."""

gate = trio.Event()
"""What `Hold` waits for."""

waiting: list[int] = []
"""How many events waited whenever one was handled."""


class Hold(Event):
    pass


class Nap(Event):
    seconds: float


class Count(Event):
    number: int


class Busy(LiveView[Hold | Nap | Count]):
    """Takes its time."""

    template = heex("<p>busy</p>")

    async def handle_event(self, event: Hold | Nap | Count, socket: Socket) -> None:
        match event:
            case Hold():
                await gate.wait()
                seen.append("held")
            case Nap():
                await trio.sleep(event.seconds)
                seen.append("slept")
            case Count():
                waiting.append(backlog().events)
                seen.append(event.number)
                if event.number % 200 == 0:
                    await trio.sleep(0.02)

    async def terminate(self, reason: object, socket: Socket) -> None:
        seen.append(reason)


lives: list[ActorLive] = []


def make_app(**limits: Any) -> QuartTrio:
    global gate  # noqa: PLW0603 - one for each test's own run of Trio
    gate = trio.Event()
    seen.clear()
    waiting.clear()
    app = QuartTrio("busy")
    live = ActorLive(app, secret_key=KEY, limits=Limits(**limits))
    live.route("/busy", Busy)
    live.route("/counter", Counter)
    lives.append(live)
    return app


@pytest.fixture
def events() -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """The socket's telemetry."""
    heard: list[tuple[str, dict[str, Any]]] = []

    def hear(name: str, measurements: Any, metadata: Any) -> None:
        if name.startswith("socket.") or name.endswith(".dropped"):
            heard.append((name, {**measurements, **metadata}))

    telemetry.attach("backlog", hear)
    yield heard
    telemetry.detach("backlog")


@asynccontextmanager
async def joined(url: str) -> AsyncGenerator[Wire]:
    async with connect(await get(url, "/busy")) as wire:
        await wire.join()
        yield wire


async def eventually(condition: Any) -> None:
    with trio.fail_after(PATIENCE):
        while not condition():
            await trio.sleep(0.001)


async def heartbeat(wire: Wire) -> None:
    await wire.send(None, "hb", "phoenix", "heartbeat", {})


async def answers(wire: Wire, topic: str) -> list[Any]:
    """The next frame of a topic."""
    while (frame := await wire.receive())[2] != topic:
        pass
    return frame


AMOUNT = 1_000


def backlog() -> Backlog:
    """That of the only socket."""
    (client,) = lives[-1].sockets
    assert client.connection is not None
    return client.connection.backlog


async def count_through_pauses(arrived: int) -> None:
    """Many numbered events to a view that stands still until so many have `arrived`; far fewer may wait."""
    async with serving(make_app(max_waiting_events=10)) as url, joined(url) as wire:
        await wire.click("hold")
        async with trio.open_nursery() as nursery:  # the kernel's buffers may hold fewer than all of them
            nursery.start_soon(click_often, wire)
            await eventually(lambda: backlog().events == arrived)
            assert seen == []
            gate.set()
            await eventually(lambda: len(seen) == AMOUNT + 1)


async def click_often(wire: Wire) -> None:
    for number in range(AMOUNT):
        await wire.click("count", number=number)


@pytest.mark.real_clock
@pytest.mark.usefixtures("way")
async def test_every_event_is_handled_in_order_and_few_wait(
    events: list[tuple[str, dict[str, Any]]], caplog: pytest.LogCaptureFixture
) -> None:
    await count_through_pauses(11)
    assert seen == ["held", *range(AMOUNT), Shutdown("closed")]
    assert max(waiting) <= 11
    paused = [metadata for name, metadata in events if name == "socket.paused"]
    assert paused
    assert all(metadata["events"] == 11 and metadata["bytes"] > 0 for metadata in paused)
    assert caplog.text.count("see Limits.max_waiting") == 1


@pytest.mark.real_clock
@pytest.mark.usefixtures("way")
async def test_without_the_bound_all_of_them_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the events and the measurement are such as need the bound."""
    monkeypatch.setattr(Backlog, "is_full", False)
    await count_through_pauses(AMOUNT + 1)
    assert max(waiting) == AMOUNT


@pytest.mark.real_clock
@pytest.mark.usefixtures("way")
async def test_a_peer_that_floods_a_busy_view_has_to_wait() -> None:
    async with serving(make_app(max_waiting=100_000)) as url, joined(url) as wire:
        await wire.click("hold")
        text = "x" * 50_000
        with trio.move_on_after(0.5) as patience:
            for _ in range(1_000):  # 50 MB, more than the system's own buffers hold
                await wire.click("count", number=1, text=text)
        assert patience.cancelled_caught
        assert backlog().size < 100_000 + 51_000
        gate.set()
        await trio.aclose_forcefully(wire.stream)  # half a frame is on its way: no goodbye fits behind it


@pytest.mark.real_clock
@pytest.mark.usefixtures("way")
async def test_a_socket_that_is_not_read_can_be_closed() -> None:
    """Frames stand in every queue between the kernel and the view; none of them holds the connection."""
    async with serving(make_app(max_waiting=100_000)) as url, joined(url) as wire:
        await wire.click("hold")
        with trio.move_on_after(0.3):
            for _ in range(1_000):
                await wire.click("count", number=1, text="x" * 50_000)
        (client,) = lives[-1].sockets
        client.close(1001)
        assert await wire.closed() in (1001, 1006)  # a reset may overtake the close frame
        await eventually(lambda: not len(lives[-1].sockets))
        gate.set()


@pytest.mark.real_clock
@pytest.mark.usefixtures("way")
async def test_heartbeats_and_siblings_do_not_wait_for_a_busy_view() -> None:
    async with serving(make_app()) as url, joined(url) as wire:
        sibling = Wire(wire.socket, await get(url, "/counter", wire.page.cookie))
        await sibling.join()
        await wire.click("hold")
        for number in range(1_000):
            await wire.click("count", number=number)
        await heartbeat(wire)
        assert (await wire.receive())[2:4] == ["phoenix", "phx_reply"]
        assert await sibling.clicked("inc") == {"diff": {"0": "1"}}
        gate.set()


@pytest.mark.real_clock
@pytest.mark.usefixtures("way")
async def test_a_view_that_does_not_catch_up_is_given_up_and_its_siblings_live(
    events: list[tuple[str, dict[str, Any]]], caplog: pytest.LogCaptureFixture
) -> None:
    limits = {"max_waiting_events": 20, "max_pause": 0.05}
    async with serving(make_app(**limits)) as url, joined(url) as wire:
        sibling = Wire(wire.socket, await get(url, "/counter", wire.page.cookie))
        await sibling.join()
        await wire.click("hold")
        for number in range(100):
            await wire.click("count", number=number)
        await heartbeat(wire)
        assert await answers(wire, wire.page.topic) == [wire.join_ref] * 2 + [
            wire.page.topic,
            "phx_error",
            {},
        ]
        assert (await answers(wire, "phoenix"))[3] == "phx_reply"
        assert await sibling.clicked("inc") == {"diff": {"0": "1"}}
        assert (await wire.join())[4]["status"] == "ok"
        assert seen == []
        gate.set()  # the handler was not interrupted, and the view ends in order
        await eventually(lambda: seen == ["held", Shutdown("left")])
        await wire.click("count", number=7)
        await eventually(lambda: seen[-1] == 7)
    assert [name for name, _ in events if name == "socket.gave_up"] == ["socket.gave_up"]
    assert "it has not handled 21 events" in caplog.text
    assert "drops 20 events of a client that has gone" in caplog.text


@pytest.mark.real_clock
@pytest.mark.usefixtures("way")
async def test_who_joins_floods_and_leaves_again_and_again_gains_nothing() -> None:
    """What was left counts as long as it waits."""
    async with serving(make_app(max_waiting_events=50, max_pause=0.05)) as url, joined(url) as wire:
        for _ in range(10):
            await wire.click("hold")
            for number in range(40):
                await wire.click("count", number=number)
            await wire.push("phx_leave", {})
            ref = wire.join_ref = "5"
            payload = {
                "url": wire.page.url + wire.page.path,
                "session": wire.page.session,
                "static": wire.page.static,
            }
            await wire.send(ref, ref, wire.page.topic, "phx_join", payload)
        await trio.sleep(0.1)
        assert backlog().events <= 51
        gate.set()


async def test_a_view_whose_socket_has_gone_does_not_go_on_for_ever(caplog: pytest.LogCaptureFixture) -> None:
    """A thousand naps of three seconds are waiting when the visitor goes."""
    live = make_app(max_outlive=30.0).extensions["actorlive"]
    async with websocket(live, "/busy") as socket:
        page = Page("http://localhost", "/busy", 200, {}, socket.page, "")
        tokens = {"session": page.session, "static": page.static, "url": "http://localhost/busy"}
        await socket.send(json.dumps(["4", "4", page.topic, "phx_join", tokens]))
        assert json.loads(await socket.receive())[4]["status"] == "ok"
        nap = {"type": "click", "event": "nap", "value": {"seconds": 3}}
        for _ in range(1_000):
            await socket.send(json.dumps(["4", "5", page.topic, "event", nap]))
        await trio.sleep(1)
        for client in live.sockets:
            client.close(1001)
        began = trio.current_time()
        assert await closed(socket) == 1001
        node = live.current_node
        while node.statistics().processes:
            await trio.sleep(1)
        assert trio.current_time() - began == pytest.approx(33, abs=3)
    assert seen == ["slept"] * 11 + [Shutdown("closed")]
    assert "Busy drops 989 events of a client that has gone" in caplog.text


@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["arrived", "handled", "end"]), st.integers(0, 50)))
)
def test_a_backlog_is_the_sum_of_what_its_living_views_have_waiting(
    steps: list[tuple[int, str, int]],
) -> None:
    backlog = Backlog(100, 5)
    queues: dict[int, list[int]] = {}
    intakes: dict[int, Intake] = {}
    for view, step, size in steps:
        intake = intakes.setdefault(view, Intake(backlog))
        queue = queues.setdefault(view, [])
        if step == "arrived":
            intake.arrived(size)
            queue.append(size)
        elif step == "handled" and queue:
            intake.handled(queue.pop(0))
        elif step == "end":
            intake.give_up()
            del intakes[view], queues[view]
        everything = [size for queue in queues.values() for size in queue]
        assert (backlog.events, backlog.size) == (len(everything), sum(everything))
        assert backlog.is_full is (len(everything) > 5 or sum(everything) > 100)


async def test_room_is_there_when_half_is_free() -> None:
    backlog = Backlog(100, 10)
    intake = Intake(backlog)
    for _ in range(11):
        intake.arrived(1)
    with trio.move_on_after(1) as patience:
        await backlog.room()
    assert patience.cancelled_caught
    async with trio.open_nursery() as nursery:
        nursery.start_soon(backlog.room)
        await trio.testing.wait_all_tasks_blocked()
        for left in range(10, 4, -1):
            assert len(nursery.child_tasks) == 1, left
            intake.handled(1)
            await trio.testing.wait_all_tasks_blocked()
        assert not nursery.child_tasks
