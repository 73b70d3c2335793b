"""Uploads of every kind: slow, by themselves, of folders, several inputs, a component, past the server to a bucket."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import trio
from quart import Response, request
from quart_trio import QuartTrio

from actorlive import (
    ActorLive,
    Event,
    External,
    LiveComponent,
    LiveView,
    Socket,
    Upload,
    UploadedFile,
    UploadEntry,
    UploadWriter,
    heex,
)

KEY = b"the key of the bucket"
bucket: dict[str, bytes] = {}
calls: list[str] = []
"""What the slow writers were asked for."""


class Validate(Event): ...


class Save(Event): ...


class Drop(Event):
    ref: str


class Slow(UploadWriter):
    """A slow disk: so many seconds for each chunk."""

    def __init__(self) -> None:
        self._size = 0

    async def write(self, chunk: bytes) -> None:
        await trio.sleep(0.1)
        self._size += len(chunk)

    async def close(self, reason: Any) -> None:
        calls.append(str(reason))

    @property
    def meta(self) -> int:
        return self._size


class SlowLive(LiveView[Validate | Save | Drop]):
    """Sends at once what is selected; its submit waits for that."""

    saved: list[str] = []
    ended: list[str] = []

    def slowly(self, entry: UploadEntry, socket: Socket) -> UploadWriter:
        return Slow()

    files: Upload = Upload(accept="any", max_entries=3, auto_upload=True, writer=slowly)
    template = heex("""
      <form id="f" phx-change="validate" phx-submit="save">
        <.live_file_input upload={@uploads.files} aria-label="Files" /><button>Save</button>
      </form>
      <p :for={entry in @uploads.files.entries} :key={entry.ref} class="entry">
        {entry.client_name} {entry.progress}
        <button phx-click="drop" phx-value-ref={entry.ref}>Cancel</button>
      </p>
      <b id="saved">{", ".join(@saved)}</b><i id="ended">{", ".join(@ended)}</i>
    """)

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        if socket.connected:
            socket.send_interval("look", 0.1)

    async def handle_info(self, message: object, socket: Socket) -> None:
        self.ended = list(calls)

    async def handle_event(self, event: Validate | Save | Drop, socket: Socket) -> None:
        match event:
            case Save():
                self.saved = await socket.consume_uploads(
                    "files", lambda size, entry: f"{entry.client_name}={size}"
                )
            case Drop(ref=ref):
                socket.cancel_upload("files", ref)
            case _:
                pass


def text(file: UploadedFile, entry: UploadEntry) -> str:
    return f"{entry.client_relative_path or entry.client_name}={file.path.read_text()}"


class Avatar(LiveComponent[Validate | Save]):
    picture: Upload = Upload(accept="any")
    saved: str = ""
    template = heex("""
      <form id={f"avatar-{@id}"} phx-target={@myself} phx-change="validate" phx-submit="save">
        <.live_file_input upload={@uploads.picture} aria-label="Picture" /><button>Save</button><b>{@saved}</b>
      </form>
    """)

    async def handle_event(self, event: Validate | Save, socket: Socket) -> None:
        if isinstance(event, Save):
            [self.saved] = await socket.consume_uploads("picture", text)


class ManyLive(LiveView[Validate | Save]):
    """A folder, another input in the same form, and a component with one of its own."""

    saved: list[str] = []
    folder: Upload = Upload(accept="any", max_entries=9)
    cover: Upload = Upload(accept=["text/plain"])
    template = heex("""
      <form id="f" phx-change="validate" phx-submit="save">
        <.live_file_input upload={@uploads.folder} webkitdirectory aria-label="Folder" />
        <.live_file_input upload={@uploads.cover} required aria-label="Cover" />
        <button>Save both</button>
      </form>
      <p id="count">{len(@uploads.folder.entries)} {len(@uploads.cover.entries)}</p>
      <b id="saved">{", ".join(sorted(@saved))}</b>
      <.live_component module={Avatar} id="a" />
    """)

    async def handle_event(self, event: Validate | Save, socket: Socket) -> None:
        if isinstance(event, Save):
            self.saved = await socket.consume_uploads("folder", text)
            self.saved = [*self.saved, *await socket.consume_uploads("cover", text)]


class HookedLive(LiveView[Validate | Save]):
    """Files that a hook brings: for the view, and for a component."""

    saved: list[str] = []
    files: Upload = Upload(accept="any", max_entries=3)
    template = heex("""
      <form id="f" phx-change="validate" phx-submit="save">
        <.live_file_input upload={@uploads.files} aria-label="Files" /><button>Save all</button>
      </form>
      <p :for={entry in @uploads.files.entries} :key={entry.ref} class="entry">{entry.client_name}</p>
      <b id="saved">{", ".join(@saved)}</b>
      <div id="clipboard" phx-hook="Clipboard"></div>
      <.live_component module={Avatar} id="a" />
    """)

    async def handle_event(self, event: Validate | Save, socket: Socket) -> None:
        if isinstance(event, Save):
            self.saved = await socket.consume_uploads("files", text)


class OutsideLive(LiveView[Validate | Save | Drop]):
    """Presigned forms, as S3 has them."""

    saved: list[str] = []

    def presign(self, entry: UploadEntry, socket: Socket) -> External:
        return External("S3", url="/bucket", fields={"key": entry.uuid, "signature": signature(entry.uuid)})

    files: Upload = Upload(accept="any", max_entries=2, external=presign)
    template = heex("""
      <form id="f" phx-change="validate" phx-submit="save">
        <.live_file_input upload={@uploads.files} aria-label="Files" /><button>Save</button>
      </form>
      <p :for={entry in @uploads.files.entries} :key={entry.ref} class="entry">
        {entry.client_name} {entry.progress}
        <i :for={error in upload_errors(@uploads.files, entry)}>{error.message}</i>
        <button phx-click="drop" phx-value-ref={entry.ref}>Cancel</button>
      </p>
      <b id="saved">{", ".join(@saved)}</b>
    """)

    async def handle_event(self, event: Validate | Save | Drop, socket: Socket) -> None:
        match event:
            case Save():
                self.saved = await socket.consume_uploads("files", stored)
            case Drop(ref=ref):
                socket.cancel_upload("files", ref)
            case _:
                pass


async def stored(meta: dict[str, Any], entry: UploadEntry) -> str:
    return f"{entry.client_name}={bucket[meta['fields']['key']].decode()}"


def signature(key: str) -> str:
    return hmac.new(KEY, key.encode(), hashlib.sha256).hexdigest()


app = QuartTrio(__name__)
live = ActorLive(app, secret_key="a key for tests that is long enough for anybody")
live.route("/slow", SlowLive)
live.route("/many", ManyLive)
live.route("/hooked", HookedLive)
live.route("/outside", OutsideLive)


@app.post("/bucket")
@live.csrf_exempt
async def receive() -> Response:
    """The store: takes what was signed for, and is full for some."""
    sent: Any = request
    form, files = await sent.form, await sent.files
    key, signed = str(form["key"]), str(form["signature"])
    if not hmac.compare_digest(signed, signature(key)):
        return Response("", 403)
    content: bytes = files["file"].read()
    if content == b"refuse":
        return Response("", 507)
    bucket[key] = content
    return Response("", 204)
