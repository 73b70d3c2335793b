"""What a request is answered with when no handler takes what it raised.

Quart asks the application's error handlers first; what comes here is left over. **The browser gets a page, and
the log one traceback, which begins in the application's own code**: in debug mode the page of `error_page`, or the
development server's own, else Quart's plain 500 or the application's own. An exception with a 4xx `code` is an answer,
not a fault: it has that status, as it has at a join. In tests, and where PROPAGATE_EXCEPTIONS says so, the exception
goes on as it is.

Left alone, Quart on Trio lets these exceptions leave its nursery in debug mode, and groups of them in any mode: the
browser would get an empty 500 and the log a traceback of the server.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, cast

from quart import Quart, Response, got_request_exception
from werkzeug.exceptions import HTTPException, InternalServerError, default_exceptions

from actorlive.live.process.mounting import client_error
from actorlive.runtime.faults import belongs_outside, unwrap
from actorlive.web.error_page import is_own

__all__ = ["answer_failures", "http_error"]


def answer_failures(app: Quart, debug: Callable[[], bool], page: Callable[[BaseException], str]) -> None:
    """Have the application answer its failures by the rule above; `debug` says whether the browser may see them, as
    the document that `page` makes."""
    dispatch: Callable[..., Awaitable[Any]] = app.full_dispatch_request

    async def full_dispatch_request(context: Any = None) -> Any:
        try:
            return await dispatch(context)
        except BaseException as error:
            if belongs_outside(error) or app.testing or app.config["PROPAGATE_EXCEPTIONS"]:
                raise
            return await _answer(app, error, page if debug() else None)

    cast("Any", app).full_dispatch_request = full_dispatch_request


def http_error(status: int) -> HTTPException:
    """The exception of a status, also of one that has no name."""
    kind = default_exceptions.get(status)
    if kind is not None:
        return kind()
    error = HTTPException("The request was refused.")
    error.code = status
    return error


async def _answer(app: Quart, error: BaseException, page: Callable[[BaseException], str] | None) -> Any:
    cause = unwrap(error)
    status = client_error(cause)
    if status is not None:
        return await app.finalize_request(await app.handle_user_exception(http_error(status)))
    if cause.__context__ is error:
        cause.__context__ = None  # the group that it came in, as if it had been the reason
    traceback = cause.__traceback__ = _from_own_code(cause.__traceback__)
    await cast("Any", got_request_exception).send_async(app, _sync_wrapper=app.ensure_async, exception=cause)
    app.log_exception(cast("Any", (type(cause), cause, traceback)))
    if page is not None:
        answer = Response(page(cause), 500, content_type="text/html; charset=utf-8")
    else:
        answer = await app.handle_user_exception(InternalServerError(original_exception=cause))
    return await app.finalize_request(answer, from_error_handler=True)


def _from_own_code(traceback: TracebackType | None) -> TracebackType | None:
    """The traceback from the application's first frame on; all of it where there is none."""
    step = traceback
    while step is not None and not is_own(step.tb_frame.f_globals.get("__name__", "")):
        step = step.tb_next
    return step or traceback
