"""Events: from the client's payload to a typed struct, or to one clear error."""

import msgspec
import pytest

from actorlive.live.events import (
    Envelope,
    Event,
    EventError,
    EventTable,
    RawEvent,
    UnknownEvent,
    parse_event,
    snake_case,
)
from actorlive.template.names import title_words


class Address(msgspec.Struct):
    city: str
    zip: int


class AddItem(Event):
    title: str
    done: bool = False


class Move(Event, name="move!"):
    id: int
    to: float | None = None


class Save(Event):
    address: Address


TABLE = EventTable(AddItem | Move | Save)


def payload(event: str, value: object, **more: object) -> Envelope:
    body = {"type": "click", "event": event, "value": value, **more}
    return parse_event(msgspec.Raw(msgspec.json.encode(body)))


@pytest.mark.parametrize(
    ("name", "snake"),
    [("Go", "go"), ("AddItem", "add_item"), ("HTTPError", "http_error"), ("Page2Next", "page2_next")],
)
def test_names(name: str, snake: str) -> None:
    assert snake_case(name) == snake


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("CounterLive", "Counter"),
        ("SignUpLive", "Sign up"),
        ("CounterLiveView", "Counter"),
        ("TodoView", "Todo"),
        ("HTTPErrorLive", "HTTP error"),
        ("APIKeys", "API keys"),
        ("sign_up", "Sign up"),
        ("_Hidden", "Hidden"),
        ("LiveChat", "Live chat"),
        ("Live", "Live"),
        ("View", "View"),
        ("__", "__"),
        ("BestelübersichtLive", "Bestelübersicht"),
    ],
)
def test_titles_made_of_names(name: str, title: str) -> None:
    assert title_words(name) == title


def test_values_of_attributes_are_converted() -> None:
    assert TABLE.decode(payload("move!", {"id": "7", "to": "1.5", "value": ""})) == Move(7, 1.5)


def test_a_form_becomes_a_struct_with_nested_structs() -> None:
    form = payload(
        "save", "address%5Bcity%5D=Ulm&address%5Bzip%5D=89073", type="form", meta={"_target": "address[city]"}
    )
    assert TABLE.decode(form) == Save(Address("Ulm", 89073))


def test_what_does_not_fit_names_the_path() -> None:
    with pytest.raises(EventError, match=r"move!.*`int`.*\$\.id"):
        TABLE.decode(payload("move!", {"id": "x"}))


def test_an_unknown_name_names_the_nearest() -> None:
    with pytest.raises(UnknownEvent, match='Did you mean "add_item"'):
        TABLE.decode(payload("add_itm", {}))


def test_without_a_type_argument_events_are_raw() -> None:
    table = EventTable(None)
    assert table.decode(payload("any", {"a": 1})) == RawEvent("any", {"a": 1}, "click")
    assert table.decode(payload("any", [1, 2], type="hook")) == RawEvent("any", [1, 2], "hook")


def test_a_raw_event_of_a_form_is_decoded() -> None:
    raw = payload("save", "a=1&l[]=x&l[]=y", type="form", meta={"_target": "a"}).raw
    assert raw.params["a"] == "1"
    assert raw.params["l"] == ["x", "y"]
    assert raw.params["_target"] == ["a"]


@pytest.mark.parametrize(
    "body",
    [b"[]", b"{}", b'{"event": 3}', b'{"event": "a", "meta": 3}', b'"x"', b"{", b'{"event":"a","value":'],
)
def test_malformed_envelopes_are_event_errors(body: bytes) -> None:
    with pytest.raises(EventError):
        parse_event(msgspec.Raw(body))


@pytest.mark.parametrize("value", [1, "text", None, [1], {"title": []}])
def test_values_of_the_wrong_shape_are_event_errors(value: object) -> None:
    with pytest.raises(EventError):
        TABLE.decode(payload("add_item", value))


def test_the_stamp_of_an_optimistic_event() -> None:
    assert payload("x", {"_al": "7"}).stamp == "7"
    assert payload("x", "a=1", type="form", meta={"_al": "8"}).stamp == "8"
    assert payload("x", {}).stamp is None
    assert payload("x", [1]).stamp is None
    assert payload("x", "a=1", type="form", meta={"_al": []}).stamp is None
