"""What the server gives to the browser to bring back: signed, dated, not encrypted.

Anyone can read a token's content, no one without the key can change it, and each kind has its own salt, so that one
kind cannot stand in for another. The same secret key makes tokens survive a restart: clients rejoin then without
loading the page again. The names and ages are LiveView's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import msgspec
from itsdangerous import BadSignature

from actorlive.web import base64url
from actorlive.web.errors import ConfigurationError
from actorlive.web.signing import KeyedSigner

__all__ = [
    "KeptTokens",
    "Kin",
    "PollToken",
    "SessionToken",
    "StaticToken",
    "Token",
    "Tokens",
    "UploadToken",
    "check_strength",
]

TWO_WEEKS = 1_209_600
ONE_HOUR = 3600
ONE_MINUTE = 60

MIN_KEY = 32
"""Bytes of a secret key, at least."""

MAKE_ONE = 'Make one with\n    python -c "import secrets; print(secrets.token_urlsafe(48))"'

T = TypeVar("T")


class Kin(msgspec.Struct, frozen=True):
    """Where a view within a view belongs: its parent's pid and the root's, as the book of `live.handed_down` has them,
    and the root's view if that is at a route."""

    parent: str
    root: str
    root_view: str | None = None


class SessionToken(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a container is: its DOM id, the view, the live session, the visitor (see `actorlive.web.visitor`), the
    session data that the group adds, or that another view handed down, and the container's tag. One that is not
    `routed` has no URL."""

    id: str
    view: str
    live_session: str
    visitor: str
    session: dict[str, Any] = {}
    tag: str = "div"
    routed: bool = True
    sticky: bool = False
    kin: Kin | None = None


class StaticToken(msgspec.Struct, frozen=True):
    """What only the dead render knew: the flash that it showed."""

    id: str
    flash: dict[str, str] = {}


class UploadToken(msgspec.Struct, frozen=True):
    """One file that may be sent: the place of its view in the book of `live.handed_down`, the number of its live
    component, and the refs of the upload and the entry."""

    view: str
    cid: int | None
    upload: str
    entry: str


class PollToken(msgspec.Struct, frozen=True):
    """One client that polls: the id of its socket, and the visitor who opened it, "" for one without a session."""

    id: str
    visitor: str


class Token(Generic[T]):
    """One kind of token: `content` signed under `salt` with the last of the keys, good for `max_age` seconds."""

    def __init__(self, keys: list[bytes], salt: str, content: type[T], max_age: int) -> None:
        self._signer = KeyedSigner(keys, salt=salt, key_derivation="hmac", digest_method=hashlib.sha256)
        self._decoder = msgspec.json.Decoder(content)
        self._max_age = max_age

    def sign(self, content: T) -> str:
        """The content as a token of URL-safe characters."""
        return self._signer.sign(base64url.encode(msgspec.json.encode(content))).decode()

    def read(self, token: str) -> T | None:
        """The content, or None when the token is forged, too old, or of another kind or version."""
        try:
            encoded = self._signer.unsign(token, max_age=self._max_age)
            return self._decoder.decode(base64url.decode(encoded))
        except (BadSignature, ValueError, msgspec.MsgspecError):
            return None


class KeptTokens:
    """Tokens of kept values: the JSON of one, good for two weeks in one place.

    The place is signed with the value and does not travel: whoever reads a token knows where it is to be good. It goes
    with every change of a value, so what is said anyway is not said again.
    """

    def __init__(self, keys: list[bytes]) -> None:
        self._signer = KeyedSigner(
            keys, salt="actorlive.kept.1", key_derivation="hmac", digest_method=hashlib.sha256
        )

    def sign(self, place: bytes, value: bytes) -> str:
        """The value as a token of URL-safe characters. No `.` is in it but those of the signature."""
        head = place + b"."
        return self._signer.sign(head + base64url.encode(value))[len(head) :].decode()

    def read(self, place: bytes, token: str) -> bytes | None:
        """The value, or None when the token is forged, too old, or of another place."""
        if token.count(".") != 2:
            return None  # a part of it would be taken for a part of the place
        head = place + b"."
        try:
            signed = self._signer.unsign(head + token.encode(), max_age=TWO_WEEKS)
            return base64url.decode(signed[len(head) :])
        except (BadSignature, ValueError):
            return None


class Tokens:
    """All kinds of tokens of one application, signed with its secret key.

    Those signed with one of the `fallbacks`, the keys of earlier, are read still. Raises `ConfigurationError` without
    a key.
    """

    def __init__(self, secret_key: str | bytes | None, fallbacks: Sequence[str | bytes] = ()) -> None:
        if not secret_key:
            raise ConfigurationError(
                "no secret key: set app.secret_key, or pass ActorLive(app, secret_key=…). It signs sessions, so"
                f" keep it out of the source and the same over restarts. {MAKE_ONE}"
            )
        secret_keys = [_bytes(key) for key in (*fallbacks, secret_key)]
        self.session = Token(secret_keys, "actorlive.session.1", SessionToken, TWO_WEEKS)
        self.static = Token(secret_keys, "actorlive.static.1", StaticToken, TWO_WEEKS)
        self.flash = Token(secret_keys, "actorlive.flash.1", dict[str, str], ONE_MINUTE)
        self.upload = Token(secret_keys, "actorlive.upload.1", UploadToken, ONE_HOUR)
        self.kept = KeptTokens(secret_keys)
        self.poll = Token(secret_keys, "actorlive.poll.1", PollToken, TWO_WEEKS)
        self.status = Token(secret_keys, "actorlive.status.1", int, ONE_MINUTE)


def check_strength(secret_key: str | bytes | None) -> None:
    """Refuse what is soon guessed. Raises `ConfigurationError`."""
    raw = _bytes(secret_key or b"")
    if len(raw.strip()) < MIN_KEY:
        raise ConfigurationError(
            f"the secret key is too short: {len(raw.strip())} bytes, and it takes {MIN_KEY}. A visitor who guesses it"
            f" signs sessions; in debug mode any key will do (`actorlive dev`). {MAKE_ONE}"
        )


def _bytes(key: object) -> bytes:
    if not isinstance(key, str | bytes):
        raise ConfigurationError(f"a secret key is of the type {type(key).__name__}, and not text or bytes")
    return key.encode() if isinstance(key, str) else key
