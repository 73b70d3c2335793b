from __future__ import annotations

import re
import time
from typing import Any

import pytest
from hypothesis import given, strategies as st

from actorlive.web.errors import ConfigurationError
from actorlive.web.tokens import SessionToken, StaticToken, Tokens
from tests.web.views import KEY, make_app


def test_what_is_signed_is_read_back_by_the_same_key_only() -> None:
    content = SessionToken("phx-1", "app:Counter", "default", "ada", {"user": 1})
    token = Tokens(KEY).session.sign(content)
    assert Tokens(KEY).session.read(token) == content
    assert Tokens("another key").session.read(token) is None


def test_one_kind_does_not_stand_in_for_another() -> None:
    tokens = Tokens(KEY)
    token = tokens.session.sign(SessionToken("phx-1", "v", "default", "ada"))
    assert tokens.static.read(token) is None
    assert tokens.session.read(tokens.static.sign(StaticToken("phx-1"))) is None


def test_a_token_ages(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = Tokens(KEY)
    token, began = tokens.flash.sign({"info": "Saved"}), time.time()
    monkeypatch.setattr(time, "time", lambda: began + 59)
    assert tokens.flash.read(token) == {"info": "Saved"}
    monkeypatch.setattr(time, "time", lambda: began + 62)
    assert tokens.flash.read(token) is None


@given(st.text() | st.text(st.characters(categories=["Cs"]), min_size=1))
def test_garbage_is_none(token: str) -> None:
    assert Tokens(KEY).session.read(token) is None


@given(st.data())
def test_a_changed_token_is_none(data: Any) -> None:
    tokens = Tokens(KEY)
    token = tokens.static.sign(StaticToken("phx-1", {"info": "hello"}))
    at = data.draw(st.integers(0, len(token.rsplit(".", 1)[0]) - 1))
    other = data.draw(st.characters(categories=["L", "N"]).filter(lambda c: c != token[at]))
    assert tokens.static.read(token[:at] + other + token[at + 1 :]) is None


@pytest.mark.parametrize("key", [None, "", b""])
def test_a_missing_key_is_an_error_that_says_how_to_make_one(key: str | bytes | None) -> None:
    with pytest.raises(ConfigurationError, match=r"secrets\.token_urlsafe\(48\)"):
        Tokens(key)


def test_tokens_of_an_earlier_key_are_read_and_new_ones_are_signed_with_the_newest() -> None:
    old, new = "an earlier key, which was long enough", "the key of today, which is long enough"
    token = Tokens(old).session.sign(SessionToken("phx-1", "v", "default", "ada"))
    assert Tokens(new).session.read(token) is None
    rotated = Tokens(new, [old])
    assert rotated.session.read(token) == SessionToken("phx-1", "v", "default", "ada")
    fresh = rotated.session.sign(SessionToken("phx-2", "v", "default", "ada"))
    assert Tokens(new).session.read(fresh) is not None
    assert Tokens(old).session.read(fresh) is None


@pytest.mark.parametrize("key", ["x", "   ", " " * 40, "for development only", b"x" * 31, "é" * 15])
def test_a_key_that_is_too_short_is_refused_but_in_debug_mode(key: str | bytes) -> None:
    with pytest.raises(ConfigurationError, match=r"too short: \d+ bytes, and it takes 32"):
        _ = make_app(secret_key=key, debug=False)[1].endpoint.tokens
    assert make_app(secret_key=key, debug=True)[1].endpoint.tokens


@pytest.mark.parametrize("key", ["x" * 32, b"x" * 32, "é" * 16])
def test_thirty_two_bytes_are_a_key(key: str | bytes) -> None:
    assert make_app(secret_key=key, debug=False)[1].endpoint.tokens


async def test_after_a_change_of_keys_an_open_page_joins_as_before() -> None:
    """The cookie and the page's tokens are of the earlier key, which the application still names."""
    app, live = make_app()
    visitor = app.test_client()
    async with live.node():
        page = await (await visitor.get("/counter")).get_data(as_text=True)
    found = re.search(r'data-phx-session="([^"]*)"', page)
    assert found is not None
    app, live = make_app(secret_key="the key of today, which is long enough")
    app.config["SECRET_KEY_FALLBACKS"] = [KEY]
    token = live.endpoint.tokens.session.read(found[1])
    assert token is not None
    assert token.view == "tests.web.views:Counter"
