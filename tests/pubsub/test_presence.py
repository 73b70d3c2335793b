"""Presence: who is there, on one node and on several."""

from __future__ import annotations

import gc
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from weakref import ref

import msgspec
import pytest
import trio
from quart_trio import QuartTrio

from actorlive import ActorLive, LiveView, Message, Presence, PresenceDiff, Socket, heex
from actorlive.pubsub import MessageError, PresenceError, subscribe
from actorlive.pubsub.local import NoBroker, pubsub
from actorlive.pubsub.presence.presence import MAX_ENTRY, start_presences
from actorlive.pubsub.presence.replica import PATIENCE
from actorlive.pubsub.presence.words import PresenceBeat, PresenceEntry, PresenceSnapshot
from actorlive.runtime import Node, Pid, dead_pid, entering, exit, open_node, processes, receive, send, spawn
from actorlive.testing import live as open_page
from tests.support.broker import Colleague, MemoryBroker, colleague
from tests.support.client import settled
from tests.support.narrow import untyped


class Guest(Message, name="test_presence.guest"):
    name: str
    typing: bool = False


ROOM = Presence(Guest)
ADA, BO = Guest("Ada"), Guest("Bo")


async def live_on() -> None:
    """A process that does what it is told."""
    while True:
        do = await receive()
        if callable(do):
            do()


def listener() -> list[PresenceDiff]:
    """What the subscribers of "hall" are told."""
    told: list[PresenceDiff] = []

    async def listen() -> None:
        subscribe("hall")
        while True:
            message = await receive()
            if isinstance(message, PresenceDiff):
                told.append(message)

    spawn(listen)
    return told


# -- one node ------------------------------------------------------------------


def test_a_node_that_has_ended_is_kept_by_no_presence_and_no_topic() -> None:
    async def main() -> Callable[[], Node | None]:
        async with open_node() as node:
            start_presences()
            _, someone = listener(), spawn(live_on)
            await settled()
            ROOM.track("hall", "ada", ADA, pid=someone)
            return ref(node)

    node = trio.run(main)
    gc.collect()
    assert node() is None


async def test_who_is_tracked_is_listed_told_and_gone_with_the_process() -> None:
    async with open_node():
        told = listener()
        pid = spawn(live_on)
        await settled()
        ROOM.track("hall", "ada", ADA, pid=pid)
        assert ROOM.list("hall") == {"ada": [ADA]}
        assert ROOM.list("cellar") == {}
        exit(pid, "kill")
        await settled()
        assert ROOM.list("hall") == {}
        assert told == [PresenceDiff("hall", {"ada": [ADA]}), PresenceDiff("hall", {}, {"ada": [ADA]})]


async def test_a_process_tracks_itself_where_nobody_else_is_named() -> None:
    async with open_node():
        pid = spawn(live_on)
        send(pid, lambda: ROOM.track("hall", "ada", ADA))
        await settled()
        assert ROOM.list("hall") == {"ada": [ADA]}
        send(pid, lambda: ROOM.update("hall", "ada", BO))
        await settled()
        assert ROOM.list("hall") == {"ada": [BO]}
        send(pid, lambda: ROOM.untrack("hall", "ada"))
        await settled()
        assert ROOM.list("hall") == {}


async def test_two_windows_of_one_are_one_key_and_two_presences() -> None:
    async with open_node():
        told = listener()
        one, two = spawn(live_on), spawn(live_on)
        await settled()
        ROOM.track("hall", "ada", ADA, pid=one)
        ROOM.track("hall", "ada", ADA, pid=two)
        assert ROOM.list("hall") == {"ada": [ADA, ADA]}
        exit(one, "kill")
        await settled()
        assert ROOM.list("hall") == {"ada": [ADA]}
        assert told[-1] == PresenceDiff("hall", {}, {"ada": [ADA]})


async def test_an_update_is_a_leave_and_a_join() -> None:
    async with open_node():
        told = listener()
        pid = spawn(live_on)
        await settled()
        ROOM.track("hall", "ada", ADA, pid=pid)
        typing = msgspec.structs.replace(ADA, typing=True)
        ROOM.update("hall", "ada", typing, pid=pid)
        await settled()
        assert told[-1] == PresenceDiff("hall", {"ada": [typing]}, {"ada": [ADA]})
        assert ROOM.list("hall") == {"ada": [typing]}


