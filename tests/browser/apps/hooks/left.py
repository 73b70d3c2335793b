"""A view whose template brings a hook that writes down its life, a stylesheet and a script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actorlive import ColocatedHook, ColocatedJS, LiveView, RawEvent, Socket, Template, component, heex

__all__ = ["ColocatedHook", "ColocatedJS", "LeftLive"]


@component
def sortable(*, count: int) -> Template:
    """Uses the hook of the view below."""
    return heex("""
      <ol id="sort" phx-hook=".Sort" data-count={@count}><li>{@count}</li></ol>
      <style :type={ColocatedCSS}>
        #sort { border-left: 7px solid rgb(1, 2, 3) }
      </style>
    """)


@component
def framed() -> Template:
    """Scoped styles, inside of another template with scoped styles for the same element."""
    return heex("""
      <section>
        <b>inside</b>
        <style :type={ColocatedCSS} scoped>b { border-top: 2px solid rgb(1, 2, 3) }</style>
      </section>
    """)


class LeftLive(LiveView):
    """Answers what the hook asks, and tells it things."""

    count: int = 0
    shown: bool = True

    template = heex("""
      <h1>Left</h1>
      <div class="frame"><b>within</b><.framed /></div>
      <.sortable :if={@shown} count={@count} />
      <p id="named" phx-hook={".Name" if @shown else None}>unnamed</p>
      <button id="count" phx-click="count">Count</button>
      <button id="toggle" phx-click="toggle">Toggle</button>
      <.link id="go" navigate="/right">Right</.link>
      <script :type={ColocatedHook} name=".Sort">
        const lives = (window.lives ??= [])
        export default {
          mounted() {
            lives.push("mounted")
            this.handleEvent("total", ({ total }) => lives.push(`total ${total}`))
            this.el.addEventListener("click", () => this.ask())
          },
          async ask() {
            const { doubled } = await this.pushEvent("double", { number: 21 })
            lives.push(`doubled ${doubled}`)
          },
          beforeUpdate() { lives.push("beforeUpdate") },
          updated() { lives.push(`updated ${this.el.dataset.count}`) },
          destroyed() { lives.push("destroyed") },
          disconnected() { lives.push("disconnected") },
          reconnected() { lives.push("reconnected") },
        }
      </script>
      <script :type={ColocatedHook} name=".Name">
        export default { mounted() { this.el.textContent = this.el.getAttribute("phx-hook") } }
      </script>
      <style :type={ColocatedCSS} scoped>:scope.frame b { border-left: 3px solid rgb(1, 2, 3) }</style>
      <script :type={ColocatedJS}>
        export default (liveSocket) => { window.early = { connected: liveSocket.isConnected() } }
      </script>
    """)

    async def handle_event(self, event: RawEvent, socket: Socket) -> Mapping[str, Any] | None:
        match event:
            case RawEvent("double", {"number": int(number)}):
                return {"doubled": number * 2}
            case RawEvent("count"):
                self.count += 1
                socket.push_event("total", {"total": self.count})
            case _:
                self.shown = not self.shown
        return None
