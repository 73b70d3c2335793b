"""One client's connection in memory: views come and go, frames of any kind come in, and nothing else suffers."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import trio
import trio.testing
from hypothesis import given, strategies as st

from actorlive import Event, LiveView, Socket, heex, telemetry
from actorlive.errors import ProtocolError
from actorlive.live.endpoint import Mount, Route
from actorlive.live.process.connection import ConnectionInfo, LiveConnection, Refused
from actorlive.runtime import Node, Shutdown, alive, open_node
from actorlive.wire import Join, JoinPayload
from tests.support.client import NoKeys

Frame = list[Any]


class Inc(Event):
    pass


class Boom(Event):
    pass


class Away(Event):
    pass


class Counter(LiveView[Inc | Boom | Away]):
    count: int = 0
    template = heex("<p>{@count}</p>")

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        if params.get("fail"):
            raise ValueError("mount failed")

    async def handle_event(self, event: Inc | Boom | Away, socket: Socket) -> None:
        match event:
            case Inc():
                self.count += 1
            case Boom():
                raise ValueError("boom")
            case Away():
                socket.redirect("/elsewhere")


class Gate(NoKeys):
    """Lets in who says so, without keys."""

    debug = False

    def route_for(self, uri: str) -> Route | None:
        return Route(Counter)

    def url_for(self, to: str | type, values: object) -> str:
        return "/"

    def authorize(self, join: Join, payload: JoinPayload, connection: ConnectionInfo) -> Mount | Refused:
        if payload.session != "good":
            return Refused("stale")
        params = payload.params or {}
        given: dict[str, Any] = {
            "route": Route(Counter),
            "dom_id": join.topic,
            "uri": "http://x/",
            "params": params,
        }
        return Mount(**given, session={}, endpoint=self)


class Client:
    def __init__(self, node: Node, **options: Any) -> None:
        self.frames: list[Frame] = []
        self.connection = LiveConnection(node, Gate(), self.hear, ConnectionInfo({}), **options)

    def hear(self, frame: bytes) -> None:
        self.frames.append(json.loads(frame))

    async def say(self, *fields: object) -> list[Frame]:
        """Send one frame and wait until everybody is done; what came back."""
        self.frames.clear()
        self.connection.receive(json.dumps(fields))
        await trio.testing.wait_all_tasks_blocked()
        return self.frames

    async def join(self, ref: str = "1", topic: str = "lv:a", **payload: object) -> list[Frame]:
        return await self.say(ref, ref, topic, "phx_join", {"session": "good", **payload})

    async def click(
        self, event: str, join_ref: str = "1", ref: str = "9", topic: str = "lv:a"
    ) -> list[Frame]:
        return await self.say(join_ref, ref, topic, "event", {"type": "click", "event": event, "value": {}})


def reply(frame: Frame) -> tuple[str, Any]:
    assert frame[3] == "phx_reply"
    return frame[4]["status"], frame[4]["response"]


async def test_a_view_lives_in_the_node_and_answers() -> None:
    async with open_node() as node:
        client = Client(node)
        [joined] = await client.join()
        assert reply(joined)[0] == "ok"
        assert reply((await client.click("inc"))[0]) == ("ok", {"diff": {"0": "1"}})
        [view] = client.connection.views
        assert client.connection.view("lv:a") is view
        assert alive(view)


async def test_a_crash_says_so_once_and_frees_the_topic(caplog: pytest.LogCaptureFixture) -> None:
    async with open_node() as node:
        client = Client(node)
        await client.join()
        assert await client.click("boom") == [["1", "1", "lv:a", "phx_error", {}]]
        assert reply((await client.click("inc"))[0]) == ("error", {"reason": "unmatched topic"})
        assert reply((await client.join("2"))[0])[0] == "ok"


async def test_a_redirect_closes_the_channel() -> None:
    async with open_node() as node:
        client = Client(node)
        await client.join()
        answer, closed = await client.click("away")
        assert reply(answer)[1]["redirect"]["to"] == "/elsewhere"
        assert closed == ["1", "1", "lv:a", "phx_close", {}]


async def test_a_join_that_fails_is_answered_once(caplog: pytest.LogCaptureFixture) -> None:
    async with open_node() as node:
        client = Client(node)
        [answer] = await client.join(params={"fail": True})
        assert reply(answer) == ("error", {"reason": "join crashed"})
        assert client.connection.views == []
        assert reply((await client.join("2"))[0])[0] == "ok"


async def test_a_refusal_is_told_to_the_client_and_to_telemetry() -> None:
    told: list[tuple[str, object]] = []
    telemetry.attach("test", lambda name, measured, about: told.append((name, about["reason"])))
    try:
        async with open_node() as node:
            client = Client(node)
            payloads: list[object] = [{"session": "forged"}, {"session": 7}, [], None, "x"]
            for payload in payloads:
                [answer] = await client.say("1", "1", "lv:a", "phx_join", payload)
                assert reply(answer) == ("error", {"reason": "stale"})
    finally:
        telemetry.detach("test")
    assert told == [("socket.join_failed", "stale")] * 5


async def test_a_second_join_replaces_the_first() -> None:
    async with open_node() as node:
        client = Client(node)
        await client.join("1")
        [first] = client.connection.views
        closed, joined = await client.join("2")
        assert closed == ["1", "1", "lv:a", "phx_close", {}]
        assert joined[:2] == ["2", "2"]
        assert not alive(first)
        assert await client.click("inc", join_ref="1") == []
        assert reply((await client.click("inc", join_ref="2"))[0]) == ("ok", {"diff": {"0": "1"}})


async def test_a_join_with_the_same_ref_again_is_a_new_channel() -> None:
    async with open_node() as node:
        client = Client(node)
        await client.join("1")
        await client.click("inc")
        assert [frame[3] for frame in await client.join("1")] == ["phx_close", "phx_reply"]
        assert reply((await client.click("inc"))[0]) == ("ok", {"diff": {"0": "1"}})


async def test_leaving() -> None:
    async with open_node() as node:
        client = Client(node)
        await client.join()
        closed, answer = await client.say("1", "5", "lv:a", "phx_leave", {})
        assert closed == ["1", "1", "lv:a", "phx_close", {}]
        assert answer == ["1", "5", "lv:a", "phx_reply", {"status": "ok", "response": {}}]
        assert node.statistics().processes == 0


async def test_the_end_of_the_socket_queues_behind_the_events() -> None:
    seen: list[object] = []

    class Slow(Counter):
        async def handle_event(self, event: Inc | Boom | Away, socket: Socket) -> None:
            await trio.sleep(1)
            seen.append(event)

        async def terminate(self, reason: object, socket: Socket) -> None:
            seen.append(reason)

    class SlowGate(Gate):
        def authorize(self, join: Join, payload: JoinPayload, connection: ConnectionInfo) -> Mount | Refused:
            mount = super().authorize(join, payload, connection)
            assert isinstance(mount, Mount)
            return replace(mount, route=Route(Slow))

    async with open_node() as node:
        connection = LiveConnection(node, SlowGate(), lambda _: None, ConnectionInfo({}))
        connection.receive('["1","1","lv:a","phx_join",{"session":"good"}]')
        for ref in range(5):
            connection.receive(
                json.dumps(["1", str(ref), "lv:a", "event", {"type": "click", "event": "inc", "value": {}}])
            )
        connection.close()
        await trio.sleep(10)
    assert seen == [Inc()] * 5 + [Shutdown("closed")]


async def test_a_binary_frame_for_a_view_is_not_its_business(caplog: pytest.LogCaptureFixture) -> None:
    async with open_node() as node:
        client = Client(node)
        await client.join()
        client.connection.receive(bytes([0, 1, 1, 4, 5]) + b"15lv:achunk" + b"\x01")
        assert "a binary frame 'chunk'" in caplog.text
        assert reply((await client.click("inc"))[0]) == ("ok", {"diff": {"0": "1"}})


async def test_views_of_one_connection_do_not_know_each_other(caplog: pytest.LogCaptureFixture) -> None:
    async with open_node() as node:
        client = Client(node)
        await client.join("1", "lv:a")
        await client.join("2", "lv:b")
        await client.click("boom", "1", topic="lv:a")
        assert reply((await client.click("inc", "2", topic="lv:b"))[0]) == ("ok", {"diff": {"0": "1"}})


values: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
events = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["click", "form", None, 7]),
        "event": st.sampled_from(["inc", "boom", "nonsense", "lv:clear-flash", "lv:x", 7]),
        "value": values,
    }
)
payloads: st.SearchStrategy[object] = values | st.just({"session": "good"}) | events
frames = st.builds(
    lambda *fields: json.dumps(fields),
    st.sampled_from([None, "1", "2"]),
    st.sampled_from([None, "1", "2", "3"]),
    st.sampled_from(["lv:a", "lv:b", "phoenix", "room:1"]),
    st.sampled_from(
        [
            "phx_join",
            "phx_join",
            "event",
            "event",
            "phx_leave",
            "live_patch",
            "cids_destroyed",
            "heartbeat",
            "x",
        ]
    ),
    payloads,
)


@given(st.lists(frames | st.text(max_size=20) | st.binary(max_size=20), max_size=15))
async def test_whatever_a_client_sends_its_neighbour_lives_on(script: list[str | bytes]) -> None:
    """Garbage is a `ProtocolError` for the transport; anything else is answered, and touches nobody else."""
    async with open_node() as node:
        neighbour, client = Client(node), Client(node)
        await neighbour.join()
        for frame in script:
            with contextlib.suppress(ProtocolError):
                client.connection.receive(frame)
            await trio.testing.wait_all_tasks_blocked()
        client.connection.close()
        await trio.testing.wait_all_tasks_blocked()
        assert node.statistics().processes == 1
        assert reply((await neighbour.click("inc"))[0]) == ("ok", {"diff": {"0": "1"}})
