"""What is read at once is what `ParamsReader` reads, or nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
import pytest
from hypothesis import example, given, strategies as st

from actorlive import Event
from actorlive.forms.conversion import FAULTY, FORM, ParamsReader, declaration
from actorlive.forms.form_reader import form_reader
from actorlive.wire.params import ParamsError, decode_query, split_name


class Address(msgspec.Struct):
    city: str
    zip: int | None = None


class Everything(Event):
    text: str
    note: str = "none"
    nick: str | None = None
    count: int = 1
    least: int | None = None
    share: float = 0.5
    agreed: bool = False
    told: bool | None = None
    short: Annotated[str, msgspec.Meta(max_length=3)] = ""
    kind: Literal["", "a", "b"] = "a"
    price: Decimal | None = None
    tags: list[str] = []
    address: Address | None = None
    extra: dict[str, str] = {}


class Needed(Event):
    count: int
    share: float
    agreed: bool
    maybe: str | None
    tags: list[int]


class Held(msgspec.Struct):
    street: str
    address: Address
    owner: Held | None = None
    agreed: bool = False

    def __post_init__(self) -> None:
        if self.street == "seven":
            raise ValueError("seven is taken")

    def __validate__(self) -> dict[str, str]:
        return {"street": "is not one"} if self.street == "none" else {}


class Holding(Event):
    needed: Held
    optional: Held | None
    empty: Held | None = None
    standard: Address = msgspec.field(default_factory=lambda: Address("Ulm"))


class Checked(Event):
    least: int = 0
    most: int = 0

    def __validate__(self) -> dict[str, str]:
        return {"most": "is less than the least"} if self.most < self.least else {}


class Narrow(Event):
    count: int = 0

    def __post_init__(self) -> None:
        if self.count == 7:
            raise ValueError("seven is taken")


CLASSES = [Everything, Needed, Checked, Narrow, Holding]

NAMES = sorted({name for cls in CLASSES for name in cls.__struct_fields__})

ODD = ["", " ", "\t", "null", "a", " a ", "b", "1\n", "on", "off", "true", "false", " on", "True"]
NUMBERS = [*"0 -0 007 7 +1 1. .5 1.5 -2.5 1e3 1e999 nan inf ٣ 1_0".split(), "9" * 18, "9" * 19, "1" * 40]

texts = st.one_of(
    st.sampled_from([*ODD, *NUMBERS]),
    st.text(max_size=5),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.integers().map(str),
)
values = st.one_of(
    texts,
    texts,
    texts,
    st.none() | st.booleans() | st.integers() | st.floats(),
    st.lists(texts, max_size=2),
    st.dictionaries(st.sampled_from(["city", "zip", "0", "1", "_unused_x"]), texts, max_size=2),
)
params = st.dictionaries(st.sampled_from([*NAMES, "_target", "_unused_text"]), values)


@given(st.sampled_from(CLASSES), params)
@example(Everything, {"text": "x"})
@example(Needed, {"count": "1", "share": "-0", "tags": ["1"]})
@example(Narrow, {"count": "7"})
@example(Checked, {"least": "2", "most": "1"})
def test_what_is_read_at_once_is_what_the_reader_reads(cls: type[Event], params: dict[str, Any]) -> None:
    node = declaration(cls)
    read = form_reader(node)
    assert read is not None
    at_once = read(params)
    careful = ParamsReader(FORM).read(node, params, "")
    if at_once is not None:
        assert repr(at_once) == repr(careful)


streets = st.sampled_from(["a", "", "seven", "none"])
cities = texts | st.dictionaries(st.sampled_from(["city", "zip", "_unused_zip"]), values, max_size=3)
holders: st.SearchStrategy[Any] = st.recursive(
    values,
    lambda below: st.fixed_dictionaries(
        {}, optional={"street": streets, "address": cities, "owner": below, "agreed": texts}
    ),
    max_leaves=4,
)
holding = st.fixed_dictionaries(
    {}, optional={"needed": holders, "optional": holders, "empty": holders, "standard": cities}
)


@given(holding)
@example({"needed": {"street": "a", "address": {"city": "b"}}})
@example({"needed": {"street": "a", "address": {"city": "b"}, "owner": {"street": "seven"}}})
@example({"needed": {"street": "none", "address": {"city": "b"}}})
def test_structs_in_structs_are_read_at_once_as_the_reader_reads_them(params: dict[str, Any]) -> None:
    node = declaration(Holding)
    read = form_reader(node)
    assert read is not None
    at_once = read(params)
    if at_once is not None:
        assert repr(at_once) == repr(ParamsReader(FORM).read(node, params, ""))


def test_a_struct_that_is_nested_without_end_is_left_to_the_reader() -> None:
    read = form_reader(declaration(Holding))
    assert read is not None
    address = {"city": "b"}
    owner: dict[str, Any] = {"street": "a", "address": address}
    assert read({"needed": owner}) is not None
    for _ in range(100_000):
        owner = {"street": "a", "address": address, "owner": owner}
    assert read({"needed": owner}) is None


@pytest.mark.parametrize(
    ("cls", "fields"),
    [
        (
            Everything,
            {"text": "", "count": "3", "share": "2.5", "agreed": "on", "tags": ["a"], "price": "1.50"},
        ),
        (Needed, {"count": "-3", "share": "2", "tags": ["4"]}),
        (Checked, {"least": "1", "most": "2"}),
        (Holding, {"needed": {"street": "", "address": {"city": "b", "zip": "1"}, "agreed": "on"}}),
    ],
)
def test_the_usual_form_is_read_at_once(cls: type[Event], fields: dict[str, Any]) -> None:
    read = form_reader(declaration(cls))
    assert read is not None
    made = read({**fields, "_target": ["text"]})
    assert isinstance(made, cls)
    assert made == ParamsReader(FORM).read(declaration(cls), fields, "")


def test_a_control_a_reader_that_forgets_blank_defaults_is_found_out() -> None:
    node = declaration(Everything)
    read = form_reader(node)
    assert read is not None
    made = read({"text": "x", "note": " "})
    assert made.note == "none"
    assert repr(msgspec.structs.replace(made, note=" ")) != repr(
        ParamsReader(FORM).read(node, {"text": "x", "note": " "}, "")
    )
    assert ParamsReader(FORM).read(node, {}, "") is FAULTY
    assert read({}) is None


# -- the fields of the text ----------------------------------------------------

words = st.text(st.sampled_from("ab[]%+&= é😀_"), max_size=6)
queries = st.one_of(
    st.lists(st.tuples(words, words)).map(urlencode),
    st.lists(st.tuples(words.map(quote), words)).map(lambda pairs: "&".join(f"{k}={v}" for k, v in pairs)),
    st.text(st.sampled_from("ab[]%25FFc3+&=é"), max_size=20),
)


@given(queries)
@example("a")
@example("=")
@example("&&a=1&")
@example("%ff=%e9&a=b=c")
def test_fields_are_those_of_the_standard_library(text: str) -> None:
    flat = {
        name: value for name, value in parse_qsl(text, keep_blank_values=True) if split_name(name) == [name]
    }
    nested = {split_name(name)[0] for name, _ in parse_qsl(text, keep_blank_values=True)} - flat.keys()
    decoded = decode_query(text)
    assert decoded.keys() == flat.keys() | nested
    kept = {name: value for name, value in decoded.items() if isinstance(value, str)}
    assert kept.items() <= flat.items()


@pytest.mark.parametrize(("text", "most"), [("a=1&b=2", 1), ("&&&", 3)])
def test_the_number_of_fields_is_counted_before_any_is_decoded(text: str, most: int) -> None:
    with pytest.raises(ParamsError, match=f"more than {most} fields"):
        decode_query(text, max_fields=most)
