"""Both directions are those of the standard library, for what is right and for what is not."""

from __future__ import annotations

import base64
from collections.abc import Callable

from hypothesis import given, strategies as st

from actorlive.web import base64url

ENCODED = st.binary(max_size=40).map(base64.urlsafe_b64encode)


@given(st.binary(max_size=40))
def test_bytes_are_encoded_as_the_library_does(raw: bytes) -> None:
    assert base64url.encode(raw) == base64.urlsafe_b64encode(raw)
    assert base64url.decode(base64url.encode(raw)) == raw


@given(ENCODED.flatmap(lambda right: st.sampled_from([right, right[1:], right[:-1], b"+/ \n=" + right])))
def test_whatever_comes_is_decoded_as_the_library_does(encoded: bytes) -> None:
    assert outcome(base64url.decode, encoded) == outcome(base64.urlsafe_b64decode, encoded)


def outcome(decode: Callable[[bytes], bytes], encoded: bytes) -> bytes | type[Exception]:
    try:
        return decode(encoded)
    except ValueError as error:
        return type(error)
