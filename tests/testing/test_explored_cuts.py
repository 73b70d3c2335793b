"""Websockets that break anywhere: nothing is lost or doubled, and what forgets that a page may be away is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from quart_trio import QuartTrio

from actorlive import ActorLive, Event, LiveView, Socket, heex, send
from actorlive.pubsub import broadcast, subscribe
from actorlive.testing import ExplorationFailure, explore, live, live_isolated
from actorlive.testing.timing import schedule
from actorlive.testing.worlds.memory import MemorySocket
from actorlive.web.client_socket import ClientSocket
from actorlive.web.page_line import PageLine
from actorlive.wire.line import LineEnd, LineFrame, is_control
from tests.testing.views import SECRET


class Say(Event):
    text: str


class ChatLive(LiveView[Say]):
    """What everybody says, and an answer to each."""

    said: str = ""
    template = heex("""<p>{@said}</p>""")

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        if socket.connected:
            subscribe("chat")

    async def handle_event(self, event: Say, socket: Socket) -> None:
        broadcast("chat", event.text)
        socket.push_event("heard", {"text": event.text})

    async def handle_info(self, message: object, socket: Socket) -> None:
        self.said += f"{message} "


def make_app(**options: Any) -> QuartTrio:
    app = QuartTrio(__name__)
    ActorLive(app, secret_key=SECRET, **options).route("/", ChatLive)
    return app


async def talk() -> None:
    """Two say four things each; both see all, each speaker's in order, and each hears of its own once."""
    app = make_app()
    async with live(app, "/") as ada, live(app, "/") as bob:
        for number in range(4):
            await ada.click("say", {"text": f"a{number}"}, wait=False)
            await bob.click("say", {"text": f"b{number}"}, wait=False)
            await ada.advance(0.3)
        await ada.advance(30)
        for view, name in ((ada, "a"), (bob, "b")):
            words = (await view.element("p").text()).split()
            assert [word for word in words if word[0] == "a"] == ["a0", "a1", "a2", "a3"]
            assert [word for word in words if word[0] == "b"] == ["b0", "b1", "b2", "b3"]
            heard = [payload["text"] for event, payload in view.client_view.events if event == "heard"]
            assert heard == [f"{name}{number}" for number in range(4)]
            assert view.client_view.joins == 1


def test_over_any_cuts_a_chat_loses_and_doubles_nothing() -> None:
    explore(talk, seeds=30, cuts=4, away=1.0, jitter=0.02)


def test_the_same_over_longer_ones() -> None:
    explore(talk, seeds=10, cuts=2, away=8.0)


# -- controls: ends that break a rule ------------------------------------------

rewind, receive, send_frame = LineEnd.rewind, PageLine.receive, MemorySocket.send


def rewinds_nothing(self: LineEnd, count: int) -> list[LineFrame]:
    rewind(self, count)
    return []


def rewinds_one_too_many(self: LineEnd, count: int) -> list[LineFrame]:
    return rewind(self, max(self.given - len(self._kept), count - 1))  # pyright: ignore[reportPrivateUsage]


def counts_on_the_way(self: MemorySocket, frame: LineFrame) -> None:
    """A frame of the page is counted when it is sent."""
    behind = self._queue.connection  # pyright: ignore[reportPrivateUsage]
    if isinstance(behind, PageLine) and not is_control(frame):
        behind._end.taken += 1  # pyright: ignore[reportPrivateUsage]
    send_frame(self, frame)


def counts_nothing_more(self: PageLine, frame: LineFrame) -> None:
    """And not when it is in its mailbox."""
    if not is_control(frame):
        self._end.taken -= 1  # pyright: ignore[reportPrivateUsage]
    receive(self, frame)


def is_read_on(self: ClientSocket) -> None:
    """A socket whose line goes on over another one."""


Mutant = tuple[type, str, Callable[..., object]]


def fails(*mutants: Mutant, **options: Any) -> ExplorationFailure:
    with pytest.MonkeyPatch.context() as patch:
        for owner, name, mutant in mutants:
            patch.setattr(owner, name, mutant)
        with pytest.raises(ExplorationFailure) as caught:
            explore(talk, **options)
    failure = caught.value
    explore(
        talk, seed=failure.seed, choices=failure.choices, **options
    )  # the rule holds where the mutant fails
    return failure


def test_control_who_does_not_send_again_what_was_lost_is_found() -> None:
    failure = fails((LineEnd, "rewind", rewinds_nothing), cuts=4)
    assert "A websocket breaks at " in str(failure)
    assert f"explore(talk, seed={failure.seed}, choices={failure.choices}, cuts=4, away=1)" in str(failure)


def test_control_who_sends_too_much_again_is_found() -> None:
    fails((LineEnd, "rewind", rewinds_one_too_many), cuts=4)


def test_control_who_counts_before_the_mailbox_is_found() -> None:
    mutants = (MemorySocket, "send", counts_on_the_way), (PageLine, "receive", counts_nothing_more)
    fails(*mutants, cuts=4, jitter=0.2)


def test_control_who_still_reads_the_websocket_before_is_found() -> None:
    fails((ClientSocket, "drop", is_read_on), cuts=4, away=0.0, jitter=0.2)


# -- what only a cut shows -----------------------------------------------------


class TickerLive(LiveView):
    """Believes that who is away needs no news."""

    news: str = ""
    template = heex("""<p>{@news}</p>""")

    async def handle_info(self, message: object, socket: Socket) -> None:
        if not socket.lingering:
            self.news += f"{message} "


async def read_the_news() -> None:
    async with live_isolated(TickerLive) as view:
        for number in range(3):
            send(view.pid, number)
            await view.advance(0.2)
        await view.advance(5)
        assert await view.element("p").text() == "0 1 2"


def test_a_view_that_forgets_what_came_while_its_page_was_away_is_found_by_cuts_alone() -> None:
    explore(read_the_news, seeds=30)
    explore(read_the_news, seeds=20, jitter=0.1)
    with pytest.raises(ExplorationFailure) as caught:
        explore(read_the_news, cuts=1)
    failure = caught.value
    with pytest.raises(AssertionError):
        explore(read_the_news, seed=failure.seed, choices=failure.choices, cuts=1)
    assert "A websocket breaks at 0" in str(failure)
    assert str(failure).count("A websocket breaks") == 1


def test_it_needs_no_more_than_the_cut_and_its_length() -> None:
    with pytest.raises(ExplorationFailure) as caught:
        explore(read_the_news, cuts=1)
    assert 1 <= sum(choice != 0 for choice in caught.value.choices) <= 2


# -- how many, and where not ---------------------------------------------------


def test_there_are_as_many_cuts_as_asked_for_and_each_kind_of_them() -> None:
    made: list[tuple[str, bool]] = []
    seconds: set[float] = set()
    before = schedule.Cuts.before

    def note(self: schedule.Cuts, frame: str) -> schedule.Cut | None:
        cut = before(self, frame)
        assert len(self.made) <= 2
        if cut is not None:
            made.append((frame, cut.noticed))
            seconds.add(cut.seconds)
        return cut

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schedule.Cuts, "before", note)
        explore(talk, seeds=15, cuts=2, away=0.5)
    assert set(made) == {
        (way, noticed) for way in ("to the server", "from the server") for noticed in (True, False)
    }
    assert seconds == {0.0, 0.25, 0.5}
    assert len(made) > 15


def test_an_application_without_lines_is_not_cut() -> None:
    async def say() -> None:
        async with live(make_app(linger=0), "/") as view:
            await view.click("say", {"text": "x"})
            assert await view.element("p").text() == "x"

    explore(say, seeds=20, cuts=5)
