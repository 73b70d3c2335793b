"""A browser that uploads, frame by frame: for tests that look at the wire itself."""

from __future__ import annotations

import itertools
import json
import re
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.support.client import Client

__all__ = ["Uploader", "left_behind", "selected"]


_numbers = itertools.count()


def selected(ref: str = "0", name: str = "a.png", size: int = 5, **more: Any) -> dict[str, Any]:
    """A file as the client announces it."""
    return {"ref": ref, "name": name, "size": size, "type": "image/png", "last_modified": 7, **more}


def left_behind() -> list[Path]:
    """The temporary files of uploads."""
    return sorted(Path(tempfile.gettempdir()).glob("actorlive-upload-*"))


def nothing_is_left(patience: float = 10.0) -> None:
    """The server, which is another process, removes them when its views have ended; wait for that."""
    until = time.monotonic() + patience
    while left_behind():
        assert time.monotonic() < until, left_behind()
        time.sleep(0.05)


class Uploader:
    """Sends files to the upload whose ref stands in a join's response, or is given."""

    def __init__(self, client: Client, ref: str | None = None, cid: int | None = None) -> None:
        self.client = client
        self.cid = cid
        found = re.search(r'data-phx-upload-ref=\\"(phx-[\w-]+)', json.dumps(client.joined))
        self.ref = ref or (found.group(1) if found else "")

    def _next(self) -> str:
        return f"u{next(_numbers)}"

    async def select(self, *files: dict[str, Any], event: str = "validate") -> dict[str, Any]:
        """The visitor selects files; the answer to the form's event."""
        payload = {"type": "form", "event": event, "value": "", "cid": self.cid}
        return await self._pushed("event", {**payload, "uploads": {self.ref: list(files)}})

    async def preflight(self, *files: dict[str, Any]) -> dict[str, Any]:
        """Ask whether they may be sent."""
        return await self._pushed("allow_upload", {"ref": self.ref, "entries": list(files), "cid": self.cid})

    async def progress(self, entry: str, progress: Any) -> dict[str, Any]:
        """Tell how far a file is."""
        payload = {"event": None, "ref": self.ref, "entry_ref": entry, "progress": progress, "cid": self.cid}
        return await self._pushed("progress", payload)

    async def submit(self, event: str = "save") -> dict[str, Any]:
        """Submit the form."""
        payload = {"type": "form", "event": event, "value": "", "cid": self.cid}
        return await self._pushed("event", payload)

    async def _pushed(self, event: str, payload: dict[str, Any]) -> dict[str, Any]:
        return (await self.client.reply(self.client.push(event, payload)))["response"]

    async def join(self, entry: str, token: str) -> tuple[str, dict[str, Any]]:
        """Join the topic of an entry: status and response."""
        ref = self.begin_join(entry, token)
        reply = await self.client.reply(ref)
        return reply["status"], reply["response"]

    def begin_join(self, entry: str, token: object) -> str:
        """The same, without waiting for the answer to the ref that is returned."""
        ref = self._next()
        self.client.connection.receive(
            json.dumps([f"j{entry}", ref, f"lvu:{entry}", "phx_join", {"token": token}])
        )
        return ref

    def send_chunk(self, entry: str, data: bytes, event: str = "chunk") -> str:
        """Send bytes; the ref of the frame. Does not wait."""
        ref = self._next()
        head = [part.encode() for part in (f"j{entry}", ref, f"lvu:{entry}", event)]
        self.client.connection.receive(bytes([0, *map(len, head)]) + b"".join(head) + data)
        return ref

    async def chunk(self, entry: str, data: bytes) -> tuple[str, dict[str, Any]]:
        """Send bytes, and wait for the answer."""
        reply = await self.client.reply(self.send_chunk(entry, data))
        return reply["status"], reply["response"]

    def leave(self, entry: str) -> str:
        """The client leaves the entry's topic."""
        ref = self._next()
        self.client.connection.receive(json.dumps([f"j{entry}", ref, f"lvu:{entry}", "phx_leave", {}]))
        return ref

    async def allowed(self, *files: dict[str, Any]) -> dict[str, str]:
        """Select and preflight; the tokens by ref."""
        await self.select(*files)
        return (await self.preflight(*files))["entries"]

    async def upload(self, file: dict[str, Any], data: bytes) -> None:
        """Send all of a file, as the client does."""
        entry = file["ref"]
        [token] = (await self.allowed(file)).values()
        assert await self.join(entry, token) == ("ok", {})
        if data:
            assert await self.chunk(entry, data) == ("ok", {})
        await self.progress(entry, 100)

    def closed(self) -> list[tuple[str, str]]:
        """Topic and event of every frame that ended an upload's topic."""
        return [
            (frame[2], frame[3])
            for frame in self.client.frames
            if frame[2].startswith("lvu:") and frame[3] in ("phx_close", "phx_error")
        ]
