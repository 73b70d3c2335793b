"""The state machines: their drawings are those of the tables, and the real objects make the tables' transitions only.

Each machine is driven by random events, and watched from outside: what it was before, what happened, what it is then.
A walk must make no other step than its table has, and all walks together each of them, so that no line is idle.
"""

from __future__ import annotations

import importlib.util
import json
import random
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings, strategies as st

from actorlive.live import async_result
from actorlive.live.async_result import AsyncChange, AsyncResult, state_of
from actorlive.runtime import Error, Exit, signals
from actorlive.runtime.process import Process
from actorlive.runtime.signals import Entity, Life, LifeEvent
from actorlive.testing.browser import view_status
from actorlive.testing.browser.client_view import ClientView
from actorlive.testing.browser.page import Page
from actorlive.testing.browser.view_status import ViewEvent, ViewStatus
from actorlive.testing.errors import Failure, JoinFailed
from actorlive.wire import Connection, Join, Leave, connection
from actorlive.wire.connection import Topic, TopicEvent
from tests.ordering.programs import Program, random_program, run_program

ROOT = Path(__file__).parents[1]

NO_STEP = "which is no line of the table"

Step = tuple[Enum, Enum | None, Enum]
"""State, event, state; None is an event that must change nothing."""


def check(table: Mapping[Any, Enum], steps: list[Step]) -> None:
    for before, event, after in steps:
        allowed = before if event is None else table.get((before, event))
        assert after is allowed, f"{before} -- {event} --> {after}, {NO_STEP}"


def check_all(table: Mapping[Any, Enum], walk: Callable[[int], list[Step]]) -> None:
    """Fifty walks make no other step, and every line of the table is walked by one of them."""
    steps = [step for seed in range(50) for step in walk(seed)]
    check(table, steps)
    assert {(before, event) for before, event, _ in steps if event} == set(table)


# -- the page ------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawing() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw_states", ROOT / ".ci" / "draw_states.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_drawn_from_the_tables(drawing: ModuleType) -> None:
    page = drawing.PAGE.read_text(encoding="utf-8")
    assert drawing.redrawn(page) == page, "run `make states`"
    assert drawing.drawn_in(page) == list(drawing.MACHINES)


def test_control_another_table_is_another_page(drawing: ModuleType) -> None:
    page = drawing.PAGE.read_text(encoding="utf-8")
    table = dict(drawing.MACHINES["topic"])
    table[Topic.FREE, TopicEvent.DOWN] = Topic.FREE
    with mock.patch.dict(drawing.MACHINES, {"topic": table}):
        assert drawing.redrawn(page) != page


# -- a topic -------------------------------------------------------------------


class Topics:
    """A connection, and what it was told."""

    def __init__(self) -> None:
        self.connection = Connection(max_channels=2)
        self.steps: list[Step] = []

    def tell(self, kind: str, topic: str, ref: str) -> None:
        before = {name: self.connection.topic(name) for name in ("lv:a", "lv:b", "lv:c")}
        event = self._tell(kind, topic, ref)
        for name, state in before.items():
            self.steps.append((state, event if name == topic else None, self.connection.topic(name)))

    def _tell(self, kind: str, topic: str, ref: str) -> TopicEvent | None:
        current = self.connection.is_current(topic, ref)
        match kind:
            case "refuse":
                self.connection.refuse(topic, ref)
                return TopicEvent.REFUSED if current else None
            case "crash" | "close":
                self.connection.channel_down(topic, ref, crashed=kind == "crash")
                return TopicEvent.DOWN if current else None
            case _:
                pass
        match self.connection.receive(json.dumps([ref, ref, topic, kind, {}])):
            case Join():
                return TopicEvent.JOIN
            case Leave():
                return TopicEvent.LEAVE
            case _:
                return None


