"""Signatures of itsdangerous, without its work being done anew for each.

A page signs two tokens and one cookie. itsdangerous derives a key and keys a hash for every one, and Quart makes a
serializer for every request; what all of it depends on is the secret key, so it is kept here and made again when that
changes. What is signed is the same, byte by byte, and either side reads the other's. So is the header that sets the
cookie, which Quart puts together for every answer though only the value changes.
"""

from __future__ import annotations

import hmac
import struct
from contextlib import suppress
from functools import lru_cache
from typing import Any, cast

import msgspec
from itsdangerous import BadData, BadSignature, TimestampSigner, URLSafeTimedSerializer
from itsdangerous.encoding import base64_decode, bytes_to_int, int_to_bytes, want_bytes
from quart import Quart
from quart.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from quart.typing import ResponseTypes
from quart.wrappers import BaseRequestWebsocket
from werkzeug.http import dump_cookie

from actorlive.web import base64url

__all__ = ["CookieSessions", "KeyedSigner", "keep_sessions"]

SHORT = 200
"""Bytes of a session under which compressing costs more time than it saves on the line."""

_VARY = "Vary", "Cookie"
_TAGGED = b'" '
"""How the key of one of Quart's tags begins, for what JSON has no form of."""


class KeyedSigner(TimestampSigner):
    """A signer that derives each of its keys once (by itsdangerous's "hmac")."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._derived: dict[str | bytes | None, bytes] = {}
        self._keyed = hmac.new(self.derive_key(), digestmod=cast("Any", self).digest_method)

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        """The key for a secret key; by default for the newest."""
        key = self._derived.get(secret_key)
        if key is None:
            key = self._derived[secret_key] = super().derive_key(secret_key)
        return key

    def sign(self, value: str | bytes) -> bytes:
        """The value with the time and its signature."""
        dated = want_bytes(value) + self.sep + _encoded_time(self.get_timestamp())
        return dated + self.sep + self.get_signature(dated)

    def get_signature(self, value: str | bytes) -> bytes:
        """The signature of a value under the newest key."""
        keyed = self._keyed.copy()
        keyed.update(want_bytes(value))
        return _bare(keyed.digest())

    def unsign(
        self, signed_value: str | bytes, max_age: int | None = None, return_timestamp: bool = False
    ) -> Any:
        """What has been signed. Raises `BadSignature`.

        Whatever is not plainly right is left to itsdangerous, which says what is wrong, or finds an earlier key.
        """
        dated, _, signature = want_bytes(signed_value).rpartition(self.sep)
        value, dot, time = dated.rpartition(self.sep)
        is_right = dot and not return_timestamp and hmac.compare_digest(self.get_signature(dated), signature)
        if is_right and self._is_young(time, max_age):
            return value
        return cast("Any", super()).unsign(signed_value, max_age, return_timestamp)

    def _is_young(self, time: bytes, max_age: int | None) -> bool:
        signed_at = _decoded_time(time)
        return signed_at is not None and (max_age is None or 0 <= self.get_timestamp() - signed_at <= max_age)

    def verify_signature(self, value: str | bytes, sig: str | bytes) -> bool:
        """True for a signature under any of the keys; the newest is the likeliest, and its hash is kept."""
        if hmac.compare_digest(self.get_signature(value), want_bytes(sig)):
            return True
        return super().verify_signature(value, sig)


@lru_cache(maxsize=4)
def _encoded_time(second: int) -> bytes:
    return _bare(int_to_bytes(second))


@lru_cache(maxsize=64)
def _decoded_time(time: bytes) -> int | None:
    """The second, or None for what is not one."""
    try:
        return bytes_to_int(base64_decode(time))
    except (BadData, struct.error):
        return None


def _bare(raw: bytes) -> bytes:
    """Base64 without its padding."""
    return base64url.encode(raw).rstrip(b"=")


class _KeptSerializer(URLSafeTimedSerializer):
    """Quart's serializer of a session; one that is short is not compressed."""

    _signer: KeyedSigner | None = None

    def make_signer(self, salt: str | bytes | None = None) -> Any:
        if salt not in (None, self.salt):
            return super().make_signer(salt)
        if self._signer is None:
            self._signer = cast("KeyedSigner", super().make_signer())
        return self._signer

    def loads(self, s: str | bytes, max_age: int | None = None, *args: Any, **kwargs: Any) -> Any:
        """What a token holds. Raises `BadSignature`."""
        if not args and not kwargs:
            with suppress(BadSignature):  # of which itsdangerous knows more
                return self.load_payload(self.make_signer().unsign(s, max_age))
        return cast("Any", super()).loads(s, max_age, *args, **kwargs)

    def dump_payload(self, obj: Any) -> bytes:
        json = _plain_json(obj) or want_bytes(cast("Any", self).serializer.dumps(obj))
        return _bare(json) if len(json) < SHORT else super().dump_payload(obj)

    def load_payload(self, payload: bytes, *args: Any, **kwargs: Any) -> Any:
        if payload.startswith(b".") or args or kwargs:
            return super().load_payload(payload, *args, **kwargs)
        json = base64_decode(payload)
        if _TAGGED not in json:
            # It is stricter than Quart, which then has its way: no NaN, no half of a surrogate pair.
            with suppress(msgspec.MsgspecError):
                return msgspec.json.decode(json)
        return super().load_payload(payload)


