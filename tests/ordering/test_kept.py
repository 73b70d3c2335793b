"""Acknowledged is kept: over random ways of a page through changes, crashes, restarts and navigations.

The page is the simplest that there could be: it remembers by the id of the view's element, does what it is told, and
brings back what it has. When the server is killed it has the frames up to the last answer, and not one more. The
mutants are the server with one rule broken.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

import pytest
import trio
import trio.testing
from hypothesis import given, settings, strategies as st

from actorlive import Event, Kept, LiveView, Socket, exit, heex
from actorlive.live.assigns import assign
from actorlive.live.keeper import LARGE, PERIOD, Keeper, KeepEvent
from actorlive.live.process import mounting
from actorlive.runtime import Node, open_node
from tests.support.client import Client, Frame, Views, settled
from tests.support.narrow import present


class Set(Event):
    name: str
    value: Any


class Form(LiveView[Set]):
    """Sets in mount what a restored value has to win over."""

    text: Kept[str] = ""
    count: Kept[int] = 0
    long: Kept[str] = ""
    loose: str = ""
    template = heex("<p>{@text}</p><p>{@count}</p><p>{@loose}</p>")
    last: ClassVar[Form | None] = None

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        Form.last = self
        self.text = "as mounted"

    async def handle_event(self, event: Set, socket: Socket) -> None:
        socket.assign(**{event.name: event.value})


class OtherForm(Form):
    """Keeps values of the same names."""


class Plain(LiveView):
    """Keeps nothing."""

    template = heex("<p>plain</p>")


PLACES = {"/form": Form, "/other": OtherForm, "/plain": Plain}
MOUNTED: dict[str, Any] = {"text": "as mounted", "count": 0, "long": ""}
Step = tuple[str, Any]


class RememberingPage:
    """One tab: what it remembers, what the person saw acknowledged, and when."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._memory: dict[str, str] = {}
        self._mounts = 0
        self._path = "/form"
        self._client = self._connect()
        self._known = 0
        self._shown = dict(MOUNTED)
        self._longs: list[tuple[float, str]] = []
        """When the long text was seen to become which."""

    def _connect(self) -> Client:
        self._known = 0
        return Client(self._node, Views(PLACES))

    # -- what the client does --------------------------------------------------

    async def join(self) -> None:
        await self._client.join(self._path, _mounts=self._mounts, _kept=self._memory)
        self._mounts += 1
        await settled()
        self._read(len(self._client.frames))

    def _read(self, end: int) -> None:
        for frame in self._client.frames[self._known : end]:
            for name, payload, *_ in _events(frame):
                assert name == "al:keep"
                self._keep(payload)
        self._known = end

    def _keep(self, told: dict[str, Any]) -> None:
        memory = {} if told.get("all") else self._memory
        for name, token in told["values"].items():
            if token is None:
                memory.pop(name, None)
            else:
                memory[name] = token
        self._memory = memory

    # -- what happens ----------------------------------------------------------

    async def take(self, step: Step) -> None:
        match step:
            case "go", path:
                self._path, self._mounts = path, 0
                self._shown, self._longs = dict(MOUNTED), []
                await self._leave()
                await self.join()
            case "wait", seconds:
                await trio.sleep(seconds)
                await settled()
                self._read(len(self._client.frames))
            case _ if self._path == "/plain":
                pass
            case "crash", _:
                exit(self._client.views[0], ValueError("a fault"))
                await settled()
                self._read(len(self._client.frames))
                await self.join()
            case "drain", _:
                self._client.connection.say_last_words()
                self._read(len(self._client.frames))
                await self._restart()
            case "kill", _:
                await self._restart()
            case name, value:
                await self._set(name, value)
        self.check(step)

    async def _set(self, name: str, value: Any) -> None:
        await self._client.clicked("set", name=name, value=value)
        answer = next(n for n, frame in enumerate(self._client.frames) if n >= self._known and frame[1])
        self._read(answer + 1)
        self._shown[name] = value
        if name == "long":
            self._longs.append((trio.current_time(), value))

    async def _leave(self) -> None:
        self._client.push("phx_leave", {})
        await settled()
        self._read(len(self._client.frames))

    async def _restart(self) -> None:
        self._client.connection.close()
        await settled()
        self._client = self._connect()
        await self.join()

    # -- what holds ------------------------------------------------------------

    def check(self, step: Step) -> None:
        """The view is what the page showed. Only to a kill it may lose what the long text was for a period."""
        if self._path == "/plain":
            assert self._memory == {}, step
            return
        view = present(Form.last)
        assert type(view) is PLACES[self._path]
        assert (view.text, view.count) == (self._shown["text"], self._shown["count"]), step
        if step[0] != "kill":
            assert view.long == self._shown["long"], step
        elif view.long != self._shown["long"]:
            assert view.long in self._acceptable(), step
            self._shown["long"] = view.long

    def _acceptable(self) -> set[str]:
        """The long texts that were shown a period ago, or later."""
        since = trio.current_time() - PERIOD
        older = [text for when, text in self._longs if when <= since][-1:]
        return {*older, *(text for when, text in self._longs if when > since)}


