"""What is attacked: a small application with a bit of everything, and what it holds at a moment.

`main` serves it as a process of its own, for `soak`.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import trio
from itsdangerous import TimestampSigner
from quart import Response, request
from quart_trio import QuartTrio

from actorlive import Event, LiveView, Socket, Upload, UploadedFile, UploadEntry, heex
from actorlive.web import ActorLive
from actorlive.web.server import serve_async
from actorlive.web.tokens import SessionToken, Tokens, UploadToken
from tests.support.uploads import left_behind
from tests.web.views import KEY

__all__ = ["Vitals", "expired", "expired_upload", "main", "make_site", "serving", "vitals"]

Vitals = dict[str, int]
"""Descriptors, tasks, processes of views, websockets, and files of uploads."""

TOKENS = Tokens(KEY)
WEEK = 7 * 24 * 60 * 60
MUCH = b"x" * 5_000_000


class Inc(Event):
    pass


class Save(Event):
    number: int = 0
    ids: set[int] = set()
    names: dict[str, str] = {}


class Counter(LiveView[Inc | Save]):
    count: int = 0
    template = heex("<p>{@count}</p>")

    async def handle_event(self, event: Inc | Save, socket: Socket) -> None:
        self.count += 1

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        """It may be patched."""


class Slow(Counter):
    """Whose database is far away."""

    async def handle_event(self, event: Inc | Save, socket: Socket) -> None:
        await trio.sleep(0.01)
        self.count += 1


class Talkative(Counter):
    """Sends a megabyte for each event."""

    async def handle_event(self, event: Inc | Save, socket: Socket) -> None:
        socket.push_event("much", {"text": "x" * 1_000_000})


class Choose(Event):
    pass


class Keep(Event):
    pass


def size_of(file: UploadedFile, entry: UploadEntry) -> int:
    return file.size


class Album(LiveView[Choose | Keep]):
    """Takes two small pictures."""

    photos: Upload = Upload(accept=[".png"], max_entries=2, max_file_size=1_000, chunk_timeout=10)
    kept: int = 0
    template = heex("""
      <form id="f" phx-change="choose" phx-submit="keep"><.live_file_input upload={@uploads.photos} /></form>
      <p :for={entry in @uploads.photos.entries}>{entry.client_name}</p>
      <b>{@kept}</b>
    """)

    async def handle_event(self, event: Choose | Keep, socket: Socket) -> None:
        done, in_progress = socket.uploaded_entries("photos")
        if isinstance(event, Keep) and not in_progress:
            self.kept += sum([await socket.consume_upload(entry, size_of) for entry in done])


def make_site() -> tuple[QuartTrio, ActorLive]:
    """The application: `/counter`, `/slow`, `/talkative`, `/album`, `/admin` in a live session of its own, `/much`,
    `/echo`."""
    app = QuartTrio("hostile")
    live = ActorLive(app, secret_key=KEY, debug=False)
    live.route("/counter", Counter)
    live.route("/slow", Slow)
    live.route("/talkative", Talkative)
    live.route("/album", Album)
    live.session("admin").route("/admin", Counter)

    @app.get("/much")
    async def much() -> Response:
        return Response(MUCH)

    @app.post("/echo")
    @live.csrf_exempt
    async def echo() -> str:
        return str(len(await request.get_data()))

    @app.post("/form")
    @live.csrf_exempt
    async def form() -> str:
        return str(len(await cast("Any", request).form))

    @app.post("/guarded")
    async def guarded() -> str:
        return "no token was needed"

    @app.get("/vitals")
    async def show_vitals() -> str:
        return json.dumps({**vitals(live), "kib": memory()})

    return app, live


def vitals(live: ActorLive) -> Vitals:
    """What the server holds now."""
    return {
        "descriptors": sum(1 for _ in Path("/proc/self/fd").iterdir()),
        "tasks": trio.lowlevel.current_statistics().tasks_living,
        "views": live.current_node.statistics().processes,
        "sockets": len(live.sockets),
        "files": len(left_behind()),
    }


def memory() -> int:
    """Resident KiB, without what the collector would free."""
    gc.collect()
    (line,) = (
        line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS:")
    )
    return int(line.split()[1])


def expired(dom_id: str) -> str:
    """A session token that was good three weeks ago."""
    return _in_the_past(
        lambda: TOKENS.session.sign(SessionToken(dom_id, f"{__name__}:Counter", "default", "somebody"))
    )


def expired_upload() -> str:
    """A token for a file that was good three weeks ago."""
    return _in_the_past(lambda: TOKENS.upload.sign(UploadToken("0", None, "phx-0", "0")))


def _in_the_past(sign: Callable[[], str]) -> str:
    def three_weeks_ago(_: object) -> int:
        return int(time.time()) - 3 * WEEK

    with patch.object(TimestampSigner, "get_timestamp", three_weeks_ago):
        return sign()


@asynccontextmanager
async def serving(app: QuartTrio, way: str) -> AsyncGenerator[str]:
    """The URL of a server that takes that way for websockets, and goes down in order behind the block."""
    shutdown = trio.Event()
    async with trio.open_nursery() as nursery:
        server = partial(serve_async, app, "127.0.0.1", 0, direct=way == "direct", shutdown=shutdown)
        (url,) = await nursery.start(server)
        yield url
        shutdown.set()


def main() -> None:
    """Serve until killed, on the way that the command line names."""
    trio.run(_serve, sys.argv[1])


async def _serve(way: str) -> None:
    async with serving(make_site()[0], way) as url:
        print(url, flush=True)  # noqa: T201
        await trio.sleep_forever()