def _plain_json(session: dict[str, Any]) -> bytes | None:
    """A session of nothing but texts, as most are, needs none of Quart's tags for what JSON has no form of.

    None for another, and for one that could be taken for a tag itself, because it has one key.
    """
    if len(session) == 1 or not all(type(value) is str for value in session.values()):
        return None
    return msgspec.json.encode(session)


class CookieSessions(SecureCookieSessionInterface):
    """Quart's sessions, with a serializer that is kept."""

    def __init__(self) -> None:
        self._made_for: object = None
        self._kept: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Quart) -> URLSafeTimedSerializer | None:
        """The serializer for the application's keys; None when it has none."""
        keys = [*(vars(app)["config"].get("SECRET_KEY_FALLBACKS") or ()), app.secret_key]
        if keys != self._made_for:
            self._made_for, self._kept = keys, self._make(keys) if app.secret_key else None
        return self._kept

    async def open_session(self, app: Quart, request: BaseRequestWebsocket) -> SecureCookieSession | None:
        """The request's session; None when the application has no key."""
        if app.secret_key and self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return await super().open_session(app, request)

    async def save_session(self, app: Quart, session: SessionMixin, response: ResponseTypes | None) -> None:
        """Set the cookie of a session that has changed; what is rarer, Quart does."""
        headers = None if response is None else self.headers_for(app, session)
        if response is None or headers is None:
            await super().save_session(app, session, response)
            return
        for name, value in headers:
            if name == "Vary" and name in response.headers:
                response.vary.add(value)
            else:
                response.headers.add(name, value)

    def headers_for(self, app: Quart, session: SessionMixin) -> list[tuple[str, str]] | None:
        """What a session adds to an answer that has no such headers yet; None where that is left to Quart."""
        accessed = session.accessed  # before it is asked for anything
        if not session or session.permanent:
            return None
        if not session.modified:
            return [_VARY] if accessed else []
        serializer = self.get_signing_serializer(app)
        value = "" if serializer is None else serializer.dumps(dict(session))
        before, after = self._around_value(app)
        if len(before) + len(value) + len(after) > vars(app)["config"]["MAX_COOKIE_SIZE"]:
            return None  # Quart warns of it
        return [("Set-Cookie", before + value + after), _VARY]

    def _around_value(self, app: Quart) -> tuple[str, str]:
        """What stands in the header before and behind the value."""
        return _around_value(
            self.get_cookie_name(app),
            domain=self.get_cookie_domain(app),
            partitioned=self.get_cookie_partitioned(app),
            path=self.get_cookie_path(app),
            secure=self.get_cookie_secure(app),
            samesite=self.get_cookie_samesite(app),
            httponly=self.get_cookie_httponly(app),
        )

    def _make(self, keys: list[Any]) -> URLSafeTimedSerializer:
        options = {"key_derivation": self.key_derivation, "digest_method": self.digest_method}
        return _KeptSerializer(
            keys, salt=self.salt, serializer=self.serializer, signer=KeyedSigner, signer_kwargs=options
        )


@lru_cache(maxsize=16)
def _around_value(name: str, **attributes: Any) -> tuple[str, str]:
    after = dump_cookie("", "", **attributes).removeprefix("=")
    return dump_cookie(name, "", **attributes).removesuffix(after), after


def keep_sessions(app: Quart) -> None:
    """Use `CookieSessions`, unless the application has sessions of its own kind."""
    if type(app.session_interface) is SecureCookieSessionInterface:
        app.session_interface = CookieSessions()
