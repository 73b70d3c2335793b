"""Lines on the server: what outlives a websocket, who may come back to it, and how long it waits."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Mapping
from typing import Any

import pytest
import trio
import trio.testing
from hypothesis import HealthCheck, given, settings, strategies as st

from actorlive import Event, LiveView, Socket, heex, telemetry
from actorlive.errors import ActorLiveError
from actorlive.runtime import Node, Pid, open_node, send
from actorlive.web import ActorLive
from actorlive.web.page_line import PageLine
from actorlive.wire.line import CONFIRM_FRAMES, PageState
from tests.support.client import settled
from tests.web.carriers import MemoryCarrier, MemoryPage, Place

ends: list[tuple[int, object]] = []


class Inc(Event): ...


class Boom(Event): ...


class CountLive(LiveView[Inc | Boom]):
    count: int = 0
    away: bool = False
    template = heex("<p>{@count}</p>{@away}")

    async def handle_event(self, event: Inc | Boom, socket: Socket) -> None:
        match event:
            case Inc():
                self.count += 1
            case Boom():
                raise ValueError("boom")

    async def handle_info(self, message: object, socket: Socket) -> None:
        self.count += 1
        self.away = socket.lingering

    async def terminate(self, reason: object, socket: Socket) -> None:
        ends.append((self.count, reason))


VIEWS: Mapping[str, type[LiveView[Any]]] = {"/": CountLive}


@pytest.fixture(autouse=True)
def nobody_has_ended() -> None:
    ends.clear()


class Told:
    """What telemetry says of lines."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, float], dict[str, object]]] = []

    def note(self, name: str, measured: Mapping[str, float], metadata: Mapping[str, object]) -> None:
        if name.startswith("line."):
            self.events.append((name, dict(measured), dict(metadata)))

    @property
    def names(self) -> list[str]:
        return [name for name, _, _ in self.events]


@pytest.fixture
def told() -> Any:
    told = Told()
    telemetry.attach(told, told.note)
    yield told
    telemetry.detach(told)


async def joined(place: Place, **options: Any) -> MemoryPage:
    page = MemoryPage(place, **options)
    page.connect()
    page.join()
    await settled()
    page.pump()
    assert page.replies == ["1"]
    return page


def the_view(page: MemoryPage) -> Pid:
    """The process behind it."""
    assert page.carrier is not None
    assert page.carrier.connection is not None
    (view,) = page.carrier.connection.views
    return view


async def test_a_page_goes_on_where_it_was(told: Told) -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS) as place:
            page = await joined(place)
            view = the_view(page)
            page.click("inc")
            await settled()
            page.pump()
            page.cut()
            page.click("inc")
            send(view, "a message")
            await trio.sleep(8)
            carrier = page.mend()
            await settled()
            page.pump()
            assert page.numbers == ["1", "2", "3"]
            assert page.replies == ["1", "2", "3"]
            assert carrier.connection is not None
            assert carrier.connection.views == [view]
            assert ends == []
    assert told.names == ["line.broken", "line.resumed"]
    assert told.events[1][1] == {"after": 8.0, "frames": 1}


async def test_a_view_may_ask_whether_anybody_is_there() -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS) as place:
            page = await joined(place)
            view = the_view(page)
            page.cut()
            send(view, "a message")
            await settled()
            page.mend()
            send(view, "another")
            await settled()
            page.pump()
            away = [frame[4].get("1") for frame in page.seen[1:]]
            assert away == ["True", ""]


async def test_a_line_that_nobody_comes_back_to_ends_once_in_time(told: Told) -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS) as place:
            page = await joined(place)
            page.cut()
            await trio.sleep(19.5)
            assert ends == []
            assert len(place.sockets) == 1
            await trio.sleep(1)
            assert [count for count, _ in ends] == [0]
            assert len(place.lines) == len(place.sockets) == place.lines.lingering == 0
            page.mend()
            assert page.end.state is PageState.OVER
    assert told.names == ["line.broken", "line.expired", "line.refused"]
    assert told.events[1][2]["why"] == "linger"
    assert told.events[2][2]["why"] == "unknown"


