"""What a reverse proxy says of the request that it passes on, and who is believed.

Everybody can send `X-Forwarded-For` and `X-Forwarded-Proto`, so they count only from a peer that the application has
named. Of several values the last is the nearest proxy's own; those before it are what it was told. The client's
address is therefore the last one that no named proxy has. Mirrors `Plug.RewriteOn`.

A peer behind a Unix socket has no address. `"unix"` names such peers; the rights of the socket's file say who they are.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from actorlive.web.errors import ConfigurationError
from actorlive.web.origin import parse_origin

__all__ = ["Proxies"]

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_SECURE = {"http": "https", "ws": "wss"}
_PLAIN = {"https": "http", "wss": "ws"}


class Proxies:
    """The proxies in front: addresses, networks ("10.0.0.0/8") and "unix". Raises `ConfigurationError` for more."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        if isinstance(names, str):
            raise ConfigurationError(f"proxies is a list of networks: write proxies=[{names!r}]")
        self._has_unix = "unix" in names
        self._networks = [_network(name) for name in names if name != "unix"]

    def __bool__(self) -> bool:
        return self._has_unix or bool(self._networks)

    def include(self, address: str) -> bool:
        """True for the address of a proxy."""
        if not self._networks:
            return False
        parsed = _address(address)
        return parsed is not None and self._has(parsed)

    def rewrite(self, scope: dict[str, Any]) -> dict[str, Any]:
        """The ASGI scope with the scheme and the client that a named proxy speaks for; else as it is."""
        if not self._is_believed(scope):
            return scope
        scheme = _last(_values(scope, b"x-forwarded-proto"))
        client = self._client(_values(scope, b"x-forwarded-for"))
        changes: dict[str, Any] = {}
        if scheme in ("https", "http"):
            table = _SECURE if scheme == "https" else _PLAIN
            changes["scheme"] = table.get(scope["scheme"], scope["scheme"])
        if client is not None:
            changes["client"] = (str(client), 0)
        return {**scope, **changes}

    def _is_believed(self, scope: dict[str, Any]) -> bool:
        if scope.get("client"):
            return self.include(scope["client"][0])
        server = scope.get("server")
        return self._has_unix and (
            server is None or server[1] is None
        )  # an address of the network has a port

    def _has(self, address: _Address) -> bool:
        return any(address in network for network in self._networks)

    def _client(self, forwarded: Iterable[str]) -> _Address | None:
        """The last address of the chain that is nobody's proxy; None where the chain breaks off before."""
        for entry in reversed(list(forwarded)):
            address = _address(entry)
            if address is None or not self._has(address):
                return address
        return None


def _values(scope: dict[str, Any], name: bytes) -> list[str]:
    lines = [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]
    return [part.strip() for line in lines for part in line.split(",")]


def _last(values: list[str]) -> str:
    return values[-1].lower() if values else ""


def _address(text: object) -> _Address | None:
    """The address in "1.2.3.4", "1.2.3.4:5", "::1", "[::1]" or "[::1]:5"."""
    if not isinstance(text, str):
        return None
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        place = parse_origin(f"//{text}")
        try:
            address = ipaddress.ip_address(place.host if place else "")
        except ValueError:
            return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _network(name: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(name)
    except ValueError as error:
        raise ConfigurationError(
            f'proxies: {name!r} is not a network ({error}); write "10.0.0.0/8", "127.0.0.1" or "unix"'
        ) from None
