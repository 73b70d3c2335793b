"""Kept values, frame by frame: when they go to the page, in which form, and what becomes of what comes back.

That what was acknowledged is there afterwards, over random ways, is tests/ordering/test_kept.py.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, ClassVar, TypedDict

import msgspec
import pytest
import trio
from hypothesis import given, strategies as st

from actorlive import Event, Kept, LiveView, Socket, heex, telemetry
from actorlive.errors import AssignError
from actorlive.live.assigns import declared_assigns
from actorlive.live.keeper import LARGE
from actorlive.live.kept import has_json_form, is_kept, without_mark
from actorlive.runtime import open_node
from actorlive.wire import JoinPayload
from tests.support.client import Client, Views, settled
from tests.support.narrow import present

TOPIC = "phx-test"


class Row(msgspec.Struct, frozen=True):
    title: str
    done: bool = False


@dataclass(frozen=True)
class Point:
    x: int
    y: Decimal


class Size(Enum):
    SMALL = "s"


class Entry(TypedDict):
    name: str


class Put(Event):
    values: dict[str, Any]


class Draft(LiveView[Put]):
    text: Kept[str] = ""
    rows: Kept[list[Row]] = []
    maybe: Kept[Annotated[int, msgspec.Meta(ge=0)] | None] = None
    anything: Kept[Any] = None
    loose: str = ""
    template = heex("<p>{@text}</p><p>{@loose}</p>")
    seen: ClassVar[list[str]] = []
    last: ClassVar[Draft | None] = None

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        Draft.last = self
        Draft.seen.append(f"mount {self.text!r}")
        assert "_kept" not in (socket.connect_params or {})

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        Draft.seen.append(f"handle_params {self.text!r}")

    async def handle_event(self, event: Put, socket: Socket) -> None:
        for name, value in event.values.items():
            made: Any = object() if value == "no JSON" else value
            socket.assign(**{name: msgspec.convert(made, list[Row]) if name == "rows" else made})


class Unkept(LiveView):
    template = heex("<p></p>")


@asynccontextmanager
async def joined(**params: Any) -> AsyncGenerator[Client]:
    Draft.seen.clear()
    async with open_node() as node:
        client = Client(node, Views({"/": Draft, "/unkept": Unkept}))
        client.joined = await client.join("/", **params)
        yield client


def token(name: str, value: Any, view: str = "Draft", dom_id: str = TOPIC) -> str:
    """As the endpoint of tests signs."""
    return json.dumps([view, dom_id, "", name, msgspec.json.encode(value).decode()])


def keeps(diff: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a diff tells the page to keep; always before the patch."""
    found = [event for event in diff.get("e", []) if event[0] == "al:keep"]
    assert all(event[2] is True for event in found)
    return [event[1] for event in found]


async def put(client: Client, **values: Any) -> list[dict[str, Any]]:
    return keeps((await client.clicked("put", values=values)).get("diff", {}))


def view() -> Draft:
    return present(Draft.last)


# -- to the page ---------------------------------------------------------------


async def test_a_change_goes_in_the_very_frame_that_answers_it() -> None:
    async with joined() as client:
        assert keeps(client.joined["rendered"]) == []
        assert await put(client, text="a") == [{"id": TOPIC, "values": {"text": token("text", "a")}}]
        assert client.pushes() == []


async def test_only_what_has_changed_goes_and_nothing_where_nothing_has() -> None:
    async with joined() as client:
        await put(client, text="a", rows=[{"title": "x"}])
        [told] = await put(client, text="b", maybe=3)
        assert set(told["values"]) == {"text", "maybe"}
        assert await put(client, text="b", loose="c") == []


async def test_a_value_that_the_template_does_not_show_goes_too() -> None:
    async with joined() as client:
        [told] = await put(client, rows=[{"title": "x"}])
        assert told["values"] == {"rows": token("rows", [{"title": "x", "done": False}])}


async def test_what_is_large_goes_once_in_a_second_and_the_small_beside_it_at_once() -> None:
    def long(letter: str) -> str:
        return letter * (LARGE + 1)

    async with joined() as client:
        assert set((await put(client, text=long("a")))[0]["values"]) == {"text"}
        assert set((await put(client, text=long("b"), maybe=1))[0]["values"]) == {"maybe"}
        assert await put(client, text=long("c")) == []
        await trio.sleep(0.9)
        assert client.pushes() == []
        await trio.sleep(0.1)
        await settled()
        [pushed] = client.pushes()
        assert keeps(pushed) == [{"id": TOPIC, "values": {"text": token("text", long("c"))}}]
        assert client.connection.last_words == {}


