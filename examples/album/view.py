"""An album: drop photos, see them at once, add them; captions and order are everybody's."""

import os
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

import trio
from msgspec import Meta
from quart import Quart, Response, abort

from actorlive import (
    ActorLive,
    Event,
    LiveView,
    Message,
    Rejected,
    Socket,
    Upload,
    UploadedFile,
    UploadEntry,
    heex,
    pubsub,
)
from examples.album.shelf import TYPES, Photo, Shelf

CHANGES = "album"
"""The topic of changes to the album."""

SHELF = Shelf(Path(os.environ.get("ALBUM", Path(tempfile.gettempdir()) / "actorlive-album")))

T = TypeVar("T")


class AlbumChanged(Message, name="album.changed"):
    """Sent to `CHANGES`: look again."""


class Choose(Event):
    """Photos were selected, or dropped."""


class Save(Event):
    """What was selected goes into the album."""


class Drop(Event):
    """One of them does not."""

    ref: str


class Caption(Event):
    id: int
    text: Annotated[str, Meta(max_length=80)] = ""


class Move(Event):
    id: int
    step: Annotated[int, Meta(ge=-1, le=1)]


class Remove(Event):
    id: int


async def off_the_loop(fn: Callable[..., T], *args: object) -> T:
    """Do what blocks in a thread."""
    return await trio.to_thread.run_sync(partial(fn, *args))


class AlbumLive(LiveView[Choose | Save | Drop | Caption | Move | Remove]):
    page_title = "Album"
    photos: list[Photo] = []
    chosen: Upload = Upload(
        accept=[".jpg", ".jpeg", ".png", ".gif", ".webp"], max_entries=5, max_file_size=5_000_000
    )

    template = heex("""
      <h1>Album</h1>
      <form id="choose" phx-change="choose" phx-submit="save">
        <section
          id="new-photos"
          class="drop"
          phx-hook=".Paste"
          phx-drop-target={@uploads.chosen.ref}
          aria-label="New photos"
        >
          <label for={@uploads.chosen.ref}>Choose up to five photos, or drop or paste them here</label>
          <.live_file_input upload={@uploads.chosen} />
          <p :for={error in upload_errors(@uploads.chosen)} role="alert">{error.message}</p>
          <ul class="photos" aria-label="Chosen">
            <li :for={entry in @uploads.chosen.entries} :key={entry.ref}>
              <.live_img_preview entry={entry} alt={entry.client_name} />
              <span>{entry.client_name}</span>
              <progress
                value={entry.progress}
                max="100"
                aria-label={f"Progress of {entry.client_name}"}
              >
                {entry.progress} %
              </progress>
              <p :for={error in upload_errors(@uploads.chosen, entry)} role="alert">{error.message}</p>
              <button
                type="button"
                phx-click="drop"
                phx-value-ref={entry.ref}
                aria-label={f"Don't add {entry.client_name}"}
              >
                Cancel
              </button>
            </li>
          </ul>
        </section>
        <button phx-disable-with="Adding…" disabled={not @uploads.chosen.entries}>Add to the album</button>
      </form>
      <script :type={ColocatedHook} name=".Paste">
        // A picture on the clipboard is chosen like one on the disk.
        export default {
          mounted() {
            this.paste = ({ clipboardData }) => {
              const files = [...clipboardData.files];
              if (files.length) this.upload("chosen", files);
            };
            window.addEventListener("paste", this.paste);
          },
          destroyed() {
            window.removeEventListener("paste", this.paste);
          },
        };
      </script>
      <ol class="photos" aria-label="Album">
        <li :for={photo in @photos} :key={photo.id} id={f"photo-{photo.id}"}>
          <img src={f"/album/photos/{photo.file}"} alt={photo.text} loading="lazy" />
          <form id={f"caption-{photo.id}"} phx-submit="caption">
            <input type="hidden" name="id" value={photo.id} />
            <input
              name="text"
              value={photo.caption}
              maxlength="80"
              placeholder="Caption"
              aria-label={f"Caption of {photo.text}"}
            />
            <button>Save</button>
          </form>
          <div class="row" role="group" aria-label={f"Place of {photo.text}"}>
            <button phx-click="move" phx-value-id={photo.id} phx-value-step="-1">Earlier</button>
            <button phx-click="move" phx-value-id={photo.id} phx-value-step="1">Later</button>
            <button phx-click="remove" phx-value-id={photo.id} class="danger">Remove</button>
          </div>
        </li>
      </ol>
      <p :if={not @photos}>There is nothing in it yet.</p>
      <.flash_group flash={@flash} />
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.subscribe(CHANGES)
        self.photos = await off_the_loop(SHELF.photos)

    async def handle_event(
        self, event: Choose | Save | Drop | Caption | Move | Remove, socket: Socket
    ) -> None:
        match event:
            case Choose():
                return
            case Drop(ref=ref):
                if self.uploads.chosen.entry(ref) is not None:
                    socket.cancel_upload("chosen", ref)
                return
            case Save():
                await self._save(socket)
            case Caption(id=id, text=text):
                await off_the_loop(SHELF.caption, id, text.strip())
            case Move(id=id, step=step):
                await off_the_loop(SHELF.move, id, step)
            case Remove(id=id):
                await off_the_loop(SHELF.remove, id)
        pubsub.broadcast(CHANGES, AlbumChanged())

    async def handle_info(self, message: object, socket: Socket) -> None:
        self.photos = await off_the_loop(SHELF.photos)

    async def _save(self, socket: Socket) -> None:
        stored = await socket.consume_uploads("chosen", keep)
        added = sum(name is not None for name in stored)
        if added:
            socket.announce(f"{added} added")
            pubsub.broadcast(CHANGES, AlbumChanged())
        if added < len(stored):
            raise Rejected(f"{len(stored) - added} of the files are not pictures, whatever their names say")


def keep(file: UploadedFile, entry: UploadEntry) -> str | None:
    """Runs in a thread: a large file holds up nobody."""
    return SHELF.add(file.path, entry.client_name)


def add_album(app: Quart, live: ActorLive) -> None:
    """The page, and its pictures."""
    live.route("/album", AlbumLive)

    @app.get("/album/photos/<int:id>.<kind>")
    async def photo(id: int, kind: str) -> Response:
        if kind not in TYPES:
            abort(404)
        content = await off_the_loop(SHELF.read, f"{id}.{kind}")
        if content is None:
            abort(404)
        return Response(content, content_type=TYPES[kind])
