"""HTTP/1.1 as the direct way needs it: the head of a request without a body, and an answer to one.

The parser is llhttp. It is given one head and nothing behind it, so no length and no encoding of a body can be
misread here: a request that has any is not ours. An answer is checked as a whole before it is sent, so that no value of
an application can begin a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from time import time
from typing import Any

import httptools
import trio

from actorlive.errors import ActorLiveError

__all__ = [
    "END",
    "HOST",
    "TARGET",
    "AnswerError",
    "ConnectionAddresses",
    "Head",
    "HeaderField",
    "fields_of",
    "is_bodiless",
    "parse",
    "write_chunk",
    "write_head",
]

END = b"\r\n\r\n"
"""Of a head."""

HeaderField = tuple[bytes, bytes]

_FIELDS = re.compile(rb"(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+: [^\0-\x08\x0a-\x1f\x7f]*\r\n)*")
HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._~%!$&'()*+,;=]*)(?::[0-9]*)?")
"""One host, with its port or without (RFC 9110, 7.2)."""
TARGET = re.compile(rb"/[\x21\x22\x24-\x7e]*")
"""Of a request: a path and a query, without the fragment that some readers would cut off."""


class AnswerError(ActorLiveError):
    """The application has answered with what is no answer of HTTP."""


@dataclass(slots=True)
class Head:
    """A request's first line and its headers, with their names in lower case."""

    method: bytes = b""
    target: bytes = b""
    version: bytes = b""
    headers: list[HeaderField] = field(default_factory=list[HeaderField])

    def on_url(self, url: bytes) -> None:
        """The parser's."""
        self.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """The parser's."""
        self.headers.append((name.lower(), value))


@dataclass(frozen=True, slots=True)
class ConnectionAddresses:
    """Between which two addresses a connection is; None for one that is none of the Internet's, or has gone already."""

    client: tuple[str, int] | None
    server: tuple[str, int] | None

    @classmethod
    def of(cls, socket: trio.socket.SocketType) -> ConnectionAddresses:
        """Where a socket is."""
        return cls(_address(socket.getpeername), _address(socket.getsockname))


def _address(ask: Callable[[], Any]) -> tuple[str, int] | None:
    try:
        match ask():
            case (str(host), int(port), *_):
                return host, port
            case _:  # the path of a Unix socket, which is a text
                return None
    except OSError:
        return None


def parse(data: bytes) -> Head | None:
    """What `data`, which ends with a head's `END`, says; None when that is not a head, asks for no path, or leaves open
    which host is meant."""
    head = Head()
    parser = httptools.HttpRequestParser(head)
    try:
        parser.feed_data(data)
    except httptools.HttpParserUpgrade:
        pass
    except httptools.HttpParserError:
        return None
    head.method, head.version = parser.get_method(), parser.get_http_version().encode()
    first_line = b"%b %b HTTP/%b\r\n" % (head.method, head.target, head.version)
    one_line_each = data.startswith(first_line) and data.count(b"\n") == len(head.headers) + 2
    hosts = [value for name, value in head.headers if name == b"host"]
    names_one = HOST.fullmatch(hosts[0]) if len(hosts) == 1 else not hosts and head.version != b"1.1"
    is_clear = one_line_each and names_one
    return head if is_clear and TARGET.fullmatch(head.target) else None


def fields_of(headers: Iterable[HeaderField]) -> dict[bytes, bytes]:
    """The headers by name; of one that stands twice all values, so that where only one may stand it is wrong."""
    fields: dict[bytes, bytes] = {}
    for name, value in headers:
        before = fields.get(name)
        fields[name] = value if before is None else before + b", " + value
    return fields


def write_head(status: int, headers: Iterable[HeaderField]) -> bytes:
    """The head of an answer, with the date. Raises `AnswerError` for a header that is none."""
    each = [b"%b: %b\r\n" % header for header in headers]
    lines = b"".join(each)
    if not _FIELDS.fullmatch(lines) or lines.count(b"\n") != len(each):
        raise AnswerError(f"the application has answered with headers that are none: {lines!r:.200}")
    return b"%bdate: %b\r\n%b\r\n" % (_status_line(status), _date(int(time())), lines)


def write_chunk(data: bytes) -> bytes:
    """A piece of an answer whose length nobody knew; an empty one is the last."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def is_bodiless(method: bytes, status: int) -> bool:
    """True for an answer that ends with its head, whatever that says of a length (RFC 9112, 6.3)."""
    return method == b"HEAD" or status in (204, 304) or 100 <= status < 200


@lru_cache(maxsize=64)
def _status_line(status: int) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    return f"HTTP/1.1 {status} {phrase}\r\n".encode()


@lru_cache(maxsize=1)
def _date(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()
