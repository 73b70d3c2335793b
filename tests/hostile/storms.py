"""Attacks of many at once. `soak` has ten times as many."""

from __future__ import annotations

from tests.hostile.script import (
    Case,
    Closed,
    End,
    Ended,
    Flood,
    Gone,
    HalfClose,
    Hear,
    Join,
    Lives,
    Open,
    Reset,
    Send,
    Status,
    Step,
    event,
    frame,
    handshake,
    http,
    join,
    message,
)

__all__ = ["CASES"]


def storm(name: str, crowd: int, *sends: Step, end: End) -> Case:
    return Case(name, sends, end, crowd=crowd)


CASES = [
    storm("connections that say nothing", 20, end=Ended()),
    storm("half heads", 20, Send(http("GET / HTTP/1.1")[:-2]), end=Ended()),
    storm("heads of rubbish", 20, Send(b"\xff\r\n\r\n"), end=Status(400)),
    storm("half handshakes, torn", 20, Send(handshake()[:80]), Reset(), end=Gone()),
    storm("many handshakes, torn", 20, Send(handshake()), Reset(), end=Gone()),
    storm(
        "handshakes from another site, many",
        20,
        Send(handshake(Origin="http://evil.example")),
        end=Status(403),
    ),
    storm("handshakes that never join", 10, Open(), end=Closed(1008)),
    storm("joins at once", 10, Join(), end=Lives()),
    storm("joins at once, torn", 10, Open(), Send(join()), Reset(), end=Gone()),
    storm(
        "joins, left and joined again",
        10,
        Join(),
        Send(message("phx_leave", {}), join()),
        Hear(3),
        end=Lives(),
    ),
    storm("joins at once, half closed", 10, Open(), Send(join()), HalfClose(), end=Ended()),
    storm("floods at once", 5, Join(), Flood(event(), 100), Hear(101), end=Lives()),
    storm("breaches at once", 5, Join(), Send(frame(0x83)), end=Closed(1002)),
]
