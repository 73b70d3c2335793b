"""A room: who is in it, who writes, and where everybody points; on one server or on several.

Who is here is a presence, which is kept and compared on all servers. Where somebody points is broadcast and forgotten:
it changes ten times per second, and nobody who comes later needs it.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from msgspec import Meta
from quart import Quart, Request, session

from actorlive import ActorLive, Event, LiveView, PresenceDiff, Socket, heex, pubsub, ui, use_in_templates
from examples.room.people import TOPIC, Moved, Person, Rested, Visitor, hue_of, people, room

use_in_templates(ui)

Line = Annotated[str, Meta(max_length=80)]
Percent = Annotated[float, Meta(ge=0, le=100)]


class Rename(Event):
    name: Annotated[str, Meta(max_length=30)] = ""


class Write(Event):
    """Somebody types; an empty line is nothing."""

    line: Line = ""


class Say(Event):
    line: Line


class Point(Event):
    """Where the pointer is, from the left and from the top of the floor."""

    x: Percent
    y: Percent


class Rest(Event):
    """It has left the floor."""


RoomEvent = Rename | Write | Say | Point | Rest


class RoomLive(LiveView[RoomEvent]):
    page_title = "Room"
    me: str
    name: str = ""
    line: str = ""
    says: str = ""
    people: Sequence[Person] = ()

    template = heex("""
      <div class="room">
        <section class="floor" id="floor" phx-hook=".Floor" aria-label="The floor" data-me={@me}>
          <div id="cursors" phx-update="ignore" aria-hidden="true"></div>
          <p class="hint">Move the pointer: the others see it</p>
        </section>
        <section class="here" aria-labelledby="who">
          <h1 id="who">{f"{len(@people)} are here" if len(@people) != 1 else "You are alone here"}</h1>
          <ul aria-label="People">
            <li :for={person in @people} :key={person.id} class={person.id == @me and "me"}>
              <span aria-hidden="true"><ui.avatar name={person.visitor.name} size="small" /></span>
              <span>
                {person.visitor.name}{" (you)" if person.id == @me else ""}
                <q :if={person.visitor.says}>{person.visitor.says}</q>
              </span>
              <small :if={person.visitor.writes}>writes…</small>
              <small :if={person.windows > 1}>{person.windows} windows</small>
            </li>
          </ul>
          <form id="rename" phx-change="rename" phx-submit="rename">
            <ui.field
              name="name"
              label="Your name"
              value={@name}
              maxlength="30"
              phx-debounce="300"
              autocomplete="off"
            />
          </form>
          <form id="write" phx-change="write" phx-submit="say">
            <ui.field
              name="line"
              label="A word to all"
              value={@line}
              maxlength="80"
              autocomplete="off"
            />
            <ui.button type="submit">Say</ui.button>
          </form>
        </section>
      </div>

      <script :type={ColocatedHook} name=".Floor">
        const EVERY = 100 // milliseconds between two words of one pointer

        export default {
          mounted() {
            this.cursors = document.getElementById("cursors")
            this.said = 0
            this.el.addEventListener("pointermove", (event) => this.point(event))
            this.el.addEventListener("pointerleave", () => this.rest())
            this.handleEvent("moved", (cursor) => this.show(cursor))
            this.handleEvent("rested", ({ id }) => this.cursor(id)?.remove())
          },
          point({ clientX, clientY }) {
            const { left, top, width, height } = this.el.getBoundingClientRect()
            const percent = (at, from, size) => Math.min(100, Math.max(0, Math.round((1000 * (at - from)) / size) / 10))
            this.next = { x: percent(clientX, left, width), y: percent(clientY, top, height) }
            this.timer ??= setTimeout(() => this.tell(), Math.max(0, this.said + EVERY - Date.now()))
          },
          tell() {
            this.timer = undefined
            this.said = Date.now()
            this.pushEvent("point", this.next).catch(() => {})
          },
          rest() {
            clearTimeout(this.timer)
            this.timer = undefined
            this.pushEvent("rest", {}).catch(() => {})
          },
          cursor(id) {
            return [...this.cursors.children].find((one) => one.dataset.id === id)
          },
          show({ id, name, hue, x, y }) {
            const cursor = this.cursor(id) ?? this.cursors.appendChild(document.createElement("span"))
            cursor.dataset.id = id
            cursor.className = `cursor h${hue}`
            cursor.textContent = name
            cursor.style.setProperty("--x", `${x}%`)
            cursor.style.setProperty("--y", `${y}%`)
          },
          destroyed() {
            clearTimeout(this.timer)
          },
        }
      </script>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.me = session["roomer"]
        socket.subscribe(TOPIC)
        known = next((person.visitor for person in people() if person.id == self.me), None)
        self.name = known.name if known else f"Visitor {hue_of(self.me)}"
        self.says = known.says if known else ""
        socket.track(room, TOPIC, self.me, self.visitor)
        self.people = people()

    @property
    def visitor(self) -> Visitor:
        """What the others know of who sits here."""
        return Visitor(self.name or "Somebody", bool(self.line), self.says)

    async def handle_event(self, event: RoomEvent, socket: Socket) -> None:
        match event:
            case Rename(name):
                self.name = name.strip()
            case Write(line):
                self.line = line
            case Say(line):
                self.line, self.says = "", line.strip()
            case Point(x, y):
                moved = Moved(self.me, self.visitor.name, hue_of(self.me), x, y)
                pubsub.broadcast_from(socket.pid, TOPIC, moved)
                return
            case Rest():
                pubsub.broadcast_from(socket.pid, TOPIC, Rested(self.me))
                return
        socket.update_presence(room, TOPIC, self.me, self.visitor)

    async def handle_info(self, message: object, socket: Socket) -> None:
        match message:
            case PresenceDiff():
                self.people = people()
                here = {person.id for person in self.people}
                for id in message.leaves.keys() - here:
                    socket.push_event("rested", {"id": id})
            case Moved(id, name, hue, x, y):
                socket.push_event("moved", {"id": id, "name": name, "hue": hue, "x": x, "y": y})
            case Rested(id):
                socket.push_event("rested", {"id": id})
            case _:
                pass


def roomer(request: Request) -> Mapping[str, Any]:
    """Who it is that is here: a random name from the cookie, the same in all windows."""
    return {"roomer": session.setdefault("roomer", secrets.token_hex(8))}


def add_room(app: Quart, live: ActorLive) -> None:
    """The room, for visitors who are told apart."""
    live.session("room", session=roomer).route("/room", RoomLive)
