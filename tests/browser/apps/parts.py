"""Parts where it is hard: open in the first paint, removed while they are open, below a view that crashes, and each of
them rendered anew ten times a second: the client leaves alone what did not change, so all of them show a count."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from quart_trio import QuartTrio

from actorlive import ActorLive, Event, LiveView, Socket, heex, ui, use_in_templates

ROWS = [{"id": 1}, {"id": 2}]

use_in_templates(ui, ROWS)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'"
)


class Close(Event): ...


class Crash(Event): ...


class Fewer(Event): ...


class Tick:
    """A tenth of a second has gone by."""


class HardLive(LiveView[Close | Crash | Fewer]):
    """`?open` opens the modal with the page; each tab but the last can be taken away."""

    life: str
    count: int = 0
    open: bool = False
    tabs: tuple[str, ...] = ("One", "Two", "Three")

    template = heex("""
      <h1>Hard cases</h1>
      <p id="count">{@count}</p>
      <p id="life">{@life}</p>
      <div role="group" aria-label="What to do">
        <.link patch="?open=1">Open</.link>
        <ui.button phx-click={ui.show("side")}>Aside</ui.button>
        <ui.button phx-click="crash">Crash</ui.button>
        <ui.button phx-click="fewer">Fewer</ui.button>
        <ui.dropdown id="menu" label="Menu" title={f"{@count} times"}>
          <:item on_click="fewer">Fewer tabs</:item>
          <:item on_click="close">Close <span class="sr-only">after {@count}</span></:item>
        </ui.dropdown>
      </div>
      <ui.modal :if={@open} id="passing" title="Passing" open on_cancel="close">
        <p>It leaves the page when it is closed. {@count}</p>
        <ui.button phx-click="crash">Crash inside</ui.button>
      </ui.modal>
      <ui.drawer id="side" title="Aside" side="left" class="narrow">
        <p>{@count}</p>
        <ui.button phx-click="crash">Crash aside</ui.button>
      </ui.drawer>
      <ui.tabs id="tabs" label="Numbers">
        <:tab :for={name in @tabs} label={name} name={name}>Panel {name}, {@count}</:tab>
      </ui.tabs>
      <ui.table id="bare" rows={ROWS} selected={[1]} on_select="fewer"><:col label="Number">{@count}</:col></ui.table>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.life = secrets.token_hex(8)
        if socket.connected:
            socket.send_after(Tick(), 0.1)

    async def handle_info(self, message: object, socket: Socket) -> None:
        self.count += 1
        socket.send_after(Tick(), 0.1)

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        self.open = "open" in params

    async def handle_event(self, event: Close | Crash | Fewer, socket: Socket) -> None:
        match event:
            case Close():
                socket.push_patch("/")
            case Crash():
                raise RuntimeError("asked for")
            case Fewer():
                self.tabs = self.tabs[:1] if len(self.tabs) == 2 else self.tabs[:2]


app = QuartTrio(__name__)
live = ActorLive(app, secret_key="for tests of the parts, and of nothing else", csp=POLICY)
live.route("/", HardLive)