tellings = st.tuples(
    st.sampled_from(["phx_join", "phx_join", "phx_leave", "event", "refuse", "crash", "close"]),
    st.sampled_from(["lv:a", "lv:b", "lv:c"]),
    st.sampled_from(["1", "2"]),
)


@given(st.lists(tellings, max_size=30))
def test_a_topic_makes_the_transitions_of_its_table_only(script: list[tuple[str, str, str]]) -> None:
    topics = Topics()
    for telling in script:
        topics.tell(*telling)
    check(connection.TRANSITIONS, topics.steps)


def topic_walk(seed: int) -> list[Step]:
    dice, topics = random.Random(seed), Topics()
    for _ in range(30):
        kind = dice.choice(["phx_join", "phx_leave", "refuse", "crash"])
        topics.tell(kind, dice.choice(["lv:a", "lv:b"]), dice.choice("12"))
    return topics.steps


def test_a_topic_makes_each_of_them() -> None:
    check_all(connection.TRANSITIONS, topic_walk)


def test_control_a_channel_that_a_stale_end_frees() -> None:
    def refuse(self: Connection, topic: str, _: str) -> None:
        self._join_refs.pop(topic, None)  # pyright: ignore[reportPrivateUsage]

    with mock.patch.object(Connection, "refuse", refuse), pytest.raises(AssertionError, match=NO_STEP):
        check_all(connection.TRANSITIONS, topic_walk)


# -- a process -----------------------------------------------------------------


@contextmanager
def watched(steps: list[Step]) -> Generator[None]:
    """Note what every process and port of the runtime is before and after each thing that may end it."""
    doom, finish = Entity.doom, Entity.finish

    def watched_doom(self: Entity, reason: object) -> None:
        before = self.life
        doom(self, reason)
        if before is Life.FINISHED:
            steps.append((before, None, self.life))
        elif before is Life.ALIVE and not isinstance(self, Process):
            steps.append((before, LifeEvent.DEADLY_SIGNAL, Life.DOOMED))  # a port unwinds in the same call
        else:
            steps.append((before, LifeEvent.DEADLY_SIGNAL, self.life))

    def watched_finish(self: Entity, reason: object) -> None:
        before = self.life
        finish(self, reason)
        steps.append((before, LifeEvent.UNWOUND, self.life))

    with mock.patch.object(Entity, "doom", watched_doom), mock.patch.object(Entity, "finish", watched_finish):
        yield


def lives(program: Program, seed: int) -> list[Step]:
    steps: list[Step] = []
    with watched(steps), suppress(AssertionError):  # whether it keeps the other rules, tests/ordering asks
        run_program(program, seed, own_scheduler=seed % 2 == 0)
    return steps


@settings(max_examples=100)
@given(st.integers(0, 1 << 30), st.integers(0, 1 << 30))
def test_a_process_makes_the_transitions_of_its_table_only(number: int, seed: int) -> None:
    check(signals.TRANSITIONS, lives(random_program(number), seed))


def life_walk(seed: int) -> list[Step]:
    return lives(random_program(seed), seed)


def test_a_process_makes_each_of_them() -> None:
    check_all(signals.TRANSITIONS, life_walk)


def test_control_a_process_that_a_signal_ends_at_once() -> None:
    doom = Entity.doom

    def doom_and_vanish(self: Entity, reason: object) -> None:
        doom(self, reason)
        self.pid.entity = None

    with mock.patch.object(Entity, "doom", doom_and_vanish), pytest.raises(AssertionError, match=NO_STEP):
        check_all(signals.TRANSITIONS, life_walk)


# -- an AsyncResult ------------------------------------------------------------


def changed(result: AsyncResult[int], change: AsyncChange) -> AsyncResult[int]:
    match change:
        case AsyncChange.LOADING:
            return result.to_loading()
        case AsyncChange.OK:
            return result.to_ok(1)
        case AsyncChange.FAILED:
            return result.to_failed(Error("x") if result.ok else Exit("killed"))


