"""The envelope around a message on its way through a broker.

`[version, node, epoch, number, name, body]`, in MessagePack. `node` is whose message it is, a random id of this start
of that program; `epoch` and `number` count the messages of that node on that topic (see `sequence`); `name` says
which class the `body` is of. The body stays bytes until it is known that somebody here wants it.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from actorlive.pubsub.refusals import MessageRefused

__all__ = ["VERSION", "MessageEnvelope", "open_envelope", "seal"]

VERSION = 1

EnvelopeNumber = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
NodeId = Annotated[bytes, msgspec.Meta(min_length=8, max_length=16)]


class MessageEnvelope(msgspec.Struct, array_like=True, frozen=True, gc=False, forbid_unknown_fields=True):
    """One message as it travels."""

    version: Literal[1]
    node: NodeId
    epoch: EnvelopeNumber
    number: EnvelopeNumber
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    body: msgspec.Raw


class VersionAlone(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The part of an envelope that every version has."""

    version: int


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(MessageEnvelope).decode
_decode_version = msgspec.msgpack.Decoder(VersionAlone).decode


def seal(node: bytes, epoch: int, number: int, name: str, body: bytes) -> bytes:
    """The bytes of an envelope."""
    return _encode(MessageEnvelope(VERSION, node, epoch, number, name, msgspec.Raw(body)))


def open_envelope(data: bytes) -> MessageEnvelope:
    """The envelope that these bytes are. Raises `MessageRefused`."""
    try:
        return _decode(data)
    except Exception as error:  # msgspec raises more than its own: RecursionError, UnicodeDecodeError
        raise _refused(data, error) from None


def _refused(data: bytes, error: Exception) -> MessageRefused:
    """Another version is a rolling deploy, everything else is not ours."""
    try:
        version = _decode_version(data).version
    except Exception:
        return MessageRefused("malformed", f"not an envelope: {error}")
    if version == VERSION:
        return MessageRefused("malformed", f"not an envelope: {error}")
    return MessageRefused("version", f"an envelope of version {version}, and this node reads {VERSION}")
