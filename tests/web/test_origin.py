from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    ],
)
def test_origins(origin: str | None, host: str, check: CheckOrigin, allowed: bool):
    assert origin_allowed(origin, host, check) is allowed


@given(st.text())
def test_garbage_is_refused(origin: str):
    assert not origin_allowed(origin, "example.com", ["https://example.org:1"])
