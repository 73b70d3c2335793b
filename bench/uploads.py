"""What an upload costs: one file beside Quart's multipart handler, and the memory that many at once take.

python bench/uploads.py                    # one file of 100 MB each way, then 20 of them at once
python bench/uploads.py --size 10 --many 5

The generator speaks the official client's protocol: chunks of 64,000 bytes, each masked, the next one when the last was
answered. It masks a chunk once and sends it again and again, so that it costs little beside the server. The file is in
the temporary folder afterwards, on both ways. `BOUND` is what the server may grow by; beyond it this fails.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import socket
import sys
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

from servers import cpu_seconds, free_port, resident, serving

CHUNK = 64_000
MB = 1_000_000
BOUND = 64.0
"""MiB that the server may grow by while many files come in at once."""

KEY = b"\x5a\xa5\x3c\xc3"


# -- the server ----------------------------------------------------------------


def serve(port: int) -> None:
    import trio
    from quart import request
    from quart_trio import QuartTrio

    from actorlive import ActorLive, Event, LiveView, Socket, Upload, heex
    from actorlive.web.server import serve_async

    class Validate(Event):
        pass

    class Save(Event):
        pass

    class UploadLive(LiveView[Validate | Save]):
        files: Upload = Upload(accept="any", max_file_size=10_000 * MB)
        bytes: int = 0
        template = heex(
            '<form id="f" phx-change="validate" phx-submit="save"><.live_file_input upload={@uploads.files} /></form>'
            "<p>{@bytes}</p>"
        )

        async def handle_event(self, event: Validate | Save, socket: Socket) -> None:
            if isinstance(event, Save):
                self.bytes += sum(
                    await socket.consume_uploads("files", lambda file, _: file.path.stat().st_size)
                )

    app = QuartTrio(__name__)
    app.config["MAX_CONTENT_LENGTH"] = None
    live = ActorLive(app, secret_key="a key for the benchmark of uploads, which everybody knows")
    live.route("/", UploadLive)

    @app.post("/multipart")
    @live.csrf_exempt
    async def multipart() -> str:
        files = await request.files
        return str(sum(file.stream.seek(0, 2) for file in files.values()))

    trio.run(serve_async, app, "127.0.0.1", port)


@contextlib.contextmanager
def server() -> Generator[tuple[int, int]]:
    port = free_port()
    command = [sys.executable, str(Path(__file__)), "--serve", str(port)]
    with serving(command, port) as pid:
        yield port, pid


# -- the generator -------------------------------------------------------------


class Visitor:
    """A page and its socket, by blocking calls."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._read = self._socket.makefile("rb")
        self._refs = iter(range(1, 10**9))
        self._join()

    def _join(self) -> None:
        with socket.create_connection(("127.0.0.1", self._port)) as page:
            page.sendall(
                f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nConnection: close\r\n\r\n".encode()
            )
            text = page.makefile("rb").read().decode()
        cookie = "; ".join(line.partition(";")[0] for line in re.findall(r"(?i)set-cookie: ([^\r]+)", text))
        token = found(r'name="csrf-token" content="([^"]+)"', text)
        session = found(r'data-phx-session="([^"]+)"', text)
        static = found(r'data-phx-static="([^"]+)"', text)
        self.topic = "lv:" + found(r'id="(phx-[^"]+)"', text)
        origin = f"http://127.0.0.1:{self._port}"
        self._socket.sendall(
            f"GET /live/websocket?vsn=2.0.0&_csrf_token={token} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"Sec-WebSocket-Version: 13\r\nOrigin: {origin}\r\nCookie: {cookie}\r\n\r\n".encode()
        )
        while self._read.readline().strip():
            pass
        params = {"_csrf_token": token, "_mounts": 0}
        payload = {"url": f"{origin}/", "session": session, "static": static, "params": params}
        self.join_ref = "1"
        joined = json.dumps(self.push(self.topic, "phx_join", payload, "1"))
        self.upload = found(r'data-phx-upload-ref=\\"(phx-[\w-]+)', joined)

    def push(self, topic: str, event: str, payload: Any, join_ref: str) -> dict[str, Any]:
        ref = str(next(self._refs))
        self._send(0x81, json.dumps([join_ref, ref, topic, event, payload]).encode())
        return self._answer(ref)

    def _send(self, kind: int, data: bytes) -> None:
        self._socket.sendall(frame(kind, data))

    def _answer(self, ref: str) -> dict[str, Any]:
        while True:
            message = json.loads(self._message())
            if message[1] == ref and message[3] == "phx_reply":
                assert message[4]["status"] == "ok", message
                return message[4]["response"]

    def _message(self) -> bytes:
        size = self._read.read(2)[1] & 127
        if size > 125:
            size = int.from_bytes(self._read.read(2 if size == 126 else 8), "big")
        return self._read.read(size)

    def send_file(self, size: int) -> None:
        """All of one file, and the submit that consumes it."""
        file = {"ref": "0", "name": "a.bin", "size": size, "type": "", "last_modified": 0}
        form = {"type": "form", "event": "validate", "value": "", "uploads": {self.upload: [file]}}
        self.push(self.topic, "event", form, self.join_ref)
        allowed = self.push(
            self.topic, "allow_upload", {"ref": self.upload, "entries": [file]}, self.join_ref
        )
        self.push("lvu:0", "phx_join", {"token": allowed["entries"]["0"]}, "2")
        whole, body = prepared(b"x" * CHUNK)
        told = -1
        for start in range(0, size, CHUNK):
            ref = f"c{start // CHUNK:07}"
            if size - start >= CHUNK:
                self._socket.sendall(whole + mask(chunk_head(ref)) + body)
            else:
                self._send(0x82, chunk_head(ref) + b"x" * (size - start))
            self._answer(ref)
            percent = min(size, start + CHUNK) * 100 // size
            if percent > told:
                told = percent
                payload = {"event": None, "ref": self.upload, "entry_ref": "0", "progress": percent}
                self.push(self.topic, "progress", payload, self.join_ref)
        form = {"type": "form", "event": "save", "value": ""}
        assert str(size) in json.dumps(self.push(self.topic, "event", form, self.join_ref))


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match is not None, text[:500]
    return match.group(1)


