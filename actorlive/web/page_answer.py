"""A page's answer as the server sends it: bytes, with the headers that all pages have made once.

Quart's `Response` is for code that may look at it or change it. Where there is none (`web.shortcut`), what would be
made of it is this.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from quart import Response
from quart.utils import encode_headers
from werkzeug.datastructures import Headers

from actorlive.web.asgi import Send
from actorlive.web.headers import secure

__all__ = ["FRESH", "PageAnswer", "page_response", "send_whole"]

FRESH = {"Cache-Control": "private, max-age=0, must-revalidate"}
"""Headers of a page that is its visitor's alone."""

_LENGTH = b"content-length"

EncodedHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """Status 200, and all the rest."""

    headers: EncodedHeaders
    body: bytes

    @classmethod
    def of(cls, body: bytes, more: Iterable[tuple[str, str]], *, csp: str, hsts: bool) -> PageAnswer:
        """What `secure` makes of the `page_response` of that body, with `more` headers. Raises `ValueError` for a
        policy of several lines."""
        before, after = _around_length(csp, hsts)
        length = _LENGTH, b"%d" % len(body)
        return cls([*before, length, *after, *encode_headers(Headers(more))], body)

    async def send(self, send: Send) -> None:
        """Send it by ASGI."""
        await send_whole(send, 200, self.headers, self.body)


async def send_whole(send: Send, status: int, headers: EncodedHeaders, body: bytes) -> None:
    """An answer that is known, which the server gives its own time to be taken."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def page_response(document: str) -> Response:
    """The answer as Quart has it."""
    return Response(document, content_type="text/html; charset=utf-8", headers=FRESH)


@lru_cache(maxsize=16)
def _around_length(csp: str, hsts: bool) -> tuple[EncodedHeaders, EncodedHeaders]:
    """The headers of every page, before and behind its length."""
    headers = encode_headers(secure(page_response(""), csp=csp, hsts=hsts).headers)
    at = [name for name, _ in headers].index(_LENGTH)
    return headers[:at], headers[at + 1 :]
