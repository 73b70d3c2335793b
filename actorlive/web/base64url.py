"""Base64 in the alphabet of URLs, as `base64.urlsafe_b64encode` and its counterpart have it, in one step each.

Every page and every join passes here some ten times, and most of what the library does then is to look at the kind of
its argument.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64

__all__ = ["decode", "encode"]

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


def encode(raw: bytes) -> bytes:
    """The bytes in characters of a URL, padded with `=`."""
    return b2a_base64(raw, newline=False).translate(_TO_URL)


def decode(encoded: bytes) -> bytes:
    """The bytes behind padded characters; others are passed over. Raises `ValueError`."""
    return a2b_base64(encoded.translate(_FROM_URL))
