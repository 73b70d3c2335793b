from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given, strategies as st
from markupsafe import Markup

from actorlive.errors import CallbackError, ProtocolError
from actorlive.wire import (
    BinaryMessage,
    Message,
    decode,
    encode_close,
    encode_error,
    encode_payload,
    encode_push,
    encode_reply,
)


def test_a_text_frame_is_five_fields() -> None:
    message = decode('["4","5","lv:x","event",{"type":"click"}]')
    assert isinstance(message, Message)
    assert (message.join_ref, message.ref, message.topic, message.event) == ("4", "5", "lv:x", "event")
    assert bytes(message.payload) == b'{"type":"click"}'


def test_a_binary_push_as_the_official_client_sends_it() -> None:
    frame = bytes.fromhex("0002020505") + b"16" + b"17" + b"lvu:0" + b"chunk" + b"\x00\xff"
    assert decode(frame) == BinaryMessage("16", "17", "lvu:0", "chunk", b"\x00\xff")


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{not json",
        "null",
        "{}",
        '["1","2","t","e"]',
        '["1","2","t","e",{},1]',
        '[1,"2","t","e",{}]',
        '["1","2",null,"e",{}]',
        '["1","2","t","e",nul]',
        '["1","2","t","e",' + "[" * 100_000 + "]" * 100_000 + "]",
        '["1","2","t","e","\ud800"]',
        b"",
        b"\x00",
        b"\x00\x01\x01\x01\x01abc",
        b"\x02\x00\x00\x00\x00",
        b"\x00\x01\x00\x00\x00\xff",
    ],
)
def test_what_is_no_frame_is_a_protocol_error(frame: str | bytes) -> None:
    with pytest.raises(ProtocolError) as caught:
        decode(frame)
    assert caught.value.code == 1011


@given(st.one_of(st.text(), st.binary(), st.text(st.characters(categories=["Cs"]), min_size=1)))
def test_garbage_is_a_protocol_error_and_nothing_else(frame: str | bytes) -> None:
    try:
        decode(frame)
    except ProtocolError:
        return
    assert isinstance(frame, bytes)
    assert frame[0] == 0


refs = st.none() | st.text(min_size=1, max_size=3)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(refs, refs, st.text(), st.text(), json_values)
def test_a_frame_that_json_writes_is_read_back(
    join_ref: str | None, ref: str | None, topic: str, event: str, value: object
) -> None:
    message = decode(json.dumps([join_ref, ref, topic, event, value], ensure_ascii=False))
    assert (message.join_ref, message.ref, message.topic, message.event) == (join_ref, ref, topic, event)
    assert json.loads(bytes(message.payload)) == value


def test_what_the_server_says() -> None:
    assert json.loads(encode_reply("4", "5", "lv:x", "ok", {"diff": {0: "a"}})) == [
        "4",
        "5",
        "lv:x",
        "phx_reply",
        {"status": "ok", "response": {"diff": {"0": "a"}}},
    ]
    assert json.loads(encode_push("4", "lv:x", "diff", {1: "b"})) == ["4", None, "lv:x", "diff", {"1": "b"}]
    assert json.loads(encode_close("lv:x", "4")) == ["4", "4", "lv:x", "phx_close", {}]
    assert json.loads(encode_error("lv:x", "4")) == ["4", "4", "lv:x", "phx_error", {}]


class Chain:
    def to_encodable(self) -> list[object]:
        return [["push", {"event": "go"}]]


def test_markup_and_values_that_encode_themselves() -> None:
    assert bytes(encode_payload({"html": Markup("<b>"), "js": Chain()}, "a reply")) == (
        b'{"html":"<b>","js":[["push",{"event":"go"}]]}'
    )


def test_a_value_without_json_form_is_named() -> None:
    with pytest.raises(CallbackError, match="a reply cannot be sent as JSON: object has no JSON form"):
        encode_payload(object(), "a reply")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"\ud800", "\ufffd"),
        (r"a\uDFFFb", "a\ufffdb"),
        (r"\ud83d\ude00", "\U0001f600"),
        (r"\ud83d\ud83d\ude00", "\ufffd\U0001f600"),
        (r"\ude00\ud83d", "\ufffd\ufffd"),
        (r"\ud800 \\ud800 \\\ud800", "\ufffd \\ud800 \\\ufffd"),
        (r"\ud800\n", "\ufffd\n"),
    ],
)
def test_half_of_a_surrogate_pair_is_replaced_as_in_a_form(written: str, read: str) -> None:
    for frame in (f'["1","2","t","{written}",{{}}]', f'["1","2","t","e",{{"{written}":"{written}"}}]'):
        message = decode(frame)
        assert isinstance(message, Message)
        assert isinstance(message.payload, msgspec.Raw)
        assert message.event == read or msgspec.json.decode(message.payload) == {read: read}


def test_a_frame_that_is_wrong_otherwise_stays_wrong() -> None:
    with pytest.raises(ProtocolError):
        decode(r'["1","2","t","\ud800"')
