"""The browser's half of actorlive, served under names that change with their content.

A name holds a hash of the bytes, so a browser may keep a file forever and still gets the new one after a
deploy. The files come from `actorlive/client/dist`, which the wheel carries and a source checkout builds.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

__all__ = ["DIST", "FOREVER", "NOT_BUILT", "Asset", "Assets"]

DIST = Path(__file__).parent.parent / "client" / "dist"

NOT_BUILT = (
    "the browser client is not built, so pages cannot connect: run `npm ci && npm run build` in the source"
    " checkout, or install the wheel, which carries it"
)

FOREVER = "public, max-age=31536000, immutable"
"""The Cache-Control of what is under a URL that changes with its content."""

_FILES = ("actorlive.js", "actorlive.css", "unstyled.css", "icon.svg")
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}

_log = logging.getLogger("actorlive.web")


@dataclass(frozen=True)
class Asset:
    """One file, ready to be sent."""

    name: str
    content_type: str
    body: bytes

    @cached_property
    def gzipped(self) -> bytes:
        """The compressed body, for clients that accept it; made when it is first asked for."""
        return gzip.compress(self.body, mtime=0)


class Assets:
    """The files by their hashed names. `prefix` is the path that they are served under."""

    def __init__(self, prefix: str, dist: Path = DIST) -> None:
        self.prefix = prefix
        self._by_name: dict[str, Asset] = {}
        self._urls: dict[str, str] = {}
        for name in _FILES:
            self._read(dist / name)

    def add(self, name: str, body: bytes) -> str:
        """Serve `body` under a name made of `name` and a hash; returns its URL."""
        stem, dot, suffix = name.rpartition(".")
        hashed = f"{stem}-{hashlib.sha256(body).hexdigest()[:16]}{dot}{suffix}"
        content_type = _TYPES.get(dot + suffix, "application/octet-stream")
        self._by_name[hashed] = Asset(hashed, content_type, body)
        self._urls[name] = f"{self.prefix}/{hashed}"
        return self._urls[name]

    def url(self, name: str) -> str:
        """The URL of `name`."""
        return self._urls[name]

    def is_current(self, path: str) -> bool:
        """False for the path of an asset that pages no longer link to: its content is another one, or it is gone."""
        return not path.startswith(f"{self.prefix}/") or path in self._urls.values()

    def get(self, hashed: str) -> Asset | None:
        """The file of that hashed name."""
        return self._by_name.get(hashed)

    def _read(self, path: Path) -> None:
        if path.is_file():
            self.add(path.name, path.read_bytes())
            return
        _log.error("%s is missing: %s", path.name, NOT_BUILT)
        self.add(path.name, f"console.error({NOT_BUILT!r})".encode() if path.suffix == ".js" else b"")
