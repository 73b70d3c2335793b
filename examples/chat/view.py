"""A chat room: every tab is a process that listens to one topic."""

import secrets
from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta
from quart import Quart, Request, session

from actorlive import ActorLive, Event, LiveView, Socket, Stream, heex
from examples.chat import room
from examples.chat.room import KEPT, Said

Name = Annotated[str, Meta(max_length=30)]
Text = Annotated[str, Meta(max_length=500)]


class Draft(Event):
    """The form as it is typed: it survives a reconnect, and `Say` can empty it."""

    name: Name = ""
    text: Text = ""


class Say(Event):
    name: Name
    text: Text


class ChatLive(LiveView[Draft | Say]):
    messages: Stream[Said]
    me: str
    name: str = ""
    text: str = ""

    template = heex("""
      <h1>Chat</h1>
      <ol
        id="messages"
        class="messages"
        phx-update="stream"
        phx-hook=".Follow"
        tabindex="0"
        aria-label="Messages"
        aria-live="polite"
      >
        <li
          :for={dom_id, message in @streams.messages}
          id={dom_id}
          class={message.author == @me and "mine"}
        >
          <b>{message.name}</b> {message.text}
        </li>
      </ol>
      <form id="say" class="row" phx-change="draft" phx-submit="say">
        <label>Name <input name="name" value={@name} maxlength="30" required /></label>
        <label class="grow">
          Message <input name="text" value={@text} maxlength="500" required autocomplete="off" />
        </label>
        <button phx-disable-with="Sending…">Send</button>
      </form>

      <script :type={ColocatedHook} name=".Follow">
        // Who reads the end goes on reading the end; who has scrolled up is left there.
        export default {
          mounted() {
            this.follow()
          },
          beforeUpdate() {
            const { scrollHeight, scrollTop, clientHeight } = this.el
            this.atEnd = scrollHeight - scrollTop - clientHeight < 40
          },
          updated() {
            if (this.atEnd) this.follow()
          },
          follow() {
            this.el.scrollTop = this.el.scrollHeight
          },
        }
      </script>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.subscribe(room.TOPIC)
        self.me = session["chatter"]
        self.name = room.name_of(self.me)
        socket.stream("messages", room.history(), limit=-KEPT)

    async def handle_event(self, event: Draft | Say, socket: Socket) -> None:
        match event:
            case Draft(name=name, text=text):
                self.name, self.text = name, text
            case Say(name=name, text=text):
                self.name, self.text = name, ""
                if name.strip() and text.strip():
                    room.say(name.strip(), text.strip(), self.me)

    async def handle_info(self, message: object, socket: Socket) -> None:
        match message:
            case Said():
                socket.stream_insert("messages", message, limit=-KEPT)
            case _:
                pass


def chatter(request: Request) -> Mapping[str, Any]:
    """Who it is that says something: a random name from the cookie. It is never shown."""
    return {"chatter": session.setdefault("chatter", secrets.token_urlsafe(16))}


def add_chat(app: Quart, live: ActorLive) -> None:
    """The room, for visitors who are told apart."""
    live.session("chat", session=chatter).route("/chat", ChatLive)
