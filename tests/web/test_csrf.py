from __future__ import annotations

import base64
from typing import Any

from hypothesis import given, strategies as st

from actorlive.web.csrf import CSRF_KEY, masked_token, valid


def test_each_page_gets_its_own_mask_of_the_sessions_one_token() -> None:
    session: dict[str, Any] = {}
    first, second = masked_token(session), masked_token(session)
    assert first != second
    assert valid(session, first)
    assert valid(session, second)
    assert list(session) == [CSRF_KEY]


def test_another_sessions_token_is_refused() -> None:
    session: dict[str, Any] = {}
    masked_token(session)
    assert not valid(session, masked_token({}))
    assert not valid({}, masked_token(session))
    assert not valid({CSRF_KEY: 7}, masked_token(session))


@given(st.text() | st.binary(max_size=40).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_garbage_is_refused(masked: str) -> None:
    session: dict[str, Any] = {}
    masked_token(session)
    assert not valid(session, masked)


@given(st.text())
def test_a_session_token_of_any_text_is_no_fault(token: str) -> None:
    assert not valid({CSRF_KEY: token}, masked_token({}))