def chunk_head(ref: str) -> bytes:
    parts = [b"2", ref.encode(), b"lvu:0", b"chunk"]
    return bytes([0, *map(len, parts)]) + b"".join(parts)


def mask(data: bytes) -> bytes:
    key = (KEY * (len(data) // 4 + 1))[: len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(key, "big")).to_bytes(len(data), "big")


def frame(kind: int, data: bytes) -> bytes:
    return frame_head(kind, len(data)) + mask(data)


def frame_head(kind: int, size: int) -> bytes:
    if size < 126:
        return bytes([kind, 0x80 | size]) + KEY
    if size < 65536:
        return bytes([kind, 0x80 | 126]) + size.to_bytes(2, "big") + KEY
    return bytes([kind, 0x80 | 127]) + size.to_bytes(8, "big") + KEY


def prepared(data: bytes) -> tuple[bytes, bytes]:
    """The head of a whole chunk's frame, and its data as they are masked behind the chunk's own head."""
    offset = len(chunk_head("c0000000"))
    return frame_head(0x82, offset + len(data)), mask(b"\0" * offset + data)[offset:]


def post_multipart(port: int, size: int) -> None:
    """The same file as a browser's form sends it."""
    head = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.bin"\r\n'
    head += b"Content-Type: application/octet-stream\r\n\r\n"
    tail = b"\r\n--b--\r\n"
    with socket.create_connection(("127.0.0.1", port)) as sending:
        sending.sendall(
            f"POST /multipart HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n"
            f"Content-Length: {len(head) + size + len(tail)}\r\n\r\n".encode()
            + head
        )
        block = b"x" * CHUNK
        for start in range(0, size, CHUNK):
            sending.sendall(block[: size - start])
        sending.sendall(tail)
        answer = sending.makefile("rb").read()
    assert answer.endswith(str(size).encode()), answer[-200:]


# -- measuring -----------------------------------------------------------------


def one_file(port: int, pid: int, size: int) -> None:
    for name, send in (
        ("uploaded over the socket", lambda: Visitor(port).send_file(size)),
        ("posted to Quart's multipart handler", lambda: post_multipart(port, size)),
    ):
        send()
        cpu, wall = cpu_seconds(pid), time.perf_counter()
        send()
        cpu, wall = cpu_seconds(pid) - cpu, time.perf_counter() - wall
        rate = size / MB / wall
        print(
            f"| one file of {size // MB} MB, {name} | {rate:.0f} MB/s, {cpu:.2f} s of processor time |",
            flush=True,
        )


def many_files(port: int, pid: int, count: int, size: int) -> float:
    """MiB that the server has grown by at most."""
    visitors = [Visitor(port) for _ in range(count)]
    before = most = resident(pid)
    threads = [threading.Thread(target=visitor.send_file, args=(size,)) for visitor in visitors]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.05)
        most = max(most, resident(pid))
    grown = (most - before) / 1024
    print(f"| {count} files of {size // MB} MB at once: the server grows by | {grown:.1f} MiB |", flush=True)
    return grown


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=100, help="MB of each file")
    parser.add_argument("--many", type=int, default=20, help="files at once")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
        return
    print("| | |\n|---|--:|")
    with server() as (port, pid):
        one_file(port, pid, options.size * MB)
    with server() as (port, pid):
        grown = many_files(port, pid, options.many, options.size * MB)
    if grown > BOUND:
        sys.exit(f"the server grows by more than {BOUND:g} MiB")


if __name__ == "__main__":
    main()
