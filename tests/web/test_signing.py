"""Kept signers and sessions sign as those of itsdangerous and Quart do, byte by byte."""

from __future__ import annotations

import hashlib
import time
import warnings
from typing import Any, cast
from unittest import mock

import pytest
import trio
from hypothesis import given, strategies as st
from itsdangerous import BadSignature, TimestampSigner
from quart import Response
from quart.globals import request_ctx
from quart.sessions import SecureCookieSessionInterface
from quart_trio import QuartTrio

from actorlive import ActorLive
from actorlive.web.signing import SHORT, CookieSessions, KeyedSigner
from tests.web.views import KEY, make_app

OPTIONS: dict[str, Any] = {"salt": "some", "key_derivation": "hmac", "digest_method": hashlib.sha256}
KEYS = st.lists(st.binary(min_size=1), min_size=1, max_size=3)
SESSIONS = st.dictionaries(
    st.text(), st.text() | st.integers() | st.lists(st.booleans()) | st.binary(), max_size=5
)


@given(KEYS, st.binary())
def test_each_reads_what_the_other_has_signed(keys: list[bytes], value: bytes) -> None:
    kept, plain = KeyedSigner(keys, **OPTIONS), TimestampSigner(keys, **OPTIONS)
    assert kept.get_signature(value) == plain.get_signature(value)
    with mock.patch.object(TimestampSigner, "get_timestamp", return_value=NOW):
        assert kept.sign(value) == plain.sign(value)
    assert plain.unsign(kept.sign(value)) == kept.unsign(plain.sign(value)) == value


@given(KEYS, st.binary())
def test_what_an_earlier_key_has_signed_is_read_and_another_key_signs_nothing(
    keys: list[bytes], value: bytes
) -> None:
    signed = TimestampSigner(keys[:1], **OPTIONS).sign(value)
    assert KeyedSigner(keys, **OPTIONS).unsign(signed) == value
    with pytest.raises(BadSignature):
        KeyedSigner([*(b"not " + key for key in keys)], **OPTIONS).unsign(signed)


FORMS = [
    "{v}.{t}.{s}",
    "{t}.{s}",
    "{v}.{s}",
    "{s}",
    "",
    ".",
    "..",
    "{v}.{t}.{s}x",
    "{v}.{t}.",
    "é{v}.{t}.{s}",
]
TOKENS = st.sampled_from([*FORMS, "{v}.{t}.{s}="])
TIMES = st.sampled_from([b"", b"AA", b"!", b"A", b"AAAAAAAAAAAAAAAA", b"a.b"])


@given(
    KEYS, st.binary(max_size=4), TOKENS, st.none() | TIMES, st.none() | st.integers(-1, 3), st.integers(-2, 5)
)
def test_every_token_is_read_or_refused_as_by_itsdangerous(
    keys: list[bytes], value: bytes, form: str, time: bytes | None, max_age: int | None, later: int
) -> None:
    kept, plain = KeyedSigner(keys, **OPTIONS), TimestampSigner(keys, **OPTIONS)
    with mock.patch.object(TimestampSigner, "get_timestamp", return_value=NOW):
        dated = plain.sign(value).rpartition(b".")[0] if time is None else value + b"." + time
    signed = dated + b"." + plain.get_signature(dated)
    head, _, signature = signed.rpartition(b".")
    named = {"v": head.rpartition(b".")[0], "t": head.rpartition(b".")[2], "s": signature}
    token = form.format(**{name: part.decode("latin-1") for name, part in named.items()})
    with mock.patch.object(TimestampSigner, "get_timestamp", return_value=NOW + later):
        assert read(kept, token.encode("latin-1"), max_age) == read(plain, token.encode("latin-1"), max_age)


def read(signer: TimestampSigner, token: bytes, max_age: int | None) -> bytes | tuple[type[Exception], str]:
    """What is read, or what is wrong."""
    try:
        return signer.unsign(token, max_age=max_age)
    except BadSignature as error:
        return type(error), str(error)


def app_with(key: str, *fallbacks: str) -> QuartTrio:
    app = QuartTrio("cookies")
    app.secret_key = key
    app.config["SECRET_KEY_FALLBACKS"] = list(fallbacks)
    return app


@given(SESSIONS | st.just({"long": "x" * 1_000}))
def test_a_cookie_of_quarts_is_read_and_quart_reads_ours(session: dict[str, Any]) -> None:
    app = app_with(KEY)
    kept = CookieSessions().get_signing_serializer(app)
    quarts = SecureCookieSessionInterface().get_signing_serializer(app)
    assert kept is not None
    assert quarts is not None
    assert kept.loads(quarts.dumps(session)) == quarts.loads(kept.dumps(session)) == session


