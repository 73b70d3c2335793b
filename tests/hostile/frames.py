"""Attacks on the websocket: frames, and the messages of channels in them."""

from __future__ import annotations

import zlib
from dataclasses import replace

from tests.hostile.script import (
    Answers,
    Case,
    Closed,
    Drip,
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
    Wait,
    event,
    frame,
    join,
    message,
    text,
)

__all__ = ["CASES"]

TEXT, BINARY, GO_ON, CLOSE, PING, PONG = 0x81, 0x82, 0x80, 0x88, 0x89, 0x8A
MIB = 1024 * 1024
VIOLATION, NOT_UTF8, TOO_BIG, NO_MESSAGE = Closed(1002), Closed(1007), Closed(1009), Closed(1011)
STALE = Answers('{"status":"error","response":{"reason":"stale"}}')
UNAUTHORIZED = Answers('{"status":"error","response":{"reason":"unauthorized"}}')
UNMATCHED = Answers('{"status":"error","response":{"reason":"unmatched topic"}}')


def breach(name: str, data: bytes, end: End, portable: End | None = None) -> Case:
    return Case(name, [Join(), Send(data)], end, portable)


def deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush(zlib.Z_SYNC_FLUSH)


FRAMES = [
    breach("no mask", frame(TEXT, b"{}", masked=False), VIOLATION),
    breach("a frame that inflates to 50 MB", frame(0xC1, deflated(b" " * 50_000_000)), VIOLATION),
    breach("the second reserved bit", frame(0xA1, b"{}"), VIOLATION),
    breach("the third reserved bit", frame(0x91, b"{}"), VIOLATION),
    breach("an unknown kind", frame(0x83, b"{}"), VIOLATION),
    breach("an unknown kind of control", frame(0x8B, b"{}"), VIOLATION),
    breach("a ping in fragments", frame(0x09, b"{}"), VIOLATION),
    breach("a ping of 126 bytes", frame(PING, b"x" * 126), VIOLATION),
    breach("a continuation of nothing", frame(GO_ON, b"{}"), VIOLATION),
    breach("a message inside a message", frame(0x01, b"{") + frame(TEXT, b"}"), VIOLATION),
    breach("text that is not UTF-8", frame(TEXT, b"\xff\xfe"), NOT_UTF8),
    breach("text that is not UTF-8, in fragments", frame(0x01, b"\xc3") + frame(GO_ON, b"\xff"), NOT_UTF8),
    breach("half of a surrogate pair as text", frame(TEXT, b"\xed\xa0\x80"), NOT_UTF8),
    breach("a length in more bytes than it needs", frame(TEXT, b"{}", width=2), VIOLATION),
    breach("a length in eight bytes that fits in two", frame(TEXT, b"x" * 300, width=8), VIOLATION),
    breach("a length of 2^63", frame(TEXT, length=1 << 63), VIOLATION),
    breach("a terabyte, announced", frame(TEXT, length=1 << 40), TOO_BIG, Closed(1001)),
    breach("a byte more than a megabyte", frame(TEXT, b" " * (MIB + 1)), TOO_BIG),
    breach("a megabyte of spaces", frame(TEXT, b" " * MIB), NO_MESSAGE),
    breach("a megabyte in pieces, and a byte", frame(0x01, b" " * MIB) + frame(GO_ON, b" "), TOO_BIG),
    breach("close, without a code", frame(CLOSE), Closed(1005)),
    breach("close, with a code", frame(CLOSE, b"\x03\xe8"), Closed(1000)),
    breach("close, with half a code", frame(CLOSE, b"\x03"), VIOLATION),
    breach("close, with a code that may not be sent", frame(CLOSE, b"\x03\xee"), VIOLATION),
    breach("close, with a reason that is not UTF-8", frame(CLOSE, b"\x03\xe8\xff"), NOT_UTF8),
    breach("more frames behind a close", frame(CLOSE, b"\x03\xe8") + frame(TEXT, b"{}") * 100, Closed(1000)),
    breach("an empty text", frame(TEXT), NO_MESSAGE),
    breach("an empty binary frame", frame(BINARY), NO_MESSAGE),
    breach("binary rubbish", frame(BINARY, b"\xff" * 100), NO_MESSAGE),
    breach("a binary frame shorter than its head says", frame(BINARY, b"\0\xff\xff\xff\xff"), NO_MESSAGE),
]

