"""What is secret by its name is shown nowhere, however deep it lies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

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
        ("a=%26b%3Dx", "/p?a=%26b%3Dx"),
        ("next=/reset?token%3Ds3cret", "/p?next=/reset%3Ftoken%3D%5Bfiltered%5D"),
    ],
)
def test_an_url_keeps_its_secrets(query: str, shown: str) -> None:
    assert Redactor().show_url("/p", query) == shown


# -- texts ---------------------------------------------------------------------


class User:
    """An object that shows what it has, as many do."""

    def __init__(self, **fields: object) -> None:
        self.fields = fields

    def __repr__(self) -> str:
        return f"User({', '.join(f'{name}={value!r}' for name, value in self.fields.items())})"


class Point(NamedTuple):
    name: str
    password: str


@pytest.mark.parametrize(
    "value",
    [
        User(name="x", password=SECRET),
        [User(password={"old": [SECRET], "new": (SECRET,)})],
        {"user": User(api_key=SECRET.encode())},
        Point("x", SECRET),
        ValueError(f"password={SECRET}"),
        Account(f"token: {SECRET}", "x"),
        f"postgresql://shop:{SECRET}@db/shop",
        f"/reset?a=1&token={SECRET}&b=2",
        {"text": f"Authorization: Bearer {SECRET}"},
        "x" * 100 + f" password={SECRET}" + "x" * 400,
    ],
    ids=repr,
)
def test_a_secret_is_not_shown_by_what_an_object_says_of_itself(value: object) -> None:
    assert SECRET not in Redactor().show(value)
    assert "hunt" not in Redactor().show(value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"password={SECRET}", "password=*"),
        (f"User(name='x', password='hun ter2 {SECRET}', a=1)", "User(name='x', password=*, a=1)"),
        (f"{{'user-token': 'a\\'{SECRET}', 'b': 1}}", "{'user-token': *, 'b': 1}"),
        (f'{{"api_key":"{SECRET}","b":1}}', '{"api_key":*,"b":1}'),
        (f"secrets=[('a', {{'b': '{SECRET})'}}), 1], b=2", "secrets=*, b=2"),
        (f"password=SecretStr('{SECRET}') b", "password=* b"),
        (f"token => {SECRET}; b", "token => *; b"),
        (f"token == '{SECRET}' or b", "token == * or b"),
        (f"AUTHORIZATION: Basic {SECRET}\nb", "AUTHORIZATION: *\nb"),
        (f"Cookie: a={SECRET}; b={SECRET}\nb", "Cookie: *\nb"),
        (f"authorization=Bearer {SECRET} b", "authorization=* b"),
        (f"https://u:{SECRET}@h/p?b=1", "https://u:*@h/p?b=1"),
        (f"password='{SECRET}", "password=*"),
        (f"no password: don't use {SECRET[:0]}it", "no password: * use it"),
        ("unexpected token '<', and no password", "unexpected token '<', and no password"),
        ("KeyError: 'password'", "KeyError: 'password'"),
        ("http://localhost:4000/a@b", "http://localhost:4000/a@b"),
        ("token=", "token="),
    ],
)
def test_a_text_is_shown_without_what_stands_behind_a_secret_name(text: str, shown: str) -> None:
    assert Redactor().filter_text(text) == shown.replace("*", FILTERED)


@given(
    st.lists(st.sampled_from(["token", "=", ":", " ", "'", '"', "(", "]", "\\", "\n", "://", "@", "a", "ü"]))
)
def test_any_text_can_be_filtered_and_what_names_no_secret_stays(parts: list[str]) -> None:
    text = "".join(parts)
    filtered = Redactor().filter_text(text)
    if "token" not in text and "://" not in text:
        assert filtered == text
    assert filtered.count("\n") <= text.count("\n")


def test_words_of_ones_own_count_in_texts() -> None:
    assert Redactor(["iban"]).filter_text("user-IBAN=DE1 b") == f"user-IBAN={FILTERED} b"
