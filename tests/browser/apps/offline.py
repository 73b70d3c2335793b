"""A page whose views list what they have handled, each from nothing."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from secrets import token_hex
from typing import Any

from quart import session
from quart_trio import QuartTrio

from actorlive import ActorLive, Event, LiveComponent, LiveView, Socket, Upload, heex

ledger = logging.getLogger("tests.ledger")
"""What is done, whichever server has done it, stands in its log."""


class Do(Event):
    what: str


class Pay(Event, offline=False): ...


class Write(Event):
    text: str = ""


class Send(Event):
    text: str = ""


class Part(LiveComponent[Do | Pay]):
    done: list[str] = []
    template = heex("""
      <div><b id="part-done">{" ".join(@done)}</b>
        <button id="part" phx-click="do" phx-value-what="part" phx-target={@myself}>Part</button>
        <button id="part-pay" phx-click="pay" phx-target={@myself}>Pay in part</button></div>
    """)

    async def handle_event(self, event: Do | Pay, socket: Socket) -> None:
        self.done = [*self.done, event.what if isinstance(event, Do) else "paid"]


class Child(LiveView[Do]):
    who: str = ""
    done: list[str] = []
    template = heex("""
      <i id="child-who">{@who}</i><b id="child-done">{" ".join(@done)}</b>
      <button id="child" phx-click="do" phx-value-what="child">Child</button>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.who = token_hex(4) if socket.connected else ""

    async def handle_event(self, event: Do, socket: Socket) -> None:
        self.done = [*self.done, event.what]


class OfflineLive(LiveView[Do | Pay | Write | Send]):
    who: str = ""
    done: list[str] = []
    text: str = ""
    template = heex("""
      <div style="height: 12rem">The banner stands here.</div>
      <p id="who">{@who}</p><p id="done">{" ".join(@done)}</p><p id="text">{@text}</p>
      <button id="one" phx-click="do" phx-value-what="one">One</button>
      <button id="two" phx-click="do" phx-value-what="two">Two</button>
      <button
        id="pay"
        phx-click={JS.push("pay", optimistic=JS.add_class("paying"))}
        phx-disable-with="Paying…"
      >Pay</button>
      <form id="form" phx-change="write" phx-submit="send">
        <input name="text" id="input" value={@text}><button id="send">Send it</button>
      </form>
      <i id="probe" phx-hook="Probe"></i>
      <.live_component module={Part} id="part" />
      <.live_render view={Child} id="within" />
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.who = token_hex(4) if socket.connected else ""

    async def handle_event(self, event: Do | Pay | Write | Send, socket: Socket) -> dict[str, str] | None:
        match event:
            case Do(what):
                self.done = [*self.done, what]
                ledger.warning("did %s.", what)
                return {"done": what}
            case Pay():
                self.done = [*self.done, "paid"]
            case Write(text):
                self.text = text
            case Send(text):
                self.done = [*self.done, f"sent:{text}"]
                self.text = ""
        return None


class Look(Event): ...


class Keep(Event): ...


class FileLive(LiveView[Look | Keep]):
    file: Upload = Upload(accept="any")
    kept: list[str] = []
    template = heex("""
        <div style="height: 12rem">The banner stands here.</div>
        <p id="who">{@who}</p><p id="kept">{" ".join(@kept)}</p>
        <form id="form" phx-change="look" phx-submit="keep">
          <.live_file_input upload={@uploads.file} aria-label="File" /><button id="keep">Keep it</button>
        </form>
    """)
    who: str = ""

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.who = token_hex(4) if socket.connected else ""

    async def handle_event(self, event: Look | Keep, socket: Socket) -> None:
        if isinstance(event, Look):
            return
        names = await socket.consume_uploads("file", lambda file, entry: entry.client_name)
        self.kept = [*self.kept, *names, "kept"]


app = QuartTrio(__name__)
live = ActorLive(app, secret_key="a key for tests alone that is long enough", linger=60.0)
live.route("/", OfflineLive)
live.route("/file", FileLive)


@app.before_request
async def everybody() -> None:
    session["live_socket_id"] = "everybody"


@app.get("/forget")
async def forget() -> str:
    """End all lines, as their time does."""
    live.disconnect("everybody")
    return "done"
