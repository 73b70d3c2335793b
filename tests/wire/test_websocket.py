"""Frames of a client, read by us and by wsproto: the same messages, the same errors, however the bytes are cut."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from hypothesis import example, given, strategies as st
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection
from wsproto.frame_protocol import Frame, FrameProtocol, Opcode, ParseFailed

from actorlive.errors import ProtocolError
from actorlive.wire.websocket import (
    BAD_DATA,
    NO_STATUS,
    TOO_BIG,
    VIOLATION,
    Close,
    FrameReader,
    Ping,
    Pong,
    WebsocketMessage,
    binary_frame,
    close_frame,
    pong_frame,
    sole_text,
    text_frame,
)

MAX = 100_000
TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG = 0x1, 0x2, 0x0, 0x8, 0x9, 0xA


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    final: bool = True,
    reserved: int = 0,
    masked: bool = True,
    form: int = 0,
) -> bytes:
    """A client's frame; `form` writes the length in 2 or 8 bytes though it may be shorter."""
    first = (0x80 if final else 0) | reserved << 4 | opcode
    mask = b"\x37\xfa\x21\x3d" if masked else b""
    size = len(payload)
    form = form or (0 if size < 126 else 2 if size < 1 << 16 else 8)
    length = bytes([{0: size, 2: 126, 8: 127}[form] | (0x80 if masked else 0)])
    body = bytes(byte ^ mask[n % 4] for n, byte in enumerate(payload)) if masked else payload
    return bytes([first]) + length + (size.to_bytes(form, "big") if form else b"") + mask + body


def read(data: bytes, cuts: list[int], max_message: int = MAX) -> tuple[list[WebsocketMessage], int | None]:
    """The messages in `data`, fed in pieces, and the code of the error that ended it."""
    reader = FrameReader(max_message)
    seen: list[WebsocketMessage] = []
    edges = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    try:
        for start, end in itertools.pairwise(edges):
            reader.feed(data[start:end])
            while (received := reader.next()) is not None:
                seen.append(received)
    except ProtocolError as error:
        return seen, error.code
    return seen, None


def read_by_wsproto(data: bytes) -> tuple[list[WebsocketMessage], int | None]:
    """The same by another implementation, whose pieces of messages are put together again."""
    peer = FrameProtocol(client=False, extensions=[])
    seen: list[WebsocketMessage] = []
    peer.receive_bytes(data)
    parts: list[Any] = []
    try:
        for piece in peer.received_frames():
            take(piece, seen, parts)
            if piece.opcode is Opcode.CLOSE:
                break
    except ParseFailed as error:
        return seen, int(error.code)
    return seen, None


def take(piece: Frame, seen: list[WebsocketMessage], parts: list[Any]) -> None:
    payload: Any = piece.payload
    match piece.opcode:
        case Opcode.PING:
            seen.append(Ping(bytes(payload)))
        case Opcode.PONG:
            seen.append(Pong(bytes(payload)))
        case Opcode.CLOSE:
            code, reason = payload
            seen.append(Close(int(code), reason or ""))
        case _:
            parts.append(payload if isinstance(payload, str) else bytes(payload))
            if piece.message_finished:
                seen.append(type(parts[0])().join(parts))
                parts.clear()


# -- what a client may do ------------------------------------------------------

controls = st.builds(frame, st.sampled_from([PING, PONG]), st.binary(max_size=125))


@st.composite
def fragmented(draw: st.DrawFn) -> bytes:
    """A message in several frames, cut anywhere (inside of a character too), control frames between them."""
    text = draw(st.booleans())
    whole = draw(st.text(max_size=80)).encode() if text else draw(st.binary(max_size=300))
    cuts = sorted(draw(st.lists(st.integers(0, len(whole)), max_size=4)))
    edges = [0, *cuts, len(whole)]
    out = b""
    for n, (start, end) in enumerate(itertools.pairwise(edges)):
        opcode = CONTINUATION if n else TEXT if text else BINARY
        out += frame(opcode, whole[start:end], final=n == len(edges) - 2)
        if n < len(edges) - 2:
            out += draw(st.one_of(st.just(b""), controls))
    return out


def text_of(text: str) -> bytes:
    return frame(TEXT, text.encode())


def binary_of(data: bytes) -> bytes:
    return frame(BINARY, data)


def zeros(size: int) -> bytes:
    return frame(BINARY, bytes(size))


def goodbye(code: int, reason: str) -> bytes:
    """A close frame; a long reason is cut between characters."""
    return frame(CLOSE, code.to_bytes(2, "big") + reason.encode()[:123].decode(errors="ignore").encode())