async def test_a_page_that_is_left_ends_at_once() -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS) as place:
            page = await joined(place)
            page.end.leave()
            page.pump()
            await settled()
            assert len(ends) == 1
            assert len(place.lines) == 0


async def test_what_came_before_the_end_is_handled_before_it() -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS) as place:
            page = await joined(place)
            for _ in range(5):
                page.click("inc")
            page.end.leave()
            page.pump()
            await settled()
            assert [count for count, _ in ends] == [5]


async def test_the_second_socket_takes_over_from_one_that_seems_to_live() -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS) as place:
            page = await joined(place)
            old = page.cut(noticed=False)
            page.click("inc")
            page.mend()
            old.bring('["1","2","lv:phx-test","event",{"type":"click","event":"inc","value":{}}]')
            old.ends()
            await settled()
            page.pump()
            assert page.numbers == ["1"]
            assert place.lines.lingering == 0
            assert len(place.sockets) == 1
            assert ends == []


@pytest.mark.parametrize("visitor", ["eve", None])
async def test_a_handle_in_other_hands_is_worth_nothing(visitor: str | None, told: Told) -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS) as place:
            page = await joined(place)
            thief = MemoryPage(place, visitor)
            thief.end.handle = page.end.handle
            thief.connect()
            assert thief.end.state is PageState.OVER
            assert thief.seen == []
            page.click("inc")
            await settled()
            page.pump()
            assert page.numbers == ["1"]
    assert told.events == [("line.refused", {}, {"peer": "192.0.2.1", "why": "visitor"})]


async def test_a_thief_cannot_end_it_either() -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS) as place:
            page = await joined(place)
            MemoryPage(place, "eve", old=page.end.handle).connect()
            await settled()
            assert ends == []


async def test_who_asks_for_a_sign_of_life_gets_a_count() -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS) as place:
            page = await joined(place)
            assert page.carrier is not None
            page.carrier.bring("#ping")
            assert page.carrier.heard[-1] == "#count 1"


async def test_who_names_the_line_that_it_gave_up_ends_it() -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS) as place:
            page = await joined(place)
            old = page.cut(noticed=False)
            again = MemoryPage(place, old=page.end.handle)
            again.connect()
            await settled()
            assert len(ends) == 1
            assert not old.is_open
            assert again.end.handle not in {None, page.end.handle}
            assert len(place.lines) == 1


async def test_a_visitor_without_a_session_has_no_line_and_what_there_always_was() -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS) as place:
            page = MemoryPage(place, None)
            page.connect()
            page.join()
            await settled()
            page.pump()
            assert page.end.state is PageState.PLAIN
            assert page.replies == ["1"]
            assert page.carrier is not None
            page.carrier.ends()
            await settled()
            assert len(ends) == 1


async def test_without_linger_there_are_no_lines() -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS, linger=0.0) as place:
            page = await joined(place)
            assert page.end.state is PageState.PLAIN
            assert len(place.lines) == 0


async def test_a_client_that_knows_nothing_of_lines_is_told_nothing_of_them() -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS) as place:
            carrier = place.open()
            for number in range(2 * CONFIRM_FRAMES):
                carrier.bring(f'[null,"{number}","phoenix","heartbeat",{{}}]')
            assert len(carrier.heard) == 2 * CONFIRM_FRAMES
            assert not any(frame.startswith("#") for frame in carrier.heard)
            carrier.ends()
            assert len(place.sockets) == 0


