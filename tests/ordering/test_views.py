"""The rules of order of a view, each with a naive implementation that breaks it.

A rule is a function that drives a client and asserts. It runs against the real channel, over random programs and
on virtual time, and against controls: the same channel with one deliberate shortcut, for which it must fail. README.md
lists them with the invariants that they break.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
import trio
import trio.testing
from hypothesis import given, settings, strategies as st

from actorlive import Event, Exit, LiveView, Ok, Shutdown, Socket, heex, send, send_after, spawn
from actorlive.live.process import channel as channel_module
from actorlive.live.process.channel import Channel
from actorlive.live.process.connection import LiveConnection
from actorlive.live.process.cycle import Cycle
from actorlive.live.process.outbox import Outbox
from actorlive.live.tasks import AsyncTask, AsyncWork
from actorlive.pubsub import PubSub, broadcast
from actorlive.runtime import exit as exit_process, open_node, receive
from tests.support.client import Client, settled

Rule = Callable[[Client], Awaitable[None]]


def run(views: dict[str, type[LiveView[Any]]], rule: Rule) -> None:
    """Run a rule on a fresh node, on virtual time."""

    async def main() -> None:
        async with open_node() as node:
            await rule(Client(node, views))

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def breaks(patch: tuple[object, str, object], rule: Callable[[], None]) -> None:
    """The control: with this shortcut in place the rule does not hold."""
    with pytest.MonkeyPatch.context() as context:
        context.setattr(*patch)
        with pytest.raises((AssertionError, BaseExceptionGroup, trio.TooSlowError)):
            rule()


# -- one message at a time, in the order of arrival ----------------------------


class Step(Event):
    n: int
    wait: float = 0.0


@dataclass(frozen=True)
class Message:
    n: int
    wait: float = 0.0


class Ledger(LiveView[Step]):
    """Writes down each message when it has dealt with it, which takes as long as the message says."""

    log: tuple[int, ...] = ()
    inside: ClassVar[int] = 0
    template = heex('<p id="log">{" ".join(map(str, @log))}</p>')

    async def handle_event(self, event: Step, socket: Socket) -> None:
        await self._write(event.n, event.wait)

    async def handle_info(self, message: Any, socket: Socket) -> None:
        await self._write(message.n, message.wait)

    async def _write(self, n: int, wait: float) -> None:
        assert Ledger.inside == 0, "a callback runs inside another's await"
        Ledger.inside += 1
        before = self.log
        await trio.sleep(wait)
        self.log = (*before, n)
        Ledger.inside -= 1


@dataclass(frozen=True)
class Op:
    kind: str
    wait: float
    delay: int


programs = st.lists(
    st.builds(Op, st.sampled_from(["click", "send", "timer"]), st.floats(0, 3), st.integers(0, 4)),
    min_size=1,
    max_size=10,
)


def arrivals(program: list[Op]) -> list[int]:
    """The numbers of a program's messages in the order in which they reach the mailbox."""
    due = [(n + (op.delay + 0.5 + n / 1000 if op.kind == "timer" else 0), n) for n, op in enumerate(program)]
    return [n for _, n in sorted(due)]


async def play(client: Client, program: list[Op]) -> dict[str, int]:
    """One operation a second; the number of the click behind each ref."""
    await client.join("/")
    begin = trio.current_time()
    view = client.views[0]
    refs: dict[str, int] = {}
    for n, op in enumerate(program):
        await trio.sleep_until(begin + n)
        match op.kind:
            case "click":
                refs[client.click("step", n=n, wait=op.wait)] = n
            case "send":
                send(view, Message(n, op.wait))
            case _:
                send_after(view, Message(n, op.wait), op.delay + 0.5 + n / 1000)
    await trio.sleep(1000)
    return refs


def diff_of(frame: list[Any]) -> dict[str, Any]:
    """The diff that a frame carries, in a reply or by itself."""
    return frame[4]["response"].get("diff", {}) if frame[3] == "phx_reply" else frame[4]


def one_at_a_time(program: list[Op]) -> None:
    async def rule(client: Client) -> None:
        Ledger.inside = 0
        refs = await play(client, program)
        expected = arrivals(program)
        assert [ref for ref, _ in client.replies()[1:]] == list(refs)
        shown: list[int] = []
        for frame in client.frames[1:]:
            log = [int(word) for word in diff_of(frame).get("0", "").split()]
            shown.append(len(log))
            assert log == expected[: len(log)]
            assert frame[3] != "phx_reply" or log[-1:] == [refs[frame[1]]]
        assert shown == list(range(1, len(expected) + 1))

    run({"/": Ledger}, rule)


