"""Kept values and the application's keys: where a token is good, and that a join with all of them is one frame."""

from __future__ import annotations

import base64
import json
import math
import time
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest
from hypothesis import given, strategies as st

from actorlive.live.endpoint import KeptPlace
from actorlive.web import Limits
from actorlive.web.endpoint import AppEndpoint
from actorlive.web.tokens import KeptTokens
from tests.web.views import KEY, Counter, Other, make_app

PLACE = KeptPlace(Counter, "phx-1", "ada")
OLD = "an earlier key, which was long enough"


def endpoint(**options: Any) -> AppEndpoint:
    return make_app(**options)[1].endpoint


@given(name=st.text(), value=st.binary())
def test_a_token_is_good_in_its_place(name: str, value: bytes) -> None:
    here = endpoint()
    assert here.read_kept(PLACE, name, here.sign_kept(PLACE, name, value)) == value


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (KeptPlace(Other, "phx-1", "ada"), "text"),
        (KeptPlace(Counter, "phx-2", "ada"), "text"),
        (KeptPlace(Counter, "phx-1", "eve"), "text"),
        (KeptPlace(Counter, "phx-1", ""), "text"),
        (PLACE, "other"),
        (PLACE, ""),
    ],
)
def test_it_is_good_in_no_other(place: KeptPlace, name: str) -> None:
    here = endpoint()
    token = here.sign_kept(PLACE, "text", b'"draft"')
    assert here.read_kept(place, name, token) is None
    assert here.read_kept(PLACE, "text", here.sign_kept(place, name, b'"draft"')) is None


SEPARATED = st.text(st.sampled_from('.,"[]a'), max_size=6)


@given(a=st.tuples(SEPARATED, SEPARATED, SEPARATED), b=st.tuples(SEPARATED, SEPARATED, SEPARATED))
def test_no_two_places_are_signed_alike_whatever_stands_in_them(
    a: tuple[str, str, str], b: tuple[str, str, str]
) -> None:
    here = endpoint()
    token = here.sign_kept(KeptPlace(Counter, a[0], a[1]), a[2], b"7")
    found = here.read_kept(KeptPlace(Counter, b[0], b[1]), b[2], token)
    assert (found == b"7") is (a == b)


@given(
    st.text()
    | st.text(st.characters(categories=["Cs"]), min_size=1)
    | st.text(st.sampled_from("._-aA"), max_size=90)
)
def test_garbage_is_none(token: str) -> None:
    assert endpoint().read_kept(PLACE, "text", token) is None


@given(st.data())
def test_a_changed_token_is_none(data: st.DataObject) -> None:
    here = endpoint()
    token = here.sign_kept(PLACE, "text", b'"a draft"')
    at = data.draw(st.integers(0, len(token.rsplit(".", 1)[0]) - 1))
    other = data.draw(st.characters(categories=["L", "N"]).filter(lambda letter: letter != token[at]))
    assert here.read_kept(PLACE, "text", token[:at] + other + token[at + 1 :]) is None


def test_a_value_cannot_be_put_into_its_place_and_signed_there() -> None:
    """Only the end of what is signed travels: a value that looks like a place is a value."""
    tokens = KeptTokens([KEY.encode()])
    token = tokens.sign(b"place", b"a.b")
    head, rest = token.split(".", 1)
    assert base64.urlsafe_b64decode(head) == b"a.b"
    assert tokens.read(b"place." + head.encode(), rest) is None


def test_it_ages(monkeypatch: pytest.MonkeyPatch) -> None:
    here = endpoint()
    token, began, day = here.sign_kept(PLACE, "text", b"1"), time.time(), 86_400
    monkeypatch.setattr(time, "time", lambda: began + 13 * day)
    assert here.read_kept(PLACE, "text", token) == b"1"
    monkeypatch.setattr(time, "time", lambda: began + 15 * day)
    assert here.read_kept(PLACE, "text", token) is None


def test_what_an_earlier_key_signed_is_read_and_new_ones_are_of_the_newest() -> None:
    token = KeptTokens([OLD.encode()]).sign(b"p", b"1")
    both = KeptTokens([OLD.encode(), KEY.encode()])
    assert both.read(b"p", token) == b"1"
    assert KeptTokens([OLD.encode()]).read(b"p", both.sign(b"p", b"1")) is None
    assert KeptTokens([KEY.encode()]).read(b"p", both.sign(b"p", b"1")) == b"1"


@pytest.mark.parametrize(
    ("limits", "most"),
    [
        (Limits(), 16 * 1024),
        (Limits(max_kept=1000), 1000),
        (Limits(max_kept=0), 0),
        (Limits(max_frame=16 * 1024), 6 * 1024),
        (Limits(max_frame=4 * 1024), 0),
        (Limits(max_frame=10**9, max_kept=10**6), 10**6),
    ],
)
def test_a_view_keeps_no_more_than_its_join_can_bring_back(limits: Limits, most: int) -> None:
    assert endpoint(limits=limits).max_kept == most


@given(st.integers(8 * 1024, 200 * 1024), st.integers(1, 20))
def test_a_join_with_all_that_may_be_kept_is_one_frame(max_frame: int, count: int) -> None:
    limits = Limits(max_frame=max_frame, max_kept=10**6)
    here = endpoint(limits=limits)
    each = here.max_kept // count
    kept = {f"value_{n}": here.sign_kept(PLACE, f"value_{n}", b"x" * each) for n in range(count)}
    beside = 4 * 1024
    assert len(json.dumps({"_kept": kept})) + beside <= max_frame


def test_a_frame_without_a_bound_leaves_the_values_theirs() -> None:
    assert Limits.kept_in_a_join(cast("Any", SimpleNamespace(max_kept=7, max_frame=math.inf))) == 7


def test_the_place_does_not_travel() -> None:
    token = endpoint().sign_kept(PLACE, "text", msgspec.json.encode("draft"))
    assert len(token) < 70
