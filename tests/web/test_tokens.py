from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actorlive.web.errors import ConfigurationError
from actorlive.web.tokens import SessionToken, StaticToken, Tokens

KEY = "a key for tests"


def test_what_is_signed_is_read_back_by_the_same_key_only():
    content = SessionToken("phx-1", "app:Counter", "default", {"user": 1})
    token = Tokens(KEY).session.sign(content)
    assert Tokens(KEY).session.read(token) == content
    assert Tokens("another key").session.read(token) is None


def test_one_kind_does_not_stand_in_for_another():
    tokens = Tokens(KEY)
    token = tokens.session.sign(SessionToken("phx-1", "v", "default"))
    assert tokens.static.read(token) is None
    assert tokens.session.read(tokens.static.sign(StaticToken("phx-1"))) is None


def test_a_token_ages(monkeypatch: pytest.MonkeyPatch):
    tokens = Tokens(KEY)
    token, began = tokens.flash.sign({"info": "Saved"}), time.time()
    monkeypatch.setattr(time, "time", lambda: began + 59)
    assert tokens.flash.read(token) == {"info": "Saved"}
    monkeypatch.setattr(time, "time", lambda: began + 62)
    assert tokens.flash.read(token) is None


@given(st.text() | st.text(st.characters(categories=["Cs"]), min_size=1))
def test_garbage_is_none(token: str):
    assert Tokens(KEY).session.read(token) is None


@given(st.data())
def test_a_changed_token_is_none(data: Any):
    tokens = Tokens(KEY)
    token = tokens.static.sign(StaticToken("phx-1", {"info": "hello"}))
    at = data.draw(st.integers(0, len(token.rsplit(".", 1)[0]) - 1))
    other = data.draw(st.characters(categories=["L", "N"]).filter(lambda c: c != token[at]))
    assert tokens.static.read(token[:at] + other + token[at + 1 :]) is None


@pytest.mark.parametrize("key", [None, "", b""])
def test_a_missing_key_is_an_error_that_says_how_to_make_one(key: str | bytes | None):
    with pytest.raises(ConfigurationError, match=r"secrets\.token_urlsafe\(48\)"):
        Tokens(key)