def results(script: list[AsyncChange]) -> list[Step]:
    result = AsyncResult[int].idle()
    steps: list[Step] = []
    for change in script:
        before, result = result, changed(result, change)
        steps.append((state_of(before), change, state_of(result)))
    return steps


@given(st.lists(st.sampled_from(AsyncChange), max_size=20))
def test_an_async_result_makes_the_transitions_of_its_table_only(script: list[AsyncChange]) -> None:
    check(async_result.TRANSITIONS, results(script))


def result_walk(seed: int) -> list[Step]:
    return results(random.Random(seed).choices(list(AsyncChange), k=20))


def test_an_async_result_makes_each_of_them() -> None:
    check_all(async_result.TRANSITIONS, result_walk)


def test_control_a_failure_that_drops_the_result() -> None:
    def to_failed(_: AsyncResult[int], reason: Error[str]) -> AsyncResult[int]:
        return AsyncResult(failed=reason)

    with mock.patch.object(AsyncResult, "to_failed", to_failed), pytest.raises(AssertionError, match=NO_STEP):
        check_all(async_result.TRANSITIONS, result_walk)


# -- a view of a page ----------------------------------------------------------

CHILD = '<div id="child" data-phx-session="s" data-phx-parent-id="root"></div>'
HTML = '<main><div id="root" data-phx-main data-phx-session="s" data-phx-static="t"></div></main>'


class Wire:
    """A socket that keeps what the page sends."""

    def __init__(self) -> None:
        self.frames: list[list[Any]] = []

    def send(self, frame: str | bytes) -> None:
        self.frames.append(json.loads(frame))

    async def receive(self) -> None:
        raise AssertionError

    async def close(self) -> None:
        raise AssertionError


