"""What the client keeps of each exchange, and how a frame looks to it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeAlias

from actorlive.testing.browser.dom import DomNode

__all__ = [
    "CallLater",
    "ClientPush",
    "Frame",
    "Loaded",
    "Navigation",
    "PageSocket",
    "decode",
    "encode",
    "headers_of",
]


CallLater: TypeAlias = Callable[[float, Callable[[], None]], None]
"""Calls a function after so many seconds."""


class PageSocket(Protocol):
    """The client's end of a connection."""

    def send(self, frame: str | bytes) -> None:
        """Send one frame, binary for bytes; lost when the connection has ended."""
        ...

    async def receive(self) -> str | bytes | None:
        """The next frame of the server; None when the connection has ended."""
        ...

    async def close(self) -> None:
        """End the connection."""
        ...


class Frame(NamedTuple):
    """A frame of the server: `[join_ref, ref, topic, event, payload]`."""

    join_ref: str | None
    ref: str | None
    topic: str
    event: str
    payload: Any


def decode(frame: str | bytes) -> Frame:
    """Take a text frame apart."""
    return Frame(*json.loads(frame))


def encode(join_ref: str | None, ref: str | None, topic: str, event: str, payload: Any) -> str | bytes:
    """A frame for the server: a text one, or, for a payload of bytes, a binary one."""
    if not isinstance(payload, bytes):
        return json.dumps([join_ref, ref, topic, event, payload])
    head = [part.encode() for part in (join_ref or "", ref or "", topic, event)]
    return bytes((0, *map(len, head))) + b"".join(head) + payload


@dataclass(slots=True)
class ClientPush:
    """Something sent to the server, and what became of it."""

    ref: str
    topic: str
    event: str
    payload: Any
    what: str
    """For messages: "the click of <button …>"."""
    node: DomNode | None = None
    at: float = math.inf
    """When it was given to a line, on Trio's clock."""
    join_ref: str | None = None
    """Of the join that its view had then."""
    answered: bool = False
    lost: bool = False
    status: str = ""
    response: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def done(self) -> bool:
        """True when there is nothing more to wait for."""
        return self.answered or self.lost


class Loaded:
    """An answer to a page load: the HTML, its status and the URL that it stands for."""

    __slots__ = ("headers", "html", "status", "url")

    def __init__(self, html: str, status: int, url: str, headers: dict[str, str]) -> None:
        self.html = html
        self.status = status
        self.url = url
        self.headers = headers


def headers_of(headers: Any) -> dict[str, str]:
    """A response's headers by their names in lower case."""
    return {str(name).lower(): str(value) for name, value in headers.items()}


@dataclass(frozen=True, slots=True)
class Navigation:
    """Where a view sent its visitor: `kind` is "redirect" (a page load), "live_redirect" (`push_navigate`), or "reload"
    (the page is loaded again, and `reload_token` has the server answer with the status of what its mount raised).

    `form` are the fields of a request by POST that is still to be sent, `loaded` what came back of one.
    """

    kind: str
    to: str
    flash_token: str | None = None
    replace: bool = False
    external: bool = False
    reload_token: str | None = None
    form: tuple[tuple[str, str], ...] | None = None
    loaded: Loaded | None = None
