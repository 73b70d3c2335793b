"""Who may ask a development server: it shows code, so only by names that no stranger can have made.

A page of the web can lead a name of its own to this machine's address, and then reads what comes from there as its own
(DNS rebinding). An address, and a name of this machine, cannot be such a name; any other has to be one of
`ActorLive(hosts=[…])`.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from actorlive.web.entrance import Asgi
from actorlive.web.headers import NO_STORE
from actorlive.web.hosts import Hosts, is_loopback, parse_host

__all__ = ["HostGate"]


class HostGate:
    """An ASGI layer in front of the application."""

    def __init__(self, asgi: Asgi, hosts: Hosts) -> None:
        self._asgi = asgi
        self._hosts = hosts

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one request."""
        if scope["type"] not in ("http", "websocket") or self._is_ours(scope):
            await self._asgi(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            text = (
                b'This development server does not go by that name. Give it: ActorLive(app, hosts=["..."])\n'
            )
            headers = [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"content-length", b"%d" % len(text)),
                NO_STORE,
            ]
            await send({"type": "http.response.start", "status": 421, "headers": headers})
            await send({"type": "http.response.body", "body": text})

    def _is_ours(self, scope: Any) -> bool:
        named = [value for name, value in scope["headers"] if name.lower() == b"host"]
        host = parse_host(named[0].decode("latin-1")) if len(named) == 1 else None
        if host is None:
            return False
        if is_loopback(host.host) or _is_address(host.host):
            return True
        return self._hosts.are_named and self._hosts.admits(host, debug=True)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