@pytest.mark.parametrize(
    "frames",
    [
        ["#count 1"],
        ["#goodbye"],
        ["#nonsense"],
        ["#new", "#new"],
        ["#new", "#count 99"],
        ["#new", "#resume hhhhhhhhhhhhhhhhhhhhhh 0"],
        ["#new", "#gone"],
        ['[null,"1","phoenix","heartbeat",{}]', "#new"],
    ],
)
async def test_who_speaks_out_of_turn_is_closed_and_has_no_line(frames: list[str]) -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS) as place:
            carrier = place.open()
            for frame in frames:
                carrier.bring(frame)
            assert carrier.code in {1002, 1011}
            assert len(place.lines) == len(place.sockets) == 0


async def test_what_the_server_closes_is_not_come_back_to() -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS) as place:
            page = await joined(place)
            assert place.sockets.disconnect("ada") == 1
            page.pump()
            await settled()
            assert page.end.state is PageState.OVER
            assert len(ends) == 1


async def test_disconnect_reaches_a_line_without_a_socket() -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS) as place:
            page = await joined(place)
            page.cut()
            assert place.sockets.disconnect("ada") == 1
            await settled()
            assert len(ends) == 1
            page.mend()
            assert page.end.state is PageState.OVER


async def test_a_server_that_goes_down_waits_for_nobody() -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS) as place:
            page, late = await joined(place), await joined(place)
            page.cut()
            place.sockets.draining = True
            late.cut()
            views: list[Any] = []
            place.sockets.hurry(views)
            assert len(views) == 1
            await settled()
            assert len(ends) == 2
            await place.sockets.all_closed()


async def test_a_crash_while_nobody_is_there_is_told_when_somebody_is() -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS) as place:
            page = await joined(place)
            page.click("boom")
            page.cut()
            await settled()
            page.mend()
            await settled()
            page.pump()
            assert page.seen[-1][3] == "phx_error"


# -- bounds --------------------------------------------------------------------


async def test_beyond_a_bound_the_one_that_has_waited_longest_goes(told: Told) -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS, max_lingering=3, max_lingering_per_session=2) as place:
            pages = [await joined(place, visitor=visitor) for visitor in ("ada", "ada", "ada", "bob", "eve")]
            for page in pages:
                page.cut()
            await settled()
            for page in pages:
                page.mend()
            assert [page.end.state is PageState.OPEN for page in pages] == [False, False, True, True, True]
    whys = [metadata["why"] for name, _, metadata in told.events if name == "line.expired"]
    assert whys == ["max_lingering_per_session", "max_lingering"]


async def test_a_line_that_has_too_much_to_say_to_nobody_ends(told: Told) -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS, max_unconfirmed=500) as place:
            page = await joined(place)
            view = the_view(page)
            page.cut()
            for _ in range(20):
                send(view, "a message")
            await trio.sleep(0.1)
            assert len(ends) == 1
    assert told.events[-1][2]["why"] == "max_unconfirmed"


async def test_a_page_that_is_there_and_confirms_late_only_cannot_come_back() -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS, max_unconfirmed=200) as place:
            page = await joined(place)
            carrier = page.carrier
            assert carrier is not None
            for _ in range(10):  # none of whose answers it gets
                carrier.bring('["1","9","lv:phx-test","event",{"type":"click","event":"inc","value":{}}]')
            await settled()
            assert ends == []
            page.cut()
            page.mend()
            await settled()
            assert page.end.state is PageState.OVER
            assert len(ends) == 1


async def test_lines_count_for_the_address_that_they_are_at() -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS) as place:
            page = await joined(place)
            home, train = place.peers.get("192.0.2.1"), place.peers.get("198.51.100.7")
            assert home is not None
            assert train is not None
            assert (home.sockets, home.channels) == (1, 1)
            page.cut()
            assert (home.sockets, home.channels) == (0, 1)
            page.mend(address="198.51.100.7")
            assert (home.sockets, home.channels, train.sockets, train.channels) == (0, 0, 1, 1)
            page.end.leave()
            page.pump()
            await settled()
            assert (train.sockets, train.channels) == (0, 0)


async def test_the_age_of_a_line_is_that_of_its_first_socket() -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS) as place:
            page = await joined(place)
            assert page.carrier is not None
            before = page.carrier.allowance
            page.cut()
            assert page.mend().allowance is before


