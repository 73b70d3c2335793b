"""A live page over plain TCP: the application is called with no library and no task between it and the socket.

The application makes the page by the one code that makes it on every way, through Quart's hooks, session and route.
What differs is what stands before it: a request that is a live route's, by GET or HEAD, in HTTP/1.1 and without a body,
is passed on from here; its answer leaves in one piece. Everything else is Hypercorn's, whatever came before on the
connection, and so is every head that is not beyond doubt.

**What it does not do.** It does not look whether the visitor goes away while the page is made, as Hypercorn does: a
page that is made for nobody is made to its end. So a route that streams for hours must not come here, and none that is
not live does.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import trio

from actorlive.web.asgi import UNACCOMPANIED, Asgi, Scope
from actorlive.web.direct.answers import Answer
from actorlive.web.direct.http import ConnectionAddresses, Head

__all__ = ["answer_page", "is_plain", "page_scope", "path_of"]

_NOT_PLAIN = frozenset((b"content-length", b"transfer-encoding", b"expect", b"upgrade", b"te", b"trailer"))
_log = logging.getLogger("actorlive.web")


def is_plain(head: Head, fields: Mapping[bytes, bytes]) -> bool:
    """True for a request that could be for a page, and for nothing else than its own host."""
    return (
        head.version == b"1.1"
        and head.method in (b"GET", b"HEAD")
        and fields.keys().isdisjoint(_NOT_PLAIN)
        and fields.get(b"connection", b"keep-alive").lower() in (b"keep-alive", b"close")
    )


def path_of(head: Head) -> str:
    """The path that is asked for, decoded."""
    return unquote(head.target.partition(b"?")[0].decode("ascii"))


async def answer_page(
    stream: trio.SocketStream, head: Head, app: Asgi, scope: Scope, *, close: bool, send_timeout: float
) -> bool:
    """Have the application answer; True when the connection may carry another request.

    An application that raises before it has answered has its visitor told 500; if it has begun, the connection ends.
    """
    answer = Answer(stream, head.method, close=close, send_timeout=send_timeout)

    async def send(message: Any) -> None:
        match message["type"]:
            case "http.response.start":
                answer.start(message["status"], message.get("headers", ()))
            case "http.response.body":
                await answer.send(bytes(message.get("body", b"")), more=message.get("more_body", False))
            case _:
                pass

    try:
        await app(scope, _receive, send)
    except Exception:
        _log.exception("a page failed in the application")
    if not answer.has_begun:
        answer.close = True
        await answer.say(500, "the application failed")
    return answer.is_whole and not answer.close


def page_scope(head: Head, place: ConnectionAddresses, state: Mapping[str, Any]) -> Scope:
    """The request as ASGI has it."""
    path, _, query = head.target.partition(b"?")
    return {
        "type": "http",
        "asgi": {"spec_version": "2.3", "version": "3.0"},
        "http_version": "1.1",
        "method": head.method.decode(),
        "scheme": "http",
        "path": path_of(head),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": head.headers,
        "client": place.client,
        "server": place.server,
        "extensions": {UNACCOMPANIED: True},
        "state": dict(state),
    }


_asked = {"type": "http.request", "body": b"", "more_body": False}


async def _receive() -> Any:
    """For a layer that asks all the same: there is no body."""
    await trio.lowlevel.checkpoint()
    return _asked