@settings(max_examples=60)
@given(programs)
def test_messages_are_handled_one_at_a_time_in_order_of_arrival(program: list[Op]) -> None:
    one_at_a_time(program)


class EagerChannel(Channel):
    """The shortcut of many frameworks: a task for each message."""

    async def serve(self) -> object:
        async with trio.open_nursery() as nursery:
            while self._cycle.exit_reason is None:
                nursery.start_soon(self._handle, await receive())
        return self._cycle.exit_reason


@pytest.mark.parametrize(
    "program",
    [
        [Op("click", 3, 0), Op("click", 0, 0)],
        [Op("click", 2, 0), Op("send", 0, 0)],
        [Op("timer", 2, 0), Op("click", 0, 0)],
    ],
)
def test_control_a_task_for_each_message_breaks_it(program: list[Op]) -> None:
    breaks((channel_module, "Channel", EagerChannel), lambda: one_at_a_time(program))


def test_control_a_reply_before_the_render() -> None:
    def send_diff(self: Outbox, ref: str | None, diff: dict[Any, Any]) -> None:
        self.reply(ref, {})
        self.push("diff", diff)

    breaks((Outbox, "send_diff", send_diff), lambda: one_at_a_time([Op("click", 0, 0)]))


def test_control_two_diffs_for_one_message() -> None:
    send_diff = Outbox.send_diff

    def send_twice(self: Outbox, ref: str | None, diff: dict[Any, Any]) -> None:
        send_diff(self, ref, diff)
        send_diff(self, None, diff)

    breaks((Outbox, "send_diff", send_twice), lambda: one_at_a_time([Op("send", 0, 0)]))


# -- versions on the wire strictly increase ------------------------------------


class Versioned(LiveView[Step]):
    version: int = 0
    template = heex("<p>{@version}</p>")

    async def handle_event(self, event: Step, socket: Socket) -> None:
        await self._next(event.wait)

    async def handle_info(self, message: Any, socket: Socket) -> None:
        await self._next(message.wait)

    async def _next(self, wait: float) -> None:
        version = self.version
        await trio.sleep(wait)
        self.version = version + 1


def versions_increase(waits: list[float]) -> None:
    async def rule(client: Client) -> None:
        await client.join("/")
        for n, wait in enumerate(waits):
            client.click("step", n=n, wait=wait)
            send(client.views[0], Message(n, wait / 2))
        await trio.sleep(1000)
        versions = [diff_of(frame).get("0") for frame in client.frames[1:]]
        assert versions == [str(n) for n in range(1, 2 * len(waits) + 1)]

    run({"/": Versioned}, rule)


@settings(max_examples=30)
@given(st.lists(st.floats(0, 2), min_size=1, max_size=8))
def test_versions_on_the_wire_strictly_increase(waits: list[float]) -> None:
    versions_increase(waits)


def test_control_versions_repeat_with_a_task_for_each_message() -> None:
    breaks((channel_module, "Channel", EagerChannel), lambda: versions_increase([1.0, 1.0]))


# -- the end of the socket queues behind the events ----------------------------

ended: list[Any] = []


class Ending(LiveView[Step]):
    log: tuple[int, ...] = ()
    template = heex("<p>{len(@log)}</p>")

    async def handle_event(self, event: Step, socket: Socket) -> None:
        await trio.sleep(event.wait)
        self.log = (*self.log, event.n)

    async def terminate(self, reason: object, socket: Socket) -> None:
        ended.append((self.log, reason))


def events_before_a_close_are_handled(waits: list[float]) -> None:
    async def rule(client: Client) -> None:
        ended.clear()
        await client.join("/")
        for n, wait in enumerate(waits):
            client.click("step", n=n, wait=wait)
        client.connection.close()
        await trio.sleep(1000)
        assert ended == [(tuple(range(len(waits))), Shutdown("closed"))]

    run({"/": Ending}, rule)


@settings(max_examples=30)
@given(st.lists(st.floats(0, 2), max_size=30))
def test_n_events_then_a_close_all_n_are_handled_then_terminate(waits: list[float]) -> None:
    events_before_a_close_are_handled(waits)


