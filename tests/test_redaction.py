"""What is secret by its name is shown nowhere, however deep it lies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from actorlive.redaction import FILTERED, MAX_LENGTH, SECRET_WORDS, Redactor

SECRET = "hunter2"


class Login(msgspec.Struct):
    name: str
    password: str


@dataclass
class Account:
    name: str
    api_key: str
    note: str = field(default="", repr=False)


def wrapped(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner),
        st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
        inner.map(lambda value: Account("ann", SECRET, value)),
        inner.map(lambda value: {"outer": value}),
    )


names = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "user_", "X-"]),
    st.sampled_from(SECRET_WORDS).flatmap(
        lambda word: st.sampled_from([word, word.upper(), word.replace("_", "-")])
    ),
    st.sampled_from(["", "_confirmation", "2"]),
)
secrets = st.one_of(
    names.map(lambda name: {name: SECRET}),
    st.just(Login("ann", SECRET)),
    names.map(lambda name: {name: {"inside": [SECRET]}}),
)


@given(st.recursive(secrets, wrapped, max_leaves=6))
def test_a_secret_is_not_shown_at_any_depth(value: object) -> None:
    assert SECRET not in Redactor().show(value)


@given(st.recursive(st.integers() | st.text(max_size=20) | st.none(), wrapped, max_leaves=6))
def test_what_is_not_secret_is_shown_and_on_one_line(value: object) -> None:
    shown = Redactor().show(value)
    assert "\n" not in shown
    assert len(shown) <= MAX_LENGTH
    assert shown or value == ""


def test_values_look_as_they_are_written() -> None:
    show = Redactor().show
    assert show(Login("ann", SECRET)) == f"Login(name='ann', password={FILTERED})"
    assert show({"a": [1, (2,)], "b": None}) == "{'a': [1, (2,)], 'b': None}"
    assert show(set[int]()) == "set()"
    assert show({3}) == "{3}"


def test_words_of_ones_own_come_beside_the_others() -> None:
    redactor = Redactor(["IBAN"])
    assert redactor.show({"user-iban": "DE1", "password": "x", "name": "ann"}) == (
        f"{{'user-iban': {FILTERED}, 'password': {FILTERED}, 'name': 'ann'}}"
    )


def test_what_cannot_be_shown_is_said_so() -> None:
    class Odd:
        def __repr__(self) -> str:
            raise ValueError

    loop: list[object] = []
    loop.append(loop)
    assert "whose repr raised ValueError" in Redactor().show([Odd()])
    assert Redactor().show(loop) == "[…]"
    assert "… 30 more" in Redactor().show([0] * 50)
    assert len(Redactor().show(["x" * 500] * 20)) <= MAX_LENGTH


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", "/p"),
        ("a=1&b=", "/p?a=1&b="),
        ("reset_token=s3cret&a=1", f"/p?reset_token={FILTERED}&a=1"),
        ("a=%26token%3Dx", "/p?a=%26token%3Dx"),
    ],
)
def test_an_url_keeps_its_secrets(query: str, shown: str) -> None:
    assert Redactor().show_url("/p", query) == shown
