"""The two ways of a websocket: a test that uses the fixture `way` runs on each."""

from __future__ import annotations

import pytest

from tests.web import visitor


@pytest.fixture(params=["direct", "portable"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The way that websockets of `visitor.serving` take in this test."""
    monkeypatch.setattr(visitor, "DIRECT", request.param == "direct")
    return request.param
