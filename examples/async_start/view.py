"""Words that stream in from a task, one message each, until the visitor cancels it."""

import random
from dataclasses import dataclass

import trio

from actorlive import AsyncResult, Event, Exit, LiveView, Pid, Shutdown, Socket, heex, send
from examples.lorem import LOREM


class Go(Event): ...


class Cancel(Event): ...


class Reset(Event): ...


@dataclass(frozen=True)
class Word:
    """What the task sends to the view."""

    text: str


class AsyncStartLive(LiveView[Go | Cancel | Reset]):
    page_title = "Word stream"
    lorem: str = ""
    stream_state: AsyncResult[None] = AsyncResult.idle()

    template = heex("""
      <h1>start_async</h1>
      <p class="lead">A task sends one word after the other, each as a message, until it is told to stop.</p>
      <p class="row">
        {% if @stream_state.loading %}
          <button phx-click="cancel" class="danger">Cancel</button>
        {% else %}
          <button phx-click="go">Go!</button>
          <button phx-click="reset">Reset</button>
        {% endif %}
      </p>
      <p id="lorem">{@lorem}</p>
    """)

    async def handle_event(self, event: Go | Cancel | Reset, socket: Socket) -> None:
        match event:
            case Go() if not self.stream_state.loading:
                self.stream_state = AsyncResult.pending()
                socket.start_async("words", stream_words, socket.pid)
            case Cancel():
                socket.cancel_async("words")
            case Reset():
                self.lorem = ""
            case _:
                pass

    async def handle_async(self, name: object, result: object, socket: Socket) -> None:
        match name, result:
            case "words", Exit(reason=Shutdown("cancel")):
                self.stream_state = AsyncResult.of(None)
            case _:
                raise RuntimeError(f"the word stream ended by itself: {result!r}")

    async def handle_info(self, message: object, socket: Socket) -> None:
        match message:
            case Word(text):
                self.lorem = f"{self.lorem} {text}".lstrip()
            case _:
                pass


async def stream_words(view: Pid) -> None:
    while True:
        await trio.sleep(0.15)
        send(view, Word(random.choice(LOREM)))
