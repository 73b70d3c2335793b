"""A server goes down in order, or a socket has lived long enough: each line takes no more, its views handle what it
took, and its last word is the count.

Events take their time on the mock clock, so there are some in the mailbox when the end comes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest
import trio
import trio.testing
from hypothesis import HealthCheck, given, settings, strategies as st

from actorlive import Event, LiveView, Socket, heex
from actorlive.runtime import open_node
from actorlive.web.ending import Ending, drain_sockets
from actorlive.web.page_line import PageLine
from actorlive.web.parking import Parking
from actorlive.web.sockets import let_finish
from actorlive.wire.line import Drained, LineFrame, PageState
from tests.support.client import settled
from tests.web.carriers import MemoryPage, Place

DRAIN = 10.0

handled: list[int] = []


class Work(Event):
    number: int
    seconds: float


class Boom(Event): ...


class WorkLive(LiveView[Work | Boom]):
    last: int = 0
    template = heex("<p>{@last}</p>")

    async def handle_event(self, event: Work | Boom, socket: Socket) -> None:
        match event:
            case Work(number, seconds):
                await trio.sleep(seconds)
                handled.append(number)
                self.last = number
            case Boom():
                raise ValueError("boom")


@pytest.fixture(autouse=True)
def nothing_is_handled() -> None:
    handled.clear()


@dataclass
class Worker:
    """A page that asks for work, each time with the next number."""

    page: MemoryPage
    asked: int = 0

    def ask(self, seconds: float = 0.0) -> None:
        self.asked += 1
        value = {"number": self.asked, "seconds": seconds}
        self.page.send("event", {"type": "click", "event": "work", "value": value})

    @property
    def not_handled(self) -> list[int]:
        return numbers(self.page.end.leftover().not_handled)

    @property
    def uncertain(self) -> list[int]:
        return numbers(self.page.end.leftover().uncertain)


def numbers(frames: list[LineFrame]) -> list[int]:
    """What they ask for; a join asks for nothing."""
    asked = [json.loads(frame)[4] for frame in frames]
    return [payload["value"]["number"] for payload in asked if "value" in payload]


async def worker(place: Place) -> Worker:
    page = MemoryPage(place)
    page.connect()
    page.join()
    await settled()
    page.pump()
    return Worker(page)


async def go_down(place: Place, drain: float = DRAIN) -> None:
    """What a server does with its sockets."""
    ending = Ending(drain)
    ending.request()
    await ending.begin()
    await drain_sockets(place.sockets, place.node, ending, Parking(place.limits, place.peers))


async def test_what_was_taken_is_answered_before_the_last_word_and_nothing_else_is_done() -> None:
    async with open_node() as node, trio.open_nursery() as nursery:
        with Place.on(node, {"/": WorkLive}) as place:
            one = await worker(place)
            for _ in range(3):
                one.ask(seconds=0.5)
            nursery.start_soon(go_down, place)
            await trio.sleep(1)
            one.ask()
            await trio.sleep(1)
            one.page.pump()
            assert one.page.carrier is not None
            assert one.page.carrier.code == 1012
            assert one.page.carrier.heard[-1] == "#drained 4"  # with the join
            assert one.page.replies == ["1", "2", "3", "4"]
            assert one.page.end.state is PageState.DRAINED
            assert (one.not_handled, one.uncertain) == ([4], [])
    assert handled == [1, 2, 3]


async def test_a_line_with_nothing_to_do_is_closed_at_once() -> None:
    async with open_node() as node:
        with Place.on(node, {"/": WorkLive}) as place:
            one = await worker(place)
            began = trio.current_time()
            await go_down(place)
            assert trio.current_time() == began
            one.page.pump()
            assert one.page.end.state is PageState.DRAINED


async def test_who_asks_for_a_sign_of_life_meanwhile_is_given_one() -> None:
    async with open_node() as node, trio.open_nursery() as nursery:
        with Place.on(node, {"/": WorkLive}) as place:
            one = await worker(place)
            one.ask(seconds=2)
            nursery.start_soon(go_down, place)
            await trio.sleep(1)
            one.page.end.outgoing.append("#ping")
            one.page.pump()
            assert one.page.carrier is not None
            assert one.page.carrier.heard[-1] == "#count 2"


async def test_a_handler_that_outlasts_the_grace_leaves_what_was_sent_uncertain() -> None:
    async with open_node() as node:
        with Place.on(node, {"/": WorkLive}) as place:
            asleep, beside = await worker(place), await worker(place)
            asleep.ask(seconds=100)
            asleep.ask()
            began = trio.current_time()
            await go_down(place)
            assert trio.current_time() - began == pytest.approx(0.7 * DRAIN)
            for one in (asleep, beside):
                one.page.pump()
            assert asleep.page.end.state is PageState.OVER
            assert (asleep.not_handled, asleep.uncertain) == ([], [1, 2]), (
                "the second was taken, and is not done"
            )
            assert beside.page.end.state is PageState.DRAINED
    assert handled == []


async def test_a_line_that_breaks_while_it_finishes_ends_and_its_views_handle_what_they_hold() -> None:
    async with open_node() as node, trio.open_nursery() as nursery:
        with Place.on(node, {"/": WorkLive}) as place:
            one = await worker(place)
            one.ask(seconds=2)
            one.ask()
            place.sockets.draining = True
            nursery.start_soon(go_down, place)
            await trio.sleep(1)
            one.page.cut()
            assert place.lines.lingering == 0
            await trio.sleep(2)
            assert handled == [1, 2]
            assert one.uncertain == [1, 2]


async def test_a_view_that_crashes_is_told_of_before_the_last_word(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with open_node() as node:
        with Place.on(node, {"/": WorkLive}) as place:
            one = await worker(place)
            one.ask(seconds=1)
            one.page.send("event", {"type": "click", "event": "boom", "value": {}})
            await go_down(place)
            assert one.page.carrier is not None
            *_, error, last = one.page.carrier.heard
            assert "phx_error" in error
            assert last == "#drained 3"
    assert "boom" in caplog.text


# -- the age of a socket -------------------------------------------------------


def is_expired(page: MemoryPage) -> bool:
    """Its socket's time is up: True when it has ended by that."""
    carrier = page.carrier
    assert carrier is not None
    allowance = carrier.allowance
    code = allowance.expire(allowance.expires, partial(let_finish, carrier))
    if code is not None:
        carrier.close(code)
    return not carrier.is_open


