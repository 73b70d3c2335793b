"""What stands before the application, for pages and websockets alike: who asks, for which host, over which scheme.

An ASGI layer, so that it holds for every way in. In this order: a named proxy tells the client's scheme and address
(`proxies`); a request for a host that is not ours is refused (`hosts`); with `https=True` a plain one is led over to
https. A method that may carry a body is refused instead of redirected, because what it carried has been read on the
way already, and who sends it should hear of it. Mirrors `Plug.SSL` and `force_ssl`.

`https` holds outside of debug mode, so that a page can be developed on http://localhost.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import quote

from quart import Quart

from actorlive import telemetry
from actorlive.web.asgi import Asgi, Send
from actorlive.web.headers import NO_STORE
from actorlive.web.hosts import Hosts, parse_host
from actorlive.web.origin import Origin
from actorlive.web.proxies import Proxies

__all__ = ["Entrance", "answer_plainly", "use_secure_cookies"]

MISDIRECTED = 421
"""This server does not speak for the host that was asked for (RFC 9110, 15.5.20)."""

_SAFE = "".join(map(chr, range(0x21, 0x7F))).translate(dict.fromkeys(map(ord, '"<>\\')))

_log = logging.getLogger("actorlive.web")


class Entrance:
    """The layer around `asgi`, which is the ASGI side of `app`."""

    def __init__(
        self,
        app: Quart,
        asgi: Asgi,
        hosts: Hosts,
        proxies: Proxies,
        *,
        https: bool,
        debug: Callable[[], bool],
    ) -> None:
        self._app = app
        self._asgi = asgi
        self._hosts = hosts
        self._proxies = proxies
        self._https = https
        self._debug = debug

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one request."""
        https = self._https and not self._debug()
        if https:
            use_secure_cookies(self._app)
        if scope["type"] in ("http", "websocket"):
            scope = self._proxies.rewrite(scope)
            refusal = self._refusal(scope, https=https)
            if refusal is not None:
                await _answer(scope, send, *refusal)
                return
        await self._asgi(scope, receive, send)

    def _refusal(self, scope: Any, *, https: bool) -> tuple[int, str, str | None] | None:
        """Status, text and location of the answer to a request that may not go on."""
        if self._hosts.is_open and not https:
            return None
        host = _host(scope)
        if host is None:
            return 400, "The Host header is missing, or names no host.", None
        if not self._hosts.admits(host, debug=self._debug()):
            _tell(host)
            return MISDIRECTED, "This server does not serve that host.", None
        if https and scope["scheme"] in ("http", "ws"):
            return _to_https(scope, host)
        return None


def use_secure_cookies(app: Quart) -> None:
    """The session cookie goes over https only, and no other host can set it: its name says so to the browser.

    `__Host-` takes a cookie of this very host and all its paths; where the application wants a domain or a path,
    `__Secure-` is what is left. A name with a prefix stays.
    """
    config = cast("dict[str, Any]", app.config)
    config["SESSION_COOKIE_SECURE"] = True
    if config["SESSION_COOKIE_NAME"].startswith("__"):
        return
    path = config["SESSION_COOKIE_PATH"] or config["APPLICATION_ROOT"]
    prefix = "__Host-" if path == "/" and not config["SESSION_COOKIE_DOMAIN"] else "__Secure-"
    config["SESSION_COOKIE_NAME"] = prefix + config["SESSION_COOKIE_NAME"]


def _host(scope: Any) -> Origin | None:
    """The one host that a request names."""
    named = [value for name, value in scope["headers"] if name.lower() == b"host"]
    return parse_host(named[0].decode("latin-1")) if len(named) == 1 else None


def _tell(host: Origin) -> None:
    telemetry.execute("host.refused", {}, {"host": host.host})
    _log.warning(
        "refused a request for host %.80r; if it is yours, pass ActorLive(hosts=[…, %.80r])",
        host.host,
        host.host,
    )


def _to_https(scope: Any, host: Origin) -> tuple[int, str, str | None]:
    text = "This host is served over https only."
    if scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD"):
        return 403, text, None
    name = f"[{host.host}]" if ":" in host.host else host.host
    path = scope.get("raw_path") or quote(scope["path"]).encode()
    query = b"?" + scope["query_string"] if scope.get("query_string") else b""
    return 308, text, f"https://{name}{quote(b'/' + path.lstrip(b'/') + query, safe=_SAFE)}"


async def _answer(scope: Any, send: Send, status: int, text: str, location: str | None) -> None:
    headers = () if location is None else ((b"location", location.encode()),)
    await answer_plainly(scope, send, status, text, *headers)


async def answer_plainly(scope: Any, send: Send, status: int, text: str, *more: tuple[bytes, bytes]) -> None:
    """One plain line instead of the application, with `more` headers, for this once."""
    kind = "http.response"
    if scope["type"] == "websocket":
        kind = "websocket.http.response"
        if kind not in (scope.get("extensions") or {}):
            await send({"type": "websocket.close", "code": 1008})
            return
    body = b"" if scope.get("method") == "HEAD" else text.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff")]
    headers += [(b"content-length", str(len(text.encode())).encode()), NO_STORE]
    await send({"type": f"{kind}.start", "status": status, "headers": [*headers, *more]})
    await send({"type": f"{kind}.body", "body": body, "more_body": False})
