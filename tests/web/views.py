"""The views that the tests of the web visit, in an application of their own each time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quart_trio import QuartTrio

from actorlive import Event, LiveView, Socket, heex
from actorlive.web import ActorLive

KEY = "a secret key that is for tests only"

happened: list[object] = []
"""What `Counter` views counted, and why they ended: it outlives them."""


class Inc(Event):
    pass


class Boom(Event):
    pass


class Counter(LiveView[Inc | Boom]):
    """Counts, and leaves a trace in `happened` of what happened to it."""

    count: int = 0
    who: str = ""
    template = heex("""<p>{@count}</p><i>{@who}</i><button phx-click="inc">+</button>""")

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.who = str(params.get("who", "")) + str(session.get("user", ""))

    async def handle_event(self, event: Inc | Boom, socket: Socket) -> None:
        match event:
            case Inc():
                self.count += 1
                happened.append(self.count)
            case Boom():
                raise ValueError("boom")

    async def terminate(self, reason: object, socket: Socket) -> None:
        happened.append(reason)


class Other(LiveView):
    template = heex("<h1>other</h1>")


def make_app(**options: Any) -> tuple[QuartTrio, ActorLive]:
    """An application with `/counter`, `/other`, and `/admin` in a live session of its own."""
    happened.clear()
    app = QuartTrio("shop")
    options.setdefault("secret_key", KEY)
    live = ActorLive(app, **options)
    live.route("/counter", Counter)
    live.route("/counter/<who>", Counter)
    live.route("/other", Other)
    live.session("admin").route("/admin", Counter)
    return app, live