FLOODS = [
    Case("5,000 pings", [Join(), Flood(frame(PING, b"x"), 5_000)], Lives()),
    Case("5,000 pongs", [Join(), Flood(frame(PONG, b"x"), 5_000)], Lives()),
    Case("empty fragments without end", [Join(), Send(frame(0x01)), Flood(frame(0x00), 17_000)], TOO_BIG),
    Case("1,000 events in one write", [Join(), Flood(event(), 1_000), Hear(1_001)], Lives()),
    Case("1,000 messages for nobody", [Join(), Flood(event(topic="lv:gone"), 1_000), Hear(1_001)], Lives()),
    Case("60 events for a slow view", [Join(), Flood(event(), 60), Hear(61)], Lives(), path="/slow"),
    Case("60 events for a slow view, and gone", [Join(), Flood(event(), 60), Reset()], Gone(), path="/slow"),
    Case("200 joins of one topic", [Open(), Flood(join(), 200)], Lives()),
    Case("200 joins of one topic, and gone", [Open(), Flood(join(), 200), Reset()], Gone()),
    Case("200 joins of nobody", [Open(), Flood(join(session="x"), 200), Hear(200)], Lives()),
    Case("500 heartbeats", [Open(), Flood(message("heartbeat", {}, "phoenix"), 500), Hear(500)], Lives()),
    Case("20,000 unread answers", [Join(), Flood(event(), 20_000), Wait(100.0)], Ended(), ways=("direct",)),
    Case(
        "30 MB of answers that are not read",
        [Join(), Flood(event(), 30), Wait(100.0)],
        Ended(),
        path="/talkative",
    ),
]

SLOW = [
    Case("silence after the handshake", [Open()], Closed(1008)),
    Case("silence after the join", [Join()], Closed(1001)),
    Case("half a frame", [Join(), Send(frame(TEXT, b"x" * 100)[:50])], Closed(1001)),
    Case("half a head of a frame", [Join(), Send(b"\x81")], Closed(1001)),
    Case("a frame byte by byte", [Join(), Drip(event()), Hear(2)], Lives()),
    Case("the end of the stream in a frame", [Join(), Send(frame(TEXT, b"xx")[:-1]), HalfClose()], Ended()),
    Case("the end of the stream between frames", [Join(), HalfClose()], Ended()),
    Case("a reset in a frame", [Join(), Send(frame(TEXT, b"xx")[:-1]), Reset()], Gone()),
]


def nested(depth: int) -> str:
    return '["1","<REF>","<TOPIC>","event",{"event":"save","value":' + "[" * depth + "]" * depth + "}]"


