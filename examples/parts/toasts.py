"""Messages in a corner: the flash, which goes by itself, and toasts that the view keeps."""

from actorlive import Event, LiveView, Socket, heex, ui, use_in_templates

use_in_templates(ui)


class Save(Event): ...


class Fail(Event): ...


class Offer(Event): ...


class Dismiss(Event):
    n: int


class ToastsLive(LiveView[Save | Fail | Offer | Dismiss]):
    page_title = "Toasts"
    offers: tuple[int, ...] = ()
    made: int = 0

    template = heex("""
      <h1>Toasts</h1>
      <div role="group" aria-label="Say something">
        <ui.button kind="primary" phx-click="save" pending="Saving…">Save</ui.button>
        <ui.button phx-click="fail">Fail</ui.button>
        <ui.button phx-click="offer">Offer a tour</ui.button>
      </div>
      <p>Point at a message, or put the focus in it: it stays as long as you do.</p>
      <ui.toast_group flash={@flash}>
        <ui.toast
          :for={n in @offers}
          :key={n}
          id={f"offer-{n}"}
          kind="warning"
          timeout={8.0}
          on_close={JS.push("dismiss", value={"n": n})}
        >Tour {n} begins at the harbour.</ui.toast>
      </ui.toast_group>
    """)

    async def handle_event(self, event: Save | Fail | Offer | Dismiss, socket: Socket) -> None:
        match event:
            case Save():
                socket.put_flash("info", "The recipe is saved.")
            case Fail():
                socket.put_flash("error", "The printer is out of paper.")
            case Offer():
                self.made += 1
                self.offers = (*self.offers, self.made)
            case Dismiss(n):
                self.offers = tuple(offer for offer in self.offers if offer != n)
