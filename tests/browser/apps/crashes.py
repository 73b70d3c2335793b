"""A page that fails wherever it is told to; `?fail=` says in which of its lives, and where in that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quart_trio import QuartTrio

from actorlive import ActorLive, Cont, Event, LiveView, Socket, exit, heex, send, spawn_link
from actorlive.web import Limits


class Forbidden(Exception):
    code = 403


class Go(Event):
    fail: str


def fail(where: str, here: str, socket: Socket) -> None:
    life = "connected" if socket.connected else "dead"
    if where in (here, f"{life} {here}"):
        raise ValueError(f"no luck in {here}")
    if where == f"{life} forbidden {here}":
        raise Forbidden


async def hook(params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> Cont:
    fail(params.get("fail", ""), "on_mount", socket)
    return Cont()


async def linked() -> None:
    exit("the linked process has had enough")


class CrashLive(LiveView[Go]):
    """Counts its own events; a fresh one begins at 0."""

    on_mount = (hook,)
    count: int = 0
    broken: str = ""
    template = heex("""
      <h1>{@count}{1 / 0 if @broken else ""}</h1>
      <button id="count" phx-click="go" phx-value-fail="nowhere">count</button>
      <button
        :for={where in ("event", "render", "info", "hook", "linked", "params")}
        id={where}
        phx-click="go"
        phx-value-fail={where}
      >{where}</button>
      <.link id="away" navigate="/away">away</.link>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        fail(params.get("fail", ""), "mount", socket)

        async def before(message: object, socket: Socket) -> Cont:
            if message == "hook":
                raise ValueError("no luck in hook")
            return Cont()

        socket.attach_hook("handle_info", "before", before)

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        fail(params.get("fail", ""), "params", socket)
        if "broken" in params:
            raise ValueError("no luck in params")

    async def handle_event(self, event: Go, socket: Socket) -> None:
        self.count += 1
        match event.fail:
            case "event":
                raise ValueError("no luck in event")
            case "render":
                self.broken = "yes"
            case "linked":
                spawn_link(linked)
            case "params":
                socket.push_patch("/?broken=1")
            case "nowhere":
                pass
            case message:
                send(socket.pid, message)

    async def handle_info(self, message: object, socket: Socket) -> None:
        raise ValueError("no luck in info")

    async def terminate(self, reason: object, socket: Socket) -> None:
        if "terminate" in socket.uri:
            raise ValueError("no luck in terminate")


class AwayLive(LiveView):
    """Where the other one leads."""

    template = heex("<h1>away</h1>")


app = QuartTrio(__name__)
app.secret_key = "a secret key that is for tests of crashes"
live = ActorLive(app, limits=Limits())
live.route("/", CrashLive)
live.route("/away", AwayLive)
