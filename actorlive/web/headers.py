"""The headers that browsers need to be told to be careful, on every answer of the application.

A header that the application has set itself stays as it is. Mirrors `put_secure_browser_headers` of Phoenix.

What refuses, fails or leads elsewhere is meant for one visitor at one moment: no cache keeps it, or it would tell the
next one. A permanent redirect is what its name says.
"""

from __future__ import annotations

from quart.typing import ResponseTypes

__all__ = ["HSTS", "NO_STORE", "SECURITY_HEADERS", "secure"]

NO_STORE = (b"cache-control", b"no-store")
"""The field of an answer that is not the application's, and that no cache keeps."""
PASSING_REDIRECTS = (302, 303, 307)

HSTS = "max-age=31536000"
"""Strict-Transport-Security of an application with `https=True`: a browser asks over https only, for a year."""

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}


def secure(response: ResponseTypes, *, csp: str, hsts: bool) -> ResponseTypes:
    """Add what is missing."""
    headers = response.headers
    present = {name.lower() for name, _ in headers}
    wanted = {"Content-Security-Policy": csp, **SECURITY_HEADERS}
    if response.status_code >= 400 or response.status_code in PASSING_REDIRECTS:
        wanted["Cache-Control"] = "no-store"
    if hsts:
        wanted["Strict-Transport-Security"] = HSTS
    headers.extend([(name, value) for name, value in wanted.items() if name.lower() not in present])
    return response
