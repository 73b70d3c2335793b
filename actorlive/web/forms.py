"""What plain HTML forms need of the server: methods that HTML does not have, and a look at who sent them.

**A POST whose first field is `_method` is a PUT, PATCH or DELETE**, as `<.link method="delete">` and
`<.form method="put">` send it; it reaches the route of that method (mirrors `Plug.MethodOverride`). The method
has to be known before the route is, and the body may be long, so that only its beginning is looked at.

**Every POST, PUT, PATCH and DELETE must carry the session's CSRF token**, as the field `_csrf_token` or the header
`x-csrf-token`, except for the functions marked `@csrf_exempt` (mirrors `Plug.CSRFProtection`). A method that came by
`_method` is never exempt, nor does `protect_forms=False` let it pass: a page of another site can send a form, but could
not have sent a DELETE.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import trio
from quart import Quart, abort, request, session

from actorlive.web import csrf
from actorlive.web.asgi import Asgi, Receive, Scope

__all__ = ["MethodOverride", "check_csrf_token", "csrf_exempt"]

PEEK = 1024
"""So many bytes of a body are looked at for a first field `_method`: a multipart boundary may be long."""

PATIENCE = 60.0
"""Seconds that a body may take to begin; after them it stays a POST."""

REFUSED = (
    "The CSRF token is missing, or not this session's. Load the page again. A form has it as the field _csrf_token, a"
    " script as the header x-csrf-token."
)
OVERRIDDEN = "actorlive.method_override"
EXEMPT = "__csrf_exempt__"
CHECKED = frozenset(("POST", "PUT", "PATCH", "DELETE"))

_METHODS = rb"(put|patch|delete)"
_URLENCODED = re.compile(rb"_method=" + _METHODS + rb"(?:&|\Z)", re.IGNORECASE)
_MULTIPART = re.compile(
    rb'--[^\r\n]+\r\ncontent-disposition: form-data; name="_method"\r\n\r\n' + _METHODS + rb"\r\n",
    re.IGNORECASE,
)
_FIELDS = {b"application/x-www-form-urlencoded": _URLENCODED, b"multipart/form-data": _MULTIPART}

F = TypeVar("F", bound=Callable[..., Any])


def csrf_exempt(function: F) -> F:
    """A view function that takes requests without a CSRF token, such as those of a payment service."""
    setattr(function, EXEMPT, True)
    return function


async def check_csrf_token(app: Quart, *, every: bool) -> None:
    """Abort this request with 403 when it needs the session's token and does not carry it."""
    overridden = OVERRIDDEN in request.scope
    if not overridden and not (every and request.method in CHECKED and not _is_exempt(app)):
        return
    if not csrf.valid(session, await _token(request)):
        abort(403, REFUSED)


async def _token(message: Any) -> str:
    return message.headers.get("x-csrf-token") or (await message.form).get(csrf.CSRF_KEY, "")


def _is_exempt(app: Quart) -> bool:
    return getattr(app.view_functions.get(request.endpoint or ""), EXEMPT, False)


class MethodOverride:
    """The ASGI layer around the application that reads `_method`."""

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one request."""
        field = _field(scope)
        if field is not None:
            scope, receive = await _overridden(scope, receive, field)
        await self._app(scope, receive, send)


async def _overridden(scope: Scope, receive: Receive, field: re.Pattern[bytes]) -> tuple[Scope, Receive]:
    messages: list[Any] = []
    with trio.move_on_after(PATIENCE):
        await _peek(receive, messages)
    found = field.match(b"".join(message.get("body", b"") for message in messages))
    if found is not None:
        scope = {**scope, "method": found[1].decode().upper(), OVERRIDDEN: True}
    return scope, _again(messages, receive)


def _field(scope: Scope) -> re.Pattern[bytes] | None:
    """What `_method` looks like in this request's body; None when it cannot hold a form."""
    if scope["type"] != "http" or scope["method"] != "POST":
        return None
    kinds = (value for name, value in scope["headers"] if name.lower() == b"content-type")
    return _FIELDS.get(next(kinds, b"").partition(b";")[0].strip().lower())


async def _peek(receive: Receive, messages: list[Any]) -> None:
    size = 0
    while size < PEEK:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if not message.get("more_body", False):
            return


def _again(messages: list[Any], receive: Receive) -> Receive:
    """A `receive` that gives what was read already, then the rest."""
    waiting = iter(messages)

    async def next_message() -> Any:
        for message in waiting:
            return message
        return await receive()

    return next_message
