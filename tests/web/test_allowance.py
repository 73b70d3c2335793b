"""What one socket and one address are allowed, on the mock clock: counts, windows, and who is told how often."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from math import inf
from typing import Any

import pytest
import trio
from hypothesis import given, strategies as st

from actorlive import telemetry
from actorlive.errors import ProtocolError
from actorlive.live.intake import Backlog
from actorlive.web import ConfigurationError, Limits
from actorlive.web.allowance import Allowance, Peers, counted_as, refuse_socket
from actorlive.web.limits import JOIN_WINDOW
from actorlive.web.proxies import Proxies

VISITOR = "203.0.113.5"


@pytest.fixture
def told() -> Iterator[list[tuple[str, object]]]:
    """The limits that telemetry heard of, and whose."""
    heard: list[tuple[str, object]] = []

    def hear(name: str, measurements: Any, metadata: Any) -> None:
        if name == "limit.reached":
            heard.append((metadata["limit"], metadata["peer"]))

    telemetry.attach("allowance", hear)
    yield heard
    telemetry.detach("allowance")


# -- one socket ----------------------------------------------------------------


async def test_a_socket_joins_so_often_in_ten_seconds(told: list[tuple[str, object]]) -> None:
    allowance = Allowance(Limits(max_joins=3), VISITOR)
    assert [allowance.refuse_join() for _ in range(5)] == [None, None, None, *["too many joins"] * 2]
    assert told == [("max_joins", VISITOR)] * 2
    await trio.sleep(JOIN_WINDOW - 0.1)
    assert allowance.refuse_join() == "too many joins"
    await trio.sleep(0.1)
    assert allowance.refuse_join() is None


async def test_a_limit_is_told_each_time_and_logged_once(
    told: list[tuple[str, object]], caplog: pytest.LogCaptureFixture
) -> None:
    allowance = Allowance(Limits(), VISITOR)
    for _ in range(3):
        allowance.tell("max_events", "sends %d", 7)
        allowance.refuse_channel()
        allowance.tell_of_pause(Backlog())
        allowance.tell_of_overflow()
    names = ["max_events", "max_channels", "max_waiting", "max_queue"]
    assert told == [(name, VISITOR) for name in names] * 3
    lines = [record.getMessage() for record in caplog.records]
    assert lines[0] == f"the socket of {VISITOR} sends 7; see Limits.max_events"
    assert [line.rpartition("Limits.")[2] for line in lines] == names


async def test_only_a_frame_that_is_too_large_is_a_limit(told: list[tuple[str, object]]) -> None:
    allowance = Allowance(Limits(), VISITOR)
    allowance.tell_of_fault(ProtocolError(1002, "nonsense"))
    assert told == []
    allowance.tell_of_fault(ProtocolError(1009, "a frame of 2 bytes"))
    assert told == [("max_frame", VISITOR)]


async def test_a_socket_has_time_for_its_first_join_and_then_for_all_that_it_does(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    limits = Limits(join_timeout=10, max_age=1_000)
    idle, joined = Allowance(limits, VISITOR), Allowance(limits, VISITOR)
    joined.enter()
    assert idle.expires == joined.expires == trio.current_time() + 10
    await trio.sleep(10)
    told: list[str] = []
    finish = partial(told.append, "finish")
    assert idle.expire(trio.current_time(), finish) == 1008
    assert joined.expire(trio.current_time(), finish) is None
    assert 900 <= joined.expires - trio.current_time() <= 1_000
    assert not told
    age = joined.expires
    assert joined.expire(age, finish) is None
    assert told == ["finish"]
    assert joined.expires == age + limits.max_pause
    assert joined.expire(joined.expires, finish) == 1012
    assert told == ["finish"]
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_sockets_that_came_together_do_not_leave_together() -> None:
    lives = {Limits(max_age=1_000).lifetime() for _ in range(50)}
    assert len(lives) > 40
    assert all(900 <= life <= 1_000 for life in lives)
    assert Limits(max_age=inf).lifetime() == inf


# -- an address ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("127.0.0.1", None),
        ("127.9.9.9", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("", None),
        ("<local>", None),
    ],
)
def test_an_address_counts_with_all_that_its_owner_has(address: str, counted: str | None) -> None:
    assert counted_as(address) == counted


async def test_all_sockets_of_an_address_count_together(told: list[tuple[str, object]]) -> None:
    limits, peers = Limits(max_peer_channels=3, max_peer_joins=5), Peers()
    one, two, other = (Allowance(limits, name, peers) for name in (VISITOR, VISITOR, "203.0.113.6"))
    for allowance in (one, one, two):
        assert allowance.refuse_join() is None
        allowance.enter()
    assert two.refuse_join() == "too many channels joined from this address"
    assert other.refuse_join() is None
    one.leave()
    assert two.refuse_join() is None
    assert two.refuse_join() == "too many joins from this address"
    assert [limit for limit, _ in told] == ["max_peer_channels", "max_peer_joins"]


async def test_an_address_opens_so_many_sockets_and_the_log_says_so_once(
    told: list[tuple[str, object]], caplog: pytest.LogCaptureFixture
) -> None:
    limits, peers = Limits(max_peer_sockets=2), Peers()
    open_ = [Allowance(limits, VISITOR, peers) for _ in range(2)]
    assert refuse_socket(peers.get(VISITOR), limits)
    assert refuse_socket(peers.get(VISITOR), limits)
    assert not refuse_socket(peers.get("203.0.113.6"), limits)
    assert told == [("max_peer_sockets", VISITOR)] * 2
    assert caplog.text.count("max_peer_sockets") == 1
    open_[0].close()
    assert not refuse_socket(peers.get(VISITOR), limits)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.1.2.3", None])
async def test_this_machine_named_proxies_and_unix_sockets_are_not_counted(address: str | None) -> None:
    limits = Limits(max_peer_sockets=0, max_peer_channels=0, max_peer_joins=0)
    peers = Peers(Proxies(["10.0.0.0/8"]).include)
    allowance = Allowance(limits, address, peers)
    assert allowance.refuse_join() is None
    assert not refuse_socket(peers.get(address), limits)
    assert len(peers) == 0


async def test_who_closes_and_comes_back_finds_its_count() -> None:
    limits, peers = Limits(max_peer_joins=1), Peers()
    first = Allowance(limits, VISITOR, peers)
    assert first.refuse_join() is None
    first.close()
    assert Allowance(limits, VISITOR, peers).refuse_join() is not None
    await trio.sleep(JOIN_WINDOW)
    assert Allowance(limits, VISITOR, peers).refuse_join() is None


async def test_addresses_that_have_gone_are_forgotten() -> None:
    peers = Peers()
    for hundred in range(10):
        for number in range(100):
            allowance = Allowance(Limits(), f"203.0.{hundred}.{number}", peers)
            allowance.refuse_join()
            allowance.close()
        await trio.sleep(JOIN_WINDOW + 1)
    assert len(peers) < 150


Step = tuple[str, int]
STEPS = st.lists(
    st.tuples(st.sampled_from(["open", "enter", "leave", "close"]), st.integers(0, 5)), max_size=60
)


@given(STEPS)
async def test_whatever_opens_joins_leaves_and_closes_an_address_has_what_is_open(steps: list[Step]) -> None:
    peers = Peers()
    open_: list[tuple[Allowance, list[None]]] = []
    for step, number in steps:
        if step == "open":
            open_.append((Allowance(Limits(), VISITOR, peers), []))
        elif open_:
            allowance, views = open_[number % len(open_)]
            if step == "enter":
                allowance.enter()
                views.append(None)
            elif step == "leave" and views:
                allowance.leave()
                views.pop()
            elif step == "close":
                allowance.close()
                allowance.close()
                open_.remove((allowance, views))
    if (peer := peers.get(VISITOR)) is not None:
        assert (peer.sockets, peer.channels) == (len(open_), sum(len(views) for _, views in open_))


# -- values --------------------------------------------------------------------


@pytest.mark.parametrize("value", [-1, float("nan"), "5", None, True])
def test_a_limit_is_a_number(value: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"Limits\(max_queue=.*a limit is a number from 0 on"):
        Limits(max_queue=value)


def test_what_memory_is_set_aside_for_has_an_end() -> None:
    with pytest.raises(ConfigurationError, match=r"Limits\(max_frame=inf\): this needs a number"):
        Limits(max_frame=inf)  # pyright: ignore[reportArgumentType]
    assert Limits(max_queue=inf).max_queue == inf
