"""Which names this server goes by: what a request's `Host` header may say.

A page builds URLs from the host that it was asked for, and an attacker can ask for any: by a name of his own that
leads to this server's address (DNS rebinding), or by a header that no browser wrote. So the application names its
hosts, and a request for another is answered by nobody. Mirrors the `host` of a Phoenix endpoint's `url`.

A name stands for every port unless it names one. In debug mode the loopback names are always ours.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

from actorlive.web.errors import ConfigurationError
from actorlive.web.origin import Origin, parse_origin

__all__ = ["Hosts", "is_loopback", "parse_host"]


class Hosts:
    """The allow-list: "example.com", "example.com:8443", "*.example.com" for all hosts under it, "*" for every host.

    None is every host as well, for applications that have not decided yet. Raises `ConfigurationError` for a text that
    is not a host.
    """

    def __init__(self, names: Sequence[str] | None) -> None:
        if isinstance(names, str):
            raise ConfigurationError(f"hosts is a list of names: write hosts=[{names!r}]")
        self.are_named = names is not None
        self._every = names is None or "*" in names
        self._patterns = [_pattern(name) for name in names or () if name != "*"]

    @property
    def is_open(self) -> bool:
        """True when every host is admitted."""
        return self._every

    def admits(self, host: Origin, *, debug: bool) -> bool:
        """True for a host of the list, and in debug mode for this machine's own names."""
        return (
            self._every
            or any(_matches(host, pattern) for pattern in self._patterns)
            or (debug and is_loopback(host.host))
        )


@lru_cache(maxsize=256)
def parse_host(header: str) -> Origin | None:
    """What a `Host` header says, without the dot of a full name; None for what is not a host."""
    found = parse_origin(f"//{header}") if "@" not in header else None
    return None if found is None else Origin(None, found.host.removesuffix("."), found.port)


def is_loopback(host: str) -> bool:
    """True for `localhost`, what is under it, and the loopback addresses."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _pattern(name: object) -> Origin:
    wild = isinstance(name, str) and name.startswith("*.")
    parsed = parse_host(name[2:] if wild else name) if isinstance(name, str) else None
    if parsed is None:
        raise ConfigurationError(
            f'hosts: {name!r} is not a host; write "example.com", "example.com:8443", "*.example.com" for all hosts'
            ' under it, or "*" for every host'
        )
    return Origin(None, f"*.{parsed.host}", parsed.port) if wild else parsed


def _matches(host: Origin, pattern: Origin) -> bool:
    if pattern.port not in (None, host.port):
        return False
    if pattern.host.startswith("*."):
        return host.host.endswith(pattern.host[1:])
    return host.host == pattern.host
