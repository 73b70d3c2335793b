"""A list that loads on the side and lives in the page: the view keeps no row of it."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import trio

from actorlive import Error, LiveView, Socket, Stream, heex
from examples.lorem import LOREM


@dataclass(frozen=True)
class Word:
    id: int
    word: str


class AsyncStreamLive(LiveView):
    page_title = "A slow list"
    async_output: Stream[Word]

    template = heex("""
      <h1>stream_async</h1>
      <p class="lead">Ten rows that are loaded behind the first paint, and that the server does not keep.</p>
      <.async_result assign={@async_output}>
        <:loading><p>Loading output...</p></:loading>
        <:failed><p>there was an error loading the output</p></:failed>
        <ul id="words" phx-update="stream">
          <li :for={dom_id, item in @streams.async_output} id={dom_id}>
            ID: {dom_id} - {item.id} - {item.word}
          </li>
        </ul>
      </.async_result>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.stream_async("async_output", take_words, "fail" in params)


async def take_words(fail: bool) -> list[Word] | Error:
    await trio.sleep(1)
    if fail:
        return Error("out of words")
    return [Word(n, word) for n, word in enumerate(random.sample(LOREM, 10))]
