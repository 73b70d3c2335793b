"""A kanban board that two people move at once: columns and cards are live components, the board is everybody's.

A card keeps what it is doing, such as a title half typed, wherever it is moved to: it is the same component there. What
changes the board goes through the view, which remembers how to take it back.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta

from actorlive import Event, LiveComponent, LiveView, Rejected, Socket, heex
from examples.desk.board import TITLES, TOPIC, Board, Card, Changed, Column, ColumnId, Place, board

Title = Annotated[str, Meta(max_length=100)]
Side = Literal["left", "up", "down", "right"]
ARROWS: dict[Side, str] = {"left": "←", "up": "↑", "down": "↓", "right": "→"}


class Edit(Event): ...


class Cancel(Event): ...


class Retype(Event):
    title: Title = ""


class Save(Event):
    title: Title


class Step(Event):
    """A card goes one place on, by a button."""

    id: int
    side: Side


class Drop(Event):
    """A card was dragged; `seen` is its version in the page."""

    id: int
    seen: int
    column: ColumnId
    before: int | None = None


class Remove(Event):
    id: int


class Undo(Event): ...


class CardItem(LiveComponent[Edit | Cancel | Retype | Save]):
    """One card, whose title can be edited in place."""

    card: Card
    edges: frozenset[Side]
    typed: str | None = None

    template = heex("""
      <li
        id={f"card-{@card.id}"}
        class="task"
        draggable={"false" if @typed is not None else "true"}
        data-id={@card.id}
        data-seen={@card.version}
      >
        {% if @typed is not None %}
          <form id={f"title-{@card.id}"} phx-submit="save" phx-change="retype" phx-target={@myself}>
            <input
              name="title"
              value={@typed}
              aria-label="Title"
              maxlength="100"
              required
              phx-mounted={JS.focus()}
              phx-keydown="cancel"
              phx-key="Escape"
              phx-target={@myself}
            />
            <div>
              <button>Save</button>
              <button type="button" phx-click="cancel" phx-target={@myself}>Cancel</button>
            </div>
          </form>
        {% else %}
          <p>{@card.title}</p>
          <div role="group" aria-label={@card.title}>
            <button
              :for={side, sign in ARROWS.items()}
              class="icon"
              phx-click="step"
              phx-value-id={@card.id}
              phx-value-side={side}
              aria-label={f"Move {side}"}
              disabled={side in @edges}
            >{sign}</button>
            <button class="icon" phx-click="edit" phx-target={@myself} aria-label="Edit">✎</button>
            <button class="icon" phx-click="remove" phx-value-id={@card.id} aria-label="Remove">×</button>
          </div>
        {% endif %}
      </li>
    """)

    async def handle_event(self, event: Edit | Cancel | Retype | Save, socket: Socket) -> None:
        match event:
            case Edit():
                self.typed = self.card.title
            case Cancel():
                self.typed = None
            case Retype(title=title):
                self.typed = title
            case Save(title=title):
                if title.strip() and title.strip() != self.card.title:
                    board.rename(self.card.id, title.strip(), seen=self.card.version)
                self.typed = None


class Draft(Event):
    title: Title = ""


class Add(Event):
    title: Title


class ColumnPanel(LiveComponent[Draft | Add]):
    """One column, with a field for a new card."""

    column: Column
    draft: str = ""

    template = heex("""
      <section class="col" aria-labelledby={f"head-{@column.id}"} data-column={@column.id}>
        <h2 id={f"head-{@column.id}"}>{@column.title} <span class="soft num">{len(@column.cards)}</span></h2>
        <ul>
          <.live_component
            :for={n, card in enumerate(@column.cards)}
            :key={card.id}
            module={CardItem}
            id={card.id}
            card={card}
            edges={edges(@column, n)}
          />
        </ul>
        <form id={f"add-{@column.id}"} phx-change="draft" phx-submit="add" phx-target={@myself}>
          <input
            name="title"
            value={@draft}
            aria-label={f"Add to {@column.title}"}
            placeholder="Add a card"
            maxlength="100"
            autocomplete="off"
          />
        </form>
      </section>
    """)

    async def handle_event(self, event: Draft | Add, socket: Socket) -> None:
        match event:
            case Draft(title=title):
                self.draft = title
            case Add(title=title):
                self.draft = ""
                if title.strip():
                    board.add(self.column.id, title.strip())


DeskEvent = Step | Drop | Remove | Undo


class DeskLive(LiveView[DeskEvent]):
    page_title = "Kanban"
    columns: list[Column] = []
    undoing: str = ""

    template = heex("""
      <.flash_group flash={@flash} />
      <div class="board-title">
        <h1>Studio</h1>
        <p><button phx-click="undo" disabled={not @undoing}>Undo{f" “{@undoing}”" if @undoing else ""}</button></p>
      </div>
      <div id="board" class="cols-k" phx-hook=".Board" role="region" aria-label="Board" tabindex="0">
        <.live_component
          :for={column in @columns}
          :key={column.id}
          module={ColumnPanel}
          id={column.id}
          column={column}
        />
      </div>
      <script :type={ColocatedHook} name=".Board">
        export default {
          mounted() {
            this.el.addEventListener("dragstart", (event) => this.lift(event))
            this.el.addEventListener("dragover", (event) => this.over(event))
            this.el.addEventListener("drop", (event) => this.drop(event))
            this.el.addEventListener("dragend", () => this.rest())
            this.handleEvent("moved", ({ id, side }) => this.focus(id, side))
          },
          lift(event) {
            this.held = event.target.closest(".task")
            event.dataTransfer.effectAllowed = "move"
            event.dataTransfer.setData("text/plain", this.held.id)
          },
          over(event) {
            if (this.held && event.target.closest(".col")) event.preventDefault()
          },
          async drop(event) {
            const column = event.target.closest(".col")
            const { held } = this
            if (!held || !column) return
            event.preventDefault()
            const next = this.below(column, event.clientY)
            this.js().addClass(held, "pending")
            const { id, seen } = held.dataset
            const before = next ? Number(next.dataset.id) : null
            try {
              const move = { id: Number(id), seen: Number(seen), column: column.dataset.column, before }
              await this.pushEvent("drop", move)
            } finally {
              this.js().removeClass(held, "pending")
            }
          },
          rest() {
            this.held = null
          },
          below(column, y) {
            const middle = (card) => card.getBoundingClientRect().top + card.offsetHeight / 2
            return [...column.querySelectorAll(".task")].find((card) => card !== this.held && y < middle(card))
          },
          focus(id, side) {
            const buttons = [...document.querySelectorAll(`#card-${id} button:enabled`)]
            const wanted = buttons.find((button) => button.getAttribute("phx-value-side") === side)
            ;(wanted ?? buttons[0])?.focus()
          },
        }
      </script>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.subscribe(TOPIC)
        board.restock()
        self.columns = board.columns()

    async def handle_event(self, event: DeskEvent, socket: Socket) -> None:
        match event:
            case Step(id=id, side=side):
                card, place = board.find(id)
                self.move(card, beside(board, id, side), place, socket)
                socket.push_event("moved", {"id": id, "side": side})
            case Drop(id=id, seen=seen, column=column, before=before):
                card, place = board.find(id)
                self.move(card, Place(column, before), place, socket, seen=seen)
            case Remove(id=id):
                card, place = board.find(id)
                board.remove(id, seen=card.version)
                self.remember(card, lambda: board.put_back(card, place), socket)
                socket.announce(f"{card.title} removed")
            case Undo():
                self.undo(socket)
        self.columns = board.columns()  # in this reply, so that the focus finds the card where it went

    def move(self, card: Card, to: Place, back: Place, socket: Socket, *, seen: int | None = None) -> None:
        moved = board.move(card.id, to, seen=card.version if seen is None else seen)
        self.remember(card, lambda: board.move(card.id, back, seen=moved.version), socket)
        socket.announce(f"{card.title} moved to {TITLES[to.column]}")

    def remember(self, card: Card, back: Callable[[], object], socket: Socket) -> None:
        """What takes back the last change of this page. Only the last: what came before it may stand on it."""
        socket.private["undo"] = back
        self.undoing = card.title

    def undo(self, socket: Socket) -> None:
        back = socket.private.pop("undo", None)
        title, self.undoing = self.undoing, ""
        if back is not None:
            back()
            socket.announce(f"{title} is back")

    async def handle_info(self, message: object, socket: Socket) -> None:
        if isinstance(message, Changed):
            self.columns = board.columns()


def edges(column: Column, position: int) -> frozenset[Side]:
    """The sides to which a card can go no further."""
    first, *_, last = TITLES
    at: dict[Side, bool] = {
        "left": column.id == first,
        "up": position == 0,
        "down": position == len(column.cards) - 1,
        "right": column.id == last,
    }
    return frozenset(side for side, is_edge in at.items() if is_edge)


def beside(board: Board, id: int, side: Side) -> Place:
    """The place next to a card's own. Raises `Rejected` at the edge."""
    order = list(TITLES)
    columns = board.columns()
    _, place = board.find(id)
    column = order.index(place.column)
    ids = [card.id for card in columns[column].cards]
    position = ids.index(id)
    match side:
        case "left" | "right":
            to = column + (1 if side == "right" else -1)
            if not 0 <= to < len(order):
                raise Rejected("There is no column on that side.")
            there = columns[to].cards
            return Place(order[to], there[position].id if position < len(there) else None)
        case "up":
            return Place(place.column, ids[max(position - 1, 0)])
        case "down":
            return Place(place.column, ids[position + 2] if position + 2 < len(ids) else None)
