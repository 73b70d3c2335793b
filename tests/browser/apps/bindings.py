"""Pages with every binding of the client; each lists the events that reached its view.

`GET /tick` counts all open pages up by one: a diff that no page has asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from quart_trio import QuartTrio

from actorlive import JS, ActorLive, LiveView, RawEvent, Socket, Stream, heex, pubsub
from actorlive.js.commands import JSCommands

TICK = "tick"


class Logged(LiveView):
    """Keeps what it received, in order, for `#log`."""

    log: list[str] = []
    ticks: int = 0

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.subscribe(TICK)

    async def handle_event(self, event: RawEvent, socket: Socket) -> None:
        self.log = [*self.log, json.dumps([event.name, event.params])]

    async def handle_info(self, message: object, socket: Socket) -> None:
        self.ticks += 1


class FeedbackLive(Logged):
    """What an element shows while its event is on its way."""

    template = heex("""
      <output id="ticks">{@ticks}</output>
      <ol id="log"><li :for={line in @log}>{line}</li></ol>

      <button id="plain" phx-click="plain" phx-value-n="7">Plain</button>
      <button id="words" phx-click="words" phx-disable-with="Working…"><b>Work</b></button>
      <button id="quiet" phx-click="quiet" phx-disable-with="">Quiet</button>
      <button id="elsewhere" phx-click={JS.push("elsewhere", loading="#region")}>Elsewhere</button>
      <div id="region">{@ticks}</div>
      <button id="page-loading" phx-click={JS.push("page", page_loading=True)}>Page</button>
      <button id="locked" phx-click="locked" class={f"tick-{@ticks}"}><span>{@ticks}</span> {len(@log)}</button>
      <button id="hooked" phx-hook="Ask">Hook</button>

      <input id="key" phx-keydown="down" phx-keyup="up" phx-key="k" aria-label="Key">
      <input id="focus" phx-focus="focus" aria-label="Focus">
      <input id="blur" phx-blur="blur" aria-label="Blur">

      <form id="form" phx-change="change" phx-submit="submit">
        <input id="text" name="text" aria-label="Text">
        <button id="save" name="via" value="save" phx-disable-with="Saving…">Save</button>
        <button id="preview" name="via" value="preview" phx-disable-with="Previewing…">Preview</button>
        <span id="note" phx-disable-with="Never">Note</span>
      </form>
    """)


class KeysLive(Logged):
    """Bindings of keys, focus, the window, and clicks elsewhere."""

    template = heex("""
      <ol id="log"><li :for={line in @log}>{line}</li></ol>
      <p id="outside">Outside</p>
      <div id="popup" phx-click-away="away"><button id="inside" phx-click="inside">Inside</button></div>
      <input id="any" phx-keydown="any" phx-value-row="3" aria-label="Any key">
      <input id="enter" phx-keydown="enter" phx-keyup="released" phx-key="Enter" aria-label="Enter">
      <input id="field" phx-focus="focus" phx-blur="blur" phx-value-f="field" aria-label="Field">
      <i phx-window-keydown="escape" phx-key="Escape"></i>
      <i phx-window-keyup="f2" phx-key="F2"></i>
      <i phx-window-focus="awake"></i>
      <i phx-window-blur="asleep"></i>
      <button id="fence" phx-click="fence">Fence</button>
    """)


class RateLive(Logged):
    """Debounced and throttled bindings."""

    template = heex("""
      <ol id="log"><li :for={line in @log}>{line}</li></ol>
      <form id="form" phx-change="change" phx-submit="submit">
        <input name="soon" phx-debounce="120" aria-label="soon">
        <input name="late" phx-debounce="600000" aria-label="late">
        <input name="blur" phx-debounce="blur" aria-label="blur">
        <input name="throttled" phx-throttle="600000" aria-label="throttled">
        <button id="submit">Send</button>
      </form>
      <button id="click" phx-click="click" phx-throttle="600000">Throttled</button>
      <input id="keys" phx-keydown="key" phx-throttle="600000" aria-label="Keys">
      <button id="fence" phx-click="fence">Fence</button>
    """)


LEAVE = JS.hide(transition=("fading", "opaque", "clear"), time=0.15)


class LifeLive(Logged):
    """Elements that come and go, belong to the browser, or scroll."""

    shown: bool = False
    rows: Stream[int]
    mounted: JSCommands = JS.add_class("arrived").set_attribute("data-seen", "yes")
    leave: JSCommands = LEAVE

    template = heex("""
      <ol id="log"><li :for={line in @log}>{line}</li></ol>
      <p id="first" phx-mounted={@mounted}>{@ticks}</p>
      <p :if={@shown} id="second" phx-mounted={@mounted.push("mounted")} phx-remove={@leave}>{@ticks}</p>
      <button id="toggle" phx-click="toggle">Toggle</button>
      <details id="kept" phx-mounted={JS.ignore_attributes("open")} data-n={@ticks}>
        <summary>Kept</summary><span>{@ticks}</span>
      </details>
      <details id="reset" data-n={@ticks}><summary>Reset</summary></details>
      <ul
        id="rows"
        phx-update="stream"
        phx-viewport-top="above"
        phx-viewport-bottom="below"
        style="height: 200px; overflow-y: scroll"
      >
        <li :for={dom_id, row in @streams.rows} id={dom_id} style="height: 50px">{row}</li>
      </ul>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        await super().mount(params, session, socket)
        socket.stream_configure("rows", dom_id=lambda row: f"row-{row}")
        socket.stream("rows", range(20, 40))

    async def handle_event(self, event: RawEvent, socket: Socket) -> None:
        await super().handle_event(event, socket)
        match event:
            case RawEvent("toggle"):
                self.shown = not self.shown
            case RawEvent("below", {"id": "row-39"}):
                socket.stream("rows", range(40, 60))
            case RawEvent("above", {"_overran": True}):
                socket.stream("rows", range(19, -1, -1), at=0)
            case _:
                pass


async def tick() -> str:
    pubsub.broadcast(TICK, TICK)
    return "ticked"


async def icon() -> tuple[str, int]:
    return "", 204


app = QuartTrio(__name__)
live = ActorLive(app, secret_key="a secret key that is for tests only")
live.route("/feedback", FeedbackLive)
live.route("/keys", KeysLive)
live.route("/rate", RateLive)
live.route("/life", LifeLive)
app.add_url_rule("/tick", "tick", tick)
app.add_url_rule("/favicon.ico", "icon", icon)
