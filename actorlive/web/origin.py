"""Which pages may open a websocket: cross-site websocket hijacking ends here.

A browser sends the `Origin` of the page with every websocket handshake, and the cookies of the host that is
asked. Without a check any page on the web could open a socket with its visitor's session. A client that is no
browser sends no `Origin`; it has no visitor's cookies either, so it may pass. Mirrors Phoenix's `check_origin`.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

__all__ = ["CheckOrigin", "origin_allowed"]

CheckOrigin = bool | Sequence[str]
"""True: the page's own host only. False: everybody. Else patterns: "https://example.com", "//*.example.com"."""

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def origin_allowed(origin: str | None, host: str, check: CheckOrigin) -> bool:
    """May a page of `origin` talk to us, whom it called `host` (the request's Host header)?"""
    if origin is None or check is False:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    if not parts.scheme or not parts.netloc:
        return False  # "null" (a sandboxed or local page), or no origin at all
    if check is True:
        default = _DEFAULT_PORTS.get(parts.scheme, "")
        return parts.netloc.lower().removesuffix(default) == host.lower().removesuffix(default)
    return any(_matches(parts.scheme, parts.netloc.lower(), pattern) for pattern in check)


def _matches(scheme: str, netloc: str, pattern: str) -> bool:
    wanted_scheme, _, wanted = pattern.lower().rpartition("//")
    if wanted_scheme and wanted_scheme != f"{scheme}:":
        return False
    if wanted.startswith("*."):
        return netloc.endswith(wanted[1:])
    return netloc == wanted
