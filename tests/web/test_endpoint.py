"""Who may join: every check of the gate, in memory, against the recorded answers where there are some."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from actorlive.live.endpoint import Mount
from actorlive.live.process.connection import ConnectionInfo, Refused
from actorlive.web.endpoint import AppEndpoint
from actorlive.web.limits import MAX_HEAD
from actorlive.web.tokens import SessionToken, StaticToken, Tokens
from actorlive.web.visitor import VISITOR_KEY
from actorlive.wire import Join, JoinPayload
from tests.web.views import KEY, Counter, Other, make_app

VIEW = "tests.web.views:Counter"
HOST = "http://localhost"
SOCKET = {"peer": "127.0.0.1", "uri": "ws://localhost/live/websocket"}
CLIENT = ConnectionInfo({"user": "ada", VISITOR_KEY: "ada"}, SOCKET)


def endpoint() -> AppEndpoint:
    return make_app()[1].endpoint


def tokens(
    dom_id: str = "phx-1", view: str = VIEW, live_session: str = "default", visitor: str = "ada"
) -> dict[str, str]:
    signer = Tokens(KEY)
    return {
        "session": signer.session.sign(SessionToken(dom_id, view, live_session, visitor)),
        "static": signer.static.sign(StaticToken(dom_id, {"info": "hello"})),
    }


def ask(client: ConnectionInfo = CLIENT, **payload: Any) -> Mount | Refused:
    join = Join("lv:phx-1", "4", "4", msgspec.Raw(b""))
    given = msgspec.convert({**tokens(), "url": f"{HOST}/counter/x?y=1", **payload}, JoinPayload)
    return endpoint().authorize(join, given, client)


def mounted(client: ConnectionInfo = CLIENT, **payload: Any) -> Mount:
    mount = ask(client, **payload)
    assert isinstance(mount, Mount)
    return mount


def test_a_join_that_may_be() -> None:
    mount = mounted(params={"_mounts": 0, "locale": "de"})
    assert mount.route.view is Counter
    assert mount.params == {"who": "x", "y": "1"}
    assert mount.uri == f"{HOST}/counter/x?y=1"
    assert mount.session == {"user": "ada", VISITOR_KEY: "ada"}
    assert mount.connect_params == {"_mounts": 0, "locale": "de"}
    assert mount.dom_id == "phx-1"
    assert not mount.redirected


@pytest.mark.parametrize(
    "payload",
    [
        {"session": None},
        {"session": "garbage"},
        {"session": tokens()["static"]},
        {"session": tokens(dom_id="phx-2")["session"]},
        {"static": "garbage"},
        {"static": tokens(dom_id="phx-2")["static"]},
        {"url": None},
    ],
    ids=[
        "no session",
        "garbage for a session",
        "another token for a session",
        "the session of another page",
        "garbage for the static token",
        "the static token of another page",
        "no url",
    ],
)
def test_stale(payload: dict[str, Any]) -> None:
    assert ask(**payload) == Refused("stale")


def test_stale_without_a_session_of_its_own() -> None:
    assert ask(ConnectionInfo(None)) == Refused("stale")


def test_stale_after_the_key_changed() -> None:
    live = make_app(secret_key="another key that is for tests only")[1]
    join = Join("lv:phx-1", "4", "4", msgspec.Raw(b""))
    payload = msgspec.convert({**tokens(), "url": f"{HOST}/counter"}, JoinPayload)
    assert live.endpoint.authorize(join, payload, CLIENT) == Refused("stale")


@pytest.mark.parametrize(
    "payload",
    [
        {"url": f"{HOST}/nowhere"},
        {"url": f"{HOST}/other"},
        {"url": f"{HOST}/admin"},
        {"url": "/counter"},
        {"url": "javascript:alert(1)//counter"},
        {"url": "http://["},
        {"redirect": f"{HOST}/admin"},
        {"redirect": f"{HOST}/nowhere"},
        {"redirect": ""},  # a redirect all the same: the url beside it counts for nothing
        {"url": f"{HOST}/counter?" + "a" + "[x]" * 50},
        {"url": f"{HOST}/counter?" + "a" * MAX_HEAD},
        {"redirect": f"{HOST}/counter?" + "ü" * MAX_HEAD},
    ],
    ids=lambda payload: json.dumps(payload)[:80],
)
def test_unauthorized(payload: dict[str, Any]) -> None:
    assert ask(**payload) == Refused("unauthorized")


def test_a_live_navigation_stays_within_its_live_session() -> None:
    mount = mounted(redirect=f"{HOST}/other")
    assert mount.route.view is Other
    assert mount.redirected
    assert ask(CLIENT, **tokens(live_session="admin"), redirect=f"{HOST}/other") == Refused("unauthorized")


def test_another_visitors_page_is_stale() -> None:
    assert ask(CLIENT, **tokens(visitor="eve")) == Refused("stale")
    assert ask(ConnectionInfo({"user": "ada"}, SOCKET)) == Refused("stale")


def test_flash_of_the_dead_render_shows_on_the_first_join_only() -> None:
    assert mounted(params={"_mounts": 0}).flash == {"info": "hello"}
    assert mounted(params={"_mounts": 1}).flash == {}
    assert mounted(redirect=f"{HOST}/other").flash == {}


def test_flash_of_a_navigation_wins() -> None:
    flash = endpoint().sign_flash({"info": "moved"})
    assert mounted(redirect=f"{HOST}/other", flash=flash).flash == {"info": "moved"}
    assert mounted(flash="forged").flash == {}


def test_debug_is_that_of_the_application_unless_told() -> None:
    app, live = make_app()
    assert not live.endpoint.debug
    app.testing = True
    assert live.endpoint.debug
    assert not make_app(debug=False)[1].endpoint.debug