def _events(frame: Frame) -> list[Any]:
    payload = frame[4]
    response = payload.get("response", payload)
    return response.get("rendered", response.get("diff", response)).get("e", [])


def long(number: int) -> str:
    return str(number) * (LARGE + 1)


STEPS = st.one_of(
    st.tuples(st.just("text"), st.sampled_from(["", "a", "as mounted", "ü€\U0001f600"])),
    st.tuples(st.just("count"), st.integers(-(2**70), 2**70)),
    st.tuples(st.just("long"), st.sampled_from(["", "short", long(1), long(2), long(3)])),
    st.tuples(st.just("loose"), st.sampled_from(["", "b"])),
    st.tuples(st.just("wait"), st.sampled_from([0.3, 1.0, 5.0])),
    st.tuples(st.sampled_from(["crash", "drain", "kill"]), st.none()),
    st.tuples(st.just("go"), st.sampled_from(sorted(PLACES))),
)


async def walk(steps: list[Step]) -> None:
    async with open_node() as node:
        page = RememberingPage(node)
        await page.join()
        page.check(("join", None))
        for step in steps:
            await page.take(step)


def run(steps: list[Step]) -> None:
    trio.run(walk, steps, clock=trio.testing.MockClock(autojump_threshold=0))


@given(st.lists(STEPS, max_size=12))
@settings(max_examples=80, deadline=None)
def test_what_was_acknowledged_is_there_after_whatever_happens(steps: list[Step]) -> None:
    run(steps)


# -- mutants -------------------------------------------------------------------

event, restore, tell_waiting, note = Keeper.event, Keeper.restore, Keeper.tell_waiting, Keeper.note


def sent_one_frame_late(self: Any) -> KeepEvent | None:
    found = event(self)
    if found is not None:
        trio.lowlevel.current_trio_token().run_sync_soon(self._say, found)
    return None


def taken_at_a_first_join(self: Any, brought: Mapping[str, str], *, first: bool) -> None:
    restore(self, brought, first=False)


def not_forgotten(self: Any, brought: Mapping[str, str], *, first: bool) -> None:
    restore(self, {} if first else brought, first=first)


def restored_in_silence(self: Any, brought: Mapping[str, str], *, first: bool) -> None:
    restore(self, brought, first=first)
    self._noted = {}


def without_last_words(self: Any) -> None:
    self._last_words.pop(self._pid, None)


def what_is_empty_is_not_noted(self: Any, changed: Mapping[str, object]) -> None:
    note(self, {name: value for name, value in changed.items() if value})


def restored_under_the_mount(self: Any, brought: Mapping[str, str], *, first: bool) -> None:
    before = dict(self._view.__dict__)
    restore(self, brought, first=first)
    assign(self._view, "text", before["text"])


def a_view_that_keeps_nothing_says_nothing(dom_id: str) -> KeepEvent:
    return ["al:keep", {"id": dom_id, "values": {}}, True]


MUTANTS: list[tuple[object, str, object, list[Step]]] = [
    (Keeper, "event", sent_one_frame_late, [("text", "a"), ("kill", None)]),
    (Keeper, "restore", taken_at_a_first_join, [("text", "a"), ("go", "/form")]),
    (
        Keeper,
        "restore",
        not_forgotten,
        [("count", 1), ("go", "/other"), ("go", "/form"), ("kill", None)],
    ),
    (Keeper, "restore", restored_in_silence, [("text", ""), ("crash", None), ("kill", None)]),
    (Keeper, "tell_waiting", without_last_words, [("long", long(1)), ("long", long(2)), ("drain", None)]),
    (
        Keeper,
        "tell_waiting",
        without_last_words,
        [("long", long(1)), ("long", long(2)), ("wait", 5.0), ("kill", None)],
    ),
    (Keeper, "note", what_is_empty_is_not_noted, [("count", 1), ("kill", None)]),
    (mounting, "forget_all", a_view_that_keeps_nothing_says_nothing, [("text", "a"), ("go", "/plain")]),
    (Keeper, "restore", restored_under_the_mount, [("text", "a"), ("crash", None)]),
]


NAMES = [cast("Any", row[2]).__name__ for row in MUTANTS]


@pytest.mark.parametrize(("of", "name", "mutant", "steps"), MUTANTS, ids=NAMES)
def test_every_mutant_is_found(
    of: object, name: str, mutant: object, steps: list[Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(steps)
    monkeypatch.setattr(of, name, mutant)
    with pytest.raises(AssertionError):
        run(steps)
