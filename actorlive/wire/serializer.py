"""Frames to messages and back: Phoenix's V2 JSON serializer, sans-I/O.

Everything that arrives is hostile: `decode` returns a typed message or raises `ProtocolError`, whatever the bytes. JSON
has a depth of its own, `MAX_NESTING`: how deep Python can go depends on where it is called from, so a payload that was
taken in here could break whoever decodes it later. What leaves is built by the server itself; `msgspec` writes it in
one pass, int keys of diffs included.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import accumulate
from typing import Any, Final

import msgspec

from actorlive.errors import CallbackError, ProtocolError
from actorlive.wire.message import BinaryMessage, Message

__all__ = [
    "MAX_NESTING",
    "decode",
    "encode_close",
    "encode_error",
    "encode_payload",
    "encode_push",
    "encode_reply",
]

# The close code that Phoenix uses for a frame that it cannot parse (its socket process crashes).
CANNOT_DECODE = 1011

MAX_NESTING: Final = 64
"""How deep lists and objects of a frame may stand in one another, the frame's own list included."""

_PUSH = 0
_HEADER = 5  # kind and four lengths

# JSON escapes: pairs of surrogates, lone ones, and all others, so that an escaped backslash before "ud800" is not one.
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u([dD][89a-fA-F][0-9a-fA-F]{2})|\\.",
    re.DOTALL,
)

_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_OPENING, _CLOSING = b"[{", b"]}"
_NO_BRACKETS = bytes(set(range(256)) - {*_OPENING, *_CLOSING})
_STEPS = [1 if byte in _OPENING else -1 for byte in range(256)]

_decoder = msgspec.json.Decoder(Message)


def decode(frame: str | bytes) -> Message | BinaryMessage:
    """Take one frame apart: `str` is a text frame, `bytes` a binary one.

    Raises `ProtocolError` with close code 1011 for anything that is not a frame of protocol 2.0.0.
    """
    return _decode_text(frame) if isinstance(frame, str) else _decode_binary(frame)


def _decode_text(frame: str) -> Message:
    try:
        message = _decoder.decode(frame)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        mended = _without_lone_surrogates(frame)
        if mended != frame:
            return _decode_text(mended)
        raise ProtocolError(CANNOT_DECODE, f"a text frame is not a message: {error}") from error
    if len(frame) > 2 * MAX_NESTING and _nesting(frame) > MAX_NESTING:
        raise ProtocolError(CANNOT_DECODE, f"a text frame is nested more than {MAX_NESTING} levels deep")
    return message


def _nesting(frame: str) -> int:
    """How deep the brackets of a text that is JSON stand in one another, or a number that is no smaller."""
    opened = frame.count("[") + frame.count("{")
    if opened <= MAX_NESTING:
        return opened
    brackets = _STRING.sub(b"", frame.encode()).translate(None, _NO_BRACKETS)
    return max(accumulate(map(_STEPS.__getitem__, brackets)))


def _without_lone_surrogates(frame: str) -> str:
    """U+FFFD for every half of a surrogate pair, as a browser puts it into a form's data.

    JavaScript's strings may hold such halves (a text cut in the middle of an emoji), and `JSON.stringify` writes
    them; they are one event's misfortune, and no reason to close the socket for all the others.
    """
    return _ESCAPE.sub(lambda found: "\ufffd" if found.group(1) else found.group(), frame)


def _decode_binary(frame: bytes) -> BinaryMessage:
    if len(frame) < _HEADER or frame[0] != _PUSH:
        raise ProtocolError(CANNOT_DECODE, "a binary frame is not a push: kind or header is wrong")
    fields: list[str] = []
    start = _HEADER
    for length in frame[1:_HEADER]:
        fields.append(_text(frame, start, length))
        start += length
    join_ref, ref, topic, event = fields
    return BinaryMessage(join_ref or None, ref or None, topic, event, frame[start:])


def _text(frame: bytes, start: int, length: int) -> str:
    if start + length > len(frame):
        raise ProtocolError(CANNOT_DECODE, "a binary frame is shorter than its header says")
    try:
        return frame[start : start + length].decode()
    except UnicodeDecodeError as error:
        raise ProtocolError(CANNOT_DECODE, f"a binary frame's head is not UTF-8: {error}") from error


def _encodable(value: object) -> object:
    """What msgspec does not know: markup (a kind of `str`) and what encodes itself, as `JS` does."""
    if isinstance(value, str):
        return str(value)
    to_encodable = getattr(value, "to_encodable", None)
    if to_encodable is None:
        raise NotImplementedError(f"{type(value).__qualname__} has no JSON form")
    return to_encodable()


_encoder = msgspec.json.Encoder(enc_hook=_encodable)


def encode_payload(value: object, what: str) -> msgspec.Raw:
    """JSON of what an application hands over, to be put into a frame later without being encoded again.

    Raises `CallbackError` for what has no JSON form; `what` says whose it is.
    """
    try:
        return msgspec.Raw(_encoder.encode(value))
    except Exception as error:
        raise CallbackError(
            f"{what} cannot be sent as JSON: {error or type(error).__name__}. It may hold what JSON has, structs,"
            " dataclasses and dates"
        ) from error


def _frame(join_ref: str | None, ref: str | None, topic: str, event: str, payload: object) -> bytes:
    return _encoder.encode((join_ref, ref, topic, event, payload))


def encode_reply(
    join_ref: str | None,
    ref: str | None,
    topic: str,
    status: str,
    response: Mapping[Any, Any],
) -> bytes:
    """The answer to one push or join; on "error" the client leaves the elements locked that sent it."""
    return _encoder.encode((join_ref, ref, topic, "phx_reply", {"status": status, "response": response}))


def encode_push(join_ref: str | None, topic: str, event: str, payload: object) -> bytes:
    """A message that answers nothing: `diff`, `live_patch`, `redirect`, …"""
    return _frame(join_ref, None, topic, event, payload)


def encode_close(topic: str, join_ref: str | None) -> bytes:
    """The channel ended on purpose: the client does not rejoin."""
    return _frame(join_ref, join_ref, topic, "phx_close", {})


def encode_error(topic: str, join_ref: str | None) -> bytes:
    """The channel crashed: the client rejoins."""
    return _frame(join_ref, join_ref, topic, "phx_error", {})
