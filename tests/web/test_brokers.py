"""Which broker an application has, and what it does to its topics."""

from __future__ import annotations

import subprocess
import sys

import pytest
import trio
from quart_trio import QuartTrio

from actorlive import ActorLive, LiveView, Message, Socket, heex
from actorlive.pubsub import Gap, MessageError, broadcast
from actorlive.pubsub.local import pubsub
from actorlive.pubsub.remote import Remote
from actorlive.runtime import entering
from actorlive.testing import live as open_page
from actorlive.web import elsewhere
from actorlive.web.brokers import VARIABLE, chosen_broker
from actorlive.web.errors import ConfigurationError
from tests.support.broker import MemoryBroker
from tests.support.narrow import present

URL = "redis://cache:7000/2"


class Rang(Message, name="test_brokers.rang"):
    bell: str


class BellLive(LiveView):
    heard: list[str] = []
    template = heex("<p>{', '.join(@heard)}</p>")

    async def mount(self, params: object, session: object, socket: Socket) -> None:
        socket.subscribe("bells")

    async def handle_info(self, message: object, socket: Socket) -> None:
        match message:
            case Rang(bell):
                self.heard = [*self.heard, bell]
            case Gap(topic):
                self.heard = [*self.heard, f"gap of {topic}"]
            case _:
                self.heard = [*self.heard, repr(message)]


def bells(broker: MemoryBroker | None) -> ActorLive:
    live = ActorLive(QuartTrio(__name__), secret_key="x" * 40, hosts=["localhost"], pubsub=broker)
    live.route("/", BellLive)
    return live


# -- which it is ---------------------------------------------------------------


def test_the_argument_goes_before_the_environment() -> None:
    named = {VARIABLE: "redis://elsewhere"}
    assert present(chosen_broker(URL, named)).name == "redis at cache:7000, database 2"
    assert present(chosen_broker(None, named)).name == "redis at elsewhere:6379, database 0"
    assert chosen_broker(None, {}) is None
    assert chosen_broker(None, {VARIABLE: ""}) is None
    own = MemoryBroker()
    assert chosen_broker(own, named) is own


@pytest.mark.parametrize(
    ("url", "environ", "told"),
    [
        ("cache", {}, "begins with redis://, rediss:// or unix://, not with '' (from ActorLive(pubsub=…))"),
        (None, {VARIABLE: "cache"}, f"not with '' (from the environment variable {VARIABLE})"),
    ],
)
def test_an_address_that_is_none_is_told_with_where_it_came_from(
    url: str | None, environ: dict[str, str], told: str
) -> None:
    with pytest.raises(ConfigurationError) as error:
        chosen_broker(url, environ)
    assert told in str(error.value)


def test_without_coredis_the_extra_is_named() -> None:
    program = f"import sys, actorlive; sys.modules['coredis'] = None; actorlive.ActorLive(pubsub={URL!r})"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (
        'which pubsub over Redis needs: pip install "actorlive[redis]" (from ActorLive(pubsub=' in ran.stderr
    )


def test_without_a_broker_nothing_of_it_is_imported() -> None:
    program = "import sys, actorlive; actorlive.ActorLive(); print({'coredis', 'anyio'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "set()\n"


# -- what it does --------------------------------------------------------------


async def test_pages_of_two_applications_hear_each_other_and_a_page_that_was_drawn_misses_nothing() -> None:
    broker = MemoryBroker()
    one, two = bells(broker), bells(broker)
    async with one.node() as here, two.node(), open_page(one, "/") as near, open_page(two, "/") as far:
        with entering(here):
            broadcast("bells", Rang("ding"))
        await trio.sleep(0.1)
        assert [await near.text(), await far.text()] == ["ding", "ding"]
        broker.down()
        broker.up()
        await trio.sleep(2)
        with entering(here):
            broadcast("bells", Rang("dong"))
        await trio.sleep(0.1)
        assert [await near.text(), await far.text()] == ["ding, gap of bells, dong"] * 2


async def test_what_is_said_in_the_last_moment_still_goes_out() -> None:
    broker = MemoryBroker()
    async with bells(broker).node() as node:
        await trio.sleep(0.1)
        with entering(node):
            assert isinstance(pubsub().adapter, Remote)
            broadcast("bells", Rang("dong"))
    assert [topic for topic, _ in broker.published].count("bells") == 1
    assert broker.lives == []


async def test_without_a_broker_anything_may_be_broadcast() -> None:
    async with bells(None).node():
        assert pubsub().adapter is None
        broadcast("bells", object())


async def test_under_test_nothing_is_connected_and_what_cannot_travel_is_refused_all_the_same() -> None:
    broker = MemoryBroker()
    async with open_page(bells(broker), "/") as view:
        broadcast("bells", Rang("ding"))
        with pytest.raises(MessageError, match="is not a Message"):
            broadcast("bells", "ding")
        await view.settle()
        assert await view.text() == "ding"
    assert broker.attempts == 0


# -- logouts -------------------------------------------------------------------


async def test_a_logout_closes_the_sockets_of_its_visitor_at_all_servers() -> None:
    broker = MemoryBroker()
    one, two, three = bells(broker), bells(broker), bells(None)
    ada, bo = {"live_socket_id": "users:ada"}, {"live_socket_id": "users:bo"}
    async with (
        one.node(),
        two.node(),
        three.node(),
        open_page(two, "/", session=ada) as hers,
        open_page(two, "/", session=bo) as his,
        open_page(three, "/", session=ada) as alone,
    ):
        before = [view.pid for view in (hers, his, alone)]
        assert one.disconnect("users:ada") == 0
        await trio.sleep(2)
        after = [view.pid for view in (hers, his, alone)]
        assert [was == now for was, now in zip(before, after, strict=True)] == [False, True, True]


async def test_a_logout_that_the_broker_lost_is_not_heard_and_the_log_says_that_there_may_be_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broker = MemoryBroker()
    one, two = bells(broker), bells(broker)
    broker.loses = lambda topic: topic == elsewhere.TOPIC
    async with one.node(), two.node():
        await trio.sleep(1)
        assert "logged out" not in caplog.text  # nobody was there to be missed
        async with open_page(two, "/", session={"live_socket_id": "users:ada"}) as far:
            pid = far.pid
            assert one.disconnect("users:ada") == 0
            await trio.sleep(1)
            broker.down()
            broker.up()
            await trio.sleep(20)
            assert far.pid == pid
    assert caplog.text.count("may still be open, until they join anew") == 1
