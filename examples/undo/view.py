"""Delete with five seconds to think again: a timer, and a reference that tells a stale one."""

from dataclasses import dataclass

from actorlive import Event, LiveView, Ref, Socket, heex, make_ref


@dataclass(frozen=True)
class Item:
    id: int
    title: str


class Delete(Event):
    id: int


class Undo(Event): ...


@dataclass(frozen=True)
class ConfirmDelete:
    """What the timer sends. It counts only while `pending` still is what it was armed for."""

    id: int
    ref: Ref


ITEMS = [
    Item(1, "Water the plants"),
    Item(2, "Write to Ada"),
    Item(3, "Sharpen the pencils"),
    Item(4, "Call home"),
]


class UndoLive(LiveView[Delete | Undo]):
    items: list[Item] = ITEMS
    pending: tuple[int, Ref] | None = None

    template = heex("""
      <h1>Undo</h1>
      <div id="undo" role="status" aria-live="polite">
        {% if @pending %}
          <p class="row">{@flash.get("info")} <button phx-click="undo">Undo</button></p>
        {% endif %}
      </div>
      <ul class="rows">
        <li :for={item in @items} :key={item.id} id={f"item-{item.id}"}>
          <span>{item.title}</span>
          <button phx-click="delete" phx-value-id={item.id}>Delete</button>
        </li>
      </ul>
    """)

    async def handle_event(self, event: Delete | Undo, socket: Socket) -> None:
        match event:
            case Delete(id=id):
                ref = make_ref()
                socket.send_after(ConfirmDelete(id, ref), 5.0)
                self.pending = (id, ref)
                socket.put_flash("info", "Item will be deleted. Undo?")
            case Undo():
                self.pending = None
                socket.clear_flash("info")

    async def handle_info(self, message: object, socket: Socket) -> None:
        match message:
            case ConfirmDelete(id, ref) if self.pending == (id, ref):
                self.items = [item for item in self.items if item.id != id]
                self.pending = None
                socket.clear_flash("info")
            case _:
                pass
