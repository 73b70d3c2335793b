"""The envelope: what is read of it, and what is refused."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, strategies as st

from actorlive.pubsub.envelope import MessageEnvelope, open_envelope, seal
from actorlive.pubsub.refusals import MessageRefused, RefusalReason

NODE = b"12345678"
GOOD = seal(NODE, 1, 2, "said", b"\x80")


def encoded(*parts: object) -> bytes:
    return msgspec.msgpack.encode(parts)


@given(
    st.binary(min_size=8, max_size=16),
    st.integers(1, 2**63 - 1),
    st.integers(1, 2**63 - 1),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=255),
    st.binary().map(msgspec.msgpack.encode),
)
def test_an_envelope_is_read_as_it_was_written(
    node: bytes, epoch: int, number: int, name: str, body: bytes
) -> None:
    envelope = open_envelope(seal(node, epoch, number, name, body))
    assert (envelope.node, envelope.epoch, envelope.number, envelope.name) == (node, epoch, number, name)
    assert bytes(envelope.body) == body


def test_an_envelope_is_small() -> None:
    assert len(GOOD) <= 20
    assert open_envelope(GOOD) == MessageEnvelope(1, NODE, 1, 2, "said", msgspec.Raw(b"\x80"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "malformed"),
        (b"hello", "malformed"),
        (GOOD[:-1], "malformed"),
        (GOOD + b"\x00", "malformed"),
        (encoded(), "malformed"),
        (encoded(1), "malformed"),
        (encoded("1", NODE, 1, 1, "x", {}), "malformed"),
        (encoded(1, b"short", 1, 1, "x", {}), "malformed"),
        (encoded(1, b"x" * 17, 1, 1, "x", {}), "malformed"),
        (encoded(1, NODE, 0, 1, "x", {}), "malformed"),
        (encoded(1, NODE, 1, -1, "x", {}), "malformed"),
        (encoded(1, NODE, 1, 2**64 - 1, "x", {}), "malformed"),
        (encoded(1, NODE, 1, 1, "", {}), "malformed"),
        (encoded(1, NODE, 1, 1, "x" * 256, {}), "malformed"),
        (encoded(1, NODE, 1, 1, "x", {}, "more"), "malformed"),
        (b"\x91" * 100_000, "malformed"),
        (b"\xdd\xff\xff\xff\xff", "malformed"),
        (GOOD[:-1] + b"\x91" * 100_000 + b"\x01", "malformed"),
        (encoded(2, "of another form"), "version"),
        (encoded(0), "version"),
        (encoded(2**63), "version"),
    ],
)
def test_what_is_not_an_envelope_of_this_version_is_refused(data: bytes, reason: RefusalReason) -> None:
    with pytest.raises(MessageRefused) as refused:
        open_envelope(data)
    assert refused.value.reason == reason
