"""validate: the value, or all that is wrong with it, each fault at its field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypedDict, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, strategies as st
from msgspec import Meta, Struct

from actorlive.forms import FieldErrors, UnsupportedType, to_form, validate
from actorlive.results import Error, Ok
from actorlive.wire.params import decode_query
from tests.support.narrow import untyped

T = TypeVar("T")


class Colour(Enum):
    RED = "red"
    GREEN = "green"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Address(Struct):
    city: str
    zip: Annotated[str, Meta(pattern=r"^\d{5}$", extra={"message": "must have five digits"})]


class User(Struct):
    name: Annotated[str, Meta(min_length=3, max_length=8)]
    age: Annotated[int, Meta(ge=18)]
    addresses: list[Address] = []
    home: Address | None = None


def single(declared: Any) -> type[Any]:
    return msgspec.defstruct("Single", [("x", declared)])


def read(declared: Any, value: Any) -> Any:
    """The value read for one required field, or its messages."""
    match validate(single(declared), {"x": value}):
        case Ok(made):
            return made.x
        case Error(errors):
            assert set(errors) == {"x"}
            return errors["x"]


def test_a_good_form_is_a_value() -> None:
    params = {"name": "Ada", "age": "36", "addresses": {"0": {"city": "Rome", "zip": "00100"}}, "home": ""}
    assert validate(User, params) == Ok(User("Ada", 36, [Address("Rome", "00100")], None))


def test_all_faults_are_found_in_the_order_of_the_fields() -> None:
    params = {
        "name": "Al",
        "age": "12",
        "addresses": {"0": {"city": " "}, "1": {"city": "x", "zip": "1"}},
        "home": {},
    }
    result = validate(User, params)
    assert result == Error(
        {
            "name": ["should be at least 3 characters"],
            "age": ["must be at least 18"],
            "addresses.0.city": ["can't be blank"],
            "addresses.0.zip": ["can't be blank"],
            "addresses.1.zip": ["must have five digits"],
            "home.city": ["can't be blank"],
            "home.zip": ["can't be blank"],
        }
    )
    assert isinstance(result, Error)
    assert list(result.reason)[:2] == ["name", "age"]


def test_errors_stand_at_the_fields_of_the_form() -> None:
    params = {"name": "Al", "addresses": {"7": {"city": "x", "zip": "1"}}}
    form = to_form(params, errors=validate(User, params), as_="user")
    assert form["name"].errors == ("should be at least 3 characters",)
    assert form["addresses"].nested()[0]["zip"].errors == ("must have five digits",)


# -- one value -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "value", "converted"),
    [
        (str, " a ", " a "),
        (int, " 3 ", 3),
        (int, 3, 3),
        (float, "1.5", 1.5),
        (Decimal, "1.50 ", Decimal("1.50")),
        (Decimal, "1e400", Decimal("1e400")),
        (Annotated[int, Meta(multiple_of=5)], "-10", -10),
        (bool, "true", True),
        (bool, "on", True),
        (bool, "off", False),
        (bool, "0", False),
        (date, "2024-05-01", date(2024, 5, 1)),
        (datetime, "2024-05-01T09:30", datetime(2024, 5, 1, 9, 30)),  # noqa: DTZ001
        (datetime, "2024-05-01T09:30:05Z", datetime(2024, 5, 1, 9, 30, 5, tzinfo=UTC)),
        (time, "09:30", time(9, 30)),
        (timedelta, "PT90S", timedelta(seconds=90)),
        (UUID, "00000000-0000-0000-0000-000000000001", UUID(int=1)),
        (Colour, "red", Colour.RED),
        (Level, "2", Level.HIGH),
        (Literal["a", "b"], "b", "b"),
        (Literal[1, 2], "2", 2),
        (int | None, "", None),
        (int | None, "3", 3),
        (int | str, "x", "x"),
        (int | Colour, "green", Colour.GREEN),
        (list[int], {"1": "2", "0": "1"}, [1, 2]),
        (list[int], ["", "1"], [1]),
        (list[str], [""], []),
        (list[int | None], ["1"], [1]),
        (set[Colour], ["red", "red"], {Colour.RED}),
        (frozenset[int], ["1"], frozenset({1})),
        (tuple[int, ...], ["1", "2"], (1, 2)),
        (tuple[int, str], ["1", "2"], (1, "2")),
        (dict[str, int], {"a": "1", "_unused_a": ""}, {"a": 1}),
        (dict[str, int], "", {}),
        (dict[int, list[bool]], {"1": ["on"]}, {1: [True]}),
        (Any, {"a": ["b"]}, {"a": ["b"]}),
        (Annotated[str, Meta(min_length=0)], " ", " "),
    ],
)
def test_what_forms_send_becomes_what_is_declared(declared: Any, value: Any, converted: Any) -> None:
    assert read(declared, value) == converted
    assert type(read(declared, value)) is type(converted)


MESSAGES: list[tuple[Any, ...]] = [
    (str, "  ", "can't be blank"),
    (str, None, "can't be blank"),
    (int, "", "can't be blank"),
    (bool, "", "can't be blank"),
    (str, 3, "must be text"),
    (str, ["a"], "must be text"),
    (int, "1.5", "must be a whole number"),
    (int, {"a": "b"}, "must be a whole number"),
    (float, "x", "must be a number"),
    (float, "nan", "must be a number"),
    (float, "-Infinity", "must be a number"),
    (Decimal, "NaN", "must be a number"),
    (Decimal, "x", "must be a number"),
    (bool, "perhaps", "must be true or false"),
    (date, "2024-02-30", "must be a date"),
    (time, "25:00", "must be a time"),
    (datetime, "2024-05-01", "must be a date and time"),
    (timedelta, "soon", "must be a duration"),
    (UUID, "x", "is invalid"),
    (Colour, "blue", "is not one of the choices"),
    (Literal["a"], "b", "is not one of the choices"),
    (int | Colour, "x", "is invalid"),
    (Annotated[datetime, Meta(tz=True)], "2024-05-01T09:30", "must have a time zone"),
    (Annotated[time, Meta(tz=False)], "09:30:00Z", "must not have a time zone"),
    (Annotated[str, Meta(max_length=1)], "ab", "should be at most 1 character"),
    (Annotated[str, Meta(min_length=2)], "a", "should be at least 2 characters"),
    (Annotated[str, Meta(min_length=2, max_length=2)], "a", "should be 2 characters"),
    (Annotated[str, Meta(pattern="^a")], "b", "has invalid format"),
    (Annotated[str, Meta(pattern="@", extra={"message": "needs an @"})], "b", "needs an @"),
    (Annotated[str, Meta(pattern="@")] | None, "b", "has invalid format"),  # pyright: ignore[reportOperatorIssue]
    (Annotated[int, Meta(gt=1)], "1", "must be greater than 1"),
    (Annotated[int, Meta(ge=1)], "0", "must be at least 1"),
    (Annotated[int, Meta(lt=1)], "1", "must be less than 1"),
    (Annotated[float, Meta(le=1.5)], "2", "must be at most 1.5"),
    (Annotated[int, Meta(multiple_of=5)], "7", "must be a multiple of 5"),
    (Annotated[list[int], Meta(min_length=2)], ["1"], "should have at least 2 items"),
    (Annotated[list[int], Meta(min_length=1)], "", "should have at least 1 item"),
    (Annotated[set[int], Meta(max_length=1)], ["1", "2"], "should have at most 1 item"),
    (Annotated[dict[str, int], Meta(min_length=1)], {}, "should have at least 1 item"),
    (list[int], "1", "is invalid"),
    (dict[str, int], "1", "is invalid"),
    (Address, "x", "is invalid"),
]


@pytest.mark.parametrize(("declared", "value", "message"), MESSAGES)
def test_a_fault_is_said_in_words(declared: Any, value: Any, message: str) -> None:
    assert read(declared, value) == [message]


def test_every_broken_constraint_is_told() -> None:
    assert read(Annotated[str, Meta(min_length=9, pattern="^a")], "b") == [
        "should be at least 9 characters",
        "has invalid format",
    ]


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        (int, "9" * 10_000),
        (Annotated[int, Meta(multiple_of=5)], "5" * 400),
        (Annotated[int, Meta(multiple_of=5)], "6" * 400),
        (Annotated[float, Meta(multiple_of=0.5)], "1e308"),
        (Annotated[int, Meta(le=5)], "-" + "9" * 400),
        (float, "1e999"),
        (Decimal, "1e999999999999999999999"),
        (Decimal, "9" * 10_000),
        (date, "9999999999-01-01"),
        (timedelta, "P999999999999D"),
        (timedelta, "1e300"),
        (str, "\ud800"),
        (UUID, "\x00"),
        (bool, 7),
        (Colour, []),
        (list[int], {"9" * 10_000: "1"}),
    ],
)
def test_absurd_values_are_answered_too(declared: Any, value: Any) -> None:
    assert isinstance(validate(single(declared), {"x": value}), Ok | Error)


def test_the_faults_of_items_stand_at_the_items() -> None:
    assert validate(single(list[int]), {"x": ["1", "a", "", "b"]}) == Error(
        {"x.1": ["must be a whole number"], "x.3": ["must be a whole number"]}
    )
    assert validate(single(dict[int, int]), {"x": {"a": "1", "1": "b"}}) == Error(
        {"x.a": ["must be a whole number"], "x.1": ["must be a whole number"]}
    )


# -- what HTML does not send ---------------------------------------------------


class Optional(Struct):
    name: str = "nobody"
    nick: str | None = "x"
    since: date | None = None
    flag: bool = True
    tags: list[str] = msgspec.field(default_factory=lambda: ["a"])


def test_blank_is_no_value_and_absent_is_the_default() -> None:
    assert validate(Optional, {}) == Ok(Optional())
    assert validate(Optional, {"name": " ", "nick": "", "since": ""}) == Ok(Optional(nick=None))
    assert validate(Optional, {"tags": [""], "flag": "false"}) == Ok(Optional(tags=[], flag=False))


class Required(Struct):
    nick: str | None
    flag: bool
    tags: list[str]
    colours: set[Colour]
    scores: dict[str, int]
    home: Address


def test_what_html_leaves_out_is_unchecked_and_empty() -> None:
    assert validate(Required, {"home": {"city": "x", "zip": "12345"}}) == Ok(
        Required(None, False, [], set(), {}, Address("x", "12345"))
    )
    assert validate(Required, {}) == Error({"home.city": ["can't be blank"], "home.zip": ["can't be blank"]})
    assert validate(Required, {"home": ""}) == Error({"home": ["can't be blank"]})


def test_keys_that_are_not_declared_are_ignored() -> None:
    class Strict(Struct, forbid_unknown_fields=True):
        a: int

    assert validate(Strict, {"a": "1", "_unused_b": "", "_target": ["a"], "is_admin": "true"}) == Ok(
        Strict(1)
    )


@pytest.mark.parametrize("params", ["x", ["a"], None, 3])
def test_params_of_another_shape_are_invalid(params: Any) -> None:
    assert validate(User, params) == Error({"": ["is invalid"]})


# -- kinds of types ------------------------------------------------------------


@dataclass
class Point:
    x: int
    y: int = 0


class Pair(NamedTuple):
    a: int
    b: int = 2


class Options(TypedDict, total=False):
    limit: int


class Box(Struct, Generic[T]):
    item: T


class Renamed(Struct, rename="camel"):
    first_name: str


class Tree(Struct):
    name: str
    children: list[Tree] = []


@pytest.mark.parametrize(
    ("declared", "params", "value"),
    [
        (Point, {"x": "1"}, Point(1)),
        (Pair, {"a": "1"}, Pair(1)),
        (Options, {"limit": "3"}, {"limit": 3}),
        (Options, {"limit": ""}, {}),
        (Box[int], {"item": "3"}, Box(3)),
        (Renamed, {"firstName": "Ada"}, Renamed("Ada")),
        (Tree, {"name": "a", "children": {"0": {"name": "b"}}}, Tree("a", [Tree("b")])),
    ],
)
def test_records_of_all_kinds(declared: Any, params: dict[str, Any], value: Any) -> None:
    assert validate(declared, params) == Ok(value)


def test_renamed_fields_are_known_by_the_name_in_the_form() -> None:
    assert validate(Renamed, {"first_name": "Ada"}) == Error({"firstName": ["can't be blank"]})


class Card(Struct, tag="card", tag_field="kind"):
    number: str


class Transfer(Struct, tag="transfer", tag_field="kind"):
    iban: Annotated[str, Meta(min_length=4)]


def test_the_tag_chooses_among_structs() -> None:
    assert read(Card | Transfer, {"kind": "card", "number": "42"}) == Card("42")
    assert validate(single(Card | Transfer), {"x": {"kind": "transfer", "iban": "D"}}) == Error(
        {"x.iban": ["should be at least 4 characters"]}
    )
    assert read(Card | Transfer, {"kind": "cash"}) == ["is invalid"]


def test_what_no_form_can_fill_in_is_refused() -> None:
    with pytest.raises(UnsupportedType, match="declare it as text"):
        read(msgspec.Raw, "x")


# -- faults between fields -----------------------------------------------------


class Range(Struct):
    low: int
    high: int

    def __validate__(self) -> dict[str, str] | None:
        return {"high": "must be above low"} if self.high <= self.low else None


class Ranges(Struct):
    ranges: list[Range]

    def __post_init__(self) -> None:
        if len(self.ranges) > 2:
            raise ValueError("has too many ranges")


def test_a_struct_checks_itself_once_its_fields_are_right() -> None:
    assert validate(Range, {"low": "2", "high": "1"}) == Error({"high": ["must be above low"]})
    assert validate(Range, {"low": "2", "high": "x"}) == Error({"high": ["must be a whole number"]})
    assert validate(Ranges, {"ranges": [{"low": "1", "high": "2"}, {"low": "2", "high": "1"}]}) == Error(
        {"ranges.1.high": ["must be above low"]}
    )


def test_a_refusal_of_the_constructor_is_about_the_form() -> None:
    ranges = [{"low": "1", "high": "2"}] * 3
    assert validate(Ranges, {"ranges": ranges}) == Error({"": ["has too many ranges"]})


def test_a_check_sees_the_finished_value() -> None:
    def check(user: User) -> dict[str, str | list[str]]:
        return {"name": "is taken", "age": []} if user.name == "Ada" else {}

    assert validate(User, {"name": "Ada", "age": "36"}, check=check) == Error({"name": ["is taken"]})
    assert validate(User, {"name": "Bob", "age": "36"}, check=check) == Ok(User("Bob", 36))
    assert validate(User, {"name": "Ada", "age": "x"}, check=check) == Error(
        {"age": ["must be a whole number"]}
    )


# -- against msgspec -----------------------------------------------------------


class Everything(Struct):
    text: str
    number: Annotated[int, Meta(ge=-100, le=100)]
    ratio: float
    price: Decimal
    flag: bool
    day: date
    moment: datetime
    colour: Colour
    level: Level
    tags: list[str]
    perhaps: int | None
    home: Address
    others: list[Address] = []


texts = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=5)
addresses = st.builds(Address, texts, st.from_regex(r"\A[0-9]{5}\Z"))
values = st.builds(
    Everything,
    text=texts,
    number=st.integers(-100, 100),
    ratio=st.floats(allow_nan=False, allow_infinity=False),
    price=st.decimals(allow_nan=False, allow_infinity=False, places=2),
    flag=st.booleans(),
    day=st.dates(),
    moment=st.datetimes(),
    colour=st.sampled_from(Colour),
    level=st.sampled_from(Level),
    tags=st.lists(texts, max_size=3),
    perhaps=st.none() | st.integers(-9, 9),
    home=addresses,
    others=st.lists(addresses, max_size=3),
)


def as_fields(value: object, name: str) -> list[tuple[str, str]]:
    """The fields of an HTML form that holds `value`, a JSON value."""
    match value:
        case dict():
            return [
                field for key, item in untyped(value).items() for field in as_fields(item, f"{name}[{key}]")
            ]
        case list() if untyped(value) and isinstance(untyped(value)[0], dict):
            return [
                field
                for index, item in enumerate(untyped(value))
                for field in as_fields(item, f"{name}[{index}]")
            ]
        case list():
            return [(f"{name}[]", str(item)) for item in ["", *untyped(value)]]
        case None:
            return [(name, "")]
        case _:
            return [(name, str(untyped(value)).lower() if isinstance(value, bool) else str(untyped(value)))]


@given(values)
def test_a_value_comes_back_from_the_form_that_holds_it(value: Everything) -> None:
    plain = msgspec.to_builtins(value)
    if not value.others:
        del plain["others"]  # a form without nested forms sends nothing of them
    params = decode_query(urlencode(as_fields(plain, "e")))["e"]
    assert validate(Everything, params) == Ok(value)


@given(values)
def test_valid_data_is_read_as_msgspec_reads_it(value: Everything) -> None:
    plain = msgspec.to_builtins(value)
    assert validate(Everything, plain) == Ok(msgspec.convert(plain, Everything, strict=False))


PATHS = [("text",), ("number",), ("flag",), ("day",), ("colour",), ("home", "zip"), ("others", 0, "city")]
junk = st.one_of(
    st.text(max_size=3), st.integers(), st.lists(st.text(max_size=1), max_size=2), st.just({"a": "b"})
)


@given(values.filter(lambda value: value.others), st.sampled_from(PATHS), junk)
def test_where_msgspec_refuses_one_value_it_alone_is_named(
    value: Everything, path: tuple[Any, ...], bad: Any
) -> None:
    plain = msgspec.to_builtins(value)
    inner = plain
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = bad
    try:
        msgspec.convert(plain, Everything, strict=False)
    except msgspec.ValidationError:
        match validate(Everything, plain):
            case Error(errors):
                assert list(errors) == [".".join(map(str, path))]
                assert all(errors.values())
            case Ok(lenient):
                assert isinstance(bad, str)
                assert bad.strip() != bad or bad == "on", lenient


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*Everything.__struct_fields__, "city", "zip", "0", "1", "_x"]), inner
        )
    ),
    max_leaves=20,
)


@given(json)
def test_nothing_that_comes_from_outside_raises(params: Any) -> None:
    match validate(Everything, params):
        case Error(errors):
            known: FieldErrors = errors
            assert known
            assert all(
                isinstance(message, str) and message for messages in known.values() for message in messages
            )
        case Ok(value):
            assert isinstance(value, Everything)
