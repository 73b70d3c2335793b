"""Pages that keep what they were told: outside of any form, so that nothing else could bring it back."""

from __future__ import annotations

from quart_trio import QuartTrio

from actorlive import ActorLive, Event, Kept, LiveView, Socket, heex


class Say(Event):
    text: str


class Boom(Event): ...


class Inner(LiveView[Say]):
    said: Kept[str] = ""
    template = heex("""
      <b id="inner-said">{@said}</b>
      <button id="inner-say" phx-click="say" phx-value-text="inside">say inside</button>
    """)

    async def handle_event(self, event: Say, socket: Socket) -> None:
        self.said = event.text


class Speaker(LiveView[Say | Boom]):
    said: Kept[list[str]] = []
    long: Kept[str] = ""
    template = heex("""
      <h1>{@page_title}</h1>
      <p id="said">{" ".join(@said)}</p><p id="length">{len(@long)}</p>
      <button :for={word in ("one", "two", "long")} id={word} phx-click="say" phx-value-text={word}>{word}</button>
      <button id="boom" phx-click="boom">boom</button>
      <.link id="to-a" navigate="/">A</.link> <.link id="to-b" navigate="/b">B</.link>
      <button id="toggle" phx-click="say" phx-value-text="toggle">toggle</button>
      <.live_render :if={@said.count("toggle") % 2 == 0} view={Inner} id="inner" />
    """)

    async def handle_event(self, event: Say | Boom, socket: Socket) -> None:
        match event:
            case Say("long"):
                self.long += "x" * 5000
            case Say(text):
                self.said = [*self.said, text]
            case Boom():
                raise ValueError("boom")


class ALive(Speaker):
    page_title: str | None = "A"


class BLive(Speaker):
    page_title: str | None = "B"


app = QuartTrio(__name__)
# A view ends with its socket here: what is kept has to be lost first.
live = ActorLive(app, linger=0, secret_key="a secret key that is for tests only")
live.route("/", ALive)
live.route("/b", BLive)
