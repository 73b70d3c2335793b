"""WebSocket frames of a server (RFC 6455), sans-I/O: bytes in, messages out; messages in, bytes out.

Problem: an event of a live view is one short masked text frame, and nine tenths of what it costs through a general
server go to what surrounds the 92 bytes. Rule: `sole_text` knows the frame that 99 of 100 reads are and nothing else;
`FrameReader` knows the whole of the RFC, and both keep the same limits. Compression is never negotiated, so a reserved
bit is always an error, and a small frame can never grow into a large message.

What a client may not do is raised as `ProtocolError` with the close code for it, in its place in the stream: the
messages before it have been returned by then. After an error the reader is spent.

* A message is at most `max_message` bytes, checked on the head of each frame, before any of its payload is kept. An
  empty fragment counts as `FRAGMENT_COST` bytes, or a message without end would cost a peer nothing.
* Text is UTF-8, checked fragment by fragment. (Within a frame that is not complete nothing is looked at; the RFC
  allows it, and looking at every packet costs more than it finds.)
* Control frames may stand between the fragments of a message and come out at once.

The mask is taken off as one large integer: a loop over bytes costs fifty times as much, and a C extension gains
3 µs per event on the bare transport and nothing that can be measured on a whole event. Integers of 64 kB, as a chunk of
an upload would need, leave the processor's cache: in blocks it takes 105 µs in place of 262.

An exception to "a well-kept library wins": wsproto costs 64 µs where this costs 18, `websockets` 26 (the whole
transport of one event); both are what the property tests hold this module against.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias

from actorlive.errors import ProtocolError

__all__ = [
    "BAD_DATA",
    "FRAGMENT_COST",
    "NO_STATUS",
    "TOO_BIG",
    "VIOLATION",
    "Close",
    "FrameReader",
    "Ping",
    "Pong",
    "WebsocketMessage",
    "binary_frame",
    "close_frame",
    "pong_frame",
    "sole_text",
    "text_frame",
]

VIOLATION: Final = 1002
BAD_DATA: Final = 1007
TOO_BIG: Final = 1009
NO_STATUS: Final = 1005

FRAGMENT_COST: Final = 64
"""Bytes for which an empty fragment counts."""
CONTROL_MAX: Final = 125
_BLOCK: Final = 4096

_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
_FINAL, _RESERVED, _OPCODE = 0x80, 0x70, 0x0F
_MASKED, _LENGTH = 0x80, 0x7F
_SHORT_TEXT = _FINAL | _TEXT
_number = int.from_bytes
_SHORT_TEXT_HEADS = [bytes((_SHORT_TEXT, length)) for length in range(CONTROL_MAX + 1)]


class Ping(NamedTuple):
    """A ping; the same payload goes back in a pong."""

    payload: bytes


class Pong(NamedTuple):
    """A pong, asked for or not."""

    payload: bytes


class Close(NamedTuple):
    """The peer says goodbye; `code` is 1005 when it gave none."""

    code: int
    reason: str


WebsocketMessage: TypeAlias = str | bytes | Ping | Pong | Close
"""A text message, a binary message, or a control frame."""


# -- reading -------------------------------------------------------------------


def sole_text(data: bytes, max_message: int) -> str | None:
    """The text of a read that is exactly one whole, masked text frame of less than 64 KiB; None for anything else.

    None leaves it undecided: the bytes then go to the connection's `FrameReader`. May only be asked between messages.
    """
    size = len(data)
    if size < 6 or data[0] != _SHORT_TEXT:
        return None
    length, start = data[1] - _MASKED, 6
    if length == CONTROL_MAX + 1:
        length, start = data[2] << 8 | data[3], 8
        if length <= CONTROL_MAX:  # not in its shortest form
            return None
    elif length > CONTROL_MAX:
        return None
    if length < 0 or size != length + start or length > max_message:
        return None
    try:
        return _unmask(data[start:], data[start - 4 : start]).decode()
    except UnicodeDecodeError:
        return None


_NOTHING: Final = bytearray()
"""What a reader has in hand until it is fed, never written to; one for all, since most are not: `sole_text` reads what
their peers send."""


class FrameReader:
    """What one client sends. `feed` takes bytes as they come, `next` returns messages and control frames."""

    __slots__ = ("_buffer", "_closed", "_kind", "_max", "_parts", "_size", "_utf8", "_wanted")

    def __init__(self, max_message: int) -> None:
        self._max = max_message
        self._buffer = _NOTHING
        self._wanted = 2  # with fewer bytes in the buffer there is nothing new to learn
        self._kind = _CONTINUATION  # the opcode of the message that is being read; this one between messages
        self._parts: list[bytes] | None = None
        self._size = 0
        self._utf8: codecs.IncrementalDecoder | None = None  # made for the first text in fragments
        self._closed = False

    @property
    def idle(self) -> bool:
        """True between messages, with nothing of a frame in hand: then `sole_text` may be asked."""
        return not self._buffer and self._kind == _CONTINUATION and not self._closed

    def feed(self, data: bytes) -> None:
        """Take what was read from the peer."""
        if self._buffer is _NOTHING:
            self._buffer = bytearray(data)
        else:
            self._buffer += data

    def rest(self) -> bytes:
        """What was fed and is not read. May only be asked between messages."""
        return bytes(self._buffer)

    def next(self) -> WebsocketMessage | None:
        """The next message or control frame, or None until more was fed; after `Close` always None.

        Raises `ProtocolError` when the peer breaks the protocol or a message is larger than `max_message`.
        """
        while not self._closed and len(self._buffer) >= self._wanted:
            frame = self._take_frame()
            if frame is None:
                return None
            received = self._receive(*frame)
            if received is not None:
                return received
        return None

    def _take_frame(self) -> tuple[int, bytes] | None:
        """First byte and payload of the frame in front; None while it is not complete."""
        buffer = self._buffer
        first = buffer[0]
        self._check_head(first, buffer[1])
        start, length = _extent(buffer)
        if length is None:
            self._wanted = start - 4
            return None
        if first & _OPCODE < _CLOSE and self._size + length > self._max:
            raise ProtocolError(TOO_BIG, f"a message of more than {self._max} bytes")
        if len(buffer) < start + length:
            self._wanted = start + length
            return None
        payload = _unmask(bytes(buffer[start : start + length]), bytes(buffer[start - 4 : start]))
        del buffer[: start + length]
        self._wanted = 2
        return first, payload

    def _check_head(self, first: int, second: int) -> None:
        opcode = first & _OPCODE
        if first & _RESERVED:
            raise ProtocolError(VIOLATION, "a frame has a reserved bit set, and no extension was negotiated")
        if not second & _MASKED:
            raise ProtocolError(VIOLATION, "a frame of a client is not masked")
        if opcode >= _CLOSE:
            _check_control(first, second & _LENGTH)
        elif opcode > _BINARY:
            raise ProtocolError(VIOLATION, f"a frame has the reserved opcode {opcode}")
        elif (opcode == _CONTINUATION) == (self._kind == _CONTINUATION):
            what = "a continuation of nothing" if opcode == _CONTINUATION else "a message inside a message"
            raise ProtocolError(VIOLATION, what)

    def _receive(self, first: int, payload: bytes) -> WebsocketMessage | None:
        """What a whole frame means; None for a fragment after which its message goes on."""
        opcode = first & _OPCODE
        if opcode == _CLOSE:
            self._closed = True
            return _read_close(payload)
        if opcode == _PING:
            return Ping(payload)
        if opcode == _PONG:
            return Pong(payload)
        return self._fragment(opcode, payload, final=bool(first & _FINAL))

    def _fragment(self, opcode: int, payload: bytes, *, final: bool) -> str | bytes | None:
        if opcode != _CONTINUATION:
            self._kind = opcode
        if self._kind == _TEXT:
            self._check_text(payload, final=final)
        if self._parts is None:
            self._parts = [payload]
        else:
            self._parts.append(payload)
        self._size += max(len(payload), FRAGMENT_COST)
        return self._finish(self._parts) if final else None

    def _check_text(self, payload: bytes, *, final: bool) -> None:
        if self._utf8 is None:
            self._utf8 = codecs.getincrementaldecoder("utf-8")()
        try:
            self._utf8.decode(payload, final)
        except UnicodeDecodeError as error:
            raise ProtocolError(BAD_DATA, f"a text message is not UTF-8: {error.reason}") from None

    def _finish(self, parts: list[bytes]) -> str | bytes:
        """The message is complete."""
        message = b"".join(parts)
        kind, self._kind = self._kind, _CONTINUATION
        self._parts = None
        self._size = 0
        return message.decode() if kind == _TEXT else message


def _extent(buffer: bytearray) -> tuple[int, int | None]:
    """Where the payload of the frame in front starts, and its length, None while that cannot be read yet."""
    short = buffer[1] & _LENGTH
    if short <= CONTROL_MAX:
        return 6, short
    width, least = (2, CONTROL_MAX + 1) if short == CONTROL_MAX + 1 else (8, 1 << 16)
    if len(buffer) < 2 + width:
        return 6 + width, None
    length = int.from_bytes(buffer[2 : 2 + width], "big")
    if length < least or length >> 63:
        raise ProtocolError(VIOLATION, "a length is not written in its shortest form")
    return 6 + width, length


def _check_control(first: int, length: int) -> None:
    if first & _OPCODE > _PONG:
        raise ProtocolError(VIOLATION, f"a frame has the reserved opcode {first & _OPCODE}")
    if not first & _FINAL:
        raise ProtocolError(VIOLATION, "a control frame is fragmented")
    if length > CONTROL_MAX:
        raise ProtocolError(VIOLATION, f"a control frame of more than {CONTROL_MAX} bytes")


def _read_close(payload: bytes) -> Close:
    if not payload:
        return Close(NO_STATUS, "")
    if len(payload) == 1:
        raise ProtocolError(VIOLATION, "a close frame with half a code")
    code = int.from_bytes(payload[:2], "big")
    if not _may_be_sent(code):
        raise ProtocolError(VIOLATION, f"a close frame with the code {code}")
    try:
        return Close(code, payload[2:].decode())
    except UnicodeDecodeError:
        raise ProtocolError(BAD_DATA, "the reason of a close frame is not UTF-8") from None


def _may_be_sent(code: int) -> bool:
    """1004, 1005, 1006 and 1015 stand for what was not sent; 3000 to 4999 belong to libraries and applications."""
    return 1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999


def _unmask(payload: bytes, mask: bytes) -> bytes:
    """The payload with its mask taken off: one exclusive or of two large integers."""
    length = len(payload)
    if length > _BLOCK:
        return b"".join(_unmask_blocks(memoryview(payload), mask))
    key = (mask * (length // 4 + 1))[:length]
    return (_number(payload, "little") ^ _number(key, "little")).to_bytes(length, "little")


def _unmask_blocks(payload: memoryview, mask: bytes) -> Iterator[bytes]:
    """The same in pieces that stay in the processor's cache."""
    whole = len(payload) // _BLOCK * _BLOCK
    key = int.from_bytes(mask * (_BLOCK // 4), "little")
    for start in range(0, whole, _BLOCK):
        block = int.from_bytes(payload[start : start + _BLOCK], "little")
        yield (block ^ key).to_bytes(_BLOCK, "little")
    yield _unmask(bytes(payload[whole:]), mask)


# -- writing -------------------------------------------------------------------


def text_frame(payload: bytes) -> bytes:
    """A text message as one frame; the payload is UTF-8."""
    length = len(payload)
    if length <= CONTROL_MAX:
        return _SHORT_TEXT_HEADS[length] + payload
    return _frame(_SHORT_TEXT, payload)


def binary_frame(payload: bytes) -> bytes:
    """A binary message as one frame."""
    return _frame(_FINAL | _BINARY, payload)


def pong_frame(payload: bytes) -> bytes:
    """The answer to a ping."""
    return _frame(_FINAL | _PONG, payload)


def close_frame(code: int | None, reason: str = "") -> bytes:
    """The goodbye; None is the answer to a close without a code. A long reason is cut between characters."""
    if code is None:
        return _frame(_FINAL | _CLOSE, b"")
    text = reason.encode()[: CONTROL_MAX - 2].decode(errors="ignore").encode()
    return _frame(_FINAL | _CLOSE, code.to_bytes(2, "big") + text)


def _frame(first: int, payload: bytes) -> bytes:
    length = len(payload)
    if length <= CONTROL_MAX:
        return bytes((first, length)) + payload
    if length < 1 << 16:
        return bytes((first, CONTROL_MAX + 1)) + length.to_bytes(2, "big") + payload
    return bytes((first, CONTROL_MAX + 2)) + length.to_bytes(8, "big") + payload
