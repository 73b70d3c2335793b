"""A page with one mount: it tells its lives, and a task of its mount writes words from the first paint on."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import trio
from quart import Response, request
from quart_trio import QuartTrio

from actorlive import ActorLive, Event, LiveView, Pid, Socket, Stream, heex, send


@dataclass(frozen=True)
class Word:
    id: int


class Say(Event):
    text: str = ""


mounts = itertools.count(1)


class WordsLive(LiveView[Say]):
    adopt = 60.0  # a busy machine is slow to join
    number: int = 0
    process: int = 0
    count: int = 0
    said: str = ""
    words: Stream[Word]
    template = heex("""
      <h1>mount {@number}</h1><i id="process">{@process}</i>
      <p id="count">{@count}</p><p id="said">{@said}</p>
      <button id="say" phx-click="say" phx-value-text="hello">say</button>
      <.link id="away" navigate="/away">away</.link>
      <ol id="words" phx-update="stream"><li :for={dom_id, word in @streams.words} id={dom_id}>{word.id}</li></ol>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.number, self.process = next(mounts), os.getpid()
        socket.start_async("words", write, socket.pid)

    async def handle_info(self, message: Word, socket: Socket) -> None:
        self.count += 1
        socket.stream_insert("words", message)

    async def handle_event(self, event: Say, socket: Socket) -> None:
        self.said = event.text


async def write(view: Pid) -> None:
    for number in range(1, 1000):
        send(view, Word(number))
        await trio.sleep(0.02)


class AwayLive(LiveView):
    template = heex("""<h1>away</h1><.link id="back" navigate="/">back</.link>""")


app = QuartTrio(__name__)
live = ActorLive(app, secret_key="a secret key that is for tests only")
live.route("/", WordsLive)
live.route("/away", AwayLive)


copies: dict[str, bytes] = {}


@app.before_request
async def give_a_copy() -> Response | None:
    """A page that has been cached on its way: a second tab gets the very same one."""
    known = copies.get(request.full_path)
    return None if known is None else Response(known, content_type="text/html")


@app.after_request
async def keep_a_copy(response: Response) -> Response:
    if "cached" in request.args:
        copies.setdefault(request.full_path, await response.get_data(as_text=False))
    return response
