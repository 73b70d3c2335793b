"""The HTTP of long polling: who may, and what each request is answered.

The status that the client goes by stands in the body of an answer; the HTTP status is another for requests only that
are refused, so that proxies and logs see those. What the client does: 410 opens it while it has no token; later, and
with 403 and 500, it begins anew, after a longer while each time.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from quart import Response, request, session

from actorlive.live.process.connection import ConnectionInfo
from actorlive.web.asked import Asked
from actorlive.web.longpoll.body import PostedFrames, UnreadBody
from actorlive.web.longpoll.socket import PolledSocket
from actorlive.web.tokens import PollToken
from actorlive.web.transport import (
    Refusal,
    allow,
    comes_from_our_page,
    connect,
    connection_info,
    live_socket_id,
    refuse,
)
from actorlive.web.visitor import VISITOR_KEY, is_visitor

if TYPE_CHECKING:
    from actorlive.web.app import ActorLive

__all__ = ["LONGPOLL_PATH", "serve_longpoll"]

LONGPOLL_PATH = "/live/longpoll"

OK, NOTHING, FORBIDDEN, GONE, FAILED = 200, 204, 403, 410, 500
TOKEN_HEADER = "x-phoenix-longpoll-token"  # noqa: S105 - of later clients; today's have it in the query
LINES = "application/x-ndjson"
WHAT = "a poll"

_log = logging.getLogger("actorlive.web")


async def serve_longpoll(live: ActorLive) -> Response:
    """The route: a GET opens a socket, or polls it; a POST brings frames."""
    token = request.headers.get(TOKEN_HEADER) or request.args.get("token", "")
    match request.method:
        case "GET" if not token:
            return _open(live)
        case "GET" | "POST" if not _comes_from_our_page(live):
            return _refused(Refusal(FORBIDDEN, "origin not allowed"))
        case "GET":
            return await _poll(live, token)
        case "POST":
            return await _post(live, token)
        case _:
            return _refused(Refusal(405, "a poll is a GET, or a POST"))


def _open(live: ActorLive) -> Response:
    asked = Asked(request.scope)
    client = connection_info(asked, dict(session))
    peer = client.info["peer"]
    refusal = refuse(asked, live, WHAT) if _comes_from_our_site(live) else Refusal(FORBIDDEN, "not our page")
    if refusal is None and live.polled.refuse(peer):
        _log.warning("%s may not poll, because %d clients do; see Limits.max_polled", peer, len(live.polled))
        refusal = Refusal(503, "too many clients poll")
    if refusal is not None:
        return _refused(refusal)
    key = live.polled.add(_connected(live, client))
    signed = live.endpoint.tokens.poll.sign(PollToken(key, _visitor(client)))
    return _answer(GONE, _numbered(live, signed, 0))


def _connected(live: ActorLive, client: ConnectionInfo) -> PolledSocket:
    allowance = allow(live, client)
    socket = PolledSocket(live.limits, live_socket_id(client), allowance, live.polled.wake)
    socket.carry(connect(live, client, socket.send, allowance, "longpoll"))
    return socket


async def _poll(live: ActorLive, token: str) -> Response:
    signed, number = _parts(token)
    socket = _find(live, signed)
    batch = None if socket is None or number is None else await socket.poll(number)
    if batch is None:
        return _answer(GONE)
    return _answer(OK if batch.frames else NOTHING, _numbered(live, signed, batch.number), batch.frames)


async def _post(live: ActorLive, token: str) -> Response:
    if request.mimetype != LINES:  # what a form of another site can send is none
        return _refused(Refusal(415, f"a post of messages is {LINES}"))
    socket = _find(live, _parts(token)[0])
    if socket is None or socket.closing:
        return _answer(GONE)
    if socket.is_posting:
        return _refused(Refusal(409, "another post is being read"))
    frames = PostedFrames(UnreadBody.of(request.scope), live.limits.max_frame, live.limits.stall_timeout)
    is_open = await socket.take(frames.next)
    return _answer(OK if is_open else GONE)


# -- who -----------------------------------------------------------------------


def _comes_from_our_page(live: ActorLive) -> bool:
    return _comes_from_our_site(live) and comes_from_our_page(Asked(request.scope), live.check_origin, WHAT)


def _comes_from_our_site(live: ActorLive) -> bool:
    """False for what another site's page has asked for without saying who it is, by an image say. A browser names the
    origin of a page with a POST, and with a GET of a script to another one."""
    said_where = "origin" in request.headers or live.check_origin is False
    return said_where or request.headers.get("sec-fetch-site", "none") in ("none", "same-origin")


def _find(live: ActorLive, signed: str) -> PolledSocket | None:
    """The socket that a token names, if it is this visitor's."""
    content = live.endpoint.tokens.poll.read(signed)
    if content is None:
        return None
    client = connection_info(Asked(request.scope), dict(session))
    theirs = (
        not _visitor(client) if not content.visitor else is_visitor(client.session or {}, content.visitor)
    )
    return live.polled.get(content.id) if theirs else None


def _visitor(client: ConnectionInfo) -> str:
    """Whose socket it is; "" for one without a session, which joins nothing but hears why."""
    visitor = (client.session or {}).get(VISITOR_KEY)
    return visitor if isinstance(visitor, str) else ""


def _numbered(live: ActorLive, signed: str, number: int) -> str:
    return f"{live.lines.prefix}{signed}~{number}"


def _parts(token: str) -> tuple[str, int | None]:
    """What is signed, and the batch's number behind it. Before it is the worker's, which has led here."""
    signed, _, number = token.rpartition("~")
    return signed.rpartition("~")[2], int(number) if number.isascii() and number.isdigit() and len(
        number
    ) < 16 else None


# -- answers -------------------------------------------------------------------


def _refused(refusal: Refusal) -> Response:
    answer = _answer(FORBIDDEN if refusal.status == FORBIDDEN else FAILED)
    answer.status_code = refusal.status
    return answer


def _answer(status: int, token: str | None = None, frames: Sequence[bytes] = ()) -> Response:
    messages = [frame.decode() for frame in frames]
    body = msgspec.json.encode({"status": status, "token": token, "messages": messages})
    return Response(body, content_type="application/json", headers={"Cache-Control": "no-store"})