async def test_keys_are_listed_in_their_order() -> None:
    async with open_node():
        for key in ("bo", "ada", "cleo"):
            ROOM.track("hall", key, Guest(key), pid=spawn(live_on))
        assert list(ROOM.list("hall")) == ["ada", "bo", "cleo"]


async def test_one_process_may_be_in_several_places_and_leave_one() -> None:
    async with open_node():
        pid = spawn(live_on)
        for topic, key in (("hall", "ada"), ("hall", "bo"), ("cellar", "ada")):
            ROOM.track(topic, key, ADA, pid=pid)
        assert ROOM.untrack("hall", "ada", pid=pid)
        assert not ROOM.untrack("hall", "ada", pid=pid)
        assert (list(ROOM.list("hall")), list(ROOM.list("cellar"))) == (["bo"], ["ada"])


async def test_the_dead_are_not_there() -> None:
    async with open_node():
        ROOM.track("hall", "ada", ADA, pid=dead_pid())
        assert ROOM.list("hall") == {}
        with pytest.raises(PresenceError):
            ROOM.update("hall", "ada", ADA, pid=dead_pid())


async def test_what_makes_no_sense_is_told() -> None:
    async with open_node():
        pid = spawn(live_on)
        ROOM.track("hall", "ada", ADA, pid=pid)
        with pytest.raises(PresenceError, match="'ada' is tracked at 'hall' by this process already"):
            ROOM.track("hall", "ada", ADA, pid=pid)
        with pytest.raises(PresenceError, match="'bo' is not tracked at 'hall' by this process"):
            ROOM.update("hall", "bo", BO, pid=pid)
        with pytest.raises(PresenceError, match=r"is of Guest, and was given \{'name': 'x'\}"):
            ROOM.track("hall", "x", untyped({"name": "x"}), pid=pid)
        assert ROOM.list("hall") == {"ada": [ADA]}


async def test_where_no_node_is_nobody_is_there() -> None:
    assert ROOM.list("hall") == {}


async def test_whose_meta_is_of_a_class_that_a_reload_has_replaced_is_not_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Newer(Message, name="test_presence.newer"):
        name: str

    async with open_node():
        pid = spawn(live_on)
        await settled()
        ROOM.track("hall", "ada", ADA, pid=pid)
        monkeypatch.setattr(ROOM, "meta", Newer)
        assert ROOM.list("hall") == {}


async def test_presences_of_one_name_are_one() -> None:
    same = Presence(Guest)
    async with open_node():
        ROOM.track("hall", "ada", ADA, pid=spawn(live_on))
        assert same.list("hall") == {"ada": [ADA]}
        assert Presence(Guest, name="another").list("hall") == {}


def test_presences_of_one_name_are_of_one_class() -> None:
    class Other(Message, name="test_presence.other"):
        pass

    with pytest.raises(PresenceError) as error:
        Presence(Other, name=ROOM.name)
    assert f"two presences are named 'test_presence.guest', of {__name__}.Guest and" in str(error.value)


async def test_without_other_nodes_nothing_ticks_and_two_nodes_know_nothing_of_each_other() -> None:
    async with open_node() as one:
        ROOM.track("hall", "ada", ADA, pid=spawn(live_on))
        assert one.statistics().timers == 0
        async with open_node():
            assert ROOM.list("hall") == {}


async def test_several_workers_without_a_broker_do_not_know_who_is_there() -> None:
    async with open_node():
        pubsub().workers = 2
        with pytest.raises(NoBroker, match="give them a broker"):
            ROOM.list("hall")


# -- in a view -----------------------------------------------------------------


