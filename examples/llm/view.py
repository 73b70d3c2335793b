"""A streaming answer: each token is a message, shown when it comes; a new question supersedes the old one."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from actorlive import Event, Exit, LiveView, Ok, Pid, Ref, Shutdown, Socket, Stream, heex, make_ref, send
from examples.llm import model

Question = Annotated[str, Meta(max_length=200)]


class Draft(Event):
    question: Question = ""


class Ask(Event):
    question: Question


class Stop(Event): ...


@dataclass(frozen=True)
class Token:
    """One word of the answer to the question that `ref` stands for."""

    ref: Ref
    id: int
    text: str


class LlmLive(LiveView[Draft | Ask | Stop]):
    page_title = "A streaming answer"
    draft: str = ""
    question: str = ""
    answering: Ref | None = None
    note: str = ""
    tokens: Stream[Token]

    template = heex("""
      <h1>Ask the keeper</h1>
      <form id="ask" class="row" phx-change="draft" phx-submit="ask">
        <label class="grow">
          Question <input name="question" value={@draft} maxlength="200" required autocomplete="off" />
        </label>
        <button>Ask</button>
        <button :if={@answering} type="button" class="danger" phx-click="stop">Stop</button>
      </form>
      {% if @question %}
        <h2 id="question">{@question}</h2>
      {% else %}
        <p>The keeper of the light has read one book. Ask about the lamp, the sea, the letters or the cat.</p>
      {% endif %}
      <p id="answer" phx-update="stream" aria-busy={"true" if @answering else "false"}>
        <span :for={dom_id, token in @streams.tokens} id={dom_id}>{token.text} </span>
      </p>
      <p id="note" role="status">{@note}</p>
    """)

    async def handle_event(self, event: Draft | Ask | Stop, socket: Socket) -> None:
        match event:
            case Draft(question):
                self.draft = question
            case Ask(question) if question.strip():
                self.draft, self.question, self.note = "", question.strip(), ""
                self.answering = make_ref()
                socket.stream("tokens", [], reset=True)
                socket.start_async("answer", tell, socket.pid, self.answering, self.question, supersede=True)
            case Stop():
                socket.cancel_async("answer")
            case _:
                pass

    async def handle_info(self, message: object, socket: Socket) -> None:
        match message:
            case Token(ref) if ref == self.answering:  # else it comes from a superseded answer
                socket.stream_insert("tokens", message)
            case _:
                pass

    async def handle_async(self, name: object, result: Ok[object] | Exit, socket: Socket) -> None:
        self.answering = None
        match name, result:
            case "answer", Ok(tokens):
                self.note = f"{tokens} tokens"
            case "answer", Exit(Shutdown("cancel")):
                self.note = "Stopped."
            case _:
                self.note = "The keeper has lost the thread."


async def tell(view: Pid, ref: Ref, question: str) -> int:
    """Send the view the answer, token by token; how many there were."""
    count = 0
    async for word in model.answer(question):
        count += 1
        send(view, Token(ref, count, word))
    return count
