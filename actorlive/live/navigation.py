"""Where a view is, where it can send its visitor, and which targets are safe.

**A view's URL is the browser's `location` without its fragment**, in both of its lives and after every patch:
percent-encoded as the browser encodes it, and decoded once, when its path is matched and its query read.
`location` makes it from any form in which a URL is given.

A path comes from application code, but is often built from what a client sent; so every target is checked
before it becomes a Location header or a frame.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from actorlive.errors import NavigationError

__all__ = [
    "ForwardedPatch",
    "LivePatch",
    "LiveRedirect",
    "NavigationFrame",
    "Redirect",
    "external_url",
    "local_path",
    "location",
    "on_host_of",
]

SCHEMES = frozenset(
    "http https ftp ftps mailto news irc gopher nntp feed telnet mms rtsp svn tel fax xmpp".split()
)
MAX_PATCHES = 20
"""So many patches may follow one another before it is taken for a loop."""

_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
_IN_PATH = _PRINTABLE.translate(dict.fromkeys(map(ord, '"#<>?`{}')))
_IN_QUERY = _PRINTABLE.translate(dict.fromkeys(map(ord, "\"#<>'")))
_PLAIN = re.compile(r"https?://[A-Za-z0-9.:-]+/[A-Za-z0-9._~/-]*")
"""Nothing of such a URL has to be encoded; where a segment begins with a dot, it may have to be resolved."""
_DOT = re.compile(r"\.|%2e", re.IGNORECASE)
_DOTS = re.compile(rf"({_DOT.pattern}){{1,2}}", re.IGNORECASE)
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\\]|%09|%0a|%0d", re.IGNORECASE)


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


NavigationFrame = Redirect | LiveRedirect | LivePatch


@dataclass(frozen=True, slots=True)
class ForwardedPatch:
    """A view within the page asked for a patch, which is its root's to carry out; `flash` is what goes along."""

    patch: LivePatch
    flash: dict[str, str]


def local_path(to: str) -> str:
    """The path if it stays on this host. Raises `NavigationError` for anything else."""
    if not isinstance(to, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        hint = f"url_for({to.__qualname__}, …)" if isinstance(to, type) else '"/items?page=2"'
        raise NavigationError(f"a path is a text, not {to!r:.80}: write {hint}")
    if not to.startswith("/") or to.startswith("//") or _UNSAFE.search(to):
        raise NavigationError(
            f"unsafe path {to!r}: a path starts with one / and has no backslash or control character."
            " For another host use redirect(external=…)."
        )
    return to


def external_url(url: str) -> str:
    """The URL if its scheme is harmless. Raises `NavigationError` otherwise."""
    try:
        scheme = urlsplit(url).scheme.lower()
    except ValueError as error:
        raise NavigationError(f"unsafe URL {url!r}: {error}") from None
    if scheme not in SCHEMES or _UNSAFE.search(url):
        raise NavigationError(f"unsafe URL {url!r}: its scheme is not one of {', '.join(sorted(SCHEMES))}")
    return url


def absolute(uri: str, to: str) -> str:
    """`to` as a full URL on the host of `uri`, as `location` has it."""
    return location(urljoin(uri, to))


def on_host_of(uri: str, url: str, longest: int) -> str:
    """The `url` that a client sent, at the host of `uri`: a client does not decide which host this is.

    The scheme is that of `uri` too, except that a plain websocket may have come through a proxy that ended TLS: the
    page knows better. Anything that is neither an http(s) URL nor a path stays as it is: it leads nowhere. Nor does
    one of more than `longest` characters, which is not even looked at: no browser can have loaded it. It becomes "".
    """
    if len(url) > longest:
        return ""
    try:
        ours, theirs = urlsplit(uri), urlsplit(url)
    except ValueError:
        return url
    if theirs.scheme not in ("", "http", "https") or not (theirs.netloc or theirs.path.startswith("/")):
        return url
    scheme = {"ws": theirs.scheme, "wss": "https"}.get(ours.scheme, ours.scheme)
    return urlunsplit(theirs._replace(scheme=scheme, netloc=ours.netloc))


def location(url: str) -> str:
    """A URL or a path as the browser's `location` shows it, without its fragment. Raises `ValueError`.

    What the URL standard percent-encodes is encoded, what is encoded already stays as it is, and the segments
    `.` and `..` are resolved, `%2e` or not.
    """
    if _PLAIN.fullmatch(url) and "/." not in url:
        return url  # as most are
    parts = urlsplit(url)
    path = _resolved(parts.path) or ("/" if parts.netloc else "")
    encoded = quote(_utf8(path), safe=_IN_PATH)
    return urlunsplit((parts.scheme, parts.netloc, encoded, quote(_utf8(parts.query), safe=_IN_QUERY), ""))


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _resolved(path: str) -> str:
    """The path without its dot segments; one at the end leaves a slash."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        match _dots(segment):
            case 1:
                continue
            case 2:
                del kept[max(1, len(kept) - 1) :]
            case _:
                kept.append(segment)
    if _dots(segments[-1]):
        kept.append("")
    return "/".join(kept)


def _dots(segment: str) -> int:
    """1 for `.`, 2 for `..`, however they are encoded; 0 for anything else."""
    return len(_DOT.findall(segment)) if _DOTS.fullmatch(segment) else 0