@pytest.mark.parametrize("linger", [-1, True, "20", float("inf"), float("nan")])
def test_linger_is_a_number_of_seconds(linger: Any) -> None:
    with pytest.raises(ActorLiveError, match=r"linger=…\) is .*, and not a number of seconds"):
        ActorLive(linger=linger)


async def test_a_prefix_says_whose_a_line_is() -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS) as place:
            place.lines.prefix = "w3."
            page = await joined(place)
            assert page.end.handle is not None
            assert page.end.handle.startswith("w3.")


async def test_nothing_is_left_of_a_line_that_has_ended() -> None:
    async with open_node() as node:
        with Place.on(node, VIEWS) as place:
            page = await joined(place)
            assert page.carrier is not None
            behind = page.carrier.connection
            assert isinstance(behind, PageLine)
            gone = weakref.ref(behind.connection)
            gc.collect()
            gc.disable()
            try:
                page.cut()
                page.mend()
                page.end.leave()
                page.pump()
                await settled()
                del behind, page
                assert gone() is None
            finally:
                gc.enable()


# -- in any order --------------------------------------------------------------


class ReadOn(MemoryCarrier):
    """A mutant: a socket that is read though its line goes on over another."""

    def drop(self) -> None:
        pass


STEPS = st.lists(st.sampled_from(["click", "send", "settle", "cut", "lose", "mend", "late"]), max_size=30)


class Life:
    """One page, and what befalls its sockets."""

    def __init__(self, page: MemoryPage, view: Pid) -> None:
        self.page = page
        self.view = view
        self.lost: tuple[MemoryCarrier, str] | None = None

    async def take(self, step: str) -> None:
        page = self.page
        match step:
            case "click":
                page.click("inc")
            case "send":
                send(self.view, "a message")
            case "settle":
                await settled()
                page.pump()
            case "late" if self.lost is not None:
                (carrier, frame), self.lost = self.lost, None
                carrier.bring(frame)
            case "mend" if page.carrier is None:
                page.mend()
            case "cut" if page.carrier is not None:
                page.cut()
            case "lose" if page.carrier is not None:
                page.end.send(f'["1","1000","lv:phx-test","event",{CLICK}]')
                frame = str(page.end.outgoing.pop())
                self.lost = page.cut(noticed=False), frame
            case _:
                pass


async def live(steps: list[str], node: Node, kind: type[MemoryCarrier]) -> MemoryPage:
    """A page through all of it, and at the end a socket that works."""
    with Place.on(node, VIEWS, kind=kind) as place:
        page = await joined(place)
        life = Life(page, the_view(page))
        for step in (*steps, "mend", "settle"):
            await life.take(step)
        return page


CLICK = '{"type":"click","event":"inc","value":{}}'


def is_unbroken(page: MemoryPage, steps: list[str]) -> bool:
    """Every number once and in order, every reply, one mount."""
    numbers = [int(number) for number in page.numbers]
    sent = [frame for frame in page.replies if frame != "1000"]
    return (
        numbers == list(range(1, len(numbers) + 1))
        and len(numbers) == page.end.given - 1 + sum(1 for step in steps if step == "send")
        and sent == [str(number) for number in range(1, len(sent) + 1)]
    )


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_whatever_befalls_the_sockets_each_message_shows_once_and_in_order(steps: list[str]) -> None:
    assert is_unbroken(run(steps, MemoryCarrier), steps)


def test_control_a_socket_that_is_read_on_shows_something_twice() -> None:
    steps = ["lose", "mend", "settle", "late"]
    assert is_unbroken(run(steps, MemoryCarrier), steps)
    assert not is_unbroken(run(steps, ReadOn), steps)


def run(steps: list[str], kind: type[MemoryCarrier]) -> MemoryPage:
    async def main() -> MemoryPage:
        async with open_node() as node:
            return await live(steps, node, kind)

    return trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
