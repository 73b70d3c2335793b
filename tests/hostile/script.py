"""The words that cases are written in: what is sent, step by step, and how it must end.

A case is data. In what it sends, `<HOST>` and the like stand for what its visitor was given with a page, `<THEIR_…>`
for what another visitor was; `<REF>` is a number that grows. Texts are filled in before they become frames.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

__all__ = [
    "BOTH",
    "Again",
    "Answers",
    "Case",
    "Closed",
    "Drip",
    "End",
    "Ended",
    "Filler",
    "Flood",
    "Gone",
    "HalfClose",
    "Hear",
    "Join",
    "Lives",
    "Open",
    "Pages",
    "Part",
    "Reset",
    "Send",
    "Status",
    "Step",
    "Take",
    "Wait",
    "binary",
    "event",
    "frame",
    "handshake",
    "http",
    "join",
    "message",
    "text",
]

BOTH = ("direct", "portable")


class Filler(Protocol):
    """Who knows what the placeholders stand for."""

    def fill(self, template: bytes) -> bytes:
        """The bytes with every placeholder replaced."""
        ...


Part: TypeAlias = bytes | Callable[[Filler], bytes]
"""Bytes to send, with placeholders, or what makes them."""


# -- steps ---------------------------------------------------------------------


@dataclass(frozen=True)
class Send:
    """Send these in one piece."""

    parts: tuple[Part, ...]

    def __init__(self, *parts: Part) -> None:
        object.__setattr__(self, "parts", parts)


@dataclass(frozen=True)
class Flood:
    """Send a part so many times, as fast as it goes; heard is nothing meanwhile."""

    part: Part
    times: int


@dataclass(frozen=True)
class Drip:
    """Send byte by byte, with a pause between two."""

    part: Part
    pause: float = 0.0


@dataclass(frozen=True)
class Open:
    """A websocket of this visitor, as a browser opens it."""


@dataclass(frozen=True)
class Join:
    """A websocket that has joined the page's view."""


@dataclass(frozen=True)
class Hear:
    """Wait until so many answers of the channel have come."""

    replies: int


@dataclass(frozen=True)
class Take:
    """What stands in the last message that has it, by the pattern's group, is `<NAME>` from now on."""

    name: str
    pattern: str


@dataclass(frozen=True)
class Wait:
    """Do nothing for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class HalfClose:
    """Say that nothing more will come."""


@dataclass(frozen=True)
class Reset:
    """Tear the connection."""


@dataclass(frozen=True)
class Again:
    """Begin with another connection; the first one stays as it is."""


Step: TypeAlias = Send | Flood | Drip | Open | Join | Hear | Take | Wait | HalfClose | Reset | Again


# -- ends ----------------------------------------------------------------------


@dataclass(frozen=True)
class Status:
    """An answer of HTTP with one of these; then the server closes, unless it `stays`."""

    codes: tuple[int, ...]
    stays: bool

    def __init__(self, *codes: int, stays: bool = False) -> None:
        object.__setattr__(self, "codes", codes)
        object.__setattr__(self, "stays", stays)


@dataclass(frozen=True)
class Pages:
    """So many good answers of HTTP, one after another."""

    count: int


@dataclass(frozen=True)
class Closed:
    """The websocket is closed with one of these codes, the last thing that is said on it."""

    codes: tuple[int, ...]

    def __init__(self, *codes: int) -> None:
        object.__setattr__(self, "codes", codes)


@dataclass(frozen=True)
class Ended:
    """The server ends the connection, whatever it has said."""


@dataclass(frozen=True)
class Answers:
    """Frames with these texts come, in this order, and the websocket lives on."""

    texts: tuple[str, ...]

    def __init__(self, *texts: str) -> None:
        object.__setattr__(self, "texts", texts)


@dataclass(frozen=True)
class Lives:
    """The websocket answers a ping: what came before was nothing to it."""


@dataclass(frozen=True)
class Gone:
    """We have left; there is nothing to hear."""


End: TypeAlias = Status | Pages | Closed | Ended | Answers | Lives | Gone


@dataclass(frozen=True)
class Case:
    """One attack: what is sent, and how it must end on the direct way, and on the portable one where that differs.

    `crowd` peers with a page of `path` each make it at once. One that `lasts` takes as long as somebody's patience.
    """

    name: str
    sends: Sequence[Step]
    end: End
    portable: End | None = None
    ways: Sequence[str] = BOTH
    path: str = "/counter"
    crowd: int = 1
    lasts: bool = False

    def end_on(self, way: str) -> End:
        """How it must end on that way."""
        return self.portable if way == "portable" and self.portable is not None else self.end


# -- parts ---------------------------------------------------------------------


def http(first: str, *lines: str, host: bool = True, body: bytes = b"") -> bytes:
    """A request's head, with a `Host`, and its body."""
    named = ["Host: <HOST>"] if host else []
    return "".join(f"{line}\r\n" for line in (first, *named, *lines, "")).encode("latin-1") + body


def handshake(
    target: str = "/live/websocket?vsn=2.0.0&_csrf_token=<CSRF>",
    *more: str,
    method: str = "GET",
    version: str = "1.1",
    **fields: str | None,
) -> bytes:
    """A websocket's handshake, with some fields (underscores for hyphens) replaced or left out, and `more` lines."""
    known: dict[str, str | None] = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Origin": "http://<HOST>",
        "Cookie": "<COOKIE>",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    known.update({name.replace("_", "-"): value for name, value in fields.items()})
    lines = [f"{name}: {value}" for name, value in known.items() if value is not None]
    return http(f"{method} {target} HTTP/{version}", *lines, *more)


def frame(
    first: int,
    payload: bytes = b"",
    *,
    masked: bool = True,
    width: int | None = None,
    length: int | None = None,
) -> bytes:
    """A client's frame; `width` and `length` are what its head says, whatever is true."""
    size = len(payload) if length is None else length
    width = (0 if size < 126 else 2 if size < 1 << 16 else 8) if width is None else width
    mark = 0x80 if masked else 0
    head = bytes([first, mark | {0: size & 0x7F, 2: 126, 8: 127}[width]])
    return head + (size.to_bytes(width, "big") if width else b"") + (bytes(4) if masked else b"") + payload


def text(content: str) -> Part:
    """A text frame; its content is filled in."""
    return lambda filler: frame(0x81, filler.fill(content.encode("utf-8", "surrogatepass")))


def message(event: str, payload: object, topic: str = "<TOPIC>", join_ref: str | None = "1") -> Part:
    """A message of the channel protocol."""
    return text(json.dumps([join_ref, "<REF>", topic, event, payload]))


def join(topic: str = "<TOPIC>", **changes: object) -> Part:
    """A join of the page's view, with some of its payload replaced."""
    payload: dict[str, object] = {
        "url": "http://<HOST><PATH>",
        "session": "<SESSION>",
        "static": "<STATIC>",
        "params": {},
    }
    return text(json.dumps(["1", "<REF>", topic, "phx_join", {**payload, **changes}]))


def binary(topic: str, event: str, data: bytes, join_ref: str = "1") -> Part:
    """A binary frame of the channel protocol."""

    def made(filler: Filler) -> bytes:
        names = [join_ref.encode(), filler.fill(b"<REF>"), topic.encode(), event.encode()]
        return frame(0x82, bytes([0, *map(len, names)]) + b"".join(names) + data)

    return made


def event(name: str = "inc", value: object = None, topic: str = "<TOPIC>", **more: object) -> Part:
    """An event of a click."""
    return message("event", {"type": "click", "event": name, "value": value or {}, **more}, topic)
