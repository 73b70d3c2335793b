"""What the controls of a form send, received by typed events and by `validate()` alike."""

from __future__ import annotations

import json
import types
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, strategies as st
from msgspec import Meta, Struct

from actorlive import Error, Event, Ok, validate
from actorlive.forms import to_form
from actorlive.live.events import EventError, EventTable, parse_event
from actorlive.wire.params import decode_query
from tests.support.narrow import untyped


class Size(Enum):
    SMALL = "s"
    LARGE = "l"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Address(Struct):
    city: str
    zip: int | None = None


REQUIRED = object()


def event_of(declared: Any, default: Any = REQUIRED) -> type[Any]:
    body: dict[str, Any] = {"__annotations__": {"x": declared}, "__module__": __name__}
    if default is not REQUIRED:
        body["x"] = default
    return types.new_class("Ev", (Event,), {}, lambda namespace: namespace.update(body))


def sent(cls: type[Any], value: object, kind: str = "form") -> Any:
    frame = {"event": cls.__event_name__, "type": kind, "value": value}
    raw = msgspec.Raw(json.dumps(frame, ensure_ascii=False).encode())
    return EventTable(cls).decode(parse_event(raw))


def both(declared: Any, default: Any, query: str) -> list[Any]:
    """What the event holds, and what `validate` made; an error's text for what did not fit."""
    cls = event_of(declared, default)
    received: list[Any] = []
    try:
        received.append(sent(cls, query).x)
    except EventError as error:
        received.append(error)
    match validate(cls, decode_query(query)):
        case Ok(made):
            received.append(made.x)
        case Error(errors):
            received.append(errors)
    return received


NAIVE = datetime(2024, 5, 1, 9, 30)  # noqa: DTZ001