class HallLive(LiveView):
    name: str
    here: list[str] = []
    told: int = 0
    template = heex("<p>{', '.join(@here)}</p>")

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.name = params["name"]
        socket.subscribe("hall")
        socket.track(ROOM, "hall", self.name, Guest(self.name))
        self.here = list(ROOM.list("hall"))

    async def handle_info(self, message: object, socket: Socket) -> None:
        match message:
            case PresenceDiff("hall"):
                self.here = [
                    f"{key}{' …' if any(guest.typing for guest in guests) else ''}"
                    for key, guests in ROOM.list("hall").items()
                ]
            case "type":
                socket.update_presence(ROOM, "hall", self.name, Guest(self.name, typing=True))
            case "hide":
                socket.untrack(ROOM, "hall", self.name)
            case _:
                pass


def hall(broker: MemoryBroker | None = None) -> ActorLive:
    live = ActorLive(QuartTrio(__name__), secret_key="x" * 40, hosts=["localhost"], pubsub=broker)
    live.route("/hall/<name>", HallLive)
    return live


async def test_pages_show_who_is_there() -> None:
    live = hall()
    async with open_page(live, "/hall/ada") as ada:
        async with open_page(live, "/hall/bo") as bo:
            assert [await ada.text(), await bo.text()] == ["ada, bo", "ada, bo"]
            send(bo.pid, "type")
            await ada.settle()
            assert await ada.text() == "ada, bo …"
            send(bo.pid, "hide")
            await ada.settle()
            assert await ada.text() == "ada"
        await ada.settle()
        assert await ada.text() == "ada"


async def test_a_first_drawing_lists_who_is_there_and_is_nobody_itself() -> None:
    live = hall()
    async with open_page(live, "/hall/ada"):
        page = await live.app.test_client().get("/hall/bo", headers={"Host": "localhost"})
        assert "<p>ada</p>" in await page.get_data(as_text=True)
        assert list(ROOM.list("hall")) == ["ada"]


# -- several nodes -------------------------------------------------------------


class Guests:
    """A node with guests."""

    def __init__(self, node: Colleague) -> None:
        self.node = node
        self.told: list[PresenceDiff] = []
        with entering(node.node):
            start_presences()
            self.told = listener()

    def come(self, key: str) -> Pid:
        with entering(self.node.node):
            pid = spawn(live_on)
            ROOM.track("hall", key, Guest(key), pid=pid)
            return pid

    def list(self) -> list[str]:
        with entering(self.node.node):
            return [key for key, guests in ROOM.list("hall").items() for _ in guests]


@asynccontextmanager
async def guests(broker: MemoryBroker, name: str) -> AsyncGenerator[Guests]:
    async with colleague(broker, name) as node:
        yield Guests(node)


async def test_nodes_agree_on_who_is_there() -> None:
    broker = MemoryBroker()
    async with guests(broker, "1") as one, guests(broker, "2") as two:
        await trio.sleep(1)
        pid = one.come("ada")
        two.come("bo")
        await trio.sleep(0.1)
        assert one.list() == two.list() == ["ada", "bo"]
        assert one.told == two.told[::-1] or one.told == two.told
        exit(pid, "kill")
        await trio.sleep(0.1)
        assert one.list() == two.list() == ["bo"]


async def test_a_node_that_comes_later_knows_all_in_a_moment() -> None:
    broker = MemoryBroker()
    async with guests(broker, "1") as one:
        for n in range(3):
            one.come(f"guest {n}")
        await trio.sleep(1)
        async with guests(broker, "2") as two:
            await trio.sleep(0.3)
            assert two.list() == one.list()
            assert len(two.list()) == 3


async def test_a_node_that_goes_in_order_takes_its_guests_along_at_once() -> None:
    broker = MemoryBroker()
    async with guests(broker, "1") as one:
        async with guests(broker, "2") as two:
            await trio.sleep(1)
            two.come("bo")
            await trio.sleep(0.1)
            assert one.list() == ["bo"]
        await trio.sleep(0.01)
        assert one.list() == []


