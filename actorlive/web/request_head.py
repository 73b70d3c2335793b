"""Which heads of requests are read at all: those that every reader reads alike.

A proxy and the server behind it have to agree where a request ends and whom it is for. Where they do not, what one
visitor sends is read as the beginning of another's request (request smuggling, RFC 9112, 11.2), or passes the proxy's
rules under another name. h11 reads generously: lines that end with LF alone, folded fields, `Transfer-Encoding` in
HTTP/1.0 or beside a `Content-Length`, a length that is stated twice. So a head is held to the grammar before h11 sees
it, and whatever two readers might read in two ways is refused (RFC 9112, 2.2, 3.2, 5 and 6).

The direct way leaves every such head to Hypercorn, and so to this.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from actorlive.web.direct.http import END, HOST, TARGET, fields_of

__all__ = ["fault_of_head", "origin_form"]

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_BROKEN_LINE = re.compile(rb"(?<!\r)\n|\r(?=[^\n])")
_REQUEST_LINE = re.compile(rb"(%b) ([\x21-\x7e]+) HTTP/([0-9]\.[0-9])" % _TOKEN)
_FIELD = re.compile(rb"(%b):([^\0-\x08\x0a-\x1f\x7f]*)" % _TOKEN)
_LENGTH = re.compile(rb"[0-9]{1,18}")
_ABSOLUTE = re.compile(rb"https?://([^/?]*)(.*)", re.IGNORECASE)


def fault_of_head(data: bytes) -> str | None:
    """What is wrong with the head that `data` begins with; None for one that is beyond doubt, or may still become so.

    A version that is not HTTP/1 is left to whoever answers that one.
    """
    end = data.find(END)
    head = data if end < 0 else data[:end]
    if _BROKEN_LINE.search(head):
        return "a line that does not end with CR and LF"
    return None if end < 0 else _fault_of_lines(*head.split(b"\r\n"))


def origin_form(target: bytes) -> bytes:
    """The path and the query of a target that passed: of a whole URL, too (RFC 9112, 3.2.2)."""
    found = _ABSOLUTE.fullmatch(target)
    return target if found is None else b"/" + found[2].removeprefix(b"/")


def _fault_of_lines(first: bytes, *lines: bytes) -> str | None:
    asked = _REQUEST_LINE.fullmatch(first)
    if asked is None:
        return "a first line that does not ask for anything"
    method, target, version = asked.groups()
    if version not in (b"1.0", b"1.1"):
        return None
    headers = [found.groups() for found in map(_FIELD.fullmatch, lines) if found is not None]
    if len(headers) != len(lines):
        return "a line that is not a header field"
    fields = fields_of((name.lower(), value.strip(b" \t")) for name, value in headers)
    return (
        _fault_of_host(fields, version)
        or _fault_of_target(method, target, fields)
        or _fault_of_length(fields, version)
    )


def _fault_of_host(fields: Mapping[bytes, bytes], version: bytes) -> str | None:
    """`fields_of` joins what stands twice with a comma and a space, which no host has."""
    host = fields.get(b"host")
    if host is None:
        return "no Host" if version == b"1.1" else None
    return None if HOST.fullmatch(host) else "a Host that is not one host"


def _fault_of_target(method: bytes, target: bytes, fields: Mapping[bytes, bytes]) -> str | None:
    whole = _ABSOLUTE.fullmatch(target)
    if whole is not None and whole[1].lower() != fields.get(b"host", b"").lower():
        return "a URL of another host than its Host"
    is_asked_of_all = method == b"OPTIONS" and target == b"*"
    return None if is_asked_of_all or TARGET.fullmatch(origin_form(target)) else "a target that is not a path"


def _fault_of_length(fields: Mapping[bytes, bytes], version: bytes) -> str | None:
    length, coding = fields.get(b"content-length"), fields.get(b"transfer-encoding")
    if length is not None and not _LENGTH.fullmatch(length):
        return "a Content-Length that is not one number"
    if coding is None:
        return None
    if length is not None:
        return "a Transfer-Encoding beside a Content-Length"
    if version == b"1.0":
        return "a Transfer-Encoding in HTTP/1.0"
    return None if coding.lower() == b"chunked" else "a Transfer-Encoding that is not chunked"