CONVERSIONS: list[tuple[Any, ...]] = [
    # text, search, tel, password, textarea: as it was typed
    (str, REQUIRED, "x=+Ada+", " Ada "),
    (str, "", "x=", ""),
    (str | None, None, "x=", None),
    (str | None, None, "x=++", None),
    (str | None, "old", "x=", None),
    (str, "nobody", "x=", "nobody"),
    (str, "nobody", "", "nobody"),
    (str, REQUIRED, "x=a%0D%0Ab", "a\r\nb"),
    (str, REQUIRED, "x=%23ff0000", "#ff0000"),
    (str, REQUIRED, "x=2024-W18", "2024-W18"),
    # number, range
    (int, REQUIRED, "x=5", 5),
    (int, REQUIRED, "x=%C2%A05+", 5),
    (int, REQUIRED, "x=%2B5", 5),
    (int, REQUIRED, "x=007", 7),
    (int, REQUIRED, "x=-0", 0),
    (int, REQUIRED, "x=1e3", 1000),
    (int, REQUIRED, "x=5.0", 5),
    (int, REQUIRED, "x=-9223372036854775808", -(2**63)),
    (int, 3, "x=", 3),
    (int, 3, "x=+", 3),
    (int | None, None, "x=", None),
    (int | None, REQUIRED, "x=", None),
    (int | None, REQUIRED, "", None),
    (Annotated[int, Meta(ge=0)] | None, 1, "x=", None),  # pyright: ignore[reportOperatorIssue]
    (float, REQUIRED, "x=.5", 0.5),
    (float, REQUIRED, "x=5.", 5.0),
    (float | None, None, "x=", None),
    (Decimal, REQUIRED, "x=+1.50+", Decimal("1.50")),
    (Decimal, REQUIRED, "x=%2B007.50", Decimal("7.50")),
    (Decimal | None, None, "x=", None),
    # date, time, datetime-local
    (date, REQUIRED, "x=+2024-05-01+", date(2024, 5, 1)),
    (date | None, None, "x=", None),
    (time, REQUIRED, "x=09:30", time(9, 30)),
    (time, REQUIRED, "x=09:30:05.250", time(9, 30, 5, 250_000)),
    (time | None, None, "x=", None),
    (datetime, REQUIRED, "x=2024-05-01T09:30", NAIVE),
    (datetime, REQUIRED, "x=+2024-05-01+09:30+", NAIVE),
    (datetime, REQUIRED, "x=2024-05-01T09:30:00.000", NAIVE),
    (datetime | None, None, "x=", None),
    # checkbox
    (bool, False, "x=on", True),
    (bool, REQUIRED, "x=true", True),
    (bool, REQUIRED, "", False),
    (bool, True, "x=false", False),
    (bool, False, "x=false&x=on", True),
    (bool | None, None, "x=", None),
    # several checkboxes, select multiple, numbered fields
    (list[str], REQUIRED, "x[]=a&x[]=b", ["a", "b"]),
    (list[str], REQUIRED, "", []),
    (list[str], REQUIRED, "x[]=", []),
    (list[int], [], "x[0]=4&x[1]=5", [4, 5]),
    (list[int], [], "x[10]=5&x[9]=4", [4, 5]),
    (set[Size], REQUIRED, "x[]=s&x[]=l&x[]=s", {Size.SMALL, Size.LARGE}),
    (frozenset[int], REQUIRED, "x[]=1&x[]=+1", frozenset({1})),
    (tuple[int, ...], REQUIRED, "x[]=1&x[]=2", (1, 2)),
    (tuple[int, bool], REQUIRED, "x[0]=+1&x[1]=on", (1, True)),
    (list[date], REQUIRED, "x[]=2024-05-01", [date(2024, 5, 1)]),
    # radio, select
    (Size, REQUIRED, "x=s", Size.SMALL),
    (Size, REQUIRED, "x=+s+", Size.SMALL),
    (Size | None, None, "x=", None),
    (Size, Size.LARGE, "x=", Size.LARGE),
    (Level, REQUIRED, "x=2", Level.HIGH),
    (Literal["a", "b"], REQUIRED, "x=b", "b"),
    (Literal["a", "b"] | None, None, "x=", None),
    (Literal["", "name"], "name", "x=", ""),
    (Literal[1, 2], REQUIRED, "x=2", 2),
    (int | Literal["all"], REQUIRED, "x=all", "all"),
    (int | Literal["all"], REQUIRED, "x=+5", 5),
    # hidden
    (UUID, REQUIRED, "x=00000000-0000-0000-0000-000000000001", UUID(int=1)),
    # forms in the form
    (Address, REQUIRED, "x[city]=Ulm&x[zip]=+89073", Address("Ulm", 89073)),
    (Address, REQUIRED, "x[city]=Ulm&x[zip]=", Address("Ulm")),
    (Address | None, None, "x=", None),
    (Address | None, None, "x[city]=Ulm", Address("Ulm")),
    (list[Address], REQUIRED, "x[1][city]=B&x[0][city]=A", [Address("A"), Address("B")]),
    (dict[str, Address], REQUIRED, "x[home][city]=A", {"home": Address("A")}),
    (dict[str, int], REQUIRED, "x[a]=+1", {"a": 1}),
    (dict[int, bool], REQUIRED, "x[1]=on", {1: True}),
    (dict[str, int | None], REQUIRED, "x[a]=", {"a": None}),
    # a file's own value is never in the form's data
    (str | None, None, "", None),
]


@pytest.mark.parametrize(("declared", "default", "query", "expected"), CONVERSIONS)
def test_a_control_is_received_as_it_is_declared(
    declared: Any, default: Any, query: str, expected: Any
) -> None:
    for received in both(declared, default, query):
        assert received == expected
        assert type(received) is type(expected)


@pytest.mark.parametrize(
    ("declared", "query"),
    [
        (int, "x="),
        (int, ""),
        (int, "x=five"),
        (int, "x=1.5"),
        (int, "x=1_0"),
        (int, "x=9223372036854775808"),
        (int | None, "x=9999999999999999999"),
        (list[int], "x[]=-9223372036854775809"),
        (set[int], "x[]=9223372036854775808"),
        (dict[int, str], "x[9223372036854775808]=a"),
        (Annotated[int, Meta(ge=0)], "x=-1"),
        (float, "x=nan"),
        (float, "x=Infinity"),
        (list[float], "x[]=1&x[]=-inf"),
        (float, "x=1,5"),
        (Decimal, "x=NaN"),
        (Decimal, "x=sNaN"),
        (Decimal, "x=1e1001"),
        (Decimal, "x=1e-1001"),
        (Decimal, "x=0e-999999999"),
        (Decimal | None, "x=1E%2B999999999"),
        (Decimal, "x=1_0"),
        (Decimal, "x=%D9%A3"),
        (date, "x=2024-02-30"),
        (time, "x=9:30"),
        (datetime, "x=2024-05-01"),
        (datetime, "x=123"),
        (bool, "x=perhaps"),
        (Size, "x=m"),
        (Size, "x="),
        (Literal["a"], "x=b"),
        (list[str], "x=a"),
        (str, "x[]=a"),
        (str, ""),
        (Address, "x=Ulm"),
        (tuple[int, int], "x[]=1"),
    ],
)
def test_what_does_not_fit_reaches_neither_a_handler_nor_a_value(declared: Any, query: str) -> None:
    event, validated = both(declared, REQUIRED, query)
    assert isinstance(event, EventError)
    assert event.misfits
    assert [misfit.path for misfit in event.misfits] == list(untyped(validated))