async def test_what_became_small_meanwhile_is_not_overtaken_by_what_waited() -> None:
    async with joined() as client:
        await put(client, text="a" * 5000)
        await put(client, text="b" * 5000)
        [told] = await put(client, text="c")
        assert told["values"] == {"text": token("text", "c")}
        await trio.sleep(5)
        assert client.pushes() == []


async def test_the_timer_of_what_has_been_told_does_not_hurry_what_waits_now() -> None:
    async with joined() as client:
        await put(client, text="a" * 5000)
        await put(client, text="b" * 5000)
        began = trio.current_time()
        await trio.sleep(0.5)
        client.connection.say_last_words()
        assert len(client.pushes()) == 1
        await put(client, text="c" * 5000)
        while len(client.pushes()) < 2:
            await trio.sleep(0.01)
        assert trio.current_time() - began >= 1.49


async def test_more_than_fits_is_not_kept_and_its_author_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    reached: list[Mapping[str, object]] = []
    telemetry.attach(
        "kept", lambda name, _, about: reached.append(about) if name == "limit.reached" else None
    )
    try:
        async with joined() as client:
            await put(client, text="a")
            assert await put(client, text="x" * 17_000) == [{"id": TOPIC, "values": {"text": None}}]
            await put(client, text="y" * 17_000)
            assert (await put(client, text="short again"))[0]["values"]["text"] is not None
            assert client.views
    finally:
        telemetry.detach("kept")
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.message == (
        "Draft.text is not kept: it has 17,002 bytes as JSON, and all kept values of a view 16,384 at most, of which 0"
        " are taken. Keep what a person would have to enter again, and load the rest in mount; see Limits.max_kept"
    )
    assert reached == [{"limit": "max_kept", "peer": "Draft"}]


async def test_the_bound_is_for_all_values_of_a_view() -> None:
    async with joined() as client:
        await put(client, text="x" * 10_000)
        await trio.sleep(2)
        assert (await put(client, anything="x" * 10_000))[0]["values"] == {"anything": None}
        await put(client, text="")
        await trio.sleep(2)
        assert (await put(client, anything="y" * 10_000))[0]["values"] != {"anything": None}


async def test_what_has_no_json_form_is_not_kept_and_the_view_lives(caplog: pytest.LogCaptureFixture) -> None:
    async with joined() as client:
        assert (await put(client, anything="no JSON"))[0]["values"] == {"anything": None}
        assert client.views
    assert "Draft.anything is not kept: it cannot be sent as JSON: object has no JSON form" in caplog.text


# -- from the page -------------------------------------------------------------


async def test_it_comes_back_after_mount_and_before_handle_params() -> None:
    async with joined(_mounts=1, _kept={"text": token("text", "kept")}) as client:
        assert Draft.seen == ["mount ''", "handle_params 'kept'"]
        assert client.joined["rendered"]["0"] == "kept"
        assert keeps(client.joined["rendered"]) == [
            {"id": TOPIC, "values": {"text": token("text", "kept")}, "all": True}
        ]


async def test_a_first_join_takes_nothing_and_tells_the_page_to_forget() -> None:
    async with joined(_mounts=0, _kept={"text": token("text", "kept")}) as client:
        assert view().text == ""
        assert keeps(client.joined["rendered"]) == [{"id": TOPIC, "values": {}, "all": True}]


async def test_a_view_that_keeps_nothing_tells_the_page_to_forget() -> None:
    async with joined() as client:
        response = await client.join("/unkept", _mounts=0, _kept={"text": token("text", "kept")})
        assert keeps(response["rendered"]) == [{"id": TOPIC, "values": {}, "all": True}]