class Tab:
    """A page with a view and perhaps a child, a server that says anything, and a network that comes and goes."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.put_off: list[Callable[[], None]] = []
        self.wire = Wire()
        later = self.put_off.append
        self.page = Page(HTML, "http://a/", schedule=lambda _, fn: later(fn), connect_params={})
        self.page.socket = self.wire
        self.page.join_main()

    def say(self, kind: str, topic: str) -> None:
        """Something of the server, on a topic, with the join ref that the page goes by."""
        view = self.page.views.get(topic)
        if view is not None and self.page.socket is not None:
            self.page.receive(json.dumps([view.join_ref, None, f"lv:{topic}", kind, {"to": "/x"}]))

    def answer(self, kind: str, topic: str) -> None:
        """An answer to the last join of a topic, if it was not answered."""
        view = self.page.views.get(topic)
        if view is None or view.join_ref not in self.page.pushes:
            return
        response: dict[str, Any] = {
            "ok": {"rendered": {"0": CHILD, "s": ["<p></p>", ""]}},
            "error": {"reason": "stale"},
            "redirect": {"live_redirect": {"to": "/x", "kind": "push"}},
        }[kind]
        if topic == "child" and kind == "ok":
            response = {"rendered": {"s": ["<i></i>"]}}
        payload = {"status": "ok" if kind == "ok" else "error", "response": response}
        self.page.receive(json.dumps([view.join_ref, view.join_ref, f"lv:{topic}", "phx_reply", payload]))

    def act(self, kind: str, topic: str) -> None:
        """What the network, the clock and the visitor do."""
        match kind:
            case "disconnect" if self.page.socket is not None:
                self.page.drop_socket()
            case "connect" if self.page.socket is None:
                self.page.socket = self.wire
                self.page.rejoin()
            case "later":
                due, self.put_off[:] = self.put_off[:], []
                for fn in due:
                    fn()
            case "leave" if topic == "child" and topic in self.page.views:
                self.page.leave(self.page.views[topic])
            case "follow" if "root" in self.page.views and self.page.socket is not None:
                view = self.page.views["root"]
                if view.navigation is not None:
                    self.page.join_redirected(view, view.navigation)
            case _:
                pass

    def do(self, what: str, kind: str, topic: str) -> None:
        with views_watched(self.steps):
            getattr(self, what)(kind, topic)


@contextmanager
def views_watched(steps: list[Step]) -> Generator[None]:
    """Note every event of a view with what it was and is; and that its status changes in no other way."""
    move = ClientView.move

    def watched_move(self: ClientView, event: ViewEvent) -> None:
        before = self.status
        with allowed(self):
            try:
                move(self, event)
            except Failure:
                steps.append((before, None, self.status))
                raise
        steps.append((before, event, self.status))

    moving: list[ClientView] = []

    @contextmanager
    def allowed(view: ClientView) -> Generator[None]:
        moving.append(view)
        try:
            yield
        finally:
            moving.remove(view)

    def watched_set(self: ClientView, name: str, value: object) -> None:
        if name == "status" and hasattr(self, "status"):
            assert self in moving, f"{NO_STEP}: the status is set to {value} by hand"
        object.__setattr__(self, name, value)

    with (
        mock.patch.object(ClientView, "move", watched_move),
        mock.patch.object(ClientView, "__setattr__", watched_set),
    ):
        yield


events = st.one_of(
    st.tuples(st.just("say"), st.sampled_from(["phx_close", "phx_error", "live_redirect", "diff"])),
    st.tuples(st.just("answer"), st.sampled_from(["ok", "ok", "error", "redirect"])),
    st.tuples(st.just("act"), st.sampled_from(["disconnect", "connect", "later", "leave", "follow"])),
)
happenings = st.tuples(events, st.sampled_from(["root", "root", "child"]))


def faults_of(tab: Tab) -> list[BaseException]:
    """What the page has against the server, but for refused joins."""
    return [fault for fault in tab.page.failures if not isinstance(fault, JoinFailed)]


@settings(max_examples=300)
@given(st.lists(happenings, max_size=30))
def test_a_view_makes_the_transitions_of_its_table_only(script: list[tuple[tuple[str, str], str]]) -> None:
    tab = Tab()
    for (what, kind), topic in script:
        tab.do(what, kind, topic)
    check(view_status.TRANSITIONS, tab.steps)
    refused = [step for step in tab.steps if step[1] is None]
    assert len(faults_of(tab)) == len(refused), faults_of(tab)
    assert all(before in view_status.ENDED for before, _, _ in refused)


def view_walk(seed: int) -> list[Step]:
    dice = random.Random(seed)
    steps: list[Step] = []
    for _ in range(20):  # most views end soon
        tab = Tab()
        for _ in range(12):
            what, kinds = dice.choice(
                [
                    ("say", ["phx_close", "phx_error", "phx_error", "live_redirect", "live_redirect"]),
                    ("answer", ["ok", "ok", "ok", "error", "redirect"]),
                    ("act", ["disconnect", "connect", "later", "leave", "follow"]),
                ]
            )
            tab.do(what, dice.choice(kinds), dice.choice(["root", "root", "child"]))
        steps += tab.steps
    return steps


def test_a_view_makes_each_of_them() -> None:
    check_all(view_status.TRANSITIONS, view_walk)


def test_control_a_view_that_a_close_brings_back() -> None:
    def close(self: ClientView) -> None:
        self.status = ViewStatus.JOINED

    with mock.patch.object(ClientView, "close", close):
        tab = Tab()
        tab.do("answer", "ok", "root")
        tab.do("say", "phx_close", "root")
    assert NO_STEP in str(faults_of(tab))


def test_a_server_that_closes_a_view_twice_is_told_so() -> None:
    tab = Tab()
    tab.answer("ok", "root")
    for _ in range(2):
        tab.say("phx_close", "root")
    [fault] = faults_of(tab)
    assert str(fault) == (
        "the view #root is closed, and now: phx_close."
        " The server takes the view for another one, or for what it was before."
    )
