"""The application's static files under paths that change with their content, so that browsers may keep them for a year.

The files are Quart's, and so is the route that serves them, `/static/…`. A path gets the hash of the content for a
query: `/static/shop.css?v=3f9c0d51b27a8e64`. It says what the page was made with. A server that has another content by
now, as in the middle of a deploy, sends what it has, but not to be kept.
"""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote

from quart import Quart
from werkzeug.security import safe_join

__all__ = ["VERSION", "StaticFiles"]

VERSION = "v"
"""The parameter that names the content."""

_log = logging.getLogger("actorlive.web")

Stamp = tuple[int, int]
"""A file's time of change, and its size: as long as they stay, so does its hash."""


class StaticFiles:
    """The static folder of one application."""

    def __init__(self, app: Quart) -> None:
        self._app = app
        self._known: dict[str, tuple[Stamp, str]] = {}
        self._missing: set[str] = set()

    def path(self, name: str) -> str:
        """The path of a file, by its name in the folder. One that is not there has no version, and is told once."""
        version = self.version(name)
        plain = f"{self._prefix}/{quote(name)}"
        if version is not None:
            return f"{plain}?{VERSION}={version}"
        if name not in self._missing:
            self._missing.add(name)
            _log.warning("there is no static file %r in %s", name, self._app.static_folder)
        return plain

    def with_version(self, url: str) -> str:
        """A URL as an application has written it: with its version if it is that of a static file, else as it is."""
        name = url.removeprefix(f"{self._prefix}/")
        version = None if name == url or "%" in name else self.version(name)
        return url if version is None else f"{url}?{VERSION}={version}"

    def is_current(self, path: str, query: str) -> bool:
        """False for a path with a version that is not the file's: it has changed, or is gone."""
        given = dict(parse_qsl(query)).get(VERSION)
        name = unquote(path).removeprefix(f"{self._prefix}/")
        return given is None or name == unquote(path) or given == self.version(name)

    def version(self, name: str) -> str | None:
        """The hash of what the file holds now; None where there is no such file."""
        folder = self._app.static_folder
        path = None if folder is None else safe_join(folder, name)
        if path is None:
            return None
        file = Path(path)
        try:
            status = file.stat()
            stamp = status.st_mtime_ns, status.st_size
            known = self._known.get(name)
            if known is None or known[0] != stamp:
                known = self._known[name] = stamp, _hash(file)
        except (OSError, ValueError):  # not there, a folder, or a name that no file can have
            return None
        return known[1]

    @property
    def _prefix(self) -> str:
        return (self._app.static_url_path or "/static").rstrip("/")


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()[:16]