async def test_a_node_that_is_heard_no_more_is_gone_after_a_while_and_there_again_when_it_is_heard() -> None:
    broker = MemoryBroker()
    async with guests(broker, "1") as one, guests(broker, "2") as two:
        await trio.sleep(1)
        one.come("ada")
        two.come("bo")
        await trio.sleep(1)
        broker.refuses = "2"
        next(life for life in broker.lives if life.name == "2").cut()
        await trio.sleep(PATIENCE - 1)
        assert one.list() == ["ada", "bo"]
        await trio.sleep(2.5)
        assert one.list() == ["ada"]
        assert two.list() == ["ada", "bo"]
        broker.refuses = None
        await trio.sleep(4)
        assert one.list() == two.list() == ["ada", "bo"]
        assert [len(diff.leaves) for diff in two.told] == [0, 0]


async def test_a_restart_of_the_broker_tells_nobody_anything() -> None:
    broker = MemoryBroker()
    async with guests(broker, "1") as one, guests(broker, "2") as two:
        await trio.sleep(1)
        one.come("ada")
        two.come("bo")
        await trio.sleep(1)
        told = len(one.told), len(two.told)
        broker.down()
        await trio.sleep(10)
        broker.up()
        await trio.sleep(10)
        assert (len(one.told), len(two.told)) == told
        assert one.list() == two.list() == ["ada", "bo"]


async def test_what_a_stranger_says_of_presence_is_refused_and_what_fits_ends_with_its_silence(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broker = MemoryBroker()
    async with guests(broker, "1") as one, colleague(broker, "stranger") as stranger:
        await trio.sleep(1)
        topic = f"actorlive.presence:{ROOM.name}"
        bad, good = msgspec.Raw(b"\x80"), msgspec.Raw(msgspec.msgpack.encode(BO))
        entries = [PresenceEntry(1, "hall", "bo", good), PresenceEntry(2, "hall", "x", bad)]
        stranger.pubsub.broadcast(topic, PresenceSnapshot("s", 1, 1, 0, 1, entries))
        await trio.sleep(0.1)
        assert one.list() == []
        assert "was refused (misfit)" in caplog.text
        stranger.pubsub.broadcast(topic, PresenceSnapshot("s", 1, 1, 0, 1, entries[:1]))
        stranger.pubsub.broadcast(topic, PresenceBeat("s", 1, 1))
        await trio.sleep(0.1)
        assert one.list() == ["bo"]
        await trio.sleep(5)
        assert one.list() == []


async def test_one_whose_place_is_taken_goes_on_at_another(caplog: pytest.LogCaptureFixture) -> None:
    broker = MemoryBroker()
    async with guests(broker, "1") as one, guests(broker, "2") as two:
        await trio.sleep(1)
        two.come("bo")
        await trio.sleep(1)
        slot = two.node.remote.identity
        one.node.pubsub.broadcast(
            f"actorlive.presence:{ROOM.name}", PresenceBeat(slot.name, slot.start + 1, 0)
        )
        await trio.sleep(2)
        assert "another program has the place" in caplog.text
        assert one.list() == two.list() == ["bo"]


async def test_with_a_broker_what_is_known_of_somebody_has_to_travel() -> None:
    class Odd(Message, name="test_presence.odd"):
        it: Any

    odd = Presence(Odd)
    async with guests(MemoryBroker(), "1") as one:
        with entering(one.node.node):
            pid = spawn(live_on)
            with pytest.raises(MessageError, match=r"Odd\.it holds"):
                odd.track("hall", "x", Odd(object()), pid=pid)
            with pytest.raises(PresenceError, match=f"and {MAX_ENTRY:,} is the most: keep an id"):
                odd.track("hall", "x", Odd("x" * MAX_ENTRY), pid=pid)
            assert odd.list("hall") == {}
    async with open_node():
        odd.track("hall", "x", Odd(object()), pid=spawn(live_on))
        assert len(processes()) == 1


async def test_pages_of_two_applications_show_one_hall() -> None:
    broker = MemoryBroker()
    one, two = hall(broker), hall(broker)
    async with one.node(), two.node():
        await trio.sleep(2)
        async with open_page(one, "/hall/ada") as ada, open_page(two, "/hall/bo") as bo:
            await trio.sleep(0.1)
            assert [await ada.text(), await bo.text()] == ["ada, bo", "ada, bo"]