async def grown_old(place: Place) -> Worker:
    """A page whose socket has lived long enough once somebody looks again."""
    one = await worker(place)
    assert not is_expired(one.page), "it has joined in time"
    return one


async def test_a_socket_of_age_ends_as_one_of_a_server_that_goes_down() -> None:
    async with open_node() as node:
        with Place.on(node, {"/": WorkLive}) as place:
            one = await grown_old(place)
            one.ask(seconds=0.5)
            one.ask(seconds=0.5)
            assert not is_expired(one.page)
            one.ask()
            await trio.sleep(2)
            one.page.pump()
            assert one.page.carrier is not None
            assert one.page.carrier.code == 1012
            assert one.page.carrier.heard[-1] == "#drained 3"  # with the join
            assert (one.not_handled, one.uncertain) == ([3], [])
            assert not place.sockets.draining
    assert handled == [1, 2]


async def test_a_socket_of_age_with_nothing_to_do_is_closed_at_once() -> None:
    async with open_node() as node:
        with Place.on(node, {"/": WorkLive}) as place:
            one = await grown_old(place)
            assert is_expired(one.page)
            one.page.pump()
            assert one.page.end.state is PageState.DRAINED


async def test_a_socket_of_age_waits_for_its_views_no_longer_than_a_pause() -> None:
    async with open_node() as node:
        with Place.on(node, {"/": WorkLive}, max_pause=7.0) as place:
            one = await grown_old(place)
            one.ask(seconds=100)
            assert one.page.carrier is not None
            expired_at = one.page.carrier.allowance.expires
            assert not is_expired(one.page)
            assert one.page.carrier.allowance.expires - expired_at == 7.0
            assert is_expired(one.page)
            one.page.pump()
            assert one.page.carrier.code == 1012
            assert (one.not_handled, one.uncertain) == ([], [1])


