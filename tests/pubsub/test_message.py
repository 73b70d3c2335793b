"""Messages that may leave the process: their names, what of them travels, and what is refused on either side."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, strategies as st

from actorlive.pubsub import Message, MessageError
from actorlive.pubsub.message import name_of, pack, unpack
from actorlive.pubsub.refusals import MessageRefused
from actorlive.runtime import Pid
from tests.support.narrow import untyped


@dataclass(frozen=True)
class Place:
    row: int
    seat: str


class Booked(Message, name="test_message.booked"):
    """A field of each kind that travels."""

    place: Place
    by: str = ""
    at: datetime | None = None
    token: UUID | None = None
    tags: frozenset[str] = frozenset()
    price: Annotated[float, msgspec.Meta(ge=0)] = 0.0


class Anything(Message, name="test_message.anything"):
    it: Any = None
    more: list[Any] = []


class Plain(Message):
    text: str


def read_back(message: Message) -> Message:
    name, body = pack(message)
    return unpack(name, body)


places = st.builds(Place, st.integers(-(2**63), 2**63 - 1), st.text(st.characters(exclude_categories=["Cs"])))


@given(
    st.builds(
        Booked,
        places,
        st.text(st.characters(exclude_categories=["Cs"])),
        st.none() | st.datetimes(timezones=st.just(UTC)),
        st.none() | st.uuids(),
        st.frozensets(st.text(st.characters(exclude_categories=["Cs"]), max_size=3)),
        st.floats(0, allow_nan=False),
    )
)
def test_a_message_arrives_as_it_was_sent(message: Booked) -> None:
    assert read_back(message) == message


def test_a_message_is_frozen_and_named_after_its_class() -> None:
    assert name_of(Plain) == "Plain"
    with pytest.raises(AttributeError):
        untyped(Plain("x")).text = "y"


# -- names ---------------------------------------------------------------------


def test_a_name_of_another_class_is_refused_where_the_second_is_defined() -> None:
    class First(Message, name="test_message.twice"):
        pass

    with pytest.raises(MessageError) as refused:

        class Second(Message, name="test_message.twice"):  # pyright: ignore[reportUnusedClass]
            pass

    assert str(refused.value) == (
        "two messages are named 'test_message.twice':"
        f" {__name__}.{First.__qualname__} and"
        f" {__name__}.{First.__qualname__.replace('First', 'Second')}."
        ' Give one of them a name of its own: class Second(Message, name="….test_message.twice")'
    )
    assert type(read_back(First())) is First


@pytest.mark.parametrize("name", ["", "x" * 256, 5, b"x"])
def test_a_name_is_a_text_that_is_not_too_long(name: Any) -> None:
    with pytest.raises(MessageError, match="the name of a message is a text of at most 255 characters"):

        class Misnamed(Message, name=name):  # pyright: ignore[reportUnusedClass]
            pass


def load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("messages_that_are_reloaded", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["messages_that_are_reloaded"] = module
    spec.loader.exec_module(module)
    return module


def test_a_class_that_is_defined_again_by_a_reload_takes_the_place_of_the_earlier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "messages_that_are_reloaded", None)
    path = tmp_path / "messages.py"
    path.write_text("from actorlive.pubsub import Message\nclass Reloaded(Message):\n    text: str\n")
    first = load(path)
    path.write_text(
        "from actorlive.pubsub import Message\nclass Reloaded(Message):\n    text: str\n    n: int = 7\n"
    )
    second = load(path)
    assert read_back(first.Reloaded("x")) == second.Reloaded("x", 7)


def test_a_subclass_is_a_message_of_its_own() -> None:
    class Doubtful(Plain, name="test_message.doubtful"):
        why: str = ""

    message = read_back(Doubtful("x", "y"))
    assert type(message) is Doubtful
    assert message == Doubtful("x", "y")
    assert type(read_back(Plain("x"))) is Plain


# -- what cannot be sent -------------------------------------------------------


@dataclass
class Switched:
    on: bool


@pytest.mark.parametrize(
    "value", ["changed", 5, None, Switched(on=True), Message(), Exception("x"), {"a": 1}]
)
def test_what_is_not_a_message_is_not_sent(value: object) -> None:
    with pytest.raises(MessageError, match="is not a Message") as refused:
        pack(value)
    assert type(value).__qualname__ in str(refused.value)


def test_the_error_says_how_to_declare_one() -> None:
    with pytest.raises(MessageError) as refused:
        pack(Switched(on=True))
    assert str(refused.value) == (
        "Switched(on=True) cannot be broadcast: with a broker a broadcast goes to other processes as well, and"
        f" {__name__}.Switched is not a Message. Declare one: class Switched(Message): …"
    )


def deep(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


class Row:
    """What no codec knows."""


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (Anything(Row()), "it"),
        (Anything(Pid()), "it"),
        (Anything(more=[1, {"a": lambda: 1}]), "more"),
        (Anything(2**70), "it"),
        (Anything("\ud800"), "it"),
        (Anything(deep(100_000)), "it"),
        (Booked(Place(1, "a"), by=untyped(5)), "by"),
        (Booked(Place(untyped("1"), "a")), "place.row"),
        (Booked(untyped({"row": 1})), "place"),
        (Booked(Place(1, "a"), price=-1.0), "price"),
        (Booked(Place(1, "a"), tags=untyped([1])), "tags[0]"),
    ],
)
def test_a_field_that_cannot_travel_is_named_with_its_class(message: Message, field: str) -> None:
    with pytest.raises(MessageError) as refused:
        pack(message)
    assert f"{__name__}.{type(message).__qualname__}.{field} " in str(refused.value)


def test_a_class_whose_annotations_no_codec_reads_is_named() -> None:
    class Impossible(Message, name="test_message.impossible"):
        it: int | str | Place | Plain  # two structs that nothing tells apart

    with pytest.raises(MessageError, match="Impossible cannot be read from bytes"):
        pack(Impossible(5))


# -- what is refused on arrival ------------------------------------------------


def refused(name: str, body: bytes) -> MessageRefused:
    with pytest.raises(MessageRefused) as caught:
        unpack(name, body)
    return caught.value


def test_a_name_that_nobody_has_is_refused_with_the_nearest() -> None:
    error = refused("test_message.boked", b"\x80")
    assert error.reason == "unknown"
    assert str(error) == (
        "no message is named 'test_message.boked' here. Did you mean \"test_message.booked\"?"
    )


@pytest.mark.parametrize("name", ["builtins.print", "os.system", "Message", "", "__import__", "x" * 10_000])
def test_nothing_is_looked_up_by_a_name_but_messages(name: str) -> None:
    assert refused(name, b"\x80").reason == "unknown"


BODY = msgspec.msgpack.encode({"text": "x"})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        BODY[:-1],
        BODY + b"\x00",
        b"\x80",
        b"\x90",
        b"\xc1",
        msgspec.msgpack.encode({"text": 5}),
        msgspec.msgpack.encode({"text": None}),
        msgspec.msgpack.encode(["x"]),
        b"\x81\xa4text\xdb\xff\xff\xff\xff",
        b"\x81\xa4text\xa1\xff",
        b"\x82\xa4text\xa1x\xa4more" + b"\x91" * 100_000 + b"\x01",
        b"\x91" * 100_000,
        b"\x81" * 100_000,
    ],
)
def test_a_body_that_does_not_fit_is_refused(body: bytes) -> None:
    assert refused("Plain", body).reason == "misfit"


def test_code_of_a_message_that_raises_refuses_it() -> None:
    class Checked(Message, name="test_message.checked"):
        n: int

        def __post_init__(self) -> None:
            _ = 1 / self.n

    assert read_back(Checked(1)) == Checked(1)
    assert refused("test_message.checked", msgspec.msgpack.encode({"n": 0})).reason == "misfit"


def test_a_field_more_is_ignored_and_a_field_less_has_its_default() -> None:
    body = msgspec.msgpack.encode({"place": {"row": 1, "seat": "a"}, "of_the_next_release": [1, 2]})
    assert unpack("test_message.booked", body) == Booked(Place(1, "a"))
