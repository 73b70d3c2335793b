"""What a page or a socket is asked for with, read from the ASGI scope: each part when somebody wants it.

Quart's `Request` and `Websocket` say the same and much more, and to make one costs more than all that is read here. So
whoever decides about pages and sockets reads this, on every way, and Quart's own is for the application.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import quote, unquote, unquote_plus

from werkzeug.sansio.http import parse_cookie
from werkzeug.sansio.utils import get_host

from actorlive.live.endpoint import connect_info
from actorlive.live.navigation import location

__all__ = ["Asked"]

_PLAIN = "".join(set(string.punctuation) - set("#?%"))


class Asked:
    """The request of a scope, which is one of HTTP or of a websocket."""

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self.scope = scope

    @property
    def method(self) -> str:
        """The method; a websocket begins with a GET."""
        return self.scope.get("method", "GET")

    @property
    def remote_addr(self) -> str:
        """The client's address, or what Quart has in place of one."""
        return (self.scope.get("client") or ("<local>",))[0]

    @cached_property
    def host(self) -> str:
        """The host and its port, if that is not the scheme's own; "" for what is not a host."""
        named = self.header(b"host")
        if named is None:
            return get_host(self.scope["scheme"], None, self.scope.get("server"))
        return _host(self.scope["scheme"], named)

    @cached_property
    def cookies(self) -> Mapping[str, str]:
        """The first value of each cookie."""
        sent = self.headers(b"cookie")
        return parse_cookie(";".join(sent)) if sent else {}

    @cached_property
    def query(self) -> str:
        """What stands behind the path, encoded."""
        return quote(self.scope["query_string"], safe=_PLAIN + "?%")

    @property
    def uri(self) -> str:
        """The URL that the browser shows for this request. Raises `ValueError` when there can be none."""
        return location(self.url)

    @property
    def url(self) -> str:
        """The URL as it came over the line, not as the server decoded it.

        A server that does not keep the raw path (it is optional in ASGI) has the decoded one encoded again.
        """
        scope, query = self.scope, self.query
        decoded: str = scope["path"]
        raw = (scope.get("raw_path") or b"").decode("latin-1")
        as_it_came = raw == decoded or "/" + unquote(raw).lstrip("/") == decoded
        path = raw if as_it_came else quote(decoded, safe=_PLAIN)
        return f"{scope['scheme']}://{self.host}{path}{'?' if query else ''}{query}"

    def header(self, name: bytes) -> str | None:
        """The first header of that name, in lower case."""
        for key, value in self.scope["headers"]:
            if key == name:
                return value.decode("latin-1")
        return None

    def headers(self, name: bytes) -> list[str]:
        """All of them."""
        return [value.decode("latin-1") for key, value in self.scope["headers"] if key == name]

    def argument(self, name: str) -> str | None:
        """The first value of that name in the query."""
        for part in self.query.split("&"):
            key, _, value = part.partition("=")
            if unquote_plus(key) == name:
                return unquote_plus(value)
        return None

    def connect_info(self, uri: str) -> dict[str, Any]:
        """What `socket.connect_info` shows of it, with that URL."""
        own = [
            (key.decode("latin-1").title(), value.decode("latin-1"))
            for key, value in self.scope["headers"]
            if key[:2] == b"x-"
        ]
        return connect_info(self.remote_addr, self.header(b"user-agent"), uri, own)


@lru_cache(maxsize=256)
def _host(scheme: str, named: str) -> str:
    return get_host(scheme, named)
