"""Whatever a client puts into the frames of a view that works: each is answered once, and the view lives on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import trio.testing
from hypothesis import given, strategies as st
from quart_trio import QuartTrio

from actorlive import LiveView, Socket, heex
from actorlive.errors import ProtocolError
from actorlive.live.events import RawEvent
from actorlive.runtime import alive, open_node
from actorlive.web import ActorLive
from tests.fuzz.parsers import Everything, Go
from tests.support.client import Client, Views
from tests.web.views import KEY


class Typed(LiveView[Everything | Go]):
    template = heex("""<p>{@seen}</p>""")
    seen: int = 0

    async def handle_event(self, event: Everything | Go, socket: Socket) -> None:
        self.seen += 1

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        self.seen += 1


class Raw(LiveView):
    """Takes whatever comes, shows it, and sends it back."""

    template = heex("""<p>{@seen}</p>""")
    seen: str = ""

    async def handle_event(self, event: RawEvent, socket: Socket) -> Mapping[str, Any] | None:
        self.seen = repr(event.params)
        return {"params": event.params}

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        self.seen = repr((params, uri))


class Quiet(Views):
    """Routes as an application does. In production an unknown event is logged; in debug mode it ends the view."""

    debug = False

    def __init__(self, view: type[LiveView[Any]]) -> None:
        super().__init__({"/": view})
        live = ActorLive(QuartTrio("shop"), secret_key=KEY)
        live.route("/", view)
        self.route_for = live.endpoint.route_for


GATES: dict[type[LiveView[Any]], Quiet] = {view: Quiet(view) for view in (Typed, Raw)}


NUMBERS = st.sampled_from([0, -1, 2**63, 2**63 - 1, -(2**63), 10**400, 0.1, 1e308]) | st.integers()
TEXTS = (
    st.sampled_from(["", "x", "nan", "1e999", "\0", "a[b]=1&a=2", "http://[", "//x", "lv:clear-flash"])
    | st.text()
)
NAMES = st.sampled_from(
    ["text", "number", "price", "ids", "by_id", "points", "point", "_al", "key", "url", "x"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | TEXTS, inner, max_size=4),
    max_leaves=8,
)
KINDS = st.sampled_from(["click", "form", "hook", "keyup", ""]) | VALUES
EVENTS = st.fixed_dictionaries(
    {"event": st.sampled_from(["go", "everything", "gone", "lv:clear-flash", "lv:gone"]) | VALUES},
    optional={
        "type": KINDS,
        "value": VALUES,
        "meta": VALUES,
        "cid": VALUES,
        "uploads": VALUES,
    },
)
PUSHES = st.one_of(
    st.tuples(st.just("event"), EVENTS),
    st.tuples(st.just("event"), EVENTS),
    st.tuples(st.just("live_patch"), st.fixed_dictionaries({"url": TEXTS | st.just("/?a[b]=1") | VALUES})),
    st.tuples(
        st.sampled_from(["event", "live_patch", "cids_will_destroy", "cids_destroyed", "allow_upload"]),
        VALUES,
    ),
    st.tuples(st.text(max_size=5).filter(lambda name: not name.startswith("phx_")), VALUES),
)


@given(st.lists(PUSHES, min_size=1, max_size=12), st.sampled_from([Typed, Raw]))
async def test_each_push_is_answered_once_and_the_view_lives_on(
    pushes: list[tuple[str, object]], view: type[LiveView[Any]]
) -> None:
    async with open_node() as node:
        client = Client(node, GATES[view])
        await client.join("/")
        (pid,) = client.views
        for event, payload in pushes:
            before = len(client.frames)
            ref = client.push(event, payload)
            await trio.testing.wait_all_tasks_blocked()
            answers = [frame for frame in client.frames[before:] if frame[1] == ref]
            assert [frame[3:4] for frame in answers] == [["phx_reply"]], (
                event,
                payload,
                client.frames[before:],
            )
            assert answers[0][4]["status"] == "ok"
        assert alive(pid)


async def test_the_answers_are_looked_at() -> None:
    """The control: a view that breaks is noticed above."""

    class Breaks(Raw):
        async def handle_event(self, event: RawEvent, socket: Socket) -> Mapping[str, Any] | None:
            raise ValueError

    async with open_node() as node:
        client = Client(node, Quiet(Breaks))
        await client.join("/")
        (pid,) = client.views
        client.push("event", {"event": "go"})
        await trio.testing.wait_all_tasks_blocked()
        assert client.frames[-1][3] == "phx_error"
        assert not alive(pid)


@given(st.binary(max_size=60) | st.text(max_size=60))
async def test_what_is_no_frame_is_a_protocol_error_and_ends_no_view(frame: str | bytes) -> None:
    async with open_node() as node:
        client = Client(node, GATES[Raw])
        await client.join("/")
        (pid,) = client.views
        with suppress(ProtocolError):
            client.connection.receive(frame)
        await trio.testing.wait_all_tasks_blocked()
        assert alive(pid)
        assert json.dumps(client.frames)
