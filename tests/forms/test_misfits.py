"""What is said about an event that does not fit: the words are interface, so each stands here in full."""

from __future__ import annotations

import json
from datetime import datetime
from enum import Enum
from typing import Any, Literal

import msgspec
import pytest
from msgspec import Struct

from actorlive import Event
from actorlive.forms.misfits import MOST, Misfit
from actorlive.live.events import EventError, EventTable, parse_event


class Size(Enum):
    SMALL = "s"


class Address(Struct):
    city: str
    zip: int


class Filter(Event):
    min: int = 0
    ids: list[int] = []
    done: bool = False
    size: Size = Size.SMALL
    sort: Literal["a", "b"] | None = None
    begins: datetime | None = None
    address: Address | None = None
    password: Literal["right"] | None = None


class Rename(Event):
    item: int
    title: str


def refused(cls: type[Any], value: object, kind: str = "form") -> EventError:
    frame = {"event": cls.__event_name__, "type": kind, "value": value}
    with pytest.raises(EventError) as caught:
        EventTable(cls).decode(parse_event(msgspec.Raw(json.dumps(frame).encode())))
    return caught.value


@pytest.mark.parametrize(
    ("cls", "value", "words"),
    [
        (
            Filter,
            "min=five",
            (
                "event 'filter': expected `int`, got 'five' - at `$.min`: must be a whole number. "
                "Declare `min: str` to take whatever is typed, and check it with validate()."
            ),
        ),
        (
            Rename,
            "item=&title=",
            (
                "event 'rename': expected `int`, got '' - at `$.item`: can't be blank. "
                "An emptied control has no value: declare `item: int | None = None`, or a default."
            ),
        ),
        (
            Rename,
            "item=3",
            (
                "event 'rename': expected `str`, got nothing - at `$.title`: is missing. "
                "Send a control of that name, or declare a default: `title: str = …`."
            ),
        ),
        (
            Filter,
            "ids=3",
            (
                "event 'filter': expected `list[int]`, got '3' - at `$.ids`: is invalid. "
                "Name the controls `ids[]`, so that several values are sent as a list."
            ),
        ),
        (
            Filter,
            "ids[]=3&ids[]=x",
            (
                "event 'filter': expected `int`, got 'x' - at `$.ids.1`: must be a whole number. "
                "Declare the items of `ids` as `str` to take whatever is typed, and check it with validate()."
            ),
        ),
        (
            Filter,
            "ids[0]=3&ids[1]=[]",
            (
                "event 'filter': expected `int`, got '[]' - at `$.ids.1`: must be a whole number. "
                "Declare the items of `ids` as `str` to take whatever is typed, and check it with validate()."
            ),
        ),
        (
            Filter,
            "min[]=3",
            (
                "event 'filter': expected `int`, got a list - at `$.min`: must be a whole number. "
                "Declare `min: list[int]` to take several values."
            ),
        ),
        (
            Filter,
            "done=yes",
            (
                "event 'filter': expected `bool`, got 'yes' - at `$.done`: must be true or false. "
                'Leave out the checkbox\'s value, or give it `value="true"`.'
            ),
        ),
        (
            Filter,
            "size=xl",
            (
                "event 'filter': expected `Size`, got 'xl' - at `$.size`: is not one of the choices. "
                "Offer the declared choices only, or declare this one too."
            ),
        ),
        (
            Filter,
            "sort=c",
            (
                "event 'filter': expected `Literal['a', 'b']`, got 'c' - at `$.sort`: is not one of the choices. "
                "Offer the declared choices only, or declare this one too."
            ),
        ),
        (
            Filter,
            "begins=2024-05-01",
            (
                "event 'filter': expected `datetime`, got '2024-05-01' - at `$.begins`: must be a date and time. "
                "Declare `begins: str` to take whatever is typed, and check it with validate()."
            ),
        ),
        (
            Filter,
            "address[city]=Ulm&address[zip]=x",
            (
                "event 'filter': expected `int`, got 'x' - at `$.address.zip`: must be a whole number. "
                "Declare `zip: str` to take whatever is typed, and check it with validate()."
            ),
        ),
        (
            Filter,
            "address=Ulm",
            (
                "event 'filter': expected `Address`, got 'Ulm' - at `$.address`: is invalid. "
                "Name the controls `address[…]`, one for each of its fields."
            ),
        ),
        (
            Filter,
            "min[a]=1",
            (
                "event 'filter': expected `int`, got fields - at `$.min`: must be a whole number. "
                "Declare a struct for `min`: the fields of a form within the form arrived."
            ),
        ),
        (
            Filter,
            "password=hunter2",
            (
                "event 'filter': expected `Literal['right']`, got [filtered] - at `$.password`: is not one of the "
                "choices. Offer the declared choices only, or declare this one too."
            ),
        ),
    ],
)
def test_the_words(cls: type[Any], value: str, words: str) -> None:
    assert str(refused(cls, value)) == words


def test_a_misfit_is_data() -> None:
    assert refused(Rename, {"item": 2**70, "title": 3}, "hook").misfits == (
        Misfit(
            "item",
            "1180591620717411303424",
            "int",
            "is out of range",
            "Declare `item: str` to take whatever is typed, and check it with validate().",
        ),
        Misfit(
            "title",
            "3",
            "str",
            "must be text",
            "Send a text that fits, or declare `str` and check it with validate().",
        ),
    )


def test_what_is_no_object_says_so() -> None:
    assert str(refused(Rename, [1], "hook")) == (
        "event 'rename': expected `Rename`, got a list - at `$`: is invalid. "
        "Send an object with the fields of the event."
    )


@pytest.mark.parametrize("sent", ["x" * 100_000, "\n2026-01-01 CRITICAL forged" * 50])
def test_what_came_is_cut_short_and_stays_in_its_line(sent: str) -> None:
    message = str(refused(Rename, {"item": sent, "title": ""}, "hook"))
    assert len(message) < 400
    assert "\n" not in message


def test_a_thousand_faults_are_a_few_words_and_some_data() -> None:
    error = refused(Filter, "&".join(["ids[]=x"] * 1000))
    assert len(error.misfits) == MOST
    assert len(str(error)) < 1000
    assert str(error).endswith("more.")


def test_a_long_name_is_refused_before_anybody_looks_for_the_nearest() -> None:
    with pytest.raises(EventError, match=r"has 1000000 characters; the limit is 255") as caught:
        parse_event(msgspec.Raw(json.dumps({"event": "e" * 1_000_000}).encode()))
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("kind", "value", "meta"),
    [("hook", {"a": [2**63]}, None), ("click", -(2**63) - 1, None), ("form", "a=1", {"n": {"m": 2**64}})],
)
def test_numbers_of_a_raw_event_are_bounded_too(kind: str, value: object, meta: object) -> None:
    frame = {"event": "any", "type": kind, "value": value, "meta": meta}
    with pytest.raises(EventError, match="outside of 64 bits"):
        _ = parse_event(msgspec.Raw(json.dumps(frame).encode())).raw