MESSAGES = [
    Case("no JSON", [Join(), Send(text("hello"))], NO_MESSAGE),
    Case("JSON that is no message", [Join(), Send(text("{}"))], NO_MESSAGE),
    Case("four fields", [Join(), Send(text('["1","2","<TOPIC>","event"]'))], NO_MESSAGE),
    Case("six fields", [Join(), Send(text('["1","2","<TOPIC>","event",{},1]'))], NO_MESSAGE),
    Case("numbers for refs", [Join(), Send(text('[1,2,"<TOPIC>","event",{}]'))], NO_MESSAGE),
    Case("lists nested 100 deep", [Join(), Send(text(nested(100)))], NO_MESSAGE),
    Case("lists nested 950 deep", [Join(), Send(text(nested(950)))], NO_MESSAGE),
    Case("lists nested 200,000 deep", [Join(), Send(text(nested(200_000)))], NO_MESSAGE),
    Case(
        "a number of 100,000 digits",
        [
            Join(),
            Send(
                text('["1","2","<TOPIC>","event",{"event":"save","value":{"number":' + "9" * 100_000 + "}}]")
            ),
        ],
        Lives(),
    ),
    Case(
        "a number outside of 64 bits",
        [Join(), Send(event("save", {"number": 1 << 64}))],
        Answers('"response":{}'),
    ),
    Case(
        "10,000 numbers that share a hash",
        [Join(), Send(event("save", {"ids": [(2**61 - 1) * n for n in range(10_000)]}))],
        Answers('"response":{}'),
    ),
    Case("40,000 numbers", [Join(), Send(event("save", {"ids": list(range(40_000))}))], Answers('"diff"')),
    Case(
        "10,000 long names",
        [Join(), Send(event("save", {"names": {f"{n:080}": "" for n in range(10_000)}}))],
        Answers('"diff"'),
    ),
    Case("a name of half a megabyte", [Join(), Send(event("x" * 500_000))], Answers('"response":{}')),
    Case("an event that nobody declared", [Join(), Send(event("drop_tables"))], Answers('"response":{}')),
    Case(
        "an event of the framework that is none",
        [Join(), Send(event("lv:become_root"))],
        Answers('"response":{}'),
    ),
    Case(
        "an event for a component that is gone",
        [Join(), Send(event("inc", cid=99))],
        Answers('"response":{}'),
    ),
    Case(
        "an event without a name",
        [Join(), Send(message("event", {"type": "click"}))],
        Answers('"response":{}'),
    ),
    Case("an event that is a list", [Join(), Send(message("event", []))], Answers('"response":{}')),
    Case("an event that is null", [Join(), Send(message("event", None))], Answers('"response":{}')),
    Case(
        "a form nested 40 deep",
        [Join(), Send(event("save", "a" + "[x]" * 40 + "=1", type="form"))],
        Answers('"response":{}'),
    ),
    Case(
        "a form of 10,001 fields",
        [Join(), Send(event("save", "a=1&" * 10_001, type="form"))],
        Answers('"response":{}'),
    ),
    Case(
        "a form with a target without end",
        [Join(), Send(event("save", "a=1", type="form", meta={"_target": "a" + "[x]" * 50_000}))],
        Answers('"'),
    ),
    Case(
        "half of a surrogate pair",
        [Join(), Send(event("save", {"names": {"\ud800": "\udfff"}}))],
        Answers('"diff"'),
    ),
    Case("an unknown message", [Join(), Send(message("sudo", {}))], Answers('"response":{}')),
    Case("a heartbeat for a view", [Join(), Send(message("heartbeat", {}))], Answers('"response":{}')),
    Case(
        "a message of the server",
        [Join(), Send(message("phx_reply", {"status": "ok"}))],
        Answers('"response":{}'),
    ),
    Case(
        "an upload that nobody allowed",
        [Join(), Send(message("allow_upload", {"ref": "x", "entries": []}))],
        Answers('"error":[["x","disallowed"]]'),
    ),
    Case(
        "what an upload is not",
        [Join(), Send(message("allow_upload", {"ref": 7, "entries": {}}))],
        Answers('"error":[]'),
    ),
    Case(
        "progress of what nobody sends",
        [Join(), Send(message("progress", {"ref": "x", "entry_ref": "0", "progress": 100}))],
        Answers('"response":{}'),
    ),
    Case(
        "a binary frame for a view",
        [Join(), Send(frame(BINARY, b"\0\x01\x01\x04\x0511lv:xchunk" + bytes(1000)))],
        Answers('"unmatched topic"'),
    ),
    Case("events for somebody else's view", [Join(), Send(event(topic="<THEIR_TOPIC>"))], UNMATCHED),
    Case(
        "a leave of somebody else's view",
        [Join(), Send(message("phx_leave", {}, "<THEIR_TOPIC>"))],
        Answers('"response":{}'),
    ),
    Case("an event before the join", [Open(), Send(event())], UNMATCHED),
    Case(
        "an event of an earlier join",
        [Join(), Send(message("event", {"event": "inc"}, join_ref="0"))],
        Lives(),
    ),
    Case(
        "an event behind the leave",
        [Join(), Send(message("phx_leave", {})), Hear(2), Send(event())],
        UNMATCHED,
    ),
    Case(
        "a leave, twice", [Join(), Send(message("phx_leave", {}), message("phx_leave", {})), Hear(3)], Lives()
    ),
]