@pytest.mark.parametrize(
    ("brought", "why"),
    [
        (token("text", "x", view="Other"), "its signature is not good here, or too old"),
        (token("text", "x", dom_id="phx-else"), "its signature is not good here, or too old"),
        (token("loose", "x"), "its signature is not good here, or too old"),
        (token("text", 7), "it does not fit the declared type: Expected `str`, got `int`"),
        (token("text", {"deep": [[]]}), "it does not fit the declared type: Expected `str`, got `object`"),
    ],
)
async def test_what_is_not_good_is_dropped_with_a_line_and_the_rest_stays(
    brought: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    kept = {"text": brought, "maybe": token("maybe", 3)}
    async with joined(_mounts=2, _kept=kept) as client:
        assert (view().text, view().maybe) == ("", 3)
        [told] = keeps(client.joined["rendered"])
        assert told == {"id": TOPIC, "values": {"maybe": token("maybe", 3)}, "all": True}
    assert [record.message for record in caplog.records] == [
        f"Draft drops of what its page has kept text: {why}"
    ]


async def test_what_its_type_forbids_by_now_is_dropped() -> None:
    async with joined(_mounts=1, _kept={"maybe": token("maybe", -1)}):
        assert view().maybe is None


async def test_many_strange_names_are_one_line(caplog: pytest.LogCaptureFixture) -> None:
    kept = {f"n{number}": "x" for number in range(1000)} | {"loose": token("loose", "x")}
    async with joined(_mounts=1, _kept=kept):
        assert view().loose == ""
    assert [record.message for record in caplog.records] == [
        "Draft drops of what its page has kept 1001 values: the view declares none of these names"
    ]


@pytest.mark.parametrize("kept", [None, 7, "text", ["text"], {"text": 7}, {"text": None}, {"text": [["x"]]}])
async def test_anything_else_in_its_place_is_nothing(kept: Any, caplog: pytest.LogCaptureFixture) -> None:
    async with joined(_mounts=1, _kept=kept) as client:
        assert view().text == ""
        assert keeps(client.joined["rendered"]) == []
    assert caplog.text == ""


@given(st.dictionaries(st.text(), st.recursive(st.none() | st.integers() | st.text(), st.lists)))
def test_a_join_says_what_it_keeps_as_texts_by_name(params: dict[str, Any]) -> None:
    payload = JoinPayload(params={**params, "_kept": params})
    assert payload.kept == {name: value for name, value in params.items() if isinstance(value, str)}
    assert payload.connect_params == {name: value for name, value in params.items() if name != "_kept"}


# -- declared ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (str, "ü€\U0001f600"),
        (int, 2**70),
        (list[Row], [Row("a"), Row("b", done=True)]),
        (Point | None, Point(1, Decimal("1.10"))),
        (dict[str, tuple[int, ...]], {"a": (1, 2)}),
        (set[Size], {Size.SMALL}),
        (datetime, datetime(2026, 1, 2, tzinfo=UTC)),
        (Entry, {"name": "x"}),
        (bytes, b"\x00\xff"),
        (Annotated[str, msgspec.Meta(max_length=5)], "short"),
    ],
)
def test_a_value_of_a_type_that_may_be_kept_comes_back_as_it_was(kind: Any, value: object) -> None:
    assert has_json_form(kind)
    assert msgspec.json.decode(msgspec.json.encode(value), type=kind) == value


class Opaque: ...


class Holder(msgspec.Struct):
    inner: list[Opaque]


class Knot(msgspec.Struct):
    inner: list[Knot] = []


@pytest.mark.parametrize(
    "kind", [object, Opaque, list[Opaque], dict[str, Holder], Holder | None, "Absent", 7]
)
def test_a_type_that_json_cannot_hold_may_not(kind: Any) -> None:
    assert not has_json_form(kind)


def test_a_type_that_holds_itself_may() -> None:
    assert has_json_form(Knot)


def test_an_annotation_says_the_type_beside_the_mark() -> None:
    kept: Any = Annotated[Kept[str], msgspec.Meta(max_length=5)]
    assert is_kept(kept)
    assert without_mark(kept) == Annotated[str, msgspec.Meta(max_length=5)]
    assert declared_assigns(Draft)["text"] is str
    assert declared_assigns(Draft)["loose"] is str


def test_a_subclass_keeps_what_its_base_does_unless_it_says_otherwise() -> None:
    class More(Draft):
        other: Kept[int] = 0
        text: str = ""

    assert set(More.__kept__) == {"rows", "maybe", "anything", "other"}


def test_a_hook_brings_no_kept_value_along() -> None:
    class Hook:
        draft: Kept[str] = ""

        @staticmethod
        async def on_mount(params: object, session: object, socket: Socket) -> None: ...

    with pytest.raises(AssignError, match="brings the kept value 'draft' along: declare it in"):

        class WithHook(LiveView):  # pyright: ignore[reportUnusedClass]
            on_mount = (Hook,)
            template = heex("<p></p>")


async def test_what_is_kept_cannot_be_temporary() -> None:
    class Temporary(LiveView):
        draft: Kept[str] = ""
        template = heex("<p>{@draft}</p>")

        async def mount(self, params: object, session: object, socket: Socket) -> None:
            with pytest.raises(AssignError, match="'draft' is kept in the page and cannot be temporary"):
                socket.temporary_assigns(draft="")

    async with open_node() as node:
        client = Client(node, Views({"/": Temporary}))
        assert "rendered" in await client.join()