CODES = [1000, 1001, 1002, 1003, 1007, 1011, 1012, 3000, 4999]
closes = st.one_of(st.just(frame(CLOSE)), st.builds(goodbye, st.sampled_from(CODES), st.text(max_size=60)))
messages = st.one_of(
    st.builds(text_of, st.text(max_size=400)),
    st.builds(binary_of, st.binary(max_size=400)),
    st.builds(zeros, st.sampled_from([125, 126, 127, 65_535, 65_536])),
    fragmented(),
    controls,
)
faults = st.sampled_from(
    [
        frame(TEXT, b"a", reserved=4),
        frame(PING, b"a", reserved=1),
        frame(TEXT, b"a", masked=False),
        frame(0x3, b"a"),
        frame(0xB, b"a"),
        frame(0xF),
        frame(CONTINUATION, b"a"),
        frame(TEXT, b"a", final=False) + frame(TEXT, b"b"),
        frame(BINARY, b"a", final=False) + frame(TEXT, b"b", final=False),
        frame(PING, b"a", final=False),
        frame(PING, bytes(126)),
        frame(CLOSE, bytes(126)),
        frame(TEXT, b"a", form=2),
        frame(TEXT, b"a", form=8),
        frame(BINARY, bytes(126), form=8),
        frame(CLOSE, b"\x03"),
        frame(CLOSE, (999).to_bytes(2, "big")),
        frame(CLOSE, (1005).to_bytes(2, "big")),
        frame(CLOSE, (1006).to_bytes(2, "big")),
        frame(CLOSE, (1015).to_bytes(2, "big")),
        frame(CLOSE, (2999).to_bytes(2, "big")),
        frame(CLOSE, (5000).to_bytes(2, "big")),
        frame(CLOSE, (1000).to_bytes(2, "big") + b"\xff"),
        frame(TEXT, b"\xff"),
        frame(TEXT, b"\xed\xa0\x80"),
        frame(TEXT, b"\xe2\x82"),
        frame(TEXT, b"a", final=False) + frame(CONTINUATION, b"\xff", final=False),
        frame(TEXT, b"\xe2", final=False) + frame(CONTINUATION, b"a"),
    ]
)


@given(
    st.lists(messages, max_size=6), st.one_of(st.just(b""), closes, faults), st.lists(st.integers(0, 2000))
)
def test_wsproto_reads_the_same(frames: list[bytes], end: bytes, cuts: list[int]) -> None:
    data = b"".join(frames) + end
    seen, code = read(data, cuts)
    theirs, their_code = read_by_wsproto(data)
    assert seen == theirs
    assert code == their_code


@given(faults)
def test_a_fault_is_found_however_the_bytes_are_cut(fault: bytes) -> None:
    before = frame(TEXT, b"before")
    ends = [read(before + fault, cuts) for cuts in ([], list(range(len(before + fault))))]
    for seen, code in ends:
        assert seen[0] == "before"
        assert code in {VIOLATION, BAD_DATA}
    assert ends[0] == ends[1]


@given(st.binary(max_size=2000), st.lists(st.integers(0, 2000)))
def test_any_bytes_are_messages_or_a_protocol_error(data: bytes, cuts: list[int]) -> None:
    assert read(data, cuts) == read(data, [])


# -- the limit -----------------------------------------------------------------


def test_a_message_that_is_too_large_is_refused_by_its_head() -> None:
    head = frame(TEXT, b"x" * 1001)[:8]
    assert read(head, [], 1000) == ([], TOO_BIG)
    assert read(frame(BINARY, bytes(1000)), [], 1000) == ([bytes(1000)], None)


@pytest.mark.parametrize("length", [2**40, 2**63 - 1])
def test_so_is_one_whose_mask_never_comes(length: int) -> None:
    assert read(bytes([0x82, 0xFF]) + length.to_bytes(8, "big"), [], 1000) == ([], TOO_BIG)


def test_a_length_with_the_highest_bit_is_a_violation() -> None:
    assert read(bytes([0x82, 0xFF]) + (2**63).to_bytes(8, "big"), []) == ([], VIOLATION)


def test_fragments_count_together() -> None:
    halves = frame(BINARY, bytes(600), final=False) + frame(CONTINUATION, bytes(600))
    assert read(halves, [], 1000) == ([], TOO_BIG)


def test_empty_fragments_are_not_free() -> None:
    many = frame(TEXT, final=False) + frame(CONTINUATION, final=False) * 20 + frame(CONTINUATION, b"x")
    assert read(many, [], 1000) == ([], TOO_BIG)
    assert read(many, [], 2000) == (["x"], None)


def test_control_frames_pass_inside_of_a_message_at_its_limit() -> None:
    data = frame(BINARY, bytes(1000), final=False) + frame(PING, b"p") + frame(CONTINUATION)
    assert read(data, [], 1000) == ([Ping(b"p"), bytes(1000)], None)