JOINS = [
    Case("a topic that is none", [Open(), Send(join("room:1"))], UNMATCHED),
    Case("a topic of 100 KB", [Open(), Send(join("lv:" + "x" * 100_000))], STALE),
    Case("no token", [Open(), Send(join(session=None))], STALE),
    Case("a forged token", [Open(), Send(join(session="e30.aaaaaa.bbbbbbbbbbbbbbbb"))], STALE),
    Case("a token with another end", [Open(), Send(join(session="<SESSION>x"))], STALE),
    Case("a token of 500 KB", [Open(), Send(join(session="<SESSION>" * 1_000))], STALE),
    Case("an expired token", [Open(), Send(join(session="<EXPIRED>"))], STALE),
    Case("a token of another kind", [Open(), Send(join(session="<STATIC>"))], STALE),
    Case("a static token of another kind", [Open(), Send(join(static="<SESSION>"))], STALE),
    Case(
        "somebody else's page",
        [Open(), Send(join("<THEIR_TOPIC>", session="<THEIR_SESSION>", static="<THEIR_STATIC>"))],
        STALE,
    ),
    Case("somebody else's token on our topic", [Open(), Send(join(session="<THEIR_SESSION>"))], STALE),
    Case("our token on somebody else's topic", [Open(), Send(join("<THEIR_TOPIC>"))], STALE),
    Case("another view's URL", [Open(), Send(join(url="http://<HOST>/slow"))], UNAUTHORIZED),
    Case("a URL of another live session", [Open(), Send(join(url="http://<HOST>/admin"))], UNAUTHORIZED),
    Case(
        "a navigation to another live session",
        [Open(), Send(join(url=None, redirect="http://<HOST>/admin"))],
        UNAUTHORIZED,
    ),
    Case("a URL that runs", [Open(), Send(join(url="javascript:alert(1)"))], UNAUTHORIZED),
    Case("a URL that is none", [Open(), Send(join(url="http://["))], UNAUTHORIZED),
    Case(
        "a URL that climbs 3,000 times",
        [Open(), Send(join(url="http://<HOST>/" + "a/" * 3_000 + "../" * 3_000 + "counter"))],
        Answers('"status":"ok"'),
    ),
    Case(
        "a URL that climbs 100,000 times",
        [Open(), Send(join(url="http://<HOST>/" + "a/" * 100_000 + "../" * 100_000 + "counter"))],
        UNAUTHORIZED,
    ),
    Case("params that are a list", [Open(), Send(join(params=[]))], STALE),
    Case(
        "50,000 params",
        [Open(), Send(join(params={f"k{n}": n for n in range(50_000)}))],
        Answers('"status":"ok"'),
    ),
    Case("two hundred topics", [Open(), *[Send(join(f"lv:{n}")) for n in range(200)], Hear(200)], Lives()),
    Case("our topic twice", [Join(), Send(join()), Hear(2), Send(event())], Answers("phx_close", '"diff"')),
    Case(
        "a patch to another live session",
        [Join(), Send(message("live_patch", {"url": "http://<HOST>/admin"}))],
        Answers('"link_redirect":true'),
    ),
    Case(
        "a patch to another host",
        [Join(), Send(message("live_patch", {"url": "http://evil.example/counter"}))],
        Answers('"response":{}'),
    ),
    Case(
        "a patch to what is none",
        [Join(), Send(message("live_patch", {"url": "http://["}))],
        Answers('"link_redirect":true'),
    ),
    Case("a patch without a URL", [Join(), Send(message("live_patch", {}))], Answers('"response":{}')),
    Case(
        "a patch that climbs 3,000 times",
        [Join(), Send(message("live_patch", {"url": "/" + "a/" * 3_000 + "../" * 3_000 + "counter"}))],
        Answers('"response":{}'),
    ),
    Case(
        "a patch that climbs 100,000 times",
        [Join(), Send(message("live_patch", {"url": "/" + "a/" * 100_000 + "../" * 100_000 + "counter"}))],
        Answers('"link_redirect":true'),
    ),
]

CASES = [*FRAMES, *FLOODS, *(replace(case, lasts=True) for case in SLOW), *MESSAGES, *JOINS]
