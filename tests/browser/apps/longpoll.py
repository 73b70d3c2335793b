"""A site behind something that lets no websocket through: a counter, a form, a stream, an upload, and a crash."""

from __future__ import annotations

import os
from dataclasses import dataclass

from quart_trio import QuartTrio

from actorlive import (
    ActorLive,
    Event,
    LiveView,
    Socket,
    Stream,
    Upload,
    UploadedFile,
    UploadEntry,
    heex,
)


class Inc(Event): ...


class Boom(Event): ...


class CounterLive(LiveView[Inc | Boom]):
    count: int = 0
    template = heex("""
      <h1>Counter</h1>
      <p id="count">{@count}</p>
      <button phx-click="inc">More</button>
      <button phx-click="boom">Crash</button>
      <.link navigate="/items">Items</.link>
    """)

    async def handle_event(self, event: Inc | Boom, socket: Socket) -> None:
        match event:
            case Inc():
                self.count += 1
            case Boom():
                raise ValueError("boom")


@dataclass(frozen=True)
class Item:
    id: int
    name: str


class Add(Event):
    name: str = ""


class Typed(Event):
    name: str = ""


class ItemsLive(LiveView[Add | Typed]):
    items: Stream[Item]
    name: str = ""
    count: int = 0
    template = heex("""
      <h1>Items</h1>
      <form id="add" phx-change="typed" phx-submit="add">
        <label>Name <input name="name" value={@name} autocomplete="off" /></label>
        <output id="typed">{@name}</output>
        <button>Add</button>
      </form>
      <ul id="items" phx-update="stream">
        <li :for={dom_id, item in @streams.items} id={dom_id}>{item.name}</li>
      </ul>
      <.link navigate="/upload">Upload</.link>
    """)

    async def handle_event(self, event: Add | Typed, socket: Socket) -> None:
        self.name = event.name
        if isinstance(event, Add):
            self.count += 1
            socket.stream_insert("items", Item(self.count, event.name))
            self.name = ""


class Validate(Event): ...


class Save(Event): ...


async def keep(file: UploadedFile, entry: UploadEntry) -> str:
    data = await file.read_bytes()
    return f"{entry.client_name}={len(data)}:{data[:3].hex()}"


class UploadLive(LiveView[Validate | Save]):
    saved: str = ""
    files: Upload = Upload(accept="any", max_entries=3)
    template = heex("""
      <h1>Upload</h1>
      <form id="upload" phx-change="validate" phx-submit="save">
        <label for={@uploads.files.ref}>Files</label>
        <.live_file_input upload={@uploads.files} />
        <span :for={entry in @uploads.files.entries} class="entry">{entry.client_name}</span>
        <button>Save</button>
      </form>
      <p id="saved">{@saved}</p>
    """)

    async def handle_event(self, event: Validate | Save, socket: Socket) -> None:
        if isinstance(event, Save):
            self.saved = ", ".join(await socket.consume_uploads("files", keep))


app = QuartTrio(__name__)
live = ActorLive(app, secret_key=os.environ.get("SECRET_KEY"), longpoll=True, debug=False)
live.route("/", CounterLive)
live.route("/items", ItemsLive)
live.route("/upload", UploadLive)


@app.before_websocket
async def let_none_through() -> tuple[str, int]:
    """What a proxy does that knows no websockets."""
    return "what is an upgrade?", 400