def test_only_required_text_may_be_empty_in_an_event_and_not_in_a_value() -> None:
    assert both(str, REQUIRED, "x=") == ["", {"x": ["can't be blank"]}]
    assert sent(event_of(Annotated[str, Meta(max_length=5)]), "x=").x == ""
    with pytest.raises(EventError, match="at least 1 character"):
        sent(event_of(Annotated[str, Meta(min_length=1)]), "x=")


def test_the_marks_of_a_form_stay_in_a_dict_of_text_that_an_event_carries_on() -> None:
    query = "x[a]=1&x[_unused_a]=&x[b][_persistent_id]=0"
    carried = {"a": "1", "_unused_a": "", "b": {"_persistent_id": "0"}}
    assert sent(event_of(dict[str, Any]), query).x == carried
    assert sent(event_of(dict[str, object]), query).x == carried
    assert sent(event_of(dict[str, str]), "x[a]=1&x[_unused_a]=").x == {"a": "1", "_unused_a": ""}
    assert both(dict[str, int], REQUIRED, "x[a]=1&x[_unused_a]=") == [{"a": 1}, {"a": 1}]


# -- there and back ------------------------------------------------------------


def milliseconds(moment: Any) -> Any:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


VALUES = st.one_of(
    st.tuples(st.just(int), st.integers(-(2**63), 2**63 - 1)),
    st.tuples(st.just(float), st.floats(allow_nan=False, allow_infinity=False)),
    st.tuples(st.just(Decimal), st.decimals(allow_nan=False, allow_infinity=False, places=3)),
    st.tuples(
        st.just(Decimal), st.builds(Decimal, st.from_regex(r"-?[1-9]E[+-]?[0-9]{1,2}", fullmatch=True))
    ),
    st.tuples(st.just(bool), st.booleans()),
    st.tuples(st.just(date), st.dates()),
    st.tuples(st.just(time), st.times().map(milliseconds)),
    st.tuples(st.just(datetime), st.datetimes().map(milliseconds)),
    st.tuples(st.just(Size), st.sampled_from(Size)),
    st.tuples(st.just(Level), st.sampled_from(Level)),
    st.tuples(st.just(UUID), st.uuids()),
    st.tuples(
        st.just(str), st.text(st.characters(exclude_categories=["Cs"])).filter(lambda text: text.strip())
    ),
)


@given(VALUES)
def test_a_value_that_a_control_shows_comes_back_as_itself(pair: tuple[Any, Any]) -> None:
    declared, value = pair
    shown = to_form(event_of(declared)(value))["x"].value
    assert both(declared, REQUIRED, urlencode({"x": shown})) == [value, value]


@given(st.datetimes(timezones=st.timezones()).map(milliseconds))
def test_an_aware_time_is_shown_as_it_stands_on_the_wall(moment: datetime) -> None:
    wall = moment.replace(tzinfo=None)
    shown = to_form(event_of(datetime)(moment))["x"].value
    assert both(datetime, REQUIRED, urlencode({"x": shown})) == [wall, wall]
    shown = to_form(event_of(time)(moment.timetz()))["x"].value
    assert both(time, REQUIRED, urlencode({"x": shown})) == [wall.time(), wall.time()]


# -- events that are no forms --------------------------------------------------


