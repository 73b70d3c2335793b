"""What a request's code raises ends that request, whatever it is.

`failures` answers what the application raises. What gets past it (in a hook of the server, in a response's body, in a
websocket's handler) Hypercorn answers with a 500 when it is an `Exception`; anything else would end the connection or
the server. So what leaves a request here is one `Exception`, or what belongs to others by the rule of
`actorlive.runtime.faults`: a real interrupt, a cancellation.
"""

from __future__ import annotations

from collections.abc import Callable
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
from actorlive.web.page_answer import PageAnswer, send_whole

if TYPE_CHECKING:
    from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable

    from actorlive.web.shortcut import Shortcut

__all__ = ["HttpConnection", "RequestFailed", "contained", "ungrouped"]


class RequestFailed(ActorLiveError):
    """The code of a request raised what is not an `Exception`, or several errors at once; they are the cause."""


class _Block:
    """What `contextmanager` makes, without the generator, which every page would make anew."""

    __slots__ = ()

    def __enter__(self) -> None:
        pass


class ungrouped(_Block):  # noqa: N801 - reads as a statement: `with ungrouped(): …`
    """A block of which a nursery's group leaves as the one error that it comes down to, so that Quart, which looks for
    a status in groups, does not take one that stands beside a real error."""

    __slots__ = ()

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if error is None:
            return
        add_hint(error)
        if belongs_outside(error):
            return
        fault = one_error(error)
        if isinstance(fault, BaseExceptionGroup):
            raise RequestFailed(f"the code of this request raised {error!r}") from error
        if fault is not error:
            raise fault from fault.__cause__


class contained(_Block):  # noqa: N801
    """A block whose faults are an `Exception`."""

    __slots__ = ()

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if error is None:
            return
        if (interrupt := interrupt_in(error)) is not None:
            raise interrupt from None  # alone: Hypercorn logs groups and keeps them
        if not (is_cancelled_here() or isinstance(error, Exception)):
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
        answer: Any = await self.app.handle_request(self._asked(lambda: request))
        with self._time_to_send(answer):
            if isinstance(answer, PageAnswer):
                await answer.send(send)
            else:
                await self._send_response(send, answer)
        nursery.cancel_scope.cancel()

    async def _respond(self, send: ASGISendCallable) -> None:
        answer: Any = await self.app.handle_request(self._asked(partial(self._make_request, send)))
        if isinstance(answer, PageAnswer):
            await answer.send(send)
            return
        if isinstance(answer, Response) and isinstance(answer.response, DataBody):
            await send_whole(send, answer.status_code, encode_headers(answer.headers), answer.response.data)
            return
        with self._time_to_send(answer):
            await self._send_response(send, answer)

    def _asked(self, make: Callable[[], Request]) -> Any:
        """What is asked for, as the short way has it, or else Quart."""
        return self._shortcut.page(vars(self)["scope"], make) or make()

    def _time_to_send(self, answer: Any) -> trio.CancelScope:
        timeout: Any = getattr(answer, "timeout", ...)
        seconds: float | None = vars(self.app)["config"]["RESPONSE_TIMEOUT"] if timeout is ... else timeout
        return trio.CancelScope(deadline=inf if seconds is None else trio.current_time() + seconds)

    def _make_request(self, send: ASGISendCallable) -> Request:
        request = self._create_request_from_scope(send)
        request.body.set_complete()
        return request
