"""Attacks on lines: who lies about counts, names lines that are not theirs, and says the right words out of turn."""

from __future__ import annotations

from tests.hostile.script import (
    Again,
    Answers,
    Case,
    Closed,
    End,
    Flood,
    Gone,
    Hear,
    Lives,
    Open,
    Part,
    Reset,
    Send,
    Step,
    Take,
    Wait,
    event,
    frame,
    join,
    text,
)

__all__ = ["CASES"]

VIOLATION, NO_MESSAGE = Closed(1002), Closed(1011)
STRANGE = "AAAAAAAAAAAAAAAAAAAAAA"

ONE_WAY = ("direct",)
"""What is said is understood behind the ways of a websocket, and once is enough."""

BEGIN: list[Step] = [Open(), Send(text("#new"), join()), Hear(1), Take("LINE", r"#handle (\S+)")]
"""A page with a line, which has one frame to confirm."""


def said(name: str, *parts: Part, end: End = VIOLATION) -> Case:
    """What is said on a line that is well."""
    return Case(name, [*BEGIN, Send(*parts)], end, ways=ONE_WAY)


def first(name: str, *parts: Part, end: End = VIOLATION) -> Case:
    """What is said before there is a line."""
    return Case(name, [Open(), Send(*parts)], end, ways=ONE_WAY)


def broken(name: str, *parts: Part, end: End) -> Case:
    """What is said on the next socket, when the first has broken."""
    return Case(name, [*BEGIN, Reset(), Wait(0.1), Again(), Open(), Send(*parts)], end)


COUNTS = [
    said("a count of more than was sent", text("#count 2")),
    said("a count that falls", text("#count 1"), text("#count 0")),
    said("a count of fifteen digits", text("#count 999999999999999")),
    said("a count of sixteen digits", text("#count 1000000000000000")),
    said("a count below nothing", text("#count -1")),
    said("a count with a nought in front", text("#count 01")),
    said("a count in other digits", text("#count ١")),
    said("a count and a line feed", text("#count 1\n")),
    said("no count", text("#count")),
    said("a thousand counts that are true", *[text("#count 1")] * 1000, end=Lives()),
    Case("more signs of life than are asked for", [*BEGIN, Flood(text("#ping"), 2000)], Lives()),
]

TURNS = [
    said("a second line on one socket", text("#new")),
    said("a line that goes on where it is", text("#resume <LINE> 1")),
    said("the server's word for a line", text("#handle <LINE> 20000")),
    said("the server's word for none", text("#gone")),
    said("the server's last word", text("#drained 1")),
    said("a word that there is not", text("#hello")),
    said("a mark and nothing", text("#")),
    said("a word of a megabyte", text("#" + "9" * 900_000)),
    said("a word in bytes", frame(0x82, b"#ping"), end=NO_MESSAGE),
    said("a goodbye, and words behind it", text("#goodbye"), event("inc"), text("#new"), end=Gone()),
    first("a sign of life of nobody", text("#ping")),
    first("a count of nothing", text("#count 0")),
    first("a goodbye to nobody", text("#goodbye")),
    first("an end that nobody has come to", text("#drained 0")),
    first("a name that is none", text("#resume ../../etc/passwd 0")),
    first("a name of a kilobyte", text(f"#resume {'A' * 1000} 0")),
    Case("a line behind a join", [Open(), Send(join()), Hear(1), Send(text("#new"))], NO_MESSAGE),
]

NAMES = [
    first(
        "a line that never was", text(f"#resume {STRANGE} 0"), join(), end=Answers("#gone", '"status":"ok"')
    ),
    first(
        "a new line for one that never was", text(f"#new {STRANGE}"), join(), end=Answers("#handle", '"ok"')
    ),
    broken("what was never sent is had", text("#resume <LINE> 999"), end=Answers("#gone")),
    broken("a line that was given up is gone on with", text("#new <LINE>"), end=Answers("#handle")),
    Case(
        "a line that goes on twice",
        [
            *BEGIN,
            Again(),
            Open(),
            Send(text("#resume <LINE> 1")),
            Again(),
            Open(),
            Send(text("#resume <LINE> 1")),
        ],
        Answers("#count 1"),
    ),
    Case(
        "a line that was said goodbye to",
        [*BEGIN, Send(text("#goodbye")), Wait(0.1), Again(), Open(), Send(text("#resume <LINE> 1"))],
        Answers("#gone"),
    ),
]

STORMS = [
    Case("lines at once, torn", [*BEGIN, Reset()], Gone(), crowd=20),
    Case("one breach on each of many lines", [*BEGIN, Send(text("#count 9"))], VIOLATION, crowd=20),
    Case(
        "lines that go on, and on",
        [*BEGIN, *[Again(), Open(), Send(text("#resume <LINE> 1")), Wait(0.1)] * 10],
        Answers("#count 1"),
        crowd=10,
    ),
]

CASES = [*COUNTS, *TURNS, *NAMES, *STORMS]
