"""How callbacks end: refusals in nurseries, tasks that are cancelled, values to await, whose assigns are whose."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable, Mapping
from typing import Any
from unittest import mock

import pytest
import trio
import trio.testing
from hypothesis import given, settings, strategies as st
from markupsafe import Markup
from quart_trio import QuartTrio

from actorlive import (
    ActorLive,
    AsyncResult,
    Event,
    Exit,
    LiveView,
    Ok,
    Rejected,
    Shutdown,
    Socket,
    Stale,
    Stream,
    heex,
)
from actorlive.live.endpoint import Mount
from actorlive.live.keys import exact
from actorlive.live.rejection import refusals
from actorlive.live.tasks import AsyncTask, AsyncWork
from actorlive.runtime import send
from actorlive.testing import live, live_isolated
from actorlive.testing.timing.schedule import Schedule, using
from tests.support.narrow import untyped


class Go(Event):
    do: str = ""


async def refuse(error: Exception) -> None:
    raise error


async def in_a_nursery(error: Exception) -> None:
    async with trio.open_nursery() as outer:
        outer.start_soon(trio.sleep_forever)
        async with trio.open_nursery() as inner:
            inner.start_soon(refuse, error)


class Refusing(LiveView[Go]):
    template = heex("""<p>{@flash.get("error", "no flash")}</p><i>{@live_action}</i>""")

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        if "no" in params:
            await in_a_nursery(Rejected(params["no"]))

    async def handle_event(self, event: Go, socket: Socket) -> None:
        match event.do:
            case "info":
                send(socket.pid, Rejected("info"))
            case "async":
                socket.start_async("async", trio.sleep, 0)
            case "undoable":
                socket.undoable("x", functools.partial(in_a_nursery, Rejected("undoable")), delay=0)
            case "patch":
                socket.push_patch("/?no=patch")
            case _:
                await in_a_nursery(Rejected("event"))

    async def handle_info(self, message: Rejected, socket: Socket) -> None:
        await in_a_nursery(message)

    async def handle_async(self, name: object, result: object, socket: Socket) -> None:
        await in_a_nursery(Rejected("async"))


def app_of(view: type[LiveView[Any]]) -> QuartTrio:
    app = QuartTrio(__name__)
    routes = ActorLive(app, secret_key="k" * 40)
    routes.route("/", view)
    routes.route("/second", view, action="second")
    return app


@pytest.mark.parametrize("place", ["event", "info", "async", "undoable", "patch"])
async def test_a_refusal_in_a_nursery_is_a_flash_in_every_place_where_the_bare_one_is(place: str) -> None:
    async with live(app_of(Refusing), "/") as view:
        await view.click("go", {"do": place})
        await view.advance(1)
        assert await view.element("p").text() == place


async def test_handle_params_may_refuse_in_both_lives() -> None:
    async with live(app_of(Refusing), "/?no=first") as view:
        assert await view.element("p").text() == "first"


def test_a_real_error_goes_before_a_refusal() -> None:
    stale = Stale("row")
    assert refusals(ExceptionGroup("", [ExceptionGroup("", [stale]), Rejected("b")]))[0] is stale
    assert refusals(ExceptionGroup("", [Rejected("a"), ValueError()])) == []
    assert refusals(ValueError()) == []


async def clean_up_raises() -> None:
    try:
        await trio.sleep_forever()
    finally:
        raise OSError("close failed")


async def converts() -> None:
    try:
        await trio.sleep_forever()
    except trio.Cancelled as error:
        raise TimeoutError from error


async def swallows() -> list[str]:
    try:
        await trio.sleep_forever()
    except trio.Cancelled:
        return ["a value"]


async def waits_in_a_shield() -> list[str]:
    with trio.CancelScope(shield=True):
        await trio.sleep(2)
    return ["a value"]


async def ends_by_itself() -> list[str]:
    return ["a value"]


def in_a_thread() -> list[str]:
    return trio.from_thread.run(swallows)


class Cancelling(LiveView):
    template = heex("<p></p>")
    loaded: AsyncResult[object] = AsyncResult.idle()
    rows: Stream[str]
    ends: tuple[object, ...] = ()
    work: Callable[..., Any] = ends_by_itself
    reason: object = None

    async def mount(self, params: object, session: object, socket: Socket) -> None:
        socket.stream_configure("rows", dom_id=str)

    async def handle_info(self, message: tuple[str, Any], socket: Socket) -> None:
        match message:
            case "start", work:
                socket.start_async("task", work)
            case "assign", work:
                socket.assign_async("loaded", work)
            case "stream", work:
                socket.stream_async("rows", work)
            case "cancel", (name, reason):
                socket.cancel_async(name, reason)
            case _, told:
                told(self)

    async def handle_async(self, name: object, result: object, socket: Socket) -> None:
        self.ends = (*self.ends, result)


KINDS = {"start": "task", "assign": "loaded", "stream": "rows"}
REASONS = ["superseded", Shutdown("cancel"), ("a", 1), ValueError("why"), None]


@pytest.mark.parametrize("work", [clean_up_raises, converts, swallows, waits_in_a_shield])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reason", REASONS)
async def test_the_reason_given_is_what_arrives_whatever_the_task_makes_of_it(
    work: Callable[..., Any], kind: str, reason: object, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[Any] = []

    def look(view: Cancelling) -> None:
        seen.append(view.ends[-1] if kind == "start" else view.__dict__[KINDS[kind]].failed)

    async with live_isolated(Cancelling) as view:
        send(view.pid, (kind, work))
        await view.advance(1)
        send(view.pid, ("cancel", (KINDS[kind], reason)))
        await view.advance(5)
        send(view.pid, ("tell", look))
        await view.advance(1)
    assert seen == [Exit(reason)]
    assert ("close failed" in caplog.text) is (work is clean_up_raises)


async def load(*rows: str) -> list[str]:
    await trio.sleep(0)
    return list(rows)


def wrapped(fn: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(fn)
    def wrapper(*args: Any) -> Any:
        return fn(*args)

    return wrapper


class Loader:
    def __call__(self) -> Any:
        return load("a")


async def generates() -> Any:
    yield "a"


@pytest.mark.parametrize("fn", [lambda: load("a"), wrapped(functools.partial(load, "a")), Loader()])
@pytest.mark.parametrize("kind", KINDS)
async def test_what_has_to_be_awaited_is_awaited(fn: Callable[..., Any], kind: str) -> None:
    expected = {
        "start": ((Ok(["a"]),), None, False),
        "assign": ((), ["a"], False),
        "stream": ((), None, True),
    }
    seen: list[Any] = []

    def look(view: Cancelling) -> None:
        seen.append((view.ends, view.loaded.result, view.__dict__["rows"].ok))

    async with live_isolated(Cancelling) as view:
        send(view.pid, (kind, fn))
        await view.advance(1)
        send(view.pid, ("tell", look))
        await view.advance(1)
    assert seen == [expected[kind]]


@pytest.mark.parametrize("kind", KINDS)
async def test_an_async_generator_is_an_error_that_says_what_to_do(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with live_isolated(Cancelling) as view:
        send(view.pid, (kind, generates))
        await view.advance(1)
    assert "generates is an async generator" in caplog.text
    assert "return a list" in caplog.text


async def test_a_task_that_sets_an_assign_is_named(caplog: pytest.LogCaptureFixture) -> None:
    def start_work(it: Cancelling) -> None:
        send(view.pid, ("start", it.work))

    def set_work(it: Cancelling) -> None:
        untyped(it).work = lambda: setattr(it, "ends", (1,))

    async with live_isolated(Cancelling) as view:
        send(view.pid, ("tell", set_work))
        await view.advance(1)
        send(view.pid, ("tell", start_work))
        await view.advance(1)
    assert "async task 'task' sets Cancelling.ends from outside of the view's process" in caplog.text


async def test_a_message_that_nobody_takes_is_a_warning_once_per_type(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Deaf(LiveView):
        template = heex("<p></p>")

    async with live_isolated(Deaf) as view:
        for message in ("a", "b", 1):
            send(view.pid, message)
        await view.settle()
    assert [record.getMessage().split(" and ")[0].split("type ")[1] for record in caplog.records] == [
        "str",
        "int",
    ]
    assert "async def handle_info(self, message, socket)" in caplog.text


class Flashing(LiveView[Go]):
    template = heex("<p>{@flash.get('info', '-')}</p>")

    async def handle_event(self, event: Go, socket: Socket) -> None:
        socket.put_flash("info", FLASHES[event.do])
        socket.push_navigate("/second")


FLASHES: dict[str, Any] = {"5": 5, "text": Markup("text"), "why": ValueError("why"), "None": None}


@pytest.mark.parametrize("text", FLASHES)
async def test_a_flash_is_the_text_of_whatever_was_put(text: str) -> None:
    async with live(app_of(Flashing), "/", leaks=True) as view:
        await view.click("go", {"do": text})
        there = await view.follow_redirect()
        assert await there.element("p").text() == text
    assert type(Rejected(FLASHES[text]).message) is str


async def test_a_view_that_lives_on_keeps_no_mount() -> None:
    async with live_isolated(Cancelling) as view:
        await view.settle()
        gc.collect()
        assert not [found for found in gc.get_objects() if isinstance(found, Mount)]


def in_a_thread_at_once() -> list[str]:
    return ["a value"]


ENDING: list[Callable[..., Any]] = [
    ends_by_itself,
    waits_in_a_shield,
    in_a_thread_at_once,
]
ENDLESS: list[Callable[..., Any]] = [clean_up_raises, converts, swallows]

programs = st.lists(
    st.one_of(
        st.tuples(st.just("start"), st.sampled_from([*ENDING, *ENDLESS])),
        st.tuples(st.just("cancel"), st.sampled_from(REASONS)),
        st.tuples(st.just("pass"), st.none()),
    ),
    max_size=8,
)


def ends_of(program: list[tuple[str, Any]]) -> list[Any]:
    """What a view is told of its one key: the end of the task that the key names then, and of no other (INV-10)."""
    ends: list[Any] = []
    work, cancelled = None, None
    for what, argument in [*program, ("pass", None)]:
        if what == "start":
            work, cancelled = argument, None
        elif what == "cancel":
            cancelled = cancelled or Exit(argument)
        elif work is not None and (cancelled is not None or work in ENDING):
            ends.append(cancelled or Ok(["a value"]))
            work = None
        if work is None:
            cancelled = None
    return ends


async def told_by(program: list[tuple[str, Any]]) -> list[Any]:
    seen: list[Any] = []

    def note_ends(it: Cancelling) -> None:
        seen.extend(it.ends)

    async with live_isolated(Cancelling) as view:
        for what, argument in [*program, ("pass", None)]:
            match what:
                case "start":
                    send(view.pid, ("start", argument))
                case "cancel":
                    send(view.pid, ("cancel", ("task", argument)))
                case _:
                    await view.advance(5)
        send(view.pid, ("tell", note_ends))
        await view.settle()
    return seen


def run_under(seed: int, program: list[tuple[str, Any]]) -> list[Any]:
    with using(Schedule(seed)):
        return trio.run(told_by, program, clock=trio.testing.MockClock(autojump_threshold=0))


@settings(max_examples=60, deadline=None)
@given(program=programs, seed=st.integers(0, 1 << 30))
def test_a_view_is_told_the_end_of_the_current_task_alone_under_every_schedule(
    program: list[tuple[str, Any]], seed: int
) -> None:
    assert run_under(seed, program) == ends_of(program)


def takes_whatever_comes(work: AsyncWork, task: AsyncTask) -> bool:
    work._by_key.pop(exact(task.key), None)  # pyright: ignore[reportPrivateUsage]
    return True


def forgets_the_reason(task: AsyncTask, end: Ok[Any] | Exit) -> Ok[Any] | Exit:
    return end


@pytest.mark.parametrize(
    ("owner", "method", "broken", "program"),
    [
        (
            AsyncWork,
            "take_if_current",
            takes_whatever_comes,
            [("start", ends_by_itself), ("start", in_a_thread_at_once)],
        ),
        (AsyncTask, "end", forgets_the_reason, [("start", swallows), ("pass", None), ("cancel", "no more")]),
    ],
)
def test_each_of_these_rules_is_needed(
    owner: type, method: str, broken: Callable[..., Any], program: list[tuple[str, Any]]
) -> None:
    with mock.patch.object(owner, method, broken):
        assert run_under(1, program) != ends_of(program)