def test_after_the_close_nothing_is_read() -> None:
    assert read(frame(CLOSE) + frame(TEXT, b"late"), []) == ([Close(NO_STATUS, "")], None)


@pytest.mark.parametrize("size", [4095, 4096, 4097, 4099, 8191, 8192, 8193, 12_288, 64_025])
def test_a_long_payload_is_unmasked_in_blocks_to_the_same_bytes(size: int) -> None:
    data = random.Random(size).randbytes(size)
    assert read(frame(BINARY, data), [7, size // 2]) == ([data], None)
    text = "".join(chr(97 + byte % 26) for byte in data)
    assert sole_text(frame(TEXT, text.encode()), MAX) == text


# -- the short cut -------------------------------------------------------------


@given(st.text(max_size=140), st.integers(1, 500), st.integers(0, 70_000))
@example("a", 125, 126)
@example("a", 126, 126)
@example("a", 127, 126)
@example("a", 65_535, 70_000)
@example("a", 65_536, 70_000)
def test_the_short_cut_reads_what_the_reader_reads(text: str, times: int, max_message: int) -> None:
    payload = text.encode() * times
    data = frame(TEXT, payload)
    short = sole_text(data, max_message)
    seen, code = read(data, [], max_message)
    if short is not None:
        assert ([short], None) == (seen, code)
    elif len(payload) < 1 << 16:
        assert code == TOO_BIG


def test_the_short_cut_leaves_lengths_that_are_not_in_their_shortest_form_to_the_reader() -> None:
    payload = b"a" * 127
    for head in (
        b"\x81\xfe\x00\x05",
        b"\x81\xfe\x00\x7d",
        b"\x81\xff" + (127).to_bytes(8, "big"),
        b"\x81\xff",
    ):
        for length in (5, 125, 127):
            data = head + bytes(4) + payload[:length]
            assert sole_text(data, MAX) is None
    assert sole_text(b"\x81\xfe\x00\x7f" + bytes(4) + payload, MAX) == payload.decode()


@given(st.one_of(faults, controls, closes, st.binary(max_size=200)))
@example(frame(TEXT, b"a") * 2)
@example(frame(TEXT, b"a")[:-1])
def test_the_short_cut_leaves_all_else_to_the_reader(data: bytes) -> None:
    short = sole_text(data, MAX)
    if short is not None:
        assert read(data, []) == ([short], None)


def test_a_reader_is_idle_between_messages_only() -> None:
    reader = FrameReader(MAX)
    for data, idle in [
        (frame(TEXT, b"a"), True),
        (frame(TEXT, b"a")[:1], False),
        (frame(TEXT, b"a")[1:], None),
        (frame(TEXT, b"a", final=False), False),
        (frame(CONTINUATION, b"b"), True),
        (frame(CLOSE), False),
    ]:
        reader.feed(data)
        while reader.next() is not None:
            pass
        assert idle is None or reader.idle is idle


# -- writing -------------------------------------------------------------------


@given(st.text(max_size=300), st.binary(max_size=300), st.binary(max_size=125))
def test_wsproto_reads_what_we_write(text: str, data: bytes, ping: bytes) -> None:
    peer = FrameProtocol(client=True, extensions=[])
    peer.receive_bytes(text_frame(text.encode()) + binary_frame(data) + pong_frame(ping))
    seen: list[WebsocketMessage] = []
    for piece in peer.received_frames():
        take(piece, seen, [])
    assert seen == [text, data, Pong(ping)]


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_lengths_are_written_in_their_shortest_form(size: int) -> None:
    peer = Connection(ConnectionType.CLIENT)
    peer.receive_data(binary_frame(bytes(size)))
    [event] = peer.events()
    assert isinstance(event, BytesMessage)
    assert bytes(event.data) == bytes(size)
    assert len(binary_frame(bytes(size))) - size == (2 if size < 126 else 4 if size < 65_536 else 10)


@given(st.sampled_from([1000, 1001, 1012, 4000]), st.text(max_size=200))
def test_a_long_reason_is_cut_between_characters(code: int, reason: str) -> None:
    peer = Connection(ConnectionType.CLIENT)
    peer.receive_data(close_frame(code, reason))
    [event] = peer.events()
    assert isinstance(event, CloseConnection)
    assert event.code == code
    assert reason.startswith(event.reason or "")


def test_a_close_without_a_code() -> None:
    assert close_frame(None) == b"\x88\x00"


def test_masks_come_off_at_every_length() -> None:
    chance = random.Random(1)
    for size in range(300):
        data = chance.randbytes(size)
        assert read(frame(BINARY, data), []) == ([data], None)