@pytest.mark.parametrize("kind", ["click", "keydown", "hook"])
@pytest.mark.parametrize(
    ("declared", "value", "expected"),
    [
        (int, "7", 7),
        (int, " 7 ", 7),
        (int, 7, 7),
        (int | None, "", None),
        (int | None, None, None),
        (int | None, 2**63 - 1, 2**63 - 1),
        (str, "", ""),
        (str, " a ", " a "),
        (str | None, "", ""),
        (bool, "on", True),
        (bool, "true", True),
        (bool, False, False),
        (time, "09:30", time(9, 30)),
        (float, 10**25, 1e25),
        (float | None, "nano"[:0], None),
        (Decimal, 1.5, Decimal("1.5")),
        (Decimal, "1e3", Decimal(1000)),
        (list[str], ["", "a"], ["", "a"]),
        (dict[str, int], {"_a": 1}, {"_a": 1}),
        (dict[int, int], {"1": 2}, {1: 2}),
        (set[tuple[int, int]], [[1, 2], [1, 2]], {(1, 2)}),
        (Address, {"city": "Ulm", "zip": 1}, Address("Ulm", 1)),
        (object, {"a": [1, None, "x", 1.5]}, {"a": [1, None, "x", 1.5]}),
        (Any, None, None),
        (str, "nan 12345678901234567890", "nan 12345678901234567890"),
    ],
)
def test_an_attribute_or_a_json_value_is_received(
    kind: str, declared: Any, value: Any, expected: Any
) -> None:
    received = sent(event_of(declared), {"x": value}, kind).x
    assert received == expected
    assert type(received) is type(expected)


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        (int, ""),
        (int, None),
        (int, 2**63),
        (int, "9" * 5_000),
        (int, [1]),
        (str, 3),
        (str, None),
        (float, "nan"),
        (float, "-Infinity"),
        (float, b"\\u006ean".decode("unicode_escape")),
        (float | None, "inf"),
        (list[int], "1"),
        (list[int], [""]),
        (set[int], [-(2**63) - 1]),
        (list[list[int]], [[2**64]]),
        (dict[int, int], {str(2**63): 1}),
        (dict[str, int], {"a": 2**63}),
        (Decimal, "sNaN"),
        (Decimal, "1E+5000"),
        (Any, [{"a": 2**70}]),
        (object, 2**70),
        (dict[str, Any], {"a": 2**70}),
    ],
)
def test_what_does_not_fit_is_refused_in_every_event(declared: Any, value: Any) -> None:
    for kind in ("click", "hook"):
        with pytest.raises(EventError):
            sent(event_of(declared), {"x": value}, kind)


def test_a_digit_written_as_an_escape_is_a_digit() -> None:
    class Pick(Event):
        ids: set[int]

    digits = "".join(f"\\u003{digit}" for digit in str(2**64))
    frame = '{"event": "pick", "type": "hook", "value": {"ids": ["' + digits + '"]}}'
    with pytest.raises(EventError, match="out of range"):
        EventTable(Pick).decode(parse_event(msgspec.Raw(frame.encode())))


def test_a_checkbox_without_check_is_false_and_a_bool_that_javascript_forgot_is_missing() -> None:
    assert sent(event_of(bool), {}, "click").x is False
    with pytest.raises(EventError, match="is missing"):
        sent(event_of(bool), {}, "hook")


SCALARS: list[Any] = [
    int,
    str,
    float,
    bool,
    int | None,
    str | None,
    list[int],
    dict[str, str],
    list[str | None],
    Any,
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text("01 a.", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab_", max_size=2), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.sampled_from(SCALARS), JSON, st.sampled_from(["click", "hook"]))
def test_the_careful_way_gives_what_msgspec_gives_at_once(declared: Any, value: Any, kind: str) -> None:
    cls = event_of(declared)
    plain = json.dumps({"x": value})
    odd = json.dumps({"x": value, "other": 10**20, "escape": "nan"}).replace("nan", "\\u006ean")
    outcomes: list[Any] = []
    for text in (plain, odd):
        frame = f'{{"event": "ev", "type": "{kind}", "value": {text}}}'.encode()
        try:
            outcomes.append(EventTable(cls).decode(parse_event(msgspec.Raw(frame))))
        except EventError:
            outcomes.append("refused")
    assert outcomes[0] == outcomes[1]
    assert repr(outcomes[0]) == repr(outcomes[1])


class Span(Event):
    low: int
    high: int

    def __validate__(self) -> dict[str, str] | None:
        return {"high": "must be above low"} if self.high <= self.low else None


@pytest.mark.parametrize(("kind", "value"), [("form", "low=2&high=1"), ("hook", {"low": 2, "high": 1})])
def test_an_event_checks_itself_as_a_form_does(kind: str, value: object) -> None:
    with pytest.raises(EventError, match="must be above low"):
        sent(Span, value, kind)
