"""The headers that browsers need to be told to be careful, on every answer of the application.

A header that the application has set itself stays as it is. Mirrors `put_secure_browser_headers` of Phoenix.
"""

from __future__ import annotations

from quart.typing import ResponseTypes

__all__ = ["SECURITY_HEADERS", "secure"]

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Content-Security-Policy": "base-uri 'self'; frame-ancestors 'self'",
}


async def secure(response: ResponseTypes) -> ResponseTypes:
    """Add what is missing. A coroutine, because Quart runs plain functions in a thread."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    return response
