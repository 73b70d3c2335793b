"""How long one waits for a broker, and what the log has of it."""

from __future__ import annotations

import logging

import pytest

from actorlive.pubsub.outage import Outage


def longest(low: float, high: float) -> float:
    assert low == high / 2
    return high


def waits(outage: Outage, times: int, now: float = 0.0) -> list[float]:
    return [outage.failed(OSError("refused"), now) for _ in range(times)]


def test_the_waits_double_up_to_a_second_and_never_overflow() -> None:
    outage = Outage("redis", longest)
    assert waits(outage, 7) == [0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
    assert set(waits(outage, 5_000)) == {1.0}


def test_after_a_life_they_begin_anew() -> None:
    outage = Outage("redis", longest)
    waits(outage, 9)
    outage.ended(10)
    assert outage.failed(OSError(), 11.5) == 0.05


def test_a_broker_that_accepts_and_closes_again_is_away() -> None:
    outage = Outage("redis", longest)
    seen: list[float] = []
    for now in range(9):
        outage.ended(now)
        seen += waits(outage, 1, now + 0.1)
    assert seen[-1] == 1.0


def test_they_are_spread() -> None:
    assert len({wait for _ in range(20) for wait in waits(Outage("redis"), 1)}) > 10


def test_the_log_has_the_break_a_line_per_minute_and_the_return(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    outage = Outage("redis at h:1", longest)
    outage.ended(0)
    for now in range(100, 225):
        outage.failed(OSError("refused"), now)
    assert outage.ended(225) == 125
    assert [record.getMessage() for record in caplog.records] == [
        "connected to the broker redis at h:1",
        *(
            f"no connection to the broker redis at h:1, attempt {attempt}: refused. Broadcasts reach this node's own"
            " processes meanwhile, and the latest of them the others later"
            for attempt in (1, 61, 121)
        ),
        "the broker redis at h:1 is back after 125.0 s",
    ]