async def test_a_line_that_goes_on_over_another_socket_while_it_finishes_ends_there() -> None:
    async with open_node() as node:
        with Place.on(node, {"/": WorkLive}) as place:
            one = await grown_old(place)
            one.ask(seconds=2)
            one.ask()
            assert not is_expired(one.page)
            one.page.cut()
            again = one.page.mend()
            one.ask()
            await trio.sleep(1)
            assert again.is_open
            await trio.sleep(2)
            one.page.pump()
            assert again.code == 1012
            assert one.page.replies == ["1", "2", "3"]
            assert (one.not_handled, one.uncertain) == ([3], [])
    assert handled == [1, 2]


async def test_a_line_whose_views_are_done_while_it_is_away_ends_when_it_is_back() -> None:
    async with open_node() as node:
        with Place.on(node, {"/": WorkLive}) as place:
            one = await grown_old(place)
            one.ask(seconds=2)
            assert not is_expired(one.page)
            one.page.cut()
            await trio.sleep(3)
            again = one.page.mend()
            assert again.code == 1012
            assert one.page.replies == ["1", "2"]
            assert one.page.end.state is PageState.DRAINED
            assert (one.not_handled, one.uncertain) == ([], [])


# -- at any moment -------------------------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "wait", "settle", "cut", "mend", "age"]),
        st.sampled_from([0.0, 0.3, 1.0, 20.0]),
    ),
    max_size=12,
)


async def live(before: list[tuple[str, float]], after: list[tuple[str, float]]) -> Worker:
    """A page before and while its server goes down, which then waits for its views as long as they need."""
    async with open_node() as node, trio.open_nursery() as nursery:
        with Place.on(node, {"/": WorkLive}) as place:
            one = await worker(place)
            for step in before:
                await take(one, *step)
            nursery.start_soon(go_down, place)
            for step in after:
                await take(one, *step)
            await trio.sleep(DRAIN)
            one.page.pump()
    return one


async def take(one: Worker, step: str, seconds: float) -> None:
    page = one.page
    match step:
        case "ask":
            one.ask(seconds)
        case "wait":
            await trio.sleep(seconds)
        case "settle":
            await settled()
            page.pump()
        case "cut" if page.carrier is not None and page.end.state is PageState.OPEN and page.carrier.is_open:
            page.cut()
        case "mend" if page.carrier is None:
            page.mend()
        case "age" if page.carrier is not None and page.carrier.is_open:
            is_expired(page)
        case _:
            pass


def is_true(one: Worker) -> bool:
    """What the page calls not handled was not, and it knows of everything that was not, unless it says so."""
    done, left = set(handled), set(one.not_handled)
    if one.page.end.state is PageState.DRAINED:
        return done | left == set(range(1, one.asked + 1)) and not done & left and not one.uncertain
    return not done & left


def holds(before: list[tuple[str, float]], after: list[tuple[str, float]]) -> bool:
    handled.clear()
    clock = trio.testing.MockClock(autojump_threshold=0)
    return is_true(trio.run(live, before, after, clock=clock))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, STEPS)
def test_at_whatever_moment_the_last_word_is_true(
    before: list[tuple[str, float]], after: list[tuple[str, float]]
) -> None:
    assert holds(before, after)


def one_more(line: PageLine) -> None:
    """A mutant: counts one that it has not taken."""
    if line.socket is not None and not line.is_doomed:
        line.is_doomed = True
        line.socket.send(Drained(line._end.taken + 1).encode().encode())  # pyright: ignore[reportPrivateUsage]


def at_once(line: PageLine, then: Callable[[], None]) -> None:
    """A mutant: does not wait for the views, and says that they are done."""
    line.is_finishing = True
    line.connection.backlog.events, waiting = 0, line.connection.backlog.events
    then()
    line.connection.backlog.events = waiting


@pytest.mark.parametrize(("name", "mutant"), [("doom", one_more), ("finish", at_once)])
def test_control_a_line_that_counts_wrong_is_seen(
    monkeypatch: pytest.MonkeyPatch, name: str, mutant: Callable[..., None]
) -> None:
    steps = [("ask", 20.0), ("ask", 0.0)] if mutant is at_once else [("ask", 1.0)]
    after = [("wait", 0.3), ("ask", 0.0)]
    assert holds(steps, after)
    monkeypatch.setattr(PageLine, name, mutant)
    assert not holds(steps, after)