@pytest.mark.parametrize(
    "session",
    [
        {" t": [1], "x": 1},
        {"x": " t"},
        {"half": "\ud800"},
        {"x": float("inf")},
        {"b": b"1", " b": "1"},
        {"n": 2**70},
    ],
)
def test_a_session_that_quart_has_a_form_for_and_json_has_none_is_read_by_quart(
    session: dict[str, Any],
) -> None:
    app = app_with(KEY)
    kept = CookieSessions().get_signing_serializer(app)
    quarts = SecureCookieSessionInterface().get_signing_serializer(app)
    assert kept is not None
    assert quarts is not None
    assert kept.loads(quarts.dumps(session)) == quarts.loads(quarts.dumps(session))


def test_a_short_session_is_not_compressed_and_a_long_one_is() -> None:
    serializer = CookieSessions().get_signing_serializer(app_with(KEY))
    assert serializer is not None
    assert not serializer.dumps({"a": "x" * (SHORT // 2)}).startswith(".")
    assert serializer.dumps({"a": "x" * SHORT}).startswith(".")


def test_the_serializer_is_kept_until_a_key_changes() -> None:
    sessions, app = CookieSessions(), app_with(KEY)
    first = sessions.get_signing_serializer(app)
    assert first is not None
    assert sessions.get_signing_serializer(app) is first
    cookie = first.dumps({"user": 1})
    app.secret_key, app.config["SECRET_KEY_FALLBACKS"] = "another" * 8, [KEY]
    second = sessions.get_signing_serializer(app)
    assert second is not None
    assert second is not first
    assert second.loads(cookie) == {"user": 1}
    app.config["SECRET_KEY_FALLBACKS"] = []
    third = sessions.get_signing_serializer(app)
    assert third is not None
    with pytest.raises(BadSignature):
        third.loads(cookie)
    app.secret_key = None
    assert sessions.get_signing_serializer(app) is None


NOW = int(time.time())

LARGE = "".join(hashlib.sha256(bytes([n])).hexdigest() for n in range(200))
"""Too large for a cookie, however it is compressed."""

ATTRIBUTES: dict[str, st.SearchStrategy[Any]] = {
    "NAME": st.sampled_from(["session", "__Host-session", "n=n"]),
    "DOMAIN": st.sampled_from([None, "example.com"]),
    "PATH": st.sampled_from([None, "/", "/süß;"]),
    "HTTPONLY": st.booleans(),
    "SECURE": st.booleans(),
    "PARTITIONED": st.booleans(),
    "SAMESITE": st.sampled_from([None, "lax", "Strict"]),
    "REFRESH_EACH_REQUEST": st.booleans(),
}


async def saved(
    sessions: SecureCookieSessionInterface, app: QuartTrio, cookie: str, add: dict[str, Any], vary: str | None
) -> list[tuple[str, str]]:
    """The headers of an answer to a request with that cookie, whose session is changed, and what was warned of."""
    headers = {"Cookie": f"{app.config['SESSION_COOKIE_NAME']}={cookie}"} if cookie else {}
    async with cast("Any", app).test_request_context("/", headers=headers):
        session = await sessions.open_session(app, request_ctx.request)
        assert session is not None
        session.permanent = add.pop("lasts", session.permanent)
        if add.pop("clear", False):
            session.clear()
        session.update(add)
        answer = Response("")
        if vary is not None:
            answer.headers["Vary"] = vary
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            await sessions.save_session(app, session, answer)
        told = [("warning", str(warning.message)) for warning in warned]
        return told + sorted((name, value.split("expires=")[0]) for name, value in answer.headers.items())


@given(
    st.fixed_dictionaries({}, optional=ATTRIBUTES),
    st.fixed_dictionaries(
        {},
        optional={
            "a": st.text(),
            "b": st.just(LARGE) | st.integers(),
            "lasts": st.booleans(),
            "clear": st.booleans(),
        },
    ),
    st.sampled_from(["", "forged", "good"]),
    st.sampled_from([None, "Accept", "cookie"]),
)
def test_an_answer_sets_the_cookie_as_quart_does(
    attributes: dict[str, Any], change: dict[str, Any], cookie: str, vary: str | None
) -> None:
    app = app_with(KEY)
    for name, value in attributes.items():
        app.config[f"SESSION_COOKIE_{name}"] = value
    app.config["SESSION_REFRESH_EACH_REQUEST"] = attributes.get("REFRESH_EACH_REQUEST", True)
    ours, quarts = CookieSessions(), SecureCookieSessionInterface()
    quarts.get_signing_serializer = ours.get_signing_serializer  # else a short one is compressed
    serializer = ours.get_signing_serializer(app)
    assert serializer is not None
    with mock.patch.object(TimestampSigner, "get_timestamp", return_value=NOW):
        token = serializer.dumps({"user": "ada", "n": 1}) if cookie == "good" else cookie
        mine, theirs = (trio.run(saved, kind, app, token, dict(change), vary) for kind in (ours, quarts))
    assert mine == theirs


def test_sessions_of_an_applications_own_kind_stay() -> None:
    class Own(SecureCookieSessionInterface):
        pass

    app = QuartTrio("own")
    app.session_interface = own = Own()
    ActorLive(app, secret_key=KEY)
    assert app.session_interface is own
    assert isinstance(make_app()[0].session_interface, CookieSessions)
