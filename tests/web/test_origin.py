from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from actorlive.web import ActorLive, ConfigurationError
from actorlive.web.origin import CheckOrigin, origin_allowed


@pytest.mark.parametrize(
    ("origin", "host", "check", "allowed"),
    [
        ("http://localhost:4000", "localhost:4000", True, True),
        ("http://LOCALHOST:4000", "localhost:4000", True, True),
        ("https://example.com", "example.com", True, True),
        ("https://example.com", "example.com:443", True, True),
        ("http://example.com:80", "example.com", True, True),
        (None, "example.com", True, True),
        ("http://localhost:4001", "localhost:4000", True, False),
        ("https://evil.com", "example.com", True, False),
        ("https://example.com.evil.com", "example.com", True, False),
        ("https://example.com@evil.com", "example.com", True, False),
        ("null", "example.com", True, False),
        ("", "example.com", True, False),
        ("http://[", "example.com", True, False),
        ("https://evil.com", "example.com", False, True),
        ("https://a.example.com", "x", ["https://a.example.com"], True),
        ("http://a.example.com", "x", ["https://a.example.com"], False),
        ("http://a.example.com", "x", ["//a.example.com"], True),
        ("https://a.example.com", "x", ["//*.example.com"], True),
        ("https://example.com", "x", ["//*.example.com"], False),
        ("https://evilexample.com", "x", ["//*.example.com"], False),
        ("https://example.com", "example.com", [], False),
        ("https://example.com", "x", ["https://example.com/"], True),
        ("https://example.com", "x", ["https://example.com:443"], True),
        ("https://example.com:443", "x", ["https://example.com"], True),
        ("http://example.com", "x", ["//example.com:80"], True),
        ("https://example.com:8443", "x", ["https://example.com"], False),
        ("https://example.com:8443", "x", ["//example.com:8443"], True),
        ("https://a.example.com:8443", "x", ["https://*.example.com:8443"], True),
        ("http://a.example.com", "x", ["https://*.example.com"], False),
        ("https://EXAMPLE.com", "x", ["https://Example.COM"], True),
        ("https://u@a.example.com", "x", ["//*.example.com"], False),
        ("https://u:p@example.com", "example.com", True, False),
        ("https://evil.com\\.example.com", "x", ["//*.example.com"], False),
        ("https://evil.com/.example.com", "x", ["//*.example.com"], False),
        ("https://evil.com?.example.com", "x", ["//*.example.com"], False),
        ("https://evil.com#.example.com", "x", ["//*.example.com"], False),
        ("https://evil.com%2f.example.com", "x", ["//*.example.com"], False),
        ("https://evil.com\t.example.com", "x", ["//*.example.com"], False),
        ("https://ex\u212ample.com", "exkample.com", True, False),
        ("https://example.com:x", "example.com", True, False),
        ("https://example.com:99999", "example.com:99999", True, False),
        ("http://[::1]:4000", "[::1]:4000", True, True),
        ("http://[::1]", "[::1]:80", True, True),
        ("http://[::1]:4000", "x", ["http://[::1]:4000"], True),
        ("https://example.com", "user@example.com", True, False),
    ],
)
def test_origins(origin: str | None, host: str, check: CheckOrigin, allowed: bool) -> None:
    assert origin_allowed(origin, host, check) is allowed


@given(st.text())
def test_garbage_is_refused(origin: str) -> None:
    assert not origin_allowed(origin, "example.com", ["https://example.org:1"])


@pytest.mark.parametrize(
    "check",
    [
        "https://example.com",
        None,
        [b"https://example.com"],
        [""],
        ["*"],
        ["//"],
        ["https://"],
        ["https://example.com/path"],
        ["https://example.com?query"],
        ["https://u@example.com"],
        ["https://a.*.example.com"],
        ["https://exämple.com"],
        ["https://example.com:port"],
        ["https://example.com "],
        ["//example.com", "//*"],
    ],
    ids=repr,
)
def test_what_no_origin_can_match_is_refused_at_the_start(check: Any) -> None:
    with pytest.raises(ConfigurationError, match="check_origin"):
        ActorLive(check_origin=check)


@pytest.mark.parametrize(
    "check",
    [
        True,
        False,
        [],
        ("//a.b",),
        ["https://example.com/", "//*.example.com:8443", "example.com", "capacitor://x"],
    ],
    ids=repr,
)
def test_patterns_that_are_taken(check: Any) -> None:
    assert ActorLive(check_origin=check).check_origin is check


HOSTS = st.from_regex(r"[a-z][a-z0-9-]{0,9}(\.[a-z][a-z0-9-]{0,9}){0,3}", fullmatch=True)
PORTS = st.none() | st.integers(1, 65535)
SCHEMES = st.sampled_from(["http", "https"])


def spelled(scheme: str, host: str, port: int | None) -> str:
    return f"{scheme}://{host}" + (f":{port}" if port is not None else "")


@given(SCHEMES, HOSTS, PORTS, SCHEMES, HOSTS, PORTS)
def test_a_pattern_matches_the_origin_that_it_means_and_no_other(
    scheme: str, host: str, port: int | None, other_scheme: str, other_host: str, other_port: int | None
) -> None:
    default = {"http": 80, "https": 443}
    origin = spelled(scheme, host, port)
    assert origin_allowed(origin, "x", [origin])
    assert origin_allowed(origin, "x", [spelled(scheme, host, port or default[scheme])])
    same = (scheme, host, port or default[scheme]) == (
        other_scheme,
        other_host,
        other_port or default[other_scheme],
    )
    assert origin_allowed(origin, "x", [spelled(other_scheme, other_host, other_port)]) is same
