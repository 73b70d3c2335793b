"""Where a view can send its visitor, and which targets are safe.

A path comes from application code, but is often built from what a client sent; so every target is checked
before it becomes a Location header or a frame.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from actorlive.errors import NavigationError

__all__ = ["LivePatch", "LiveRedirect", "Navigation", "Redirect", "external_url", "local_path"]

SCHEMES = frozenset(
    "http https ftp ftps mailto news irc gopher nntp feed telnet mms rtsp svn tel fax xmpp".split()
)
MAX_PATCHES = 20
"""So many patches may follow one another before it is taken for a loop."""

_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\]|%09|%0a|%0d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Redirect:
    """A full page load."""

    to: str
    status: int = 302

    def wire(self, flash: str | None) -> dict[str, Any]:
        """The body of a `redirect` frame."""
        body: dict[str, Any] = {"to": self.to, "status": self.status}
        return {**body, "flash": flash} if flash else body


@dataclass(frozen=True, slots=True)
class LiveRedirect:
    """Another view over the same socket (`push_navigate`)."""

    to: str
    kind: str = "push"

    def wire(self, flash: str | None) -> dict[str, Any]:
        """The body of a `live_redirect` frame."""
        body: dict[str, Any] = {"to": self.to, "kind": self.kind}
        return {**body, "flash": flash} if flash else body


@dataclass(frozen=True, slots=True)
class LivePatch:
    """The same view at another URL (`push_patch`)."""

    to: str
    kind: str = "push"

    def wire(self) -> dict[str, Any]:
        """The body of a `live_patch` frame."""
        return {"to": self.to, "kind": self.kind}


Navigation = Redirect | LiveRedirect | LivePatch


def local_path(to: str) -> str:
    """The path if it stays on this host. Raises `NavigationError` for anything that may not."""
    if not to.startswith("/") or to.startswith("//") or _UNSAFE.search(to):
        raise NavigationError(
            f"unsafe path {to!r}: a path starts with one / and has no backslash or control character."
            " For another host use redirect(external=…)."
        )
    return to


def external_url(url: str) -> str:
    """The URL if its scheme is a harmless one. Raises `NavigationError` otherwise."""
    scheme = urlsplit(url).scheme.lower()
    if scheme not in SCHEMES or _UNSAFE.search(url):
        raise NavigationError(f"unsafe URL {url!r}: its scheme is not one of {', '.join(sorted(SCHEMES))}")
    return url


def absolute(uri: str, to: str) -> str:
    """`to` as a full URL on the host of `uri`."""
    return urljoin(uri, to)