def test_control_a_socket_that_takes_its_views_along_loses_events() -> None:
    def close(self: LiveConnection) -> None:
        for view in self.views:
            exit_process(view, Shutdown("closed"))

    breaks((LiveConnection, "close", close), lambda: events_before_a_close_are_handled([0.1, 0.1]))


# -- two views on one topic ----------------------------------------------------


class Listener(LiveView[Step]):
    heard: tuple[int, ...] = ()
    template = heex('<p>{" ".join(map(str, @heard))}</p>')

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        socket.subscribe("news")

    async def handle_info(self, message: Any, socket: Socket) -> None:
        await trio.sleep(message.wait)
        self.heard = (*self.heard, message.n)


def one_order_for_all(waits: list[float]) -> None:
    async def rule(client: Client) -> None:
        other = Client(client.node, {"/": Listener})
        await client.join("/")
        await other.join("/")
        for n, wait in enumerate(waits):
            broadcast("news", Message(n, wait))
        await trio.sleep(1000)
        for one in (client, other):
            assert one.pushes()[-1]["0"].split() == [str(n) for n in range(len(waits))]

    run({"/": Listener}, rule)


@settings(max_examples=20)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_two_views_on_one_topic_see_broadcasts_in_one_order(waits: list[float]) -> None:
    one_order_for_all(waits)


def test_control_delivery_by_tasks_has_no_order() -> None:
    async def late(pid: Any, message: Any) -> None:
        await trio.sleep(message.wait)
        send(pid, message)

    def deliver(self: PubSub, topic: str, message: Any, *, skip: object = None) -> None:
        for pid in self.subscribers(topic):
            spawn(late, pid, message)

    breaks((PubSub, "deliver", deliver), lambda: one_order_for_all([1.0, 0.0]))


# -- results are accepted by reference -----------------------------------------


class Search(LiveView[Step]):
    shown: str = ""
    template = heex("<p>{@shown}</p>")

    async def handle_event(self, event: Step, socket: Socket) -> None:
        if event.n < 0:
            socket.push_navigate("/elsewhere")
        else:
            socket.start_async("search", answer, event.n, event.wait, supersede=event.n % 2 == 0)

    async def handle_async(self, name: object, result: Ok[Any] | Exit, socket: Socket) -> None:
        self.shown = str(result.value if isinstance(result, Ok) else result.reason)


async def answer(n: int, wait: float) -> int:
    await trio.sleep(wait)
    return n


def the_last_search_wins(waits: list[float]) -> None:
    async def rule(client: Client) -> None:
        await client.join("/")
        for n, wait in enumerate(waits):
            await client.clicked("step", n=n, wait=wait)
        await trio.sleep(1000)
        shown = [diff["0"] for diff in client.pushes()]
        assert shown[-1:] == [str(len(waits) - 1)]
        assert shown == sorted(shown, key=int)

    run({"/": Search}, rule)


@settings(max_examples=30)
@given(st.lists(st.floats(0.1, 5), min_size=1, max_size=9))
def test_a_superseded_or_replaced_result_never_shows(waits: list[float]) -> None:
    the_last_search_wins(waits)


def test_control_results_accepted_by_name_show_the_slowest() -> None:
    def take(self: AsyncWork, task: AsyncTask) -> bool:
        return True

    breaks((AsyncWork, "take_if_current", take), lambda: the_last_search_wins([5.0, 0.1]))


def late_results_are_dropped() -> None:
    async def rule(client: Client) -> None:
        await client.join("/")
        await client.clicked("step", n=1, wait=3.0)
        view = client.views[0]
        await client.clicked("step", n=-1)
        await settled()
        count = len(client.frames)
        assert client.frames[-1][3] == "phx_close"
        send(view, Message(0))
        await trio.sleep(1000)
        assert len(client.frames) == count

    run({"/": Search, "/elsewhere": Ledger}, rule)


def test_late_results_of_a_view_that_navigated_away_are_dropped() -> None:
    late_results_are_dropped()


def test_control_a_view_that_outlives_its_navigation_speaks_again() -> None:
    depart = Cycle._depart  # pyright: ignore[reportPrivateUsage]

    async def depart_and_stay(self: Cycle, ref: str | None) -> None:
        await depart(self, ref)
        self.exit_reason = None
        self._state.navigation = None  # pyright: ignore[reportPrivateUsage]

    breaks((Cycle, "_depart", depart_and_stay), late_results_are_dropped)
