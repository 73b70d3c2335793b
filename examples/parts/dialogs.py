"""A modal that the view opens, one that asks before something is lost, and a drawer that is the page's own."""

from actorlive import Event, LiveView, Socket, heex, ui, use_in_templates

use_in_templates(ui)


class Edit(Event): ...


class Retype(Event):
    name: str = ""


class Save(Event):
    name: str


class Cancel(Event): ...


class Remove(Event): ...


class DialogsLive(LiveView[Edit | Retype | Save | Cancel | Remove]):
    page_title = "Dialogs"
    seconds: int
    name: str = "Rye bread"
    typed: str | None = None
    removed: bool = False

    template = heex("""
      <h1>Dialogs</h1>
      <p id="recipe">{% if @removed %}<s>{@name}</s>{% else %}{@name}{% endif %}</p>
      <div role="group" aria-label="Recipe">
        <ui.button phx-click="edit">Rename</ui.button>
        <ui.button kind="danger" phx-click={ui.show("sure")}>Remove</ui.button>
        <ui.button phx-click={ui.show("about")}>About</ui.button>
      </div>

      <ui.modal id="rename" title="Rename the recipe" open={@typed is not None} on_cancel="cancel">
        <form id="rename-form" phx-change="retype" phx-submit="save">
          <ui.field name="name" label="Name" value={@typed} required maxlength="60" />
          <p>Open for a while: the page was rendered {@seconds} times.</p>
          <ui.button type="submit" pending="Saving…">Save</ui.button>
        </form>
      </ui.modal>

      <ui.modal id="sure" title="Remove the recipe?">
        <p>It is gone for everyone who bakes by it.</p>
        <:footer>
          <ui.button phx-click={ui.hide("sure")}>Keep it</ui.button>
          <ui.button kind="danger" phx-click={ui.hide("sure").push("remove")}>Remove it</ui.button>
        </:footer>
      </ui.modal>

      <ui.drawer id="about" title="About the recipe">
        <p>The page opens and closes this drawer by itself, whatever the network does.</p>
        <p>
          <ui.dropdown id="share" label="Share">
            <:item href="mailto:?subject=Rye%20bread">By mail</:item>
            <:item href="/docs/ui">On paper</:item>
          </ui.dropdown>
        </p>
        <details><summary>Ingredients</summary><p>Rye, water, salt, and time.</p></details>
      </ui.drawer>
    """)

    async def handle_event(self, event: Edit | Retype | Save | Cancel | Remove, socket: Socket) -> None:
        match event:
            case Edit():
                self.typed = self.name
            case Retype(name):
                self.typed = name
            case Save(name):
                self.name, self.typed, self.removed = name, None, False
            case Cancel():
                self.typed = None
            case Remove():
                self.removed = True
