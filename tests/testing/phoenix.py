"""A server that is not ours: it answers with what Phoenix LiveView 1.2.10 was recorded to answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from quart import websocket
from quart_trio import QuartTrio

RECORDINGS = Path(__file__).parents[1] / "wire" / "golden"

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta name="csrf-token" content="{_csrf_token}"><title>Dead</title></head>
<body><main>
<div id="{id}" data-phx-main data-phx-session="{session}" data-phx-static="{static}">dead</div>
</main></body></html>"""

Message = list[Any]


class Recording:
    """One recorded visit: what the client said, and what came back each time."""

    def __init__(self, name: str) -> None:
        log = json.loads((RECORDINGS / f"phoenix_{name}.json").read_text())
        self.join: Message = log[0]["msg"]
        self.answers: list[tuple[Message, list[Message]]] = []
        for entry in log:
            if entry["dir"] == "out":
                self.answers.append((entry["msg"], []))
            else:
                self.answers[-1][1].append(entry["msg"])
        self.heard: list[Message] = []
        self.deaf = False
        """Whether heartbeats stay unanswered."""

    @property
    def page(self) -> str:
        """The page that the recorded visitor had loaded."""
        _, _, topic, _, payload = self.join
        return PAGE.format(id=topic.removeprefix("lv:"), **payload, **payload["params"])

    def answer(self, message: Message) -> Iterator[Message]:
        """What comes back. A question that was not recorded is acknowledged; components that are asked for are gone."""
        self.heard.append(message)
        join_ref, ref, topic, event, payload = message
        if self.deaf and event == "heartbeat":
            return
        for asked, answers in self.answers:
            if asked[3] == event and (event != "event" or self._same(asked[4], payload)):
                for _, old_ref, _, kind, answer in answers:
                    new_ref = {None: None, asked[1]: ref}.get(old_ref, join_ref)
                    yield [join_ref, new_ref, topic, kind, answer]
                return
        response: Any = payload if event == "cids_destroyed" else {}
        yield [join_ref, ref, topic, "phx_reply", {"status": "ok", "response": response}]

    def _same(self, asked: Any, payload: Any) -> bool:
        return asked["event"] == payload["event"] and asked["value"] == payload["value"]


def app_of(recording: Recording) -> QuartTrio:
    """The recording behind a real socket, at any path."""
    app = QuartTrio(__name__)

    @app.get("/<path:path>")
    async def page(path: str) -> str:
        return recording.page

    @app.websocket("/live/websocket")
    async def socket() -> None:
        while True:
            for answer in recording.answer(json.loads(await websocket.receive())):
                await websocket.send(json.dumps(answer))

    return app
