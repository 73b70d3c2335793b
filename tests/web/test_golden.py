"""Control frames recorded from Phoenix LiveView 1.2.10, played to this server: the same questions, the same answers.

The trees that views render are their own affair and stand as TREE in the recording; so do tokens, addresses and
the version. Where an answer differs on purpose, `DIFFERENT` says why.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import trio.testing

from actorlive.errors import ProtocolError
from actorlive.live.process.connection import ConnectionInfo, LiveConnection
from actorlive.web.tokens import SessionToken, StaticToken
from actorlive.web.visitor import VISITOR_KEY
from tests.web.views import make_app

GOLDEN = Path(__file__).parent.parent / "wire" / "golden" / "control_frames.json"
CASES: list[dict[str, Any]] = json.loads(GOLDEN.read_text())

WITHOUT_SESSION = {"join_bad_csrf_socket", "join_no_cookie"}
"""Cases in which the socket had no session of its own."""

DIFFERENT = {
    "join_twice": "the old channel's phx_close is sent before the new join's reply, not behind it",
    "unknown_event_of_channel": "answered, where LiveView says nothing and the client waits for 30 seconds",
}

Entry = dict[str, Any]


class Player:
    """Plays the client's part of a recording in memory, and notes what comes back."""

    def __init__(self, connection_info: ConnectionInfo) -> None:
        _, self.live = make_app()
        self.client = connection_info
        self.heard: list[Entry] = []
        tokens = self.live.endpoint.tokens
        self.filled = {
            "SESSION": tokens.session.sign(
                SessionToken("phx-1", "tests.web.views:Counter", "default", "ada")
            ),
            "STATIC": tokens.static.sign(StaticToken("phx-1")),
            "URL": "http://localhost",
            "/form": "/other",
        }

    async def play(self, log: list[Entry]) -> list[Entry]:
        async with self.live.node() as node:
            connection = LiveConnection(node, self.live.endpoint, self.hear, self.client)
            for entry in log:
                if entry["dir"] == "out":
                    self.say(connection, entry["msg"])
                    await trio.testing.wait_all_tasks_blocked()
            connection.close()
        return self.heard

    def say(self, connection: LiveConnection, message: Any) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        for placeholder, value in self.filled.items():
            text = text.replace(placeholder, value)
        try:
            connection.receive(text)
        except ProtocolError as error:
            self.heard.append({"dir": "close", "code": error.code, "reason": ""})

    def hear(self, frame: bytes) -> None:
        message = json.loads(frame)
        response = message[4].get("response", {})
        for key, placeholder in [("rendered", "TREE"), ("diff", "TREE"), ("liveview_version", "VERSION")]:
            if key in response:
                response[key] = placeholder
        self.heard.append({"dir": "in", "msg": message})


def answers(log: list[Entry]) -> list[Entry]:
    return [entry for entry in log if entry["dir"] != "out"]


@pytest.mark.parametrize("recorded", CASES, ids=[case["case"] for case in CASES])
async def test_recorded_control_frames(recorded: dict[str, Any]) -> None:
    name = recorded["case"]
    player = Player(
        ConnectionInfo(
            None if name in WITHOUT_SESSION else {VISITOR_KEY: "ada"},
            {"uri": "ws://localhost/live/websocket"},
        )
    )
    heard, expected = await player.play(recorded["log"]), answers(recorded["log"])
    if name == "join_twice":
        assert heard == [expected[0], expected[2], expected[1]]
    elif name == "unknown_event_of_channel":
        ok: list[Any] = ["4", "9", "lv:phx-1", "phx_reply", {"status": "ok", "response": {}}]
        assert heard == [*expected, {"dir": "in", "msg": ok}]
    else:
        assert name not in DIFFERENT
        assert heard == expected
