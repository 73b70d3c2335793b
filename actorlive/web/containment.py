"""What a request's code raises ends that request, whatever it is.

`failures` answers what the application raises. What gets past it (in a hook of the server, in a response's body, in a
websocket's handler) Hypercorn answers with a 500 when it is an `Exception`; anything else would end the connection or
the server. So what leaves a request here is one `Exception`, or what belongs to others by the rule of
`actorlive.runtime.faults`: a real interrupt, a cancellation.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any

import trio
from quart import Request
from quart.utils import encode_headers
from quart.wrappers import Response
from quart.wrappers.response import DataBody
from quart_trio.asgi import TrioASGIHTTPConnection

from actorlive.errors import ActorLiveError
from actorlive.live.process.mounting import one_error
from actorlive.live.process.turnstile import take_turn
from actorlive.runtime.faults import add_hint, belongs_outside, interrupt_in, is_cancelled_here
from actorlive.web.asgi import UNACCOMPANIED

if TYPE_CHECKING:
    from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable

    from actorlive.web.shortcut import Shortcut

__all__ = ["HttpConnection", "RequestFailed", "contained", "ungrouped"]


class RequestFailed(ActorLiveError):
    """The code of a request raised what is not an `Exception`, or several errors at once; they are the cause."""


@contextmanager
def ungrouped() -> Generator[None]:
    """A block of which a nursery's group leaves as the one error that it comes down to, so that Quart, which looks for
    a status in groups, does not take one that stands beside a real error."""
    try:
        yield
    except BaseException as error:
        add_hint(error)
        if belongs_outside(error):
            raise
        fault = one_error(error)
        if isinstance(fault, BaseExceptionGroup):
            raise RequestFailed(f"the code of this request raised {error!r}") from error
        if fault is error:
            raise
        raise fault from fault.__cause__


@contextmanager
def contained() -> Generator[None]:
    """A block whose faults are an `Exception`."""
    try:
        yield
    except BaseException as error:
        if (interrupt := interrupt_in(error)) is not None:
            raise interrupt from None  # alone: Hypercorn logs groups and keeps them
        if is_cancelled_here() or isinstance(error, Exception):
            raise
        raise RequestFailed(f"the code of this request raised {error!r}") from error


class HttpConnection(TrioASGIHTTPConnection):
    """Quart-Trio's connection, whose faults stay with its request.

    Where nothing is to be received, no task is there to do it, and an answer that is known goes out in one message.
    What may take the short way is left to that (`web.shortcut`).
    """

    def __init__(self, app: Any, scope: Any, shortcut: Shortcut) -> None:
        super().__init__(app, scope)
        self._shortcut = shortcut

    async def __call__(self, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        with contained():
            await take_turn()
            if UNACCOMPANIED in (vars(self)["scope"].get("extensions") or ()):
                await self._respond(send)
            else:
                await super().__call__(receive, send)

    async def handle_request(self, nursery: trio.Nursery, request: Request, send: ASGISendCallable) -> None:
        asked: Any = self._shortcut.page(vars(self)["scope"], lambda: request) or request
        await super().handle_request(nursery, asked, send)

    async def _respond(self, send: ASGISendCallable) -> None:
        make = partial(self._make_request, send)
        asked: Any = self._shortcut.page(vars(self)["scope"], make) or make()
        answer: Any = await self.app.handle_request(asked)
        if isinstance(answer, Response) and isinstance(answer.response, DataBody):
            await _send_whole(send, answer, answer.response.data)
            return
        timeout: Any = getattr(answer, "timeout", ...)
        seconds: float | None = vars(self.app)["config"]["RESPONSE_TIMEOUT"] if timeout is ... else timeout
        with trio.CancelScope(deadline=inf if seconds is None else trio.current_time() + seconds):
            await self._send_response(send, answer)

    def _make_request(self, send: ASGISendCallable) -> Request:
        request = self._create_request_from_scope(send)
        request.body.set_complete()
        return request


async def _send_whole(send: Any, answer: Response, body: bytes) -> None:
    """An answer that is known, which the server gives its own time to be taken."""
    headers = encode_headers(answer.headers)
    await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
