"""Runtime hooks under a Content-Security-Policy with a nonce."""

from __future__ import annotations

from actorlive import LiveView, RawEvent, Socket, csp_nonce, heex  # noqa: F401  # pyright: ignore[reportUnusedImport] - the template calls it


class NonceLive(LiveView):
    """One runtime hook in the page from the start, two that come later: with the nonce, and without."""

    shown: bool = False

    template = heex("""
      <p id="first" phx-hook=".First">x</p>
      <script :type={ColocatedHook} name=".First" runtime nonce={csp_nonce()}>
        export default { mounted() { this.el.textContent = "first" } }
      </script>
      <button id="show" phx-click="show">Show</button>
      <div :if={@shown}>
        <p id="later" phx-hook=".Later">x</p>
        <script :type={ColocatedHook} name=".Later" runtime nonce={csp_nonce()}>
          { mounted() { this.el.textContent = "later" } }
        </script>
        <p id="blocked" phx-hook=".Blocked">x</p>
        <script :type={ColocatedHook} name=".Blocked" runtime>
          { mounted() { this.el.textContent = "blocked" } }
        </script>
      </div>
      <.link id="again" navigate="/nonce?again">Again</.link>
    """)

    async def handle_event(self, event: RawEvent, socket: Socket) -> None:
        self.shown = True
