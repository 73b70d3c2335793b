"""Which pages may open a websocket: cross-site websocket hijacking ends here.

A browser sends the `Origin` of the page with every websocket handshake, and the cookies of the host that is
asked. Without a check any page on the web could open a socket with its visitor's session. A client that is no
browser sends no `Origin`; it has no visitor's cookies either, so it may pass. Mirrors Phoenix's `check_origin`.

Origins are compared as what they mean: scheme, host and port, the port being the scheme's own where none is named.
What is not exactly an origin, as no browser sends it, is nobody's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias
from urllib.parse import urlsplit

from actorlive.web.errors import ConfigurationError

__all__ = ["CheckOrigin", "Origin", "check_patterns", "origin_allowed", "parse_origin"]

CheckOrigin: TypeAlias = bool | list[str] | tuple[str, ...]
"""True: the page's own host only. False: everybody. Else patterns: "https://example.com", "//*.example.com"."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9._~-]+|[0-9a-f:.]+")
_VISIBLE = re.compile(r"[!-~]+")
_ORIGIN = re.compile(r"(?:(?P<scheme>[a-z][a-z0-9+.-]*):)?//(?P<place>[^/?#@\\]+)")


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port, the first and the last None where they are not named."""

    scheme: str | None
    host: str
    port: int | None

    def with_port_of(self, scheme: str | None) -> Origin:
        """The same with its port named."""
        port = _DEFAULT_PORTS.get(scheme or "") if self.port is None else self.port
        return Origin(self.scheme, self.host, port)


def origin_allowed(origin: str | None, host: str, check: CheckOrigin) -> bool:
    """May a page of `origin` talk to us, whom it called `host` (the request's Host header)?"""
    if origin is None or check is False:
        return True
    page = parse_origin(origin)
    if page is None or page.scheme is None:
        return False  # "null" (a sandboxed or local page), or no origin at all
    page = page.with_port_of(page.scheme)
    if check is True:
        ours = parse_origin(f"//{host}")
        ours = None if ours is None else ours.with_port_of(page.scheme)
        return ours is not None and (ours.host, ours.port) == (page.host, page.port)
    return any(_matches(page, pattern) for pattern in check)


def check_patterns(check: object) -> None:
    """Raise `ConfigurationError` for what is not a list of patterns, or a pattern that no page's origin matches."""
    match check:
        case bool():
            return
        case list() | tuple():
            for pattern in check:  # pyright: ignore[reportUnknownVariableType]
                if not isinstance(pattern, str) or _parse_pattern(pattern) is None:
                    raise ConfigurationError(
                        f'check_origin: no page has an origin like {pattern!r}; write "https://example.com",'
                        ' "//example.com" for both schemes, or "//*.example.com" for all hosts under it'
                    )
        case _:
            raise ConfigurationError(f"check_origin is True, False or a list of patterns, not {check!r}")


def _matches(page: Origin, pattern: str) -> bool:
    wanted = _parse_pattern(pattern)
    if wanted is None or wanted.scheme not in (None, page.scheme):
        return False
    if wanted.with_port_of(page.scheme).port != page.port:
        return False
    if wanted.host.startswith("*."):
        return page.host.endswith(wanted.host[1:])
    return page.host == wanted.host


@lru_cache(maxsize=256)
def _parse_pattern(pattern: str) -> Origin | None:
    """A pattern's parts; its host may begin with "*."."""
    text = pattern.removesuffix("/") if "//" in pattern else f"//{pattern}"
    wild = "//*." in text
    parsed = parse_origin(text.replace("//*.", "//", 1))
    if parsed is None or not wild:
        return parsed
    return Origin(parsed.scheme, f"*.{parsed.host}", parsed.port)


def parse_origin(text: str) -> Origin | None:
    """Scheme, host and port, or None for what is not an origin."""
    text = text.lower()
    found = _ORIGIN.fullmatch(text) if _VISIBLE.fullmatch(text) else None
    if found is None:
        return None
    try:
        parts = urlsplit(f"//{found['place']}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if host is None or not _HOST.fullmatch(host):
        return None
    return Origin(found["scheme"], host, port)
