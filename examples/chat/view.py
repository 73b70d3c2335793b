"""A chat room: every tab is a process that listens to one topic."""

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta

from actorlive import Event, LiveView, Socket, Stream, heex
from examples.chat import room
from examples.chat.room import KEPT, Message

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
    messages: Stream[Message]
    name: str = ""
    text: str = ""

    template = heex("""
      <h1>Chat</h1>
      <ol id="messages" class="messages" phx-update="stream" aria-label="Messages" aria-live="polite">
        <li :for={dom_id, message in @streams.messages} id={dom_id}>
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
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.subscribe(room.TOPIC)
        socket.stream("messages", room.history(), limit=-KEPT)

    async def handle_event(self, event: Draft | Say, socket: Socket) -> None:
        match event:
            case Draft(name=name, text=text):
                self.name, self.text = name, text
            case Say(name=name, text=text):
                self.name, self.text = name, ""
                if name.strip() and text.strip():
                    room.say(name.strip(), text.strip())

    async def handle_info(self, message: object, socket: Socket) -> None:
        match message:
            case Message():
                socket.stream_insert("messages", message, limit=-KEPT)
            case _:
                pass
