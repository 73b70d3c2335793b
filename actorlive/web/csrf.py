"""The token that shows that a request comes from a page of this application.

The session keeps one token for its life; each page carries it under a fresh mask, so that no two pages hold
the same text and compression cannot leak it (the BREACH attack). Mirrors `Plug.CSRFProtection`.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, MutableMapping
from typing import Any
from urllib.parse import unquote_plus

from quart import has_request_context, session as quart_session

from actorlive.template.rendering.csrf import csrf_variable
from actorlive.web import base64url

__all__ = ["CSRF_KEY", "csrf_token", "mask", "masked_token", "valid", "without_token"]

CSRF_KEY = "_csrf_token"
"""Where the session keeps the token, and the parameter that brings the masked one back."""

_LENGTH = 18


def csrf_token() -> str:
    """The token of the page that is rendered, or of the request's session: for a form or a script of one's own
    (mirrors `Plug.CSRFProtection.get_csrf_token`).

    Raises `RuntimeError` where there is neither.
    """
    rendered = csrf_variable.get()
    if rendered is not None:
        return rendered
    if not has_request_context():
        raise RuntimeError(
            "csrf_token(): there is no page and no request here, so there is no session either"
        )
    return masked_token(quart_session)


def masked_token(session: MutableMapping[str, Any]) -> str:
    """The session's token under a fresh mask; the token is made when the session has none."""
    token = session.get(CSRF_KEY)
    if not isinstance(token, str):
        token = session[CSRF_KEY] = _encode(secrets.token_bytes(_LENGTH))
    return mask(token)


def mask(token: str) -> str:
    """A token as it stands in a page."""
    pad = secrets.token_bytes(_LENGTH)
    return _encode(pad + _xor(pad, base64url.decode(token.encode("ascii"))))


def valid(session: Mapping[str, Any], masked: str) -> bool:
    """True when `masked` is the session's token under some mask."""
    token = session.get(CSRF_KEY)
    if not isinstance(token, str):
        return False
    try:
        raw = base64url.decode(masked.encode("ascii"))
    except ValueError:
        return False
    unmasked = _encode(_xor(raw[:_LENGTH], raw[_LENGTH:]))
    return hmac.compare_digest(unmasked.encode(), token.encode("utf-8", "surrogatepass"))


def without_token(url: str) -> str:
    """A URL whose query does not give the token away, for logs and for the application."""
    head, mark, query = url.partition("?")
    kept = [part for part in query.split("&") if unquote_plus(part.partition("=")[0]) != CSRF_KEY]
    return head + mark + "&".join(kept)


def _encode(raw: bytes) -> str:
    return base64url.encode(raw).decode()


def _xor(left: bytes, right: bytes) -> bytes:
    size = min(len(left), len(right))
    return (int.from_bytes(left[:size]) ^ int.from_bytes(right[:size])).to_bytes(size)
